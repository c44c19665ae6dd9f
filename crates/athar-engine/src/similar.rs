//! What looks most alike, however little that may be: the one question without a radius.
//!
//! It is for people who want to look around, and decides nothing. Codes of a large store are put
//! into a graph by `hnsw_rs` when the question is first asked, and the graph goes with the
//! command. It may miss what is nearer than what it finds, and its answers are marked so. A store
//! of few codes is looked through as a whole, which is quicker than making a graph, and nothing
//! is missed.

use crate::lookup::{Lookup, Nearest, Nearests};
use crate::outcome::Similar;
use crate::policy::{
    INDEX_BATCH_CODES, SIMILAR_CONNECTIONS, SIMILAR_EF, SIMILAR_EF_BUILDING, SIMILAR_EXACT_CODES,
};
use crate::{Interrupt, Watcher};
use athar_hash::Space;
use athar_kernel::{Code, Distance, Orientation};
use athar_ledger::{CodeChange, CodeId, ItemId, Ledger, LedgerError};
use hnsw_rs::prelude::{Distance as Metric, Hnsw};
use std::collections::HashSet;

/// Layers of a graph, of which far fewer are used.
const LAYERS: usize = 16;

/// Codes that are put into the graph between two words on how far it is.
const STEP_CODES: usize = 1 << 12;

/// Codes that an item may have: of its whole frame, and of it without its surroundings.
const CODES_OF_ITEM: usize = 2;

/// How the most alike are found.
pub(crate) enum Likeness {
    /// Every code is looked at.
    Exact,
    /// A graph is walked.
    Graph(Graph),
}

/// The codes of the ledger when it was built.
pub(crate) struct Graph {
    hnsw: Hnsw<'static, u64, Bits>,
    /// Ids, by the codes' places in the graph.
    ids: Vec<u64>,
}

/// Differing bits; the crate's own Hamming distance counts differing words.
#[derive(Clone)]
struct Bits;

impl Metric<u64> for Bits {
    fn eval(&self, a: &[u64], b: &[u64]) -> f32 {
        a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum::<u32>() as f32
    }
}

impl Likeness {
    /// Builds the graph, if there are so many codes that it is worth it.
    pub(crate) fn prepare(
        ledger: &Ledger,
        lookup: &Lookup,
        stop: &Interrupt,
        watcher: &mut dyn Watcher,
    ) -> Result<Self, LedgerError> {
        if lookup.len() <= SIMILAR_EXACT_CODES {
            return Ok(Self::Exact);
        }
        let codes = codes(ledger, lookup.len())?;
        Ok(Self::Graph(Graph::build(&codes, stop, |done| watcher.likened(done, codes.len()))))
    }

    /// The `count` stored items that look most like a picture with these codes, nearest first,
    /// one answer for each case that holds one.
    pub(crate) fn ask(
        &self,
        ledger: &Ledger,
        lookup: &Lookup,
        codes: &[Code; 8],
        count: usize,
    ) -> Result<Vec<Similar>, LedgerError> {
        let near = match self {
            Self::Exact => lookup.nearest(codes, CODES_OF_ITEM * count),
            Self::Graph(graph) => graph.nearest(codes, CODES_OF_ITEM * count),
        };
        let approximate = matches!(self, Self::Graph(_));
        let (mut items, mut similar) = (HashSet::new(), Vec::new());
        for Nearest { distance, asked, code } in near {
            let Some(item_id) = ledger.item_of_codes(CodeId(code as i64).row())? else { continue };
            if items.len() == count {
                break;
            }
            if items.insert(item_id) {
                let (distance, orientation) = (distance.bits(), Orientation::ALL[asked]);
                similar.extend(holders(ledger, item_id)?.map(|(case, item)| Similar {
                    case,
                    item,
                    distance,
                    orientation,
                    approximate,
                }));
            }
        }
        Ok(similar)
    }
}

impl Graph {
    /// Broken off at somebody's wish, it holds what came until then.
    fn build(codes: &[(u64, Code)], stop: &Interrupt, mut told: impl FnMut(usize)) -> Self {
        let size = codes.len();
        let hnsw = Hnsw::new(SIMILAR_CONNECTIONS, size, LAYERS, SIMILAR_EF_BUILDING, Bits);
        let places: Vec<_> =
            codes.iter().map(|(_, code)| code.words().as_slice()).zip(0..).collect();
        for step in places.chunks(STEP_CODES).take_while(|_| !stop.is_set()) {
            told(step[0].1);
            hnsw.parallel_insert_slice(&step.to_vec());
        }
        told(size);
        Self { hnsw, ids: codes.iter().map(|(id, _)| *id).collect() }
    }

    fn nearest(&self, codes: &[Code; 8], count: usize) -> Vec<Nearest> {
        let mut nearest = Nearests::default();
        let ef = SIMILAR_EF.max(2 * count);
        for (asked, code) in codes.iter().enumerate() {
            for found in self.hnsw.search(code.words(), count, ef) {
                let (id, bits) = (self.ids.get(found.d_id), Distance::new(found.distance as u16));
                if let (Some(&id), Some(distance)) = (id, bits) {
                    nearest.add(id, distance, asked);
                }
            }
        }
        nearest.in_order()
    }
}

/// Every code of the ledger with its id.
fn codes(ledger: &Ledger, expected: usize) -> Result<Vec<(u64, Code)>, LedgerError> {
    let (mut codes, mut from) = (Vec::with_capacity(expected), 0);
    loop {
        let mut told = 0;
        let pdq = Space::Pdq.name();
        from = ledger.for_some_codes_since(pdq, from, INDEX_BATCH_CODES, |change| {
            told += 1;
            // What was withdrawn does not come up as added.
            if let CodeChange::Added { id, code, .. } = change {
                codes.push((id.0 as u64, code));
            }
        })?;
        if told < INDEX_BATCH_CODES {
            return Ok(codes);
        }
    }
}

/// Every case that holds the item, with its digest.
fn holders(
    ledger: &Ledger,
    item: ItemId,
) -> Result<impl Iterator<Item = (String, [u8; 32])>, LedgerError> {
    let cases = ledger.cases_of_item(item)?;
    let sha256 = ledger.item(item)?.map(|row| row.sha256);
    Ok(cases.into_iter().filter_map(move |case| Some((case.name, sha256?))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use athar_index::Index;
    use athar_kernel::{Level, Radius};

    /// Codes in clusters, as pictures of the same things are.
    fn clustered(count: u64) -> Vec<(u64, Code)> {
        let mut state = 1u64;
        let mut random = || {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            let mixed = (state ^ (state >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
            mixed ^ (mixed >> 29)
        };
        let mut centre = [0; 4];
        let near = |id| {
            if id % 40 == 0 {
                centre = [random(), random(), random(), random()];
            }
            // About one bit in eight differs from the centre.
            let code = centre.map(|word| word ^ (random() & random() & random()));
            (id, Code::from_words(code))
        };
        (0..count).map(near).collect()
    }

    #[test]
    fn the_graph_finds_most_of_what_is_nearest_at_its_true_distance() {
        let all = clustered(6000);
        let (queries, stored) = all.split_at(50);
        let graph = Graph::build(stored, &Interrupt::new(), |_| {});
        let index = Index::new(Level::best());
        index.insert_batch(&stored.iter().map(|(id, code)| (*code, *id)).collect::<Vec<_>>());
        let (snapshot, all) = (index.snapshot(), Radius::new(256).unwrap());
        let mut found = 0;
        for (_, query) in queries {
            let exact = snapshot.nearest(query, 10, all);
            let farthest = exact.last().unwrap().distance;
            let near = graph.nearest(&[*query; 8], 10);
            assert!(near.len() == 10 && near.is_sorted());
            for one in &near {
                let code = stored.iter().find(|(id, _)| *id == one.code).unwrap().1;
                assert_eq!(code.distance(query), one.distance);
            }
            found += near.iter().filter(|one| one.distance <= farthest).count();
        }
        assert!(found * 10 >= queries.len() * 10 * 8, "{found} of {}", queries.len() * 10);
    }

    #[test]
    fn a_graph_that_is_broken_off_answers_with_what_it_has() {
        let stop = Interrupt::new();
        let stored = clustered(2 * STEP_CODES as u64);
        let mut told = Vec::new();
        let graph = Graph::build(&stored, &stop, |codes| {
            told.push(codes);
            stop.set();
        });
        assert_eq!(told, [0, stored.len()]);
        assert_eq!(graph.nearest(&[stored[7].1; 8], 1)[0].code, 7);
    }
}
