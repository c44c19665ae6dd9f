//! Hits by the page, for queries that fall on a flood: a million entries near one code are
//! counted, and listed as far as somebody wants to read.
//!
//! A page is the smallest `limit` of the hits that come after a place in their order. They are
//! kept in a heap, the largest on top, so memory holds a page and no more. Hits that are equal
//! (the same payload at the same distance) are told apart by counting them, so that a run of
//! them may be cut by the end of a page.

use crate::Hit;
use athar_kernel::Distance;
use std::collections::BinaryHeap;

/// Some of the hits of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// How many hits there are on all pages together, those before this one included.
    pub total: usize,
    /// Those of this page, nearest first.
    pub hits: Vec<Hit>,
    /// Where the next page begins; `None` when this is the last.
    pub next: Option<Cursor>,
}

/// A place between two hits, in the order of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The hit before it.
    pub hit: Hit,
    /// How many hits that equal this one are before it, itself included.
    pub equal: usize,
}

/// Takes hits in any order and keeps the first page after a place.
pub(crate) struct Collector {
    limit: usize,
    after: Option<Cursor>,
    /// Hits that equal the one before the place, as far as they have come.
    equal: usize,
    total: usize,
    page: BinaryHeap<Hit>,
    /// Whether a hit belongs to a later page.
    more: bool,
}

impl From<Hit> for Cursor {
    /// The place after `hit` and all that equal it.
    fn from(hit: Hit) -> Self {
        Self { hit, equal: usize::MAX }
    }
}

impl Collector {
    pub(crate) fn new(limit: usize, after: Option<Cursor>) -> Self {
        Self { limit, after, equal: 0, total: 0, page: BinaryHeap::new(), more: false }
    }

    fn add(&mut self, hit: Hit) {
        self.total += 1;
        if self.is_after(hit) {
            self.keep(hit);
        }
    }

    /// Adds hits at one distance, whose payloads rise; their number where it is known.
    pub(crate) fn add_some(
        &mut self,
        distance: Distance,
        count: Option<usize>,
        payloads: &mut dyn Iterator<Item = u64>,
    ) {
        match count {
            Some(count) => self.add_rising(distance, count, payloads),
            None => payloads.for_each(|payload| self.add(Hit { distance, payload })),
        }
    }

    /// Adds `count` hits at one distance, whose payloads rise: reads only as far as they matter.
    fn add_rising(
        &mut self,
        distance: Distance,
        count: usize,
        payloads: &mut dyn Iterator<Item = u64>,
    ) {
        self.total += count;
        if self.after.is_some_and(|after| distance < after.hit.distance) {
            return;
        }
        for payload in payloads {
            let hit = Hit { distance, payload };
            if self.is_after(hit) && !self.keep(hit) {
                break;
            }
        }
    }

    pub(crate) fn finish(self) -> Page {
        let hits = self.page.into_sorted_vec();
        let last = hits.last().copied();
        let next = last.filter(|_| self.more).map(|hit| {
            let here = hits.iter().rev().take_while(|&&other| other == hit).count();
            let before = self.after.filter(|after| after.hit == hit).map_or(0, |after| after.equal);
            Cursor { hit, equal: before.saturating_add(here) }
        });
        Page { total: self.total, hits, next }
    }

    fn is_after(&mut self, hit: Hit) -> bool {
        let Some(after) = self.after else { return true };
        if hit == after.hit {
            self.equal += 1;
            return self.equal > after.equal;
        }
        hit > after.hit
    }

    /// Keeps the hit if it belongs to the page as far as is known, and says whether it does.
    fn keep(&mut self, hit: Hit) -> bool {
        if self.page.len() < self.limit {
            self.page.push(hit);
            return true;
        }
        self.more = true;
        match self.page.peek_mut() {
            Some(mut largest) if hit < *largest => {
                *largest = hit;
                true
            }
            _ => false,
        }
    }
}
