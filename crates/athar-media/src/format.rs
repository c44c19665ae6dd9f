//! What a file is, by its first bytes and never by its name.

use crate::MediaError;
use crate::container::{brands, container};
use std::fmt;

/// The formats that are known as pictures, clips or sound.
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
    /// MP4.
    Mp4,
    /// QuickTime, with brands or older.
    QuickTime,
    /// 3GP and 3G2.
    ThreeGp,
    /// Matroska.
    Matroska,
    /// WebM.
    WebM,
    /// AVI.
    Avi,
    /// MPEG transport stream, in packets of 188 or 192 bytes.
    MpegTs,
    /// MP4 that says to be sound.
    M4a,
    /// Opus in Ogg.
    OggOpus,
    /// Vorbis in Ogg.
    OggVorbis,
    /// Ogg of another kind.
    Ogg,
    /// WAV.
    Wav,
    /// FLAC.
    Flac,
    /// MP3.
    Mp3,
    /// AAC as a bare stream (ADTS).
    Aac,
    /// AMR, narrow band.
    Amr,
    /// AMR, wide band.
    AmrWb,
    /// Apple's Core Audio format.
    Caf,
}

/// What a format is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Medium {
    /// One frame. GIF and WebP may have more and are clips, too, for those who ask.
    Picture,
    /// Frames, sound or both: only its streams tell.
    Clip,
    /// Sound alone.
    Sound,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 27] = [
        Self::Jpeg,
        Self::Png,
        Self::WebP,
        Self::Gif,
        Self::Bmp,
        Self::Tiff,
        Self::Heic,
        Self::Avif,
        Self::Jxl,
        Self::Mp4,
        Self::QuickTime,
        Self::ThreeGp,
        Self::Matroska,
        Self::WebM,
        Self::Avi,
        Self::MpegTs,
        Self::M4a,
        Self::OggOpus,
        Self::OggVorbis,
        Self::Ogg,
        Self::Wav,
        Self::Flac,
        Self::Mp3,
        Self::Aac,
        Self::Amr,
        Self::AmrWb,
        Self::Caf,
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
            Self::Mp4 => "MP4",
            Self::QuickTime => "QuickTime",
            Self::ThreeGp => "3GP",
            Self::Matroska => "Matroska",
            Self::WebM => "WebM",
            Self::Avi => "AVI",
            Self::MpegTs => "MPEG-TS",
            Self::M4a => "M4A",
            Self::OggOpus => "Ogg Opus",
            Self::OggVorbis => "Ogg Vorbis",
            Self::Ogg => "Ogg",
            Self::Wav => "WAV",
            Self::Flac => "FLAC",
            Self::Mp3 => "MP3",
            Self::Aac => "AAC",
            Self::Amr => "AMR",
            Self::AmrWb => "AMR-WB",
            Self::Caf => "CAF",
        }
    }

    /// What it is for.
    pub const fn medium(self) -> Medium {
        match self {
            Self::Jpeg
            | Self::Png
            | Self::WebP
            | Self::Gif
            | Self::Bmp
            | Self::Tiff
            | Self::Heic
            | Self::Avif
            | Self::Jxl => Medium::Picture,
            Self::Mp4
            | Self::QuickTime
            | Self::ThreeGp
            | Self::Matroska
            | Self::WebM
            | Self::Avi
            | Self::MpegTs => Medium::Clip,
            Self::M4a
            | Self::OggOpus
            | Self::OggVorbis
            | Self::Ogg
            | Self::Wav
            | Self::Flac
            | Self::Mp3
            | Self::Aac
            | Self::Amr
            | Self::AmrWb
            | Self::Caf => Medium::Sound,
        }
    }

    /// Recognises a file by its beginning, of which some kilobytes are enough.
    ///
    /// # Errors
    ///
    /// [`MediaError::Empty`], or [`MediaError::Unsupported`] with what the content looks like.
    pub fn of(bytes: &[u8]) -> Result<Self, MediaError> {
        if bytes.is_empty() {
            return Err(MediaError::Empty);
        }
        let known = picture(bytes).or_else(|| container(bytes));
        known.ok_or_else(|| MediaError::Unsupported {
            looks_like: other_content(bytes),
            wanted: Medium::Picture,
        })
    }

    /// What it looks like to somebody who wanted something else, with its article.
    pub(crate) const fn looks_like(self) -> &'static str {
        match self {
            Self::Jpeg => "a JPEG picture",
            Self::Png => "a PNG picture",
            Self::WebP => "a WebP picture",
            Self::Gif => "a GIF picture",
            Self::Bmp => "a BMP picture",
            Self::Tiff => "a TIFF picture",
            Self::Heic => "an HEIC picture",
            Self::Avif => "an AVIF picture",
            Self::Jxl => "a JPEG XL picture",
            Self::Mp4 => "an MP4 video",
            Self::QuickTime => "a QuickTime video",
            Self::ThreeGp => "a 3GP video",
            Self::Matroska => "a Matroska video",
            Self::WebM => "a WebM video",
            Self::Avi => "an AVI video",
            Self::MpegTs => "an MPEG video",
            Self::M4a => "an MPEG-4 sound",
            Self::OggOpus => "an Opus sound",
            Self::OggVorbis => "a Vorbis sound",
            Self::Ogg => "an Ogg sound or video",
            Self::Wav => "a WAV sound",
            Self::Flac => "a FLAC sound",
            Self::Mp3 => "an MP3 sound",
            Self::Aac => "an AAC sound",
            Self::Amr | Self::AmrWb => "an AMR sound",
            Self::Caf => "a CAF sound",
        }
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

fn heif_format(brand: &[u8]) -> Option<Format> {
    match brand {
        b"avif" | b"avis" => Some(Format::Avif),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => Some(Format::Heic),
        _ => None,
    }
}

/// What is surely nothing for us, for the sentence that says so.
fn other_content(bytes: &[u8]) -> Option<&'static str> {
    const SIGNATURES: [(&[u8], &str); 26] = [
        (b"%PDF-", "a PDF document"),
        (b"PK\x03\x04", "a ZIP archive or an office document"),
        (b"PK\x05\x06", "an empty ZIP archive"),
        (b"\x1f\x8b", "a gzip archive"),
        (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
        (b"Rar!\x1a\x07", "a RAR archive"),
        (b"\xfd7zXZ\0", "an xz archive"),
        (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office document"),
        (b"FLV\x01", "a Flash video"),
        (b"\0\0\x01\xba", "an MPEG video"),
        (b"\0\0\x01\xb3", "an MPEG video"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media file"),
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
    signed.map(|&(_, what)| what).or_else(|| boxed(bytes)).or_else(|| text(bytes))
}

fn boxed(bytes: &[u8]) -> Option<&'static str> {
    let major = brands(bytes).next()?;
    Some(match major {
        b"crx " => "a raw camera picture",
        b"msf1" | b"miaf" => "an HEIF picture of a rare kind",
        b"jp2 " | b"jpx " | b"jpm " => "a JPEG 2000 picture",
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
            Err(MediaError::Unsupported { looks_like, .. }) => looks_like,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_format_has_a_name_and_a_place_of_its_own() {
        let mut names: Vec<_> = Format::ALL.iter().map(|format| format.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Format::ALL.len());
        let last = Format::ALL[Format::ALL.len() - 1];
        assert_eq!(last as usize + 1, Format::ALL.len());
    }

    #[test]
    fn other_content_is_named() {
        assert_eq!(Format::of(b""), Err(MediaError::Empty));
        assert_eq!(looks_like(b"%PDF-1.7 ..."), Some("a PDF document"));
        assert_eq!(
            looks_like(b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom"),
            Some("a raw camera picture")
        );
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
        assert_eq!(Format::of(b"\0\0\0\x10ftypisom\0\0\0\0heic"), Ok(Format::Mp4));
    }
}
