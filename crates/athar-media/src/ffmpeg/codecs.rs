//! The codecs that are decoded. Whatever else FFmpeg knows is never opened.

use ffmpeg_next::ffi::AVCodecID as Id;
use std::ffi::{CStr, CString, c_int};

/// A codec, with FFmpeg's decoders for it, the best first.
#[derive(Debug)]
pub(crate) struct Codec {
    pub name: &'static str,
    pub(super) id: c_int,
    pub(super) decoders: &'static [&'static CStr],
}

/// The codec of this number, if it is one that is decoded.
pub(super) fn codec(id: c_int) -> Option<&'static Codec> {
    CODECS.iter().find(|codec| codec.id == id)
}

/// All decoders there are, as FFmpeg reads a list.
pub(super) fn whitelist() -> CString {
    let names = CODECS.iter().flat_map(|codec| codec.decoders).map(|name| name.to_bytes());
    CString::new(names.collect::<Vec<_>>().join(&b","[..])).unwrap_or_default()
}

const fn of(name: &'static str, id: Id, decoders: &'static [&'static CStr]) -> Codec {
    Codec { name, id: id as c_int, decoders }
}

static CODECS: [Codec; 37] = [
    of("H.264", Id::AV_CODEC_ID_H264, &[c"h264"]),
    of("HEVC", Id::AV_CODEC_ID_HEVC, &[c"hevc"]),
    of("VP8", Id::AV_CODEC_ID_VP8, &[c"vp8", c"libvpx"]),
    of("VP9", Id::AV_CODEC_ID_VP9, &[c"vp9", c"libvpx-vp9"]),
    // FFmpeg's own `av1` needs hardware.
    of("AV1", Id::AV_CODEC_ID_AV1, &[c"libdav1d", c"libaom-av1"]),
    of("MPEG-4 part 2", Id::AV_CODEC_ID_MPEG4, &[c"mpeg4"]),
    of("MPEG-2 video", Id::AV_CODEC_ID_MPEG2VIDEO, &[c"mpeg2video"]),
    of("MPEG-1 video", Id::AV_CODEC_ID_MPEG1VIDEO, &[c"mpeg1video"]),
    of("H.263", Id::AV_CODEC_ID_H263, &[c"h263"]),
    of("Motion JPEG", Id::AV_CODEC_ID_MJPEG, &[c"mjpeg"]),
    of("Opus", Id::AV_CODEC_ID_OPUS, &[c"opus", c"libopus"]),
    of("AAC", Id::AV_CODEC_ID_AAC, &[c"aac"]),
    of("AMR-NB", Id::AV_CODEC_ID_AMR_NB, &[c"amrnb"]),
    of("AMR-WB", Id::AV_CODEC_ID_AMR_WB, &[c"amrwb"]),
    of("MP3", Id::AV_CODEC_ID_MP3, &[c"mp3float", c"mp3"]),
    of("Vorbis", Id::AV_CODEC_ID_VORBIS, &[c"vorbis"]),
    of("FLAC", Id::AV_CODEC_ID_FLAC, &[c"flac"]),
    of("ALAC", Id::AV_CODEC_ID_ALAC, &[c"alac"]),
    of("PCM", Id::AV_CODEC_ID_PCM_U8, &[c"pcm_u8"]),
    of("PCM", Id::AV_CODEC_ID_PCM_S8, &[c"pcm_s8"]),
    of("PCM", Id::AV_CODEC_ID_PCM_S16LE, &[c"pcm_s16le"]),
    of("PCM", Id::AV_CODEC_ID_PCM_S16BE, &[c"pcm_s16be"]),
    of("PCM", Id::AV_CODEC_ID_PCM_U16LE, &[c"pcm_u16le"]),
    of("PCM", Id::AV_CODEC_ID_PCM_U16BE, &[c"pcm_u16be"]),
    of("PCM", Id::AV_CODEC_ID_PCM_S24LE, &[c"pcm_s24le"]),
    of("PCM", Id::AV_CODEC_ID_PCM_S24BE, &[c"pcm_s24be"]),
    of("PCM", Id::AV_CODEC_ID_PCM_S32LE, &[c"pcm_s32le"]),
    of("PCM", Id::AV_CODEC_ID_PCM_S32BE, &[c"pcm_s32be"]),
    of("PCM", Id::AV_CODEC_ID_PCM_S64LE, &[c"pcm_s64le"]),
    of("PCM", Id::AV_CODEC_ID_PCM_S64BE, &[c"pcm_s64be"]),
    of("PCM", Id::AV_CODEC_ID_PCM_F32LE, &[c"pcm_f32le"]),
    of("PCM", Id::AV_CODEC_ID_PCM_F32BE, &[c"pcm_f32be"]),
    of("PCM", Id::AV_CODEC_ID_PCM_F64LE, &[c"pcm_f64le"]),
    of("PCM", Id::AV_CODEC_ID_PCM_F64BE, &[c"pcm_f64be"]),
    of("G.711 A-law", Id::AV_CODEC_ID_PCM_ALAW, &[c"pcm_alaw"]),
    of("G.711 mu-law", Id::AV_CODEC_ID_PCM_MULAW, &[c"pcm_mulaw"]),
    of("MP2", Id::AV_CODEC_ID_MP2, &[c"mp2float", c"mp2"]),
];
