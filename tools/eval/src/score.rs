//! From answers to figures: how much of each edit is found on each route, how often something
//! else is found, how right the told relations and regions are.

use crate::answer::{Answer, Match};
use crate::corpus::Corpus;
use crate::edits::Edit;
use crate::geometry::{Homography, Polygon};
use crate::peers::Found;
use crate::scene::Shown;
use athar_engine::policy::Relation;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The route that is all of the engine's together.
pub const ALL: &str = "all";

/// The row of all edits together.
pub const ALL_EDITS: &str = "all edits";

/// Our own PDQ without the engine: whole pictures, radius 31, eight orientations.
pub const PDQ_ALONE: &str = "peer:pdq";

/// The largest error of a corner, as a share of the picture's diagonal.
pub const CORNER_ERROR: f64 = 0.02;

/// The fewest inliers that can be a match of a peer.
const PEER_INLIERS_MIN: u32 = 4;

/// What is known of one edited picture after it was asked about.
pub struct Asked<'a> {
    /// The edit's place in the catalogue.
    pub edit: usize,
    /// What it shows.
    pub shown: &'a [Shown],
    /// Width and height of the edited picture.
    pub size: (u32, u32),
    /// What the engine says.
    pub answer: &'a Answer,
    /// The smallest PDQ distance to each stored picture; 256 where there is no code.
    pub pdq: &'a [u16],
    /// What the other peers found, with the numbers of the pictures they were handed.
    pub peers: Option<(&'a [usize], &'a BTreeMap<String, Found>)>,
}

/// Counts of one edit on one route.
#[derive(Debug, Clone, Default)]
struct Tally {
    wanted: u64,
    found: u64,
    false_links: u64,
    pairs: u64,
    relation_right: u64,
    told: BTreeMap<String, u64>,
    corner_errors: Vec<f64>,
    overlaps: Vec<f64>,
}

/// Strengths of right and wrong pairs, by what they are counted in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spread {
    /// Pairs that show the same picture, by strength.
    pub right: BTreeMap<u32, u64>,
    /// Pairs that do not.
    pub wrong: BTreeMap<u32, u64>,
}

/// Something that was found and is not there, or is there and was not found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mistake {
    /// The edit.
    pub edit: String,
    /// The route; `all` for what no route found.
    pub route: String,
    /// The picture that was edited.
    pub source: String,
    /// The stored picture that was found, or was not.
    pub stored: String,
}

/// One line of the tables.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What was done.
    pub edit: String,
    /// How much of it.
    pub strength: String,
    /// How it was looked for.
    pub route: String,
    /// Stored pictures that should have been found.
    pub n: u64,
    /// The share that was.
    pub recall: f64,
    /// Unrelated pictures that were found.
    pub false_links: u64,
    /// Pairs of an edited and an unrelated stored picture.
    pub pairs: u64,
    /// The share that is demanded.
    pub bar: Option<f64>,
    /// The share of the found ones whose relation is a right one.
    pub relation_right: Option<f64>,
    /// The share of the found ones that are told as `altered`.
    pub told_altered: Option<f64>,
    /// The share of those that is demanded.
    pub altered_bar: Option<f64>,
    /// Found ones with a region.
    pub regions: u64,
    /// The share of those whose corners are all within 2 % of the diagonal.
    pub corners_within: Option<f64>,
    /// The 95th percentile of the largest corner error, as a share of the diagonal.
    pub corner_error_p95: Option<f64>,
    /// The median of the area in common with the true region over the area of both.
    pub region_overlap: Option<f64>,
}

/// All figures of a run.
#[derive(Default)]
pub struct Score {
    tallies: BTreeMap<(usize, String), Tally>,
    /// The same for the pictures that the peers were asked about, to compare like with like.
    shared: BTreeMap<String, Tally>,
    spreads: BTreeMap<(String, &'static str), Spread>,
    peer_pairs: Vec<PeerPair>,
    /// Regions whose form was not understood.
    pub strange_regions: u64,
    /// Inputs that the engine gave no answer to.
    pub unanswered: u64,
    /// Stored pictures that should have been found and were not.
    pub misses: Vec<Mistake>,
    /// Unrelated pictures that were found.
    pub false_links: Vec<Mistake>,
}

/// A peer's inliers for one pair; what counts as a match is known when all are.
struct PeerPair {
    edit: usize,
    peer: String,
    wanted: bool,
    inliers: u32,
}

impl Score {
    /// Takes one edited picture in.
    pub fn take(&mut self, asked: &Asked<'_>, corpus: &Corpus, edits: &[Edit]) {
        let truth = Truth::of(asked.shown, corpus);
        self.unanswered +=
            u64::from(asked.answer.error.is_some() && asked.answer.matches.is_empty());
        let routes: BTreeSet<&str> = asked.answer.matches.iter().map(|m| m.via.as_str()).collect();
        for route in routes.into_iter().chain([ALL]) {
            let matches = asked.answer.matches.iter().filter(|m| route == ALL || m.via == route);
            self.take_route(asked, &truth, corpus, route, &matches.collect::<Vec<_>>());
        }
        self.note_mistakes(asked, &truth, corpus, edits);
        self.note_strengths(asked, &truth, corpus);
        self.take_pdq(asked, &truth);
        self.take_peers(asked, &truth);
    }

    fn take_route(
        &mut self,
        asked: &Asked<'_>,
        truth: &Truth,
        corpus: &Corpus,
        route: &str,
        matches: &[&Match],
    ) {
        let mut tally = Tally::default();
        let numbers: BTreeSet<_> = matches.iter().filter_map(|m| corpus.number(&m.item)).collect();
        tally.false_links = numbers.iter().filter(|n| !truth.allows(**n)).count() as u64;
        if route == ALL {
            (tally.wanted, tally.pairs) = (truth.wanted.len() as u64, truth.unrelated);
        }
        for shown in asked.shown.iter().filter(|shown| shown.wanted) {
            let of = matches.iter().filter(|m| corpus.number(&m.item) == Some(shown.number));
            if let Some(best) =
                of.max_by_key(|m| (m.region().is_some(), relation_is_right(shown, m)))
            {
                tally.found += 1;
                tally.relation_right += u64::from(relation_is_right(shown, best));
                *tally.told.entry(best.relation.clone()).or_default() += 1;
                tally.measure_region(shown, best, asked.size);
            }
        }
        if asked.peers.is_some() && route == ALL {
            self.shared.entry(ALL.into()).or_default().add(&tally);
        }
        self.tallies.entry((asked.edit, route.into())).or_default().add(&tally);
    }

    fn note_mistakes(&mut self, asked: &Asked<'_>, truth: &Truth, corpus: &Corpus, edits: &[Edit]) {
        let name = |number: usize| corpus.pictures[number].name.clone();
        let source = asked.shown.first().map_or(String::new(), |shown| name(shown.number));
        let mistake = |route: &str, stored: usize| Mistake {
            edit: edits[asked.edit].name(),
            route: route.into(),
            source: source.clone(),
            stored: name(stored),
        };
        let mut found = BTreeSet::new();
        for m in &asked.answer.matches {
            self.strange_regions += u64::from(m.has_strange_region());
            let Some(number) = corpus.number(&m.item) else { continue };
            found.insert(number);
            if !truth.allows(number) {
                self.false_links.push(mistake(&m.via, number));
            }
        }
        let missed = truth.wanted.iter().filter(|number| !found.contains(number));
        self.misses.extend(missed.map(|number| mistake(ALL, *number)));
    }

    fn note_strengths(&mut self, asked: &Asked<'_>, truth: &Truth, corpus: &Corpus) {
        for m in asked.answer.matches.iter().chain(&asked.answer.candidates) {
            let (Some((unit, strength)), Some(number)) = (m.measure(), corpus.number(&m.item))
            else {
                continue;
            };
            self.spread(&m.via, unit).count(strength, truth.allows(number));
        }
    }

    /// PDQ alone: every stored picture, whatever it has to do with this one.
    fn take_pdq(&mut self, asked: &Asked<'_>, truth: &Truth) {
        let within = |number: &usize| asked.pdq[*number] <= athar_engine::policy::PDQ_RADIUS.bits();
        let false_links = (0..asked.pdq.len()).filter(|n| within(n) && !truth.allows(*n)).count();
        let tally = Tally {
            wanted: truth.wanted.len() as u64,
            found: truth.wanted.iter().filter(|n| within(n)).count() as u64,
            false_links: false_links as u64,
            pairs: truth.unrelated,
            ..Tally::default()
        };
        if asked.peers.is_some() {
            self.shared.entry(PDQ_ALONE.into()).or_default().add(&tally);
        }
        self.tallies.entry((asked.edit, PDQ_ALONE.into())).or_default().add(&tally);
        let spread = self.spread(PDQ_ALONE, "distance");
        for (number, distance) in asked.pdq.iter().enumerate() {
            match (truth.wanted.contains(&number), truth.allows(number)) {
                (true, _) => spread.count(u32::from(*distance), true),
                (false, false) => spread.count(u32::from(*distance), false),
                (false, true) => {}
            }
        }
    }

    fn take_peers(&mut self, asked: &Asked<'_>, truth: &Truth) {
        let Some((numbers, found)) = asked.peers else { return };
        for (peer, found) in found {
            for (number, inliers) in numbers.iter().zip(&found.inliers) {
                let wanted = truth.wanted.contains(number);
                if wanted || !truth.allows(*number) {
                    let (edit, peer, inliers) = (asked.edit, format!("peer:{peer}"), *inliers);
                    self.spread(&peer, "inliers").count(inliers, wanted);
                    self.peer_pairs.push(PeerPair { edit, peer, wanted, inliers });
                }
            }
        }
    }

    fn spread(&mut self, route: &str, unit: &'static str) -> &mut Spread {
        self.spreads.entry((route.to_owned(), unit)).or_default()
    }

    /// How strong right and wrong pairs were, by route and unit.
    pub fn spreads(&self) -> &BTreeMap<(String, &'static str), Spread> {
        &self.spreads
    }

    /// The fewest inliers that no unrelated pair of this run had: what each peer is judged by,
    /// which is kinder than any threshold fixed beforehand.
    pub fn peer_thresholds(&self) -> BTreeMap<String, u32> {
        let mut thresholds = BTreeMap::new();
        for pair in &self.peer_pairs {
            let least = thresholds.entry(pair.peer.clone()).or_insert(PEER_INLIERS_MIN);
            if !pair.wanted {
                *least = (*least).max(pair.inliers + 1);
            }
        }
        thresholds
    }

    /// Every row: an edit and a route each, then all edits together, then all edits together on
    /// the pictures that the peers were asked about.
    pub fn rows(&self, edits: &[Edit]) -> Vec<Row> {
        let (mut tallies, mut shared) = (self.tallies.clone(), self.shared.clone());
        let thresholds = self.peer_thresholds();
        for pair in &self.peer_pairs {
            let tally = Tally::of_peer(pair, thresholds[&pair.peer]);
            tallies.entry((pair.edit, pair.peer.clone())).or_default().add(&tally);
            shared.entry(pair.peer.clone()).or_default().add(&tally);
        }
        even_out(&mut tallies);
        let mut overall: BTreeMap<String, Tally> = BTreeMap::new();
        for ((_, route), tally) in &tallies {
            overall.entry(route.clone()).or_default().add(tally);
        }
        let named =
            |((edit, route), tally): (&(usize, String), &Tally)| tally.row(&edits[*edit], route);
        let mut rows: Vec<_> = tallies.iter().map(named).collect();
        rows.extend(
            overall.iter().map(|(route, tally)| tally.row(&Edit::named(ALL_EDITS, ""), route)),
        );
        if shared.len() > 2 {
            let peers = Edit::named(ALL_EDITS, "what the peers saw");
            rows.extend(shared.iter().map(|(route, tally)| tally.row(&peers, route)));
        }
        rows
    }
}

/// A route of the engine that found nothing of an edit was asked all the same: it is judged by as
/// many pictures and pairs as all routes together.
fn even_out(tallies: &mut BTreeMap<(usize, String), Tally>) {
    let ours = |route: &String| route != ALL && !route.starts_with("peer:");
    let routes: BTreeSet<String> = tallies.keys().map(|key| key.1.clone()).filter(ours).collect();
    let all: Vec<_> =
        tallies.iter().filter(|(key, _)| key.1 == ALL).map(|(key, t)| (key.0, t.clone())).collect();
    for (edit, whole) in all {
        for route in &routes {
            let tally = tallies.entry((edit, route.clone())).or_default();
            (tally.wanted, tally.pairs) = (whole.wanted, whole.pairs);
        }
    }
}

/// What may be found in an edited picture.
struct Truth {
    wanted: BTreeSet<usize>,
    allowed: BTreeSet<usize>,
    unrelated: u64,
}

impl Truth {
    fn of(shown: &[Shown], corpus: &Corpus) -> Self {
        let is_shown = |number: usize| shown.iter().any(|s| corpus.are_related(s.number, number));
        let allowed: BTreeSet<_> = (0..corpus.pictures.len()).filter(|n| is_shown(*n)).collect();
        let wanted = shown.iter().filter(|s| s.wanted).map(|s| s.number).collect();
        let unrelated = (corpus.pictures.len() - allowed.len()) as u64;
        Self { wanted, allowed, unrelated }
    }

    fn allows(&self, number: usize) -> bool {
        self.allowed.contains(&number)
    }
}

fn relation_is_right(shown: &Shown, found: &Match) -> bool {
    shown.relations().iter().any(|relation| relation.name() == found.relation)
}

impl Spread {
    fn count(&mut self, strength: u32, right: bool) {
        let side = if right { &mut self.right } else { &mut self.wrong };
        *side.entry(strength).or_default() += 1;
    }
}

impl Tally {
    fn of_peer(pair: &PeerPair, threshold: u32) -> Self {
        let hit = u64::from(pair.inliers >= threshold);
        match pair.wanted {
            true => Self { wanted: 1, found: hit, ..Self::default() },
            false => Self { pairs: 1, false_links: hit, ..Self::default() },
        }
    }

    fn add(&mut self, other: &Self) {
        self.wanted += other.wanted;
        self.found += other.found;
        self.false_links += other.false_links;
        self.pairs += other.pairs;
        self.relation_right += other.relation_right;
        other
            .told
            .iter()
            .for_each(|(name, count)| *self.told.entry(name.clone()).or_default() += count);
        self.corner_errors.extend(&other.corner_errors);
        self.overlaps.extend(&other.overlaps);
    }

    fn measure_region(&mut self, shown: &Shown, found: &Match, (width, height): (u32, u32)) {
        let Some(region) = found.region() else { return };
        let diagonal = libm::hypot(f64::from(width), f64::from(height));
        self.corner_errors
            .push(corner_error(&shown.homography, &region.stored, &region.query) / diagonal);
        self.overlaps.push(region.query.overlap(&shown.seen()));
    }

    fn row(&self, edit: &Edit, route: &str) -> Row {
        let share = |count: u64, of: u64| (of > 0).then(|| count as f64 / of as f64);
        let judged = if route.starts_with("peer:") { 0 } else { self.found };
        let altered = self.told.get(Relation::Altered.name()).copied().unwrap_or(0);
        let within =
            self.corner_errors.iter().filter(|error| **error <= CORNER_ERROR).count() as u64;
        Row {
            edit: edit.kind.into(),
            strength: edit.strength.into(),
            route: route.into(),
            n: self.wanted,
            recall: share(self.found, self.wanted).unwrap_or(0.0),
            false_links: self.false_links,
            pairs: self.pairs,
            bar: edit.bar.filter(|_| route == ALL),
            relation_right: share(self.relation_right, judged),
            told_altered: share(altered, judged),
            altered_bar: edit.altered_bar.filter(|_| route == ALL),
            regions: self.corner_errors.len() as u64,
            corners_within: share(within, self.corner_errors.len() as u64),
            corner_error_p95: quantile(&self.corner_errors, 0.95),
            region_overlap: quantile(&self.overlaps, 0.5),
        }
    }
}

/// How far the told corners are from where the stored corners truly went: the largest, in pixels
/// of the edited picture.
pub fn corner_error(truth: &Homography, stored: &Polygon, query: &Polygon) -> f64 {
    let pairs = stored.0.iter().zip(&query.0);
    pairs.map(|(from, to)| truth.apply(*from).distance(*to)).fold(0.0, f64::max)
}

/// The value below which a share of the values lies; `None` of nothing.
pub fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (sorted.len().max(1) - 1) as f64 * share;
    sorted.get(place.round() as usize).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Point;

    #[test]
    fn corners_are_measured_where_they_truly_went() {
        let truth = Homography::scale(2.0, 2.0);
        let stored = Polygon::frame(10.0, 10.0);
        let mut told = stored.mapped(&truth);
        assert_eq!(corner_error(&truth, &stored, &told), 0.0);
        told.0[2] = Point::new(23.0, 24.0);
        assert_eq!(corner_error(&truth, &stored, &told), 5.0);
    }

    #[test]
    fn a_peer_is_judged_by_the_kindest_threshold_without_a_false_link() {
        let pair = |wanted, inliers| PeerPair { edit: 0, peer: "peer:orb".into(), wanted, inliers };
        let peer_pairs = vec![pair(true, 9), pair(true, 6), pair(false, 6), pair(false, 2)];
        let score = Score { peer_pairs, ..Score::default() };
        assert_eq!(score.peer_thresholds()["peer:orb"], 7);
        let rows = score.rows(&[Edit::named("crop", "50 %")]);
        let row = rows.iter().find(|row| row.edit == "crop").unwrap();
        assert_eq!((row.n, row.recall, row.false_links, row.pairs), (2, 0.5, 0, 2));
    }

    #[test]
    fn a_route_that_found_nothing_has_its_rows() {
        let tally = |wanted, found| Tally { wanted, found, pairs: wanted * 10, ..Tally::default() };
        let tallies = [((0, ALL), tally(4, 4)), ((0, "pdq"), tally(0, 4)), ((1, ALL), tally(5, 0))];
        let tallies =
            tallies.into_iter().map(|((edit, route), tally)| ((edit, route.to_owned()), tally));
        let score = Score { tallies: tallies.collect(), ..Score::default() };
        let rows = score.rows(&[Edit::named("mirror", ""), Edit::named("crop", "50 %")]);
        let pdq: Vec<_> =
            rows.iter().filter(|row| row.route == "pdq").map(|row| (row.n, row.recall)).collect();
        assert_eq!(pdq, [(4, 1.0), (5, 0.0), (9, 4.0 / 9.0)]);
    }

    #[test]
    fn quantiles() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[3.0, 1.0, 2.0], 0.5), Some(2.0));
        assert_eq!(quantile(&[3.0, 1.0, 2.0], 1.0), Some(3.0));
    }
}
