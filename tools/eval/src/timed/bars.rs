//! What must be reached.

use super::Medium;

/// What is demanded of an edit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// The share of the shown files that must be found.
    pub recall: f64,
    /// The share of the ends of told stretches that must lie within the medium's tolerance.
    pub ends: Option<f64>,
    /// The share of the shown files that must be found with the right offset.
    pub placed: Option<f64>,
}

/// Ends of stretches that must lie where they should.
const ENDS: f64 = 0.95;

/// Edits by kind, with the strengths that a bar is for (all without any) and the share demanded.
type Rule = (&'static str, &'static [&'static str], f64);

/// Clips of which the ends of stretches are demanded too.
const CLIPS_WITH_ENDS: &[Rule] = &[
    ("re-encode", &[], 0.99),
    ("resize", &[], 0.99),
    ("frame rate", &[], 0.99),
    ("trim", &["10 s", "5 s", "5 s with sound"], 0.99),
    ("mirror", &[], 0.99),
    ("logo", &[], 0.99),
    ("caption", &[], 0.99),
    ("letterbox", &[], 0.99),
    ("pillarbox", &[], 0.99),
    ("muted", &[], 0.99),
];

/// Clips that must be found.
const CLIPS: &[Rule] = &[
    ("trim", &["2 s", "3 s"], 0.95),
    ("speed", &[], 0.95),
    ("compilation of five", &[], 0.95),
    ("screen recording", &[], 0.90),
    ("picture in picture", &["35 %", "25 %"], 0.90),
    ("vertical reframing", &[], 0.90),
    ("still of a known clip", &[], 0.97),
    ("clip of a known still", &[], 0.97),
    ("covered, sound left", &[], 0.95),
];

/// Recordings that must be found with the right offset.
const VOICES_PLACED: &[Rule] = &[
    ("opus", &[], 0.98),
    ("amr-nb", &[], 0.98),
    ("trim", &["10 s", "5 s"], 0.98),
    ("noise", &["20 dB"], 0.98),
    ("tempo", &[], 0.98),
];

/// Recordings that must be found.
const VOICES: &[Rule] = &[
    ("trim", &["3 s"], 0.90),
    ("noise", &["10 dB"], 0.90),
    ("telephone band", &[], 0.90),
    ("room echo", &[], 0.90),
];

/// What is demanded of an edit, where anything is.
pub fn bar(medium: Medium, kind: &str, strength: &str) -> Option<Bar> {
    let in_table = |rules: &[Rule]| {
        let applies =
            |rule: &&Rule| rule.0 == kind && (rule.1.is_empty() || rule.1.contains(&strength));
        rules.iter().find(applies).map(|rule| rule.2)
    };
    let plain = |recall| Bar { recall, ends: None, placed: None };
    match medium {
        Medium::Clip => in_table(CLIPS_WITH_ENDS)
            .map(|recall| Bar { ends: Some(ENDS), ..plain(recall) })
            .or_else(|| in_table(CLIPS).map(plain)),
        Medium::Voice => in_table(VOICES_PLACED)
            .map(|recall| Bar { placed: Some(recall), ..plain(recall) })
            .or_else(|| in_table(VOICES).map(plain)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timed::catalogue::catalogue;

    #[test]
    fn the_strength_decides_where_a_rule_names_it() {
        let trim = |medium, strength| bar(medium, "trim", strength).unwrap();
        assert_eq!(trim(Medium::Clip, "5 s"), Bar { recall: 0.99, ends: Some(0.95), placed: None });
        assert_eq!(trim(Medium::Clip, "2 s"), Bar { recall: 0.95, ends: None, placed: None });
        assert_eq!(trim(Medium::Voice, "5 s").placed, Some(0.98));
        assert_eq!(trim(Medium::Voice, "3 s").placed, None);
        assert_eq!(bar(Medium::Clip, "noise", "20"), None);
    }

    #[test]
    fn every_rule_is_for_an_edit() {
        let edits = catalogue();
        for (medium, rules) in [
            (Medium::Clip, CLIPS_WITH_ENDS),
            (Medium::Clip, CLIPS),
            (Medium::Voice, VOICES_PLACED),
            (Medium::Voice, VOICES),
        ] {
            for (kind, strengths, _) in rules {
                let known = |strength: &str| {
                    edits
                        .iter()
                        .any(|e| e.medium == medium && e.kind == *kind && e.strength == strength)
                };
                assert!(edits.iter().any(|e| e.medium == medium && e.kind == *kind), "{kind}");
                assert!(strengths.iter().all(|strength| known(strength)), "{kind} {strengths:?}");
            }
        }
    }
}
