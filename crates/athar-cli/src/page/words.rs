//! What the page says: messages of `page.ftl`, with markup around what is no word.
//!
//! Counts stand behind a colon or before "of", so that neither language has to bend a noun to its
//! number, and digits are European in both: they are read beside digests and pixels.

use crate::lang::{language, say};
use crate::output::text::grouped;
use athar_engine::policy::Relation;
use athar_engine::{Explanation, FrameComparison, Orientation, Way, region};
use athar_words::{Argument, text};

/// A label and what stands behind it; escaped.
pub(super) type Fact = (String, String);

pub(super) fn direction() -> &'static str {
    if language().is_rtl() { "rtl" } else { "ltr" }
}

/// A figure as it stands among the words; markup isolates it where that is needed.
fn bare(value: impl std::fmt::Display) -> Argument {
    text(value.to_string())
}

fn set_apart(value: impl std::fmt::Display) -> Argument {
    bare(format!("<bdi>{value}</bdi>"))
}

pub(super) fn size_px(width: u32, height: u32, enlarged: f64) -> String {
    let size = say!("page-size", size = bare(format!("\u{2066}{width} × {height}\u{2069}")));
    if enlarged < 1.05 {
        return size;
    }
    say!("page-size-enlarged", size = text(size), times = bare(format!("{enlarged:.1}")))
}

/// The verdict on one way in which the item is seen.
pub(super) fn verdict(explanation: &Explanation, way: &Way) -> String {
    let (query, stored) = shares(explanation, way);
    match way.relation {
        None => say!("page-no-match"),
        Some(Relation::Copy) => say!("page-copy"),
        Some(Relation::Segment) => say!("page-segment"),
        Some(Relation::Still) => say!("page-still"),
        Some(Relation::Altered) => say!("page-altered"),
        Some(Relation::Part) if stored >= query => say!("page-inside"),
        Some(Relation::Part) => say!("page-part"),
    }
}

/// What the verdict rests on, in a sentence.
pub(super) fn reason(way: &Way) -> String {
    let (found, sought) = (bare(way.inliers), bare(way.sought));
    match way.relation.is_some() {
        true => say!("page-reason", found = found, sought = sought),
        false => say!("page-reason-against", found = found, sought = sought),
    }
}

/// Which pictures these are. `query` and `cases` are escaped.
pub(super) fn identities(explanation: &Explanation, query: &str, cases: &str) -> Vec<Fact> {
    let item = crate::output::text::short(&explanation.item);
    vec![
        (say!("page-query-label"), format!("<bdi>{query}</bdi>")),
        (say!("page-stored-label"), format!("<code dir=\"ltr\">{item}</code>")),
        (say!("page-cases"), cases.into()),
        (say!("page-frames"), frames(explanation.frames)),
    ]
}

fn frames(frames: Option<FrameComparison>) -> String {
    let Some(frames) = frames else { return say!("page-frames-flat") };
    let turned = match frames.orientation {
        _ if !frames.is_match => None,
        Orientation::Rot0 => None,
        Orientation::Rot90 | Orientation::Rot180 | Orientation::Rot270 => {
            Some(say!("page-frames-turned"))
        }
        Orientation::Mirror | Orientation::MirrorRot180 => Some(say!("page-frames-mirrored")),
        Orientation::MirrorRot90 | Orientation::MirrorRot270 => Some(say!("page-frames-both")),
    };
    let colours = (frames.is_match && frames.inverted).then(|| say!("page-frames-inverted"));
    let differ = [say!("page-frames-differ", bits = bare(frames.distance))];
    let parts: Vec<_> = differ.into_iter().chain(turned).chain(colours).collect();
    let differ = text(crate::lang::joined(&parts));
    match frames.is_match {
        true => say!("page-frames-match", differ = differ),
        false => say!("page-frames-no-match", differ = differ),
    }
}

/// How the item lies in the picture, and how sure that is.
pub(super) fn facts(explanation: &Explanation, way: &Way) -> Vec<Fact> {
    let region = &way.region;
    let (query, stored) = shares(explanation, way);
    let share = region.coverage.map_or(String::new(), |share| format!(" ({})", percent(share)));
    let found = say!("page-n-of", n = bare(way.inliers), of = bare(way.sought));
    let scale = say!("page-scale", scale = bare(format!("{:.2}", region.scale)));
    let pairs = set_apart(grouped(way.false_alarm_pairs));
    vec![
        (say!("page-found-label"), found + &share),
        (say!("page-scale-label"), scale),
        (say!("page-query-share"), percent(query)),
        (say!("page-turn-label"), turn(region.turn_deg)),
        (say!("page-stored-share"), percent(stored)),
        (say!("page-mirrored-label"), yes_or_no(region.mirrored)),
        (say!("page-distance-label"), say!("page-distance", bits = bare(way.distance))),
        (say!("page-differing-label"), differing(way)),
        (say!("page-alarms-label"), false_alarms(way.false_alarm_rate, way.false_alarm_pairs)),
        (say!("page-measured-label"), say!("page-measured", pairs = pairs)),
    ]
}

fn yes_or_no(yes: bool) -> String {
    if yes { say!("page-yes") } else { say!("page-no") }
}

fn turn(turn_deg: f64) -> String {
    let degrees = set_apart(format!("{:.1}°", turn_deg.abs()));
    match turn_deg {
        turn if turn >= 0.05 => say!("page-clockwise", degrees = degrees),
        turn if turn <= -0.05 => say!("page-anticlockwise", degrees = degrees),
        _ => say!("page-none"),
    }
}

fn differing(way: &Way) -> String {
    let area = |differing: &athar_engine::Differing| region::area(&differing.query);
    let differs = way.region.differs.iter().map(area).sum::<f64>();
    if way.region.differs.is_empty() {
        return say!("page-none");
    }
    say!("page-differing", share = bare(percent(ratio(differs, region::area(&way.region.query)))))
}

fn false_alarms(rate: f64, pairs: u64) -> String {
    if pairs == 0 || rate >= 1.0 {
        return say!("page-not-measured");
    }
    // A rate is a share of comparisons, so there is a whole number of them for one alarm.
    let one_in = grouped((1.0 / rate.clamp(1e-15, 1.0)).floor() as u64);
    let rate = format!("{rate:.0e}");
    match language().is_rtl() {
        true => say!("page-alarms", n = set_apart(one_in), rate = set_apart(rate)),
        false => say!("page-alarms", n = bare(one_in), rate = bare(rate)),
    }
}

pub(super) fn legend() -> [(Sign, String); 4] {
    [
        (Sign::Region, say!("page-sign-region")),
        (Sign::Pair, say!("page-sign-pair")),
        (Sign::Unfound, say!("page-sign-unfound")),
        (Sign::Differs, say!("page-sign-differs")),
    ]
}

pub(super) fn notes(clear: bool) -> [String; 3] {
    [
        say!("page-note-stored"),
        if clear { say!("page-note-clear") } else { say!("page-note-blurred") },
        say!("page-note-lead"),
    ]
}

/// By what the page was made.
pub(super) fn made() -> String {
    let program = concat!("Athar ", env!("CARGO_PKG_VERSION"));
    say!("page-made", program = set_apart(program))
}

/// What a legend explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Region,
    Pair,
    Unfound,
    Differs,
}

/// The shares of the query and of the item that are in common.
fn shares(explanation: &Explanation, way: &Way) -> (f64, f64) {
    let share = |polygon: &[_], side: &athar_engine::Side| {
        ratio(region::area(polygon), f64::from(side.width_px) * f64::from(side.height_px))
    };
    (share(&way.region.query, &explanation.query), share(&way.region.stored, &explanation.stored))
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { (part / whole).min(1.0) } else { 0.0 }
}

fn percent(share: f64) -> String {
    match share * 100.0 {
        little if little > 0.0 && little < 1.0 => "<bdi dir=\"ltr\">&lt; 1 %</bdi>".into(),
        percent => format!("<bdi dir=\"ltr\">{percent:.0} %</bdi>"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_told_as_one_in_so_many() {
        let text = false_alarms(2e-6, 1_500_000);
        assert_eq!(text, "at most one in 500,000 comparisons (2e-6)");
        assert_eq!(false_alarms(1.0, 0), "not measured");
    }

    #[test]
    fn a_turn_says_which_way() {
        assert_eq!(turn(-17.04), "<bdi>17.0°</bdi> anticlockwise");
        assert_eq!(turn(90.0), "<bdi>90.0°</bdi> clockwise");
        assert_eq!(turn(0.01), "none");
    }

    #[test]
    fn frames_that_do_not_match_are_not_said_to_be_turned() {
        let far = FrameComparison {
            distance: 118,
            is_match: false,
            orientation: Orientation::Mirror,
            inverted: false,
        };
        let near = FrameComparison { distance: 8, is_match: true, ..far };
        assert_eq!(frames(Some(far)), "118 of 256 bits differ: no match");
        assert_eq!(frames(Some(near)), "8 of 256 bits differ, mirrored: a match");
        let inverted = FrameComparison { inverted: true, ..near };
        let said = "8 of 256 bits differ, mirrored, with inverted colours: a match";
        assert_eq!(frames(Some(inverted)), said);
        assert_eq!(frames(None), "not comparable: too flat");
    }
}
