//! Where files come from, for people.

use super::shown;
use super::text::time;
use athar_engine::{Provenance, ToldMoment, ToldTime, ToldZone};
use std::path::Path;

/// Who sent a file and when, where anything tells.
pub(super) fn sent(told: &Provenance) -> Option<String> {
    let sender = told.sender.as_deref().map(|sender| format!("from {}", name(sender)));
    let parts: Vec<_> = sender.into_iter().chain(told.time.as_ref().map(moment)).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// The same behind the name of the file and that of the parcel that it came in.
pub(super) fn whole(told: &Provenance) -> String {
    let file = told.name.as_deref().map_or("a file without a name".into(), name);
    let parcel = told.parcel.as_deref().map(|parcel| format!(" in {}", name(parcel)));
    let sent = sent(told).map(|sent| format!(", {sent}"));
    file + &parcel.unwrap_or_default() + &sent.unwrap_or_default()
}

/// What others wrote, so that it cannot write on the terminal.
fn name(text: &str) -> String {
    shown(Path::new(text))
}

fn moment(told: &ToldTime) -> String {
    let verb = match told.moment {
        ToldMoment::Sent => "sent",
        ToldMoment::Changed => "changed",
    };
    let zone = match told.zone {
        ToldZone::Told => "UTC",
        ToldZone::Unknown => "by a clock of unknown zone",
    };
    format!("{verb} {} {zone}", time(told.at_ms))
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
