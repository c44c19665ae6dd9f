//! yume-pdq's matcher for `benches/search`, one thread.
//!
//! Called as `search FOLDER RADIUS BUDGET_S`; FOLDER holds the files `codes`, `queries`, `warm`
//! and `orientations` (eight codes a picture), 32 bytes a code. The matcher compares all codes
//! with eight at once: a question of one code is asked with eight times the same. For each way of
//! asking one JSON object goes to standard output.

use generic_array::GenericArray;
use generic_array::typenum::{U1, U8, U32, U2048};
use std::error::Error;
use std::path::Path;
use std::time::Instant;
use std::{env, fs};
use yume_pdq::alignment::Align8;
use yume_pdq::matching::{CpuMatcher, PDQMatcher};

const CODE_BYTES: usize = 32;
const TOGETHER: usize = 8;
/// Codes that the matcher takes at once.
const BATCH: usize = 2048;
/// However slow: so many calls at least.
const CALLS_MIN: usize = 20;

type Code = GenericArray<u8, U32>;
type Eight = GenericArray<Code, U8>;
type Batch = Align8<GenericArray<Code, U2048>>;

/// All codes, the last batch filled up with zeros.
struct Codes {
    batches: Vec<Batch>,
    len: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [folder, radius, budget_s] = &arguments[..] else {
        return Err("usage: search FOLDER RADIUS BUDGET_S".into());
    };
    let (folder, radius, budget_s) = (Path::new(folder), radius.parse()?, budget_s.parse()?);
    let given = codes_of(&folder.join("codes"))?;
    let (before, begin) = (resident_bytes(), Instant::now());
    let codes = Codes::new(&given);
    let (build_s, bytes) = (begin.elapsed().as_secs_f64(), resident_bytes().saturating_sub(before));
    drop(given);
    let warm: Vec<_> = codes_of(&folder.join("warm"))?.iter().take(4).map(eight_times).collect();
    codes.ask_all(&warm, 1, radius, budget_s);
    let queries: Vec<_> = codes_of(&folder.join("queries"))?.iter().map(eight_times).collect();
    let turned = codes_of(&folder.join("orientations"))?;
    let turned: Vec<_> =
        turned.chunks(TOGETHER).map(|eight| Eight::from_iter(eight.iter().copied())).collect();
    let ways = [
        ("yume-pdq", "queries", &queries, 1),
        ("yume-pdq orientations", "orientations", &turned, 8),
    ];
    for (name, asked, questions, different) in ways {
        let (ns, hits) = codes.ask_all(questions, different, radius, budget_s);
        println!(
            "{{\"name\":\"{name}\",\"asked\":\"{asked}\",\"radius_bits\":{radius},\"threads\":1,\
             \"build_s\":{build_s},\"bytes\":{bytes},\"ns\":{ns:?},\"hits\":{hits:?}}}"
        );
    }
    Ok(())
}

fn eight_times(code: &Code) -> Eight {
    Eight::from_iter([*code; TOGETHER])
}

impl Codes {
    fn new(codes: &[Code]) -> Self {
        let mut batches = Vec::with_capacity(codes.len().div_ceil(BATCH));
        for part in codes.chunks(BATCH) {
            let mut batch: Batch = Align8(GenericArray::default());
            batch[..part.len()].copy_from_slice(part);
            batches.push(batch);
        }
        Self { batches, len: codes.len() }
    }

    /// Nanoseconds of each call, and the hits of its first `different` codes.
    fn ask_all(
        &self,
        questions: &[Eight],
        different: usize,
        radius: u8,
        budget_s: f64,
    ) -> (Vec<u64>, Vec<u64>) {
        let (begin, mut ns, mut hits) = (Instant::now(), Vec::new(), Vec::new());
        for eight in questions {
            let called = Instant::now();
            let found = self.ask(eight, radius);
            ns.push(called.elapsed().as_nanos() as u64);
            hits.extend_from_slice(&found[..different]);
            if begin.elapsed().as_secs_f64() > budget_s && ns.len() >= CALLS_MIN {
                break;
            }
        }
        (ns, hits)
    }

    fn ask(&self, eight: &Eight, radius: u8) -> [u64; TOGETHER] {
        let mut matcher = CpuMatcher::<U2048, U1>::new(eight, radius);
        let mut hits = [0; TOGETHER];
        for (first, batch) in (0..self.len).step_by(BATCH).zip(&self.batches) {
            matcher.find(batch, |position, needle| {
                hits[needle] += u64::from(first + position < self.len);
                None::<()>
            });
        }
        hits
    }
}

fn codes_of(path: &Path) -> Result<Vec<Code>, Box<dyn Error>> {
    let bytes = fs::read(path)?;
    Ok(bytes.chunks_exact(CODE_BYTES).map(|code| *Code::from_slice(code)).collect())
}

/// Bytes of this process that are in memory; 0 where the system does not say.
fn resident_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    number.unwrap_or(0) << 10
}
