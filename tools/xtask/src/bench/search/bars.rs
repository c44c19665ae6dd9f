//! What ours is held to: one table, and a line for each bar that says whether it holds.

use super::rows::Row;
use super::table;
use crate::style;

const M: u64 = 1_000_000;

/// What must be at least or at most how much.
struct Bar {
    what: &'static str,
    figure: Figure,
    limit: Limit,
}

#[derive(Clone, Copy)]
enum Figure {
    /// The value itself.
    Of(Value),
    /// The first through the second.
    Ratio(Value, Value),
}

#[derive(Clone, Copy)]
enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

/// A column of a row.
#[derive(Clone, Copy)]
struct Value {
    /// A name that ends with `*` stands for all that begin so and have a recall over 0.9; of
    /// these the fastest counts.
    name: &'static str,
    data: &'static str,
    codes: u64,
    column: Column,
}

#[derive(Clone, Copy)]
enum Column {
    MedianUs,
    P99Us,
    Recall,
    BytesPerCode,
    BuiltPerS,
}

use Column::{BuiltPerS, BytesPerCode, MedianUs, P99Us, Recall};
use Figure::{Of, Ratio};
use Limit::{AtLeast, AtMost};

const OURS: &str = "athar";

#[rustfmt::skip]
const BARS: &[Bar] = &[
    bar("Faiss MultiHash through ours", times_ours("faiss-multihash", 10 * M), AtLeast(300.0)),
    bar("Faiss Flat through ours", times_ours("faiss-flat", 10 * M), AtLeast(500.0)),
    bar("recall", Of(uniform(OURS, 10 * M, Recall)), AtLeast(1.0)),
    bar("Faiss MultiHash through ours", times_ours("faiss-multihash", M), AtLeast(60.0)),
    bar("Faiss HNSW at ef 64 through ours", times_ours("faiss-hnsw ef 64", M), AtLeast(1.0)),
    bar("usearch, recall over 0.9, through ours", times_ours("usearch*", M), AtLeast(1.0)),
    bar("eight orientations in one call, µs", Of(uniform("athar orientations", 10 * M, MedianUs)), AtMost(500.0)),
    bar("time at 100 M through time at 10 M", Ratio(uniform(OURS, 100 * M, MedianUs), uniform(OURS, 10 * M, MedianUs)), AtMost(4.0)),
    bar("bytes a code at 100 M: 12 GB", Of(uniform(OURS, 100 * M, BytesPerCode)), AtMost(120.0)),
    bar("real PDQ codes through uniform ones", Ratio(value(OURS, "pdq", 10 * M, MedianUs), uniform(OURS, 10 * M, MedianUs)), AtMost(2.0)),
    bar("real PDQ codes through uniform ones", Ratio(value(OURS, "pdq", M, MedianUs), uniform(OURS, M, MedianUs)), AtMost(2.0)),
    bar("p99 through median", Ratio(uniform(OURS, 10 * M, P99Us), uniform(OURS, 10 * M, MedianUs)), AtMost(3.0)),
    bar("bytes a code", Of(uniform(OURS, 10 * M, BytesPerCode)), AtMost(100.0)),
    bar("codes built in a second", Of(uniform(OURS, 10 * M, BuiltPerS)), AtLeast(2e6)),
    bar("an addition until it is found, µs", Of(uniform("athar add until found", 10 * M, MedianUs)), AtMost(1000.0)),
    bar("opening, µs", Of(uniform("athar open", 10 * M, MedianUs)), AtMost(50_000.0)),
    bar("readers' p99 beside a writer through alone", Ratio(uniform("athar 2 readers + writer", 10 * M, P99Us), uniform("athar 2 readers", 10 * M, P99Us)), AtMost(2.0)),
    bar("skewed: ours through a scan", through_scan("skewed", MedianUs), AtMost(1.2)),
    bar("skewed: ours through a scan, p99", through_scan("skewed", P99Us), AtMost(1.2)),
    bar("crafted: ours through a scan", through_scan("crafted", MedianUs), AtMost(1.2)),
    bar("crafted: ours through a scan, p99", through_scan("crafted", P99Us), AtMost(1.2)),
];

const fn bar(what: &'static str, figure: Figure, limit: Limit) -> Bar {
    Bar { what, figure, limit }
}

const fn value(name: &'static str, data: &'static str, codes: u64, column: Column) -> Value {
    Value { name, data, codes, column }
}

const fn uniform(name: &'static str, codes: u64, column: Column) -> Value {
    value(name, "uniform", codes, column)
}

const fn times_ours(peer: &'static str, codes: u64) -> Figure {
    Ratio(uniform(peer, codes, MedianUs), uniform(OURS, codes, MedianUs))
}

const fn through_scan(data: &'static str, column: Column) -> Figure {
    Ratio(value(OURS, data, 10 * M, column), value("linear scan", data, 10 * M, column))
}

pub fn report(rows: &[Row]) -> String {
    let heading =
        style::bold("bars                                            codes     measured     bar");
    let lines = BARS.iter().map(|bar| bar.line(rows));
    std::iter::once(format!("\n{heading}")).chain(lines).collect::<Vec<_>>().join("\n")
}

impl Bar {
    fn line(&self, rows: &[Row]) -> String {
        let Self { what, figure, limit } = self;
        let codes = table::number(figure.codes());
        let Some(measured) = figure.of(rows) else {
            return style::yellow(&format!(
                "  {what:<44} {codes:>6} {:>12} {limit:>12}  not measured",
                "-"
            ));
        };
        let holds = limit.holds(measured);
        let word = if holds { "holds" } else { "MISSED" };
        let line = format!("  {what:<44} {codes:>6} {:>12} {limit:>12}  {word}", shown(measured));
        if holds { style::green(&line) } else { style::red(&line) }
    }
}

impl Figure {
    fn of(self, rows: &[Row]) -> Option<f64> {
        match self {
            Of(value) => value.of(rows),
            Ratio(over, under) => Some(over.of(rows)? / under.of(rows)?),
        }
    }

    fn codes(self) -> u64 {
        match self {
            Of(value) | Ratio(value, _) => value.codes,
        }
    }
}

impl Value {
    fn of(self, rows: &[Row]) -> Option<f64> {
        let Self { name, data, codes, column } = self;
        let named = |row: &&Row| match name.strip_suffix('*') {
            Some(beginning) => row.name.starts_with(beginning) && row.recall > 0.9,
            None => row.name == name,
        };
        let asked = rows.iter().filter(|row| row.data == data && row.codes == codes);
        let row = asked.filter(named).min_by(|a, b| a.median_us.total_cmp(&b.median_us))?;
        Some(match column {
            MedianUs => row.median_us,
            P99Us => row.p99_us,
            Recall => row.recall,
            BytesPerCode => row.bytes_per_code,
            BuiltPerS => row.codes as f64 / row.build_s,
        })
    }
}

impl Limit {
    fn holds(self, measured: f64) -> bool {
        match self {
            AtLeast(limit) => measured >= limit,
            AtMost(limit) => measured <= limit,
        }
    }
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&match self {
            AtLeast(limit) => format!(">= {limit}"),
            AtMost(limit) => format!("<= {limit}"),
        })
    }
}

fn shown(measured: f64) -> String {
    if measured < 1000.0 { format!("{measured:.2}") } else { format!("{measured:.0}") }
}

#[cfg(test)]
mod tests {
    use super::super::rows::tests::row;
    use super::*;

    fn said(what: &str, codes: u64, rows: &[Row]) -> String {
        let bar = BARS.iter().find(|bar| bar.what == what && bar.figure.codes() == codes);
        bar.unwrap().line(rows)
    }

    #[test]
    fn a_ratio_is_held_against_its_bar() {
        let ours = row("athar", "uniform", 10 * M, 10.0);
        let enough = [ours.clone(), row("faiss-flat", "uniform", 10 * M, 5000.0)];
        let short = [ours.clone(), row("faiss-flat", "uniform", 10 * M, 4999.0)];
        let elsewhere = [ours, row("faiss-flat", "pdq", 10 * M, 5000.0)];
        let said = |rows: &[Row]| said("Faiss Flat through ours", 10 * M, rows);
        assert!(said(&enough).contains("holds"));
        assert!(said(&short).contains("MISSED"));
        assert!(said(&elsewhere).contains("not measured"));
    }

    #[test]
    fn of_many_settings_the_fastest_that_finds_enough_counts() {
        let mut hasty = row("usearch ef 64", "uniform", M, 1.0);
        hasty.recall = 0.9;
        let rows = [
            hasty,
            row("athar", "uniform", M, 10.0),
            row("usearch ef 256", "uniform", M, 50.0),
            row("usearch ef 1024", "uniform", M, 90.0),
        ];
        let line = said("usearch, recall over 0.9, through ours", M, &rows);
        assert!(line.contains("5.00") && line.contains("holds"), "{line}");
    }

    #[test]
    fn building_is_held_by_its_speed() {
        let mut slow = row("athar", "uniform", 10 * M, 1.0);
        slow.build_s = 5.1;
        assert!(said("codes built in a second", 10 * M, &[slow]).contains("MISSED"));
    }
}
