//! One moment of an index, and how the next one is made from it.
//!
//! ```text
//!   newest entries ──► delta ──freeze──► frozen ──build──► segments ──merge──► segments
//!                      blocks            blocks            immutable files, each with the set
//!                      in memory         in memory         of the payloads removed from it
//! ```
//!
//! All of it is immutable and shared: a state is copied by copying pointers, changed, and
//! published in the place of the one before. An entry is in exactly one of the three.

use crate::Options;
use crate::blocks::Blocks;
use crate::dead::Dead;
use crate::edit::Edit;
use crate::live::{self, Live};
use crate::mark::Reached;
use std::sync::Arc;

#[derive(Clone, Default)]
pub(crate) struct State {
    pub(crate) delta: Blocks,
    /// What is being made into a segment.
    pub(crate) frozen: Option<Frozen>,
    segments: Arc<Vec<Live>>,
    pub(crate) reached: Reached,
    /// Changes since the last freeze: nought when that is the newest state.
    pub(crate) dirty: usize,
}

/// Entries on their way from the delta to a segment.
#[derive(Clone)]
pub(crate) struct Frozen {
    /// Without what was removed since the freeze.
    pub(crate) blocks: Blocks,
    /// What was removed since the freeze, and so is in the segment to come.
    dead: Dead,
}

impl State {
    pub(crate) fn new(segments: Vec<Live>, reached: Reached) -> Self {
        Self { segments: Arc::new(segments), reached, ..Self::default() }
    }

    /// Empty, which is a change that should be written soon.
    pub(crate) fn cleared() -> Self {
        Self { dirty: usize::MAX / 2, ..Self::default() }
    }

    /// Does `edit`, which leads to `reached`, and says how many entries went.
    pub(crate) fn apply(&mut self, edit: Edit, reached: Reached) -> usize {
        let removed = self.remove(&edit.removed);
        self.dirty += edit.removed.len() + edit.added.len() + 1;
        self.delta.append(&edit.added);
        if let Some(built) = edit.built {
            self.dirty += built.len();
            Arc::make_mut(&mut self.segments).push(built);
        }
        self.reached = reached;
        removed + edit.dropped
    }

    /// Makes the delta the frozen part and gives the state as it was before.
    pub(crate) fn freeze(&mut self) -> Self {
        // Left over only if a freeze before this one did not come to its end.
        if let Some(frozen) = self.frozen.take() {
            let newer = std::mem::replace(&mut self.delta, frozen.blocks);
            self.delta.extend(newer);
        }
        let before = self.clone();
        let blocks = std::mem::take(&mut self.delta);
        self.frozen = (!blocks.is_empty()).then(|| Frozen { blocks, dead: Dead::default() });
        self.dirty = 0;
        before
    }

    /// Puts `built` in the place of the frozen part and of the segments that it was built of
    /// besides, as they were at the freeze, unless all were cleared away meanwhile.
    pub(crate) fn thaw(&mut self, built: &Live, absorbed: &[Live]) {
        if let Some(Frozen { dead, .. }) = self.frozen.take() {
            live::replace(Arc::make_mut(&mut self.segments), absorbed, Some(built), dead);
        }
    }

    /// Puts `merged` in the place of `inputs`.
    pub(crate) fn replace(&mut self, inputs: &[Live], merged: Option<&Live>) {
        live::replace(Arc::make_mut(&mut self.segments), inputs, merged, Dead::default());
    }

    /// Takes segments from their files from now on.
    pub(crate) fn swap_in(&mut self, written: &[Live]) {
        for live in Arc::make_mut(&mut self.segments).iter_mut() {
            if let Some(written) = written.iter().find(|written| written.id == live.id) {
                *live = Live { dead: std::mem::take(&mut live.dead), ..written.clone() };
            }
        }
    }

    pub(crate) fn segments(&self) -> &[Live] {
        &self.segments
    }

    /// The entries that lie in blocks.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = &crate::block::Block> {
        self.frozen.iter().flat_map(|frozen| frozen.blocks.iter()).chain(self.delta.iter())
    }

    /// Entries of all parts.
    pub(crate) fn len(&self) -> usize {
        let in_blocks: usize = self.blocks().map(crate::block::Block::len).sum();
        in_blocks + self.segments.iter().map(Live::len).sum::<usize>()
    }

    /// Whether it is time to write a checkpoint.
    pub(crate) fn is_due(&self, options: &Options) -> bool {
        let rewriting = || self.segments.iter().any(Live::is_mostly_dead);
        self.dirty > 0 && (self.dirty >= options.flush_codes || rewriting())
    }

    fn remove(&mut self, payloads: &[u64]) -> usize {
        if payloads.is_empty() {
            return 0;
        }
        let (held, in_delta) = self.delta.held(payloads);
        self.delta.remove(&held);
        let in_frozen = self.frozen.as_mut().map_or(0, |frozen| frozen.remove(payloads));
        in_delta + in_frozen + self.remove_from_segments(payloads)
    }

    /// Copies the list only if a segment has one of the payloads.
    fn remove_from_segments(&mut self, payloads: &[u64]) -> usize {
        let mut segments = Vec::clone(&self.segments);
        let removed = segments.iter_mut().map(|live| live.remove(payloads)).sum();
        if removed > 0 {
            self.segments = Arc::new(segments);
        }
        removed
    }
}

impl Frozen {
    fn remove(&mut self, payloads: &[u64]) -> usize {
        let (held, entries) = self.blocks.held(payloads);
        self.blocks.remove(&held);
        self.dead.add(held, entries);
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use athar_kernel::Code;

    fn with(entries: &[(Code, u64)]) -> State {
        let mut state = State::default();
        state.apply(Edit::insert(entries), Reached::Unmarked);
        state
    }

    #[test]
    fn what_is_removed_while_it_is_frozen_stays_removed_and_comes_again() {
        let entries = [1, 2, 2, 3].map(|payload| (Code::default(), payload));
        let mut state = with(&entries);
        let moment = state.freeze();
        assert_eq!((state.dirty, state.len(), moment.delta.len()), (0, 4, 4));
        assert_eq!(state.apply(Edit::remove(&[2, 9]), Reached::Unmarked), 2);
        state.apply(Edit::insert(&entries[..2]), Reached::Unmarked);
        assert_eq!(state.len(), 4);
        state.thaw(&Live::build(0, moment.delta.entries()), &[]);
        assert_eq!((state.len(), state.segments()[0].dead.payloads()), (4, vec![2]));
        assert_eq!(state.apply(Edit::remove(&[2]), Reached::Unmarked), 1);
        assert_eq!((state.len(), moment.len()), (3, 4));
    }

    #[test]
    fn what_is_removed_while_its_segment_is_taken_up_stays_removed() {
        let pair = |payload| (Code::default(), payload);
        let mut state = with(&[pair(5), pair(6)]);
        let moment = state.freeze();
        let young = Live::build(0, moment.delta.entries());
        state.thaw(&young, &[]);
        state.apply(Edit::remove(&[6]), Reached::Unmarked);
        state.apply(Edit::insert(&[pair(6), pair(7), pair(8)]), Reached::Unmarked);

        let moment = state.freeze();
        let entries = moment.delta.entries().into_iter().map(Into::into);
        let built = Live::merge(1, moment.segments(), entries);
        assert_eq!(built.len(), 4);
        state.apply(Edit::remove(&[5, 7]), Reached::Unmarked);
        state.apply(Edit::insert(&[pair(7)]), Reached::Unmarked);
        state.thaw(&built, moment.segments());
        assert_eq!((state.len(), state.segments().len()), (3, 1));
        assert_eq!(state.segments()[0].dead.payloads(), [5, 7]);
        assert_eq!(state.apply(Edit::remove(&[5, 6, 7, 8]), Reached::Unmarked), 3);
    }

    #[test]
    fn a_freeze_that_came_to_no_end_loses_nothing() {
        let mut state = with(&[(Code::default(), 1), (Code::default(), 2)]);
        state.freeze();
        state.apply(Edit::insert(&[(Code::default(), 3)]), Reached::Unmarked);
        state.apply(Edit::remove(&[2]), Reached::Unmarked);
        let moment = state.freeze();
        let payloads: Vec<u64> = moment.delta.entries().iter().map(|entry| entry.1).collect();
        assert_eq!(payloads, [1, 3]);
        state.thaw(&Live::build(0, moment.delta.entries()), &[]);
        assert_eq!((state.len(), state.segments()[0].dead.is_empty()), (2, true));
    }

    #[test]
    fn what_is_cleared_while_it_is_frozen_or_merged_does_not_come_back() {
        let mut state = with(&[(Code::default(), 1)]);
        let moment = state.freeze();
        state = State::cleared();
        let built = Live::build(0, moment.delta.entries());
        state.thaw(&built, &[]);
        let merged = Live { id: 1, ..built.clone() };
        state.replace(&[built], Some(&merged));
        assert_eq!((state.len(), state.segments().len()), (0, 0));
    }
}
