//! A page that shows why a stored item and a picture are held to show the same: one HTML file
//! without scripts, which asks the network for nothing and holds no code.

mod figure;
pub(crate) mod network;
mod preview;
mod words;

use crate::lang::{language, say};
use athar_engine::{Explanation, Way};
use athar_words::text;
use preview::Grid;
use std::fmt::Write;
use std::io;
use words::{Fact, Sign};

/// What the page is made with.
pub(crate) struct Setting<'a> {
    /// What the picture that was asked about is called.
    pub query: &'a str,
    /// Whether it is shown as it is, not blurred.
    pub clear: bool,
}

/// Ways that are drawn, at most: a picture may show an item many times.
const DRAWN_WAYS: usize = 8;

/// The page. Fails only when the picture cannot be encoded.
pub(crate) fn html(explanation: &Explanation, setting: &Setting) -> io::Result<String> {
    let preview = &explanation.preview;
    let grid = Grid { width: preview.width(), height: preview.height(), luma: preview.luma() };
    let picture = preview::data_uri(&grid, setting.clear)?;
    let ways = drawn(explanation);
    let mut page = head(&heading(explanation, &ways));
    page.push_str(&figure::definitions(&explanation.query, &picture));
    page.push_str(&verdict(explanation, &ways));
    let query = escaped(setting.query);
    page.push_str(&facts(&words::identities(explanation, &query, &cases(explanation))));
    if ways.is_empty() {
        page.push_str(&drawing(explanation, None, setting.clear));
    }
    for (number, way) in ways.iter().enumerate() {
        page.push_str("<section class=\"way\">\n");
        if ways.len() > 1 {
            let verdict = text(words::verdict(explanation, way));
            let number = text((number + 1).to_string());
            let title = say!("page-sighting", number = number, verdict = verdict);
            let _ = writeln!(page, "<h2>{title}</h2>");
        }
        page.push_str(&drawing(explanation, Some(way), setting.clear));
        page.push_str(&facts(&words::facts(explanation, way)));
        page.push_str("</section>\n");
    }
    page.push_str(&foot(setting));
    Ok(page)
}

/// The matches, or, where there are none, what comes nearest to one.
fn drawn(explanation: &Explanation) -> Vec<&Way> {
    let ways = &explanation.ways;
    let matches: Vec<_> =
        ways.iter().filter(|way| way.relation.is_some()).take(DRAWN_WAYS).collect();
    if matches.is_empty() { ways.first().into_iter().collect() } else { matches }
}

fn heading(explanation: &Explanation, ways: &[&Way]) -> String {
    match ways.first() {
        Some(way) if way.relation.is_some() => words::verdict(explanation, way),
        _ if frames_match(explanation) => say!("page-copy"),
        _ => say!("page-no-match"),
    }
}

fn frames_match(explanation: &Explanation) -> bool {
    explanation.frames.is_some_and(|frames| frames.is_match)
}

fn head(title: &str) -> String {
    let (code, direction) = (language().code(), words::direction());
    let kind = say!("page-kind");
    format!(
        "<!doctype html>\n<html lang=\"{code}\" dir=\"{direction}\">\n<head>\n\
         <meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"robots\" content=\"noindex\">\n\
         <title>Athar · {title}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n\
         <header><p class=\"brand\">Athar<span lang=\"ar\">أثر</span></p>\
         <p class=\"kind\">{kind}</p></header>\n",
        include_str!("page.css")
    )
}

fn verdict(explanation: &Explanation, ways: &[&Way]) -> String {
    let best = ways.first().filter(|way| way.relation.is_some());
    let class = match best.and_then(|way| way.relation) {
        Some(relation) => relation.name(),
        None if frames_match(explanation) => "copy",
        None => "none",
    };
    let mut reason = match (best, ways.first()) {
        (Some(way), _) => words::reason(way),
        (None, _) if frames_match(explanation) => say!("page-by-frames"),
        (None, Some(way)) => words::reason(way),
        (None, None) => say!("page-nothing"),
    };
    if best.is_some() && ways.len() > 1 {
        reason = format!("{} {reason}", say!("page-sightings", n = ways.len()));
    }
    let heading = heading(explanation, ways);
    format!("<section class=\"verdict {class}\"><h1>{heading}</h1><p>{reason}</p></section>\n")
}

fn cases(explanation: &Explanation) -> String {
    let name = |case: &String| format!("<bdi>{}</bdi>", escaped(case));
    explanation.cases.iter().map(name).collect::<Vec<_>>().join(" · ")
}

/// Labels are the page's own words; what stands behind them is escaped where it is not.
fn facts(facts: &[Fact]) -> String {
    let mut list = String::from("<dl>\n");
    for (label, value) in facts {
        let _ = writeln!(list, "<div><dt>{label}</dt><dd>{value}</dd></div>");
    }
    list.push_str("</dl>\n");
    list
}

fn drawing(explanation: &Explanation, way: Option<&Way>, clear: bool) -> String {
    let differs = way.is_some_and(|way| !way.region.differs.is_empty());
    let mut html = format!("<figure>\n{}<figcaption>", figure::figure(explanation, way, clear));
    for (sign, meaning) in words::legend() {
        let is_drawn = match sign {
            Sign::Region | Sign::Pair => way.is_some(),
            Sign::Differs => differs,
            Sign::Unfound => true,
        };
        if is_drawn {
            let _ = write!(html, "<span>{}{meaning}</span>", sample(sign));
        }
    }
    html.push_str("</figcaption>\n</figure>\n");
    html
}

/// A sign of the drawing as the legend shows it.
fn sample(sign: Sign) -> String {
    let sign = match sign {
        Sign::Region => "<rect class=\"region\" x=\"3\" y=\"2\" width=\"20\" height=\"12\"/>",
        Sign::Pair => {
            "<g class=\"lines\"><path stroke=\"#1c5bb8\" d=\"M4 8H22\"/></g><g class=\"found\" \
             fill=\"#1c5bb8\"><circle cx=\"5\" cy=\"8\" r=\"4\"/><circle cx=\"21\" cy=\"8\" \
             r=\"4\"/></g>"
        }
        Sign::Unfound => {
            "<g class=\"landmarks\"><path class=\"unseen\" \
             d=\"M7 8a6 6 0 1 0 12 0a6 6 0 1 0 -12 0M13 8L18 5\"/></g>"
        }
        Sign::Differs => "<rect class=\"differs\" x=\"3\" y=\"2\" width=\"20\" height=\"12\"/>",
    };
    format!("<svg viewBox=\"0 0 26 16\" aria-hidden=\"true\">{sign}</svg>")
}

fn foot(setting: &Setting) -> String {
    let mut foot = String::from("<footer>\n");
    for note in words::notes(setting.clear) {
        let _ = writeln!(foot, "<p>{note}</p>");
    }
    let _ = writeln!(foot, "<p>{}</p>", words::made());
    foot.push_str("</footer>\n</main>\n</body>\n</html>\n");
    foot
}

/// Text that says nothing to a browser.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_out_of_the_page() {
        assert_eq!(
            escaped("<script>'a' & \"b\"</script>"),
            "&lt;script&gt;&#39;a&#39; &amp; &quot;b&quot;&lt;/script&gt;"
        );
    }
}
