//! Networks as graphs: a node a case, a node what more than two cases share, an edge what ties two.

use super::graph::{dot_text, xml_text};
use super::text::short;
use athar_engine::{Network, NetworkEdge, NetworkEnd, NetworkHub, Reason, Shared};
use std::collections::BTreeSet;
use std::fmt::Write;

/// A Graphviz graph (graphviz.org, "DOT Language").
pub(crate) fn dot(networks: &[Network]) -> String {
    let mut out = String::from("graph athar {\n  node [shape=box, style=rounded];\n");
    for network in networks {
        let number = network.brief.network;
        for case in &network.case_list {
            let id = dot_text(&case_id(&case.case));
            let _ = writeln!(out, "  {id} [label={}, network={number}];", dot_text(&case.case));
        }
        for hub in &network.hubs {
            let (id, label) = (dot_text(&hub_id(number, hub.hub)), dot_text(&label(hub)));
            let _ = writeln!(out, "  {id} [label={label}, shape=ellipse, network={number}];");
        }
        for edge in &network.edge_list {
            let [a, b] = [&edge.from, &edge.to].map(|end| dot_text(&end_id(number, end)));
            let (reasons, state) = (dot_text(&reasons(edge)), edge.state.name());
            let style = if edge.splits.is_some() { ", style=dashed" } else { "" };
            let _ = writeln!(
                out,
                "  {a} -- {b} [label={reasons}, links={}, state={state}{style}];",
                links(edge)
            );
        }
    }
    out.push('}');
    out
}

/// A GraphML document (graphml.graphdrawing.org, primer 1.0).
pub(crate) fn graphml(networks: &[Network]) -> String {
    let mut out = String::from(GRAPHML_HEAD);
    for network in networks {
        let number = network.brief.network;
        for case in &network.case_list {
            let urgency = case.urgency.map_or("", |urgency| urgency.name());
            let data = [("label", case.case.as_str()), ("kind", "case"), ("urgency", urgency)];
            out.push_str(&node(&case_id(&case.case), number, &data));
        }
        for hub in &network.hubs {
            let label = label(hub);
            let data = [("label", label.as_str()), ("kind", hub_kind(hub))];
            out.push_str(&node(&hub_id(number, hub.hub), number, &data));
        }
        for edge in &network.edge_list {
            let [a, b] = [&edge.from, &edge.to].map(|end| xml_text(&end_id(number, end)));
            let _ = writeln!(
                out,
                "    <edge source=\"{a}\" target=\"{b}\">{}{}{}{}</edge>",
                data("links", &links(edge).to_string()),
                data("reasons", &reasons(edge)),
                data("state", edge.state.name()),
                data("bridge", if edge.splits.is_some() { "true" } else { "false" }),
            );
        }
    }
    out.push_str("  </graph>\n</graphml>");
    out
}

fn node(id: &str, network: u64, facts: &[(&str, &str)]) -> String {
    let said = facts.iter().filter(|(_, value)| !value.is_empty());
    let facts: String = said.map(|(key, value)| data(key, value)).collect();
    let network = data("network", &network.to_string());
    format!("    <node id=\"{}\">{network}{facts}</node>\n", xml_text(id))
}

fn data(key: &str, value: &str) -> String {
    format!("<data key=\"{key}\">{}</data>", xml_text(value))
}

const GRAPHML_HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="label" for="node" attr.name="label" attr.type="string"/>
  <key id="kind" for="node" attr.name="kind" attr.type="string"/>
  <key id="network" for="node" attr.name="network" attr.type="int"/>
  <key id="urgency" for="node" attr.name="urgency" attr.type="string"/>
  <key id="links" for="edge" attr.name="links" attr.type="int"/>
  <key id="reasons" for="edge" attr.name="reasons" attr.type="string"/>
  <key id="state" for="edge" attr.name="state" attr.type="string"/>
  <key id="bridge" for="edge" attr.name="bridge" attr.type="boolean"/>
  <graph id="athar" edgedefault="undirected">
"#;

/// No case's name can be taken for a hub: each has its own beginning.
fn case_id(name: &str) -> String {
    format!("case {name}")
}

fn hub_id(network: u64, hub: u64) -> String {
    format!("hub {network}.{hub}")
}

fn end_id(network: u64, end: &NetworkEnd) -> String {
    match end {
        NetworkEnd::Case(name) => case_id(name),
        NetworkEnd::Hub(number) => hub_id(network, *number),
    }
}

fn label(hub: &NetworkHub) -> String {
    match &hub.what {
        Shared::Item(sha256) => short(sha256),
        Shared::Handle(handle) => handle.to_string(),
    }
}

fn hub_kind(hub: &NetworkHub) -> &'static str {
    match &hub.what {
        Shared::Item(_) => "item",
        Shared::Handle(handle) => handle.kind.name(),
    }
}

/// Names of what ties the two.
fn reasons(edge: &NetworkEdge) -> String {
    let name = |reason: &Reason| match reason {
        Reason::Match { relation, .. } => relation.name(),
        Reason::SameFile { .. } => "same file",
        Reason::Handle { handle, .. } => handle.kind.name(),
    };
    let names: BTreeSet<_> = edge.reasons.iter().map(name).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

fn links(edge: &NetworkEdge) -> u64 {
    let count = |reason: &Reason| match reason {
        Reason::Match { links: count, .. }
        | Reason::SameFile { files: count, .. }
        | Reason::Handle { handles: count, .. } => *count,
    };
    edge.reasons.iter().map(count).sum()
}
