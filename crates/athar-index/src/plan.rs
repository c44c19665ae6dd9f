//! Which buckets to read for a radius, and when to give up and compare with everything.
//!
//! Every way to share the budget among the chunks finds the same rows, at another cost. The
//! cheapest way comes out of a small table: the least cost of giving so much budget to the first
//! so many chunks. For a segment whose buckets are all alike it is made once, for all radii. A
//! query that meets long buckets is planned again with the lengths it really meets, so that a
//! chunk on which many codes agree gets less budget and the others more.
//!
//! Costs are picoseconds, rounded from what the phases of a search took on one machine (Zen 4,
//! data in memory). Only their ratios matter, and only for speed. What passes is reckoned by
//! sketches of 16 bits; of the longer ones of wide blocks less does, but there it is little beside
//! the buckets either way.

use crate::flips::{Flips, MOST_FLIPS};
use crate::geometry::Geometry;
use crate::layout::Layout;
use athar_kernel::Radius;

/// The largest radius that buckets are read for.
pub(crate) const REACH_BITS: usize = 64;

/// Finding a bucket and waiting for its first line.
pub(crate) const BUCKET_PS: u64 = 25_000;
/// Comparing one sketch.
pub(crate) const SKETCH_PS: u64 = 250;
/// Measuring one row that passed.
pub(crate) const PASSED_PS: u64 = 40_000;
/// Comparing one row of all.
const ROW_PS: u64 = 1_200;

/// Putting one row together to a whole code.
const WHOLE_PS: u64 = 4_000;
/// Comparing one whole row with one of many queries.
const TOGETHER_PS: u64 = 150;

/// What may be spent on buckets before everything is compared after all: so the worst case is a
/// eighth more than comparing everything at once by these costs, and a fifth at most as measured.
const SHARE_OF_SCAN: u64 = 8;

/// Most budget of a chunk.
const MOST_BUDGET: usize = MOST_FLIPS + 1;

/// Dearer than everything.
const NEVER: u64 = u64::MAX / 64;

/// How far each chunk is asked: buckets that differ from the query's in fewer bits.
pub(crate) type Budgets = Vec<u8>;

/// The plans of a segment whose buckets are all alike, one a radius.
pub(crate) struct Plans {
    by_radius: Vec<Option<Plan>>,
    /// What may be spent on buckets.
    pub allowance_ps: u64,
}

/// Budgets and what they are expected to cost.
#[derive(Clone)]
pub(crate) struct Plan {
    pub budgets: Budgets,
    pub cost_ps: u64,
}

impl Plans {
    pub(crate) fn new(layout: &Layout) -> Self {
        let allowance_ps = layout.rows as u64 * ROW_PS / SHARE_OF_SCAN;
        let costs: Vec<Costs> = (0..layout.geometry.chunks().len())
            .map(|chunk| expected_costs(&layout.geometry, chunk, layout.rows))
            .collect();
        let table = Table::new(&costs);
        let affordable = |plan: &Plan| plan.cost_ps <= allowance_ps;
        let by_radius = (0..=REACH_BITS).map(|radius| table.plan(radius).filter(affordable));
        Self { by_radius: by_radius.collect(), allowance_ps }
    }

    /// Whether so many queries are answered sooner by comparing them all with each of `rows`.
    pub(crate) fn compares_together(&self, queries: usize, radius: Radius, rows: usize) -> bool {
        let rows = rows as u64;
        let alone_ps =
            self.for_radius(radius.bits().into()).map_or(rows * ROW_PS, |plan| plan.cost_ps);
        let together_ps = rows * (TOGETHER_PS + WHOLE_PS / queries.max(1) as u64);
        together_ps < alone_ps
    }

    /// The plan for a radius; `None` when comparing everything is cheaper.
    pub(crate) fn for_radius(&self, radius: usize) -> Option<&Plan> {
        self.by_radius.get(radius)?.as_ref()
    }
}

/// What a chunk costs with each budget.
pub(crate) type Costs = [u64; MOST_BUDGET + 1];

/// What `buckets` and the `entries` in them cost, of which the next chunk alone passes those
/// within `bound` bits.
pub(crate) fn cost_ps(buckets: u64, entries: u64, bound: u32) -> u64 {
    let passed = entries.saturating_mul(within_16_bits(bound)) >> 16;
    let sketches = entries.saturating_mul(SKETCH_PS);
    (buckets * BUCKET_PS).saturating_add(sketches).saturating_add(passed.saturating_mul(PASSED_PS))
}

/// The cheapest plan with these costs of each chunk.
pub(crate) fn cheapest(costs: &[Costs], radius: usize) -> Option<Plan> {
    Table::new(costs).plan(radius)
}

/// What a budget of `budget` is taken to leave for the next chunk, in bits.
pub(crate) fn usual_bound(budget: usize, flips: usize) -> u32 {
    (2 * budget - 1 - flips) as u32
}

/// Costs where every bucket has the same length.
fn expected_costs(geometry: &Geometry, chunk: usize, rows: usize) -> Costs {
    let chunk = &geometry.chunks()[chunk];
    let flips = Flips::of(chunk.address_bits);
    let length = |masks: usize| (masks as u64 * rows as u64) >> chunk.address_bits;
    std::array::from_fn(|budget| {
        let cost = |flipped: usize| {
            let masks = flips.exactly(flipped).len();
            cost_ps(masks as u64, length(masks), usual_bound(budget, flipped))
        };
        (0..budget).map(cost).sum()
    })
}

/// How many of the 65,536 words of 16 bits lie within `bound` bits of one.
fn within_16_bits(bound: u32) -> u64 {
    const CHOICES: [u64; 17] =
        [1, 16, 120, 560, 1820, 4368, 8008, 11440, 12870, 11440, 8008, 4368, 1820, 560, 120, 16, 1];
    CHOICES.iter().take(bound as usize + 1).sum()
}

/// The least cost of giving so much budget to the first so many chunks.
struct Table {
    /// `least[chunks][budget]`, and the budget of the last of these chunks.
    least: Vec<[(u64, u8); REACH_BITS + 2]>,
}

impl Table {
    fn new(costs: &[Costs]) -> Self {
        let mut first = [(NEVER, 0); REACH_BITS + 2];
        first[0].0 = 0;
        let mut least = vec![first];
        for costs in costs {
            let before = least[least.len() - 1];
            least.push(std::array::from_fn(|budget| {
                let of = |last: usize| {
                    (before[budget - last].0.saturating_add(costs[last]).min(NEVER), last as u8)
                };
                (0..=MOST_BUDGET.min(budget)).map(of).min().unwrap_or((NEVER, 0))
            }));
        }
        Self { least }
    }

    fn plan(&self, radius: usize) -> Option<Plan> {
        let mut rest = radius + 1;
        let cost_ps = self.least.last()?.get(rest)?.0;
        let mut budgets: Budgets = self.least[1..]
            .iter()
            .rev()
            .map(|least| {
                let (_, budget) = least[rest];
                rest -= usize::from(budget);
                budget
            })
            .collect();
        budgets.reverse();
        (cost_ps < NEVER).then_some(Plan { budgets, cost_ps })
    }
}
