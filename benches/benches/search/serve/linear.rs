//! The kernel over all codes in memory, one question at a time.

use super::{Built, Task, resident_bytes, tell};
use crate::truth::{Asked, Hits};
use anyhow::Result;
use athar_kernel::{Code, Level, hamming};
use std::time::Instant;

pub fn run(task: &Task) -> Result<()> {
    let (before, mut codes, mut seconds) = (resident_bytes(), Vec::new(), 0.0);
    for block in task.blocks()? {
        let block = block?;
        let begin = Instant::now();
        codes.extend_from_slice(&block);
        seconds += begin.elapsed().as_secs_f64();
    }
    let built = Built { seconds, bytes: resident_bytes() - before };
    let mut found = Vec::new();
    let mut ask = |query: &Code| {
        let mut hits = Hits::default();
        hamming::within(Level::best(), &[*query], &codes, task.radius, &mut found);
        found.drain(..).for_each(|near| hits.add(near.position as u64, near.distance.bits()));
        vec![hits]
    };
    task.codes("warm")?.iter().take(4).for_each(|query| drop(ask(query)));
    let asking = task.time(task.codes("queries")?.iter(), ask);
    tell(&built.told("linear scan", Asked::Queries, task.radius, &asking))
}
