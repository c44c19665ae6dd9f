//! Planes and samples in, fingerprints out.
//!
//! A picture becomes one PDQ code for each of its eight orientations, of which the upright one is
//! stored and all are asked with; a quality; and the second opinion, an independent hash of the
//! same picture. The frame that is left without bars and captions gives a second PDQ code. The
//! digests of a file's bytes are made here too, in one pass with reading. A recording of speech
//! becomes voice codes, one for every eighth of a second.
//!
//! Nothing here does I/O, reads a clock or holds unsafe code: the numbers' fast paths are
//! `athar-kernel`'s.

#![forbid(unsafe_code)]

mod content;
mod digest;
mod fingerprint;
pub mod landmark;
pub mod pdq;
mod second;
pub mod voice;

pub use content::{Area, content_frame};
pub use digest::{Digests, FileDigest};
pub use fingerprint::{PictureFingerprint, Space, fingerprint_picture};
pub use landmark::{
    Landmark, Place, SCHEME as LANDMARK_SCHEME, Setting, VERSION as LANDMARK_VERSION, landmarks,
};
pub use pdq::{SCHEME as PDQ_SCHEME, VERSION as PDQ_VERSION, orientations_of_code};
pub use second::{Second, SecondDistance};
pub use voice::{
    Pace, SCHEME as VOICE_SCHEME, VERSION as VOICE_VERSION, VoiceCode, VoiceListener, voice_codes,
};
