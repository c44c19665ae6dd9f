//! Drawn pictures, as alike to each other as real ones are.
//!
//! What a question costs hangs on how the codes of strangers crowd: on bits that go together, and
//! far more on the kinds of corner that every photograph has. Independent bits have neither, and
//! bits drawn with the right correlations have only the first: of real landmarks 371 in a million
//! pass a question's first two chunks, of such ones 131, of independent ones 11. So a drawn
//! landmark is a real one of some photograph with each bit flipped at a chance of one in 64, and a
//! drawn picture takes each of its landmarks from another photograph, so that it looks like none.
//! `met` shows what the questions of the benchmark meet among both.

use athar_kernel::Code;

/// What the corpus's pictures have.
#[derive(Default)]
pub struct Pool {
    pub pictures: Vec<Real>,
}

/// A real picture as the ledger holds it.
pub struct Real {
    pub size_px: (u32, u32),
    pub landmarks: Vec<Code>,
    /// Of the landmarks, as they are stored.
    pub places: Vec<u8>,
    /// Of the frames.
    pub extents: Vec<u8>,
    pub seconds: Vec<u8>,
    pub frames: usize,
}

/// The codes of a drawn picture, and the real one whose places and size it has.
pub struct Drawn<'a> {
    pub like: &'a Real,
    pub frames: Vec<Code>,
    pub landmarks: Vec<Code>,
}

impl Pool {
    pub fn draw(&self, random: &mut Random) -> Drawn<'_> {
        let like = &self.pictures[random.below(self.pictures.len())];
        let frames = (0..like.frames).map(|_| Code::from_words([0; 4].map(|_: u64| random.word())));
        let frames = frames.collect();
        let landmarks = (0..like.landmarks.len()).map(|_| self.landmark(random)).collect();
        Drawn { like, frames, landmarks }
    }

    fn landmark(&self, random: &mut Random) -> Code {
        let of = &self.pictures[random.below(self.pictures.len())].landmarks;
        let words = of[random.below(of.len())].words();
        Code::from_words(words.map(|word| word ^ rare_bits(random)))
    }
}

/// One bit in 64.
fn rare_bits(random: &mut Random) -> u64 {
    (0..6).fold(!0, |bits, _| bits & random.word())
}

/// Seeded numbers: splitmix64.
pub struct Random(pub u64);

impl Random {
    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.word() % end as u64) as usize
    }
}
