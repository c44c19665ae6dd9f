//! Memory that several threads divide among themselves.
//!
//! Ordinary files share two budgets, one for their bytes and one for decoding them. A *heavy*
//! file is read or decoded while no other heavy one is, outside the budgets. So the most that is
//! held at one time is [`policy::HEAVY_BYTES`](crate::policy::HEAVY_BYTES) and the two budgets,
//! however many threads there are.
//!
//! No two threads can wait for each other: who waits for the budget of decoding or for the heavy
//! turn holds at most a share of the files' budget, and those who hold the former two wait for
//! nothing.

use crate::policy::{DECODING_BYTES, FILES_BYTES, LIGHT_DECODING_BYTES, LIGHT_FILE_BYTES};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The memory of all threads.
pub(crate) struct Memory {
    files: Budget,
    decoding: Budget,
    heavy: Mutex<()>,
}

/// What one file holds; dropping it gives it back.
pub(crate) enum Share<'a> {
    /// Bytes of a budget.
    Light(#[expect(dead_code, reason = "held for its drop")] Loan<'a>),
    /// The one heavy turn.
    Heavy(#[expect(dead_code, reason = "held for its drop")] MutexGuard<'a, ()>),
}

impl Memory {
    pub(crate) fn new() -> Self {
        Self {
            files: Budget::new(FILES_BYTES),
            decoding: Budget::new(DECODING_BYTES),
            heavy: Mutex::new(()),
        }
    }

    /// Waits until a file of `bytes` may be read.
    pub(crate) fn for_file(&self, bytes: u64) -> Share<'_> {
        match bytes <= LIGHT_FILE_BYTES {
            true => Share::Light(self.files.borrow(bytes)),
            false => Share::Heavy(self.heavy_turn()),
        }
    }

    /// Waits until the file that holds `file` may be decoded with `bytes` of working memory;
    /// `None` when its heavy turn covers that.
    pub(crate) fn for_decoding(&self, file: &Share<'_>, bytes: u64) -> Option<Share<'_>> {
        match file {
            Share::Heavy(_) => None,
            Share::Light(_) if bytes <= LIGHT_DECODING_BYTES => {
                Some(Share::Light(self.decoding.borrow(bytes)))
            }
            Share::Light(_) => Some(Share::Heavy(self.heavy_turn())),
        }
    }

    fn heavy_turn(&self) -> MutexGuard<'_, ()> {
        self.heavy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// So many bytes, lent out and given back.
struct Budget {
    total: u64,
    free: Mutex<u64>,
    returned: Condvar,
}

/// Bytes on loan.
pub(crate) struct Loan<'a> {
    budget: &'a Budget,
    bytes: u64,
}

impl Budget {
    fn new(total: u64) -> Self {
        Self { total, free: Mutex::new(total), returned: Condvar::new() }
    }

    /// Waits until `bytes`, or all there are if that is less, are free, and takes them.
    fn borrow(&self, bytes: u64) -> Loan<'_> {
        let bytes = bytes.min(self.total);
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self
            .returned
            .wait_while(free, |free| *free < bytes)
            .unwrap_or_else(PoisonError::into_inner);
        *free -= bytes;
        Loan { budget: self, bytes }
    }
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        *self.budget.free.lock().unwrap_or_else(PoisonError::into_inner) += self.bytes;
        self.budget.returned.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn no_more_is_lent_than_there_is() {
        let budget = Budget::new(10);
        let (held, most) = (AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for thread in 0..4u64 {
                let (budget, held, most) = (&budget, &held, &most);
                scope.spawn(move || {
                    for round in 0..500 {
                        let loan = budget.borrow(1 + (thread * 7 + round) % 20);
                        let now = held.fetch_add(loan.bytes, Ordering::SeqCst) + loan.bytes;
                        most.fetch_max(now, Ordering::SeqCst);
                        held.fetch_sub(loan.bytes, Ordering::SeqCst);
                        drop(loan);
                    }
                });
            }
        });
        assert!(most.load(Ordering::SeqCst) <= 10);
        assert_eq!(*budget.free.lock().unwrap(), 10);
    }

    #[test]
    fn heavy_files_go_one_by_one_and_none_waits_for_ever() {
        let memory = Memory::new();
        let (heavy, most) = (AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for thread in 0..4u64 {
                let (memory, heavy, most) = (&memory, &heavy, &most);
                scope.spawn(move || {
                    for round in 0..200 {
                        let size = if (thread + round) % 3 == 0 { 2 } else { 1 };
                        let file = memory.for_file(LIGHT_FILE_BYTES / 2 * size + size);
                        let needs = LIGHT_DECODING_BYTES - 1 + round % 3;
                        let decoding = memory.for_decoding(&file, needs);
                        let shares = [Some(&file), decoding.as_ref()];
                        let turns =
                            shares.iter().flatten().filter(|s| matches!(s, Share::Heavy(_)));
                        let turns = turns.count() as u64;
                        most.fetch_max(
                            heavy.fetch_add(turns, Ordering::SeqCst) + turns,
                            Ordering::SeqCst,
                        );
                        heavy.fetch_sub(turns, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(most.load(Ordering::SeqCst), 1);
    }
}
