//! The rows as text, and how query time grows with the number of codes.

use super::rows::Row;
use crate::style;

/// From here on the exponent says something: smaller indexes lie in caches.
const GROWTH_FROM: u64 = 1_000_000;

pub fn table(rows: &[Row]) -> String {
    let mut lines = Vec::new();
    let mut last = None;
    for row in rows {
        if last != Some((&row.data, row.codes)) {
            let title = format!("{}, {} codes", row.data, number(row.codes));
            lines.push(format!("\n{}\n{}", style::bold(&title), heading()));
            last = Some((&row.data, row.codes));
        }
        let line = columns(row);
        lines.push(if row.is_ours() { style::green(&line) } else { line });
    }
    lines.join("\n")
}

/// A row by itself.
pub fn line(row: &Row) -> String {
    format!("{:8} {:>6} {}", row.data, number(row.codes), columns(row))
}

fn heading() -> String {
    format!(
        "  {:<34} {:>12} {:>12} {:>8} {:>11} {:>10}",
        "", "median µs", "p99 µs", "recall", "bytes/code", "build s"
    )
}

fn columns(row: &Row) -> String {
    let Row { name, median_us, p99_us, recall, bytes_per_code, build_s, .. } = row;
    format!(
        "  {name:<34} {median_us:>12.1} {p99_us:>12.1} {recall:>8.4} {bytes_per_code:>11.1} \
         {build_s:>10.2}"
    )
}

/// For people.
pub fn number(codes: u64) -> String {
    match codes {
        1_000_000.. if codes.is_multiple_of(1_000_000) => format!("{} M", codes / 1_000_000),
        1000.. if codes.is_multiple_of(1000) => format!("{} k", codes / 1000),
        _ => codes.to_string(),
    }
}

/// Between one number of codes and the next larger one: the exponent `e` for which query time
/// grows as the number of codes to the power of `e`.
pub fn growth(rows: &[Row]) -> String {
    let mut lines = vec![style::bold("query time grows as codes to the power of")];
    for row in rows.iter().filter(|row| row.codes >= GROWTH_FROM) {
        let larger = rows.iter().filter(|other| {
            other.name == row.name && other.data == row.data && other.codes > row.codes
        });
        if let Some(next) = larger.min_by_key(|other| other.codes) {
            let (from, to) = (number(row.codes), number(next.codes));
            let (name, data, exponent) = (&row.name, &row.data, exponent(row, next));
            lines.push(format!("  {name:<34} {exponent:>6.2}  {from} to {to}, {data}"));
        }
    }
    lines.join("\n")
}

fn exponent(row: &Row, next: &Row) -> f64 {
    (next.median_us / row.median_us).ln() / (next.codes as f64 / row.codes as f64).ln()
}

#[cfg(test)]
mod tests {
    use super::super::rows::tests::row;
    use super::*;

    #[test]
    fn a_scan_grows_with_its_codes() {
        let rows = [
            row("linear scan", "uniform", 1_000_000, 1300.0),
            row("linear scan", "uniform", 10_000_000, 13000.0),
            row("linear scan", "pdq", 100_000, 130.0),
        ];
        let text = growth(&rows);
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.ends_with("1.00  1 M to 10 M, uniform"), "{text}");
    }

    #[test]
    fn one_heading_for_what_was_asked_together() {
        let rows = [row("athar", "uniform", 100_000, 1.0), row("peer", "uniform", 100_000, 9.0)];
        let text = table(&rows);
        assert_eq!(text.matches("100 k codes").count(), 1);
        assert_eq!(text.matches("median").count(), 1);
    }
}
