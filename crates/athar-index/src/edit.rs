//! One atomic change of the index: payloads that go, then entries that come.

use crate::Change;
use crate::live::Live;
use athar_kernel::Code;
use std::borrow::Cow;
use std::collections::HashSet;

/// A list of changes, in an order in which all removals come first.
#[derive(Default)]
pub(crate) struct Edit<'a> {
    /// Payloads that go, rising, none twice.
    pub(crate) removed: Vec<u64>,
    /// Entries that come for the delta.
    pub(crate) added: Cow<'a, [(Code, u64)]>,
    /// Entries that come as a segment of their own, because they are many.
    pub(crate) built: Option<Live>,
    /// Entries that would have come and gone within this edit.
    pub(crate) dropped: usize,
}

impl<'a> Edit<'a> {
    pub(crate) fn insert(entries: &'a [(Code, u64)]) -> Self {
        Self { added: Cow::Borrowed(entries), ..Self::default() }
    }

    pub(crate) fn remove(payloads: &[u64]) -> Self {
        Self { removed: distinct(payloads.to_vec()), ..Self::default() }
    }

    /// The same as doing `changes` one by one. What was there before goes if its payload is
    /// removed at all, what comes goes if its payload is removed later. So the list is read from
    /// its end.
    pub(crate) fn of(changes: &[Change]) -> Edit<'static> {
        let (mut removed, mut added, mut dropped) = (HashSet::new(), Vec::new(), 0);
        for change in changes.iter().rev() {
            match *change {
                Change::Remove { payload } => drop(removed.insert(payload)),
                Change::Insert { payload, .. } if removed.contains(&payload) => dropped += 1,
                Change::Insert { code, payload } => added.push((code, payload)),
            }
        }
        added.reverse();
        let removed = distinct(removed.into_iter().collect());
        Edit { removed, added: Cow::Owned(added), built: None, dropped }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.added.is_empty() && self.built.is_none()
    }
}

fn distinct(mut payloads: Vec<u64>) -> Vec<u64> {
    payloads.sort_unstable();
    payloads.dedup();
    payloads
}
