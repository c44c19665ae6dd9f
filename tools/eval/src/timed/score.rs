//! From what the engine found to figures: how much of each edit, how well placed in time, and how
//! often something else.

use super::Medium;
use super::material::{Kind, Material};
use super::plan::Edit;
use super::truth::Shown;
use crate::score::{ALL, ALL_EDITS, Mistake, quantile};
use athar_engine::{Match, Segment};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The route of vPDQ's rule.
pub const VPDQ: &str = "vpdq";

/// A match as far as it is judged here.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The stored file; `None` for a case that this run did not make.
    pub source: Option<usize>,
    /// The space in which they met.
    pub via: String,
    /// How the two hang together.
    pub relation: String,
    /// When, on both sides.
    pub segments: Vec<Segment>,
}

impl Found {
    /// Reads a match. A case has one file, so its name tells which.
    pub fn of(found: &Match, material: &Material) -> Self {
        let segments = found.time.as_ref().map(|time| time.segments.clone());
        Self {
            source: material.number(&found.case),
            via: found.via.to_owned(),
            relation: found.relation.name().to_owned(),
            segments: segments.unwrap_or_default(),
        }
    }
}

/// What is known of one edited file after it was asked about.
pub struct Asked<'a> {
    /// The edit's place among those of the run.
    pub edit: usize,
    /// The name of what was edited.
    pub name: &'a str,
    /// What it shows.
    pub shown: &'a [Shown],
    /// What the engine found.
    pub found: &'a [Found],
    /// The stored files that vPDQ's rule finds, where that was tried.
    pub vpdq: Option<&'a [usize]>,
    /// Whether the engine gave no answer.
    pub is_unanswered: bool,
    /// Whether it is a still of a frame that is too flat to be told by: nothing is wanted of it.
    pub is_flat: bool,
}

impl Asked<'_> {
    /// What it shows; of a still that is too flat nothing that is wanted.
    fn wanted(&self) -> Vec<Shown> {
        let of = |shown: &Shown| Shown { wanted: shown.wanted && !self.is_flat, ..shown.clone() };
        self.shown.iter().map(of).collect()
    }
}

/// How large errors are, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ErrorSpread {
    /// Half of them are within this.
    pub p50: f64,
    /// Ninety-five of a hundred are within this.
    pub p95: f64,
    /// The share that is within the medium's tolerance.
    pub within: f64,
}

/// One line of the tables.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Of what.
    pub medium: Medium,
    /// What was done.
    pub edit: String,
    /// How much of it.
    pub strength: String,
    /// How it was looked for.
    pub route: String,
    /// Stretches of stored files that should have been found.
    pub n: u64,
    /// Stills of frames too flat to be told by, which are not among those.
    pub flat: u64,
    /// The share that was; `null` where nothing was to be found.
    pub recall: Option<f64>,
    /// Unrelated stored files that were found.
    pub false_links: u64,
    /// Pairs of an edited and an unrelated stored file.
    pub pairs: u64,
    /// The share that is demanded.
    pub bar: Option<f64>,
    /// Errors of the ends of found stretches, on both sides.
    pub end_error_ms: Option<ErrorSpread>,
    /// The share of them that must be within the tolerance.
    pub ends_bar: Option<f64>,
    /// Errors of the offset between the two sides.
    pub offset_error_ms: Option<ErrorSpread>,
    /// The share of the stretches that was found with an offset within the tolerance.
    pub placed: Option<f64>,
    /// The share that is demanded.
    pub placed_bar: Option<f64>,
    /// Found stretches by the relation that was told.
    pub told: BTreeMap<String, u64>,
    /// Seconds of media that were checked in a second, all processors together.
    pub times_real_time: Option<f64>,
}

/// Counts of one edit on one route.
#[derive(Debug, Clone, Default)]
struct Tally {
    wanted: u64,
    flat: u64,
    found: u64,
    placed: u64,
    false_links: u64,
    pairs: u64,
    ends_ms: Vec<f64>,
    offsets_ms: Vec<f64>,
    told: BTreeMap<String, u64>,
}

/// All figures of a run.
#[derive(Default)]
pub struct Score {
    tallies: BTreeMap<(usize, String), Tally>,
    /// Files that the engine gave no answer to.
    pub unanswered: u64,
    /// Stretches that should have been found and were not.
    pub misses: Vec<Mistake>,
    /// Unrelated stored files that were found.
    pub false_links: Vec<Mistake>,
}

impl Score {
    /// Takes one edited file in.
    pub fn take(&mut self, asked: &Asked<'_>, material: &Material, edits: &[Edit]) {
        self.unanswered += u64::from(asked.is_unanswered);
        let medium = edits[asked.edit].medium;
        let shown = &asked.wanted();
        let routes: BTreeSet<&str> = asked.found.iter().map(|found| found.via.as_str()).collect();
        for route in routes.into_iter().chain([ALL]) {
            let of = asked.found.iter().filter(|found| route == ALL || found.via == route);
            let mut tally = Tally::of(shown, &of.collect::<Vec<_>>(), medium);
            if route == ALL {
                tally.wanted = wanted(shown);
                tally.flat = u64::from(asked.is_flat);
                tally.pairs = material
                    .sources
                    .iter()
                    .filter(|s| s.is_stored && !shows(shown, s.number))
                    .count() as u64;
            }
            self.tallies.entry((asked.edit, route.to_owned())).or_default().add(&tally);
        }
        if let Some(numbers) = asked.vpdq {
            let tally = Tally::of_vpdq(shown, numbers, material);
            self.tallies.entry((asked.edit, VPDQ.to_owned())).or_default().add(&tally);
        }
        self.note_mistakes(asked, material, &edits[asked.edit]);
    }

    fn note_mistakes(&mut self, asked: &Asked<'_>, material: &Material, edit: &Edit) {
        let named = |source: Option<usize>| {
            let source = source.and_then(|number| material.sources.get(number));
            source.map_or("not of this run".into(), |source| source.name.clone())
        };
        let mistake = |route: &str, stored: Option<usize>| Mistake {
            edit: edit.name(),
            route: route.to_owned(),
            source: asked.name.to_owned(),
            stored: named(stored),
        };
        for found in asked.found.iter().filter(|found| is_false(asked.shown, found)) {
            self.false_links.push(mistake(&found.via, found.source));
        }
        for shown in asked.wanted().iter().filter(|shown| shown.wanted) {
            if !asked.found.iter().any(|found| found.source == Some(shown.source)) {
                self.misses.push(mistake(ALL, Some(shown.source)));
            }
        }
    }

    /// Every row: an edit and a route each, then all edits of a medium together. `speeds` are by
    /// the edit's place.
    pub fn rows(&self, edits: &[Edit], speeds: &BTreeMap<usize, f64>) -> Vec<Row> {
        let mut tallies = self.tallies.clone();
        even_out(&mut tallies, edits);
        let mut overall: BTreeMap<(Medium, String), Tally> = BTreeMap::new();
        let mut rows = Vec::new();
        for ((place, route), tally) in &tallies {
            let edit = &edits[*place];
            overall.entry((edit.medium, route.clone())).or_default().add(tally);
            let mut row = tally.row(edit.medium, edit.kind, edit.strength, route);
            if route == ALL {
                let bar = edit.bar();
                row.bar = bar.map(|bar| bar.recall);
                row.ends_bar = bar.and_then(|bar| bar.ends);
                row.placed_bar = bar.and_then(|bar| bar.placed);
                row.times_real_time = speeds.get(place).copied();
            }
            rows.push(row);
        }
        let overall =
            overall.iter().map(|((medium, route), tally)| tally.row(*medium, ALL_EDITS, "", route));
        rows.extend(overall);
        rows
    }
}

/// Whether a row is at what is demanded of it; nothing where nothing is. Of a stranger, and of all
/// edits together, it is that nothing else is found.
pub fn verdict(row: &Row) -> Option<bool> {
    if row.route != ALL {
        return None;
    }
    let nothing_else = row.false_links == 0;
    if row.n == 0 || row.edit == ALL_EDITS {
        return Some(nothing_else);
    }
    let at = |value: Option<f64>, bar: Option<f64>| {
        bar.is_none_or(|bar| value.is_some_and(|value| value >= bar - 1e-9))
    };
    let ends = row.end_error_ms.map(|errors| errors.within);
    row.bar?;
    Some(
        nothing_else
            && at(row.recall, row.bar)
            && at(ends, row.ends_bar)
            && at(row.placed, row.placed_bar),
    )
}

fn wanted(shown: &[Shown]) -> u64 {
    shown.iter().filter(|shown| shown.wanted).count() as u64
}

fn shows(shown: &[Shown], source: usize) -> bool {
    shown.iter().any(|shown| shown.source == source)
}

fn is_false(shown: &[Shown], found: &Found) -> bool {
    found.source.is_none_or(|source| !shows(shown, source))
}

/// A route of the engine that found nothing of an edit was asked all the same: it is judged by as
/// many stretches and pairs as all routes together.
fn even_out(tallies: &mut BTreeMap<(usize, String), Tally>, edits: &[Edit]) {
    let is_ours = |route: &str| route != ALL && route != VPDQ;
    let mut routes: BTreeSet<(Medium, String)> = BTreeSet::new();
    for (place, route) in tallies.keys().filter(|(_, route)| is_ours(route)) {
        routes.insert((edits[*place].medium, route.clone()));
    }
    let whole: Vec<_> =
        tallies.iter().filter(|(key, _)| key.1 == ALL).map(|(key, t)| (key.0, t.clone())).collect();
    for (place, whole) in whole {
        for (_, route) in routes.iter().filter(|(medium, _)| *medium == edits[place].medium) {
            let tally = tallies.entry((place, route.clone())).or_default();
            (tally.wanted, tally.pairs) = (whole.wanted, whole.pairs);
        }
    }
}

impl Tally {
    /// Of what was found on one route; how much there was to find is known elsewhere.
    fn of(shown: &[Shown], found: &[&Found], medium: Medium) -> Self {
        let mut tally = Self::default();
        let wrong: BTreeSet<_> =
            found.iter().filter(|found| is_false(shown, found)).map(|found| found.source).collect();
        tally.false_links = wrong.len() as u64;
        for shown in shown.iter().filter(|shown| shown.wanted) {
            let of: Vec<_> =
                found.iter().filter(|found| found.source == Some(shown.source)).collect();
            let Some(first) = of.first() else { continue };
            let segments: Vec<_> = of.iter().flat_map(|found| found.segments.clone()).collect();
            let errors = shown.errors(&segments);
            tally.found += 1;
            *tally.told.entry(first.relation.clone()).or_default() += 1;
            tally.placed +=
                u64::from(errors.offset_ms.is_some_and(|ms| ms <= medium.tolerance_ms()));
            tally.ends_ms.extend(errors.ends_ms);
            tally.offsets_ms.extend(errors.offset_ms);
        }
        tally
    }

    /// vPDQ is asked about clips and photographs; it knows no sound.
    fn of_vpdq(shown: &[Shown], numbers: &[usize], material: &Material) -> Self {
        let has_frames = |n: usize| matches!(material.sources[n].kind, Kind::Clip | Kind::Photo);
        let found = shown.iter().filter(|shown| shown.wanted && numbers.contains(&shown.source));
        let unrelated =
            material.sources.iter().filter(|s| has_frames(s.number) && !shows(shown, s.number));
        Self {
            wanted: wanted(shown),
            found: found.count() as u64,
            false_links: numbers.iter().filter(|n| !shows(shown, **n)).count() as u64,
            pairs: unrelated.count() as u64,
            ..Self::default()
        }
    }

    fn add(&mut self, other: &Self) {
        self.wanted += other.wanted;
        self.flat += other.flat;
        self.found += other.found;
        self.placed += other.placed;
        self.false_links += other.false_links;
        self.pairs += other.pairs;
        self.ends_ms.extend(&other.ends_ms);
        self.offsets_ms.extend(&other.offsets_ms);
        for (name, count) in &other.told {
            *self.told.entry(name.clone()).or_default() += count;
        }
    }

    fn row(&self, medium: Medium, edit: &str, strength: &str, route: &str) -> Row {
        let share = |count: u64| (self.wanted > 0).then(|| count as f64 / self.wanted as f64);
        let spread = |errors: &[f64]| spread(errors, medium.tolerance_ms());
        Row {
            medium,
            edit: edit.into(),
            strength: strength.into(),
            route: route.into(),
            n: self.wanted,
            flat: self.flat,
            recall: share(self.found),
            false_links: self.false_links,
            pairs: self.pairs,
            bar: None,
            end_error_ms: spread(&self.ends_ms),
            ends_bar: None,
            offset_error_ms: spread(&self.offsets_ms),
            placed: share(self.placed).filter(|_| !self.offsets_ms.is_empty()),
            placed_bar: None,
            told: self.told.clone(),
            times_real_time: None,
        }
    }
}

fn spread(errors: &[f64], tolerance_ms: f64) -> Option<ErrorSpread> {
    let within = errors.iter().filter(|error| **error <= tolerance_ms).count() as f64;
    Some(ErrorSpread {
        p50: quantile(errors, 0.5)?.round(),
        p95: quantile(errors, 0.95)?.round(),
        within: within / errors.len().max(1) as f64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timed::catalogue::chosen;
    use crate::timed::truth::Stretch;
    use athar_engine::Span;

    fn found(source: usize, via: &str, query: (u64, u64), stored: (u64, u64)) -> Found {
        let span = |(from_ms, to_ms)| Some(Span { from_ms, to_ms });
        let segments = vec![Segment { query: span(query), stored: span(stored), rate: Some(1.0) }];
        Found { source: Some(source), via: via.into(), relation: "segment".into(), segments }
    }

    fn score(shown: &[Shown], all: &[Vec<Found>], vpdq: &[usize]) -> Vec<Row> {
        let (edits, material) = (chosen(&["clip: trim 5 s".into()]).unwrap(), Material::default());
        let mut score = Score::default();
        for found in all {
            let asked = Asked {
                edit: 0,
                name: "a.mp4",
                shown,
                found,
                vpdq: Some(vpdq),
                is_unanswered: false,
                is_flat: false,
            };
            score.take(&asked, &material, &edits);
        }
        score.rows(&edits, &BTreeMap::from([(0, 80.0)]))
    }

    fn row<'a>(rows: &'a [Row], route: &str) -> &'a Row {
        rows.iter().find(|row| row.route == route && row.edit == "trim").unwrap()
    }

    #[test]
    fn a_stretch_is_found_by_any_route_and_each_has_its_row() {
        let shown = [Shown::cut(0, Stretch::at(1000.0, 5000.0))];
        let both = vec![
            found(0, "pdq", (0, 5000), (1000, 6000)),
            found(0, "voice", (900, 5000), (1900, 6000)),
        ];
        let rows = score(&shown, &[both, Vec::new()], &[0]);
        let all = row(&rows, ALL);
        assert_eq!((all.n, all.recall, all.placed), (2, Some(0.5), Some(0.5)));
        assert_eq!(
            (all.bar, all.ends_bar, all.times_real_time),
            (Some(0.99), Some(0.95), Some(80.0))
        );
        assert_eq!(all.end_error_ms.unwrap().within, 1.0);
        assert_eq!(
            row(&rows, "voice").end_error_ms.unwrap(),
            ErrorSpread { p50: 900.0, p95: 900.0, within: 0.5 }
        );
        assert_eq!((row(&rows, VPDQ).recall, row(&rows, "pdq").n), (Some(1.0), 2));
        assert_eq!(verdict(all), Some(false));
        assert_eq!(all.told["segment"], 1);
    }

    #[test]
    fn of_a_still_that_is_too_flat_nothing_is_wanted() {
        let (edits, material) =
            (chosen(&["clip: still of a known clip JPEG".into()]).unwrap(), Material::default());
        let shown = [Shown::cut(0, Stretch::at(1000.0, 0.0))];
        let mut score = Score::default();
        for is_flat in [false, true, true] {
            let asked = Asked {
                edit: 0,
                name: "a.mp4",
                shown: &shown,
                found: &[],
                vpdq: None,
                is_unanswered: false,
                is_flat,
            };
            score.take(&asked, &material, &edits);
        }
        let rows = score.rows(&edits, &BTreeMap::new());
        assert_eq!((rows[0].n, rows[0].flat, rows[0].recall), (1, 2, Some(0.0)));
        assert_eq!(score.misses.len(), 1);
    }

    #[test]
    fn ends_and_strangers_are_held_against_the_bar_too() {
        let shown = [Shown::cut(0, Stretch::at(1000.0, 5000.0))];
        let verdict_of = |found: Vec<Found>| verdict(row(&score(&shown, &[found], &[]), ALL));
        let right = found(0, "pdq", (0, 5000), (1000, 6000));
        assert_eq!(verdict_of(vec![right.clone()]), Some(true));
        assert_eq!(verdict_of(vec![found(0, "pdq", (0, 5000), (3000, 8000))]), Some(false));
        assert_eq!(
            verdict_of(vec![right.clone(), Found { source: None, ..right.clone() }]),
            Some(false)
        );
        let nothing = score(&[], &[vec![Found { source: None, ..right }]], &[]);
        let nothing = row(&nothing, ALL);
        assert_eq!((nothing.n, nothing.recall, nothing.false_links), (0, None, 1));
        assert_eq!(verdict(nothing), Some(false));
    }
}
