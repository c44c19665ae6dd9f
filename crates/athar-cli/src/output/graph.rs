//! Cases as a graph: one node a case, one edge a pair of linked cases with how many links it
//! bundles and the nearest of them.

use athar_engine::{CaseSummary, Link};
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
        let _ = writeln!(
            out,
            "  {} -- {} [label=\"{}\", links={}, distance={}];",
            dot_text(a),
            dot_text(b),
            edge.links,
            edge.links,
            edge.distance
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
        let _ = writeln!(
            out,
            "    <edge source=\"{}\" target=\"{}\"><data key=\"links\">{}</data>\
             <data key=\"distance\">{}</data></edge>",
            xml_text(a),
            xml_text(b),
            edge.links,
            edge.distance
        );
    }
    out.push_str("  </graph>\n</graphml>");
    out
}

const GRAPHML_HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="items" for="node" attr.name="items" attr.type="int"/>
  <key id="links" for="edge" attr.name="links" attr.type="int"/>
  <key id="distance" for="edge" attr.name="distance" attr.type="int"/>
  <graph id="athar" edgedefault="undirected">
"#;

#[derive(Debug, PartialEq)]
struct Edge {
    links: usize,
    /// The nearest link's distance in bits.
    distance: u16,
}

fn edges(links: &[Link]) -> BTreeMap<(&str, &str), Edge> {
    let mut edges = BTreeMap::new();
    for link in links {
        let (a, b) = (link.from.case.as_str(), link.to.case.as_str());
        let edge =
            edges.entry((a.min(b), a.max(b))).or_insert(Edge { links: 0, distance: link.distance });
        edge.links += 1;
        edge.distance = edge.distance.min(link.distance);
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

fn dot_text(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{escaped}\"")
}

fn xml_text(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_out_of_the_graph() {
        assert_eq!(dot_text("a\"; b\\"), r#""a\"; b\\""#);
        assert_eq!(xml_text("<a & \"b\">"), "&lt;a &amp; &quot;b&quot;&gt;");
    }
}
