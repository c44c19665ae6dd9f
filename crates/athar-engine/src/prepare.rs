//! From a file to its fingerprint, within the memory budget: the work of one thread.

use crate::budget::{Memory, Share};
use crate::pipeline::Interrupt;
use crate::policy::{HEAVY_BYTES, LIMITS, searchable};
use crate::walk::Found;
use crate::{InputError, InputErrorKind, Outcome, intake};
use athar_hash::{FileDigest, PictureFingerprint};
use athar_kernel::Level;
use athar_media::Want;

/// What a file turned out to be.
pub(crate) struct Prepared {
    pub outcome: Outcome,
    pub digest: Option<FileDigest>,
    pub body: Body,
}

/// What stands in the file.
pub(crate) enum Body {
    /// Not looked at: the caller knows an item of this SHA-256.
    Known,
    Picture(Box<PreparedPicture>),
    Failed,
}

/// A decoded and hashed picture.
pub(crate) struct PreparedPicture {
    pub format: &'static str,
    pub width: u32,
    pub height: u32,
    pub fingerprint: PictureFingerprint,
}

/// The means that all threads share.
pub(crate) struct Preparer<'a> {
    memory: Memory,
    level: Level,
    want: Want,
    stop: &'a Interrupt,
    /// Whether an item of this SHA-256 is known, so that decoding can be spared.
    known: &'a (dyn Fn(&[u8; 32]) -> bool + Sync),
}

impl<'a> Preparer<'a> {
    pub(crate) fn new(
        level: Level,
        want: Want,
        stop: &'a Interrupt,
        known: &'a (dyn Fn(&[u8; 32]) -> bool + Sync),
    ) -> Self {
        Self { memory: Memory::new(), level, want, stop, known }
    }

    /// `None` when an interrupt came before the file was read.
    pub(crate) fn prepare(&self, found: &Found) -> Option<Prepared> {
        let mut prepared =
            Prepared { outcome: Outcome::of_path(&found.path), digest: None, body: Body::Failed };
        let done = match &found.trouble {
            Some(trouble) => Err(trouble.clone()),
            None => self.read_and_hash(found, &mut prepared).map(|done| done.is_some()),
        };
        if let Ok(false) = done {
            return None;
        }
        prepared.outcome.error = done.err();
        Some(prepared)
    }

    fn read_and_hash(
        &self,
        found: &Found,
        prepared: &mut Prepared,
    ) -> Result<Option<()>, InputError> {
        let opened = intake::open(&found.path)?;
        let share = self.memory.for_file(opened.size.min(LIMITS.bytes));
        let Some(intake) = intake::read(opened, &|| self.stop.is_set())? else { return Ok(None) };
        prepared.outcome.bytes = intake.size;
        prepared.outcome.sha256 = intake.digest.as_ref().map(|digest| digest.sha256);
        prepared.digest = intake.digest;
        if prepared.outcome.sha256.is_some_and(|sha256| (self.known)(&sha256)) {
            prepared.body = Body::Known;
            return Ok(Some(()));
        }
        let picture = self.picture(&intake.content?, &share)?;
        let quality = picture.fingerprint.quality();
        prepared.outcome.kind = Some("image");
        prepared.outcome.quality = Some(quality);
        prepared.body = Body::Picture(Box::new(picture));
        if searchable(quality) { Ok(Some(())) } else { Err(too_flat(quality)) }
    }

    fn picture(&self, content: &[u8], share: &Share<'_>) -> Result<PreparedPicture, InputError> {
        let media = |error| InputError::from_media(&error);
        let probe = athar_media::probe(content, &LIMITS, self.want).map_err(media)?;
        let held = content.len() as u64 + probe.memory;
        if held > HEAVY_BYTES {
            return Err(too_heavy(held));
        }
        let _decoding = self.memory.for_decoding(share, probe.memory);
        let picture = athar_media::decode(content, &LIMITS, self.want).map_err(media)?;
        Ok(PreparedPicture {
            format: picture.format.name(),
            width: picture.width,
            height: picture.height,
            fingerprint: athar_hash::fingerprint_picture(&picture.plane, self.level),
        })
    }
}

fn too_heavy(bytes: u64) -> InputError {
    let (got, max) = (bytes >> 20, HEAVY_BYTES >> 20);
    let message = format!("decoding needs {got} MiB of memory, at most {max} MiB are given");
    InputError::new(InputErrorKind::Limit, message)
}

/// The error that goes with a picture which is kept and never matched.
pub(crate) fn too_flat(quality: u8) -> InputError {
    let message = format!(
        "too flat to be matched (quality {quality}, at least {} is needed)",
        crate::policy::MIN_QUALITY
    );
    InputError::new(InputErrorKind::LowQuality, message)
}
