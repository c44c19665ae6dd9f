//! JPEG by libjpeg-turbo: baseline, progressive and arithmetic; grey, YCbCr, RGB, CMYK and YCCK.
//!
//! Only brightness is decoded, and at the scale that the plan asks for: chroma is read past but
//! never transformed. `reader.c` beside this file makes libjpeg safe to call and decides which
//! warnings are damage.

#![expect(unsafe_code, reason = "libjpeg-turbo is C")]

// Brings libjpeg-turbo itself, which `reader.c` is linked against.
use turbojpeg_sys as _;

use crate::canvas::{Canvas, Layout, Run};
use crate::error::{corrupt, over_memory};
use crate::{Flaw, Format, Head, Limits, MediaError, Resource, exif};
use athar_kernel::Orientation;
use std::ffi::c_int;
use std::marker::PhantomData;

/// A picture in more scans than this is an attack on the processor: writers use some ten.
const MAX_SCANS: c_int = 100;

/// Rows that cross into Rust at a time.
const ROWS: usize = 16;

pub(crate) fn head(bytes: &[u8], limits: &Limits) -> Result<Head, MediaError> {
    let (_, head) = Reader::open(bytes, limits)?;
    Ok(Head {
        width: head.width,
        height: head.height,
        orientation: orientation(bytes),
        working: head.coefficient_bytes + u64::from(head.width) * 128,
    })
}

pub(crate) fn decode(bytes: &[u8], limits: &Limits, canvas: &mut Canvas) -> Result<(), MediaError> {
    let (mut reader, head) = Reader::open(bytes, limits)?;
    let (width, height) = reader.start(canvas.fit().denominator)?;
    // Photoshop writes inks inverted, and every viewer takes all of them so.
    let layout = if head.cmyk != 0 { Layout::CmykInverted } else { Layout::Grey };
    let stride = width * layout.samples();
    let mut samples = vec![0; stride * ROWS];
    for top in (0..height).step_by(ROWS) {
        let rows = ROWS.min(height - top);
        reader.read(&mut samples[..stride * rows], stride, rows)?;
        for (y, row) in samples.chunks_exact(stride).take(rows).enumerate() {
            canvas.put(Run::row(top + y), layout, row);
        }
    }
    reader.finish()
}

/// The size that the first frame header of a JPEG stream names, without decoding anything.
pub(crate) fn frame_size(bytes: &[u8]) -> Option<(u16, u16)> {
    let is_frame =
        |marker: u8| matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC);
    let (_, frame) = segments(bytes).find(|&(marker, _)| is_frame(marker))?;
    let side = |at: usize| frame.get(at..at + 2).map(|side| u16::from_be_bytes([side[0], side[1]]));
    Some((side(3)?, side(1)?))
}

fn orientation(bytes: &[u8]) -> Orientation {
    const APP1: u8 = 0xE1;
    segments(bytes)
        .find(|&(marker, data)| marker == APP1 && data.starts_with(b"Exif\0\0"))
        .map_or(Orientation::Rot0, |(_, data)| exif::orientation(data))
}

/// The marker segments before the first scan: (marker, data without its length).
fn segments(bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    const START_OF_SCAN: u8 = 0xDA;
    let mut rest = bytes.get(2..).unwrap_or(&[]);
    std::iter::from_fn(move || {
        // Anything between segments is skipped, as libjpeg does.
        let marker_at =
            rest.windows(2).position(|pair| pair[0] == 0xFF && !matches!(pair[1], 0 | 0xFF))?;
        let marker = rest[marker_at + 1];
        let body = &rest[marker_at + 2..];
        if marker == START_OF_SCAN {
            return None;
        }
        let length = usize::from(u16::from_be_bytes(*body.first_chunk()?));
        let data = body.get(2..length)?;
        rest = &body[length..];
        Some((marker, data))
    })
}

/// What `reader.c` tells of a header; the fields stand as they do there.
#[repr(C)]
#[derive(Default)]
struct JpegHead {
    width: u32,
    height: u32,
    cmyk: u32,
    coefficient_bytes: u64,
}

#[repr(C)]
struct RawReader {
    _private: [u8; 0],
}

unsafe extern "C" {
    fn athar_jpeg_open(
        bytes: *const u8,
        length: usize,
        max_memory: u64,
        max_scans: c_int,
        head: *mut JpegHead,
        opened: *mut *mut RawReader,
    ) -> c_int;
    fn athar_jpeg_start(
        reader: *mut RawReader,
        denominator: u32,
        width: *mut u32,
        height: *mut u32,
    ) -> c_int;
    fn athar_jpeg_rows(reader: *mut RawReader, samples: *mut u8, stride: usize, rows: u32)
    -> c_int;
    fn athar_jpeg_finish(reader: *mut RawReader) -> c_int;
    fn athar_jpeg_close(reader: *mut RawReader);
}

/// One decompression, over bytes that outlive it.
struct Reader<'a> {
    raw: *mut RawReader,
    limits: Limits,
    rows_left: usize,
    row_bytes: usize,
    samples: usize,
    _bytes: PhantomData<&'a [u8]>,
}

impl<'a> Reader<'a> {
    fn open(bytes: &'a [u8], limits: &Limits) -> Result<(Self, JpegHead), MediaError> {
        let mut head = JpegHead::default();
        let mut raw = std::ptr::null_mut();
        // SAFETY: the pointer and length are those of a slice that lives as long as the reader;
        // `head` and `raw` are written before this returns and not kept.
        let outcome = unsafe {
            athar_jpeg_open(
                bytes.as_ptr(),
                bytes.len(),
                limits.memory,
                MAX_SCANS,
                &raw mut head,
                &raw mut raw,
            )
        };
        check(outcome, limits)?;
        let samples = if head.cmyk != 0 { 4 } else { 1 };
        let reader =
            Self { raw, limits: *limits, rows_left: 0, row_bytes: 0, samples, _bytes: PhantomData };
        Ok((reader, head))
    }

    /// Begins to decode at one part in `denominator`; gives the columns and rows that come out.
    fn start(&mut self, denominator: u32) -> Result<(usize, usize), MediaError> {
        let (mut width, mut height) = (0, 0);
        // SAFETY: `raw` came from a successful open and is closed only by drop; the two numbers
        // are written before this returns and not kept.
        let outcome =
            unsafe { athar_jpeg_start(self.raw, denominator, &raw mut width, &raw mut height) };
        check(outcome, &self.limits)?;
        self.row_bytes = width as usize * self.samples;
        self.rows_left = height as usize;
        Ok((width as usize, height as usize))
    }

    /// Fills `rows` rows that begin `stride` bytes apart.
    fn read(&mut self, samples: &mut [u8], stride: usize, rows: usize) -> Result<(), MediaError> {
        assert!(rows <= self.rows_left && self.row_bytes <= stride);
        assert!(stride.checked_mul(rows).is_some_and(|bytes| bytes <= samples.len()));
        // SAFETY: as in `start`; libjpeg writes `row_bytes` bytes at each of `rows` multiples of
        // `stride`, and row_bytes <= stride and rows * stride <= samples.len() were just checked,
        // as was that so many rows are left.
        let outcome =
            unsafe { athar_jpeg_rows(self.raw, samples.as_mut_ptr(), stride, rows as u32) };
        check(outcome, &self.limits)?;
        self.rows_left -= rows;
        Ok(())
    }

    /// Notices data that is missing behind the last row.
    fn finish(self) -> Result<(), MediaError> {
        // SAFETY: as in `start`. The reader is dropped after this call and not used again.
        check(unsafe { athar_jpeg_finish(self.raw) }, &self.limits)
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        // SAFETY: `raw` came from a successful open, and this is the only place that closes it.
        unsafe { athar_jpeg_close(self.raw) }
    }
}

/// The outcomes of `reader.c`, by number.
fn check(outcome: c_int, limits: &Limits) -> Result<(), MediaError> {
    let corrupt = |flaw| Err(corrupt(Format::Jpeg, flaw));
    match outcome {
        0 => Ok(()),
        1 => corrupt(Flaw::EndsEarly),
        2 => corrupt(Flaw::BadHeader),
        4 => Err(MediaError::UnsupportedKind { format: Format::Jpeg }),
        5 => Err(MediaError::NoPixels { format: Format::Jpeg }),
        6 => Err(over_memory(limits)),
        7 => Err(MediaError::Limit {
            what: Resource::Scans,
            got: MAX_SCANS as u64 + 1,
            max: MAX_SCANS as u64,
        }),
        _ => corrupt(Flaw::BadData),
    }
}
