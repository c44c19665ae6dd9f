//! The side that answers.

use crate::page::{Collector, Cursor, Page};
use crate::state::State;
use athar_kernel::{Code, Distance, Level, Radius, hamming};
use std::sync::Arc;

/// One moment of an index. It never changes, whatever becomes of the index, and may be shared
/// between threads; a clone costs as much as copying a pointer.
#[derive(Clone)]
pub struct Snapshot {
    level: Level,
    state: Arc<State>,
}

/// An entry within the radius of a query.
///
/// Hits are ordered by distance and then by payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hit {
    /// How far the entry's code is from the query.
    pub distance: Distance,
    /// What the entry was inserted with.
    pub payload: u64,
}

impl Snapshot {
    pub(crate) fn new(level: Level, state: Arc<State>) -> Self {
        Self { level, state }
    }

    /// Every entry within `radius` of `query`, nearest first: exactly those, and each as often
    /// as it was inserted.
    pub fn within(&self, query: &Code, radius: Radius) -> Vec<Hit> {
        self.within_batch(std::slice::from_ref(query), radius).pop().unwrap_or_default()
    }

    /// [`within`](Self::within) for many queries, in their order: for example the eight
    /// orientations of a picture. Cheaper than asking one by one, as what is in blocks is read
    /// from memory once for all queries.
    ///
    /// All hits are held in memory: where they may be very many, use
    /// [`within_page`](Self::within_page).
    pub fn within_batch(&self, queries: &[Code], radius: Radius) -> Vec<Vec<Hit>> {
        let mut hits = vec![Vec::new(); queries.len()];
        self.in_blocks(queries, radius, |query, hit| hits[query].push(hit));
        for (number, (query, hits)) in queries.iter().zip(&mut hits).enumerate() {
            if let Some(next) = queries.get(number + 1) {
                self.state.segments().iter().for_each(|live| live.segment.announce(next, radius));
            }
            self.in_segments(query, radius, |distance, _, payloads| {
                hits.extend(payloads.map(|payload| Hit { distance, payload }));
            });
            hits.sort_unstable();
        }
        hits
    }

    /// One page of what [`within`](Self::within) would give: at most `limit` hits that come after
    /// `after`, and how many there are in all. To go on, ask again with [`Page::next`]; a
    /// snapshot taken later does as well, then what came or went meanwhile is or is not there.
    ///
    /// However many hits there are, memory holds `limit` of them.
    pub fn within_page(
        &self,
        query: &Code,
        radius: Radius,
        limit: usize,
        after: Option<Cursor>,
    ) -> Page {
        let mut page = Collector::new(limit, after);
        self.in_blocks(std::slice::from_ref(query), radius, |_, hit| page.add(hit));
        self.in_segments(query, radius, |distance, count, payloads| match count {
            Some(count) => page.add_rising(distance, count, payloads),
            None => payloads.for_each(|payload| page.add(Hit { distance, payload })),
        });
        page.finish()
    }

    /// The `k` hits that are nearest to `query`, or all where there are not so many within
    /// `radius_max`: the first `k` of [`within`](Self::within) at that radius, for less.
    ///
    /// It looks within small radii first: fast where something is near, slow where nothing is.
    pub fn nearest(&self, query: &Code, k: usize, radius_max: Radius) -> Vec<Hit> {
        let steps = (15..radius_max.bits()).step_by(16).filter_map(Radius::new);
        for radius in steps.chain([radius_max]) {
            let page = self.within_page(query, radius, k, None);
            if page.hits.len() == k || radius == radius_max {
                return page.hits;
            }
        }
        Vec::new()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.state.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The hits in blocks, in no order, each with the number of its query.
    fn in_blocks(&self, queries: &[Code], radius: Radius, mut visit: impl FnMut(usize, Hit)) {
        let mut found = Vec::new();
        for block in self.state.blocks() {
            hamming::within(self.level, queries, block.codes(), radius, &mut found);
            for near in found.drain(..) {
                let payload = block.payload(near.position);
                visit(near.query, Hit { distance: near.distance, payload });
            }
        }
    }

    /// The hits in segments, code by code: the distance, the number of payloads where none of
    /// them can be dead, and those that are not dead, rising.
    fn in_segments(
        &self,
        query: &Code,
        radius: Radius,
        mut visit: impl FnMut(Distance, Option<usize>, &mut dyn Iterator<Item = u64>),
    ) {
        for live in self.state.segments() {
            let (segment, dead) = (&live.segment, &live.dead);
            if dead.is_empty() {
                segment.within(self.level, query, radius, |distance, count, payloads| {
                    visit(distance, Some(count), payloads);
                });
            } else {
                segment.within(self.level, query, radius, |distance, _, payloads| {
                    let mut alive = payloads.filter(|&payload| !dead.contains(payload));
                    visit(distance, None, &mut alive);
                });
            }
        }
    }
}
