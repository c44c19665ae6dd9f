//! A page with the graph of networks: one HTML file that loads nothing and tells nobody anything.
//!
//! The file holds a fixed style, a fixed script and the networks as JSON. The browser is told the
//! digests of the two and runs nothing else, so no name of a case, whatever stands in it, can
//! become a script. The page speaks English and Arabic, and changes between them by itself.

use crate::lang::language;
use athar_engine::{EngineError, Network, NetworkBrief, NetworkEnd, Networks, Store};
use athar_words::{Language, text};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashSet};

const STYLE: &str = include_str!("network.css");
const SCRIPT: &str = include_str!("network.js");

/// Edges that are drawn at most: more can neither be laid out in a moment nor be read.
const DRAWN_EDGES: u64 = 6_000;

/// Cases that are drawn at most.
const DRAWN_CASES: u64 = 3_000;

/// What the script says: ids of messages without their beginning. What the script fills in has the
/// name of the variable, which stays in the text in braces.
const SAID: [&str; 72] = [
    "other",
    "title",
    "kind",
    "networks",
    "cases",
    "ties",
    "none",
    "all",
    "network",
    "urgency",
    "reasons",
    "state",
    "search",
    "hint",
    "from_normal",
    "from_high",
    "immediate",
    "high",
    "normal",
    "low",
    "unsaid",
    "confirmed",
    "unreviewed",
    "only_new",
    "copy",
    "part",
    "altered",
    "segment",
    "still",
    "same_file",
    "account",
    "telephone",
    "wallet",
    "payment",
    "email",
    "channel_hotline",
    "channel_email",
    "channel_app",
    "channel_walk-in",
    "channel_platform",
    "channel_partner",
    "larger",
    "smaller",
    "fit",
    "pick",
    "opened",
    "channel",
    "shared_by",
    "file",
    "cut",
    "splits",
    "more",
    "one_in",
    "is_new",
    "found",
    "alone",
    "members",
    "legend_case",
    "legend_immediate",
    "legend_high",
    "legend_item",
    "legend_handle",
    "legend_confirmed",
    "legend_bridge",
    "legend_bridge_doubtful",
    "legend_cut",
    "part_of",
    "left",
    "held",
    "note_lead",
    "note_keep",
    "made",
];

/// Variables that the script fills in.
const FILLED: [&str; 5] = ["n", "a", "b", "drawn", "whole"];

/// What the script is given.
#[derive(Serialize)]
struct Data {
    lang: &'static str,
    /// What the script says, by language.
    words: BTreeMap<&'static str, BTreeMap<&'static str, String>>,
    program: &'static str,
    /// Networks that are not drawn at all.
    left_out: usize,
    /// Floods that are held back, and cases that hold them.
    held: [u64; 2],
    networks: Vec<Drawn>,
}

#[derive(Serialize)]
struct Drawn {
    #[serde(flatten)]
    network: Network,
    /// Whether some of its cases or edges are not drawn.
    is_part: bool,
}

/// The page. Of very many networks the first are drawn, of a very large one a part, and the page
/// says so.
pub(crate) fn html(store: &Store, networks: &Networks) -> Result<String, EngineError> {
    let (mut edges, mut cases, mut drawn) = (DRAWN_EDGES, DRAWN_CASES, Vec::new());
    for brief in networks.list() {
        if edges == 0 || cases < 2 {
            break;
        }
        let one = drawing(store, networks, brief, edges, cases)?;
        edges = edges.saturating_sub(one.network.edge_list.len() as u64);
        cases = cases.saturating_sub(one.network.case_list.len() as u64);
        drawn.push(one);
    }
    let data = Data {
        lang: language().code(),
        words: words(),
        program: concat!("athar ", env!("CARGO_PKG_VERSION")),
        left_out: networks.list().len() - drawn.len(),
        held: [
            networks.held().len() as u64,
            networks.held().iter().map(|held| held.cases_now).sum(),
        ],
        networks: drawn,
    };
    // Structures of texts and numbers always have a text.
    let data = serde_json::to_string(&data).unwrap_or_default();
    Ok(page(&data, language()))
}

/// The page changes between the languages by itself, so it has both.
fn words() -> BTreeMap<&'static str, BTreeMap<&'static str, String>> {
    let places = FILLED.map(|name| (name, text(format!("{{{name}}}"))));
    let of = |language| {
        let words = crate::lang::page(language);
        SAID.map(|key| (key, words.say(&format!("page-net-{key}"), &places))).into()
    };
    Language::ALL.map(|language| (language.code(), of(language))).into()
}

/// A network, or as much of it as may still be drawn.
fn drawing(
    store: &Store,
    networks: &Networks,
    brief: &NetworkBrief,
    edges: u64,
    cases: u64,
) -> Result<Drawn, EngineError> {
    let mut network =
        store.network(networks, brief, usize::try_from(edges).unwrap_or(usize::MAX))?;
    let is_part = brief.edges > edges || brief.cases > cases;
    if is_part {
        cut(&mut network, usize::try_from(cases).unwrap_or(usize::MAX));
    }
    Ok(Drawn { network, is_part })
}

/// Leaves of a network the first edges, and what they tie.
fn cut(network: &mut Network, most_cases: usize) {
    let (mut cases, mut hubs) = (HashSet::new(), HashSet::new());
    network.edge_list.retain(|edge| {
        let ends = [&edge.from, &edge.to];
        let names = ends.into_iter().filter_map(|end| match end {
            NetworkEnd::Case(name) if !cases.contains(name) => Some(name.clone()),
            _ => None,
        });
        let names: Vec<_> = names.collect();
        if cases.len() + names.len() > most_cases {
            return false;
        }
        cases.extend(names);
        for end in ends {
            if let NetworkEnd::Hub(number) = end {
                hubs.insert(*number);
            }
        }
        true
    });
    network.case_list.retain(|case| cases.contains(&case.case));
    network.hubs.retain(|hub| hubs.contains(&hub.hub));
}

fn page(data: &str, language: Language) -> String {
    let direction = if language == Language::Arabic { "rtl" } else { "ltr" };
    // What is in the JSON cannot end the element that it stands in.
    let data = data.replace('<', "\\u003c");
    format!(
        "<!doctype html>\n<html lang=\"{}\" dir=\"{direction}\">\n<head>\n\
         <meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"robots\" content=\"noindex\">\n\
         <title>Athar</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <main id=\"page\"></main>\n\
         <noscript><p>This page draws itself with a script that it holds. · \
         <span lang=\"ar\" dir=\"rtl\">ترسم هذه الصفحة نفسها ببرنامج مضمّن فيها.</span></p></noscript>\n\
         <script type=\"application/json\" id=\"data\">{data}</script>\n\
         <script>{SCRIPT}</script>\n</body>\n</html>\n",
        language.code(),
        source(STYLE),
        source(SCRIPT),
    )
}

/// What names a text to the browser (Content Security Policy Level 3, section 2.3.1).
fn source(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn nothing_in_the_data_ends_its_element_and_nothing_is_loaded() {
        let page = page(r#"{"case":"</script><script>alert(1)</script>"}"#, Language::Arabic);
        assert!(!page.contains("<script>alert"), "{page}");
        assert!(page.contains("\\u003c/script>"));
        assert_eq!(page.matches("<script").count(), 2);
        assert!(page.contains("<html lang=\"ar\" dir=\"rtl\">"));
        for outside in ["https:", "src=", "href=", "@import", "url("] {
            assert!(!page.contains(outside), "{outside}");
        }
    }

    #[test]
    fn what_the_script_says_is_there() {
        let keys: BTreeSet<_> = SAID.into_iter().collect();
        for language in Language::ALL {
            let page = athar_words::shapes(language, crate::lang::page_resource(language)).unwrap();
            let there = page.keys().filter_map(|id| id.strip_prefix("page-net-"));
            assert_eq!(there.collect::<BTreeSet<_>>(), keys, "{language:?}");
        }
        let said = SCRIPT
            .split("words.")
            .skip(1)
            .filter_map(|rest| rest.split(|c: char| !c.is_ascii_lowercase() && c != '_').next());
        let unknown: Vec<_> = said.filter(|key| !key.is_empty() && !keys.contains(key)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    /// The browser would drop a style or a script in which such marks end it early.
    #[test]
    fn the_fixed_parts_can_stand_in_their_elements() {
        assert!(!STYLE.contains("</") && !SCRIPT.contains("</"));
    }
}
