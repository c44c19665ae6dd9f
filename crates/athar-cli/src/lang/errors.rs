//! Errors, in the language.
//!
//! The crates below say in English what is wrong, and programs get it so. People get it in their own
//! language by the kind of the error, with its figures. What exists in English alone, such as what
//! a decoder, SQLite or the system says, stands behind it.

use super::{error_message, joined, language, name, say};
use athar_engine::handles::HandleError;
use athar_engine::worker::{Gap, WorkerError};
use athar_engine::{
    CheckpointFault, CodeParseError, DeltaError, EngineError, Field, IndexNote, InputError,
    LedgerError, LedgerFault, Left, PacketError, PacketFault, Place, ReadError, RecordReason,
    StorageError, StoreFault, TimeStampFault, VpdqError, WriteError,
};
use athar_words::{Argument, Language, figure, key, text};
use std::error::Error;
use std::io;

/// As `say!`, of `errors.ftl`.
macro_rules! error {
    ($id:literal $(, $name:ident = $value:expr)* $(,)?) => {
        error_message($id, &[$((stringify!($name), Argument::from($value))),*])
    };
}

/// An error and what lies below it, in a line.
pub(crate) fn told(error: &anyhow::Error) -> String {
    if language() == Language::English {
        return format!("{error:#}");
    }
    let mut parts = Vec::new();
    for cause in error.chain() {
        if let Some(known) = of(cause) {
            // It tells what lies below it as well.
            parts.push(known);
            break;
        }
        parts.push(foreign(&cause.to_string()));
    }
    parts.join(": ")
}

/// What is wrong with an input.
pub(crate) fn of_input(error: &InputError) -> String {
    match language() {
        Language::English => error.message.clone(),
        Language::Arabic => {
            say!("input-error", kind = key(error.kind.name()), detail = error.message.as_str())
        }
    }
}

/// What is wrong with a packet.
pub(crate) fn of_packet(fault: &PacketFault) -> String {
    match language() {
        Language::English => fault.to_string(),
        Language::Arabic => packet(fault),
    }
}

/// What is to be said of the index.
pub(crate) fn of_index(note: &IndexNote) -> String {
    if language() == Language::English {
        return note.to_string();
    }
    match note {
        IndexNote::Missing => error!("index-missing"),
        IndexNote::Damaged(reason) => error!("index-damaged", reason = reason.to_string()),
        IndexNote::Foreign => error!("index-foreign"),
        IndexNote::Unreadable(error) => error!("index-unreadable", reason = text(storage(error))),
        IndexNote::Unwritten(error) => error!("index-unwritten", reason = text(storage(error))),
    }
}

/// What does not fit in a store.
pub(crate) fn of_store(fault: &StoreFault) -> String {
    if language() == Language::English {
        return name(&fault.to_string());
    }
    use StoreFault as F;
    match fault {
        F::Ledger(fault) => ledger_fault(fault),
        F::Checkpoint { event, why } => checkpoint(*event, *why),
        F::TimeStamp { event, why: None } => error!("fault-stamp-chain", event = figure(event)),
        F::TimeStamp { event, why: Some(why) } => {
            error!("fault-stamp", event = figure(event), reason = text(time_stamp(why)))
        }
        F::NoEvents => error!("fault-no-events"),
        F::KeptOfAnother => error!("fault-kept-other"),
        F::KeptChanged { event } => error!("fault-kept-changed", event = figure(event)),
        F::KeptCutOff { event } => error!("fault-kept-cut", event = figure(event)),
        F::Index { index, what } => error!("fault-index", index = *index, reason = what.as_str()),
        F::CodeNotFound { index, code } => {
            error!("fault-code-not-found", index = *index, code = figure(code))
        }
        F::CodesDiffer { index, indexed, stored } => {
            let (indexed, stored) = (figure(indexed), figure(stored));
            error!("fault-codes-differ", index = *index, indexed = indexed, stored = stored)
        }
    }
}

fn ledger_fault(fault: &LedgerFault) -> String {
    use LedgerFault as F;
    match fault {
        F::Structure => error!("fault-structure"),
        F::Reference { table, row } => {
            error!("fault-reference", table = *table, row = figure(row))
        }
        F::EventMissing { seq } => error!("fault-event-missing", event = figure(seq)),
        F::EventChanged { seq } => error!("fault-event-changed", event = figure(seq)),
        F::EventUnlinked { seq } => error!("fault-event-unlinked", event = figure(seq)),
        F::EventUnknown { seq } => error!("fault-event-unknown", event = figure(seq)),
        F::TailMissing { last_seq, written } => {
            error!("fault-tail-missing", last = figure(last_seq), written = figure(written))
        }
        F::RecordMissing { table, id } => {
            error!("fault-record-missing", table = *table, row = figure(id))
        }
        F::RecordChanged { table, id } => {
            error!("fault-record-changed", table = *table, row = figure(id))
        }
        F::RecordUnrecorded { table, id } => {
            error!("fault-record-unrecorded", table = *table, row = figure(id))
        }
        F::CodesMalformed { row } => error!("fault-codes-malformed", row = figure(row)),
        F::ListRowMalformed { row } => error!("fault-list-row", row = figure(row)),
        F::ListKeysUnknown => error!("fault-list-keys"),
        F::Underived { table } => error!("fault-underived", table = *table),
        F::WithdrawalChanged { seq } => error!("fault-withdrawal", event = figure(seq)),
        other => error!("fault-other", reason = other.to_string()),
    }
}

fn checkpoint(event: u64, why: CheckpointFault) -> String {
    let event = figure(event);
    match why {
        CheckpointFault::NotOne => error!("fault-checkpoint-none", event = event),
        CheckpointFault::OtherChain => error!("fault-checkpoint-chain", event = event),
        CheckpointFault::UnknownKey => error!("fault-checkpoint-key", event = event),
        CheckpointFault::Signature => error!("fault-checkpoint-signature", event = event),
    }
}

/// What could not be erased.
pub(crate) fn of_left(left: &Left) -> String {
    if language() == Language::English {
        return name(&left.to_string());
    }
    match left {
        Left::LedgerLarge => error!("left-ledger-large"),
        Left::LedgerRead => error!("left-ledger-read"),
        Left::LedgerUnwritten { reason } => {
            error!("left-ledger-unwritten", reason = reason.as_str())
        }
        Left::IndexInUse { index } => error!("left-index-in-use", index = *index),
        Left::IndexUnwritten { index, reason } => {
            error!("left-index-unwritten", index = *index, reason = reason.as_str())
        }
        Left::ListsInUse => error!("left-lists-in-use"),
        Left::ListsUnwritten { reason } => error!("left-lists-unwritten", reason = reason.as_str()),
        Left::Unsigned { reason } => error!("left-unsigned", reason = reason.as_str()),
    }
}

/// Where in a list something is wrong.
pub(crate) fn of_place(there: &Place) -> String {
    match language() {
        Language::English => name(&there.to_string()),
        Language::Arabic => place(there),
    }
}

/// A part of a list's entries.
pub(crate) fn field_name(field: &str) -> String {
    say!("list-field", field = key(field.replace([' ', '\''], "-")))
}

/// Why a record of a list is no entry.
pub(crate) fn of_reason(reason: &RecordReason) -> String {
    if language() == Language::English {
        return name(&reason.to_string());
    }
    let field = |field: &Field| text(field_name(field.name()));
    match reason {
        RecordReason::Length { got, expected } => {
            error!("record-length", got = figure(got), expected = figure(expected))
        }
        RecordReason::NotHex { offset } => error!("record-not-hex", place = figure(offset + 1)),
        RecordReason::NotUtf8 => error!("record-not-utf8"),
        RecordReason::TooLong { limit_bytes } => error!("record-too-long", n = figure(limit_bytes)),
        RecordReason::QuoteNotClosed => error!("record-quote"),
        RecordReason::Columns { got, expected } => {
            error!("record-columns", got = figure(got), expected = figure(expected))
        }
        RecordReason::UnknownType => error!("record-type"),
        RecordReason::Unknown(which) => error!("record-unknown", field = field(which)),
        RecordReason::Missing(which) => error!("record-missing", field = field(which)),
        RecordReason::Invalid(which) => error!("record-invalid", field = field(which)),
        RecordReason::TooMany(which) => error!("record-too-many", field = field(which)),
    }
}

/// What a decoder that is not sealed wholly could do.
pub(crate) fn of_gap(gap: Gap) -> String {
    if language() == Language::English {
        return gap.to_string();
    }
    match gap {
        Gap::Files => error!("gap-files"),
        Gap::SystemCalls => error!("gap-system-calls"),
        Gap::Rights => error!("gap-rights"),
        Gap::Memory => error!("gap-memory"),
        Gap::Processor => error!("gap-processor"),
        Gap::Descriptors => error!("gap-descriptors"),
        Gap::Writing => error!("gap-writing"),
        Gap::Core => error!("gap-core"),
        Gap::Outliving => error!("gap-outliving"),
    }
}

/// English among words of another language; words of that language stay as they are.
fn foreign(words: &str) -> String {
    if words.is_ascii() { name(words) } else { words.to_owned() }
}

fn of(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(error) = error.downcast_ref::<EngineError>() {
        return Some(engine(error));
    }
    if let Some(error) = error.downcast_ref::<LedgerError>() {
        return Some(ledger(error));
    }
    if let Some(error) = error.downcast_ref::<HandleError>() {
        return Some(handle(error));
    }
    if let Some(error) = error.downcast_ref::<WorkerError>() {
        return Some(worker(error));
    }
    if let Some(error) = error.downcast_ref::<PacketFault>() {
        return Some(packet(error));
    }
    if let Some(fault) = error.downcast_ref::<TimeStampFault>() {
        return Some(time_stamp(fault));
    }
    if let Some(error) = error.downcast_ref::<CodeParseError>() {
        return Some(code(error));
    }
    if let Some(error) = error.downcast_ref::<VpdqError>() {
        return Some(vpdq(error));
    }
    error.downcast_ref::<io::Error>().map(system)
}

/// What stops a command.
fn engine(error: &EngineError) -> String {
    use EngineError as E;
    match error {
        E::NoStore => error!("no-store"),
        E::StoreExists => error!("store-exists"),
        E::MakeStore(error) => error!("make-store", reason = text(system(error))),
        E::ClockLeapt { days } => error!("clock-leapt", n = *days),
        E::NoSuchCase => error!("no-such-case"),
        E::NotAnItem => error!("not-an-item"),
        E::NoSuchItem => error!("no-such-item"),
        E::ManyItems => error!("many-items"),
        E::NotALink => error!("not-a-link"),
        E::NoLandmarks => error!("no-landmarks"),
        E::Input(error) => of_input(error),
        E::OtherScheme { space, found, ours } => {
            error!("other-scheme", space = *space, found = found, ours = ours)
        }
        E::Interrupted => error!("interrupted"),
        E::IndexInUse => error!("index-in-use"),
        E::Index(error) => error!("index-not-made", reason = text(storage(error))),
        E::KeyExists => error!("key-exists"),
        E::NoKey => error!("no-key"),
        E::NotAKey => error!("not-a-key"),
        E::NotAStatement => error!("not-a-statement"),
        E::TimeStamp(fault) => time_stamp(fault),
        E::KeyFile(error) => error!("key-file", reason = text(system(error))),
        E::Packet(error) => packet_not_made(error),
        E::PacketFault(fault) => packet(fault),
        E::Unsound(fault) => error!("unsound", fault = text(of_store(fault))),
        E::Entropy => error!("entropy"),
        E::Worker(error) => worker(error),
        E::Ledger(error) => ledger(error),
        other => of_store_key(other),
    }
}

/// What is wrong with the key of an encrypted store, or with changing it.
fn of_store_key(error: &EngineError) -> String {
    use EngineError as E;
    match error {
        E::StoreKeyMissing => error!("store-key-missing"),
        E::WrongStoreKey => error!("wrong-store-key"),
        E::StoreKeyNotNeeded => error!("store-key-not-needed"),
        E::KeyChanging => error!("key-changing"),
        E::StoreInUse => error!("store-in-use"),
        E::NoClaim => error!("no-claim"),
        E::StoreKeyFile(error) => error!("store-key-file", reason = text(system(error))),
        E::NotAStoreKey { bytes } => error!("not-a-store-key", n = *bytes),
        E::NoPassphrase => error!("no-passphrase"),
        E::PassphraseMemory => error!("passphrase-memory"),
        E::SameStoreKey => error!("same-store-key"),
        E::NotEncryptedYet => error!("not-encrypted-yet"),
        E::Rewrite(error) => error!("rewrite", reason = text(system(error))),
        list => of_list(list),
    }
}

/// What is wrong with a list that is brought in or passed on.
fn of_list(error: &EngineError) -> String {
    use EngineError as E;
    match error {
        E::NoSuchListFormat => error!("no-such-list-format"),
        E::NoSuchMarking => error!("no-such-marking"),
        E::ListFile { error, .. } => of_input(error),
        E::List { error, .. } => list(error),
        E::NoOwner => error!("no-owner"),
        E::NoPrivacyGroup => error!("no-privacy-group"),
        E::NoSenderKey => error!("no-sender-key"),
        E::DeltaAmongOthers => error!("delta-among-others"),
        E::Delta(error) => delta(error),
        E::DeltaReplayed { taken, last } => {
            error!("delta-replayed", taken = figure(taken), last = figure(last))
        }
        E::DeltaGap { first, last } => {
            error!("delta-gap", first = figure(first), last = figure(last))
        }
        E::ExportExists => error!("export-exists"),
        E::ExportDraft => error!("export-draft"),
        E::Export(error) => error!("export", reason = text(not_written(error))),
        // One that is newer than this list: better in English than not at all.
        other => foreign(&other.to_string()),
    }
}

/// What the ledger refuses.
fn ledger(error: &LedgerError) -> String {
    use LedgerError as E;
    match error {
        E::NotFound => error!("ledger-not-found"),
        E::AlreadyExists => error!("ledger-exists"),
        E::NotALedger => error!("not-a-ledger"),
        E::NewerVersion { found, supported } => {
            error!("ledger-newer", found = figure(found), supported = figure(supported))
        }
        E::Corrupt => error!("ledger-corrupt"),
        E::Locked => error!("ledger-locked"),
        E::ReadOnly => error!("ledger-read-only"),
        E::Denied => error!("ledger-denied"),
        E::Full => error!("ledger-full"),
        E::Io { kind } => error!("ledger-io", reason = kind.to_string()),
        E::Sqlite { code } => error!("ledger-sqlite", code = figure(code)),
        E::Entropy => error!("entropy"),
        E::CaseExists => error!("case-exists"),
        E::CaseNameLength { bytes } => error!("case-name-length", n = *bytes),
        E::CaseNameControl { offset } => error!("case-name-control", place = figure(offset + 1)),
        E::NoSuchCase => error!("no-such-case"),
        E::NoSuchReport => error!("no-such-report"),
        E::ReportClosed => error!("report-closed"),
        E::NoSuchItem => error!("no-such-item"),
        E::NoSuchLink => error!("no-such-link"),
        E::TextLength { bytes, most } => error!("text-length", n = *bytes, most = *most),
        E::TextControl { offset } => error!("text-control", place = figure(offset + 1)),
        E::TextEmpty => error!("text-empty"),
        E::NoSuchHandle => error!("no-such-handle"),
        E::NoSuchCheck => error!("no-such-check"),
        E::NoSuchAlert => error!("no-such-alert"),
        E::AlertStands => error!("alert-stands"),
        E::AlreadyBenign => error!("already-benign"),
        E::NotBenign => error!("not-benign"),
        E::NotHeld => error!("not-held"),
        E::NoSuchList => error!("no-such-list"),
        E::NothingStaged => error!("nothing-staged"),
        E::ListNeedsActor => error!("list-needs-actor"),
        E::ListNeedsSecondPerson => error!("list-needs-second-person"),
        E::Aborted => error!("aborted"),
        // What nobody can bring about by what is typed.
        defect => error!("ledger-defect", reason = defect.to_string()),
    }
}

/// Why a packet is not what its unit made.
fn packet(fault: &PacketFault) -> String {
    use PacketFault as F;
    match fault {
        F::NotAPacket => error!("not-a-packet"),
        F::Damaged { offset } => error!("packet-damaged", offset = figure(offset)),
        F::EntryTwice { number } => error!("packet-entry-twice", entry = figure(number)),
        F::TooManyEntries => error!("packet-too-many-entries"),
        F::TooLarge => error!("packet-too-large"),
        F::NoManifest => error!("packet-no-manifest"),
        F::ManifestMalformed => error!("packet-manifest-malformed"),
        F::NewerVersion { found, supported } => {
            error!("packet-newer", found = figure(found), supported = figure(supported))
        }
        F::UnknownVersion { found } => error!("packet-unknown-version", found = figure(found)),
        F::SignatureMalformed => error!("packet-signature-malformed"),
        F::OtherKey => error!("packet-other-key"),
        F::SignatureWrong => error!("packet-signature-wrong"),
        F::EntryMissing { name } => error!("packet-entry-missing", entry = name),
        F::EntryUnnamed { number } => error!("packet-entry-unnamed", entry = figure(number)),
        F::EntryMoved { name } => error!("packet-entry-moved", entry = name),
        F::EntryChanged { name } => error!("packet-entry-changed", entry = name),
        F::ArchiveChanged { offset } => error!("packet-archive-changed", offset = figure(offset)),
        F::EntryMalformed { name } => error!("packet-entry-malformed", entry = *name),
        F::EventsUnordered { seq } => error!("packet-events-unordered", event = figure(seq)),
        F::EventUnlinked { seq } => error!("packet-event-unlinked", event = figure(seq)),
        F::NotInChain => error!("packet-not-in-chain"),
        F::OtherHead => error!("packet-other-head"),
        F::CheckpointWrong => error!("packet-checkpoint-wrong"),
        F::RecordChanged { seq } => error!("packet-record-changed", event = figure(seq)),
        F::ToldOtherwise { seq } => error!("packet-told-otherwise", event = figure(seq)),
        newer => foreign(&newer.to_string()),
    }
}

fn packet_not_made(error: &PacketError) -> String {
    match error {
        PacketError::TooLarge => error!("packet-would-be-too-large"),
        PacketError::NoFont { script, packages } => {
            error!("no-font", script = key(*script), packages = *packages)
        }
        PacketError::Pdf => error!("no-pdf"),
    }
}

/// Why a list cannot be read, and where.
fn list(error: &ReadError) -> String {
    use ReadError as E;
    match error {
        E::Io(error) => error!("cannot-be-read", reason = text(system(error))),
        E::Encoding => error!("list-encoding"),
        E::NotUtf8 { place } => error!("list-not-utf8", place = text(self::place(place))),
        E::Compressed => error!("list-compressed"),
        E::NotThisFormat => error!("list-not-this-format"),
        E::UnknownVersion => error!("list-unknown-version"),
        E::Malformed { place } => error!("list-malformed", place = text(self::place(place))),
        E::TooLong { place, limit_bytes } => {
            error!("list-too-long", place = text(self::place(place)), n = *limit_bytes)
        }
        E::TooDeep { place } => error!("list-too-deep", place = text(self::place(place))),
        E::Entity { place } => error!("list-entity", place = text(self::place(place))),
        E::Changed => error!("list-changed"),
        E::Missing { field } => error!("list-missing", field = text(field_name(field.name()))),
    }
}

fn place(place: &Place) -> String {
    match place {
        Place::Line(line) => error!("place-line", line = figure(line)),
        Place::Byte(byte) => error!("place-byte", byte = figure(byte)),
    }
}

fn not_written(error: &WriteError) -> String {
    match error {
        WriteError::Io(error) => system(error),
        WriteError::CannotSay(field) => {
            error!("format-cannot-say", field = text(field_name(field.name())))
        }
    }
}

fn delta(error: &DeltaError) -> String {
    match error {
        DeltaError::Io(error) => error!("cannot-be-read", reason = text(system(error))),
        DeltaError::NotADelta => error!("not-a-delta"),
        DeltaError::UnknownVersion { found } => error!("delta-version", found = figure(found)),
        DeltaError::Cut => error!("delta-cut"),
        DeltaError::UnknownSender { .. } => error!("delta-unknown-sender"),
        DeltaError::Damaged { part } => error!("delta-damaged", part = part.to_string()),
    }
}

/// Why something is no time stamp, or none to rely on.
fn time_stamp(fault: &TimeStampFault) -> String {
    use TimeStampFault as F;
    match fault {
        F::NotAReply => error!("stamp-no-reply"),
        F::Refused(reason) => error!("stamp-refused", reason = *reason),
        F::OtherDigest => error!("stamp-other-digest"),
        F::NoSuchEvent => error!("stamp-no-such-event"),
        F::NotStamped => error!("stamp-not-stamped"),
        F::Known => error!("stamp-known"),
        F::Signers => error!("stamp-signers"),
        F::NoCertificate => error!("stamp-no-certificate"),
        F::Attributes => error!("stamp-attributes"),
        F::Algorithm => error!("stamp-algorithm"),
        F::Signature => error!("stamp-signature"),
        F::NotForTimeStamps => error!("stamp-not-for-time-stamps"),
        F::NotTrusted => error!("stamp-not-trusted"),
        F::NotACertificate => error!("stamp-not-a-certificate"),
    }
}

fn handle(error: &HandleError) -> String {
    match error {
        HandleError::UnknownKind => error!("handle-kind"),
        HandleError::Empty => error!("handle-empty"),
        HandleError::TooLong { bytes } => error!("handle-too-long", n = *bytes),
        HandleError::NotACountry => error!("handle-country"),
    }
}

fn worker(error: &WorkerError) -> String {
    match error {
        WorkerError::Start(error) => error!("worker-start", reason = text(system(error))),
        WorkerError::Ended { reason } => error!("worker-ended", reason = reason),
        WorkerError::Foreign => error!("worker-foreign"),
    }
}

fn code(error: &CodeParseError) -> String {
    match error {
        CodeParseError::Length { got } => error!("code-length", n = *got),
        CodeParseError::NotHex { offset } => error!("code-not-hex", place = figure(offset + 1)),
    }
}

fn vpdq(error: &VpdqError) -> String {
    match error {
        VpdqError::NoList => error!("vpdq-no-list"),
        VpdqError::Count(frames) => error!("vpdq-count", n = *frames),
        VpdqError::Entry(entry) => error!("vpdq-entry", entry = figure(entry)),
    }
}

/// What the index's files do not let be done.
fn storage(error: &StorageError) -> String {
    match error {
        StorageError::Io { file, source, .. } => joined(&[name(file), system(source)]),
        StorageError::ReadBack { .. } => foreign(&error.to_string()),
    }
}

/// What the system says. Of what people meet there is a sentence, the rest is the system's own.
fn system(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => error!("system-not-found"),
        io::ErrorKind::PermissionDenied => error!("system-denied"),
        io::ErrorKind::AlreadyExists => error!("system-exists"),
        io::ErrorKind::ReadOnlyFilesystem => error!("system-read-only"),
        io::ErrorKind::StorageFull => error!("system-full"),
        io::ErrorKind::IsADirectory => error!("system-directory"),
        io::ErrorKind::NotADirectory => error!("system-no-directory"),
        io::ErrorKind::InvalidData => error!("system-not-utf8"),
        _ => foreign(&error.to_string()),
    }
}
