//! A segment in use: with its number, with what was removed from it, and with its file.

use crate::blocks::held;
use crate::builder::Entry;
use crate::dead::Dead;
use crate::segment::Segment;
use std::sync::Arc;

/// A clone copies pointers.
#[derive(Clone)]
pub(crate) struct Live {
    /// Given once, never again; the file is named by it.
    pub(crate) id: u64,
    pub(crate) segment: Arc<Segment>,
    pub(crate) dead: Dead,
    /// What is known of the file; `None` as long as the segment is in memory only.
    pub(crate) file: Option<FileSum>,
}

/// By what a segment's file is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileSum {
    pub(crate) bytes: u64,
    /// CRC-32 of the first [`HEAD_BYTES`] bytes, or of all if there are fewer.
    pub(crate) head: u32,
    /// CRC-32 of all bytes.
    pub(crate) whole: u32,
}

/// As much of a file as is read to recognise it when it is opened: a page.
const HEAD_BYTES: usize = 4096;

impl Live {
    /// A new segment in memory of what is not dead in `inputs` and of `entries`.
    ///
    /// Each input comes in order, which a stable sort sees and only merges.
    pub(crate) fn merge(id: u64, inputs: &[Self], entries: impl Iterator<Item = Entry>) -> Self {
        let len = inputs.iter().map(Self::len).sum::<usize>() + entries.size_hint().0;
        let mut all = Vec::with_capacity(len);
        inputs.iter().for_each(|live| live.collect_into(&mut all));
        all.extend(entries);
        all.sort();
        Self::build(id, all)
    }

    /// A new segment in memory, with nothing removed from it.
    pub(crate) fn build(id: u64, entries: impl IntoIterator<Item = impl Into<Entry>>) -> Self {
        let entries = entries.into_iter().map(Into::into).collect();
        let segment = Arc::new(Segment::build(entries));
        Self { id, segment, dead: Dead::default(), file: None }
    }

    /// Entries that are not dead.
    pub(crate) fn len(&self) -> usize {
        self.segment.len() - self.dead.entries()
    }

    /// Removes every entry with one of `payloads` (rising, none twice): how many there were.
    pub(crate) fn remove(&mut self, payloads: &[u64]) -> usize {
        let alive = |payload: &&u64| !self.dead.contains(**payload);
        let payloads: Vec<u64> = payloads.iter().filter(alive).copied().collect();
        let (gone, entries) = held(&payloads, &self.segment.count_payloads(&payloads));
        self.dead.add(gone, entries);
        entries
    }

    /// Adds every entry that is not dead to `entries`.
    fn collect_into(&self, entries: &mut Vec<Entry>) {
        self.segment.for_each(|code, payloads| {
            let alive = payloads.filter(|&payload| !self.dead.contains(payload));
            entries.extend(alive.map(|payload| Entry::from((*code, payload))));
        });
    }

    /// Whether more than a quarter of the entries are dead: time to write it anew.
    pub(crate) fn is_mostly_dead(&self) -> bool {
        self.dead.entries() > self.segment.len() / 4
    }
}

impl FileSum {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let whole = crc32fast::hash(bytes);
        Self { bytes: bytes.len() as u64, head: Self::head(bytes), whole }
    }

    pub(crate) fn head(bytes: &[u8]) -> u32 {
        crc32fast::hash(&bytes[..bytes.len().min(HEAD_BYTES)])
    }
}

/// Puts `merged` in the place of the segments that it was made of. `inputs` says what was dead in
/// them when it was made, and so is not in it; what died since is dead in it too, and so is
/// `dead`, what died in that part of it that was in blocks.
///
/// A list that does not have them (it was cleared or flushed meanwhile) stays as it is.
///
/// One set of the dead serves what was several sets. It would be wrong for a payload that died
/// in one input and later came to life in another. Such a payload died before the other input
/// was there, so before the moment that `inputs` are of, at which both were: it is not in
/// `merged` any more.
pub(crate) fn replace(list: &mut Vec<Live>, inputs: &[Live], merged: Option<&Live>, dead: Dead) {
    let mut dead = dead;
    for input in inputs {
        let Some(now) = list.iter().find(|live| live.id == input.id) else { return };
        dead = dead.union(&now.dead.since(&input.dead));
    }
    list.retain(|live| inputs.iter().all(|input| input.id != live.id));
    list.extend(merged.map(|merged| Live { dead, ..merged.clone() }));
}
