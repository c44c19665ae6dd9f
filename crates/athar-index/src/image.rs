//! The bytes of a segment: in memory, or mapped from a file. The only place of this crate that
//! holds unsafe code.
//!
//! Looking up a segment is hundreds of reads at unrelated places, and each page of 4 KiB costs a
//! walk through the page table. So larger images ask for huge pages, in memory and where they are
//! mapped from a file: on Linux, ext4 (since 6.16) and other file systems then read the file in
//! pieces of two megabytes, and what was written at once may lie in such pieces already. Of a
//! segment of 28 million codes a question took 0.77 of the time so, and touching all of a new
//! mapping 5 ms of the processor where it took 80 to 140.

#![expect(unsafe_code, reason = "maps files")]

use memmap2::{Mmap, MmapMut};
use std::fs::File;
use std::io;
use std::sync::Arc;

/// From so many bytes on, memory is mapped instead of allocated, and pages may be huge.
const MAPPED_BYTES: usize = 1 << 20;

/// The bytes of one segment file, at an address that is a multiple of 8. They never change; a
/// clone is a pointer.
#[derive(Clone)]
pub(crate) struct Image(Arc<Bytes>);

enum Bytes {
    Written(ImageMut, usize),
    Mapped(Mmap),
}

impl Image {
    /// A copy of `bytes`.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        let mut image = ImageMut::zeroed(bytes.len());
        image.bytes_mut()[..bytes.len()].copy_from_slice(bytes);
        image.freeze(bytes.len())
    }

    /// The bytes of a file, which nothing may change from now on: segment files are written once
    /// and then only removed, which leaves a mapping whole.
    pub(crate) fn map(file: &File) -> io::Result<Self> {
        // SAFETY: a segment file is never written to after it was given its name, neither by
        // this program nor, by the terms of the store, by another one.
        let map = unsafe { Mmap::map(file)? };
        // Refused where there are none: then the pages stay small.
        #[cfg(target_os = "linux")]
        if map.len() >= MAPPED_BYTES {
            let _ = map.advise(memmap2::Advice::HugePage);
        }
        Ok(Self(Arc::new(Bytes::Mapped(map))))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        match &*self.0 {
            Bytes::Written(image, len) => &image.bytes()[..*len],
            Bytes::Mapped(map) => map,
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
    pub(crate) fn zeroed(len: usize) -> Self {
        let large = (len >= MAPPED_BYTES && !cfg!(miri)).then(|| MmapMut::map_anon(len));
        let Some(Ok(map)) = large else {
            return Self::Allocated(vec![0; len.div_ceil(size_of::<u64>())]);
        };
        // Refused where there are none: then the pages stay small.
        #[cfg(target_os = "linux")]
        let _ = map.advise(memmap2::Advice::HugePage);
        Self::Mapped(map)
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        match self {
            Self::Allocated(words) => bytemuck::cast_slice_mut(words),
            Self::Mapped(map) => map,
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Allocated(words) => bytemuck::cast_slice(words),
            Self::Mapped(map) => map,
        }
    }

    /// The first `len` bytes, as they stay.
    pub(crate) fn freeze(self, len: usize) -> Image {
        Image(Arc::new(Bytes::Written(self, len)))
    }
}
