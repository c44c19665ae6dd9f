//! What the engine says of edited pictures, read from the JSON that people and programs get.

use crate::geometry::Polygon;
use anyhow::{Result, ensure};
use athar_engine::{CheckOptions, Decoding, Interrupt, Outcome, Store, Watcher};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The answer to one input. Keys that this program does not know are passed over.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Answer {
    /// Verdicts.
    pub matches: Vec<Match>,
    /// What was looked at and found wanting, where the engine tells: the same keys as a match.
    #[serde(default)]
    pub candidates: Vec<Match>,
    /// Microseconds of each step, where the engine tells.
    #[serde(default)]
    pub steps_us: BTreeMap<String, f64>,
    /// Why there is no answer.
    pub error: Option<Value>,
}

/// One verdict.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Match {
    /// SHA-256 of the item in hex.
    pub item: String,
    /// `copy`, `part`, `altered` and what else there may be.
    #[serde(default)]
    pub relation: String,
    /// The route on which it was found.
    pub via: String,
    /// Bits between two codes.
    pub distance: Option<u32>,
    /// Landmarks that agree.
    pub inliers: Option<u32>,
    /// Where it is, on both sides.
    #[serde(default)]
    region: Value,
}

/// The same region on both sides, corner by corner, each in its picture's own pixels.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Region {
    /// In the picture that was asked about.
    pub query: Polygon,
    /// In the stored picture.
    pub stored: Polygon,
}

impl Match {
    /// The region, if the match has one and it is a pair of polygons.
    pub fn region(&self) -> Option<Region> {
        let region: Region = serde_json::from_value(self.region.clone()).ok()?;
        let corners = region.query.0.len();
        (corners >= 3 && corners == region.stored.0.len()).then_some(region)
    }

    /// Whether there is a region that could not be read.
    pub fn has_strange_region(&self) -> bool {
        !self.region.is_null() && self.region().is_none()
    }

    /// How strong the match is, and what that is counted in.
    pub fn measure(&self) -> Option<(&'static str, u32)> {
        let bits = self.region.get("evidence_bits").and_then(Value::as_u64);
        let evidence = bits.map(|bits| ("evidence", bits as u32));
        let inliers = self.inliers.map(|inliers| ("inliers", inliers));
        evidence.or(inliers).or(self.distance.map(|distance| ("distance", distance)))
    }
}

impl Answer {
    /// Reads an outcome.
    pub fn of(outcome: &Outcome) -> Result<Self> {
        Ok(serde_json::from_value(serde_json::to_value(outcome)?)?)
    }
}

/// Asks the engine about files; the answers are in their order.
pub fn ask(store: &mut Store, paths: Vec<PathBuf>) -> Result<Vec<Answer>> {
    let (asked, mut taking) = (paths.len(), Taking(Vec::with_capacity(paths.len())));
    let options = CheckOptions {
        paths,
        deep: true,
        candidates: true,
        steps: true,
        ..CheckOptions::default()
    };
    store.check(&options, &Decoding::InProcess, &Interrupt::new(), &mut taking)?;
    let answers = taking.0.into_iter().collect::<Result<Vec<_>>>()?;
    ensure!(answers.len() == asked, "{asked} files asked about, {} answers", answers.len());
    Ok(answers)
}

struct Taking(Vec<Result<Answer>>);

impl Watcher for Taking {
    fn done(&mut self, outcome: &Outcome) {
        self.0.push(Answer::of(outcome));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(region: &str) -> Match {
        let text = format!(
            r#"{{"item":"ab","relation":"part","via":"landmark","inliers":14,"new":1,"region":{region}}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn regions_are_read_as_soon_as_they_are_there() {
        let found = read(r#"{"query":[[0,0],[2,0],[2,2]],"stored":[[1,1],[3,1],[3,3]],"scale":1}"#);
        assert_eq!(found.region().unwrap().query.area(), 2.0);
        assert_eq!(found.measure(), Some(("inliers", 14)));
        assert!(!found.has_strange_region());
        assert!(read("null").region().is_none() && !read("null").has_strange_region());
        assert!(read(r#"{"query":[[0,0]],"stored":[]}"#).has_strange_region());
    }

    #[test]
    fn answers_may_say_more_than_is_known_here() {
        let text = r#"{"path":"a","matches":[{"item":"x","via":"pdq","distance":3,"region":null}],
            "candidates":[{"item":"y","via":"landmark","inliers":4}],"steps_us":{"decode":12.5},"error":null}"#;
        let answer: Answer = serde_json::from_str(text).unwrap();
        assert_eq!((answer.matches.len(), answer.candidates.len()), (1, 1));
        assert_eq!(answer.matches[0].measure(), Some(("distance", 3)));
        assert_eq!(answer.steps_us["decode"], 12.5);
    }
}
