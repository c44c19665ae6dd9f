//! Clips and sound by their first bytes: what tells one container from another.
//!
//! Weak signs are asked for twice: a stream of frames without a header counts only when a second
//! frame begins where the first one ends.

use crate::Format;

/// The container that these bytes begin.
pub(crate) fn container(bytes: &[u8]) -> Option<Format> {
    const SIGNATURES: [(&[u8], Format); 4] = [
        (b"fLaC", Format::Flac),
        (b"#!AMR\n", Format::Amr),
        (b"#!AMR-WB\n", Format::AmrWb),
        (b"caff\0\x01", Format::Caf),
    ];
    let signed = SIGNATURES.iter().find(|(signature, _)| bytes.starts_with(signature));
    signed
        .map(|&(_, format)| format)
        .or_else(|| riff(bytes))
        .or_else(|| boxed(bytes))
        .or_else(|| ebml(bytes))
        .or_else(|| ogg(bytes))
        .or_else(|| tagged(bytes))
        .or_else(|| is_transport(bytes).then_some(Format::MpegTs))
        .or_else(|| framed(bytes))
}

/// The brands of an ISO base media file, the major one first (ISO/IEC 14496-12, 4.3).
pub(crate) fn brands(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_boxed = bytes.get(4..8) == Some(b"ftyp");
    let size = bytes.first_chunk().map_or(0, |&size| u32::from_be_bytes(size) as usize);
    let end = size.min(bytes.len()).min(256);
    let list = if is_boxed { bytes.get(8..end).unwrap_or(&[]) } else { &[] };
    // The second field is a version number.
    list.chunks_exact(4).enumerate().filter(|&(index, _)| index != 1).map(|(_, brand)| brand)
}

fn riff(bytes: &[u8]) -> Option<Format> {
    match (bytes.get(..4)?, bytes.get(8..12)?) {
        (b"RIFF", b"AVI ") => Some(Format::Avi),
        (b"RIFF" | b"RF64", b"WAVE") => Some(Format::Wav),
        _ => None,
    }
}

fn boxed(bytes: &[u8]) -> Option<Format> {
    let Some(major) = brands(bytes).next() else {
        return is_old_quicktime(bytes).then_some(Format::QuickTime);
    };
    Some(match major {
        b"qt  " => Format::QuickTime,
        b"M4A " | b"M4B " | b"M4P " => Format::M4a,
        b"crx " | b"jp2 " | b"jpx " | b"jpm " | b"jxl " | b"msf1" | b"miaf" | b"mif1" => {
            return None;
        }
        _ if major.starts_with(b"3g") || major == b"kddi" => Format::ThreeGp,
        _ => Format::Mp4,
    })
}

/// Before there were brands, a file began with any of these, and another followed it.
fn is_old_quicktime(bytes: &[u8]) -> bool {
    let known = |kind: &[u8]| {
        matches!(kind, b"moov" | b"mdat" | b"wide" | b"free" | b"skip" | b"pnot" | b"PICT")
    };
    let size = bytes.first_chunk().map_or(0, |&size| u32::from_be_bytes(size) as usize);
    let is_first = bytes.get(4..8).is_some_and(known);
    // Size 1 says that the size is larger than the field, and 0 that the rest of the file is it.
    let is_sized = size >= 8 || size <= 1;
    let next = bytes.get(size.max(8)..).and_then(|rest| rest.get(4..8));
    is_first && is_sized && next.is_none_or(|kind| size <= 1 || known(kind))
}

/// Matroska or WebM, as the header says (RFC 8794, 11.2).
fn ebml(bytes: &[u8]) -> Option<Format> {
    const DOCUMENT_TYPE: &[u8] = &[0x42, 0x82];
    let rest = bytes.strip_prefix(b"\x1a\x45\xdf\xa3")?;
    let (length, mut rest) = variable_size(rest)?;
    rest = rest.get(..length).unwrap_or(rest);
    while let Some(&first) = rest.first() {
        let (id, body) = rest.split_at_checked(first.leading_zeros() as usize + 1)?;
        let (length, body) = variable_size(body)?;
        let (data, next) = body.split_at_checked(length)?;
        if id == DOCUMENT_TYPE {
            let is_web = data.strip_suffix(b"\0").unwrap_or(data) == b"webm";
            return Some(if is_web { Format::WebM } else { Format::Matroska });
        }
        rest = next;
    }
    None
}

/// A number whose first byte says by its leading zeros how many follow.
fn variable_size(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let &first = bytes.first()?;
    let length = first.leading_zeros() as usize + 1;
    let (number, rest) = bytes.split_at_checked(length)?;
    let head = usize::from(first) & (0xFF_usize >> length);
    let value = number[1..].iter().try_fold(head, |value, &byte| {
        value.checked_mul(256).map(|value| value | usize::from(byte))
    });
    Some((value?, rest))
}

/// What the first packet of an Ogg file is of (RFC 3533, 6): 27 bytes and a table stand before.
fn ogg(bytes: &[u8]) -> Option<Format> {
    if !bytes.starts_with(b"OggS") {
        return None;
    }
    let segments = usize::from(bytes.get(26).copied().unwrap_or(0));
    let packet = bytes.get(27 + segments..).unwrap_or(&[]);
    Some(match packet {
        packet if packet.starts_with(b"OpusHead") => Format::OggOpus,
        packet if packet.starts_with(b"\x01vorbis") => Format::OggVorbis,
        _ => Format::Ogg,
    })
}

/// Behind an ID3 tag stands what it is about, MP3 where it is out of sight.
fn tagged(bytes: &[u8]) -> Option<Format> {
    let mut rest = bytes;
    while rest.starts_with(b"ID3") {
        let head = rest.get(..10)?;
        let has_footer = head[5] & 0x10 != 0;
        let size = head[6..].iter().fold(0, |size, &byte| size << 7 | usize::from(byte & 0x7F));
        let length = 10 + size + if has_footer { 10 } else { 0 };
        rest = rest.get(length..).unwrap_or(&[]);
        if rest.len() < 16 {
            return Some(Format::Mp3);
        }
    }
    if rest.len() == bytes.len() {
        return None;
    }
    let is_flac = rest.starts_with(b"fLaC").then_some(Format::Flac);
    is_flac.or_else(|| framed(rest)).or(Some(Format::Mp3))
}

/// Packets of 188 bytes, each with the same first one; cameras put four bytes before each.
fn is_transport(bytes: &[u8]) -> bool {
    const SYNC: u8 = 0x47;
    const PACKETS: usize = 5;
    let all = |offset: usize, step: usize| {
        let firsts = bytes.get(offset..).unwrap_or(&[]).iter().step_by(step).take(PACKETS);
        firsts.clone().count() >= 3 && firsts.into_iter().all(|&byte| byte == SYNC)
    };
    all(0, 188) || all(4, 192)
}

/// A bare stream of MP3 or AAC frames.
fn framed(bytes: &[u8]) -> Option<Format> {
    let is_followed = |length_of: fn(&[u8]) -> Option<usize>| {
        let next = length_of(bytes).and_then(|length| bytes.get(length..));
        next.and_then(length_of).is_some()
    };
    match () {
        () if is_followed(mp3_frame_bytes) => Some(Format::Mp3),
        () if is_followed(adts_frame_bytes) => Some(Format::Aac),
        () => None,
    }
}

/// The length of a frame of MPEG audio, layer III (ISO/IEC 11172-3, 2.4.2.3, and 13818-3).
fn mp3_frame_bytes(bytes: &[u8]) -> Option<usize> {
    const RATES_HZ: [usize; 3] = [44_100, 48_000, 32_000];
    const KBPS: [[usize; 16]; 2] = [
        [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0],
        [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0],
    ];
    let &[sync, kind, rates, _] = bytes.first_chunk()?;
    let (version, layer) = (kind >> 3 & 3, kind >> 1 & 3);
    if sync != 0xFF || kind & 0xE0 != 0xE0 || version == 1 || layer != 1 {
        return None;
    }
    let (is_first, is_lowest) = (version == 3, version == 0);
    let rate = *RATES_HZ.get(usize::from(rates >> 2 & 3))?;
    let rate = if is_first { rate } else { rate >> (1 + usize::from(is_lowest)) };
    let bits_per_second = KBPS[usize::from(!is_first)][usize::from(rates >> 4)] * 1000;
    let (samples_in_bytes, padding) =
        (if is_first { 144 } else { 72 }, usize::from(rates >> 1 & 1));
    (bits_per_second > 0).then(|| samples_in_bytes * bits_per_second / rate + padding)
}

/// The length of an ADTS frame (ISO/IEC 13818-7, 6.2).
fn adts_frame_bytes(bytes: &[u8]) -> Option<usize> {
    let &[sync, kind, rate, high, middle, low, _] = bytes.first_chunk()?;
    let is_one = sync == 0xFF && kind & 0xF6 == 0xF0 && rate >> 2 & 15 < 13;
    let length = usize::from(high & 3) << 11 | usize::from(middle) << 3 | usize::from(low >> 5);
    (is_one && length >= 7).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brands_tell_films_from_sound_and_from_pictures() {
        let of =
            |major: &[u8; 4]| container(&[b"\0\0\0\x14ftyp", &major[..], b"\0\0\0\0mp42"].concat());
        assert_eq!(of(b"isom"), Some(Format::Mp4));
        assert_eq!(of(b"qt  "), Some(Format::QuickTime));
        assert_eq!(of(b"3gp4"), Some(Format::ThreeGp));
        assert_eq!(of(b"3g2a"), Some(Format::ThreeGp));
        assert_eq!(of(b"M4A "), Some(Format::M4a));
        assert_eq!(of(b"crx "), None);
    }

    #[test]
    fn quicktime_without_brands_is_known_by_two_boxes() {
        let wide = b"\0\0\0\x08wide\0\0\x10\0mdat";
        assert_eq!(container(wide), Some(Format::QuickTime));
        assert_eq!(container(b"\0\0\0\x08wide\0\0\x10\0junk"), None);
        assert_eq!(container(b"\0\0\0\x02moov\0\0\0\0"), None);
    }

    #[test]
    fn matroska_says_which_it_is_wherever_that_stands() {
        let of = |kind: &[u8], size: u8| {
            let head = [&[0x42, 0x86, 0x81, 1, 0x42, 0x82, 0x80 | size][..], kind].concat();
            let length = [0x80 | head.len() as u8];
            container(&[b"\x1a\x45\xdf\xa3", &length[..], &head].concat())
        };
        assert_eq!(of(b"webm", 4), Some(Format::WebM));
        assert_eq!(of(b"webm\0", 5), Some(Format::WebM));
        assert_eq!(of(b"matroska", 8), Some(Format::Matroska));
        assert_eq!(of(b"web", 100), None);
    }

    #[test]
    fn a_bare_stream_needs_two_frames() {
        let frame = |head: &[u8], length: usize| [head, &vec![0; length - head.len()]].concat();
        let mp3 = frame(b"\xff\xfb\x90\x00", 417);
        assert_eq!(container(&mp3), None);
        assert_eq!(container(&mp3.repeat(2)), Some(Format::Mp3));
        assert_eq!(container(&[&mp3[..], b"\0", &mp3].concat()), None);
        let slow = frame(b"\xff\xe3\x10\xc4", 72 * 8000 / 11025);
        assert_eq!(container(&slow.repeat(2)), Some(Format::Mp3));
        let aac = frame(b"\xff\xf1\x50\x80\x01\x9f\xfc", 12);
        assert_eq!(container(&aac.repeat(2)), Some(Format::Aac));
        assert_eq!(container(&aac), None);
    }

    #[test]
    fn what_a_tag_stands_before_is_looked_at() {
        let tag =
            |size: u8| [b"ID3\x04\0\0\0\0\0", &[size][..], &vec![0; usize::from(size)]].concat();
        let aac = [b"\xff\xf1\x50\x80\x01\x9f\xfc", &[0; 5][..]].concat();
        assert_eq!(container(&[tag(20), aac.repeat(2)].concat()), Some(Format::Aac));
        assert_eq!(
            container(&[tag(20), tag(3), b"fLaC\0\0\0\x22, and so on".to_vec()].concat()),
            Some(Format::Flac)
        );
        assert_eq!(container(&tag(100)[..50]), Some(Format::Mp3));
    }

    #[test]
    fn a_transport_stream_keeps_its_rhythm() {
        let packet = [&[0x47][..], &[0; 187]].concat();
        assert_eq!(container(&packet.repeat(3)), Some(Format::MpegTs));
        assert_eq!(container(&[&[0; 4][..], &packet].concat().repeat(3)), Some(Format::MpegTs));
        assert_eq!(container(&packet.repeat(2)), None);
        assert_eq!(container(&[packet.repeat(2), vec![0; 300]].concat()), None);
    }

    #[test]
    fn no_start_of_anything_panics() {
        let starts: [&[u8]; 6] = [
            b"OggS",
            b"\x1a\x45\xdf\xa3\x9f\x42",
            b"ID3\x04\0\0\x7f\x7f\x7f\x7f",
            b"\xff\xfb",
            b"\0\0\0\x18ftyp",
            b"G",
        ];
        for start in starts {
            for fill in [0, 0x01, 0x42, 0x47, 0xFF] {
                for length in 0..400 {
                    container(&[start, &vec![fill; length]].concat());
                }
            }
        }
    }
}
