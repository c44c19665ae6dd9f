//! Clips and sound: from a hostile file to frames of luma with their times, and to samples.
//!
//! [`open`] looks at the first bytes for what the file is and takes its container apart;
//! [`Clip::frames`] and [`Clip::sound`] go through it once each and hand over one frame or one
//! piece of sound after the other, so a clip of two hours takes no more memory than one of two
//! minutes. A visitor says whether to go on.
//!
//! A frame is upright and as a person sees it: turned and mirrored as the file asks, its pixels
//! square (by shrinking what is too long), its brightness 0 to 255 whatever the range it is stored
//! in. It is shrunk by the largest whole factor that leaves its shorter side as long as wanted,
//! each pixel the mean of those that it covers. Brightness is the stream's own luma: of BT.709 it
//! weighs colours a little otherwise than the luma of a still picture does.
//!
//! Times are milliseconds from the earliest time that the file names, and only grow. Where time
//! stamps are missing, go back or leap, a frame follows the last one at the usual distance.
//!
//! Containers and their codecs are read by the system's FFmpeg, closed in: it reads the bytes it
//! is given and can open nothing else. Animated GIF and WebP are read by the same decoders as
//! their still frames. A damaged piece is skipped and counted; a clip of which nothing comes is an
//! error. What is shared by pictures and clips, limits to begin with, is as in the crate's root.

mod animation;
mod feed;
mod luma;
mod sound;
mod timeline;
mod video;

use crate::error::{corrupt, over};
use crate::ffmpeg::{self, Channel, Failure, Fault, Input, Packet, Reading, Setting};
use crate::ffmpeg::{Stream, StreamKind};
use crate::{Flaw, Format, MediaError, Medium, Resource, within};
use animation::Animation;
use athar_kernel::{Orientation, Plane};
use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;

/// Bytes at the beginning of a file by which it is recognised.
const HEAD_BYTES: u64 = 64 << 10;

/// What one clip may cost. What its header claims is held against the limits before anything of
/// that size is allocated, and what it turns out to be while it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClipLimits {
    /// Bytes of the file.
    pub bytes: u64,
    /// Pixels of a frame, width times height, as stored. Decoders keep up to 16 frames.
    pub pixels: u64,
    /// Streams of all kinds.
    pub streams: u32,
    /// Frames or pieces of sound that one look at the clip may read.
    pub frames: u64,
    /// Milliseconds from its beginning to which a clip is read.
    pub duration_ms: u64,
    /// Bytes that are read to learn what the streams are.
    pub probe_bytes: u32,
}

impl Default for ClipLimits {
    /// Room for twelve hours of whatever telephones and cameras write: frames of 8192 x 4608.
    fn default() -> Self {
        Self {
            bytes: 64 << 30,
            pixels: 8192 * 4608,
            streams: 64,
            frames: 4_000_000,
            duration_ms: 12 * 3_600_000,
            probe_bytes: 5 << 20,
        }
    }
}

/// What can be known of a clip without decoding it.
#[derive(Debug, Clone, PartialEq)]
pub struct ClipInfo {
    /// The container.
    pub container: Format,
    /// How long it says to be, or its size and bit rate make likely.
    pub duration_ms: Option<u64>,
    /// The frames, if there are any that can be decoded.
    pub video: Option<VideoInfo>,
    /// The sound, if there is any that can be decoded.
    pub audio: Option<AudioInfo>,
    /// Streams of frames or sound that no decoder is meant for, or beside the ones chosen.
    pub unread_streams: usize,
}

/// The frames of a clip: of several streams the one with most pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VideoInfo {
    /// The codec's name, as in "H.264".
    pub codec: &'static str,
    /// Columns as a person sees them, before any shrinking.
    pub width: u32,
    /// Rows as a person sees them, before any shrinking.
    pub height: u32,
    /// What is done to the stored frames.
    pub orientation: Orientation,
    /// Frames a second, where the file says so or its first frames make it likely.
    pub frame_rate: Option<f64>,
}

/// The sound of a clip: of several streams the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AudioInfo {
    /// The codec's name, as in "Opus".
    pub codec: &'static str,
    /// Samples a second of each channel, as stored.
    pub rate_hz: u32,
    /// Channels.
    pub channels: u32,
}

/// Which frames of a clip are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// Every frame.
    Every,
    /// The first frame, and then the first of each so many milliseconds. Frames between that no
    /// other is made of are not decoded.
    Spaced {
        /// Milliseconds.
        interval_ms: u32,
    },
    /// Frames that stand alone, at most one in so many milliseconds: nothing else is decoded. A
    /// clip that marks none is read as [`Pick::Spaced`].
    Keys {
        /// Milliseconds; 0 for every one.
        interval_ms: u32,
    },
}

/// Which frames of a clip are wanted, and how large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameWant {
    /// Which.
    pub pick: Pick,
    /// Frames before this time are left out. Where the container can, they are not even read.
    pub from_ms: u64,
    /// Pixels that the shorter side must keep where it has them: `u32::MAX` for all.
    pub least_side_px: u32,
}

/// What sound is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoundWant {
    /// Samples a second, 1000 to 768,000.
    pub rate_hz: u32,
    /// Sound before this time is left out.
    pub from_ms: u64,
}

/// A frame of a clip, upright.
pub struct ClipFrame<'f> {
    /// When it is shown.
    pub time_ms: u64,
    /// Luma, 0 to 255, as large as was wanted.
    pub plane: Plane,
    finer: &'f mut dyn FnMut(u32) -> Option<Plane>,
}

impl ClipFrame<'_> {
    /// The same with a shorter side of at least so many pixels where it has as many. `None` where
    /// memory ran out.
    pub fn finer(&mut self, least_side_px: u32) -> Option<Plane> {
        (self.finer)(least_side_px)
    }
}

/// A piece of sound, which begins where the last one ended: the mean of all channels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SoundPiece<'a> {
    /// When it begins.
    pub time_ms: u64,
    /// Samples, -1 to 1 unless the file exceeds that.
    pub samples: &'a [f32],
}

/// What one look at a clip came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Frames or pieces of sound that were handed over.
    pub given: u64,
    /// Pieces of the file that were damaged: skipped, or shown with a part of them guessed.
    pub damaged: u64,
    /// Where the last frame or piece that was decoded ends, as far as can be known. Of key frames
    /// alone that is not the end of the clip.
    pub end_ms: u64,
}

/// A clip that was opened. Each look at it begins anew, so there may be as many as are wanted.
pub struct Clip<'a> {
    info: ClipInfo,
    limits: ClipLimits,
    body: Body<'a>,
}

enum Body<'a> {
    Streams(Box<Streams<'a>>),
    Animation(Animation<'a>),
}

/// A container and what is read of it.
struct Streams<'a> {
    input: Input<'a>,
    format: Format,
    video: Option<Stream>,
    audio: Option<Stream>,
    /// Nothing was read since it was opened.
    is_fresh: bool,
    /// Its time stamps were found to go back or leap, so that no place can be found by time.
    has_jumps: bool,
}

/// Opens a clip, a voice note or any other sound.
///
/// # Errors
///
/// The content is none that is read, damaged, or over a limit.
pub fn open<'a>(
    source: impl Read + Seek + Send + 'a,
    limits: &ClipLimits,
) -> Result<Clip<'a>, MediaError> {
    open_stoppable(source, limits, || false)
}

/// As [`open`]; `stop` is asked at every piece of the file that is read, now and later, and where
/// it says so, all ends in [`MediaError::Stopped`].
///
/// # Errors
///
/// As [`open`].
pub fn open_stoppable<'a>(
    mut source: impl Read + Seek + Send + 'a,
    limits: &ClipLimits,
    stop: impl FnMut() -> bool + Send + 'a,
) -> Result<Clip<'a>, MediaError> {
    let (bytes, head) = measure(&mut source).map_err(|_| MediaError::Unreadable)?;
    within(Resource::Bytes, bytes, limits.bytes)?;
    let format = Format::of(&head).map_err(no_clip)?;
    match (format, format.medium()) {
        (Format::Gif | Format::WebP, _) => {
            let animation = Animation::open(Box::new(source), Box::new(stop), format, limits)?;
            let info = animation.info();
            Ok(Clip { info, limits: *limits, body: Body::Animation(animation) })
        }
        (_, Medium::Picture) => {
            let looks_like = Some(format.looks_like());
            Err(MediaError::Unsupported { looks_like, wanted: Medium::Clip })
        }
        _ => {
            let channel = Channel::new(Box::new(source), Box::new(stop), bytes)
                .ok_or(MediaError::Missing { library: "FFmpeg", format })?;
            let (info, streams) = Streams::open(channel, format, limits)?;
            Ok(Clip { info, limits: *limits, body: Body::Streams(Box::new(streams)) })
        }
    }
}

impl Clip<'_> {
    /// What is known of it.
    pub fn info(&self) -> &ClipInfo {
        &self.info
    }

    /// Visits the frames that are wanted, in the order of their times. A clip without any frames
    /// to begin with is visited by none.
    ///
    /// # Errors
    ///
    /// A limit was met, reading failed or was stopped, or from beginning to end nothing could be
    /// decoded. What was visited until then stands.
    pub fn frames(
        &mut self,
        want: &FrameWant,
        mut visit: impl FnMut(ClipFrame<'_>) -> ControlFlow<()>,
    ) -> Result<Tally, MediaError> {
        match &mut self.body {
            Body::Streams(streams) => video::visit(streams, want, &self.limits, &mut visit),
            Body::Animation(animation) => animation.frames(want, &self.limits, &mut visit),
        }
    }

    /// Visits the sound, at one rate and in one channel, from its first sample on without gaps:
    /// where sound is missing there is silence. A clip without sound is visited by none.
    ///
    /// # Errors
    ///
    /// As [`Clip::frames`].
    ///
    /// # Panics
    ///
    /// On a wanted rate that is out of range.
    pub fn sound(
        &mut self,
        want: &SoundWant,
        mut visit: impl FnMut(SoundPiece<'_>) -> ControlFlow<()>,
    ) -> Result<Tally, MediaError> {
        match &mut self.body {
            Body::Streams(streams) => sound::visit(streams, want, &self.limits, &mut visit),
            Body::Animation(_) => Ok(Tally::default()),
        }
    }
}

/// Makes FFmpeg ready, silent and limited, and gives the formats of clips and sound that are read
/// here. FFmpeg loads no code of its own later: a process may give up opening files afterwards.
pub fn set_up() -> Vec<Format> {
    let has_ffmpeg = ffmpeg::prepare();
    let is_read = |format: &Format| match format {
        Format::Gif | Format::WebP => true,
        _ => has_ffmpeg && format.medium() != Medium::Picture,
    };
    Format::ALL.into_iter().filter(is_read).collect()
}

/// Whether a GIF or WebP moves: it has more than one frame. False for everything else.
pub fn is_animation(bytes: &[u8]) -> bool {
    animation::has_frames(bytes)
}

/// What is nothing at all is no clip in particular.
fn no_clip(error: MediaError) -> MediaError {
    match error {
        MediaError::Unsupported { looks_like, .. } => {
            MediaError::Unsupported { looks_like, wanted: Medium::Clip }
        }
        error => error,
    }
}

/// The length of a file and how it begins.
fn measure(source: &mut (impl Read + Seek)) -> std::io::Result<(u64, Vec<u8>)> {
    let bytes = source.seek(SeekFrom::End(0))?;
    source.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    source.take(HEAD_BYTES).read_to_end(&mut head)?;
    Ok((bytes, head))
}

impl<'a> Streams<'a> {
    fn open(
        channel: Channel<'a>,
        format: Format,
        limits: &ClipLimits,
    ) -> Result<(ClipInfo, Self), MediaError> {
        let setting = Setting {
            format,
            streams: limits.streams,
            pixels: limits.pixels,
            probe_bytes: limits.probe_bytes,
        };
        let mut input =
            Input::open(channel, setting).map_err(|why| refusal(why, format, limits))?;
        if input.is_stopped() {
            input.fault().map_or(Ok(()), |fault| Err(fault_error(fault)))?;
        }
        let all = input.streams();
        within(Resource::Streams, all.len() as u64, limits.streams.into())?;
        let video = choose_video(&all, limits)?;
        let audio = all.iter().find(|stream| is_sound(stream)).cloned();
        let read = usize::from(video.is_some()) + usize::from(audio.is_some());
        let media = all.iter().filter(|stream| stream.kind != StreamKind::Other).count();
        if read == 0 {
            return Err(nothing_to_read(&all, format));
        }
        let info = ClipInfo {
            container: format,
            duration_ms: input.duration_ms(),
            video: video.as_ref().map(luma::describe),
            audio: audio.as_ref().map(describe_sound),
            unread_streams: media - read,
        };
        Ok((info, Self { input, format, video, audio, is_fresh: true, has_jumps: false }))
    }

    /// Brings the container to the wanted time of a stream, or before it, and says whether it
    /// was sought: then the first time stamp is to be believed.
    fn go_to(
        &mut self,
        stream: &Stream,
        from_ms: u64,
        limits: &ClipLimits,
    ) -> Result<bool, MediaError> {
        if from_ms > 0 && !self.has_jumps && self.seek(stream, from_ms) {
            return Ok(true);
        }
        if !std::mem::replace(&mut self.is_fresh, false) {
            self.input.reopen().map_err(|why| refusal(why, self.format, limits))?;
        }
        Ok(false)
    }

    /// Broadcasts are sought by time alone, and may have to be sought again for a place from
    /// which frames can be decoded.
    fn seek(&mut self, stream: &Stream, from_ms: u64) -> bool {
        const BACK_MS: [u64; 4] = [0, 2000, 10_000, 60_000];
        let is_exact = stream.kind == StreamKind::Audio || !self.input.may_jump();
        self.input.select(stream.index);
        self.is_fresh = false;
        for back_ms in BACK_MS {
            let to = timeline::ticks(stream, &self.input, from_ms.saturating_sub(back_ms));
            if !self.input.seek(stream.index, to) {
                return false;
            }
            if is_exact {
                return true;
            }
            if self.is_at_key(stream, from_ms) {
                return self.input.seek(stream.index, to);
            }
        }
        false
    }

    /// Whether the next packet of a stream begins something that is shown no later than then.
    fn is_at_key(&mut self, stream: &Stream, from_ms: u64) -> bool {
        const PACKETS: usize = 1000;
        let latest = timeline::ticks(stream, &self.input, from_ms);
        let Some(mut packet) = Packet::new() else { return false };
        for _ in 0..PACKETS {
            match self.input.read(&mut packet) {
                Reading::End => return false,
                Reading::Packet if packet.stream() == stream.index => {
                    return packet.is_key() && packet.time().is_some_and(|time| time <= latest);
                }
                Reading::Packet | Reading::Damaged => (),
            }
        }
        false
    }

    /// Why reading ended before its time, if it did.
    fn check(&self) -> Result<(), MediaError> {
        self.input.fault().map_or(Ok(()), |fault| Err(fault_error(fault)))
    }

    /// What a look came to that saw all there is.
    fn finish(&self, tally: Tally, from_ms: u64) -> Result<Tally, MediaError> {
        self.check()?;
        if tally.given == 0 && from_ms == 0 {
            return Err(corrupt(self.format, Flaw::NothingDecodes));
        }
        Ok(tally)
    }
}

/// The stream of most pixels, the first of equals.
fn choose_video(all: &[Stream], limits: &ClipLimits) -> Result<Option<Stream>, MediaError> {
    let readable = all.iter().rev().filter(|stream| stream.codec.is_some() && stream.pixels() > 0);
    let Some(chosen) = readable.max_by_key(|stream| stream.pixels()) else { return Ok(None) };
    within(Resource::Pixels, chosen.pixels(), limits.pixels)?;
    Ok(Some(chosen.clone()))
}

fn is_sound(stream: &Stream) -> bool {
    stream.kind == StreamKind::Audio && stream.codec.is_some()
}

fn describe_sound(stream: &Stream) -> AudioInfo {
    let codec = stream.codec.map_or("", |codec| codec.name);
    AudioInfo { codec, rate_hz: stream.rate_hz, channels: stream.channels }
}

/// A stream whose codec is known and whose frames have no size gave none to learn it from.
fn nothing_to_read(all: &[Stream], format: Format) -> MediaError {
    let mut media = all.iter().filter(|stream| stream.kind != StreamKind::Other).peekable();
    match (media.peek().is_some(), media.any(|stream| stream.codec.is_some())) {
        (false, _) => corrupt(format, Flaw::BadHeader),
        (true, true) => corrupt(format, Flaw::NothingDecodes),
        (true, false) => MediaError::UnsupportedKind { format },
    }
}

fn refusal(
    (failure, fault): (Failure, Option<Fault>),
    format: Format,
    limits: &ClipLimits,
) -> MediaError {
    match (fault, failure) {
        (Some(fault), _) => fault_error(fault),
        (None, Failure::Interrupted) => MediaError::Stopped,
        // A table that claims to be immense, or far more streams than there may be.
        (None, Failure::NoMemory) => over(Resource::Memory, ffmpeg::MAX_PIECE_BYTES as u64),
        (None, Failure::Pixels(got)) => {
            MediaError::Limit { what: Resource::Pixels, got, max: limits.pixels }
        }
        (None, Failure::Other) => corrupt(format, Flaw::BadHeader),
    }
}

fn fault_error(fault: Fault) -> MediaError {
    match fault {
        Fault::Unreadable => MediaError::Unreadable,
        Fault::Stopped => MediaError::Stopped,
    }
}
