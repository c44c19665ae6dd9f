//! Every threshold and every verdict.
//!
//! Nothing else in Athar decides whether two items show the same thing. The numbers here are
//! measured: `false_alarms.tsv` is written by `cargo xtask eval --record`, which tries unrelated pictures
//! against each other in all eight orientations and counts how often they come near.

use athar_hash::SecondDistance;
use athar_kernel::{Distance, Radius};
use athar_media::Limits;
use serde::Serialize;
use std::sync::LazyLock;

/// The largest distance, in bits, at which two whole pictures are the same picture. The field's
/// figure for PDQ (Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing
/// Algorithm", 2019), borne out by `false_alarms.tsv`.
pub const PDQ_RADIUS: Radius = match Radius::new(31) {
    Some(radius) => radius,
    None => unreachable!(),
};

/// PDQ quality (0 to 100) below which a picture is too flat for its code to mean anything: the
/// reference's own advice. Such an item is kept with its digests and never matched.
pub const MIN_QUALITY: u8 = 50;

/// The largest distance, in bits of 256, at which the second opinion agrees. By `cargo xtask
/// eval`, 99 of 100 edited photographs stay within 23; of a million pairs of unrelated ones, in
/// eight orientations, 12 come within 48.
const SECOND_RADIUS: SecondDistance = SecondDistance::from_bits(48);

/// What one file may cost.
pub const LIMITS: Limits = Limits { bytes: 384 << 20, pixels: 400_000_000, memory: 640 << 20 };

/// The most that one file's bytes and the memory for decoding them may come to. With the two
/// budgets below and the program itself the sum stays below 1 GiB.
pub const HEAVY_BYTES: u64 = 700 << 20;

/// Bytes of ordinary files held at one time.
pub const FILES_BYTES: u64 = 96 << 20;

/// Memory for decoding ordinary files at one time.
pub const DECODING_BYTES: u64 = 160 << 20;

/// A larger file is heavy.
pub const LIGHT_FILE_BYTES: u64 = 32 << 20;

/// A file that takes more memory to decode is heavy.
pub const LIGHT_DECODING_BYTES: u64 = 96 << 20;

/// Codes that are read from the ledger at a time: 6 MB, and twice what the index makes a segment
/// of at once, so that an index which is made anew has few.
pub const INDEX_BATCH_CODES: usize = 1 << 17;

/// Codes that a process may have to read from the ledger because the index on the disk does not
/// have them: reading 1024 takes about a millisecond. Writing them is a new file and a new
/// manifest, each synced, which is far too much for a single picture.
pub const INDEX_REPLAY_CODES: usize = 1 << 10;

/// Codes up to which `--similar` looks at every one: that takes about a millisecond a picture,
/// and making the graph takes longer than that for each code.
pub const SIMILAR_EXACT_CODES: usize = 1 << 12;

/// Neighbours that a code has in the graph of `--similar`. Of the ten nearest of 18,008 codes of
/// real photographs in eight orientations, a graph of these three numbers found 0.89, one of 12
/// neighbours and 48 candidates 0.77 in two thirds of the time.
pub const SIMILAR_CONNECTIONS: usize = 16;

/// Candidates for a code's neighbours.
pub const SIMILAR_EF_BUILDING: usize = 64;

/// Candidates that a question to the graph keeps; twice as many as are asked for at least.
pub const SIMILAR_EF: usize = 128;

/// How two items hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The same whole picture.
    Copy,
}

impl Relation {
    /// The name used in JSON and in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Copy => "copy",
        }
    }

    /// The relation with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Copy].into_iter().find(|relation| relation.name() == name)
    }
}

/// Whether a picture's code may be searched for and found.
pub fn searchable(quality: u8) -> bool {
    quality >= MIN_QUALITY
}

/// The verdict on two whole pictures whose codes lie `distance` apart, or `None` when that is
/// no match.
pub fn judge_whole(distance: Distance) -> Option<Relation> {
    PDQ_RADIUS.covers(distance).then_some(Relation::Copy)
}

/// Whether an independent hash sees the same picture. It does not overrule the verdict: a match
/// on which the two disagree is shown as such, for a person to look at.
pub fn second_agrees(distance: SecondDistance) -> bool {
    distance <= SECOND_RADIUS
}

/// How often one comparison of two unrelated pictures, in any of the eight orientations, comes
/// as near as `distance`: the measured share, or, where none came so near, the 95 % upper
/// bound 3 / pairs.
pub fn false_alarm_rate(distance: Distance) -> f64 {
    FALSE_ALARMS.rate(distance)
}

/// Pairs of unrelated pictures on which [`false_alarm_rate`] rests.
pub fn false_alarm_pairs() -> u64 {
    FALSE_ALARMS.pairs
}

static FALSE_ALARMS: LazyLock<FalseAlarms> =
    LazyLock::new(|| FalseAlarms::parse(include_str!("false_alarms.tsv")));

/// Unrelated pairs by the smallest distance of their eight orientations.
struct FalseAlarms {
    pairs: u64,
    /// `within[d]`: pairs no further apart than `d` bits.
    within: [u64; 257],
}

impl FalseAlarms {
    /// Reads lines of `distance<TAB>pairs`; `#` begins a comment. The file is our own and a
    /// test reads it whole.
    fn parse(text: &str) -> Self {
        let mut within = [0u64; 257];
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut fields = line.split('\t').map(str::parse::<u64>);
            if let (Some(Ok(distance)), Some(Ok(count))) = (fields.next(), fields.next()) {
                within[distance as usize] = count;
            }
        }
        for d in 1..within.len() {
            within[d] += within[d - 1];
        }
        Self { pairs: within[256], within }
    }

    fn rate(&self, distance: Distance) -> f64 {
        let near = self.within[usize::from(distance.bits())];
        let near = if near == 0 { 3.0 } else { near as f64 };
        (near / self.pairs as f64).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(n: u16) -> Distance {
        Distance::new(n).unwrap()
    }

    #[test]
    fn the_carried_table_is_whole() {
        let lines = include_str!("false_alarms.tsv").lines();
        let rows: Vec<_> = lines.filter(|line| !line.starts_with('#')).collect();
        assert_eq!(rows.len(), 257);
        assert!(false_alarm_pairs() > 1_000_000);
    }

    #[test]
    fn the_rate_is_a_share_or_the_rule_of_three() {
        let table = FalseAlarms::parse("# pairs\n0\t0\n90\t5\n128\t95\n");
        assert_eq!(table.pairs, 100);
        assert_eq!(table.rate(bits(31)), 0.03);
        assert_eq!(table.rate(bits(90)), 0.05);
        assert_eq!(table.rate(bits(256)), 1.0);
    }

    #[test]
    fn the_rate_never_falls_with_distance() {
        let rates: Vec<_> = (0..=256).map(|d| false_alarm_rate(bits(d))).collect();
        assert!(rates.iter().all(|&rate| rate > 0.0));
        assert_eq!(rates.last(), Some(&1.0));
    }

    #[test]
    fn the_radius_is_where_the_verdict_turns() {
        assert_eq!(judge_whole(bits(31)), Some(Relation::Copy));
        assert_eq!(judge_whole(bits(32)), None);
    }
}
