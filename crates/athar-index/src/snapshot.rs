//! The side that answers.

use crate::live::Live;
use crate::options::Effort;
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
        self.in_all(queries, radius, |query, distance, _, payloads| {
            hits[query].extend(payloads.map(|payload| Hit { distance, payload }));
        });
        hits.iter_mut().for_each(|hits| hits.sort_unstable());
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
        self.in_all(std::slice::from_ref(query), radius, |_, distance, count, payloads| {
            page.add_some(distance, count, payloads);
        });
        page.finish()
    }

    /// The first page of [`within_page`](Self::within_page) for many queries, in their order: as
    /// [`within_batch`](Self::within_batch), but memory holds `limit` hits of each query.
    pub fn first_batch(&self, queries: &[Code], radius: Radius, limit: usize) -> Vec<Page> {
        let mut pages: Vec<_> = queries.iter().map(|_| Collector::new(limit, None)).collect();
        self.in_all(queries, radius, |query, distance, count, payloads| {
            pages[query].add_some(distance, count, payloads);
        });
        pages.into_iter().map(Collector::finish).collect()
    }

    /// As [`first_batch`](Self::first_batch) with less effort. What lies within
    /// [`sure`](Effort::sure) is found; of what lies between that and `radius`, what is met on the
    /// way, which is most of it. Queries that would take longer than about
    /// [`most_us`](Effort::most_us) microseconds in a segment are given up, and have no page: those
    /// in whose neighbourhood far more lies than elsewhere; none are that take twice as long as
    /// usual or less. What is found and which queries are given up depends on what is stored alone,
    /// and on no clock.
    pub fn first_batch_by_effort(
        &self,
        queries: &[Code],
        radius: Radius,
        limit: usize,
        effort: Effort,
    ) -> Vec<Option<Page>> {
        let mut pages: Vec<_> = queries.iter().map(|_| Some(Collector::new(limit, None))).collect();
        let given_up = self.in_all_by_effort(queries, radius, effort, |query, d, count, all| {
            if let Some(page) = &mut pages[query] {
                page.add_some(d, count, all);
            }
        });
        given_up.into_iter().for_each(|query| pages[query] = None);
        pages.into_iter().map(|page| page.map(Collector::finish)).collect()
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

    /// All hits in no order: the number of the query, the distance, the number of payloads where
    /// none of them can be dead, and those that are not dead, rising.
    fn in_all(
        &self,
        queries: &[Code],
        radius: Radius,
        mut visit: impl FnMut(usize, Distance, Option<usize>, &mut dyn Iterator<Item = u64>),
    ) {
        self.in_blocks(queries, radius, |query, hit| {
            visit(query, hit.distance, Some(1), &mut std::iter::once(hit.payload));
        });
        for live in self.state.segments() {
            let mut visit = of_living(live, &mut visit);
            live.segment.within_batch(self.level, queries, radius, &mut visit);
        }
    }

    /// As [`in_all`](Self::in_all); the numbers of the queries that were given up in a segment.
    fn in_all_by_effort(
        &self,
        queries: &[Code],
        radius: Radius,
        effort: Effort,
        mut visit: impl FnMut(usize, Distance, Option<usize>, &mut dyn Iterator<Item = u64>),
    ) -> Vec<usize> {
        self.in_blocks(queries, radius, |query, hit| {
            visit(query, hit.distance, Some(1), &mut std::iter::once(hit.payload));
        });
        let mut given_up = Vec::new();
        for live in self.state.segments() {
            let (segment, level) = (&live.segment, self.level);
            let mut visit = of_living(live, &mut visit);
            let dear = segment.within_batch_by_effort(level, queries, radius, effort, &mut visit);
            given_up.extend(dear);
        }
        given_up
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
}

/// What a segment's hits are told as: those that are not dead.
fn of_living<'a>(
    live: &'a Live,
    visit: &'a mut impl FnMut(usize, Distance, Option<usize>, &mut dyn Iterator<Item = u64>),
) -> impl FnMut(usize, Distance, usize, &mut dyn Iterator<Item = u64>) + 'a {
    move |query, distance, count, payloads| match live.dead.is_empty() {
        true => visit(query, distance, Some(count), payloads),
        false => {
            let mut alive = payloads.filter(|&payload| !live.dead.contains(payload));
            visit(query, distance, None, &mut alive);
        }
    }
}
