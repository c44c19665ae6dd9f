//! The list of blocks that one moment of the index consists of.
//!
//! New entries become a block of their own at the end. Before it is added, the blocks at the
//! end that are less than twice as large as what follows them are merged with it, up to
//! [`BLOCK_CODES`]. So below that size each block is at least twice as large as the next, there
//! are at most some fifteen small ones, and an entry is copied a number of times that grows
//! with the logarithm of [`BLOCK_CODES`] only.

use crate::block::{Block, Entries};
use athar_kernel::Code;
use std::sync::Arc;

/// Codes of a full block: 640 KiB of entries, which are copied in a tenth of a millisecond or so,
/// when the worst comes to the worst.
pub(crate) const BLOCK_CODES: usize = 1 << 14;

/// Blocks in the order of their entries. Cloning it copies pointers, not entries.
#[derive(Clone, Default)]
pub(crate) struct Blocks(Vec<Arc<Block>>);

impl Blocks {
    /// Adds `entries`, in their order.
    pub(crate) fn append(&mut self, entries: &[(Code, u64)]) {
        for entries in entries.chunks(BLOCK_CODES) {
            let (kept, merged) = self.0.split_at(self.merge_from(entries.len()));
            let parts = merged.iter().map(|block| Entries::Block(block));
            let block = Block::new(parts.chain([Entries::Pairs(entries)]));
            let kept = kept.len();
            self.0.truncate(kept);
            self.0.extend(block.map(Arc::new));
        }
    }

    /// Adds the blocks of `newer` behind these, as they are.
    pub(crate) fn extend(&mut self, newer: Self) {
        self.0.extend(newer.0);
    }

    /// Those of `payloads` (rising, none twice) that an entry has, and how many entries that is.
    pub(crate) fn held(&self, payloads: &[u64]) -> (Vec<u64>, usize) {
        let mut counts = vec![0; payloads.len()];
        self.iter().for_each(|block| block.count(payloads, &mut counts));
        held(payloads, &counts)
    }

    /// Removes every entry with one of `payloads` (rising).
    pub(crate) fn remove(&mut self, payloads: &[u64]) {
        let rewritten = self.0.drain(..).filter_map(|block| match block.holds_any(payloads) {
            false => Some(block),
            true => block.without(payloads).map(Arc::new),
        });
        self.0 = rewritten.collect();
    }

    /// Every entry, in order.
    pub(crate) fn entries(&self) -> Vec<(Code, u64)> {
        let mut entries = Vec::with_capacity(self.len());
        self.iter().for_each(|block| entries.extend(block.entries()));
        entries
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Block> {
        self.0.iter().map(|block| &**block)
    }

    /// Entries of all blocks.
    pub(crate) fn len(&self) -> usize {
        self.iter().map(Block::len).sum()
    }

    /// The first of the blocks to be merged with a new one of `len` entries.
    fn merge_from(&self, mut len: usize) -> usize {
        let mut first = self.0.len();
        while let Some(before) = first.checked_sub(1) {
            let size = self.0[before].len();
            if size >= 2 * len || size + len > BLOCK_CODES {
                break;
            }
            (first, len) = (before, size + len);
        }
        first
    }
}

/// The payloads whose count is not zero, and the sum of the counts.
pub(crate) fn held(payloads: &[u64], counts: &[usize]) -> (Vec<u64>, usize) {
    let held = payloads.iter().zip(counts).filter(|&(_, &count)| count > 0);
    (held.map(|(&payload, _)| payload).collect(), counts.iter().sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(blocks: &Blocks) -> Vec<usize> {
        blocks.iter().map(Block::len).collect()
    }

    fn entries(len: usize) -> Vec<(Code, u64)> {
        (0..len).map(|i| (Code::from_words([i as u64, 0, 0, 0]), i as u64)).collect()
    }

    #[test]
    fn single_entries_make_few_blocks_of_falling_size() {
        let mut blocks = Blocks::default();
        for (i, entry) in entries(5000).iter().enumerate() {
            blocks.append(std::slice::from_ref(entry));
            let sizes = sizes(&blocks);
            assert_eq!(sizes.iter().sum::<usize>(), i + 1);
            assert!(sizes.windows(2).all(|pair| pair[0] >= 2 * pair[1]), "{sizes:?}");
        }
    }

    #[test]
    fn a_large_batch_is_cut_into_full_blocks_and_the_order_stays() {
        let mut blocks = Blocks::default();
        let all = entries(2 * BLOCK_CODES + 100);
        blocks.append(&all[..10]);
        blocks.append(&all[10..]);
        assert_eq!(sizes(&blocks), [10, BLOCK_CODES, BLOCK_CODES, 90]);
        let codes: Vec<Code> = blocks.iter().flat_map(|block| block.codes().to_vec()).collect();
        assert!(codes.iter().zip(&all).all(|(code, entry)| *code == entry.0));
    }

    #[test]
    fn batches_that_do_not_fit_one_block_leave_blocks_half_full_at_least() {
        let mut blocks = Blocks::default();
        let batch = entries(BLOCK_CODES * 5 / 8);
        (0..6).for_each(|_| blocks.append(&batch));
        let sizes = sizes(&blocks);
        assert!(sizes.windows(2).all(|pair| pair[0] + pair[1] > BLOCK_CODES), "{sizes:?}");
    }

    #[test]
    fn removing_rewrites_only_the_blocks_that_hold_the_payload() {
        let mut blocks = Blocks::default();
        blocks.append(&entries(BLOCK_CODES));
        blocks.append(&[(Code::default(), 7); 3]);
        blocks.append(&[(Code::default(), 8)]);
        let first = Arc::clone(&blocks.0[0]);
        blocks.remove(&[u64::MAX]);
        assert!(Arc::ptr_eq(&first, &blocks.0[0]));
        assert_eq!(blocks.held(&[6, 7, u64::MAX]), (vec![6, 7], 5));
        blocks.remove(&[7]);
        assert_eq!(sizes(&blocks), [BLOCK_CODES - 1, 1]);
        assert_eq!(first.len(), BLOCK_CODES);
    }

    #[test]
    fn a_block_that_loses_everything_is_gone() {
        let mut blocks = Blocks::default();
        blocks.append(&[(Code::default(), 7); 3]);
        blocks.remove(&[7, 9]);
        assert_eq!((blocks.is_empty(), sizes(&blocks).len(), blocks.len()), (true, 0, 0));
    }
}
