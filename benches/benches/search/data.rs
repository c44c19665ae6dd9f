//! The codes that are searched and the questions that are asked, the same ones in every run.
//!
//! Half of the questions are a stored code with 0 to 31 bits flipped, each number as often as the
//! others; the other half are unrelated. The two take turns, so that a contender that is stopped
//! early was asked both.

use crate::files;
use crate::photographs;
use anyhow::{Context, Result, ensure};
use athar_hash::orientations_of_code;
use athar_kernel::Code;
use std::path::{Path, PathBuf};
use std::{array, fmt, fs};

const QUERIES: usize = 1000;
/// Pictures that are asked for in all eight orientations.
const PICTURES: usize = 250;
/// Asked before anything is timed.
const WARM: usize = 32;
/// The radius that planted questions lie within.
pub const RADIUS_BITS: u64 = 31;

/// What the codes are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// Every bit by chance
    Uniform,
    /// Real PDQ codes: photographs, crops of them and their edits
    Pdq,
    /// A few thousand codes and what lies within a few bits of them, some far more often
    Skewed,
    /// Made to fall into the same buckets as the questions, yet out of their radius
    Crafted,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Uniform => "uniform",
            Self::Pdq => "pdq",
            Self::Skewed => "skewed",
            Self::Crafted => "crafted",
        })
    }
}

/// A folder with the files `codes`, `queries`, `orientations` (eight codes for each picture) and
/// `warm`. It is gone when this is.
pub struct Set {
    pub data: Kind,
    /// As many as were asked for, unless there are no more real ones.
    pub len: usize,
    pub folder: PathBuf,
}

impl Set {
    pub fn make(data: Kind, len: usize) -> Result<Self> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("search-{data}-{len}"));
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        let mut set = Self { data, len, folder };
        let mut random = Random::seeded(7);
        let unrelated = set.write_codes(&mut random)?;
        set.len = files::count(&set.path("codes"))?;
        set.write_questions(&mut random, &unrelated)?;
        Ok(set)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Returns codes that are near none of those written, as far as one can tell.
    fn write_codes(&self, random: &mut Random) -> Result<Vec<Code>> {
        let (path, len) = (self.path("codes"), self.len);
        let unrelated: Vec<Code> = (0..QUERIES + WARM).map(|_| random.code()).collect();
        match self.data {
            Kind::Uniform => files::write(&path, (0..len).map(|_| random.code()))?,
            Kind::Skewed => {
                let skewed = Skewed::new(random);
                files::write(&path, (0..len).map(|_| skewed.code(random)))?;
            }
            Kind::Crafted => {
                let crafted = Crafted::new(random);
                files::write(&path, (0..len).map(|_| crafted.code(random)))?;
                return Ok(crafted.targets);
            }
            Kind::Pdq => return photographs::write_codes(&path, len),
        }
        Ok(unrelated)
    }

    fn write_questions(&self, random: &mut Random, unrelated: &[Code]) -> Result<()> {
        let stored = self.sample(random)?;
        let question = |index: usize| match index % 2 {
            0 => random.flipped(&stored[index / 2]),
            _ => unrelated[index / 2 % unrelated.len()],
        };
        let asked: Vec<Code> = (0..QUERIES + WARM).map(question).collect();
        let (queries, warm) = asked.split_at(QUERIES);
        files::write(&self.path("queries"), queries.iter().copied())?;
        files::write(&self.path("warm"), warm.iter().copied())?;
        let orientations = queries[..PICTURES].iter().flat_map(orientations_of_code);
        files::write(&self.path("orientations"), orientations)
    }

    /// Stored codes from everywhere in the file.
    fn sample(&self, random: &mut Random) -> Result<Vec<Code>> {
        ensure!(self.len > 0, "there are no codes");
        let mut place = |place| (random.below(self.len as u64) as usize, place);
        let mut wanted: Vec<_> = (0..QUERIES + WARM).map(&mut place).collect();
        wanted.sort_unstable();
        let mut sample = vec![Code::default(); wanted.len()];
        let (mut wanted, mut first) = (wanted.into_iter().peekable(), 0);
        for block in files::Blocks::open(&self.path("codes"))? {
            let block = block?;
            while let Some((index, place)) = wanted.next_if(|(i, _)| *i < first + block.len()) {
                sample[place] = block[index - first];
            }
            first += block.len();
        }
        Ok(sample)
    }
}

impl Drop for Set {
    fn drop(&mut self) {
        // Should it stay, the next run writes over it.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Black frames, logos, screens of one app: 4,096 centres, of which the first is all zeros and
/// has one code in twenty; the others have the fewer the later they come; a third of the codes
/// is equal to its centre, the others lie up to six bits away. One code in ten is unrelated.
struct Skewed {
    centres: Vec<Code>,
}

impl Skewed {
    const CENTRES: usize = 4096;

    fn new(random: &mut Random) -> Self {
        let mut centres: Vec<Code> = (0..Self::CENTRES).map(|_| random.code()).collect();
        // Runs of zeros, as flat parts of a picture give them.
        for centre in centres.iter_mut().step_by(16) {
            let kept = 64 + random.below(64) as usize;
            *centre = Code::from_words(array::from_fn(|word| match word * 64 {
                at if at + 64 <= kept => centre.words()[word],
                at if at < kept => centre.words()[word] & ((1 << (kept - at)) - 1),
                _ => 0,
            }));
        }
        centres[0] = Code::default();
        Self { centres }
    }

    fn code(&self, random: &mut Random) -> Code {
        let place = match random.below(20) {
            0 | 1 => return random.code(),
            2 => 0,
            // Density falls with the root of the place.
            _ => (random.unit().powi(2) * Self::CENTRES as f64) as usize,
        };
        let flips = if random.below(3) == 0 { 0 } else { 1 + random.below(6) };
        random.with_flips(&self.centres[place], flips)
    }
}

/// Half of the codes are put together from sixteen values of each aligned sixteen bits. The other
/// half share with one of 64 targets everything but two aligned sixteens, all of whose bits
/// differ, or everything but one run of 40 to 48 bits, of which 32 to 40 differ. The targets are
/// asked for.
struct Crafted {
    values: [[u16; 16]; 16],
    targets: Vec<Code>,
}

impl Crafted {
    fn new(random: &mut Random) -> Self {
        let values = array::from_fn(|_| array::from_fn(|_| random.next() as u16));
        let targets = (0..64).map(|_| random.code()).collect();
        Self { values, targets }
    }

    fn code(&self, random: &mut Random) -> Code {
        let target = self.targets[random.below(self.targets.len() as u64) as usize];
        match random.below(4) {
            0 => Self::two_chunks_away(target, random),
            1 => Self::one_run_away(target, random),
            _ => self.put_together(random),
        }
    }

    fn put_together(&self, random: &mut Random) -> Code {
        let mut chunk = |index: usize| u64::from(self.values[index][random.below(16) as usize]);
        Code::from_words(array::from_fn(|word| {
            (0..4).fold(0, |bits, k| bits | chunk(4 * word + k) << (16 * k))
        }))
    }

    fn two_chunks_away(target: Code, random: &mut Random) -> Code {
        let first = random.below(16);
        let second = (first + 1 + random.below(15)) % 16;
        let mut words = *target.words();
        for chunk in [first, second] {
            words[chunk as usize / 4] ^= 0xffff << (chunk % 4 * 16);
        }
        Code::from_words(words)
    }

    fn one_run_away(target: Code, random: &mut Random) -> Code {
        let len = 40 + random.below(9);
        let begin = random.below(256 - len);
        let mut left = RADIUS_BITS + 1 + random.below(len - RADIUS_BITS);
        left = left.min(40);
        let mut words = *target.words();
        // Each bit of the run with the chance that leaves just as many as are still to flip.
        for (bit, rest) in (begin..begin + len).zip((1..=len).rev()) {
            if random.below(rest) < left {
                words[bit as usize / 64] ^= 1 << (bit % 64);
                left -= 1;
            }
        }
        Code::from_words(words)
    }
}

/// SplitMix64.
pub struct Random {
    state: u64,
}

impl Random {
    pub fn seeded(seed: u64) -> Self {
        Self { state: seed }
    }

    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let a = (self.state ^ self.state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let b = (a ^ a >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        b ^ b >> 31
    }

    /// 0 to `limit` - 1.
    pub fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(limit)) >> 64) as u64
    }

    /// From 0 to just below 1.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn code(&mut self) -> Code {
        Code::from_words(array::from_fn(|_| self.next()))
    }

    /// Some code within the radius of this one, each distance as likely as the others.
    fn flipped(&mut self, code: &Code) -> Code {
        let flips = self.below(RADIUS_BITS + 1);
        self.with_flips(code, flips)
    }

    fn with_flips(&mut self, code: &Code, flips: u64) -> Code {
        let mut mask = [0u64; 4];
        let mut left = flips;
        while left > 0 {
            let bit = self.below(256) as usize;
            left -= u64::from(mask[bit / 64] >> (bit % 64) & 1 == 0);
            mask[bit / 64] |= 1 << (bit % 64);
        }
        Code::from_words(array::from_fn(|word| code.words()[word] ^ mask[word]))
    }
}
