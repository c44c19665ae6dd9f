//! The bytes of a segment: in memory, or mapped from a file. The only place of this crate that
//! holds unsafe code.
//!
//! Looking up a segment is hundreds of reads at unrelated places, and each page of 4 KiB costs a
//! walk through the page table. Larger images in memory ask for huge pages, which halves the
//! time of a question; a mapped file has the pages that its file system gives it.

#![expect(unsafe_code, reason = "maps files")]

use memmap2::{Mmap, MmapMut};
use std::fs::File;
use std::io;
use std::sync::Arc;

/// From so many bytes on, memory is mapped instead of allocated.
const MAPPED_BYTES: usize = 1 << 20;

/// The bytes of one segment file, at an address that is a multiple of 8. They never change; a
/// clone is a pointer.
#[derive(Clone)]
pub(crate) struct Image(Arc<Bytes>);

enum Bytes {
    Allocated(Vec<u64>, usize),
    Mapped(Mmap, usize),
}

impl Image {
    /// A copy of `bytes`.
    pub(crate) fn from_bytes(bytes: &[u8]) -> io::Result<Self> {
        let mut image = ImageMut::zeroed(bytes.len())?;
        image.bytes_mut()[..bytes.len()].copy_from_slice(bytes);
        image.freeze(bytes.len())
    }

    /// The bytes of a file, which nothing may change from now on: segment files are written once
    /// and then only removed, which leaves a mapping whole.
    pub(crate) fn map(file: &File) -> io::Result<Self> {
        // SAFETY: a segment file is never written to after it was given its name, neither by
        // this program nor, by the terms of the store, by another one.
        let map = unsafe { Mmap::map(file)? };
        let len = map.len();
        Ok(Self(Arc::new(Bytes::Mapped(map, len))))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        match &*self.0 {
            Bytes::Allocated(words, len) => &bytemuck::cast_slice(words)[..*len],
            Bytes::Mapped(map, len) => &map[..*len],
        }
    }
}

/// An image that is being written.
pub(crate) enum ImageMut {
    Allocated(Vec<u64>),
    Mapped(MmapMut),
}

impl ImageMut {
    /// At least `len` bytes of zero. Those that are never written cost no memory.
    pub(crate) fn zeroed(len: usize) -> io::Result<Self> {
        if len < MAPPED_BYTES {
            return Ok(Self::Allocated(vec![0; len.div_ceil(size_of::<u64>())]));
        }
        let map = MmapMut::map_anon(len)?;
        // Refused where there are none: then the pages stay small.
        #[cfg(target_os = "linux")]
        let _ = map.advise(memmap2::Advice::HugePage);
        Ok(Self::Mapped(map))
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Allocated(words) => bytemuck::cast_slice_mut(words),
            Self::Mapped(map) => map,
        }
    }

    /// The first `len` bytes, as they stay.
    pub(crate) fn freeze(self, len: usize) -> io::Result<Image> {
        Ok(Image(Arc::new(match self {
            Self::Allocated(words) => Bytes::Allocated(words, len),
            Self::Mapped(map) => Bytes::Mapped(map.make_read_only()?, len),
        })))
    }
}
