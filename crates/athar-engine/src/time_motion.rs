//! From moments that look or sound alike to stretches of time that lie on each other.
//!
//! Of two recordings that show the same, one lies on the other by an offset and a rate, and so do
//! their moments. A moment of the query that is like one of the item tells for each rate one
//! offset; the offset that most moments tell is the motion. What a motion explains is cut where it
//! explains nothing for a while, and the rest of the moments is asked again: so cuts, loops and
//! another order come out as several stretches.
//!
//! ```text
//! moments ─ for each rate: offsets ─► the motion that most tell ─ fitted ─► cut at gaps ─► stretches
//!     └──────────────── without those that are explained ◄──────────────────────┘
//! ```
//!
//! A thing that stands still is alike for long: an item's moment may last, and tells a range of
//! offsets. A moment of the query counts once for each motion, as the nearest it is like.
//! Nothing is drawn by lot: the same moments give the same stretches.

/// Something of the query that is like something of the item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Moment {
    /// Which place of the query. Places are numbered in the order of their times.
    pub query: u32,
    /// When that is, in milliseconds.
    pub query_ms: f64,
    /// Which place of the item.
    pub stored: u32,
    /// From when to when that is.
    pub stored_ms: [f64; 2],
    /// Bits in which the codes differ.
    pub distance: u16,
}

/// Takes times of the query to times of the item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TimeMotion {
    /// Milliseconds of the item that go by in one of the query.
    pub rate: f64,
    /// The item's time at the query's beginning.
    pub offset_ms: f64,
}

/// A stretch of time on both sides.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stretch {
    pub motion: TimeMotion,
    /// The moments that agree with it, in the order of the query's time, each place of the query
    /// once.
    pub inliers: Vec<Moment>,
    /// From when to when of the query: the first and the last of them, or what lies beyond.
    pub query_ms: [f64; 2],
}

/// What counts as agreement on how one stretch of time lies on another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TimeTolerance {
    /// How far a moment may lie from where the motion puts it, in milliseconds.
    pub offset_ms: f64,
    /// What may lie between two moments of one stretch that are alike.
    pub gap_ms: f64,
    /// The lowest and the highest rate that are tried.
    pub rates: [f64; 2],
    /// Moments that make a stretch.
    pub least_inliers: usize,
    /// Bits from which on codes are not alike: nearer ones weigh more.
    pub radius_bits: u16,
}

/// How much two rates that are tried differ.
const RATE_STEP: f64 = 0.01;

/// How much better a rate has to explain the moments than one that is nearer to 1.
const RATE_GAIN: f32 = 1.02;

/// Moments over so long a time tell a rate; over a shorter one the rate stays what was tried.
const RATE_FIT_MS: f64 = 4000.0;

/// And only over so many times what a moment may be off.
const RATE_FIT_TIMES: f64 = 12.0;

/// A rate that differs less from 1 is 1: no time base is more exact than that.
const RATE_EXACT: f64 = 0.003;

/// And one by which so little differs at the ends: frames are looked at every so often.
const RATE_TOLD_MS: f64 = 50.0;

/// Rounds of fitting.
const FITS: usize = 4;

/// Motions that are looked for: a bound on what a recording made to match everything takes.
const MOST_MOTIONS: usize = 64;

/// Moments that are looked at, the nearest first.
pub(crate) const MOST_MOMENTS: usize = 1 << 17;

impl TimeMotion {
    pub(crate) fn at(&self, query_ms: f64) -> f64 {
        self.rate * query_ms + self.offset_ms
    }

    /// How far the item's moment is from where it should be.
    pub(crate) fn residual_ms(&self, moment: &Moment) -> f64 {
        let at = self.at(moment.query_ms);
        let [from, to] = moment.stored_ms;
        (from - at).max(at - to).max(0.0)
    }
}

impl Stretch {
    /// From the first to the last of these moments.
    pub(crate) fn of(motion: TimeMotion, inliers: Vec<Moment>) -> Self {
        let ends = [inliers.first(), inliers.last()];
        let query_ms = ends.map(|end| end.map_or(0.0, |moment| moment.query_ms));
        Self { motion, inliers, query_ms }
    }

    /// How many of the item's places agree.
    pub(crate) fn stored_places(&self) -> usize {
        let mut places: Vec<u32> = self.inliers.iter().map(|moment| moment.stored).collect();
        places.sort_unstable();
        places.dedup();
        places.len()
    }
}

/// Every stretch of time that query and item have in common, in the order of the query's time. The
/// moments are expected in the order of the query's places.
pub(crate) fn stretches(moments: &[Moment], tolerance: &TimeTolerance) -> Vec<Stretch> {
    let mut left = nearest(moments);
    let mut found = Vec::new();
    for _ in 0..MOST_MOTIONS {
        if left.len() < tolerance.least_inliers {
            break;
        }
        let Some(motion) = most_told(&left, tolerance) else { break };
        let (motion, inliers) = fitted(&left, motion, tolerance);
        let cut = cut_at_gaps(motion, &inliers, tolerance);
        if cut.is_empty() && inliers.is_empty() {
            break;
        }
        // A moment of the query shows one thing: what it is in a stretch it is nowhere else.
        left.retain(|moment| !cut.iter().any(|stretch| is_within(moment, stretch)));
        left.retain(|moment| !inliers.iter().any(|inlier| inlier == moment));
        found.extend(cut);
    }
    found.sort_by(|a, b| a.query_ms[0].total_cmp(&b.query_ms[0]));
    found
}

/// The nearest moments, in the order of the query's places.
fn nearest(moments: &[Moment]) -> Vec<Moment> {
    let mut left = moments.to_vec();
    if left.len() > MOST_MOMENTS {
        left.select_nth_unstable_by_key(MOST_MOMENTS, |moment| (moment.distance, moment.query));
        left.truncate(MOST_MOMENTS);
    }
    left.sort_by_key(|moment| (moment.query, moment.stored, moment.distance));
    left
}

fn is_within(moment: &Moment, stretch: &Stretch) -> bool {
    let [from, to] = stretch.query_ms;
    (from..=to).contains(&moment.query_ms)
}

/// The motion that most moments tell.
fn most_told(moments: &[Moment], tolerance: &TimeTolerance) -> Option<TimeMotion> {
    let mut ballot = Ballot::new(moments, tolerance);
    let mut best: Option<(f32, TimeMotion)> = None;
    for (round, rate) in rates(tolerance.rates).into_iter().enumerate() {
        let (weight, offset_ms) = ballot.vote(round as u32, rate);
        if best.is_none_or(|(most, _)| weight > most * RATE_GAIN) {
            best = Some((weight, TimeMotion { rate, offset_ms }));
        }
    }
    best.filter(|(weight, _)| *weight > 0.0).map(|(_, motion)| motion)
}

/// Rates in the order of how far they are from 1.
fn rates([least, most]: [f64; 2]) -> Vec<f64> {
    let step = (1.0 + RATE_STEP).ln();
    let (down, up) = ((-least.ln() / step).ceil() as i32, (most.ln() / step).ceil() as i32);
    let mut steps: Vec<i32> = (-down..=up).collect();
    steps.sort_by_key(|step| step.abs());
    steps.into_iter().map(|n| (f64::from(n) * step).exp()).collect()
}

/// Counts which offset most moments tell. Offsets are counted in bins of half the tolerance.
struct Ballot<'a> {
    moments: &'a [Moment],
    tolerance: &'a TimeTolerance,
    bins: Vec<Bin>,
    first_ms: f64,
    bin_ms: f64,
}

/// What one offset has; of another round it has nothing yet.
#[derive(Clone, Copy, Default)]
struct Bin {
    /// The round and the place that voted last, from 1.
    round: u32,
    place: u32,
    /// What that place's vote weighs.
    last: f32,
    sum: f32,
}

/// Bins of the offsets, at most: clips that are longer are counted more coarsely.
const MOST_BINS: f64 = 4e6;

impl<'a> Ballot<'a> {
    fn new(moments: &'a [Moment], tolerance: &'a TimeTolerance) -> Self {
        let ends = |rate: f64| {
            let slack = 2.0 * tolerance.offset_ms;
            let low = moments.iter().map(move |m| m.stored_ms[0] - rate * m.query_ms - slack);
            let high = moments.iter().map(move |m| m.stored_ms[1] - rate * m.query_ms + slack);
            (low.fold(f64::INFINITY, f64::min), high.fold(f64::NEG_INFINITY, f64::max))
        };
        let (slow, fast) = (ends(tolerance.rates[0] * 0.98), ends(tolerance.rates[1] * 1.02));
        let (first_ms, last_ms) = (slow.0.min(fast.0), slow.1.max(fast.1));
        let range_ms = (last_ms - first_ms).max(1.0);
        let bin_ms = (tolerance.offset_ms / 2.0).max(range_ms / MOST_BINS);
        let bins = vec![Bin::default(); (range_ms / bin_ms) as usize + 2];
        Self { moments, tolerance, bins, first_ms, bin_ms }
    }

    /// The heaviest offset at a rate. A round is no number that was used before.
    fn vote(&mut self, round: u32, rate: f64) -> (f32, f64) {
        let (round, mut best) = (round + 1, (0.0f32, 0usize));
        for moment in self.moments {
            let weight = weight(moment, self.tolerance.radius_bits);
            let offset = |stored_ms: f64| stored_ms - rate * moment.query_ms;
            let from = self.bin(offset(moment.stored_ms[0]) - self.tolerance.offset_ms);
            let to = self.bin(offset(moment.stored_ms[1]) + self.tolerance.offset_ms);
            for (number, bin) in self.bins[from..=to].iter_mut().enumerate() {
                let sum = bin.add(round, moment.query + 1, weight);
                if sum > best.0 {
                    best = (sum, from + number);
                }
            }
        }
        (best.0, self.first_ms + (self.middle(best.1) + 0.5) * self.bin_ms)
    }

    fn bin(&self, offset_ms: f64) -> usize {
        let at = ((offset_ms - self.first_ms) / self.bin_ms).max(0.0) as usize;
        at.min(self.bins.len() - 1)
    }

    /// The middle of the bins from `first` on that weigh the same.
    fn middle(&self, first: usize) -> f64 {
        let same =
            |bin: &&Bin| bin.round == self.bins[first].round && bin.sum == self.bins[first].sum;
        let count = self.bins[first..].iter().take_while(same).count().max(1);
        first as f64 + (count - 1) as f64 / 2.0
    }
}

impl Bin {
    /// A place that votes again for the same offset adds what its vote weighs more.
    fn add(&mut self, round: u32, place: u32, weight: f32) -> f32 {
        if self.round != round {
            *self = Self { round, ..Self::default() };
        }
        if self.place != place {
            (self.place, self.last) = (place, 0.0);
        }
        if weight > self.last {
            self.sum += weight - self.last;
            self.last = weight;
        }
        self.sum
    }
}

/// What a moment weighs: the nearer the codes, the more, for what stands nearly still is alike at
/// many times and the same at one.
fn weight(moment: &Moment, radius_bits: u16) -> f32 {
    let nearness = 1.0 - f32::from(moment.distance) / (f32::from(radius_bits) + 1.0);
    0.25 + 0.75 * nearness.max(0.0)
}

/// The motion fitted to the moments that agree with it, told anew each time.
fn fitted(
    moments: &[Moment],
    mut motion: TimeMotion,
    tolerance: &TimeTolerance,
) -> (TimeMotion, Vec<Moment>) {
    // What was counted in bins may be off by one of them.
    let mut inliers = agreeing(moments, &motion, 1.5 * tolerance.offset_ms);
    for _ in 0..FITS {
        let better = fit(&inliers, &motion, tolerance);
        let agree = agreeing(moments, &better, tolerance.offset_ms);
        if agree.len() < inliers.len() / 2 {
            break;
        }
        let is_settled = agree == inliers;
        (motion, inliers) = (better, agree);
        if is_settled {
            break;
        }
    }
    (motion, inliers)
}

/// The moments that agree, for each place of the query the nearest.
fn agreeing(moments: &[Moment], motion: &TimeMotion, within_ms: f64) -> Vec<Moment> {
    let mut agreeing: Vec<Moment> = Vec::new();
    for moment in moments.iter().filter(|moment| motion.residual_ms(moment) <= within_ms) {
        let better = |a: &Moment, b: &Moment| {
            let rank = |m: &Moment| (m.distance, motion.residual_ms(m));
            rank(a) < rank(b)
        };
        match agreeing.last_mut() {
            Some(last) if last.query == moment.query => {
                if better(moment, last) {
                    *last = *moment;
                }
            }
            _ => agreeing.push(*moment),
        }
    }
    agreeing
}

/// Least squares over the middles of the item's moments, short ones weighing more.
fn fit(inliers: &[Moment], motion: &TimeMotion, tolerance: &TimeTolerance) -> TimeMotion {
    let weight = |m: &Moment| 1.0 / (m.stored_ms[1] - m.stored_ms[0] + tolerance.offset_ms);
    let middle = |m: &Moment| {
        // A place that lasts says only that it is somewhere in it.
        motion.at(m.query_ms).clamp(m.stored_ms[0], m.stored_ms[1])
    };
    let sum = |of: &dyn Fn(&Moment) -> f64| inliers.iter().map(|m| weight(m) * of(m)).sum::<f64>();
    let total = sum(&|_| 1.0);
    if total <= 0.0 {
        return *motion;
    }
    let (x, y) = (sum(&|m| m.query_ms) / total, sum(&middle) / total);
    let xx = sum(&|m| (m.query_ms - x).powi(2));
    let xy = sum(&|m| (m.query_ms - x) * (middle(m) - y));
    let over_ms = inliers.last().map_or(0.0, |last| last.query_ms - inliers[0].query_ms);
    let [least, most] = tolerance.rates;
    let is_short = over_ms < RATE_FIT_MS.max(RATE_FIT_TIMES * tolerance.offset_ms);
    let told = if is_short || xx <= 0.0 { motion.rate } else { xy / xx };
    let rate = told.clamp(least * (1.0 - RATE_STEP), most * (1.0 + RATE_STEP));
    let off = (rate - 1.0).abs();
    let rate = if off < RATE_EXACT || off * over_ms < RATE_TOLD_MS { 1.0 } else { rate };
    TimeMotion { rate, offset_ms: y - rate * x }
}

/// The stretches that a motion explains: where it explains nothing for too long, one ends.
fn cut_at_gaps(motion: TimeMotion, inliers: &[Moment], tolerance: &TimeTolerance) -> Vec<Stretch> {
    let runs = inliers.chunk_by(|a, b| b.query_ms - a.query_ms <= tolerance.gap_ms);
    let long = runs.filter(|run| run.len() >= tolerance.least_inliers);
    long.map(|run| Stretch::of(motion, run.to_vec())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLERANCE: TimeTolerance = TimeTolerance {
        offset_ms: 250.0,
        gap_ms: 3000.0,
        rates: [0.8, 1.25],
        least_inliers: 3,
        radius_bits: 31,
    };

    /// What a query shows: for each of its places of 250 ms the item's time, or nothing.
    fn moments(shown: impl Fn(f64) -> Option<f64>, places: u32) -> Vec<Moment> {
        let at = |query: u32| {
            let query_ms = f64::from(query) * 250.0;
            let stored = (shown(query_ms)? / 250.0).round();
            let stored_ms = [stored * 250.0; 2];
            Some(Moment { query, query_ms, stored: stored as u32, stored_ms, distance: 4 })
        };
        (0..places).filter_map(at).collect()
    }

    fn found(moments: &[Moment]) -> Vec<(f64, [f64; 2], f64)> {
        let stretches = stretches(moments, &TOLERANCE);
        let told = |s: &Stretch| (s.motion.rate, s.query_ms, s.motion.at(s.query_ms[0]));
        stretches.iter().map(told).collect()
    }

    fn near(a: f64, b: f64, within: f64) -> bool {
        (a - b).abs() <= within
    }

    #[test]
    fn a_trimmed_clip_lies_at_its_offset() {
        let found = found(&moments(|t| Some(t + 7000.0), 8));
        assert_eq!(found, [(1.0, [0.0, 1750.0], 7000.0)]);
    }

    #[test]
    fn every_speed_is_told() {
        for rate in [0.8, 0.9, 0.97, 1.03, 1.1, 1.25] {
            let found = found(&moments(|t| Some(2000.0 + rate * t), 120));
            assert_eq!(found.len(), 1, "rate {rate}");
            let (told, query, stored) = found[0];
            assert!(near(told, rate, 0.01) && near(stored, 2000.0, 200.0), "{told} for {rate}");
            assert_eq!(query, [0.0, 29750.0]);
        }
    }

    #[test]
    fn a_long_clip_at_a_speed_between_those_tried_is_one_stretch() {
        let found = found(&moments(|t| Some(1.0543 * t), 4800));
        assert_eq!(found.len(), 1);
        assert!(near(found[0].0, 1.0543, 1e-3));
    }

    #[test]
    fn cuts_loops_and_another_order_are_several_stretches() {
        let shown = |t: f64| match t {
            t if t < 5000.0 => Some(t + 20_000.0),
            t if t < 10_000.0 => None,
            t if t < 15_000.0 => Some(t - 10_000.0),
            t => Some(t + 5000.0),
        };
        let found = found(&moments(shown, 80));
        let starts: Vec<_> =
            found.iter().map(|(_, query, stored)| (query[0], stored.round())).collect();
        assert_eq!(starts, [(0.0, 20_000.0), (10_000.0, 0.0), (15_000.0, 20_000.0)]);
    }

    #[test]
    fn what_stands_still_lies_where_it_is_most_alike() {
        // Every place is like every other, and the nearer in time the nearer.
        let all = (0..40u32).flat_map(|query| {
            (0..120u32).map(move |stored| Moment {
                query,
                query_ms: f64::from(query) * 250.0,
                stored,
                stored_ms: [f64::from(stored) * 250.0; 2],
                distance: (i32::abs(stored as i32 - query as i32 - 30) as u16 + 2).min(28),
            })
        });
        let found = found(&all.collect::<Vec<_>>());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].1, [0.0, 9750.0]);
        assert!(near(found[0].2, 7500.0, 130.0), "{found:?}");
    }

    #[test]
    fn places_that_last_tell_a_range() {
        let slide = |query: u32| Moment {
            query,
            query_ms: f64::from(query) * 250.0,
            stored: query / 8 + 3,
            stored_ms: [
                f64::from(query / 8 + 3) * 2000.0,
                f64::from(query / 8 + 4) * 2000.0 - 250.0,
            ],
            distance: 1,
        };
        let found = found(&(0..32).map(slide).collect::<Vec<_>>());
        assert_eq!(found.len(), 1);
        assert!(near(found[0].2, 6000.0, 260.0), "{found:?}");
    }

    #[test]
    fn moments_that_agree_on_nothing_are_no_stretch() {
        let mut state = 7u64;
        let mut below = |n: u64| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) % n
        };
        let scattered: Vec<_> = (0..12)
            .map(|query| {
                let stored = below(100_000);
                let stored_ms = [stored as f64 * 250.0; 2];
                let query_ms = f64::from(query) * 5000.0;
                Moment { query, query_ms, stored: stored as u32, stored_ms, distance: 20 }
            })
            .collect();
        assert_eq!(found(&scattered), []);
        assert_eq!(found(&[]), []);
    }

    #[test]
    fn time_is_bounded_for_what_is_like_everything() {
        let all = (0..1200u32).flat_map(|query| {
            (0..200u32).map(move |stored| Moment {
                query,
                query_ms: f64::from(query) * 250.0,
                stored,
                stored_ms: [f64::from(stored) * 2000.0, f64::from(stored) * 2000.0 + 1750.0],
                distance: 0,
            })
        });
        let found = stretches(&all.collect::<Vec<_>>(), &TOLERANCE);
        assert!(!found.is_empty() && found.len() <= MOST_MOTIONS);
    }
}
