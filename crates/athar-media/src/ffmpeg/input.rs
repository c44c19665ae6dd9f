//! A container, taken apart into packets.

use super::channel::Fault;
use super::{Channel, Codec, Failure, av, codecs, failure, number_of, ratio};
use crate::Format;
use ffmpeg_next::ffi;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr::{null, null_mut};

/// A container that is being read.
pub(crate) struct Input<'a> {
    /// Null where opening failed.
    raw: *mut ffi::AVFormatContext,
    channel: Channel<'a>,
    setting: Setting,
}

/// How a container is opened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    pub format: Format,
    /// Streams beyond so many are refused.
    pub streams: u32,
    /// Frames of more pixels are not decoded to learn what a stream is.
    pub pixels: u64,
    /// Bytes that may be read to learn what the streams are.
    pub probe_bytes: u32,
}

// SAFETY: FFmpeg's contexts belong to no thread, only to one at a time; the source and the
// question whether to stop are `Send`.
unsafe impl Send for Input<'_> {}

/// What can be known of a stream without decoding it.
#[derive(Debug, Clone)]
pub(crate) struct Stream {
    pub index: usize,
    pub kind: StreamKind,
    /// `None` where it is not decoded here.
    pub codec: Option<&'static Codec>,
    /// Seconds of one tick of its time stamps, as a ratio.
    pub tick: (u32, u32),
    pub width: u32,
    pub height: u32,
    /// Width of a pixel to its height.
    pub pixel_aspect: Option<(u32, u32)>,
    pub frame_rate: Option<(u32, u32)>,
    /// How the container lays the frames, as in `Frame::matrix`.
    pub matrix: Option<[i32; 9]>,
    pub rate_hz: u32,
    pub channels: u32,
    /// Time stamp of its first packet.
    pub start: Option<i64>,
}

impl Stream {
    /// Pixels of a frame, as far as they are known.
    pub fn pixels(&self) -> u64 {
        match self.kind {
            StreamKind::Video => u64::from(self.width) * u64::from(self.height),
            _ => 0,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StreamKind {
    Video,
    Audio,
    /// The picture on a record's sleeve, subtitles, data.
    Other,
}

/// What came of asking for the next packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    Packet,
    Damaged,
    End,
}

impl<'a> Input<'a> {
    pub fn open(channel: Channel<'a>, setting: Setting) -> Result<Self, (Failure, Option<Fault>)> {
        let mut input = Self { raw: null_mut(), channel, setting };
        input.reopen()?;
        Ok(input)
    }

    /// Begins anew at the first packet.
    pub fn reopen(&mut self) -> Result<(), (Failure, Option<Fault>)> {
        self.close();
        let outcome = match self.channel.rewind() {
            true => self.open_here(),
            false => Err(Failure::NoMemory),
        };
        outcome.map_err(|failure| (failure, self.channel.fault()))
    }

    pub fn fault(&self) -> Option<Fault> {
        self.channel.fault()
    }

    pub fn is_stopped(&mut self) -> bool {
        self.channel.is_stopped()
    }

    /// Milliseconds that the container says, or that its bit rate makes likely.
    pub fn duration_ms(&self) -> Option<u64> {
        // SAFETY: a live context.
        let micros = unsafe { (*self.live()?).duration };
        u64::try_from(micros).ok().filter(|&micros| micros > 0).map(|micros| micros.div_ceil(1000))
    }

    /// The earliest time of all streams, in microseconds.
    pub fn start_us(&self) -> Option<i64> {
        // SAFETY: a live context.
        let start = unsafe { (*self.live()?).start_time };
        (start != ffi::AV_NOPTS_VALUE).then_some(start)
    }

    /// Whether time stamps of this container may begin anew in the middle.
    pub fn may_jump(&self) -> bool {
        // SAFETY: a live context, which has one of FFmpeg's formats.
        self.live()
            .is_some_and(|raw| unsafe { (*(*raw).iformat).flags & ffi::AVFMT_TS_DISCONT != 0 })
    }

    pub fn streams(&self) -> Vec<Stream> {
        // SAFETY: the stream is live.
        self.raw_streams().enumerate().map(|(index, raw)| unsafe { describe(index, raw) }).collect()
    }

    /// Reads on in one stream alone. Key frames are not asked for here: demuxers that leave out the
    /// others lose count of their times.
    pub fn select(&mut self, stream: usize) {
        use ffi::AVDiscard::{AVDISCARD_ALL, AVDISCARD_DEFAULT};
        for (index, raw) in self.raw_streams().enumerate() {
            let discard = if index == stream { AVDISCARD_DEFAULT } else { AVDISCARD_ALL };
            // SAFETY: the stream is live, and this is a number for its reader to set.
            unsafe { (*raw).discard = discard }
        }
    }

    /// Goes to the last place before `ticks` of a stream from which it can be decoded. Says
    /// whether the container can do that.
    pub fn seek(&mut self, stream: usize, ticks: i64) -> bool {
        let Some(raw) = self.live() else { return false };
        // SAFETY: `raw` is a live context; a number of a stream that does not exist is refused.
        let code =
            unsafe { av!(avformat_seek_file(raw, stream as c_int, i64::MIN, ticks, ticks, 0)) };
        code >= 0
    }

    pub fn read(&mut self, packet: &mut Packet) -> Reading {
        let Some(raw) = self.live() else { return Reading::End };
        // SAFETY: both are live; what the packet held before is released first.
        let code = unsafe {
            av!(av_packet_unref(packet.raw));
            av!(av_read_frame(raw, packet.raw))
        };
        match code {
            0.. => Reading::Packet,
            ffi::AVERROR_EOF => Reading::End,
            _ if self.channel.fault().is_some() => Reading::End,
            _ => Reading::Damaged,
        }
    }

    /// The parameters of a stream, for a decoder; null where there is no such stream.
    pub(super) fn parameters(&self, stream: usize) -> *const ffi::AVCodecParameters {
        // SAFETY: the stream is live.
        self.raw_streams().nth(stream).map_or(null(), |raw| unsafe { (*raw).codecpar })
    }

    fn live(&self) -> Option<*mut ffi::AVFormatContext> {
        (!self.raw.is_null()).then_some(self.raw)
    }

    fn raw_streams(&self) -> impl Iterator<Item = *mut ffi::AVStream> {
        // SAFETY: a live context, which has so many pointers to streams that live as long.
        let (first, count) = self
            .live()
            .map_or((null_mut(), 0), |raw| unsafe { ((*raw).streams, (*raw).nb_streams as usize) });
        // SAFETY: as above; an index is less than their number.
        (0..count).map(move |index| unsafe { *first.add(index) })
    }

    fn open_here(&mut self) -> Result<(), Failure> {
        let demuxer = demuxer(self.setting.format).ok_or(Failure::Other)?;
        // SAFETY: the context is configured before anything is read. `avformat_open_input` frees
        // it and clears the pointer when it fails. The channel outlives it, as drop closes the
        // context first.
        unsafe {
            let mut raw = av!(avformat_alloc_context());
            if raw.is_null() {
                return Err(Failure::NoMemory);
            }
            self.configure(raw);
            let demuxer = av!(av_find_input_format(demuxer.as_ptr()));
            let code = match demuxer.is_null() {
                true => ffi::AVERROR_DEMUXER_NOT_FOUND,
                false => av!(avformat_open_input(&raw mut raw, null(), demuxer, null_mut())),
            };
            if code < 0 {
                av!(avformat_free_context(raw));
                return Err(failure(code));
            }
            self.raw = raw;
        }
        let claims = self.streams().into_iter().map(|stream| stream.pixels());
        match claims.max() {
            Some(pixels) if pixels > self.setting.pixels => Err(Failure::Pixels(pixels)),
            _ => self.probe(),
        }
    }

    /// Reads and decodes as much as is needed to know the streams.
    fn probe(&self) -> Result<(), Failure> {
        let pixels = CString::new(self.setting.pixels.to_string()).unwrap_or_default();
        let mut options: Vec<*mut ffi::AVDictionary> =
            self.raw_streams().map(|_| null_mut()).collect();
        // SAFETY: a live context, with as many dictionaries as it has streams now. Each is null
        // or ours before and after, and is freed once.
        unsafe {
            for of_stream in &mut options {
                av!(av_dict_set(of_stream, c"max_pixels".as_ptr(), pixels.as_ptr(), 0));
            }
            let code = av!(avformat_find_stream_info(self.raw, options.as_mut_ptr()));
            options.iter_mut().for_each(|of_stream| av!(av_dict_free(of_stream)));
            if code < 0 { Err(failure(code)) } else { Ok(()) }
        }
    }

    /// # Safety
    ///
    /// `raw` is a context that was just made.
    unsafe fn configure(&self, raw: *mut ffi::AVFormatContext) {
        // SAFETY: the fields of a new context may be set, and strings are copied.
        unsafe {
            (*raw).pb = self.channel.context();
            (*raw).flags |= ffi::AVFMT_FLAG_CUSTOM_IO;
            (*raw).io_open = Some(refuse);
            (*raw).interrupt_callback = self.channel.interrupt();
            (*raw).max_streams = self.setting.streams.saturating_add(1).min(1 << 16) as c_int;
            (*raw).probesize = i64::from(self.setting.probe_bytes);
            (*raw).max_analyze_duration = 5 * i64::from(ffi::AV_TIME_BASE);
            // No protocol has this name.
            let nothing = c"-".as_ptr();
            av!(av_opt_set(raw.cast(), c"protocol_whitelist".as_ptr(), nothing, 0));
            let decoders = codecs::whitelist();
            av!(av_opt_set(raw.cast(), c"codec_whitelist".as_ptr(), decoders.as_ptr(), 0));
        }
    }

    fn close(&mut self) {
        // SAFETY: `raw` is null or a live context; null is left behind. The bytes' context is
        // the channel's and stays.
        unsafe { av!(avformat_close_input(&raw mut self.raw)) }
    }
}

impl Drop for Input<'_> {
    fn drop(&mut self) {
        self.close();
    }
}

/// A piece of a stream.
pub(crate) struct Packet {
    /// Never null.
    raw: *mut ffi::AVPacket,
}

impl Packet {
    pub fn new() -> Option<Self> {
        // SAFETY: takes nothing; the result is looked at.
        let raw = unsafe { av!(av_packet_alloc()) };
        (!raw.is_null()).then_some(Self { raw })
    }

    pub fn stream(&self) -> usize {
        // SAFETY: a live packet.
        usize::try_from(unsafe { (*self.raw).stream_index }).unwrap_or(usize::MAX)
    }

    /// When it is to be shown or, where its container does not say that, decoded: in ticks of its
    /// stream.
    pub fn time(&self) -> Option<i64> {
        // SAFETY: a live packet.
        let stamps = unsafe { [(*self.raw).pts, (*self.raw).dts] };
        stamps.into_iter().find(|&stamp| stamp != ffi::AV_NOPTS_VALUE)
    }

    /// Whether decoding can begin here.
    pub fn is_key(&self) -> bool {
        // SAFETY: a live packet.
        unsafe { (*self.raw).flags & ffi::AV_PKT_FLAG_KEY != 0 }
    }

    pub(super) fn raw(&self) -> *const ffi::AVPacket {
        self.raw
    }
}

impl Drop for Packet {
    fn drop(&mut self) {
        // SAFETY: it came from `av_packet_alloc`, and only here is it freed.
        unsafe { av!(av_packet_free(&raw mut self.raw)) }
    }
}

fn demuxer(format: Format) -> Option<&'static CStr> {
    Some(match format {
        Format::Mp4 | Format::QuickTime | Format::ThreeGp | Format::M4a => c"mov",
        Format::Matroska | Format::WebM => c"matroska",
        Format::Avi => c"avi",
        Format::MpegTs => c"mpegts",
        Format::OggOpus | Format::OggVorbis | Format::Ogg => c"ogg",
        Format::Wav => c"wav",
        Format::Flac => c"flac",
        Format::Mp3 => c"mp3",
        Format::Aac => c"aac",
        Format::Amr | Format::AmrWb => c"amr",
        Format::Caf => c"caf",
        _ => return None,
    })
}

/// Nothing but the bytes that were given is ever opened.
unsafe extern "C" fn refuse(
    _: *mut ffi::AVFormatContext,
    opened: *mut *mut ffi::AVIOContext,
    _: *const c_char,
    _: c_int,
    _: *mut *mut ffi::AVDictionary,
) -> c_int {
    // SAFETY: FFmpeg passes the place where a context would go.
    unsafe { *opened = null_mut() };
    ffi::AVERROR(ffi::EPERM)
}

/// # Safety
///
/// The stream is live.
unsafe fn describe(index: usize, stream: *const ffi::AVStream) -> Stream {
    // SAFETY: the stream is live and has parameters; what stands in them is read by itself, and
    // enumerations, as wide as a number of C, as numbers.
    unsafe {
        let parameters = (*stream).codecpar;
        let aspects = [(*stream).sample_aspect_ratio, (*parameters).sample_aspect_ratio];
        let rates = [(*stream).avg_frame_rate, (*stream).r_frame_rate];
        let start = (*stream).start_time;
        Stream {
            index,
            kind: stream_kind(number_of!((*parameters).codec_type), (*stream).disposition),
            codec: codecs::codec(number_of!((*parameters).codec_id)),
            tick: ratio((*stream).time_base).unwrap_or((1, 1000)),
            width: size((*parameters).width),
            height: size((*parameters).height),
            pixel_aspect: aspects.into_iter().find_map(ratio),
            frame_rate: rates.into_iter().find_map(ratio),
            matrix: side_matrix(stream),
            rate_hz: size((*parameters).sample_rate),
            channels: size((*parameters).ch_layout.nb_channels),
            start: (start != ffi::AV_NOPTS_VALUE).then_some(start),
        }
    }
}

fn stream_kind(kind: c_int, disposition: c_int) -> StreamKind {
    const VIDEO: c_int = ffi::AVMediaType::AVMEDIA_TYPE_VIDEO as c_int;
    const AUDIO: c_int = ffi::AVMediaType::AVMEDIA_TYPE_AUDIO as c_int;
    let is_sleeve = disposition & ffi::AV_DISPOSITION_ATTACHED_PIC as c_int != 0;
    match kind {
        VIDEO if !is_sleeve => StreamKind::Video,
        AUDIO => StreamKind::Audio,
        _ => StreamKind::Other,
    }
}

fn size(of: c_int) -> u32 {
    u32::try_from(of).unwrap_or(0)
}

/// # Safety
///
/// The stream is live.
#[cfg(not(ffmpeg_coded_side_data))]
unsafe fn side_matrix(stream: *const ffi::AVStream) -> Option<[i32; 9]> {
    let mut bytes = 0;
    let kind = ffi::AVPacketSideDataType::AV_PKT_DATA_DISPLAYMATRIX;
    // SAFETY: the stream is live, the size is written before the call returns, and the data is
    // of that size and lives as long as the stream.
    unsafe {
        let data = av!(av_stream_get_side_data(stream, kind, &raw mut bytes));
        matrix(data.cast(), bytes)
    }
}

/// # Safety
///
/// The stream is live.
#[cfg(ffmpeg_coded_side_data)]
unsafe fn side_matrix(stream: *const ffi::AVStream) -> Option<[i32; 9]> {
    let kind = ffi::AVPacketSideDataType::AV_PKT_DATA_DISPLAYMATRIX;
    // SAFETY: the stream is live, and its parameters hold so many pieces of side data.
    unsafe {
        let parameters = (*stream).codecpar;
        let (list, count) = ((*parameters).coded_side_data, (*parameters).nb_coded_side_data);
        let found = av!(av_packet_side_data_get(list, count, kind)).as_ref()?;
        matrix(found.data.cast(), found.size)
    }
}

/// # Safety
///
/// `data` is null or points to so many bytes.
pub(super) unsafe fn matrix(data: *const c_void, bytes: usize) -> Option<[i32; 9]> {
    let is_whole = !data.is_null() && bytes >= size_of::<[i32; 9]>();
    // SAFETY: there are enough bytes, and any are numbers.
    is_whole.then(|| unsafe { data.cast::<[i32; 9]>().read_unaligned() })
}
