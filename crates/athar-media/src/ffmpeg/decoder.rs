//! Packets into frames, of pictures or of sound.

use super::av;
use super::{Failure, Frame, Input, Packet, Stream, failure};
use ffmpeg_next::ffi;
use std::ffi::c_int;
use std::ptr::{null, null_mut};

/// Samples of sound that one frame may have: codecs give some thousands.
const MAX_FRAME_SAMPLES: i64 = 1 << 20;

/// A decoder of one stream.
pub(crate) struct Decoder {
    /// Never null, and open.
    raw: *mut ffi::AVCodecContext,
}

/// What came of asking for the next frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Received {
    Frame,
    /// More packets are needed.
    Nothing,
    Damaged,
    /// It was told that no packets follow, and has given all it had.
    End,
}

impl Decoder {
    /// A decoder for a stream of the input. Frames of more than `pixels` are refused.
    pub fn open(input: &Input, stream: &Stream, pixels: u64) -> Result<Self, Failure> {
        let names = stream.codec.map_or(&[][..], |codec| codec.decoders);
        // SAFETY: the names are C strings; the result is null or a static of FFmpeg's.
        let mut found =
            names.iter().map(|name| unsafe { av!(avcodec_find_decoder_by_name(name.as_ptr())) });
        let codec = found.find(|codec| !codec.is_null()).ok_or(Failure::Other)?;
        // SAFETY: the codec is one of FFmpeg's statics; the result is looked at.
        let raw = unsafe { av!(avcodec_alloc_context3(codec)) };
        if raw.is_null() {
            return Err(Failure::NoMemory);
        }
        let decoder = Self { raw };
        decoder.configure(input, stream, pixels)?;
        // SAFETY: the context was made for this codec and is not open yet.
        let code = unsafe { av!(avcodec_open2(raw, codec, null_mut())) };
        if code < 0 { Err(failure(code)) } else { Ok(decoder) }
    }

    /// Hands over a packet. False where it makes no sense.
    pub fn send(&mut self, packet: &Packet) -> bool {
        // SAFETY: both are live; the packet's data is copied or counted.
        unsafe { av!(avcodec_send_packet(self.raw, packet.raw())) >= 0 }
    }

    /// Says that no packets follow.
    pub fn send_end(&mut self) {
        // SAFETY: a live and open context; no packet means the end.
        unsafe { av!(avcodec_send_packet(self.raw, null())) };
    }

    /// Forgets all packets, so that decoding can begin at any key frame.
    pub fn flush(&mut self) {
        // SAFETY: a live and open context.
        unsafe { av!(avcodec_flush_buffers(self.raw)) }
    }

    /// Leaves out frames that no other is made of.
    pub fn skip_unreferenced(&mut self, skip: bool) {
        let discard = match skip {
            true => ffi::AVDiscard::AVDISCARD_NONREF,
            false => ffi::AVDiscard::AVDISCARD_DEFAULT,
        };
        // SAFETY: a live context; decoders without threads look at this number at every packet.
        unsafe { (*self.raw).skip_frame = discard }
    }

    pub fn receive(&mut self, frame: &mut Frame) -> Received {
        // SAFETY: both are live; what the frame held before is released first.
        match unsafe { av!(avcodec_receive_frame(self.raw, frame.raw())) } {
            0.. => Received::Frame,
            ffi::AVERROR_EOF => Received::End,
            code if code == ffi::AVERROR(ffi::EAGAIN) => Received::Nothing,
            _ => Received::Damaged,
        }
    }

    fn configure(&self, input: &Input, stream: &Stream, pixels: u64) -> Result<(), Failure> {
        let parameters = input.parameters(stream.index);
        if parameters.is_null() {
            return Err(Failure::Other);
        }
        let (num, den) = (stream.tick.0 as c_int, stream.tick.1 as c_int);
        // SAFETY: the context is live and not open yet, so its fields may be set; parameters of
        // the input are copied.
        unsafe {
            let code = av!(avcodec_parameters_to_context(self.raw, parameters));
            if code < 0 {
                return Err(failure(code));
            }
            (*self.raw).thread_count = 1;
            (*self.raw).pkt_timebase = ffi::AVRational { num, den };
            (*self.raw).max_pixels = i64::try_from(pixels).unwrap_or(i64::MAX);
            (*self.raw).max_samples = MAX_FRAME_SAMPLES;
        }
        Ok(())
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: it came from `avcodec_alloc_context3`, and only here is it freed.
        unsafe { av!(avcodec_free_context(&raw mut self.raw)) }
    }
}
