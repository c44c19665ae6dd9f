//! Voices: what is said in a recording, as 256-bit codes of two seconds each that stay the same in
//! a copy of it, whatever messenger, telephone or room it went through.
//!
//! ```text
//! samples ─ 93 ms frames, one every 23 ms ─ power in 16 bands, 300 to 3400 Hz ─ its onsets
//!     86 frames: each band's course, relative to its mean ─ roots ─ 20 slow waves of each
//!         └─ 320 numbers ─ 40 learned sums ─ mixed ─► 256 signs
//!         └─ the third course that the bands go ─► quality
//! ```
//!
//! *Bands*: what every telephone carries, and wide enough that a voice turned higher or lower
//! stays in them. *Onsets*: what rises is the speaker's, what falls is the room's; see `bands.rs`.
//! *Relative to the mean*: volume, telephones and rooms change all of a band alike, and drop out.
//! *Roots*: compress as an ear does, and yet leave what noise fills small. *Slow waves*: syllables
//! come at two to five a second; what is faster is a codec's or a room's, and smooth courses do not
//! mind where a window begins. *Learned sums*: directions in which strangers differ most for what
//! edits change (Fisher's linear discriminant; after Strecha et al., "LDAHash", 2012), learned from
//! speech and its edits. *Mixed*: signs of random sums of those, at right angles by blocks, whose
//! Hamming distance is the angle between two windows (Charikar, "Similarity estimation techniques
//! from rounding algorithms", 2002; Ji et al., "Super-bit locality-sensitive hashing", 2012).
//! That signs of differences over bands and time are robust was shown by Haitsma and Kalker ("A
//! highly robust audio fingerprinting system", 2002); Chromaprint does the same for music.
//!
//! A code depends on the samples of its window alone, and by a last trace of the onsets' memory on
//! the third of a second before it. All arithmetic has one order and basic operations only, so a
//! recording has the same codes on every processor.
//!
//! # What it finds
//!
//! `cargo xtask measure-voice` on 40 recordings of 3 to 17 s, from which no weight was learned,
//! though the shapes above were chosen on them: the share of stored windows with one within 31 bits
//! at the right time, and of recordings where five windows agree on the right offset, beside windows
//! of eight words of Chromaprint. All rows are in `benches/results/voice.jsonl`.
//!
//! | edit | windows / recordings | Chromaprint |
//! |---|---|---|
//! | Opus 8 kbit/s | 99 / 100 % | 78 / 92 % |
//! | Opus 12 to 24, AAC 32, MP3 16 | 100 / 100 % | 89–99 / 95 % |
//! | AMR-NB 4.75 | 96 / 100 % | 73 / 80 % |
//! | AMR-NB 12.2 | 100 / 100 % | 93 / 95 % |
//! | 3 s of it, Opus 16 | 100 / 100 % | - / 0 % |
//! | 5 s of it, Opus 16 | 100 / 100 % | 92 / 85 % |
//! | after another one, Opus 16 | 100 / 100 % | 94 / 95 % |
//! | noise 20 dB below | 100 / 100 % | 97 / 95 % |
//! | noise 10 dB below | 90 / 98 % | 84 / 90 % |
//! | babble 20 dB below | 98 / 100 % | 92 / 92 % |
//! | babble 10 dB below | 63 / 95 % | 65 / 88 % |
//! | music 10 dB below | 74 / 98 % | 44 / 80 % |
//! | music 5 dB below | 25 / 82 % | 4 / 15 % |
//! | tempo by 5 % | 92 / 100 % | 98–99 / 92–95 % |
//! | pitch by 5 % | 91–93 / 100 % | 0 / 0 % |
//! | both by 5 % | 67–71 / 100 % | 0 / 0 % |
//! | telephone, telephone and Opus 16 | 100 / 100 % | 17–20 / 42–45 % |
//! | room, echo of 0.3 to 0.8 s | 95–97 / 100 % | 7–21 / 25–55 % |
//! | far off in a room, noise | 89 / 100 % | 5 / 30 % |
//! | a tenth of the volume | 100 / 100 % | 100 / 95 % |
//! | clipped at a quarter | 74 / 95 % | 93 / 95 % |
//!
//! No two windows ever agreed on a recording that it was not. Among 106 million pairs of windows of
//! different recordings none is nearer than 33 bits; among those that may vote, none than 39.
//!
//! With the halves exchanged, so that neither weights nor shapes had seen the recordings, the rows
//! that were run are within three parts in a hundred of these, but for noise 10 dB below (78 /
//! 95 %) and babble (54 / 85 %), and strangers are nearer: of 115 million pairs that may vote 31
//! are within 31 bits, the nearest at 24, and at most two windows agreed on a wrong recording. So
//! one or two windows are no evidence: a verdict needs several that agree.
//!
//! Codes are asked for every 46 ms and stored every 116 ms: of recordings sent through Opus 99.9 %
//! of the stored windows are found so, 98.4 % when asked every 70 ms, 89 % every 93 ms, 46 % every
//! 186 ms. How densely they are stored changes nothing for any one of them.
//!
//! # Which codes may vote
//!
//! Silence, tones and bells are the same on every line, so windows of them meet windows of
//! strangers. [`Telling`] measures what they lack, and [`VoiceCode::quality`] is that in one figure.
//! From a quality of 28 on a code may vote: silence, hiss, white noise, steady tones and chords,
//! dial, ringing and busy tones with noise 40 dB below them stay under it in every window (at most
//! 27), and 99 % of the windows of clean speech reach it (median 77). Dialled digits and music reach
//! it, for they do say something: who waits in the same queue has heard the same melody. A code
//! that many recordings have is no evidence; that is for those to see who have many recordings.
//!
//! # What was tried and left
//!
//! On the same recordings; the share of windows within 31 bits where nothing else is said.
//!
//! - Chromaprint's words in windows of eight: see the table. What they look at, 28 to 3520 Hz
//!   folded into twelve tones, is cut by a telephone and moved by a change of pitch.
//! - Powers instead of onsets: 56 to 72 % instead of 87 % in a room with 0.8 s of echo.
//! - Windows of 1.5 s: within the radius that three in a million strangers reach there are 90 % of
//!   the windows, with 2 s 96 %, with 2.5 s 96 %, and of three seconds little is left then.
//! - Logarithms instead of roots: above a low floor 30 to 51 % instead of 64 % at 10 dB of noise;
//!   above a high one as good, and dearer.
//! - 24 bands: 56 % instead of 80 % of a voice turned higher. 12 bands: strangers are nearer.
//! - 32 directions: one or two in a hundred windows more, and 14 pairs of strangers within 31
//!   bits, the nearest at 26.
//! - Learning from more clipping, babble and music: two in a hundred windows more in noise, three
//!   to eight fewer at another tempo and pitch.
//! - How many courses the bands go (the participation ratio of their covariance) as quality:
//!   noise under a bell counts as many, and 200,000 pairs of bells within 31 bits could vote.

mod bands;
mod code;
mod modulation;
mod spectrum;
mod table;
#[cfg(test)]
mod tests;

use athar_kernel::Code;
use bands::{Bands, Filters, Onsets};
use code::Signs;
use modulation::{FRAMES, Waves};
use spectrum::{FRAME, Transform};
use std::collections::VecDeque;
use std::sync::OnceLock;

pub use code::{DIRECTIONS, NUMBERS};
pub use modulation::{Modulation, Telling, telling};

/// The scheme's name wherever codes are stored.
pub const SCHEME: &str = "athar-voice";

/// The version of the scheme; codes of one version may be compared.
pub const VERSION: u32 = 1;

/// Samples a second that codes are made of, one channel, full scale 1.
pub const RATE_HZ: u32 = 11_025;

/// The length of sound that one code describes, in milliseconds.
pub const WINDOW_MS: u32 = to_ms(WINDOW as u64);

/// From one frame to the next, in samples.
const HOP: usize = FRAME / 4;

/// Samples of a window.
const WINDOW: usize = (FRAMES - 1) * HOP + FRAME;

/// How densely codes are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Frames (of 23.2 ms) from one code to the next; 0 counts as 1.
    pub frames: u32,
}

impl Pace {
    /// What is stored of a recording: a code every 116 ms, 517 a minute.
    pub const STORED: Self = Self { frames: 5 };
    /// What a recording is asked with: a code every 46 ms, 1292 a minute.
    pub const ASKED: Self = Self { frames: 2 };
}

/// Two seconds of sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VoiceCode {
    /// What was said; codes of one [`VERSION`] may be compared.
    pub code: Code,
    /// The middle of the two seconds, from the first sample.
    pub at_ms: u32,
    /// How much there is to tell them by, 0 to 100: see [`Telling`].
    pub quality: u8,
}

/// Two seconds of sound before they become a code: what the code's weights are learned from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VoiceWindow {
    /// How its bands rise and fall.
    pub modulation: Modulation,
    /// Its middle, from the first sample.
    pub at_ms: u32,
}

/// The codes of a whole recording at [`RATE_HZ`]: none where it is shorter than [`WINDOW_MS`].
pub fn voice_codes(samples: &[f32], pace: Pace) -> Vec<VoiceCode> {
    VoiceListener::new(pace).hear(samples)
}

/// The windows of a whole recording.
pub fn voice_windows(samples: &[f32], pace: Pace) -> Vec<VoiceWindow> {
    VoiceListener::new(pace).windows(samples)
}

/// Takes a recording piece by piece. What it holds does not grow with the recording.
#[derive(Debug, Clone)]
pub struct VoiceListener {
    pace: Pace,
    /// The samples of the frame that is not full yet.
    frame: Vec<f32>,
    followed: Onsets,
    /// The last frames, as many as a window has.
    onsets: VecDeque<Bands>,
    /// Frames so far.
    frames: u64,
}

impl VoiceListener {
    /// Before the first sample.
    pub fn new(pace: Pace) -> Self {
        let (frame, onsets) = (Vec::with_capacity(FRAME), VecDeque::with_capacity(FRAMES));
        Self { pace, frame, followed: Onsets::default(), onsets, frames: 0 }
    }

    /// The codes that the next samples complete. Samples that are no numbers count as silence.
    pub fn hear(&mut self, samples: &[f32]) -> Vec<VoiceCode> {
        let signs = &tables().signs;
        let coded = |window: VoiceWindow| VoiceCode {
            code: signs.code(&window.modulation),
            at_ms: window.at_ms,
            quality: telling(&window.modulation).quality(),
        };
        self.windows(samples).into_iter().map(coded).collect()
    }

    fn windows(&mut self, mut samples: &[f32]) -> Vec<VoiceWindow> {
        let mut windows = Vec::new();
        while !samples.is_empty() {
            let (taken, rest) = samples.split_at(samples.len().min(FRAME - self.frame.len()));
            self.frame.extend(taken.iter().map(|sample| tamed(*sample)));
            samples = rest;
            if let Ok(frame) = <&[f32; FRAME]>::try_from(self.frame.as_slice()) {
                let spectrum = tables().transform.power(frame);
                self.frame.drain(..HOP);
                windows.extend(self.next(&spectrum));
            }
        }
        windows
    }

    /// Takes a frame; the window that it completes, if one is due.
    fn next(&mut self, spectrum: &[f32; spectrum::BINS]) -> Option<VoiceWindow> {
        let powers = tables().filters.powers(spectrum);
        if self.onsets.len() == FRAMES {
            self.onsets.pop_front();
        }
        self.onsets.push_back(self.followed.next(&powers));
        self.frames += 1;
        let first = self.frames.checked_sub(FRAMES as u64)?;
        if !first.is_multiple_of(u64::from(self.pace.frames.max(1))) {
            return None;
        }
        let onsets = <&[Bands; FRAMES]>::try_from(&*self.onsets.make_contiguous()).ok()?;
        let modulation = tables().waves.modulation(onsets);
        let at_ms = to_ms(first.saturating_mul(HOP as u64).saturating_add(WINDOW as u64 / 2));
        Some(VoiceWindow { modulation, at_ms })
    }
}

/// The quality is 100 from this strength of the third course on.
const THIRD_OF_SPEECH: f32 = 0.064;

impl Telling {
    /// In one figure, 0 to 100.
    pub fn quality(&self) -> u8 {
        (100.0 * (self.third / THIRD_OF_SPEECH).clamp(0.0, 1.0)).round() as u8
    }
}

/// Samples beyond full scale are no recording's; this keeps their squares finite.
const LOUDEST: f32 = 16.0;

fn tamed(sample: f32) -> f32 {
    if sample.is_nan() { 0.0 } else { sample.clamp(-LOUDEST, LOUDEST) }
}

const fn to_ms(samples: u64) -> u32 {
    let ms = samples.saturating_mul(1000) / RATE_HZ as u64;
    if ms > u32::MAX as u64 { u32::MAX } else { ms as u32 }
}

struct Tables {
    transform: Transform,
    filters: Filters,
    waves: Waves,
    signs: Signs,
}

/// Made once, of constants alone.
fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| Tables {
        transform: Transform::new(),
        filters: Filters::new(),
        waves: Waves::new(),
        signs: Signs::new(),
    })
}
