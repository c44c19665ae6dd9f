//! Stretches of time, for people.

use super::text::percent;
use crate::lang::say;
use athar_engine::{Segment, Span, Time};
use athar_words::figure;

/// Stretches that are written out; of more, how many there are.
const WRITTEN: usize = 3;

/// What is said of the time, as parts of a sentence.
pub(super) fn parts(time: &Time) -> Vec<String> {
    let mut parts: Vec<String> = time.segments.iter().take(WRITTEN).map(segment).collect();
    if time.segments.len() > WRITTEN {
        parts.push(say!("stretches-in-all", n = time.segments.len()));
    }
    match (time.query_coverage, time.stored_coverage) {
        (Some(here), Some(there)) => {
            parts.push(say!("covers-both", here = percent(here), there = percent(there)));
        }
        (Some(here), None) => parts.push(say!("covers-this", here = percent(here))),
        _ => {}
    }
    parts
}

/// `0:02.0–0:05.2 here is 1:10.0–1:13.2 there`.
fn segment(segment: &Segment) -> String {
    match (segment.query, segment.stored) {
        (Some(here), Some(there)) => {
            let both = say!("stretch-both", here = figure(span(here)), there = figure(span(there)));
            both + &speed(segment.rate)
        }
        (Some(here), None) => say!("stretch-here", here = figure(span(here))),
        (None, Some(there)) => say!("stretch-there", there = figure(span(there))),
        (None, None) => String::new(),
    }
}

/// How fast the item is played here, where that is not its own speed.
fn speed(rate: Option<f64>) -> String {
    match rate {
        Some(rate) if !(0.995..1.005).contains(&rate) => {
            format!(" {}", say!("at-speed", rate = figure(format!("{rate:.2}"))))
        }
        _ => String::new(),
    }
}

fn span(span: Span) -> String {
    match span.to_ms.saturating_sub(span.from_ms) {
        0 => clock(span.from_ms),
        _ => format!("{}–{}", clock(span.from_ms), clock(span.to_ms)),
    }
}

/// Minutes, seconds and tenths; hours where there are any.
fn clock(ms: u64) -> String {
    let tenths = (ms + 50) / 100;
    let (hours, minutes) = (tenths / 36_000, tenths / 600 % 60);
    let (seconds, tenth) = (tenths / 10 % 60, tenths % 10);
    match hours {
        0 => format!("{minutes}:{seconds:02}.{tenth}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}.{tenth}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(from_ms: u64, to_ms: u64) -> Option<Span> {
        Some(Span { from_ms, to_ms })
    }

    #[test]
    fn a_stretch_is_told_on_both_sides() {
        let one = Segment { query: at(2040, 5260), stored: at(70_000, 3_673_250), rate: Some(1.1) };
        let text = "0:02.0–0:05.3 here is 1:10.0–1:01:13.3 there at 1.10 times its speed";
        assert_eq!(segment(&one), text);
        let still = Segment { query: None, stored: at(59_960, 59_960), rate: None };
        assert_eq!(segment(&still), "1:00.0 there");
    }

    #[test]
    fn many_stretches_are_counted() {
        let one = Segment { query: at(0, 1000), stored: at(0, 1000), rate: Some(1.0) };
        let time =
            Time { segments: vec![one; 5], query_coverage: Some(0.25), stored_coverage: Some(1.0) };
        let parts = parts(&time);
        assert_eq!(parts.len(), WRITTEN + 2);
        assert_eq!(parts[WRITTEN..], ["5 stretches in all", "25 % of this and 100 % of that"]);
    }
}
