//! What a file is, by its first bytes and never by its name.

use crate::MediaError;
use std::fmt;

/// The picture formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG, animated or not.
    Png,
    /// WebP, animated or not.
    WebP,
    /// GIF.
    Gif,
    /// Windows and OS/2 bitmap.
    Bmp,
    /// TIFF and BigTIFF.
    Tiff,
    /// HEIF with HEVC.
    Heic,
    /// HEIF with AV1.
    Avif,
    /// JPEG XL, bare or boxed.
    Jxl,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 9] = [
        Self::Jpeg,
        Self::Png,
        Self::WebP,
        Self::Gif,
        Self::Bmp,
        Self::Tiff,
        Self::Heic,
        Self::Avif,
        Self::Jxl,
    ];

    /// The name that people know it by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
            Self::Bmp => "BMP",
            Self::Tiff => "TIFF",
            Self::Heic => "HEIC",
            Self::Avif => "AVIF",
            Self::Jxl => "JPEG XL",
        }
    }

    /// The format with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Recognises a picture.
    ///
    /// # Errors
    ///
    /// [`MediaError::Empty`], or [`MediaError::Unsupported`] with what the content looks like.
    pub fn of(bytes: &[u8]) -> Result<Self, MediaError> {
        if bytes.is_empty() {
            return Err(MediaError::Empty);
        }
        picture(bytes).ok_or_else(|| MediaError::Unsupported { looks_like: other_content(bytes) })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn picture(bytes: &[u8]) -> Option<Format> {
    const SIGNATURES: [(&[u8], Format); 10] = [
        (b"\xff\xd8\xff", Format::Jpeg),
        (b"\x89PNG\r\n\x1a\n", Format::Png),
        (b"GIF87a", Format::Gif),
        (b"GIF89a", Format::Gif),
        (b"II*\0", Format::Tiff),
        (b"MM\0*", Format::Tiff),
        (b"II+\0", Format::Tiff),
        (b"MM\0+", Format::Tiff),
        (b"\xff\x0a", Format::Jxl),
        (b"\0\0\0\x0cJXL \r\n\x87\n", Format::Jxl),
    ];
    let signed = SIGNATURES.iter().find(|(signature, _)| bytes.starts_with(signature));
    signed
        .map(|&(_, format)| format)
        .or_else(|| (riff_kind(bytes) == Some(b"WEBP")).then_some(Format::WebP))
        .or_else(|| is_bmp(bytes).then_some(Format::Bmp))
        .or_else(|| brands(bytes).find_map(heif_format))
        // Some HEIC writers name only the container.
        .or_else(|| brands(bytes).any(|brand| brand == b"mif1").then_some(Format::Heic))
}

/// "BM" alone starts many a text: the size of the second header must be one that exists.
fn is_bmp(bytes: &[u8]) -> bool {
    let header_size = bytes.get(14..18).and_then(|field| field.try_into().ok());
    let known = |size| matches!(size, 12 | 16 | 40 | 52 | 56 | 64 | 108 | 124);
    bytes.starts_with(b"BM") && header_size.map(u32::from_le_bytes).is_some_and(known)
}

fn riff_kind(bytes: &[u8]) -> Option<&[u8]> {
    if bytes.starts_with(b"RIFF") { bytes.get(8..12) } else { None }
}

/// The brands of an ISO base media file, the major one first (ISO/IEC 14496-12, 4.3).
fn brands(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_boxed = bytes.get(4..8) == Some(b"ftyp");
    let size = bytes.first_chunk().map_or(0, |&size| u32::from_be_bytes(size) as usize);
    let end = size.min(bytes.len()).min(256);
    let list = if is_boxed { bytes.get(8..end).unwrap_or(&[]) } else { &[] };
    // The second field is a version number.
    list.chunks_exact(4).enumerate().filter(|&(index, _)| index != 1).map(|(_, brand)| brand)
}

fn heif_format(brand: &[u8]) -> Option<Format> {
    match brand {
        b"avif" | b"avis" => Some(Format::Avif),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => Some(Format::Heic),
        _ => None,
    }
}

/// What is surely no picture for us, for the sentence that says so.
fn other_content(bytes: &[u8]) -> Option<&'static str> {
    const SIGNATURES: [(&[u8], &str); 30] = [
        (b"%PDF-", "a PDF document"),
        (b"PK\x03\x04", "a ZIP archive or an office document"),
        (b"PK\x05\x06", "an empty ZIP archive"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
        (b"Rar!\x1a\x07", "a RAR archive"),
        (b"\xfd7zXZ\0", "an xz archive"),
        (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office document"),
        (b"\x1aE\xdf\xa3", "a Matroska or WebM video"),
        (b"FLV\x01", "a Flash video"),
        (b"\0\0\x01\xba", "an MPEG video"),
        (b"\0\0\x01\xb3", "an MPEG video"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media file"),
        (b"OggS", "an Ogg sound or video"),
        (b"fLaC", "a FLAC sound"),
        (b"ID3", "an MP3 sound"),
        (b"\xff\xfb", "an MP3 sound"),
        (b"#!AMR", "an AMR sound"),
        (b"MThd", "a MIDI file"),
        (b"8BPS", "a Photoshop document"),
        (b"\0\0\x01\0", "an icon file"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 picture"),
        (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
        (b"\x76\x2f\x31\x01", "an OpenEXR picture"),
        (b"qoif", "a QOI picture"),
        (b"{\\rtf", "an RTF document"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"\x7fELF", "a program"),
        (b"MZ", "a program"),
    ];
    let signed = SIGNATURES.iter().find(|(signature, _)| bytes.starts_with(signature));
    signed
        .map(|&(_, what)| what)
        .or_else(|| boxed(bytes))
        .or_else(|| riff(bytes))
        .or_else(|| text(bytes))
}

fn boxed(bytes: &[u8]) -> Option<&'static str> {
    let major = brands(bytes).next()?;
    Some(match major {
        b"M4A " | b"M4B " => "an MPEG-4 sound",
        b"qt  " => "a QuickTime video",
        b"crx " => "a raw camera picture",
        b"msf1" | b"miaf" => "an HEIF picture of a rare kind",
        _ => "an MP4 video",
    })
}

fn riff(bytes: &[u8]) -> Option<&'static str> {
    Some(match riff_kind(bytes)? {
        b"AVI " => "an AVI video",
        b"WAVE" => "a WAV sound",
        _ => return None,
    })
}

/// A character cut in two at the end of the sample is no reason against text.
fn text(bytes: &[u8]) -> Option<&'static str> {
    let sample = &bytes[..bytes.len().min(1024)];
    let valid = match std::str::from_utf8(sample) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&sample[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    if valid.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0c')) {
        return None;
    }
    let start = valid.trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    let is = |tag: &str| start.starts_with(tag);
    Some(match () {
        () if is("<svg") || (is("<?xml") && start.contains("<svg")) => "an SVG drawing",
        () if is("<!doctype html") || is("<html") => "a web page",
        () => "a text file",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks_like(bytes: &[u8]) -> Option<&'static str> {
        match Format::of(bytes) {
            Err(MediaError::Unsupported { looks_like }) => looks_like,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_format_is_found_by_its_name() {
        for format in Format::ALL {
            assert_eq!(Format::from_name(format.name()), Some(format));
        }
        assert_eq!(Format::from_name("jpeg"), None);
    }

    #[test]
    fn other_content_is_named() {
        assert_eq!(Format::of(b""), Err(MediaError::Empty));
        assert_eq!(looks_like(b"%PDF-1.7 ..."), Some("a PDF document"));
        assert_eq!(looks_like(b"\0\0\0\x18ftypisom\0\0\0\0isommp42"), Some("an MP4 video"));
        assert_eq!(looks_like(b"RIFF\x24\0\0\0WAVEfmt "), Some("a WAV sound"));
        assert_eq!(
            looks_like("Sehr geehrte Damen und Herren, grüß".as_bytes()),
            Some("a text file")
        );
        assert_eq!(looks_like(b"BMW is a car, and this is a text"), Some("a text file"));
        assert_eq!(looks_like(b"<?xml version='1.0'?>\n<svg/>"), Some("an SVG drawing"));
        assert_eq!(looks_like(b"\x01\x02\x03\x04"), None);
    }

    #[test]
    fn the_brands_of_a_heif_file_tell_its_codec() {
        let mif1 = b"\0\0\0\x1cftypmif1\0\0\0\0mif1heicmiaf";
        assert_eq!(Format::of(mif1), Ok(Format::Heic));
        assert_eq!(Format::of(b"\0\0\0\x18ftypavif\0\0\0\0mif1miaf"), Ok(Format::Avif));
        // Brands behind the end of their box are data.
        assert_eq!(looks_like(b"\0\0\0\x10ftypisom\0\0\0\0heic"), Some("an MP4 video"));
    }
}
