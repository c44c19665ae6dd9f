//! One thread that starts all worker processes, ends those whose time is over, and ends them all
//! when it ends itself.
//!
//! The system can end a process together with the thread that started it, and with the whole of
//! the parent thereby, however that comes to its end. So workers are started by a thread that
//! lives as long as they are wanted.
//!
//! Whoever asks a worker something says until when; the thread looks at the clock at the earliest
//! of these times, and not for every question.

use super::{CLIP, WorkerProgram};
use std::collections::HashMap;
use std::io;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A thread that wakes so much later than it meant to was kept from it.
const SLEPT_TOO_LONG: Duration = Duration::from_secs(2);

/// The thread, and what it shares with those who ask.
pub(super) struct Keeper {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// A process that was started.
pub(super) struct Started {
    pub id: u64,
    pub input: ChildStdin,
    pub output: ChildStdout,
}

/// How a process ended.
pub(super) struct Ended {
    /// Whether it was ended because its time was over.
    pub is_overdue: bool,
    /// `None` when the system does not tell.
    pub status: Option<ExitStatus>,
}

/// What a process is started for.
pub(super) enum Work {
    /// One file after another, which it is sent.
    Files,
    /// The clip that it finds in place of its standard error output.
    Clip(Stdio),
}

struct Order {
    work: Work,
    reply: Sender<io::Result<Started>>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    orders: Vec<Order>,
    kept: HashMap<u64, Kept>,
    started: u64,
    /// When the thread looks at the clock, if nothing happens before.
    wakes_at: Option<Instant>,
    ends: bool,
}

struct Kept {
    child: Child,
    deadline: Option<Instant>,
    is_overdue: bool,
}

impl Keeper {
    /// # Errors
    ///
    /// The system grants no thread.
    pub(super) fn new(program: WorkerProgram) -> io::Result<Self> {
        let state = Mutex::new(State::default());
        let shared = Arc::new(Shared { state, changed: Condvar::new() });
        let builder = thread::Builder::new().name("keeper".into());
        let thread = builder.spawn({
            let shared = shared.clone();
            move || shared.keep(&program)
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// # Errors
    ///
    /// The program cannot be started.
    pub(super) fn start(&self, work: Work) -> io::Result<Started> {
        let (reply, receiver) = channel();
        self.shared.lock().orders.push(Order { work, reply });
        self.shared.changed.notify_one();
        receiver.recv().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
    }

    /// Ends a process at `deadline`, unless there is another one by then.
    pub(super) fn watch(&self, id: u64, deadline: Instant) {
        let mut state = self.shared.lock();
        if let Some(kept) = state.kept.get_mut(&id) {
            kept.deadline = Some(deadline);
        }
        if state.wakes_at.is_none_or(|wakes_at| deadline < wakes_at) {
            self.shared.changed.notify_one();
        }
    }

    /// The process may take its time.
    pub(super) fn unwatch(&self, id: u64) {
        if let Some(kept) = self.shared.lock().kept.get_mut(&id) {
            kept.deadline = None;
        }
    }

    /// Whether a process lives.
    pub(super) fn is_alive(&self, id: u64) -> bool {
        let mut state = self.shared.lock();
        state.kept.get_mut(&id).is_some_and(|kept| matches!(kept.child.try_wait(), Ok(None)))
    }

    /// The system's number of a process.
    pub(super) fn process_id(&self, id: u64) -> Option<u32> {
        self.shared.lock().kept.get(&id).map(|kept| kept.child.id())
    }

    /// Ends a process, if it has not ended by itself, and tells how it did.
    pub(super) fn end(&self, id: u64) -> Option<Ended> {
        let kept = self.shared.lock().kept.remove(&id);
        kept.map(|mut kept| Ended { status: kept.end(), is_overdue: kept.is_overdue })
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.shared.lock().ends = true;
        self.shared.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, program: &WorkerProgram) {
        let mut state = self.lock();
        while !state.ends {
            for Order { work, reply } in std::mem::take(&mut state.orders) {
                drop(state);
                let started = start(program, work);
                state = self.lock();
                // Whoever ordered it may be gone; then it is ended with all others.
                let _ = reply.send(started.and_then(|child| state.take(child)));
            }
            state.end_overdue(Instant::now());
            state = self.sleep(state);
        }
        for kept in state.kept.values_mut() {
            kept.end();
        }
    }

    fn sleep<'a>(&self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        state.wakes_at = state.kept.values().filter_map(|kept| kept.deadline).min();
        if state.ends || !state.orders.is_empty() {
            return state;
        }
        match state.wakes_at {
            None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            Some(at) => {
                let rest = at.saturating_duration_since(Instant::now());
                let woken = self.changed.wait_timeout(state, rest);
                woken.unwrap_or_else(PoisonError::into_inner).0
            }
        }
    }
}

impl State {
    fn take(&mut self, mut child: Child) -> io::Result<Started> {
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let id = self.started;
        self.started += 1;
        self.kept.insert(id, Kept { child, deadline: None, is_overdue: false });
        Ok(Started { id, input, output })
    }

    /// Whoever waits for an answer then sees that none will come. This process may have been
    /// stopped itself, at a terminal for one, and then was in no state to take an answer: what it
    /// slept too long is given to everybody.
    fn end_overdue(&mut self, now: Instant) {
        let late = self.wakes_at.map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        let is_excused = late >= SLEPT_TOO_LONG;
        for kept in self.kept.values_mut() {
            if is_excused {
                kept.deadline = kept.deadline.map(|deadline| deadline + late);
            } else if kept.deadline.is_some_and(|deadline| deadline <= now) {
                kept.deadline = None;
                kept.is_overdue = kept.child.kill().is_ok();
            }
        }
    }
}

impl Kept {
    fn end(&mut self) -> Option<ExitStatus> {
        let _ = self.child.kill();
        self.child.wait().ok()
    }
}

/// Makes glibc overwrite memory when it is given back and handed out. Decoders are known that show
/// memory they never wrote where a picture is damaged, and it may hold what an earlier file left.
const OVERWRITTEN: (&str, &str) = ("MALLOC_PERTURB_", "165");

/// It sees nothing of ours but three descriptors, of which one may be a clip: not the environment, and not the terminal, whose
/// Ctrl-C is meant for the parent.
fn start(program: &WorkerProgram, work: Work) -> io::Result<Child> {
    let mut command = Command::new(&program.path);
    command.args(&program.arguments);
    command.env_clear().env(OVERWRITTEN.0, OVERWRITTEN.1);
    command.envs(program.environment.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    match work {
        Work::Files => command.stderr(Stdio::null()),
        Work::Clip(clip) => command.arg(CLIP).stderr(clip),
    };
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        command.current_dir("/").process_group(0);
    }
    command.spawn()
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn waiting_until(deadline: Instant) -> State {
        let program = WorkerProgram {
            path: "cat".into(),
            arguments: Vec::new(),
            environment: vec![("PATH".into(), "/usr/bin:/bin".into())],
        };
        let child = start(&program, Work::Files).unwrap();
        let kept = Kept { child, deadline: Some(deadline), is_overdue: false };
        State { kept: [(0, kept)].into(), wakes_at: Some(deadline), ..State::default() }
    }

    #[test]
    fn a_worker_is_ended_at_its_deadline_and_not_before() {
        let deadline = Instant::now();
        let mut state = waiting_until(deadline);
        state.end_overdue(deadline - Duration::from_millis(1));
        assert!(!state.kept[&0].is_overdue);
        state.end_overdue(deadline + Duration::from_millis(1));
        let mut kept = state.kept.remove(&0).unwrap();
        assert!(kept.is_overdue && !kept.end().unwrap().success());
    }

    #[test]
    fn the_time_in_which_this_process_slept_is_nobodys_fault() {
        let (deadline, slept) = (Instant::now(), 10 * SLEPT_TOO_LONG);
        let mut state = waiting_until(deadline);
        state.end_overdue(deadline + slept);
        assert!(!state.kept[&0].is_overdue);
        assert_eq!(state.kept[&0].deadline, Some(deadline + slept));
        state.wakes_at = Some(deadline + slept);
        state.end_overdue(deadline + slept);
        assert!(state.kept.get_mut(&0).unwrap().is_overdue);
        state.kept.get_mut(&0).unwrap().end();
    }
}
