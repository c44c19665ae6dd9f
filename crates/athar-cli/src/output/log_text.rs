//! The log, for people.

use super::text::time;
use crate::lang::{joined, name, say};
use athar_engine::LogLine;
use athar_words::{key as by_key, text as words};
use serde_json::Value;

/// `    17  2026-11-22 19:51  check made: inputs 1, matched 1  by reviewer-3: case 17`.
pub(crate) fn line(line: &LogLine) -> String {
    let shown = words(line.kind.replace('_', " "));
    let kind = say!("log-event", kind = by_key(line.kind.as_str()), shown = shown);
    let details: Vec<_> = line.details.iter().filter_map(|(key, value)| told(key, value)).collect();
    let details = match &details[..] {
        [] => String::new(),
        some => format!(": {}", joined(some)),
    };
    let by = line.actor.as_ref().map(|actor| format!("  {}", say!("said-by", actor = actor)));
    let purpose = line.purpose.as_ref();
    let purpose = purpose.map(|purpose| format!("  {}", say!("log-purpose", purpose = purpose)));
    let (by, purpose) = (by.unwrap_or_default(), purpose.unwrap_or_default());
    format!("{:>7}  {}  {kind}{details}{by}{purpose}", line.event, time(line.at_ms))
}

/// A detail, but for digests, signatures and tokens, which say nothing to a person.
fn told(key: &str, value: &Value) -> Option<String> {
    let what = say!("log-detail", key = by_key(key), shown = words(key.replace('_', " ")));
    match value {
        Value::String(text) if text.len() >= DIGEST_DIGITS => None,
        Value::String(text) => Some(format!("{what} {}", name(text))),
        value => Some(format!("{what} {}", name(&value.to_string()))),
    }
}

/// Digits of the shortest digest that an event's details have.
const DIGEST_DIGITS: usize = 64;
