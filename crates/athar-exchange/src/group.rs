//! Entries that came from one record go back into one.

use crate::entry::Entry;

/// Whether `entry` is of the same file as these, which stand together already: the same in
/// everything but the signal, with a name of its own, and of a type that is not among them.
pub(crate) fn joins(group: &[Entry], entry: &Entry) -> bool {
    let (Some(last), Some(signal)) = (group.last(), entry.signal()) else { return false };
    let signal_type = signal.signal_type();
    let other = |held: &Entry| held.signal().is_some_and(|held| held.signal_type() != signal_type);
    !entry.provenance.id.is_empty()
        && entry.provenance == last.provenance
        && (entry.state, entry.medium) == (last.state, last.medium)
        && group.iter().all(other)
}
