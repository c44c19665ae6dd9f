//! `athar networks`.

use super::store::Location;
use super::{explain, typed};
use crate::args::{Format, NetworksArgs};
use crate::exit::Exit;
use crate::lang::say;
use crate::output::{Answers, held_text, message, network_graph, network_text, shown, shown_name};
use crate::page::network;
use anyhow::{Context, Result};
use athar_engine::{Held, Network, Networks, NetworksQuestion, Store};
use serde::Serialize;

/// Networks that text shows when all are asked for.
const SHOWN: usize = 20;

/// Edges of each that text shows.
const SHOWN_EDGES: usize = 12;

pub(super) fn run(at: &Location, format: Format, args: &NetworksArgs) -> Result<Exit> {
    if let Some(out) = &args.out {
        explain::refuse_standing(out, args.force).with_context(|| shown_name(out))?;
    }
    let question = NetworksQuestion {
        since_ms: typed::time_if(args.since.as_deref(), "--since")?,
        case: args.case.clone(),
        urgent_first: args.urgent_first,
    };
    let store = at.open_read_only()?;
    let networks = store.networks(&question)?;
    tell(&store, &networks, format, args)?;
    if let Some(out) = &args.out {
        let page = network::html(&store, &networks)?;
        explain::write(out, page.as_bytes(), args.force).with_context(|| shown_name(out))?;
        message(&say!("wrote-page", file = shown(out)));
    }
    Ok(Exit::Success)
}

/// What is said when there is nothing to show.
fn none(args: &NetworksArgs) -> String {
    match (&args.case, args.since.is_some()) {
        (Some(case), false) => say!("nothing-ties-case", case = case),
        (Some(case), true) => say!("nothing-new-ties-case", case = case),
        (None, false) => say!("nothing-ties"),
        (None, true) => say!("nothing-new-ties"),
    }
}

fn tell(store: &Store, networks: &Networks, format: Format, args: &NetworksArgs) -> Result<()> {
    let mut answers = Answers::new();
    match format {
        Format::Json => {
            for brief in networks.list() {
                answers.json(&store.network(networks, brief, usize::MAX)?)?;
            }
            if !networks.held().is_empty() {
                answers.json(&HeldLine { held: networks.held() })?;
            }
        }
        Format::Dot => answers.line(&network_graph::dot(&all(store, networks)?))?,
        Format::Graphml => answers.line(&network_graph::graphml(&all(store, networks)?))?,
        Format::Text if networks.list().is_empty() => message(&none(args)),
        Format::Text => {
            for brief in networks.list().iter().take(SHOWN) {
                let network = store.network(networks, brief, SHOWN_EDGES)?;
                answers.tell(&network_text::network(&network))?;
            }
            answers.tell(&network_text::sums(networks.list(), SHOWN))?;
        }
    }
    if !networks.held().is_empty() {
        message(&held_text::sums(networks.held()));
    }
    Ok(())
}

/// What ties none of the networks because it is held back: the last line, where there is any.
#[derive(Serialize)]
struct HeldLine<'a> {
    held: &'a [Held],
}

fn all(store: &Store, networks: &Networks) -> Result<Vec<Network>> {
    let network = |brief| Ok(store.network(networks, brief, usize::MAX)?);
    networks.list().iter().map(network).collect()
}
