//! The report as one HTML file that loads nothing, runs nothing and tells nobody anything.

use crate::content::Point;
use crate::drawing::{Drawing, Shape, Style, WIDTH};
use crate::report::{Block, Document, Span, Table};
use std::fmt::Write;

/// The page.
pub(crate) fn page(document: &Document) -> String {
    let mut html = head(document);
    for block in &document.blocks {
        // Writing to a String cannot fail.
        let _ = match block {
            Block::Together(_) => Ok(()),
            Block::Heading(text) => writeln!(html, "<h2>{}</h2>", rich(text)),
            Block::Subheading(text) => writeln!(html, "<h3>{}</h3>", rich(text)),
            Block::Text(text) => writeln!(html, "<p>{}</p>", rich(text)),
            Block::Summary(text) => writeln!(html, "<p class=\"summary\">{}</p>", rich(text)),
            Block::Facts(facts) => writeln!(html, "{}", list(facts)),
            Block::Table(shown) => writeln!(html, "{}", table(shown)),
            Block::Drawing(drawing) => writeln!(html, "{}", figure(drawing, document)),
        };
    }
    let program = escaped(&document.program);
    let _ = write!(
        html,
        "<footer><p>{} <bdi>{program}</bdi></p></footer>\n</main>\n</body>\n</html>\n",
        document.words.made_by()
    );
    html
}

fn head(document: &Document) -> String {
    let direction = if document.language.is_rtl() { "rtl" } else { "ltr" };
    format!(
        "<!doctype html>\n<html lang=\"{}\" dir=\"{direction}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"robots\" content=\"noindex\">\n\
         <title>Athar · {}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n\
         <header><p class=\"brand\">Athar<span lang=\"ar\">أثر</span></p>\
         <p class=\"kind\">{}</p></header>\n<h1>{}</h1>\n",
        document.language.code(),
        escaped(&document.plain_title),
        include_str!("report.css"),
        document.kind,
        rich(&document.title),
    )
}

fn rich(spans: &[Span]) -> String {
    let span = |span: &Span| match span {
        Span::Words(text) => escaped(text),
        Span::Name(text) => format!("<bdi>{}</bdi>", escaped(text)),
        Span::Number(text) => format!("<bdi dir=\"ltr\">{}</bdi>", escaped(text)),
        Span::Code(text) => format!("<code dir=\"ltr\">{}</code>", escaped(text)),
    };
    spans.iter().map(span).collect()
}

fn list(facts: &[(String, Vec<Span>)]) -> String {
    let fact = |(label, value): &(String, Vec<Span>)| {
        format!("<div><dt>{}</dt><dd>{}</dd></div>\n", escaped(label), rich(value))
    };
    format!("<dl>\n{}</dl>", facts.iter().map(fact).collect::<String>())
}

fn table(table: &Table) -> String {
    let head = |(name, share): &(String, f32)| {
        format!("<th style=\"width:{:.1}%\">{}</th>", share * 100.0, escaped(name))
    };
    let row = |row: &Vec<Vec<Span>>| {
        let cells: String = row.iter().map(|cell| format!("<td>{}</td>", rich(cell))).collect();
        format!("<tr>{cells}</tr>\n")
    };
    format!(
        "<div class=\"scroll\"><table>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody>\n</table></div>",
        table.columns.iter().map(head).collect::<String>(),
        table.rows.iter().map(row).collect::<String>(),
    )
}

fn figure(drawing: &Drawing, document: &Document) -> String {
    let direction = if document.language.is_rtl() { "rtl" } else { "ltr" };
    let shape = |shape: &Shape| match shape {
        Shape::Polygon { points: corners, style } => {
            format!("<polygon class=\"{}\" points=\"{}\"/>", class(*style), points(corners))
        }
        Shape::Label { text, middle: [x, y] } => format!(
            "<text direction=\"{direction}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>",
            escaped(text)
        ),
    };
    format!(
        "<figure><svg viewBox=\"0 0 {WIDTH} {:.0}\" role=\"img\" aria-label=\"{}\">{}</svg></figure>",
        drawing.height,
        escaped(&drawing.alternative),
        drawing.shapes.iter().map(shape).collect::<String>(),
    )
}

fn class(style: Style) -> &'static str {
    match style {
        Style::Outline => "outline",
        Style::Common => "common",
        Style::Differs => "differs",
        Style::Tie => "tie",
    }
}

fn points(polygon: &[Point]) -> String {
    let points = polygon.iter().map(|[x, y]| format!("{x:.1},{y:.1}"));
    points.collect::<Vec<_>>().join(" ")
}

/// Text that says nothing to a browser.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::name;

    #[test]
    fn names_cannot_break_out_of_the_page() {
        let text = rich(&name("<script>'a' & \"b\"</script>"));
        let escaped = "&lt;script&gt;&#39;a&#39; &amp; &quot;b&quot;&lt;/script&gt;";
        assert_eq!(text, format!("<bdi>{escaped}</bdi>"));
    }
}
