//! A delta of another unit: whose it is, and whether it is the next.
//!
//! Its signature is checked before anything is written. Which of a sender's changes were taken is
//! looked up in the very change that takes the next ones, so two imports at once cannot both be next.

use super::import::ImportOptions;
use crate::{EngineError, InputError, PublicKey, intake};
use athar_exchange::Format;
use athar_exchange::delta::{self, Order, Verified};
use athar_ledger::{Ledger, ListId};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Seek};

/// Bytes of a file by which its format is told.
const HEAD_BYTES: usize = 4096;

/// A delta whose signature holds.
pub(super) type Delta = Verified<File>;

/// What the files are, as far as their beginnings say.
pub(super) struct Looked {
    /// The delta that is to be brought in; `None` where the files are of other formats.
    pub delta: Option<Delta>,
    /// The name of their format; `several` where they are of more than one.
    pub format: &'static str,
}

/// Looks at every file before anything is done.
pub(super) fn look(options: &ImportOptions, format: Option<Format>) -> Result<Looked, EngineError> {
    let mut formats = BTreeSet::new();
    for number in 0..options.files.len() {
        let (file, found) = opened(options, number, format)?;
        if found == Some(Format::Delta) {
            return Ok(Looked { delta: Some(verified(options, file)?), format: "delta" });
        }
        formats.insert(found.map_or("unknown", Format::name));
    }
    let format = if formats.len() > 1 { None } else { formats.first().copied() };
    Ok(Looked { delta: None, format: format.unwrap_or("several") })
}

fn opened(
    options: &ImportOptions,
    number: usize,
    format: Option<Format>,
) -> Result<(File, Option<Format>), EngineError> {
    let unreadable = |error| EngineError::ListFile { file: number, error };
    let mut file = intake::open(&options.files[number]).map_err(unreadable)?.file;
    let mut head = Vec::new();
    let read = (&mut file).take(HEAD_BYTES as u64).read_to_end(&mut head);
    let rewound = read.and_then(|_| file.rewind());
    rewound.map_err(|error| unreadable(InputError::from_io(&error)))?;
    Ok((file, format.or_else(|| Format::detect(&head))))
}

fn verified(options: &ImportOptions, file: File) -> Result<Delta, EngineError> {
    if options.files.len() > 1 {
        return Err(EngineError::DeltaAmongOthers);
    }
    if options.keys.is_empty() {
        return Err(EngineError::NoSenderKey);
    }
    let keys: Vec<_> = options.keys.iter().map(PublicKey::verifying).copied().collect();
    delta::verify(file, &keys).map_err(EngineError::Delta)
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
