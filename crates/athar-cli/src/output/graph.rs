//! Cases as a graph: one node a case, one edge a pair of linked cases with how many links it
//! bundles, which relations they are, and the nearest of its copies by whole frames.

use athar_engine::{CaseSummary, Link, Space};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// A Graphviz graph (graphviz.org, "DOT Language").
pub(crate) fn dot(cases: &[CaseSummary], links: &[Link]) -> String {
    let mut out = String::from("graph athar {\n  node [shape=box, style=rounded];\n");
    for case in linked_cases(cases, links) {
        let label = format!("{}\n{} items", case.case, case.items);
        let _ = writeln!(out, "  {} [label={}];", dot_text(&case.case), dot_text(&label));
    }
    for ((a, b), edge) in edges(links) {
        let (links, relations) = (edge.links, edge.relations());
        let label = dot_text(&format!("{links}\n{relations}"));
        let (a, b, relations) = (dot_text(a), dot_text(b), dot_text(&relations));
        let distance = edge.distance.map_or(String::new(), |bits| format!(", distance={bits}"));
        let _ = writeln!(
            out,
            "  {a} -- {b} [label={label}, links={links}, relations={relations}{distance}];"
        );
    }
    out.push('}');
    out
}

/// A GraphML document (graphml.graphdrawing.org, primer 1.0).
pub(crate) fn graphml(cases: &[CaseSummary], links: &[Link]) -> String {
    let mut out = String::from(GRAPHML_HEAD);
    for case in linked_cases(cases, links) {
        let _ = writeln!(
            out,
            "    <node id=\"{}\"><data key=\"items\">{}</data></node>",
            xml_text(&case.case),
            case.items
        );
    }
    for ((a, b), edge) in edges(links) {
        let distance = edge.distance.map_or(String::new(), |bits| data("distance", bits));
        let _ = writeln!(
            out,
            "    <edge source=\"{}\" target=\"{}\">{}{}{distance}</edge>",
            xml_text(a),
            xml_text(b),
            data("links", edge.links),
            data("relations", edge.relations()),
        );
    }
    out.push_str("  </graph>\n</graphml>");
    out
}

/// A datum of a node or an edge; `value` needs no escapes.
fn data(key: &str, value: impl std::fmt::Display) -> String {
    format!("<data key=\"{key}\">{value}</data>")
}

const GRAPHML_HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="items" for="node" attr.name="items" attr.type="int"/>
  <key id="links" for="edge" attr.name="links" attr.type="int"/>
  <key id="relations" for="edge" attr.name="relations" attr.type="string"/>
  <key id="distance" for="edge" attr.name="distance" attr.type="int"/>
  <graph id="athar" edgedefault="undirected">
"#;

#[derive(Debug, Default, PartialEq)]
struct Edge {
    links: usize,
    /// Names of the links' relations.
    relations: BTreeSet<&'static str>,
    /// The distance in bits of the nearest link by whole frames; landmarks have another measure.
    distance: Option<u16>,
}

impl Edge {
    fn relations(&self) -> String {
        self.relations.iter().copied().collect::<Vec<_>>().join(", ")
    }
}

fn edges(links: &[Link]) -> BTreeMap<(&str, &str), Edge> {
    let mut edges = BTreeMap::<_, Edge>::new();
    for link in links {
        let (a, b) = (link.from.case.as_str(), link.to.case.as_str());
        let edge = edges.entry((a.min(b), a.max(b))).or_default();
        edge.links += 1;
        edge.relations.insert(link.relation.name());
        if link.via == Space::Pdq.name() {
            edge.distance = Some(edge.distance.map_or(link.distance, |d| d.min(link.distance)));
        }
    }
    edges
}

fn linked_cases<'a>(
    cases: &'a [CaseSummary],
    links: &'a [Link],
) -> impl Iterator<Item = &'a CaseSummary> {
    let linked: BTreeSet<&str> =
        links.iter().flat_map(|link| [link.from.case.as_str(), link.to.case.as_str()]).collect();
    cases.iter().filter(move |case| linked.contains(case.case.as_str()))
}

pub(super) fn dot_text(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{escaped}\"")
}

pub(super) fn xml_text(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use athar_engine::policy::Relation;
    use athar_engine::{LinkEnd, LinkState, Orientation};

    #[test]
    fn names_cannot_break_out_of_the_graph() {
        assert_eq!(dot_text("a\"; b\\"), r#""a\"; b\\""#);
        assert_eq!(xml_text("<a & \"b\">"), "&lt;a &amp; &quot;b&quot;&gt;");
    }

    #[test]
    fn an_edge_says_which_relations_it_bundles_and_the_nearest_whole_frame() {
        let links = [link("copy", "pdq", 12), link("part", "landmark", 3), link("copy", "pdq", 20)];
        let dot = dot(&[], &links);
        let edge =
            r#""a" -- "b" [label="3\ncopy, part", links=3, relations="copy, part", distance=12];"#;
        assert!(dot.contains(edge), "{dot}");
        let graphml = graphml(&[], &links[1..2]);
        let data = r#"<data key="links">1</data><data key="relations">part</data></edge>"#;
        assert!(graphml.contains(data), "landmarks have no distance of frames: {graphml}");
    }

    fn link(relation: &str, via: &str, distance: u16) -> Link {
        let end = |case: &str| LinkEnd { case: case.into(), item: [0; 32] };
        Link {
            from: end("a"),
            to: end("b"),
            relation: Relation::from_name(relation).unwrap(),
            via: via.into(),
            distance,
            orientation: Orientation::Rot0,
            inverted: false,
            inliers: None,
            region: None,
            time: None,
            second_opinion: None,
            false_alarm_rate: 1e-6,
            false_alarm_pairs: 1,
            state: LinkState::Unreviewed,
        }
    }
}
