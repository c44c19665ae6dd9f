//! What several commands take: times, handles, facts of a case. An error says what is wrong and
//! never repeats what was typed, for it may be a person's.

use crate::args::{CountryArg, FactsArgs, HandlesArgs, UrgencyArg};
use crate::lang::say;
use crate::output::message;
use anyhow::{Context, Result, anyhow};
use athar_engine::handles::{Country, Handle, HandleKind, handle};
use athar_engine::{CaseFacts, Urgency};
use athar_words::text as words;
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// Milliseconds since 1970 UTC of a time that was typed: a date, or a date and a time, with or
/// without an offset.
pub(super) fn time(text: &str, option: &str) -> Result<i64> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at.as_millisecond());
    }
    let civil: Option<DateTime> = text.parse().ok();
    let at = civil.and_then(|civil| civil.to_zoned(TimeZone::UTC).ok());
    let wrong = || anyhow!(say!("no-time", option = option));
    Ok(at.ok_or_else(wrong)?.timestamp().as_millisecond())
}

/// As [`time`], where something was typed.
pub(super) fn time_if(text: Option<&str>, option: &str) -> Result<Option<i64>> {
    text.map(|text| time(text, option)).transpose()
}

/// A handle in its one form; one that cannot be read is kept as it is, and that is said.
pub(super) fn a_handle(kind: &str, value: &str, country: &CountryArg) -> Result<Handle> {
    let country = Country::from_code(&country.country).context("--country")?;
    let read = handle(kind, value, country)?;
    if read.kind == HandleKind::Other && !kind.trim().eq_ignore_ascii_case("other") {
        message(&say!("note", note = words(say!("handle-kept-as-typed"))));
    }
    Ok(read)
}

pub(super) fn handles(args: &HandlesArgs) -> Result<Vec<Handle>> {
    let read = |(number, text): (usize, &String)| {
        let place = || format!("--handle {}", number + 1);
        let split =
            text.split_once('=').with_context(|| say!("write-kind-value")).with_context(place);
        let (kind, value) = split?;
        a_handle(kind, value, &args.country).with_context(place)
    };
    args.handles.iter().enumerate().map(read).collect()
}

pub(super) fn facts(args: FactsArgs) -> Result<CaseFacts> {
    Ok(CaseFacts {
        received_at_ms: time_if(args.received.as_deref(), "--received")?,
        channel: args.channel,
        unit: args.unit,
        complainant: args.complainant,
        suspect: args.suspect,
        urgency: args.urgency.map(urgency),
        urgency_reason: args.urgency_reason,
        note: args.note,
    })
}

fn urgency(typed: UrgencyArg) -> Urgency {
    match typed {
        UrgencyArg::Low => Urgency::Low,
        UrgencyArg::Normal => Urgency::Normal,
        UrgencyArg::High => Urgency::High,
        UrgencyArg::Immediate => Urgency::Immediate,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc_unless_they_say_otherwise() {
        let day = time("2026-11-20", "--since").unwrap();
        assert_eq!(day, 1_795_132_800_000);
        let hour = 3_600_000;
        for text in ["2026-11-20T14:30", "2026-11-20 14:30", "2026-11-20T17:30:00+03:00"] {
            assert_eq!(time(text, "--since").unwrap(), day + 14 * hour + hour / 2, "{text}");
        }
        let error = time("Somebody", "--since").unwrap_err().to_string();
        assert!(error.starts_with("--since is no time") && !error.contains("Somebody"));
    }
}
