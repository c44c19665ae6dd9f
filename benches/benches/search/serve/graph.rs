//! The crate `hnsw_rs`: the nearest `ef` codes as a graph finds them, of which those within the
//! radius are the hits. `ef` is also how many a graph can answer with at most.

use super::{Asking, Built, Task, resident_bytes, tell};
use crate::truth::{Asked, Hits};
use anyhow::Result;
use athar_kernel::Code;
use hnsw_rs::prelude::{Distance, Hnsw};
use std::time::Instant;

/// As Faiss and usearch are built here.
const CONNECTIONS: usize = 32;
const EF_CONSTRUCTION: usize = 128;
const LAYERS: usize = 16;
const EFS: [usize; 3] = [16, 64, 256];

/// Differing bits; the crate's own Hamming distance counts differing words.
struct Bits;

impl Distance<u64> for Bits {
    fn eval(&self, a: &[u64], b: &[u64]) -> f32 {
        a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones()).sum::<u32>() as f32
    }
}

pub fn run(task: &Task) -> Result<()> {
    let codes = task.codes("codes")?;
    let (before, begin) = (resident_bytes(), Instant::now());
    let mut graph = Hnsw::new(CONNECTIONS, codes.len(), LAYERS, EF_CONSTRUCTION, Bits);
    codes.iter().enumerate().for_each(|(position, code)| graph.insert((code.words(), position)));
    graph.set_searching_mode(true);
    let built = Built { seconds: begin.elapsed().as_secs_f64(), bytes: resident_bytes() - before };
    for ef in EFS {
        task.codes("warm")?.iter().for_each(|query| drop(ask(&graph, task, query, ef)));
        let asking: Asking =
            task.time(task.codes("queries")?.iter(), |query| ask(&graph, task, query, ef));
        let name = format!("hnsw_rs ef {ef}");
        tell(&built.told(&name, Asked::Queries, task.radius, &asking))?;
    }
    Ok(())
}

fn ask(graph: &Hnsw<'_, u64, Bits>, task: &Task, query: &Code, ef: usize) -> Vec<Hits> {
    let mut hits = Hits::default();
    for neighbour in graph.search(query.words(), ef, ef) {
        let bits = neighbour.distance as u16;
        if bits <= task.radius.bits() {
            hits.add(neighbour.d_id as u64, bits);
        }
    }
    vec![hits]
}
