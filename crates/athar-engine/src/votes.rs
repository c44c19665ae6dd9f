//! Which stored pictures may be seen in a picture: those whose landmarks look like its own.
//!
//! Each landmark of the query is asked for as it is, and the best of them mirrored too. Each stored landmark near it is
//! a vote for its picture, and weighs the more the fewer others are near: what stands on every
//! screenshot of an app says little of any one. Many landmarks of one picture that look like one
//! of the other count once, or an edge would outvote a face. Nothing is decided here; the pictures
//! with most votes are looked at closely.

use crate::places::Spot;
use crate::policy::{
    LANDMARK_CANDIDATES, LANDMARK_HITS, LANDMARK_MIRRORED, LANDMARK_MOST_US, LANDMARK_RADIUS,
    LANDMARK_SURE, LANDMARK_VOTES,
};
use athar_hash::landmark::mirrored;
use athar_index::{Effort, Snapshot};
use athar_kernel::Code;
use athar_ledger::{CodeId, CodesId};
use std::num::NonZeroUsize;
use std::thread;

/// A stored landmark that looks like one of the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Vote {
    /// The row of codes that the stored one is in.
    pub row: CodesId,
    /// Whether they look alike once one of them is mirrored.
    pub mirrored: bool,
    /// Which landmark of the query.
    pub query: u32,
    /// Which of the row.
    pub stored: u32,
    /// Bits in which the codes differ.
    pub distance: u16,
    /// How many stored landmarks look like that of the query, this one included.
    pub alike: u32,
}

/// The votes for one row of codes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ballot {
    pub row: CodesId,
    pub votes: Vec<Vote>,
    /// How much they weigh together.
    weight: f64,
}

/// The votes of everything that looks like a landmark asked for, on all processors.
pub(crate) fn cast(snapshots: &[Snapshot], asked: &[Spot]) -> Vec<Vote> {
    match snapshots.iter().all(Snapshot::is_empty) {
        true => Vec::new(),
        false => in_parallel(snapshots, asked),
    }
}

/// The rows of codes with most votes of so many stored codes, those first; all with too few are
/// left out.
pub(crate) fn count_up(mut votes: Vec<Vote>, stored: usize) -> Vec<Ballot> {
    votes.sort_unstable();
    let ballots =
        votes.chunk_by(|a, b| a.row == b.row).filter(|votes| count(votes) >= LANDMARK_VOTES);
    let mut ballots: Vec<_> = ballots.map(|votes| Ballot::of(votes, stored)).collect();
    ballots.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.row.cmp(&b.row)));
    ballots.truncate(LANDMARK_CANDIDATES);
    ballots
}

/// How many landmarks of the query the row looks like, mirrored or not, whichever are more.
fn count(votes: &[Vote]) -> usize {
    let sides = votes.chunk_by(|a, b| a.mirrored == b.mirrored);
    sides.map(|side| side.chunk_by(|a, b| a.query == b.query).count()).max().unwrap_or(0)
}

impl Ballot {
    fn of(votes: &[Vote], stored: usize) -> Self {
        let by_query = weight(votes.to_vec(), |vote| (vote.mirrored, vote.query), stored);
        let by_stored = weight(votes.to_vec(), |vote| (vote.mirrored, vote.stored), stored);
        Self { row: votes[0].row, votes: votes.to_vec(), weight: by_query.min(by_stored) }
    }
}

/// What votes weigh together, those of one landmark counted once, as the best of them.
fn weight(mut votes: Vec<Vote>, landmark: impl Fn(&Vote) -> (bool, u32), stored: usize) -> f64 {
    votes.sort_unstable_by_key(|vote| (landmark(vote), vote.alike));
    let of_one = votes.chunk_by(|a, b| landmark(a) == landmark(b));
    of_one.map(|votes| (1.0 + stored as f64 / f64::from(votes[0].alike)).ln()).sum()
}

/// A code that is asked for: a landmark's, as it is or mirrored.
struct Question {
    query: u32,
    mirrored: bool,
    code: Code,
}

fn questions(asked: &[Spot]) -> Vec<Question> {
    let question = |(query, spot): (usize, &Spot), is_mirrored: bool| Question {
        query: query as u32,
        mirrored: is_mirrored,
        code: if is_mirrored { mirrored(&spot.code) } else { spot.code },
    };
    let as_they_are = asked.iter().enumerate().map(|spot| question(spot, false));
    let mirrored = asked.iter().take(LANDMARK_MIRRORED).enumerate();
    as_they_are.chain(mirrored.map(|spot| question(spot, true))).collect()
}

fn in_parallel(snapshots: &[Snapshot], asked: &[Spot]) -> Vec<Vote> {
    let questions = questions(asked);
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let share = questions.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let parts: Vec<_> = questions.chunks(share).collect();
        let Some((&own, others)) = parts.split_first() else { return Vec::new() };
        let spawn = |&part| {
            let work = move || ask(snapshots, part);
            // Where the system grants no thread this one does the work.
            (part, thread::Builder::new().name("vote".into()).spawn_scoped(scope, work).ok())
        };
        let others: Vec<_> = others.iter().map(spawn).collect();
        let mut votes = ask(snapshots, own);
        for (part, thread) in others {
            let theirs = thread.and_then(|thread| thread.join().ok());
            votes.extend(theirs.unwrap_or_else(|| ask(snapshots, part)));
        }
        votes
    })
}

/// Codes that are asked for in one call.
const ASKED_AT_ONCE: usize = 256;

fn ask(snapshots: &[Snapshot], questions: &[Question]) -> Vec<Vote> {
    let mut votes = Vec::new();
    for some in questions.chunks(ASKED_AT_ONCE) {
        let codes: Vec<Code> = some.iter().map(|question| question.code).collect();
        let mut near = vec![(0, Vec::new()); codes.len()];
        for snapshot in snapshots {
            let effort = Effort { sure: LANDMARK_SURE, most_us: LANDMARK_MOST_US };
            let (radius, most) = (LANDMARK_RADIUS, LANDMARK_HITS);
            let pages = snapshot.first_batch_by_effort(&codes, radius, most, effort);
            for ((alike, hits), page) in near.iter_mut().zip(pages) {
                let Some(page) = page else { continue };
                *alike += page.total;
                hits.extend(page.hits);
            }
        }
        for (question, (alike, hits)) in some.iter().zip(near) {
            votes.extend(hits.into_iter().map(|hit| {
                let id = CodeId(hit.payload as i64);
                Vote {
                    row: id.row(),
                    mirrored: question.mirrored,
                    query: question.query,
                    stored: id.position() as u32,
                    distance: hit.distance.bits(),
                    alike: alike as u32,
                }
            }));
        }
    }
    votes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::motion::Frame;
    use athar_index::Index;
    use athar_kernel::Level;

    /// A code that no other number has anything near to.
    fn code(n: u64) -> Code {
        let mut state = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Code::from_words([0; 4].map(|_: u64| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let a = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let b = (a ^ a >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            b ^ b >> 31
        }))
    }

    fn spots(codes: impl Iterator<Item = Code>) -> Vec<Spot> {
        let frame = Frame { at: [0.0; 2], scale: 1.0, angle: 0.0 };
        codes.map(|code| Spot { code, frame }).collect()
    }

    fn store(rows: &[Vec<Code>]) -> Snapshot {
        let index = Index::new(Level::best());
        for (row, codes) in rows.iter().enumerate() {
            for (position, code) in codes.iter().enumerate() {
                index.insert(*code, CodeId::at(CodesId(row as i64 + 1), position).0 as u64);
            }
        }
        index.snapshot()
    }

    fn vote(snapshots: &[Snapshot], asked: &[Spot]) -> Vec<Ballot> {
        count_up(cast(snapshots, asked), snapshots.iter().map(Snapshot::len).sum())
    }

    #[test]
    fn whoever_shares_most_comes_first_and_whoever_shares_too_little_not_at_all() {
        let rows = [
            (0..20).map(code).collect(),
            (100..110).map(code).chain((0..8).map(code)).collect(),
            (200..220).map(code).chain((0..LANDMARK_VOTES as u64 - 1).map(code)).collect(),
        ];
        let ballots = vote(&[store(&rows)], &spots((0..300).rev().map(code)));
        let rows: Vec<_> =
            ballots.iter().map(|ballot| (ballot.row.0, ballot.votes.len())).collect();
        assert_eq!(rows, [(3, 20 + LANDMARK_VOTES - 1), (1, 20), (2, 18)]);
        let ballots = vote(&[store(&[(0..3).map(code).collect()])], &spots((0..20).map(code)));
        assert_eq!(ballots, []);
    }

    #[test]
    fn a_mirrored_landmark_votes_as_such() {
        let rows = [(0..20).map(|n| mirrored(&code(n))).collect()];
        let ballots = vote(&[store(&rows)], &spots((0..20).map(code)));
        assert_eq!(ballots.len(), 1);
        assert!(ballots[0].votes.iter().all(|vote| vote.mirrored && vote.query == vote.stored));
    }

    #[test]
    fn what_everybody_has_weighs_less_than_what_one_has() {
        let chrome = || (1000..1010).map(code);
        let mut rows: Vec<Vec<Code>> =
            (0..200u64).map(|n| chrome().chain((10 * n..10 * n + 5).map(code)).collect()).collect();
        rows.push((5000..5010).map(code).collect());
        let asked = spots(chrome().chain((5000..5010).map(code)));
        let ballots = vote(&[store(&rows)], &asked);
        assert_eq!(ballots[0].row, CodesId(201));
        assert_eq!(ballots.len(), LANDMARK_CANDIDATES);
    }

    #[test]
    fn rows_of_two_snapshots_are_counted_together() {
        let rows: [Vec<Code>; 2] = [(0..9).map(code).collect(), Vec::new()];
        let later: [Vec<Code>; 2] = [Vec::new(), (0..9).map(code).collect()];
        let ballots = vote(&[store(&rows), store(&later)], &spots((0..9).map(code)));
        assert_eq!(ballots.iter().map(|ballot| ballot.row.0).collect::<Vec<_>>(), [1, 2]);
        assert!(ballots.iter().flat_map(|ballot| &ballot.votes).all(|vote| vote.alike == 2));
    }
}
