//! Where files come from, for people.

use super::shown;
use super::text::time;
use crate::lang::{joined, say};
use athar_engine::{Provenance, ToldMoment, ToldTime, ToldZone};
use athar_words::text;
use std::path::Path;

/// Who sent a file and when, where anything tells.
pub(super) fn sent(told: &Provenance) -> Option<String> {
    let sender = told.sender.as_deref().map(|sender| say!("sent-by", sender = name(sender)));
    let parts: Vec<_> = sender.into_iter().chain(told.time.as_ref().map(moment)).collect();
    (!parts.is_empty()).then(|| joined(&parts))
}

/// The same behind the name of the file and that of the parcel that it came in.
pub(super) fn whole(told: &Provenance) -> String {
    let file = match told.name.as_deref() {
        Some(file) => crate::lang::name(&name(file)),
        None => say!("nameless-file"),
    };
    let file = match told.parcel.as_deref() {
        Some(parcel) => say!("file-in-parcel", file = text(file), parcel = name(parcel)),
        None => file,
    };
    let parts: Vec<_> = [file].into_iter().chain(sent(told)).collect();
    joined(&parts)
}

/// What others wrote, so that it cannot write on the terminal.
fn name(text: &str) -> String {
    shown(Path::new(text))
}

fn moment(told: &ToldTime) -> String {
    let time = text(time(told.at_ms));
    match (told.moment, told.zone) {
        (ToldMoment::Sent, ToldZone::Told) => say!("sent-at", time = time),
        (ToldMoment::Sent, ToldZone::Unknown) => say!("sent-at-unknown-zone", time = time),
        (ToldMoment::Changed, ToldZone::Told) => say!("changed-at", time = time),
        (ToldMoment::Changed, ToldZone::Unknown) => say!("changed-at-unknown-zone", time = time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_a_sentence_and_cannot_write_on_the_terminal() {
        let mut told = Provenance {
            sender: Some("Lina\u{202e} <l@example.org>".into()),
            time: Some(ToldTime {
                at_ms: 1_680_687_001_000,
                zone: ToldZone::Told,
                moment: ToldMoment::Sent,
            }),
            name: Some("a.jpg".into()),
            parcel: Some("m.zip ▸ l.eml".into()),
        };
        assert_eq!(
            whole(&told),
            "a.jpg in m.zip ▸ l.eml, from Lina\\u{202e} <l@example.org>, sent 2023-04-05 09:30 UTC"
        );
        told = Provenance { sender: None, time: None, name: None, ..told };
        assert_eq!(whole(&told), "a file without a name in m.zip ▸ l.eml");
        assert_eq!(sent(&told), None);
        let at = ToldTime { at_ms: 0, zone: ToldZone::Unknown, moment: ToldMoment::Changed };
        let changed = sent(&Provenance { time: Some(at), ..told });
        assert_eq!(changed.unwrap(), "changed 1970-01-01 00:00 by a clock of unknown zone");
    }
}
