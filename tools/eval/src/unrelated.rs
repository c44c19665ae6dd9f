//! Every pair of stored pictures by PDQ and by the second opinion, in eight orientations: the
//! table of false alarms that the program carries, and which files of a corpus are one picture.

use crate::run::in_parallel;
use athar_engine::{Level, Limits, Want, policy};
use athar_hash::{PictureFingerprint, fingerprint_picture};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// The fingerprint of a file; `None` when it cannot be read.
pub fn fingerprint(path: &Path) -> Option<PictureFingerprint> {
    let bytes = fs::read(path).ok()?;
    let picture = athar_media::decode(&bytes, &Limits::default(), Want::Hash).ok()?;
    Some(fingerprint_picture(&picture.plane, Level::best()))
}

/// The smallest PDQ distance of a query's eight orientations.
pub fn nearest(stored: &PictureFingerprint, query: &PictureFingerprint) -> u16 {
    query.codes().iter().map(|code| code.distance(stored.code()).bits()).min().unwrap_or(256)
}

/// The same with the query's colours inverted too, which makes each bit of a code the other.
fn nearest_inverted_or_not(stored: &PictureFingerprint, query: &PictureFingerprint) -> u16 {
    let distances = query.codes().iter().map(|code| code.distance(stored.code()).bits());
    distances.map(|bits| bits.min(256 - bits)).min().unwrap_or(256)
}

/// Distances of pictures that have nothing to do with each other.
pub struct Unrelated {
    pictures: usize,
    /// Pairs by smallest PDQ distance of eight orientations.
    pdq: [u64; 257],
    /// Pairs by the second opinion's smallest distance of eight orientations.
    second: Vec<u64>,
    /// Pairs within the radius: not unrelated at all, or false alarms.
    near: Vec<(usize, usize)>,
}

impl Unrelated {
    /// Every pair of searchable pictures, once. `None` stands for what could not be read.
    pub fn count(prints: &[Option<PictureFingerprint>]) -> Self {
        let rows = in_parallel(&Vec::from_iter(0..prints.len()), |&n| Self::count_one(prints, n));
        let mut sum = Self::empty(0);
        rows.into_iter().for_each(|row| sum.add(row));
        sum
    }

    /// Pairs that a whole-picture match would join.
    pub fn near(&self) -> &[(usize, usize)] {
        &self.near
    }

    fn empty(pictures: usize) -> Self {
        Self { pictures, pdq: [0; 257], second: Vec::new(), near: Vec::new() }
    }

    fn count_one(prints: &[Option<PictureFingerprint>], n: usize) -> Self {
        let Some(query) = prints[n].as_ref().filter(|p| policy::searchable(p.quality())) else {
            return Self::empty(0);
        };
        let mut one = Self::empty(1);
        for (number, stored) in prints[..n].iter().enumerate() {
            let Some(stored) = stored.as_ref().filter(|p| policy::searchable(p.quality())) else {
                continue;
            };
            let distance = nearest_inverted_or_not(stored, query);
            one.pdq[usize::from(distance)] += 1;
            if distance <= policy::PDQ_RADIUS.bits() {
                one.near.push((number, n));
            }
            let seconds = query.seconds().iter().map(|s| stored.seconds()[0].distance(s).bits());
            let second = usize::from(seconds.min().unwrap_or(0));
            one.second.resize(one.second.len().max(second + 1), 0);
            one.second[second] += 1;
        }
        one
    }

    fn add(&mut self, other: Self) {
        self.pictures += other.pictures;
        for (sum, count) in self.pdq.iter_mut().zip(other.pdq) {
            *sum += count;
        }
        self.second.resize(self.second.len().max(other.second.len()), 0);
        for (sum, count) in self.second.iter_mut().zip(other.second) {
            *sum += count;
        }
        self.near.extend(other.near);
    }

    /// The table that the program carries.
    pub fn as_tsv(&self) -> String {
        let mut text = format!(
            "# Pairs of unrelated photographs by the smallest PDQ distance of eight orientations, inverted\n\
             # or not.\n\
             # {} photographs, every pair once; written by `cargo xtask eval`.\n\
             # distance\tpairs\n",
            self.pictures
        );
        for (distance, pairs) in self.pdq.iter().enumerate() {
            let _ = writeln!(text, "{distance}\t{pairs}");
        }
        text
    }

    /// The same of the second opinion.
    pub fn second_as_tsv(&self) -> String {
        let mut text = String::from("distance\tpairs\n");
        for (distance, pairs) in self.second.iter().enumerate() {
            let _ = writeln!(text, "{distance}\t{pairs}");
        }
        text
    }

    /// One line for people.
    pub fn as_text(&self) -> String {
        let pairs: u64 = self.pdq.iter().sum();
        let nearest = |counts: &[u64]| counts.iter().position(|count| *count > 0).unwrap_or(0);
        let radius = usize::from(policy::PDQ_RADIUS.bits());
        format!(
            "{} stored pictures, {pairs} pairs in eight orientations: nearest {} bits, \
             {} within {radius}; second opinion: nearest {} bits",
            self.pictures,
            nearest(&self.pdq),
            self.pdq[..=radius].iter().sum::<u64>(),
            nearest(&self.second),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn each_pair_is_counted_once_and_twins_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let scene = |n: u64| testing::scene(n, 200, 150);
        let save = |name: &str, picture: &image::RgbImage| {
            let path = folder.path().join(name);
            picture.save(&path).unwrap();
            fingerprint(&path)
        };
        let mirrored = image::imageops::flip_horizontal(&scene(1));
        let prints =
            [save("a.png", &scene(1)), save("b.png", &scene(2)), None, save("c.png", &mirrored)];
        let unrelated = Unrelated::count(&prints);
        assert_eq!((unrelated.pictures, unrelated.pdq.iter().sum::<u64>()), (3, 3));
        assert_eq!(unrelated.near(), [(0, 3)]);
        assert_eq!(unrelated.as_tsv().lines().count(), 261);
        assert!(unrelated.as_text().contains("3 pairs") && unrelated.second_as_tsv().len() > 20);
    }
}
