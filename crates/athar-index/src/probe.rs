//! Search by buckets: find, sift, name, measure.
//!
//! ```text
//! find      the buckets of every chunk's budget      starts
//! sift      their sketches                           tables
//! name      the rows of what passed                  tables
//! measure   them                                     rows
//! ```
//!
//! Chunks go through these steps in groups, one behind the other, and everything is asked for a
//! step before it is read: waits for memory overlap with each other and with work. They are most
//! of the time (a question that was just asked costs a quarter).
//!
//! What a query reads at ten million uniform codes and radius 31: some 210 lines of starts, 1,560
//! of sketches (41,500 sketches in 272 buckets), 220 of ids and 160 of rows (110 of them), on 480
//! pages. Asked for and read in a bare loop, the same lines took 17 us where the query took 30,
//! and 13.5 when they were asked for into the second cache, which the query does since.
//!
//! # Tried and left
//!
//! Asking for the first line of every block of a group in one go, so that addresses are looked
//! up side by side: a little faster at ten million codes, a third slower at a hundred million.

use crate::flips::{Flips, MOST_FLIPS};
use crate::layout::Form;
use crate::options::Effort;
use crate::plan::{self, BUCKET_PS, Costs, PASSED_PS, Plan, Plans, SKETCH_PS};
use crate::segment::{Headless, Near, Parts};
use athar_kernel::sieve::{self, LongRun, Passed, Run, prefetch};
use athar_kernel::{Code, Level, Radius};
use std::ops::Range;

/// How much dearer than expected a query may become before it is planned with the lengths of its
/// own buckets, and what is small enough not to matter.
const SURPRISE: u64 = 3;
const SURPRISE_PS: u64 = 10_000_000;

/// How much dearer than expected a query is at least that may be given up.
const DEAR: u64 = 2;

/// Planning a query by itself costs about this.
const PLANNING_PS: u64 = 150_000_000;

/// How far a search reaches.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reach {
    /// Nothing beyond it is found.
    pub radius: Radius,
    /// Everything within it is found: the buckets that are read are chosen for it.
    pub sure: Radius,
}

impl From<Radius> for Reach {
    /// Everything within the radius.
    fn from(radius: Radius) -> Self {
        Self { radius, sure: radius }
    }
}

/// The rows within reach of `query`, in rising order; `None` when comparing the query with
/// everything is cheaper.
pub(crate) fn within(
    parts: &Parts<'_>,
    plans: &Plans,
    level: Level,
    query: &Code,
    reach: Reach,
) -> Option<Vec<Near>> {
    let sure = usize::from(reach.sure.bits());
    let usual = plans.for_radius(sure)?;
    let surprise = (SURPRISE * usual.cost_ps + SURPRISE_PS).min(plans.allowance_ps);
    let mut search = Search::new(parts, level, query, reach.radius);
    search.run(usual, surprise).or_else(|| {
        let spent = surprise + PLANNING_PS;
        let left = plans.allowance_ps.checked_sub(spent)?;
        let own = plan_for(parts, query, usual, sure)?;
        Search::new(parts, level, query, reach.radius).run(&own, left)
    })
}

/// As [`within`], but a query that becomes dearer than `effort.most_us` is given up: `None`. Where
/// most queries are that dear, or a search by buckets is not what they are answered by, all is as
/// with [`within`]: then `Some(None)` where comparing with everything is cheaper.
pub(crate) fn by_effort(
    parts: &Parts<'_>,
    plans: &Plans,
    level: Level,
    query: &Code,
    radius: Radius,
    effort: Effort,
) -> Option<Option<Vec<Near>>> {
    let usual = plans.for_radius(usize::from(effort.sure.bits()));
    let dear_ps = usual.map_or(0, |plan| DEAR * plan.cost_ps);
    let most_ps = effort.most_us.saturating_mul(1_000_000).max(dear_ps);
    match usual.filter(|_| most_ps < plans.allowance_ps) {
        Some(usual) => Search::new(parts, level, query, radius).run(usual, most_ps).map(Some),
        None => Some(within(parts, plans, level, query, Reach { radius, sure: effort.sure })),
    }
}

/// Asks memory for what a search for `query` reads first, and does not wait for it. Of wide blocks
/// that is a chunk: all of them would be as much as the second cache holds beside the search that
/// is under way.
pub(crate) fn announce(parts: &Parts<'_>, plans: &Plans, query: &Code, radius: Radius) {
    if let Some(plan) = plans.for_radius(usize::from(radius.bits())) {
        let chunks = if parts.form == Form::Wide { 1 } else { plan.budgets.len() };
        (0..chunks).for_each(|chunk| ask_for_starts(parts, query, chunk, plan));
    }
}

/// Every row within `radius` of `query` by one plan, whatever it costs.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn follow(
    parts: &Parts<'_>,
    plan: &Plan,
    level: Level,
    query: &Code,
    radius: Radius,
) -> Vec<Near> {
    Search::new(parts, level, query, radius).run(plan, u64::MAX).unwrap_or_default()
}

/// The plan by the real lengths of this query's buckets.
fn plan_for(parts: &Parts<'_>, query: &Code, usual: &Plan, radius: usize) -> Option<Plan> {
    let real = |(chunk, &budget): (usize, &u8)| {
        let most = (usize::from(budget) + 1).min(MOST_FLIPS);
        real_costs(parts, query, chunk, most)
    };
    let costs: Vec<Costs> = usual.budgets.iter().enumerate().map(real).collect();
    plan::cheapest(&costs, radius)
}

/// What a chunk of this query costs with each budget up to `most`.
fn real_costs(parts: &Parts<'_>, query: &Code, index: usize, most: usize) -> Costs {
    let chunk = &parts.geometry.chunks()[index];
    let (starts, address) = (parts.starts(index), chunk.address(query.words()) as usize);
    let mut costs = [u64::MAX / 2; MOST_FLIPS + 2];
    costs[0] = 0;
    let (mut buckets, mut entries) = (0, 0);
    for flips in 0..most {
        for &mask in Flips::of(chunk.address_bits).exactly(flips) {
            let bucket = address ^ mask as usize;
            let words = starts[bucket + 1] - starts[bucket];
            entries += u64::from(entries_of(parts, index, words));
            buckets += 1;
        }
        costs[flips + 1] = plan::cost_ps(buckets, entries, plan::usual_bound(flips + 1, flips));
    }
    costs
}

/// Entries of a block of so many words in the table of a chunk.
#[inline]
fn entries_of(parts: &Parts<'_>, chunk: usize, words: u32) -> u32 {
    if chunk == 0 { words } else { parts.form.entries(words) }
}

/// What the buckets that a chunk's budget reaches differ in from the query's own.
#[inline]
fn masks(parts: &Parts<'_>, chunk: usize, plan: &Plan) -> &'static [u32] {
    let address_bits = parts.geometry.chunks()[chunk].address_bits;
    Flips::of(address_bits).fewer_than(usize::from(plan.budgets[chunk]))
}

fn ask_for_starts(parts: &Parts<'_>, query: &Code, index: usize, plan: &Plan) {
    let starts = parts.starts(index);
    let address = parts.geometry.chunks()[index].address(query.words());
    for mask in masks(parts, index, plan) {
        let bucket = (address ^ mask) as usize;
        prefetch(starts, bucket..bucket + 2);
    }
}

/// Buckets that make up a group: enough to keep memory busy while they are read, few enough that
/// the second cache holds what is under way.
const GROUP_BUCKETS: usize = 64;

/// The chunks of a plan in groups, each of which goes through all steps of a search, one step
/// behind the group before it.
fn groups(parts: &Parts<'_>, plan: &Plan) -> Vec<Range<usize>> {
    let mut groups = Vec::with_capacity(plan.budgets.len());
    let (mut first, mut buckets) = (0, 0);
    for chunk in 0..plan.budgets.len() {
        buckets += masks(parts, chunk, plan).len();
        if buckets >= GROUP_BUCKETS || chunk + 1 == plan.budgets.len() {
            groups.push(first..chunk + 1);
            (first, buckets) = (chunk + 1, 0);
        }
    }
    groups
}

/// Runs of sketches, by the form of their blocks.
enum Runs {
    Narrow(Vec<Run>),
    Wide(Vec<LongRun>),
}

impl Runs {
    fn of(form: Form) -> Self {
        match form {
            Form::Narrow { .. } => Self::Narrow(Vec::with_capacity(320)),
            Form::Wide => Self::Wide(Vec::with_capacity(2200)),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Narrow(runs) => runs.len(),
            Self::Wide(runs) => runs.len(),
        }
    }

    /// Where the words of a run lie.
    #[inline]
    fn range(&self, run: u32) -> Range<usize> {
        match self {
            Self::Narrow(runs) => runs[run as usize].range(),
            Self::Wide(runs) => runs[run as usize].range(),
        }
    }
}

/// One query's way through a segment.
struct Search<'a> {
    parts: &'a Parts<'a>,
    level: Level,
    query: &'a Code,
    radius: Radius,
    runs: Runs,
    /// How many of the runs are sifted.
    sifted: usize,
    passed: Vec<Passed>,
    /// How many of those that passed are named.
    named: usize,
    rows: Vec<u32>,
    cost_ps: u64,
}

impl<'a> Search<'a> {
    fn new(parts: &'a Parts<'a>, level: Level, query: &'a Code, radius: Radius) -> Self {
        Self {
            parts,
            level,
            query,
            radius,
            runs: Runs::of(parts.form),
            sifted: 0,
            passed: Vec::with_capacity(256),
            named: 0,
            rows: Vec::with_capacity(256),
            cost_ps: 0,
        }
    }

    /// Runs a plan; `None` when it costs more than `most_ps`.
    fn run(&mut self, plan: &Plan, most_ps: u64) -> Option<Vec<Near>> {
        let groups = groups(self.parts, plan);
        let group = |step: usize| groups.get(step).cloned().unwrap_or(0..0);
        for step in 0..groups.len() + 3 {
            group(step).for_each(|chunk| ask_for_starts(self.parts, self.query, chunk, plan));
            let sift_to = self.runs.len();
            group(step.wrapping_sub(1)).for_each(|chunk| self.find_buckets(chunk, plan));
            let name_to = self.passed.len();
            self.sift(sift_to, most_ps)?;
            self.name_rows(name_to);
            self.ask_for_ids(name_to);
        }
        Some(self.measure())
    }

    /// Compares the sketches of the runs before `end`.
    fn sift(&mut self, end: usize, most_ps: u64) -> Option<()> {
        let left_ps = most_ps.checked_sub(self.cost_ps)?;
        let most = usize::try_from(left_ps / PASSED_PS).unwrap_or(usize::MAX);
        let (range, passed) = (self.sifted..end, &mut self.passed);
        match &self.runs {
            Runs::Narrow(runs) => {
                sieve::sieve(self.level, self.parts.words, runs, range, most, passed);
            }
            Runs::Wide(runs) => {
                sieve::sieve_long(self.level, self.parts.long_words, runs, range, most, passed);
            }
        }
        self.sifted = end;
        (passed.len() <= most).then_some(())
    }

    /// Adds the runs of a chunk's buckets.
    fn find_buckets(&mut self, index: usize, plan: &Plan) {
        let (starts, table) = (self.parts.starts(index), self.parts.table(index));
        let address = self.parts.geometry.chunks()[index].address(self.query.words());
        let masks = masks(self.parts, index, plan);
        let sketch = Sketch::of(self.parts, self.query, index, plan);
        let mut entries = 0;
        let blocks = masks.iter().map(|mask| {
            let bucket = (address ^ mask) as usize;
            let (start, end) = (starts[bucket], starts[bucket + 1]);
            let len = entries_of(self.parts, index, end - start);
            entries += u64::from(len);
            (table + start as usize, len, mask.count_ones())
        });
        match &mut self.runs {
            Runs::Narrow(runs) => {
                runs.extend(blocks.map(|(start, len, flips)| sketch.run(start, len, flips)));
            }
            Runs::Wide(runs) => {
                // Many of so many buckets may be empty.
                let filled = blocks.filter(|&(_, len, _)| len > 0);
                runs.extend(filled.map(|(start, len, flips)| sketch.long_run(start, len, flips)));
            }
        }
        self.cost_ps += masks.len() as u64 * BUCKET_PS + entries * SKETCH_PS;
    }

    fn ask_for_ids(&self, first: usize) {
        for passed in &self.passed[first..] {
            let range = self.runs.range(passed.run);
            if self.is_primary(&range) {
                continue;
            }
            let id = range.end + passed.position as usize;
            match self.parts.form {
                Form::Narrow { highs } => {
                    let words = self.parts.words;
                    prefetch(words, id..id + 1);
                    let high = range.end + range.len();
                    let unary = (range.len() + highs as usize).div_ceil(16);
                    prefetch(words, high..high + unary.min(128));
                }
                Form::Wide => prefetch(self.parts.long_words, id..id + 1),
            }
        }
    }

    /// Whether a run lies in the table whose entries are the rows in their order.
    #[inline]
    fn is_primary(&self, run: &Range<usize>) -> bool {
        run.start < self.parts.table(1)
    }

    /// Finds the rows of what passed and asks for them.
    fn name_rows(&mut self, end: usize) {
        for passed in &self.passed[self.named..end] {
            let row = self.row_of(*passed);
            // Only a damaged table names a row that is not there.
            if let Some(row) = row.filter(|&row| (row as usize) < self.parts.rows.len()) {
                let row = row as usize;
                self.parts.rows.prefetch(row);
                self.rows.push(row as u32);
            }
        }
        self.named = end;
    }

    fn row_of(&self, passed: Passed) -> Option<u32> {
        let range = self.runs.range(passed.run);
        if self.is_primary(&range) {
            return Some((range.start - self.parts.table(0)) as u32 + passed.position);
        }
        let id = range.end + passed.position as usize;
        match self.parts.form {
            Form::Narrow { highs } => {
                let unary_at = range.end + range.len();
                let unary = (range.len() + highs as usize).div_ceil(16);
                let unary = &self.parts.words[unary_at..unary_at + unary];
                let high = sieve::select(self.level, unary, passed.position)? - passed.position;
                Some(high << 16 | u32::from(self.parts.words[id]))
            }
            Form::Wide => Some(self.parts.long_words[id]),
        }
    }

    /// Measures the rows that were named: each is kept once, in rising order.
    fn measure(&mut self) -> Vec<Near> {
        let mut found = Vec::new();
        self.parts.rows.within(self.level, self.query, self.radius, &self.rows, &mut found);
        let whole = |(row, bits)| {
            let bucket = self.parts.bucket(row);
            self.parts.near(self.query, self.radius, Headless { row, bits, bucket })
        };
        let mut near: Vec<Near> = found.into_iter().filter_map(whole).collect();
        near.sort_unstable();
        near.dedup();
        near
    }
}

/// What a query's sketch in the table of a chunk may differ in.
struct Sketch {
    query: u32,
    /// The bits of a long sketch that do not reach beyond the next chunk.
    next: u32,
    /// One more than the bits in which chunk and next chunk together may differ, and with the one
    /// after.
    budgets: [u32; 2],
}

impl Sketch {
    fn of(parts: &Parts<'_>, query: &Code, index: usize, plan: &Plan) -> Self {
        let (next, chunks) = (parts.geometry.next(index), parts.geometry.chunks());
        let third = parts.geometry.next(next);
        let [own, next_too, all] = [index, next, third].map(|chunk| u32::from(plan.budgets[chunk]));
        let next_bits = (chunks[index].rest_bits() + chunks[next].bits).min(u32::BITS);
        Self {
            query: parts.sketch(index, query.words()),
            next: u32::MAX << (u32::BITS - next_bits),
            budgets: [own + next_too, own + next_too + all],
        }
    }

    /// The run of a block to which so many flips lead.
    #[inline]
    fn run(&self, start: usize, len: u32, flips: u32) -> Run {
        let bound = (self.budgets[0] - 1 - flips) as u16;
        Run { start, len, query: self.query as u16, bound }
    }

    /// [`run`](Self::run) of a wide block.
    #[inline]
    fn long_run(&self, start: usize, len: u32, flips: u32) -> LongRun {
        let [two, three] = self.budgets;
        let bounds = [two - 1 - flips, three - 1 - flips];
        LongRun { start, len, query: self.query, first: self.next, bounds }
    }
}
