//! The one place where a panic inside of a decoder ends.

use crate::error::corrupt;
use crate::{Flaw, Format, MediaError};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static IS_DECODING: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is inside of [`crate::decode`] or [`crate::probe`], where panics are caught.
///
/// The panic hook runs before a panic is caught, and the standard one prints. A program that wants
/// one line a file and no more sets a hook that stays silent while this is true.
pub fn is_decoding() -> bool {
    IS_DECODING.get()
}

/// Runs a decoder. A panic becomes an error: the decoder's state is dropped with it.
pub(crate) fn guarded<T>(
    format: Format,
    run: impl FnOnce() -> Result<T, MediaError>,
) -> Result<T, MediaError> {
    let before = IS_DECODING.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(run));
    IS_DECODING.set(before);
    outcome.unwrap_or(Err(corrupt(format, Flaw::DecoderPanicked)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_and_can_be_silenced() {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !is_decoding() {
                hook(info);
            }
        }));
        let outcome: Result<(), _> = guarded(Format::Gif, || panic!("a bug in a decoder"));
        assert_eq!(outcome, Err(corrupt(Format::Gif, Flaw::DecoderPanicked)));
        assert!(!is_decoding());
    }
}
