//! The list of blocks that one moment of the index consists of.
//!
//! New entries become a block of their own at the end. Before it is added, the blocks at the
//! end that are less than twice as large as what follows them are merged with it, up to
//! [`BLOCK_CODES`]. So below that size each block is at least twice as large as the next, there
//! are at most some seventeen small ones, and an entry is copied a number of times that grows
//! with the logarithm of [`BLOCK_CODES`] only.

use crate::block::{Block, Entries};
use athar_kernel::Code;
use std::sync::Arc;

/// Codes of a full block: 2 MiB of codes, the size of a huge page.
pub(crate) const BLOCK_CODES: usize = 1 << 16;

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

    /// Removes every entry with this payload and says how many there were.
    pub(crate) fn remove(&mut self, payload: u64) -> usize {
        let mut removed = 0;
        self.0 = std::mem::take(&mut self.0)
            .into_iter()
            .filter_map(|block| match block.count(payload) {
                0 => Some(block),
                count => {
                    removed += count;
                    block.without(payload).map(Arc::new)
                }
            })
            .collect();
        removed
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
        assert_eq!(blocks.remove(u64::MAX), 0);
        assert!(Arc::ptr_eq(&first, &blocks.0[0]));
        assert_eq!(blocks.remove(7), 4);
        assert_eq!(sizes(&blocks), [BLOCK_CODES - 1, 1]);
        assert_eq!(first.len(), BLOCK_CODES);
    }

    #[test]
    fn a_block_that_loses_everything_is_gone() {
        let mut blocks = Blocks::default();
        blocks.append(&[(Code::default(), 7); 3]);
        assert_eq!((blocks.remove(7), sizes(&blocks).len(), blocks.len()), (3, 0, 0));
    }
}
