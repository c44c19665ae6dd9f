//! What crosses between a process and its sealed workers, byte by byte.
//!
//! ```text
//! message   kind: u8, length: u32, body            numbers are little endian
//!
//! to the worker                                   from the worker
//!   FILE       bytes expected: u64                  HELLO    magic, versions, seal, formats
//!   PART       bytes                                ANSWER   as the question says
//!   NEED       want                                 REFUSED  kind: u8, text
//!   FRAMES     want, stripped: u8
//!   LANDMARKS  fine, stored, asked: u8 each
//!   PREVIEW    side: u32
//!   MEDIUM     whole: u8
//! ```
//!
//! A worker says HELLO once, when it is sealed and before it reads anything. `FILE` makes it forget
//! the file before; `FILE` and `PART` have no answer; each question has one. Both sides are of one
//! build: there is one version, and no negotiation.
//!
//! What is asked of a clip is on a page of its own (`wire_clip`).
//!
//! Written by hand: it is six messages of plain numbers, and what has to be right is not how they
//! are packed but what they may say. **A worker that was taken over writes what it likes**, so each
//! number that it tells is held against what an honest one could have told, given the question,
//! and no length is believed before it was compared with a limit.

use crate::examine::{Answer, FoundLandmarks, Frames, Looks, Question};
use crate::places::Extent;
use crate::policy::LIMITS;
use crate::worker::seal::Seal;
use crate::{InputError, InputErrorKind};
use athar_hash::{Landmark, PictureFingerprint, Place, Second, Setting};
use athar_kernel::{Code, Plane};
use athar_media::{Format, Want};
use std::io::{self, Read, Write};

/// The version of everything on this page.
const VERSION: u16 = 1;

const MAGIC: &[u8; 8] = b"ATHARWRK";

/// Bytes of a file in one message, at most.
pub(crate) const PART_BYTES: usize = 256 << 10;

/// A greeting and a refusal are no longer than this.
pub(super) const SHORT_BYTES: usize = 1 << 10;

/// Bytes of a refusal's text, at most.
const TEXT_BYTES: usize = 200;

const FILE: u8 = 1;
const PART: u8 = 2;
const NEED: u8 = 3;
const FRAMES: u8 = 4;
const LANDMARKS: u8 = 5;
const PREVIEW: u8 = 6;
const MEDIUM: u8 = 7;

const HELLO: u8 = 0x81;
pub(super) const ANSWER: u8 = 0x82;
pub(super) const REFUSED: u8 = 0x83;

/// Why nothing could be read.
#[derive(Debug)]
pub(crate) enum Broken {
    /// The other side is gone.
    Gone,
    /// What it says makes no sense.
    Nonsense,
}

/// What a worker says first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hello {
    /// What is in force.
    pub seal: Seal,
    /// What it can read.
    pub formats: Vec<Format>,
}

/// What a worker is told.
#[derive(Debug)]
pub(crate) enum Request {
    /// A new file of about so many bytes.
    File(u64),
    /// The next bytes of it.
    Part(Vec<u8>),
    /// A question about it.
    Ask(Question),
}

/// Writes [`Request::File`].
pub(crate) fn write_file(to: &mut impl Write, bytes: u64) -> io::Result<()> {
    write_message(to, FILE, &bytes.to_le_bytes())
}

/// Writes bytes of a file, in as many messages as it takes.
pub(crate) fn write_parts(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    bytes.chunks(PART_BYTES).try_for_each(|part| write_message(to, PART, part))
}

/// Writes [`Request::Ask`].
pub(crate) fn write_question(to: &mut impl Write, question: &Question) -> io::Result<()> {
    let mut body = Vec::new();
    let kind = match *question {
        Question::Medium { whole } => {
            body.push(whole.into());
            MEDIUM
        }
        Question::Need(want) => {
            put_want(&mut body, want);
            NEED
        }
        Question::Frames { want, stripped } => {
            put_want(&mut body, want);
            body.push(stripped.into());
            FRAMES
        }
        Question::Landmarks { fine, stored, asked } => {
            body.extend([fine, stored, asked].map(u8::from));
            LANDMARKS
        }
        Question::Preview { side_px } => {
            body.extend(side_px.to_le_bytes());
            PREVIEW
        }
    };
    write_message(to, kind, &body)
}

/// Reads what a worker is told.
pub(crate) fn read_request(from: &mut impl Read) -> Result<Request, Broken> {
    let (kind, body) = read_message(from, PART_BYTES)?;
    if kind == PART {
        return Ok(Request::Part(body));
    }
    let mut fields = Fields(&body);
    request(kind, &mut fields).filter(|_| fields.0.is_empty()).ok_or(Broken::Nonsense)
}

fn request(kind: u8, fields: &mut Fields<'_>) -> Option<Request> {
    Some(match kind {
        FILE => Request::File(fields.u64()?),
        NEED => Request::Ask(Question::Need(fields.want()?)),
        FRAMES => Request::Ask(Question::Frames { want: fields.want()?, stripped: fields.flag()? }),
        LANDMARKS => Request::Ask(Question::Landmarks {
            fine: fields.flag()?,
            stored: fields.flag()?,
            asked: fields.flag()?,
        }),
        PREVIEW => Request::Ask(Question::Preview { side_px: fields.u32()? }),
        MEDIUM => Request::Ask(Question::Medium { whole: fields.flag()? }),
        _ => return None,
    })
}

/// Writes the greeting.
pub(crate) fn write_hello(to: &mut impl Write, hello: &Hello) -> io::Result<()> {
    let mut body = MAGIC.to_vec();
    put_versions(&mut body);
    let seal = &hello.seal;
    let numbers = [
        seal.landlock_abi.map(u64::from),
        seal.memory_bytes,
        seal.processor_s,
        seal.descriptors.map(u64::from),
    ];
    let plus_one = |number: Option<u64>| number.map_or(0, |number| number.saturating_add(1));
    numbers.iter().for_each(|number| body.extend(plus_one(*number).to_le_bytes()));
    let flags = [
        seal.system_calls,
        seal.no_new_privileges,
        seal.no_writing,
        seal.no_core,
        seal.ends_with_its_parent,
    ];
    body.extend(flags.map(u8::from));
    body.push(hello.formats.len() as u8);
    hello.formats.iter().for_each(|format| put_format(&mut body, *format));
    write_message(to, HELLO, &body)
}

/// Reads the greeting.
pub(crate) fn read_hello(from: &mut impl Read) -> Result<Hello, Broken> {
    let (kind, body) = read_message(from, SHORT_BYTES)?;
    let mut fields = Fields(&body);
    let hello = (kind == HELLO).then(|| hello(&mut fields)).flatten();
    hello.filter(|_| fields.0.is_empty()).ok_or(Broken::Nonsense)
}

fn hello(fields: &mut Fields<'_>) -> Option<Hello> {
    let mut start = MAGIC.to_vec();
    put_versions(&mut start);
    (fields.bytes(start.len())? == start).then_some(())?;
    let mut number = || Some(fields.u64()?.checked_sub(1));
    let numbers = [number()?, number()?, number()?, number()?];
    let [landlock_abi, memory_bytes, processor_s, descriptors] = numbers;
    let seal = Seal {
        landlock_abi: landlock_abi.map(u32::try_from).transpose().ok()?,
        memory_bytes,
        processor_s,
        descriptors: descriptors.map(u32::try_from).transpose().ok()?,
        system_calls: fields.flag()?,
        no_new_privileges: fields.flag()?,
        no_writing: fields.flag()?,
        no_core: fields.flag()?,
        ends_with_its_parent: fields.flag()?,
    };
    let count = fields.u8()?;
    let formats: Option<Vec<Format>> = (0..count).map(|_| fields.format()).collect();
    Some(Hello { seal, formats: formats? })
}

/// Codes of other versions may not be compared, so a worker of another build is none.
fn put_versions(body: &mut Vec<u8>) {
    body.extend(VERSION.to_le_bytes());
    body.extend(athar_hash::PDQ_VERSION.to_le_bytes());
    body.extend(athar_hash::LANDMARK_VERSION.to_le_bytes());
    body.extend(athar_hash::VOICE_VERSION.to_le_bytes());
}

/// Writes the answer to a question.
pub(crate) fn write_answer(
    to: &mut impl Write,
    answer: &Result<Answer, InputError>,
) -> io::Result<()> {
    match answer {
        Ok(answer) => {
            let mut body = Vec::new();
            put_answer(&mut body, answer);
            write_message(to, ANSWER, &body)
        }
        Err(error) => write_refusal(to, error),
    }
}

/// Writes why there is no answer.
pub(super) fn write_refusal(to: &mut impl Write, error: &InputError) -> io::Result<()> {
    let mut body = vec![kind_number(error.kind)];
    body.extend(error.message.bytes().take(TEXT_BYTES));
    write_message(to, REFUSED, &body)
}

/// Reads the answer to a question: one that an honest worker could have given.
pub(crate) fn read_answer(
    from: &mut impl Read,
    question: &Question,
) -> Result<Result<Answer, InputError>, Broken> {
    let (kind, body) = read_message(from, longest_answer(question).max(SHORT_BYTES))?;
    let mut fields = Fields(&body);
    let answer = match kind {
        ANSWER => answer(&mut fields, question).map(Ok),
        REFUSED => refusal(&mut fields).map(Err),
        _ => None,
    };
    answer.filter(|_| fields.0.is_empty()).ok_or(Broken::Nonsense)
}

fn put_answer(body: &mut Vec<u8>, answer: &Answer) {
    match answer {
        Answer::Medium(looks) => body.push(*looks as u8),
        Answer::Need(bytes) => body.extend(bytes.to_le_bytes()),
        Answer::Frames(frames) => put_frames(body, frames),
        Answer::Landmarks(found) => {
            put_size(body, found.plane_px);
            for landmarks in [&found.stored, &found.asked] {
                body.extend((landmarks.len() as u32).to_le_bytes());
                landmarks.iter().for_each(|landmark| put_landmark(body, landmark));
            }
        }
        Answer::Preview(plane) => {
            put_size(body, (plane.width() as u32, plane.height() as u32));
            plane.luma().iter().for_each(|luma| body.extend(luma.to_le_bytes()));
        }
    }
}

fn answer(fields: &mut Fields<'_>, question: &Question) -> Option<Answer> {
    Some(match *question {
        Question::Medium { whole } => {
            Answer::Medium(fields.looks().filter(|looks| !whole || *looks != Looks::MayMove)?)
        }
        Question::Need(_) => Answer::Need(fields.u64()?),
        Question::Frames { stripped, .. } => Answer::Frames(Box::new(frames(fields, stripped)?)),
        Question::Landmarks { stored, asked, .. } => {
            let plane_px = fields.size(LIMITS.pixels)?;
            let most = |wanted: bool, setting: Setting| if wanted { setting.most } else { 0 };
            Answer::Landmarks(FoundLandmarks {
                plane_px,
                stored: fields.landmarks(most(stored, Setting::STORED), plane_px)?,
                asked: fields.landmarks(most(asked, Setting::ASKED), plane_px)?,
            })
        }
        Question::Preview { side_px } => Answer::Preview(preview(fields, side_px)?),
    })
}

/// Bytes of the longest answer that a question can have.
fn longest_answer(question: &Question) -> usize {
    match *question {
        Question::Medium { .. } => 1,
        Question::Need(_) => 8,
        Question::Frames { .. } => 2 * PRINT_BYTES + SHORT_BYTES,
        Question::Landmarks { .. } => {
            (Setting::STORED.most + Setting::ASKED.most) * LANDMARK_BYTES + SHORT_BYTES
        }
        Question::Preview { side_px } => 8 + 4 * (side_px as usize).saturating_pow(2),
    }
}

/// Eight codes, eight second opinions and a quality.
const PRINT_BYTES: usize = 8 * 32 + 8 * (Second::BITS / 8) + 1;

/// A code and five numbers.
pub(super) const LANDMARK_BYTES: usize = 32 + 5 * 4;

fn put_frames(body: &mut Vec<u8>, frames: &Frames) {
    put_format(body, frames.format);
    put_size(body, (frames.width, frames.height));
    put_print(body, &frames.whole);
    body.push(frames.content.is_some().into());
    if let Some((extent, print)) = &frames.content {
        body.extend(extent.to_bytes());
        put_print(body, print);
    }
}

fn frames(fields: &mut Fields<'_>, stripped: bool) -> Option<Frames> {
    let format = fields.format()?;
    let (width, height) = fields.size(LIMITS.pixels)?;
    let whole = fields.print()?;
    let content = match fields.flag()? {
        true => Some((fields.extent((width, height))?, fields.print()?)),
        false => None,
    };
    let frames = Frames { format, width, height, whole, content };
    (stripped || frames.content.is_none()).then_some(frames)
}

fn preview(fields: &mut Fields<'_>, side_px: u32) -> Option<Plane> {
    let (width, height) = fields.size(u64::from(side_px).pow(2))?;
    (width.max(height) <= side_px).then_some(())?;
    let pixels = width as usize * height as usize;
    let luma = fields.bytes(pixels * 4)?.as_chunks().0;
    let luma: Vec<f32> = luma.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    let is_light = |value: &f32| (0.0..=255.0).contains(value);
    luma.iter().all(is_light).then_some(())?;
    Plane::new(width as usize, height as usize, luma).ok()
}

/// What can be said of a clip.
const CLIP_REFUSALS: [InputErrorKind; 4] = [
    InputErrorKind::Unsupported,
    InputErrorKind::Corrupt,
    InputErrorKind::Limit,
    InputErrorKind::Unreadable,
];

/// Of a file's content only these can be said.
const REFUSALS: &[InputErrorKind] = CLIP_REFUSALS.split_at(3).0;

fn kind_number(kind: InputErrorKind) -> u8 {
    CLIP_REFUSALS.iter().position(|refusal| *refusal == kind).unwrap_or(CLIP_REFUSALS.len()) as u8
}

fn refusal(fields: &mut Fields<'_>) -> Option<InputError> {
    refusal_of(fields, REFUSALS)
}

/// Who has a clip reads the file, too, and may fail at that.
pub(super) fn clip_refusal(fields: &mut Fields<'_>) -> Option<InputError> {
    refusal_of(fields, &CLIP_REFUSALS)
}

/// The text goes to people's terminals and into other programs: plain letters, and few.
fn refusal_of(fields: &mut Fields<'_>, refusals: &[InputErrorKind]) -> Option<InputError> {
    let kind = *refusals.get(usize::from(fields.u8()?))?;
    let text = fields.bytes(fields.0.len())?;
    let is_plain = |byte: &u8| *byte == b' ' || byte.is_ascii_graphic();
    let is_sentence = (1..=TEXT_BYTES).contains(&text.len()) && text.iter().all(is_plain);
    is_sentence.then_some(())?;
    Some(InputError::new(kind, std::str::from_utf8(text).ok()?))
}

fn put_want(body: &mut Vec<u8>, want: Want) {
    let (number, least_px) = match want {
        Want::Full => (0, 0),
        Want::Hash => (1, 0),
        Want::Area { least_px } => (2, least_px),
    };
    body.push(number);
    body.extend(u32::to_le_bytes(least_px));
}

pub(super) fn put_format(body: &mut Vec<u8>, format: Format) {
    body.push(Format::ALL.iter().position(|other| *other == format).unwrap_or_default() as u8);
}

pub(super) fn put_size(body: &mut Vec<u8>, (width, height): (u32, u32)) {
    body.extend(width.to_le_bytes());
    body.extend(height.to_le_bytes());
}

fn put_print(body: &mut Vec<u8>, print: &PictureFingerprint) {
    print.codes().iter().for_each(|code| body.extend(code.to_bytes()));
    print.seconds().iter().for_each(|second| body.extend(second.to_bytes()));
    body.push(print.quality());
}

pub(super) fn put_landmark(body: &mut Vec<u8>, landmark: &Landmark) {
    let Place { x_px, y_px, scale_px, angle_rad } = landmark.place;
    body.extend(landmark.code.to_bytes());
    let numbers = [x_px, y_px, scale_px, angle_rad, landmark.strength];
    numbers.iter().for_each(|number| body.extend(number.to_le_bytes()));
}

/// The rest of a message's body. Each field is `None` where it is missing or cannot be.
pub(super) struct Fields<'a>(pub &'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes(N)?.try_into().ok()
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn f32(&mut self) -> Option<f32> {
        self.array().map(f32::from_le_bytes)
    }

    pub(super) fn flag(&mut self) -> Option<bool> {
        match self.u8()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    pub(super) fn want(&mut self) -> Option<Want> {
        let (number, least_px) = (self.u8()?, self.u32()?);
        match number {
            0 => Some(Want::Full),
            1 => Some(Want::Hash),
            2 => Some(Want::Area { least_px }),
            _ => None,
        }
    }

    fn looks(&mut self) -> Option<Looks> {
        [Looks::Picture, Looks::MayMove, Looks::Clip].get(usize::from(self.u8()?)).copied()
    }

    pub(super) fn percent(&mut self) -> Option<u8> {
        self.u8().filter(|percent| *percent <= 100)
    }

    pub(super) fn format(&mut self) -> Option<Format> {
        Format::ALL.get(usize::from(self.u8()?)).copied()
    }

    /// Columns and rows, of which there is one at least and so many pixels at most.
    pub(super) fn size(&mut self, pixels: u64) -> Option<(u32, u32)> {
        let (width, height) = (self.u32()?, self.u32()?);
        (1..=pixels).contains(&(u64::from(width) * u64::from(height))).then_some((width, height))
    }

    /// A part of a picture.
    pub(super) fn extent(&mut self, (width_px, height_px): (u32, u32)) -> Option<Extent> {
        let extent = Extent::from_row(self.bytes(16)?, 0)?;
        let is_within = extent.left_px.checked_add(extent.width_px)? <= width_px
            && extent.top_px.checked_add(extent.height_px)? <= height_px
            && extent.width_px.min(extent.height_px) > 0;
        is_within.then_some(extent)
    }

    /// One an orientation.
    pub(super) fn codes(&mut self) -> Option<[Code; 8]> {
        let mut codes = [Code::default(); 8];
        for code in &mut codes {
            *code = Code::from_bytes(self.array()?);
        }
        Some(codes)
    }

    pub(super) fn print(&mut self) -> Option<PictureFingerprint> {
        let codes = self.codes()?;
        let mut seconds = [Second::from_bytes(&[0; Second::BITS / 8])?; 8];
        for second in &mut seconds {
            *second = Second::from_bytes(self.bytes(Second::BITS / 8)?)?;
        }
        PictureFingerprint::from_parts(codes, self.u8()?, seconds)
    }

    pub(super) fn landmarks(&mut self, most: usize, plane_px: (u32, u32)) -> Option<Vec<Landmark>> {
        let count = self.u32()? as usize;
        (count <= most).then(|| (0..count).map(|_| self.landmark(plane_px)).collect())?
    }

    pub(super) fn landmark(&mut self, (width, height): (u32, u32)) -> Option<Landmark> {
        let code = Code::from_bytes(self.array()?);
        let place = Place {
            x_px: self.f32()?,
            y_px: self.f32()?,
            scale_px: self.f32()?,
            angle_rad: self.f32()?,
        };
        let strength = self.f32()?;
        // A place is refined between pixels, so it may lie half of one outside.
        let is_there = (-1.0..=width as f32).contains(&place.x_px)
            && (-1.0..=height as f32).contains(&place.y_px)
            && (f32::MIN_POSITIVE..=width.max(height) as f32).contains(&place.scale_px)
            && place.angle_rad.abs() <= 4.0
            && strength.is_finite();
        is_there.then_some(Landmark { code, place, strength })
    }
}

pub(super) fn write_message(to: &mut impl Write, kind: u8, body: &[u8]) -> io::Result<()> {
    let [a, b, c, d] = (body.len() as u32).to_le_bytes();
    to.write_all(&[kind, a, b, c, d])?;
    to.write_all(body)
}

pub(super) fn read_message(from: &mut impl Read, most: usize) -> Result<(u8, Vec<u8>), Broken> {
    let mut head = [0; 5];
    from.read_exact(&mut head).map_err(|_| Broken::Gone)?;
    let [kind, length @ ..] = head;
    let length = u32::from_le_bytes(length) as usize;
    if length > most {
        return Err(Broken::Nonsense);
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).map_err(|_| Broken::Gone)?;
    Ok((kind, body))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use athar_kernel::Level;
    use std::io::Cursor;

    /// Repeatable noise (the mixing steps of SplitMix64).
    pub(crate) struct Noise(pub u64);

    impl Noise {
        pub(crate) fn next(&mut self) -> u64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        }

        pub(crate) fn below(&mut self, bound: usize) -> usize {
            (self.next() % bound as u64) as usize
        }
    }

    /// Squares of many greys: corners and blobs.
    pub(crate) fn picture() -> Plane {
        let grey = |x: usize, y: usize| (x / 9 * 7919 + y / 9 * 104_729) * 31 % 251;
        Plane::from_fn(160, 120, |x, y| grey(x, y) as f32)
    }

    /// Each question with an answer that it can have.
    fn exchanges() -> Vec<(Question, Answer)> {
        let plane = picture();
        let print = athar_hash::fingerprint_picture(&plane, Level::best());
        let extent = Extent { left_px: 0, top_px: 20, width_px: 160, height_px: 90 };
        let frames = |content| {
            let (width, height) = (160, 120);
            let whole = print.clone();
            Answer::Frames(Box::new(Frames { format: Format::Avif, width, height, whole, content }))
        };
        let stored = athar_hash::landmarks(&plane, &Setting::STORED, Level::best());
        let asked = athar_hash::landmarks(&plane, &Setting::ASKED, Level::best());
        assert!(!stored.is_empty() && asked.len() >= stored.len());
        let plane_px = (160, 120);
        let found = FoundLandmarks { plane_px, stored, asked };
        vec![
            (Question::Medium { whole: true }, Answer::Medium(Looks::Clip)),
            (Question::Medium { whole: false }, Answer::Medium(Looks::MayMove)),
            (Question::Need(Want::Area { least_px: 77 }), Answer::Need(u64::MAX)),
            (Question::Frames { want: Want::Full, stripped: false }, frames(None)),
            (
                Question::Frames { want: Want::Hash, stripped: true },
                frames(Some((extent, print.clone()))),
            ),
            (
                Question::Landmarks { fine: true, stored: true, asked: true },
                Answer::Landmarks(found),
            ),
            (Question::Preview { side_px: 160 }, Answer::Preview(plane)),
        ]
    }

    fn written(answer: &Result<Answer, InputError>) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_answer(&mut bytes, answer).unwrap();
        bytes
    }

    fn read(bytes: &[u8], question: &Question) -> Option<Result<Answer, InputError>> {
        read_answer(&mut Cursor::new(bytes), question).ok()
    }

    /// What every reader of an answer relies on.
    fn is_possible(answer: &Answer, question: &Question) -> bool {
        match (answer, question) {
            (Answer::Need(_), Question::Need(_)) => true,
            (Answer::Medium(looks), Question::Medium { whole }) => {
                !whole || *looks != Looks::MayMove
            }
            (Answer::Frames(frames), Question::Frames { stripped, .. }) => {
                let (width, height) = (frames.width, frames.height);
                let is_part = |(extent, print): &(Extent, PictureFingerprint)| {
                    let ends = (extent.left_px + extent.width_px, extent.top_px + extent.height_px);
                    ends.0 <= width && ends.1 <= height && print.quality() <= 100
                };
                width > 0
                    && height > 0
                    && u64::from(width) * u64::from(height) <= LIMITS.pixels
                    && frames.whole.quality() <= 100
                    && frames.content.as_ref().is_none_or(|content| *stripped && is_part(content))
            }
            (Answer::Landmarks(found), Question::Landmarks { .. }) => {
                let is_place = |landmark: &Landmark| {
                    let place = &landmark.place;
                    [place.x_px, place.y_px, place.angle_rad].iter().all(|n| n.is_finite())
                        && place.scale_px > 0.0
                };
                found.stored.len() <= Setting::STORED.most
                    && found.asked.len() <= Setting::ASKED.most
                    && found.stored.iter().chain(&found.asked).all(is_place)
            }
            (Answer::Preview(plane), Question::Preview { side_px }) => {
                plane.width().max(plane.height()) <= *side_px as usize
                    && plane.luma().iter().all(|luma| (0.0..=255.0).contains(luma))
            }
            _ => false,
        }
    }

    #[test]
    fn answers_come_back_as_they_were_written() {
        for (question, answer) in exchanges() {
            let bytes = written(&Ok(answer.clone()));
            assert!(bytes.len() <= 5 + longest_answer(&question).max(SHORT_BYTES));
            assert_eq!(read(&bytes, &question), Some(Ok(answer)));
            let refused = Err(InputError::new(InputErrorKind::Corrupt, "its data ends early"));
            assert_eq!(read(&written(&refused), &question), Some(refused));
        }
    }

    #[test]
    fn questions_come_back_as_they_were_written() {
        let mut bytes = Vec::new();
        write_file(&mut bytes, 1 << 40).unwrap();
        write_parts(&mut bytes, &vec![7; PART_BYTES + 1]).unwrap();
        for (question, _) in exchanges() {
            write_question(&mut bytes, &question).unwrap();
        }
        let from = &mut Cursor::new(bytes);
        let mut next = || read_request(from).ok();
        assert!(matches!(next(), Some(Request::File(bytes)) if bytes == 1 << 40));
        assert!(matches!(next(), Some(Request::Part(part)) if part.len() == PART_BYTES));
        assert!(matches!(next(), Some(Request::Part(part)) if part == [7]));
        for (question, _) in exchanges() {
            assert!(matches!(next(), Some(Request::Ask(asked)) if asked == question));
        }
        assert!(matches!(read_request(from), Err(Broken::Gone)));
    }

    #[test]
    fn a_greeting_comes_back_and_another_build_is_not_understood() {
        let seal = Seal { landlock_abi: Some(4), processor_s: Some(0), ..Seal::default() };
        let hello = Hello { seal, formats: vec![Format::Jpeg, Format::Heic] };
        let mut bytes = Vec::new();
        write_hello(&mut bytes, &hello).unwrap();
        assert_eq!(read_hello(&mut Cursor::new(&bytes)).ok(), Some(hello));
        for place in 0..5 + MAGIC.len() + 10 {
            let mut other = bytes.clone();
            other[place] ^= 1;
            assert!(read_hello(&mut Cursor::new(&other)).is_err(), "byte {place}");
        }
    }

    #[test]
    fn an_answer_cut_anywhere_is_none() {
        for (question, answer) in exchanges() {
            let bytes = written(&Ok(answer));
            for end in (0..bytes.len()).step_by(1 + bytes.len() / 500) {
                assert!(read(&bytes[..end], &question).is_none(), "{question:?} at {end}");
            }
            // Short by a byte and honest about it.
            let mut short = bytes[..bytes.len() - 1].to_vec();
            let length = (short.len() - 5) as u32;
            short[1..5].copy_from_slice(&length.to_le_bytes());
            assert!(read(&short, &question).is_none(), "{question:?}");
        }
    }

    #[test]
    fn whatever_a_worker_writes_is_possible_or_refused() {
        let mut noise = Noise(5);
        let mut refused = 0;
        for round in 0..6000 {
            let exchanges = exchanges_once();
            let (question, answer) = &exchanges[round % exchanges.len()];
            let mut bytes = written(&Ok(answer.clone()));
            for _ in 0..1 + noise.below(3) {
                // Mostly in front, where the counts and sizes are.
                let range = if noise.below(3) == 0 { bytes.len() } else { bytes.len().min(60) };
                let (place, number) = (noise.below(range), noise.next() as u8);
                bytes[place] = if noise.below(2) == 0 { number } else { 0xff };
            }
            match read(&bytes, question) {
                Some(Ok(answer)) => assert!(is_possible(&answer, question), "{question:?}"),
                Some(Err(error)) => assert!(error.message.is_ascii()),
                None => refused += 1,
            }
        }
        assert!(refused > 1000, "{refused}");
    }

    fn exchanges_once() -> &'static [(Question, Answer)] {
        static EXCHANGES: std::sync::OnceLock<Vec<(Question, Answer)>> = std::sync::OnceLock::new();
        EXCHANGES.get_or_init(exchanges)
    }

    #[test]
    fn noise_is_no_answer_and_takes_no_memory() {
        let mut noise = Noise(9);
        for (question, _) in exchanges() {
            for kind in [HELLO, ANSWER, REFUSED, 0, 0xff] {
                let mut bytes = vec![kind, 0xff, 0xff, 0xff, 0xff];
                assert!(read(&bytes, &question).is_none());
                bytes[1..5].copy_from_slice(&200u32.to_le_bytes());
                bytes.extend((0..200).map(|_| noise.next() as u8));
                let answer = read(&bytes, &question);
                assert!(answer.is_none_or(|answer| answer.is_err()), "{question:?}");
            }
        }
    }

    #[test]
    fn a_refusal_cannot_write_on_a_terminal_nor_blame_something_else() {
        let question = Question::Need(Want::Hash);
        let refusal = |kind: u8, text: &[u8]| {
            let mut bytes = Vec::new();
            write_message(&mut bytes, REFUSED, &[&[kind], text].concat()).unwrap();
            read(&bytes, &question)
        };
        assert!(refusal(1, b"the PNG picture is damaged").is_some());
        let long = [b'a'; TEXT_BYTES + 1];
        for text in [&b"\x1b[2J"[..], b"two\nlines", "\u{202e}".as_bytes(), b"", &long] {
            assert!(refusal(1, text).is_none());
        }
        assert!(refusal(3, b"unreadable").is_none());
    }
}
