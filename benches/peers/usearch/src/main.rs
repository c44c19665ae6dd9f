//! usearch for `benches/search`: a graph over bits, one thread.
//!
//! Called as `search FOLDER RADIUS BUDGET_S`; FOLDER holds the files `codes`, `queries` and
//! `warm`, 32 bytes a code. For each width of the search one JSON object goes to standard output.

use serde_json::json;
use std::error::Error;
use std::path::Path;
use std::time::Instant;
use std::{env, fs};
use usearch::{Index, IndexOptions, MetricKind, ScalarKind, b1x8};

const CONNECTIVITY: usize = 32;
const EXPANSION_ADD: usize = 128;
const EXPANSIONS: [usize; 3] = [64, 256, 1024];
const CODE_BYTES: usize = 32;
/// However slow: so many calls at least.
const CALLS_MIN: usize = 20;

type Code = [u8; CODE_BYTES];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [folder, radius, budget_s] = &arguments[..] else {
        return Err("usage: search FOLDER RADIUS BUDGET_S".into());
    };
    let (folder, radius, budget_s) = (Path::new(folder), radius.parse()?, budget_s.parse()?);
    let codes = codes_of(&folder.join("codes"))?;
    let (before, begin) = (resident_bytes(), Instant::now());
    let index = build(&codes)?;
    let build_s = begin.elapsed().as_secs_f64();
    let bytes = resident_bytes().saturating_sub(before);
    let (queries, warm) = (codes_of(&folder.join("queries"))?, codes_of(&folder.join("warm"))?);
    for expansion in EXPANSIONS {
        index.change_expansion_search(expansion);
        ask_all(&index, &warm[..4], expansion, radius, budget_s)?;
        let (ns, hits) = ask_all(&index, &queries, expansion, radius, budget_s)?;
        let told = json!({
            "name": format!("usearch ef {expansion}"),
            "asked": "queries",
            "radius_bits": radius as u16,
            "threads": 1,
            "build_s": build_s,
            "bytes": bytes,
            "ns": ns,
            "hits": hits,
        });
        println!("{told}");
    }
    Ok(())
}

fn build(codes: &[Code]) -> Result<Index, Box<dyn Error>> {
    let index = Index::new(&IndexOptions {
        dimensions: 8 * CODE_BYTES,
        metric: MetricKind::Hamming,
        quantization: ScalarKind::B1,
        connectivity: CONNECTIVITY,
        expansion_add: EXPANSION_ADD,
        expansion_search: EXPANSIONS[0],
        multi: false,
    })?;
    index.reserve(codes.len())?;
    for (key, code) in (0..).zip(codes) {
        index.add(key, b1x8::from_u8s(code))?;
    }
    Ok(index)
}

/// Nanoseconds and hits of each query: of the nearest `expansion` codes, those in the radius.
fn ask_all(
    index: &Index,
    queries: &[Code],
    expansion: usize,
    radius: f32,
    budget_s: f64,
) -> Result<(Vec<u64>, Vec<usize>), Box<dyn Error>> {
    let (begin, mut ns, mut hits) = (Instant::now(), Vec::new(), Vec::new());
    for query in queries {
        let called = Instant::now();
        let found = index.search(b1x8::from_u8s(query), expansion)?;
        ns.push(called.elapsed().as_nanos() as u64);
        hits.push(found.distances.iter().filter(|distance| **distance <= radius).count());
        if begin.elapsed().as_secs_f64() > budget_s && ns.len() >= CALLS_MIN {
            break;
        }
    }
    Ok((ns, hits))
}

fn codes_of(path: &Path) -> Result<Vec<Code>, Box<dyn Error>> {
    Ok(fs::read(path)?.as_chunks().0.to_vec())
}

/// Bytes of this process that are in memory; 0 where the system does not say.
fn resident_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    number.unwrap_or(0) << 10
}
