//! How FFmpeg reads a file: by asking us, and only for the bytes of that file.

use super::av;
use super::prepare;
use ffmpeg_next::ffi;
use std::ffi::{c_int, c_void};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;

/// Where the bytes of a clip come from.
pub(crate) trait Source: Read + Seek + Send {}

impl<T: Read + Seek + Send> Source for T {}

/// Says whether to stop. It is asked at every piece of the file that is read.
pub(crate) type Stop<'a> = Box<dyn FnMut() -> bool + Send + 'a>;

/// Bytes that FFmpeg asks for at a time.
const PIECE_BYTES: usize = 64 << 10;

/// Why reading ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Unreadable,
    Stopped,
}

/// A file that FFmpeg reads.
pub(crate) struct Channel<'a> {
    /// Null once and only if it could not be had.
    context: *mut ffi::AVIOContext,
    /// From `Box::into_raw`. While FFmpeg is called it is touched by the callbacks alone, one at
    /// a time.
    state: *mut State<'a>,
}

struct State<'a> {
    source: Box<dyn Source + 'a>,
    stop: Stop<'a>,
    bytes: u64,
    fault: Option<Fault>,
    /// What was read last.
    piece: Vec<u8>,
}

impl<'a> Channel<'a> {
    /// A file of so many bytes, from its beginning; `None` where FFmpeg is not installed.
    pub fn new(source: Box<dyn Source + 'a>, stop: Stop<'a>, bytes: u64) -> Option<Self> {
        if !prepare() {
            return None;
        }
        let piece = vec![0; PIECE_BYTES];
        let state = Box::new(State { source, stop, bytes, fault: None, piece });
        Some(Self { context: null_mut(), state: Box::into_raw(state) })
    }

    /// Begins anew at the first byte, with nothing of FFmpeg's memory left.
    pub fn rewind(&mut self) -> bool {
        self.free_context();
        // SAFETY: no call of FFmpeg is under way, so nothing else touches the state.
        let state = unsafe { &mut *self.state };
        if state.source.seek(SeekFrom::Start(0)).is_err() {
            state.fault = Some(Fault::Unreadable);
            return false;
        }
        // SAFETY: the buffer is FFmpeg's own and becomes the context's. The state outlives the
        // context, as drop frees it last, and the callbacks take it for what it is.
        self.context = unsafe {
            let buffer = av!(av_malloc(PIECE_BYTES)).cast::<u8>();
            let context = match buffer.is_null() {
                true => null_mut(),
                false => av!(avio_alloc_context(
                    buffer,
                    PIECE_BYTES as c_int,
                    0,
                    self.state.cast(),
                    Some(read),
                    None,
                    Some(seek),
                )),
            };
            if context.is_null() {
                av!(av_free(buffer.cast()));
            }
            context
        };
        !self.context.is_null()
    }

    /// What went wrong with the file itself, if anything did.
    pub fn fault(&self) -> Option<Fault> {
        // SAFETY: no call of FFmpeg is under way, so nothing else touches the state.
        unsafe { (*self.state).fault }
    }

    /// Whether reading is to stop.
    pub fn is_stopped(&mut self) -> bool {
        // SAFETY: no call of FFmpeg is under way, so nothing else touches the state.
        unsafe { (*self.state).is_stopped() }
    }

    pub(super) fn context(&self) -> *mut ffi::AVIOContext {
        self.context
    }

    /// Lets FFmpeg ask whether to go on, for as long as the channel lives.
    pub(super) fn interrupt(&self) -> ffi::AVIOInterruptCB {
        ffi::AVIOInterruptCB { callback: Some(is_interrupted), opaque: self.state.cast() }
    }

    fn free_context(&mut self) {
        if self.context.is_null() {
            return;
        }
        // SAFETY: the context is ours and no format uses it any more. Its buffer may be another
        // than it began with, and is freed apart.
        unsafe {
            av!(av_freep((&raw mut (*self.context).buffer).cast()));
            av!(avio_context_free(&raw mut self.context));
        }
        self.context = null_mut();
    }
}

impl Drop for Channel<'_> {
    fn drop(&mut self) {
        self.free_context();
        // SAFETY: the state came from `Box::into_raw`, and this is the only place that takes it
        // back; the context that pointed to it is gone.
        drop(unsafe { Box::from_raw(self.state) });
    }
}

impl State<'_> {
    fn is_stopped(&mut self) -> bool {
        if self.fault.is_none() && (self.stop)() {
            self.fault = Some(Fault::Stopped);
        }
        self.fault.is_some()
    }

    /// At most so many bytes, or FFmpeg's error, as at the end.
    fn read(&mut self, size: usize) -> Result<&[u8], c_int> {
        if self.is_stopped() {
            return Err(ffi::AVERROR_EXIT);
        }
        let room = size.min(self.piece.len());
        loop {
            match self.source.read(&mut self.piece[..room]) {
                Ok(0) => return Err(ffi::AVERROR_EOF),
                Ok(count) => return Ok(&self.piece[..count.min(room)]),
                Err(error) if error.kind() == ErrorKind::Interrupted => (),
                Err(_) => {
                    self.fault = Some(Fault::Unreadable);
                    return Err(ffi::AVERROR(ffi::EIO));
                }
            }
        }
    }

    fn seek(&mut self, offset: i64, whence: c_int) -> i64 {
        // The numbers of C's `fseek`, and two of FFmpeg's own.
        let to = match whence & !ffi::AVSEEK_FORCE {
            ffi::AVSEEK_SIZE => return i64::try_from(self.bytes).unwrap_or(i64::MAX),
            0 => u64::try_from(offset).ok().map(SeekFrom::Start),
            1 => Some(SeekFrom::Current(offset)),
            2 => Some(SeekFrom::End(offset)),
            _ => None,
        };
        let at = to.and_then(|to| self.source.seek(to).ok());
        at.and_then(|at| i64::try_from(at).ok()).unwrap_or(i64::from(ffi::AVERROR(ffi::EINVAL)))
    }
}

/// No panic may cross C: what a source throws is an unreadable file.
fn caught<'a, T>(state: &mut State<'a>, otherwise: T, run: impl FnOnce(&mut State<'a>) -> T) -> T {
    let outcome = catch_unwind(AssertUnwindSafe(|| run(state)));
    outcome.unwrap_or_else(|_| {
        state.fault = Some(Fault::Unreadable);
        otherwise
    })
}

/// FFmpeg keeps what is in its buffer where nothing more comes, so it is written to only then.
unsafe extern "C" fn read(opaque: *mut c_void, buffer: *mut u8, size: c_int) -> c_int {
    let size = usize::try_from(size).unwrap_or(0);
    // SAFETY: `opaque` is the state that the context was made with, and nobody else touches it
    // during this call.
    let state = unsafe { &mut *opaque.cast::<State>() };
    caught(state, ffi::AVERROR(ffi::EIO), |state| match state.read(size) {
        Ok(bytes) => {
            // SAFETY: FFmpeg gives room for `size` bytes of its own memory, and these are no more.
            unsafe { buffer.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
            bytes.len() as c_int
        }
        Err(code) => code,
    })
}

unsafe extern "C" fn seek(opaque: *mut c_void, offset: i64, whence: c_int) -> i64 {
    // SAFETY: as in `read`.
    let state = unsafe { &mut *opaque.cast::<State>() };
    caught(state, i64::from(ffi::AVERROR(ffi::EIO)), |state| state.seek(offset, whence))
}

unsafe extern "C" fn is_interrupted(opaque: *mut c_void) -> c_int {
    // SAFETY: as in `read`.
    let state = unsafe { &mut *opaque.cast::<State>() };
    c_int::from(caught(state, true, State::is_stopped))
}
