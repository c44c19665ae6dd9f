//! Every threshold and every verdict.
//!
//! Nothing else in Athar decides whether two items show the same thing. The numbers here are
//! measured: `false_alarms.tsv` is written by `cargo xtask eval --record`, which tries unrelated
//! pictures against each other in all eight orientations and counts how often they come near, and
//! `landmark_false_alarms.tsv` by the same, which asks for edited pictures and counts how much
//! evidence stored ones give that are not in them.

use crate::align::Tolerance;
use crate::clock::DAY_MS;
use crate::time_motion::{Stretch, TimeTolerance};
use athar_hash::{SecondDistance, Space};
use athar_kernel::{Distance, Radius};
use athar_media::Limits;
use athar_media::clip::ClipLimits;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

/// The largest distance, in bits, at which two whole pictures are the same picture. The field's
/// figure for PDQ (Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing
/// Algorithm", 2019), borne out by `false_alarms.tsv`.
pub const PDQ_RADIUS: Radius = match Radius::new(31) {
    Some(radius) => radius,
    None => unreachable!(),
};

/// PDQ quality (0 to 100) below which a picture is too flat for its code to mean anything: the
/// reference's own advice. Such an item is kept with its digests and never matched.
pub const MIN_QUALITY: u8 = 50;

/// PDQ quality (0 to 100) below which a frame shows nothing.
const BLANK_QUALITY: u8 = 10;

/// Quality (0 to 100) of a voice's code below which there is too little to tell it by: silence,
/// hiss, steady tones and bells stay under it (see `athar_hash::voice`).
const MIN_VOICE_QUALITY: u8 = 28;

/// The largest distance, in bits of 256, at which the second opinion agrees. By `cargo xtask
/// eval`, 99 of 100 edited photographs stay within 23; of a million pairs of unrelated ones, in
/// eight orientations, 12 come within 48.
const SECOND_RADIUS: SecondDistance = SecondDistance::from_bits(48);

/// The largest distance, in bits, at which two landmarks look alike.
pub const LANDMARK_RADIUS: Radius = match Radius::new(31) {
    Some(radius) => radius,
    None => unreachable!(),
};

/// The distance, in bits, within which every stored landmark that looks alike is found; of those
/// between this and [`LANDMARK_RADIUS`] it is most of them. Landmarks are only votes: who has
/// enough of them is looked at closely, and there all its landmarks are sought. Of 1,920 edited
/// photographs in eval 97.2 in a hundred are found with 31, with 19 and with 15, as many of each of
/// 103 edits but two; of 432 among 28 million codes 424, 424 and 425. Asking takes 288, 50 and
/// 27 ms there (AVX2). With 15 fewer are seen to be alike, so what is everybody's is not always
/// known for it: of the one pair of strangers that eval joins, 6 edits with 31, 4 with 19, 10 with
/// 15.
pub const LANDMARK_SURE: Radius = match Radius::new(19) {
    Some(radius) => radius,
    None => unreachable!(),
};

/// Stored landmarks that are looked at for one of the query, the nearest first: a bound on what a
/// landmark takes that a whole store has.
pub const LANDMARK_HITS: usize = 1 << 10;

/// What asking for one landmark may take, in microseconds as the index reckons them: one that would
/// take longer is not asked for.
/// In whose neighbourhood a large store has far more than elsewhere tells little of which picture
/// it is. Of four photographs' questions to 28 million codes, asked for everything within 31 bits,
/// this leaves out none, none, 1 in a hundred and 1 in a thousand; 600 leaves out 4 in a hundred of
/// the third and 300 ten, for a time that is shorter by 3 and by 7 %. Sure of fewer bits, it leaves
/// out no more. A store of some thousand pictures has none.
pub const LANDMARK_MOST_US: u64 = 1200;

/// Landmarks that are asked for mirrored too, the best first. What is mirrored is mirrored as a whole
/// and shows in these: of 384 mirrored copies in eval 377 are found with 500 and 378 with 750, which
/// take an eighth more of the time, and all would take half more.
pub const LANDMARK_MIRRORED: usize = 500;

/// Landmarks of one picture that may look alike: those of an edge or a pattern are more, and tell
/// nothing of which picture it is.
pub const LANDMARK_REPEATS: usize = 12;

/// Landmarks that have to look alike before two pictures are laid on each other.
pub const LANDMARK_VOTES: usize = 4;

/// Stored pictures that a query is laid on, those with most votes first.
pub const LANDMARK_CANDIDATES: usize = 48;

/// The largest distance, in bits, at which a landmark that lies where it should is taken for the
/// same: among the few that lie there chance has little to choose from.
pub const LANDMARK_THERE_RADIUS: Radius = match Radius::new(56) {
    Some(radius) => radius,
    None => unreachable!(),
};

/// The smallest landmark, in pixels of the plane that a picture is asked with, that is expected to
/// be found again.
pub const LEAST_SCALE_PX: f64 = 2.0;

/// Pixels of a picture in which landmarks are sought, at least, where it has so many.
pub const LANDMARK_AREA_PX: u32 = 1_000_000;

/// A landmark that more than this share of the stored pictures have says nothing: it is of an
/// app, a keyboard or a watermark.
const STOP_SHARE: f64 = 0.05;

/// Pictures that may share a landmark however few there are.
const STOP_LEAST: f64 = 64.0;

/// Landmarks that have to be found again at their places, however few are sought.
const LANDMARKS_LEAST: u32 = 7;

/// How unlikely chance has to make as many, in bits.
const EVIDENCE_LEAST_BITS: u32 = 10;

/// How often a landmark is taken to be found by chance, at least, where a motion that was chosen
/// out of many puts it.
const FOUND_BY_CHANCE: f64 = 0.03;

/// The share of the picture's cells in which some have to be found.
const SPREAD_LEAST: f64 = 0.05;

/// The share of both pictures that has to be in common for one to be a copy of the other.
const COPY_SHARE: f64 = 0.9;

/// How unlikely it has to be that landmarks which are there are all missed.
const DIFFERS_CHANCE: f64 = 1e-4;

/// Cells that hang together and in which they are, at least.
const DIFFERS_CELLS: usize = 3;

/// The share of the cells that may differ of two pictures which are still the same.
const HOLES_MOST: f64 = 0.75;

/// Where more than this share of the cells differs, from side to side, what is left has to be seen
/// clearly: a title bar and a keyboard around something else are an app's and not a picture's.
const HOLES_USUAL: f64 = 0.5;

/// The share of all sought landmarks that is found where what is left is seen clearly.
const COVERAGE_CLEAR: f64 = 0.3;

/// How much one picture may be stretched or tilted to lie on the other.
const STRETCH_MOST: f64 = 2.2;

/// How broadly the found landmarks have to lie, their deviation across through that along: those on
/// a line are of an edge.
const BREADTH_LEAST: f64 = 0.08;

/// Where less than this share of either picture is in common, twice the evidence is needed: a thing
/// that both show, such as the same coat hanger, is a small part of either.
const COMMON_USUAL: f64 = 0.4;

/// The share of the sought landmarks that has to be found.
const COVERAGE_LEAST: f64 = 0.05;

/// The largest distance, in bits, at which two seconds of sound are alike.
pub(crate) const VOICE_RADIUS: Radius = match Radius::new(31) {
    Some(radius) => radius,
    None => unreachable!(),
};

/// Milliseconds from one frame of a clip to the next that is looked at, where it is looked at
/// closely.
pub(crate) const CLIP_STEP_MS: u32 = 250;

/// The same of what is going to be stored: a still may be of any frame, and where a scene clears up
/// a quarter of a second is long. Only frames that are unlike both their neighbours are kept.
pub(crate) const CLIP_STORED_STEP_MS: u32 = CLIP_STEP_MS / 2;

/// The largest distance, in bits, at which a frame is found by its neighbour: a still of it has to
/// be within [`PDQ_RADIUS`] of that too.
pub(crate) const BETWEEN_RADIUS: Radius = match Radius::new(16) {
    Some(radius) => radius,
    None => unreachable!(),
};

/// Milliseconds from one key frame to the next that is looked at, at least.
pub(crate) const CLIP_KEYS_MS: u32 = 500;

/// Key frames that are further apart than this leave too much of a clip unseen.
pub(crate) const CLIP_GAP_MS: u64 = 12_000;

/// A clip that is shorter is looked at closely at once.
pub(crate) const CLIP_SHORT_MS: u64 = 20_000;

/// Frames of a clip of which landmarks are stored, at most.
pub(crate) const CLIP_PICTURES_STORED: u32 = 120;

/// Frames of a clip that is asked for with landmarks, at most.
pub(crate) const CLIP_PICTURES_ASKED: u32 = 40;

/// Milliseconds of a clip for each frame that is asked for with landmarks: such a frame costs some
/// fifty milliseconds, which is a hundredth of this.
pub(crate) const CLIP_PICTURES_MS: u64 = 5000;

/// Frames of a clip that is asked for with landmarks, however short it is.
pub(crate) const CLIP_PICTURES_LEAST: u32 = 6;

/// Memory that decoding a clip of so many columns and rows is taken to need when memory is divided
/// among files: 18 frames of 12 bits a pixel that its decoder keeps, and the planes that are made of
/// one. Clips of 1080p are light, and two of them go at a time; larger ones go one by one.
pub(crate) fn clip_bytes((width, height): (u32, u32)) -> u64 {
    let pixels = u64::from(width) * u64::from(height);
    pixels.saturating_mul(32).saturating_add(16 << 20)
}

/// Stored frames that are looked at for one of a clip, the nearest first.
pub(crate) const FRAME_HITS: usize = 1 << 9;

/// Stored windows of sound that are looked at for one, the nearest first.
pub(crate) const VOICE_HITS: usize = 1 << 9;

/// Stored codes that are looked at for a whole clip: a bound on what one takes that stands still in
/// a store of such. Each takes some 32 bytes.
pub(crate) const HITS_IN_ALL: usize = 1 << 21;

/// Stored codes that are looked at for one of a clip, at least, where there are so many.
pub(crate) const HITS_LEAST: usize = 64;

/// Codes of a voice note, roughly: half a minute of it.
pub(crate) const VOICES_OF_A_RECORDING: usize = 256;

/// Windows of one recording that are like one of another, roughly: they overlap.
pub(crate) const VOICE_NEIGHBOURS: usize = 4;

/// What counts as agreement on how the frames of one clip lie on those of another. Both are looked
/// at four times a second, so two that belong together are up to an eighth of a second apart, and
/// as much again where frame rates differ.
pub(crate) const FRAME_TIME: TimeTolerance = TimeTolerance {
    offset_ms: 300.0,
    gap_ms: 3000.0,
    rates: [0.78, 1.28],
    least_inliers: 2,
    radius_bits: PDQ_RADIUS.bits(),
};

/// The largest distance, in bits, at which a frame of a clip is the one that is expected where it is,
/// once the clips are known to be one: then there is nothing to choose from.
pub(crate) const FRAME_THERE_RADIUS: Radius = match Radius::new(64) {
    Some(radius) => radius,
    None => unreachable!(),
};

/// How long frames may be other ones before a stretch is taken to end there.
pub(crate) const FRAME_THERE_GAP_MS: f64 = 1000.0;

/// The share of both frames that has to be in common for their codes to tell of their times.
pub(crate) const FRAME_SEEN_SHARE: f64 = 0.5;

/// The largest distance, in bits, at which frames of clips that are known to be one tell at what
/// times they lie on each other: something is laid over them, or they would be nearer.
pub(crate) const FRAME_SEEN_RADIUS: Radius = match Radius::new(80) {
    Some(radius) => radius,
    None => unreachable!(),
};

/// Bits in which frames differ that have nothing in common.
pub(crate) const FRAME_UNLIKE_BITS: u16 = 128;

/// Bits by which frames have to be more alike, in the mean, for another motion of time to be taken:
/// less than that is what a codec makes of them.
pub(crate) const FRAME_MOTION_GAIN_BITS: f64 = 0.5;

/// What counts as agreement of such frames.
pub(crate) const FRAME_SEEN_TIME: TimeTolerance = TimeTolerance {
    least_inliers: STRETCH_FRAMES_LEAST,
    radius_bits: FRAME_SEEN_RADIUS.bits(),
    ..FRAME_TIME
};

/// The same of the windows of two recordings, of which 31 bits bridge about a twentieth of a
/// second.
pub(crate) const VOICE_TIME: TimeTolerance = TimeTolerance {
    offset_ms: 90.0,
    gap_ms: 1500.0,
    rates: [0.9, 1.11],
    least_inliers: 2,
    radius_bits: VOICE_RADIUS.bits(),
};

/// The same of frames that show the same things, whenever in a scene that is.
pub(crate) const SIGHT_TIME: TimeTolerance = TimeTolerance {
    offset_ms: 4000.0,
    gap_ms: 60_000.0,
    rates: [0.78, 1.28],
    least_inliers: 1,
    radius_bits: 256,
};

/// Frames of one clip that have to lie where another's are: less than a second is a still.
const STRETCH_FRAMES_LEAST: usize = 3;

/// Windows of sound that have to agree, asked and stored: neighbours have most of their sound in
/// common, so one accident is seen by some of them.
const STRETCH_VOICES_LEAST: [usize; 2] = [5, 4];

/// What counts as agreement on how one picture lies on another.
pub const TOLERANCE: Tolerance = Tolerance {
    place_scales: 1.0,
    place_px: 3.0,
    scale_factor: 1.5,
    angle_rad: 0.4,
    least_inliers: LANDMARK_VOTES,
};

/// What one file may cost.
pub const LIMITS: Limits = Limits { bytes: 384 << 20, pixels: 400_000_000, memory: 640 << 20 };

/// The most that one file's bytes and the memory for decoding them may come to. With the two
/// budgets below and the program itself the sum stays below 1 GiB.
pub const HEAVY_BYTES: u64 = 700 << 20;

/// Bytes of parts of mails, archives and chats that are held at one time, beside all that; a larger
/// part is not taken.
pub const PARTS_BYTES: u64 = 512 << 20;

/// What one mail, archive or chat may ask for, with all that lies in it.
pub const PARCEL_LIMITS: athar_parcel::Limits =
    athar_parcel::Limits { part_bytes: PARTS_BYTES, ..athar_parcel::Limits::DEFAULT };

/// Bytes of ordinary files held at one time.
pub const FILES_BYTES: u64 = 96 << 20;

/// Memory for decoding ordinary files at one time.
pub const DECODING_BYTES: u64 = 160 << 20;

/// A larger file is heavy.
pub const LIGHT_FILE_BYTES: u64 = 32 << 20;

/// A file that takes more memory to decode is heavy.
pub const LIGHT_DECODING_BYTES: u64 = 96 << 20;

/// Memory of a sealed worker at most: what a heavy file takes, and room for the program, the
/// decoders' own threads and what they allocate beyond their estimates.
pub const WORKER_MEMORY_BYTES: u64 = HEAVY_BYTES + (256 << 20);

/// Processor seconds that a sealed worker may take in its life. An honest one is retired long
/// before; this ends one that nobody is left to end.
pub const WORKER_PROCESSOR_S: u64 = 3600;

/// Files that a sealed worker is given before a fresh one takes its place: so many at most could
/// be falsified by a file that takes it over. Starting one takes as long as some small pictures.
pub const WORKER_FILES: u32 = 200;

/// Time that a sealed worker may have been at work when it is given another file.
pub const WORKER_BUSY: Duration = Duration::from_secs(600);

/// How long a file may take.
pub const PATIENCE: Patience = Patience {
    least: Duration::from_secs(30),
    per_mebibyte: Duration::from_millis(500),
    per_second: Duration::from_secs(4),
    most: Duration::from_secs(CLIP_PROCESSOR_S),
};

/// How long the decoding of a file is waited for. It is some hundred times what a picture takes:
/// a busy machine is no reason to give one up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For each file; of a clip, for each sign of life.
    pub least: Duration,
    /// For each mebibyte of the file, and of the memory that it takes to decode.
    pub per_mebibyte: Duration,
    /// For each second that a clip says to last.
    pub per_second: Duration,
    /// For each question to a clip, at most.
    pub most: Duration,
}

impl Patience {
    /// For so many bytes of a file or of memory.
    pub(crate) fn with(&self, bytes: u64) -> Duration {
        let mebibytes = u32::try_from(bytes >> 20).unwrap_or(u32::MAX);
        self.per_mebibyte.saturating_mul(mebibytes)
    }

    /// For one question to a clip of so many bytes that says to be so long.
    pub(crate) fn with_clip(&self, bytes: u64, duration_ms: u64) -> Duration {
        let seconds = u32::try_from(duration_ms / 1000).unwrap_or(u32::MAX);
        let sum = self.least.saturating_add(self.with(bytes));
        sum.saturating_add(self.per_second.saturating_mul(seconds)).min(self.most)
    }
}

/// What one clip may cost: twelve hours of whatever telephones and cameras write.
pub const CLIP_LIMITS: ClipLimits = ClipLimits {
    bytes: 64 << 30,
    pixels: 8192 * 4608,
    streams: 64,
    frames: 4_000_000,
    duration_ms: 12 * 3_600_000,
    probe_bytes: 5 << 20,
};

/// Memory of a worker that has a clip, at most. Measured of H.264 looked at closely with landmarks:
/// 80 MiB for 1080p, 130 MiB where 16 frames are kept, 145 MiB for 3840 x 2160, 390 MiB for 7680 x
/// 4320. It does not grow with the clip but for the container's own table of its frames, which takes
/// about 13 MiB an hour.
pub const CLIP_MEMORY_BYTES: u64 = 448 << 20;

/// Processor seconds of a worker that has a clip: it is asked some questions about that one, each
/// of which is waited for no longer than this.
pub const CLIP_PROCESSOR_S: u64 = 4 * 3600;

/// Spans that one look at a clip gives at most, whatever frames are wanted. A clip of an hour at 30
/// frames a second of which no two are alike has a tenth of these.
pub const CLIP_SPANS_MOST: usize = 1 << 20;

/// The shorter side, in pixels, that frames keep for their codes; they are shrunk by whole factors.
/// Measured against the code of the full frame, as a still picture has it, one frame a second of
/// four clips: 1080p is 3.0 bits off at 960 x 540 (6 at most) and takes 0.35 ms instead of 4; 2.5
/// bits at 640 x 360 (6), 7 at 480 x 270 (14), 14 at 320 x 180 (20). 720p is 3.2 to 4.2 bits off at
/// 640 x 360 (8), and 2 ms for its full frame are a fifth of what decoding one takes: it stays whole.
pub const CLIP_SIDE_PX: u32 = 512;

/// The largest distance, in bits, at which frames that follow each other are one span: what noise
/// and a codec do to a picture that stands still. A span's code is asked and found within a radius
/// of 31, of which this takes a quarter.
pub const SPAN_RADIUS: Radius = match Radius::new(8) {
    Some(radius) => radius,
    None => unreachable!(),
};

/// The longest span: where it lies in time is told to this.
pub const SPAN_MOST_MS: u64 = 2000;

/// The share of a side by which the edges of a frame's content may move within one span.
pub const SPAN_EDGE_SHARE: f64 = 0.02;

/// The distance, in bits, beyond which a frame shows something else than that whose landmarks were
/// sought last: what is no match shows other landmarks.
pub const SCENE_RADIUS: Radius = PDQ_RADIUS;

/// Landmarks are not sought more often than this: what passes faster is a cut or a fade, and each
/// such frame is up to 300 stored codes. A second is too long where a scene clears up or the camera
/// moves: half of it finds the captioned one of eval's twelve clips that was missing, and of cropped
/// stills 91 instead of 72 in a hundred within half a second, for 1.7 times the stored landmarks.
pub const SCENE_LEAST_MS: u64 = 500;

/// Within a scene that goes on they are sought this often, where it changes at all: by more than
/// [`SPAN_RADIUS`].
pub const SCENE_AGAIN_MS: u64 = 8000;

/// Codes that are read from the ledger at a time: 6 MB, and twice what the index makes a segment
/// of at once, so that an index which is made anew has few.
pub const INDEX_BATCH_CODES: usize = 1 << 17;

/// Codes of whole frames that a process may have to read from the ledger because the index on the
/// disk does not have them: reading 1024 takes about a millisecond. Writing them is a new file and
/// a new manifest, each synced, which is far too much for a single picture.
pub const INDEX_REPLAY_CODES: usize = 1 << 10;

/// Events that a process may have to look through for codes of a space: in a store of pictures no
/// voice may come for long. Looking through so many takes some milliseconds.
pub(crate) const INDEX_REPLAY_EVENTS: u64 = 1 << 12;

/// As [`INDEX_REPLAY_CODES`] for landmarks, of which a picture has hundreds and which lie in the
/// ledger by the picture.
const INDEX_REPLAY_LANDMARKS: usize = 1 << 14;

/// As [`INDEX_REPLAY_CODES`] for voices, of which a minute has some five hundred.
const INDEX_REPLAY_VOICES: usize = 1 << 13;

/// The largest ledger that is written anew when something is taken back: that takes memory for all
/// of it, and some ten seconds.
pub(crate) const SCRUB_MOST_BYTES: u64 = 1 << 30;

/// Longest time without an event in which the clock is believed when reports are forgotten by it.
pub(crate) const RETAIN_GAP_MS: i64 = 30 * DAY_MS;

/// Matches that an evidence packet tells at most, the best supported first.
pub(crate) const PACKET_MATCHES_MOST: usize = 2000;

/// Events after which the chain is signed again, where there is a key.
pub(crate) const CHECKPOINT_EVENTS: u64 = 1000;

/// Time after which the chain is signed again, if anything happened.
pub(crate) const CHECKPOINT_MS: i64 = DAY_MS;

/// Codes of a space that a process may have to read from the ledger.
pub(crate) fn index_replay_codes(space: Space) -> usize {
    match space {
        Space::Pdq => INDEX_REPLAY_CODES,
        Space::Landmark => INDEX_REPLAY_LANDMARKS,
        Space::Voice => INDEX_REPLAY_VOICES,
    }
}

/// Entries of lists that are told with an input, the nearest of each way in which it was asked.
pub(crate) const LISTED_TOLD: usize = 32;

/// Remembered checks that are looked at for one code of an input, the nearest first.
pub(crate) const ASKED_HITS: usize = 1 << 12;

/// Frames of one clip that have to be like those of another that was asked about, where both have
/// so many: one alone may be a title or a test card.
pub(crate) const ASKED_FRAMES_LEAST: u32 = 3;

/// Older cases for each of which an item that comes raises an alert of its own; where there are
/// more, one alert stands for all. Nobody looks at more one by one.
pub(crate) const ALERT_CASES: usize = 16;

/// Days in which what comes to a case counts as sudden.
pub const FLOOD_DAYS: i64 = 7;

/// Other cases that material may suddenly come to, whatever is usual. One picture that is used
/// against thirty people over months is what a unit wants to see tied; fifty within one week are a
/// campaign, a picture that everybody sends on, or something that matches what it should not: one
/// look tells which, and lets it act.
pub(crate) const FLOOD_CASES: u64 = 50;

/// How many times as many as usual are far more.
const FLOOD_TIMES: u64 = 4;

/// How many times as many as within [`FLOOD_DAYS`] are too many however slowly they came, or when
/// they were there already and something new matches them all.
const FLOOD_IN_ALL: u64 = 10;

/// Of a hundred reports with something known, how many have to reach as far for that to be usual.
const USUAL_OF_HUNDRED: u64 = 1;

/// How many have to at least: some floods that come at one time are not what is usual.
const USUAL_LEAST: u64 = 10;

/// Entries of a list's file that are held against the list together: some 10 MB.
pub(crate) const LIST_PIECE_ENTRIES: usize = 1 << 16;

/// Codes up to which `--similar` looks at every one: that takes about a millisecond a picture,
/// and making the graph takes longer than that for each code.
pub const SIMILAR_EXACT_CODES: usize = 1 << 12;

/// Neighbours that a code has in the graph of `--similar`. Of the ten nearest of 18,008 codes of
/// real photographs in eight orientations, a graph of these three numbers found 0.89, one of 12
/// neighbours and 48 candidates 0.77 in two thirds of the time.
pub const SIMILAR_CONNECTIONS: usize = 16;

/// Candidates for a code's neighbours.
pub const SIMILAR_EF_BUILDING: usize = 64;

/// Candidates that a question to the graph keeps; twice as many as are asked for at least.
pub const SIMILAR_EF: usize = 128;

/// How two items hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The same whole picture.
    Copy,
    /// One shows a part of the other.
    Part,
    /// The same picture with a region replaced or covered.
    Altered,
    /// The same stretch of a clip or of a recording.
    Segment,
    /// One is a frame of the other.
    Still,
}

impl Relation {
    const ALL: [Self; 5] = [Self::Copy, Self::Part, Self::Altered, Self::Segment, Self::Still];

    /// The name used in JSON and in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Copy => "copy",
            Self::Part => "part",
            Self::Altered => "altered",
            Self::Segment => "segment",
            Self::Still => "still",
        }
    }

    /// The relation with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|relation| relation.name() == name)
    }
}

/// Whether a picture's code may be searched for and found.
pub fn searchable(quality: u8) -> bool {
    quality >= MIN_QUALITY
}

/// Whether nothing is to be seen in a frame: black, or one colour with what a codec makes of it.
pub(crate) fn is_blank(quality: u8) -> bool {
    quality < BLANK_QUALITY
}

/// Whether two seconds of sound may be searched for and found: see [`athar_hash::voice`].
pub(crate) fn voice_searchable(quality: u8) -> bool {
    quality >= MIN_VOICE_QUALITY
}

/// Whether two frames whose codes lie `distance` apart are the same.
pub fn judge_whole(distance: Distance) -> bool {
    PDQ_RADIUS.covers(distance)
}

/// The evidence that a stored picture is seen in another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sight {
    /// Landmarks found again at their places that are not everybody's.
    pub inliers: u32,
    /// How unlikely chance makes as many, in bits.
    pub evidence_bits: u32,
    /// The share of the sought landmarks that is found.
    pub coverage: f64,
    /// The share of the cells in which some are.
    pub spread: f64,
    /// The share of the cells in which something else is seen.
    pub holes: f64,
    /// Whether that is from the left to the right of what is sought.
    pub hole_spans: bool,
    /// How many times as long things become one way as another, or here as there.
    pub stretch: f64,
    /// The deviation of the found landmarks across through that along.
    pub breadth: f64,
    /// The share of the query that shows the stored picture.
    pub query_share: f64,
    /// The share of the stored picture that is shown.
    pub stored_share: f64,
    /// The share of the area in which landmarks are sought that lies between those found.
    pub reach: f64,
}

/// How unlikely chance, which finds the share `by_chance` in these pictures, makes it that `found`
/// or more of `sought` landmarks are found at their places, in bits: the tail of a binomial
/// distribution, less those that it takes to fit the motion (after the a-contrario method of Moisan
/// and Stival, "A probabilistic criterion to detect rigid point matches between two images", 2004).
pub(crate) fn evidence_bits(found: u32, sought: u32, fitted: u32, by_chance: f64) -> u32 {
    let (found, sought) = (found.saturating_sub(fitted), sought.saturating_sub(fitted));
    let by_chance = by_chance.clamp(FOUND_BY_CHANCE, 0.99);
    let (p, q) = (by_chance.ln(), (1.0 - by_chance).ln());
    let (mut ln_choices, mut chance) = (0.0f64, 0.0f64);
    for n in 0..=sought.max(found) {
        if n > 0 {
            ln_choices += (f64::from(sought.max(found) - n + 1) / f64::from(n)).ln();
        }
        if n >= found {
            let rest = f64::from(sought.max(found) - n);
            chance += (ln_choices + f64::from(n) * p + rest * q).exp();
        }
    }
    (-chance.log2()).clamp(0.0, 1000.0) as u32
}

/// The verdict on a picture that is seen in another, or `None` when that is no match.
pub(crate) fn judge_sight(sight: &Sight) -> Option<Relation> {
    let is_usual = sight.query_share.max(sight.stored_share) * sight.reach >= COMMON_USUAL;
    let evidence_least = EVIDENCE_LEAST_BITS * if is_usual { 1 } else { 2 };
    let is_seen = sight.inliers >= LANDMARKS_LEAST
        && sight.evidence_bits >= evidence_least
        && sight.breadth >= BREADTH_LEAST
        && sight.coverage >= COVERAGE_LEAST
        && sight.spread >= SPREAD_LEAST
        && sight.holes <= HOLES_MOST
        && !is_of_an_app(sight)
        && sight.stretch <= STRETCH_MOST;
    is_seen.then(|| match sight.holes > 0.0 {
        true => Relation::Altered,
        false => judge_common(sight.query_share.min(sight.stored_share)),
    })
}

/// Whether a stretch of time that two recordings seem to have in common is one.
pub(crate) fn judge_stretch(via: Space, stretch: &Stretch) -> bool {
    let moments = stretch.inliers.len();
    match via {
        Space::Voice => {
            let [asked, stored] = STRETCH_VOICES_LEAST;
            moments >= asked && stretch.stored_places() >= stored
        }
        Space::Pdq => moments >= STRETCH_FRAMES_LEAST,
        // Each frame was judged as a picture.
        Space::Landmark => moments >= 1,
    }
}

/// Whether frames in which something known seems to be seen are evidence, of so many that were
/// tried with so many: each pair of frames is a chance of its own. `evidence_bits` is that of all of
/// them together.
pub(crate) fn judge_sights(evidence_bits: u32, frames: usize, stored: usize) -> bool {
    let chances = (frames.max(1) * stored.max(1)) as f64;
    f64::from(evidence_bits) >= f64::from(EVIDENCE_LEAST_BITS) + chances.log2()
}

/// The verdict on pictures of which at least this share is in common.
pub(crate) fn judge_common(share: f64) -> Relation {
    if share >= COPY_SHARE { Relation::Copy } else { Relation::Part }
}

/// Whether only what stands above and below seems to be the same.
fn is_of_an_app(sight: &Sight) -> bool {
    sight.hole_spans && sight.holes > HOLES_USUAL && sight.coverage < COVERAGE_CLEAR
}

/// Whether `sought` landmarks that are all missed, in so many cells that hang together, tell of a
/// change, where the share `found` of all is found.
pub(crate) fn differs(cells: usize, sought: u32, found: f64) -> bool {
    cells >= DIFFERS_CELLS && (1.0 - found).powi(sought.min(1 << 20) as i32) < DIFFERS_CHANCE
}

/// Whether a landmark that `alike` of the landmarks of `pictures` pictures look like is everybody's.
pub(crate) fn is_stop_code(alike: u32, pictures: usize) -> bool {
    f64::from(alike) > (STOP_SHARE * pictures as f64).max(STOP_LEAST)
}

/// What is too much for one kind of material.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FloodLimit {
    /// Other cases that such material usually reaches at most.
    pub usual: u64,
    /// More than so many within [`FLOOD_DAYS`] are too many.
    pub most: u64,
}

impl FloodLimit {
    /// Where so many are usual.
    pub(crate) fn of(usual: u64) -> Self {
        Self { usual, most: FLOOD_CASES.max(usual.saturating_mul(FLOOD_TIMES)) }
    }

    /// Whether material is held back that ties so many other cases, of which some came to it lately.
    /// What was let go at some number of cases acts until it is [`FLOOD_TIMES`] as many.
    pub(crate) fn holds(&self, cases: u64, recent: u64, released: Option<u64>) -> bool {
        let is_sudden = recent > self.most || cases > self.most.saturating_mul(FLOOD_IN_ALL);
        is_sudden && released.is_none_or(|before| cases > before.saturating_mul(FLOOD_TIMES))
    }
}

/// Whether what came to a case at a time came lately. Where a clock was set back, it did.
pub(crate) fn is_recent(now_ms: i64, came_ms: i64) -> bool {
    now_ms.saturating_sub(came_ms) < FLOOD_DAYS * DAY_MS
}

/// How many other cases material of a kind usually reaches at most. It is told how many reports
/// reached how many cases when they came, by how many these were. Material that came to a hundred
/// cases is counted once at each number up to that, whatever the order in which it came, so what is
/// counted at a number is how much came to reach that far, and no flood alone makes itself usual.
pub(crate) fn usual_reach(counts: &[(u64, u64)]) -> u64 {
    let all = counts.iter().map(|(_, reports)| *reports).max().unwrap_or(0);
    let least = USUAL_LEAST.max((all * USUAL_OF_HUNDRED).div_ceil(100));
    let usual = counts.iter().filter(|(_, reports)| *reports >= least);
    usual.map(|(others, _)| *others).max().unwrap_or(0)
}

/// The numbers by which was judged, for whoever has to say so in a court.
pub(crate) fn told() -> [(&'static str, f64); 5] {
    [
        ("pdq_radius_bits", PDQ_RADIUS.bits().into()),
        ("pdq_quality_least", MIN_QUALITY.into()),
        ("landmark_radius_bits", LANDMARK_RADIUS.bits().into()),
        ("landmark_there_radius_bits", LANDMARK_THERE_RADIUS.bits().into()),
        ("voice_radius_bits", VOICE_RADIUS.bits().into()),
    ]
}

/// Whether an independent hash sees the same picture. It does not overrule the verdict: a match
/// on which the two disagree is shown as such, for a person to look at.
pub fn second_agrees(distance: SecondDistance) -> bool {
    distance <= SECOND_RADIUS
}

/// How often one comparison of two unrelated pictures, in any of the eight orientations, comes
/// as near as `distance`: the measured share, or, where none came so near, the 95 % upper
/// bound 3 / pairs.
pub fn false_alarm_rate(distance: Distance) -> f64 {
    FALSE_ALARMS.rate(distance)
}

/// Pairs of unrelated pictures on which [`false_alarm_rate`] rests.
pub fn false_alarm_pairs() -> u64 {
    FALSE_ALARMS.pairs
}

/// How often one comparison of two unrelated pictures gives as much evidence by landmarks, in
/// bits: the measured share, or, where none did, the 95 % upper bound 3 / pairs.
pub fn landmark_false_alarm_rate(evidence_bits: u32) -> f64 {
    LANDMARK_FALSE_ALARMS.rate(evidence_bits)
}

/// Pairs of unrelated pictures on which [`landmark_false_alarm_rate`] rests.
pub fn landmark_false_alarm_pairs() -> u64 {
    LANDMARK_FALSE_ALARMS.pairs
}

/// How often unrelated recordings have a stretch of time in which so many moments agree: the
/// measured share, or, where none has, the 95 % upper bound 3 / pairs.
pub(crate) fn segment_false_alarm_rate(via: Space, moments: u32) -> f64 {
    time_false_alarms(via).rate(moments)
}

/// Pairs of unrelated recordings on which [`segment_false_alarm_rate`] rests.
pub(crate) fn segment_false_alarm_pairs(via: Space) -> u64 {
    time_false_alarms(via).pairs
}

fn time_false_alarms(via: Space) -> &'static LandmarkFalseAlarms {
    match via {
        Space::Voice => &VOICE_FALSE_ALARMS,
        Space::Pdq | Space::Landmark => &FRAME_FALSE_ALARMS,
    }
}

static FRAME_FALSE_ALARMS: LazyLock<LandmarkFalseAlarms> =
    LazyLock::new(|| LandmarkFalseAlarms::parse(include_str!("frame_false_alarms.tsv")));

static VOICE_FALSE_ALARMS: LazyLock<LandmarkFalseAlarms> =
    LazyLock::new(|| LandmarkFalseAlarms::parse(include_str!("voice_false_alarms.tsv")));

static LANDMARK_FALSE_ALARMS: LazyLock<LandmarkFalseAlarms> =
    LazyLock::new(|| LandmarkFalseAlarms::parse(include_str!("landmark_false_alarms.tsv")));

/// Unrelated pairs by the evidence that landmarks give, in bits.
struct LandmarkFalseAlarms {
    pairs: u64,
    /// By bits.
    counts: BTreeMap<u32, u64>,
}

impl LandmarkFalseAlarms {
    /// Reads lines of `bits<TAB>pairs`; `#` begins a comment.
    fn parse(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let row = |line: &str| {
            let (bits, pairs) = line.split_once('\t')?;
            Some((bits.parse().ok()?, pairs.parse().ok()?))
        };
        let counts: BTreeMap<u32, u64> = lines.filter_map(row).collect();
        Self { pairs: counts.values().sum(), counts }
    }

    fn rate(&self, bits: u32) -> f64 {
        let as_many: u64 = self.counts.range(bits..).map(|(_, pairs)| pairs).sum();
        let as_many = if as_many == 0 { 3.0 } else { as_many as f64 };
        (as_many / self.pairs.max(1) as f64).min(1.0)
    }
}

static FALSE_ALARMS: LazyLock<FalseAlarms> =
    LazyLock::new(|| FalseAlarms::parse(include_str!("false_alarms.tsv")));

/// Unrelated pairs by the smallest distance of their eight orientations.
struct FalseAlarms {
    pairs: u64,
    /// `within[d]`: pairs no further apart than `d` bits.
    within: [u64; 257],
}

impl FalseAlarms {
    /// Reads lines of `distance<TAB>pairs`; `#` begins a comment. The file is our own and a
    /// test reads it whole.
    fn parse(text: &str) -> Self {
        let mut within = [0u64; 257];
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut fields = line.split('\t').map(str::parse::<u64>);
            if let (Some(Ok(distance)), Some(Ok(count))) = (fields.next(), fields.next()) {
                within[distance as usize] = count;
            }
        }
        for d in 1..within.len() {
            within[d] += within[d - 1];
        }
        Self { pairs: within[256], within }
    }

    fn rate(&self, distance: Distance) -> f64 {
        let near = self.within[usize::from(distance.bits())];
        let near = if near == 0 { 3.0 } else { near as f64 };
        (near / self.pairs as f64).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(n: u16) -> Distance {
        Distance::new(n).unwrap()
    }

    #[test]
    fn the_carried_table_is_whole() {
        let lines = include_str!("false_alarms.tsv").lines();
        let rows: Vec<_> = lines.filter(|line| !line.starts_with('#')).collect();
        assert_eq!(rows.len(), 257);
        assert!(false_alarm_pairs() > 1_000_000);
    }

    #[test]
    fn the_rate_is_a_share_or_the_rule_of_three() {
        let table = FalseAlarms::parse("# pairs\n0\t0\n90\t5\n128\t95\n");
        assert_eq!(table.pairs, 100);
        assert_eq!(table.rate(bits(31)), 0.03);
        assert_eq!(table.rate(bits(90)), 0.05);
        assert_eq!(table.rate(bits(256)), 1.0);
    }

    #[test]
    fn the_rate_never_falls_with_distance() {
        let rates: Vec<_> = (0..=256).map(|d| false_alarm_rate(bits(d))).collect();
        assert!(rates.iter().all(|&rate| rate > 0.0));
        assert_eq!(rates.last(), Some(&1.0));
    }

    #[test]
    fn a_sight_is_judged_by_what_is_found_and_how_much_is_in_common() {
        let sight = Sight {
            inliers: 30,
            evidence_bits: 60,
            coverage: 0.5,
            spread: 0.8,
            holes: 0.0,
            hole_spans: false,
            stretch: 1.1,
            breadth: 0.7,
            query_share: 0.97,
            stored_share: 0.95,
            reach: 1.0,
        };
        assert_eq!(judge_sight(&sight), Some(Relation::Copy));
        assert_eq!(judge_sight(&Sight { query_share: 0.3, ..sight }), Some(Relation::Part));
        assert_eq!(judge_sight(&Sight { holes: 0.3, ..sight }), Some(Relation::Altered));
        assert_eq!(judge_sight(&Sight { holes: 0.9, ..sight }), None);
        let little_left = Sight { holes: 0.6, hole_spans: true, coverage: 0.2, ..sight };
        assert_eq!(judge_sight(&little_left), None);
        let clear = Sight { coverage: 0.4, ..little_left };
        assert_eq!(judge_sight(&clear), Some(Relation::Altered));
        assert_eq!(judge_sight(&Sight { stretch: 3.0, ..sight }), None);
        assert_eq!(judge_sight(&Sight { inliers: LANDMARKS_LEAST - 1, ..sight }), None);
        assert_eq!(judge_sight(&Sight { breadth: 0.02, ..sight }), None);
        assert_eq!(judge_sight(&Sight { spread: 0.01, ..sight }), None);
        let little = Sight { evidence_bits: EVIDENCE_LEAST_BITS, ..sight };
        assert_eq!(judge_sight(&little), Some(Relation::Copy));
        assert_eq!(judge_sight(&Sight { reach: 0.2, ..little }), None);
        assert_eq!(judge_sight(&Sight { reach: 0.2, ..sight }), Some(Relation::Copy));
    }

    #[test]
    fn evidence_grows_with_what_is_found_and_falls_with_what_is_not() {
        assert_eq!(evidence_bits(4, 4, 4, 0.06), 0);
        assert!(evidence_bits(9, 10, 4, 0.06) > evidence_bits(9, 100, 4, 0.06));
        assert!(evidence_bits(30, 100, 4, 0.06) > evidence_bits(20, 100, 4, 0.06));
        // One of one: the chance itself. Two of two: its square.
        assert_eq!(evidence_bits(5, 5, 4, 0.06), 4);
        assert_eq!(evidence_bits(6, 6, 4, 0.06), 8);
        assert_eq!(evidence_bits(1000, 1000, 4, 0.06), 1000);
        assert!(evidence_bits(20, 100, 4, 0.2) < 3);
        assert!(evidence_bits(9, 5, 4, 0.06) >= evidence_bits(9, 9, 4, 0.06));
    }

    #[test]
    fn what_many_pictures_have_says_nothing_and_what_one_is_given_often_does() {
        assert!(!is_stop_code(64, 10) && is_stop_code(65, 10));
        assert!(!is_stop_code(5_000, 100_000) && is_stop_code(5_001, 100_000));
    }

    /// What is counted of so many series of pictures, each of which came to so many cases.
    fn series(lengths: &[u64]) -> Vec<(u64, u64)> {
        let mut counts = BTreeMap::new();
        for others in lengths.iter().flat_map(|length| 1..*length) {
            *counts.entry(others).or_default() += 1;
        }
        counts.into_iter().collect()
    }

    #[test]
    fn what_is_usual_takes_many_and_no_flood_makes_itself_usual() {
        assert_eq!(usual_reach(&[]), 0);
        assert_eq!(usual_reach(&series(&[3; 9])), 0, "too few to tell");
        assert_eq!(usual_reach(&series(&[3; 10])), 2);
        let small = series(&[3; 200]);
        let with_floods = series(&[&[3; 200][..], &[10_000; 9]].concat());
        assert_eq!((usual_reach(&small), usual_reach(&with_floods)), (2, 2));
        let large = series(&[&[3; 400][..], &[60; 40]].concat());
        assert_eq!(usual_reach(&large), 59, "a tenth of all reaches that far");
        let many = series(&[&[3; 5000][..], &[60; 40]].concat());
        assert_eq!(usual_reach(&many), 2, "one in a hundred and twenty does");
    }

    #[test]
    fn what_is_sudden_and_far_more_than_usual_is_held_and_a_long_series_is_not() {
        let limit = FloodLimit::of(2);
        assert_eq!(limit.most, FLOOD_CASES);
        assert!(!limit.holds(30, 30, None) && !limit.holds(50, 50, None));
        assert!(limit.holds(51, 51, None));
        assert!(!limit.holds(300, 12, None), "it came over months");
        assert!(limit.holds(501, 0, None), "something new matches all that was there");
        let large = FloodLimit::of(60);
        assert!(!large.holds(240, 240, None) && large.holds(241, 241, None));
    }

    #[test]
    fn what_was_let_go_acts_until_it_is_a_multiple() {
        let limit = FloodLimit::of(2);
        assert!(!limit.holds(204, 204, Some(51)) && limit.holds(205, 205, Some(51)));
    }

    #[test]
    fn a_clock_that_was_set_back_makes_nothing_old() {
        assert!(is_recent(0, DAY_MS) && is_recent(i64::MIN, i64::MAX));
        assert!(is_recent(7 * DAY_MS - 1, 0) && !is_recent(7 * DAY_MS, 0));
    }

    #[test]
    fn the_radius_is_where_the_verdict_turns() {
        assert!(judge_whole(bits(31)) && !judge_whole(bits(32)));
    }
}
