//! The log, for people.

use super::text::time;
use athar_engine::LogLine;
use serde_json::Value;

/// `    17  2026-11-22 19:51  check made: inputs 1, matched 1  by reviewer-3: case 17`.
pub(crate) fn line(line: &LogLine) -> String {
    let kind = line.kind.replace('_', " ");
    let details: Vec<_> = line.details.iter().filter_map(|(key, value)| told(key, value)).collect();
    let details = match &details[..] {
        [] => String::new(),
        some => format!(": {}", some.join(", ")),
    };
    let by = line.actor.as_ref().map(|actor| format!("  by {actor}")).unwrap_or_default();
    let purpose = line.purpose.as_ref().map(|text| format!("  for: {text}")).unwrap_or_default();
    format!("{:>7}  {}  {kind}{details}{by}{purpose}", line.event, time(line.at_ms))
}

/// A detail, but for digests, signatures and tokens, which say nothing to a person.
fn told(key: &str, value: &Value) -> Option<String> {
    let key = key.replace('_', " ");
    match value {
        Value::String(text) if text.len() >= DIGEST_DIGITS => None,
        Value::String(text) => Some(format!("{key} {text}")),
        value => Some(format!("{key} {value}")),
    }
}

/// Digits of the shortest digest that an event's details have.
const DIGEST_DIGITS: usize = 64;
