//! A delta of another unit: whose it is, and whether it is the next.
//!
//! Its signature is checked before anything is written. Which of a sender's changes were taken is
//! looked up in the very change that takes the next ones, so two imports at once cannot both be next.

use super::import::ImportOptions;
use crate::{EngineError, PublicKey, intake};
use athar_exchange::Format;
use athar_exchange::delta::{self, Order, Verified};
use athar_ledger::{Ledger, ListId};
use std::fs::File;
use std::io::{Read, Seek};

/// Bytes by which a delta is told.
const HEAD_BYTES: usize = 8;

/// A delta whose signature holds.
pub(super) type Delta = Verified<File>;

/// The delta that is to be brought in; `None` where the files are of other formats.
pub(super) fn find(
    options: &ImportOptions,
    format: Option<Format>,
) -> Result<Option<Delta>, EngineError> {
    for number in 0..options.files.len() {
        let Some(file) = opened(options, number, format)? else { continue };
        if options.files.len() > 1 {
            return Err(EngineError::DeltaAmongOthers);
        }
        if options.keys.is_empty() {
            return Err(EngineError::NoSenderKey);
        }
        let keys: Vec<_> = options.keys.iter().map(PublicKey::verifying).copied().collect();
        return delta::verify(file, &keys).map(Some).map_err(EngineError::Delta);
    }
    Ok(None)
}

/// The file, if it is to be read as a delta.
fn opened(
    options: &ImportOptions,
    number: usize,
    format: Option<Format>,
) -> Result<Option<File>, EngineError> {
    if format.is_some_and(|format| format != Format::Delta) {
        return Ok(None);
    }
    let unreadable = |error| EngineError::ListFile { file: number, error };
    let mut file = intake::open(&options.files[number]).map_err(unreadable)?.file;
    if format.is_some() {
        return Ok(Some(file));
    }
    let mut head = Vec::new();
    let read = (&mut file).take(HEAD_BYTES as u64).read_to_end(&mut head);
    read.and_then(|_| file.rewind())
        .map_err(|error| unreadable(crate::InputError::from_io(&error)))?;
    Ok((Format::detect(&head) == Some(Format::Delta)).then_some(file))
}

/// Refuses what was taken before, and what has a gap before it.
pub(super) fn check_order(ledger: &Ledger, list: ListId, delta: &Delta) -> Result<(), EngineError> {
    let taken = ledger.list_sequence(list, &delta.sender().0)?;
    let sequence = delta.header().sequence;
    match sequence.after(taken) {
        Order::Next | Order::Overlaps => Ok(()),
        Order::Replayed => Err(EngineError::DeltaReplayed { taken, last: sequence.last() }),
        Order::Gap { first, last } => Err(EngineError::DeltaGap { first, last }),
    }
}
