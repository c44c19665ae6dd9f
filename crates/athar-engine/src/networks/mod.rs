//! Networks: cases that hang together, by what, and where that is thin.
//!
//! A network is a connected component of at least two cases. Two cases are tied by links that
//! nobody has rejected, and by handles that both name. An edge bundles all that ties the same two;
//! an edge whose removal splits its network is a *bridge*: if what it rests on is doubtful, the
//! two sides may be strangers. What three or more cases share is shown as a *hub* with an edge to
//! each of them, never as all their pairs.

mod graph;
#[cfg(test)]
mod tests;
mod ties;

use crate::decide::state_name;
use crate::handles::Handle;
use crate::outcome::hex;
use crate::policy::{self, Relation};
use crate::{EngineError, Held, Store, Urgency, matching};
use athar_kernel::Distance;
use athar_ledger::{CaseBrief, Evidence, ItemId, LinkState, Seq};
use graph::Shape;
use serde::Serialize;
use std::cmp::Reverse;
use ties::{Edge, Graph, Hub, Tie, What};

/// Which networks are asked for, and in which order.
#[derive(Debug, Clone, Default)]
pub struct NetworksQuestion {
    /// Only those that gained a case or an edge since this time, milliseconds since 1970-01-01
    /// UTC.
    pub since_ms: Option<i64>,
    /// Only that of this case.
    pub case: Option<String>,
    /// The most urgent first, then the largest; else the other way round.
    pub urgent_first: bool,
}

/// The networks that were asked for. What each holds is read when it is asked for.
pub struct Networks {
    graph: Graph,
    shape: Shape,
    /// The first event that is new.
    new_from: Option<Seq>,
    list: Vec<NetworkBrief>,
    /// Nodes by component, and where each component's begin.
    nodes: Grouped,
    /// Edges by component, in the same way.
    edges: Grouped,
    /// For each edge the cases below it, where it is a bridge.
    below: Vec<Option<u32>>,
    /// For each node the first event that tied it to another.
    joined: Vec<Seq>,
    held: Vec<Held>,
}

/// A network in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NetworkBrief {
    /// Its place in the order that was asked for, from 1.
    pub network: u64,
    /// Its cases.
    pub cases: u64,
    /// Its edges.
    pub edges: u64,
    /// The urgency of its most urgent case.
    pub urgency: Option<Urgency>,
    /// Edges whose removal splits it.
    pub bridges: u64,
    /// Cases that it gained since the time that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_cases: Option<u64>,
    /// Edges that it gained since then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_edges: Option<u64>,
    #[serde(skip)]
    component: u32,
}

/// A network in full.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Network {
    /// The sums.
    #[serde(flatten)]
    pub brief: NetworkBrief,
    /// Its cases, the oldest first.
    pub case_list: Vec<NetworkCase>,
    /// What more than two of its cases share.
    pub hubs: Vec<NetworkHub>,
    /// What ties them.
    pub edge_list: Vec<NetworkEdge>,
}

/// A case of a network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NetworkCase {
    /// The opaque name its unit gave it.
    pub case: String,
    /// When it was opened, milliseconds since 1970-01-01 UTC.
    pub opened_at_ms: i64,
    /// How urgent it is.
    pub urgency: Option<Urgency>,
    /// By which way it reached the unit.
    pub channel: Option<String>,
    /// Whether the network falls apart without it.
    pub is_cut: bool,
    /// Whether the network gained it since the time that was asked for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_new: bool,
}

/// What more than two cases share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NetworkHub {
    /// Its number in the network, from 1.
    pub hub: u64,
    /// What it is.
    #[serde(flatten)]
    pub what: Shared,
    /// Cases that hold or name it.
    pub cases: u64,
}

/// An item or a handle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shared {
    /// The same file.
    Item(#[serde(serialize_with = "hex")] [u8; 32]),
    /// The same account, number or address.
    Handle(Handle),
}

/// One side of an edge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkEnd {
    /// A case, by name.
    Case(String),
    /// A hub, by its number.
    Hub(u64),
}

/// What ties two cases, or a case and a hub.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NetworkEdge {
    /// One side.
    pub from: NetworkEnd,
    /// The other.
    pub to: NetworkEnd,
    /// `confirmed` if any of its reasons is.
    #[serde(serialize_with = "state_name")]
    pub state: LinkState,
    /// Cases on either side once it is gone, the fewer first; nothing where the rest still holds
    /// them together.
    pub splits: Option<[u64; 2]>,
    /// Whether it came since the time that was asked for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_new: bool,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// Why an edge is there: one for each relation, one for the same files, one for each kind of
/// handle.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Reason {
    /// Items match; the one that chance explains least is told.
    Match {
        /// How they hang together.
        relation: Relation,
        /// How many do in this way.
        links: u64,
        /// The space in which the best met.
        via: String,
        /// Distance of its codes in bits, 0 to 256.
        distance: u16,
        /// How often one comparison of unrelated material comes as near.
        false_alarm_rate: f64,
        /// Pairs on which the rate rests.
        false_alarm_pairs: u64,
        /// SHA-256 of the item on the edge's `from` side.
        #[serde(serialize_with = "hex")]
        from_item: [u8; 32],
        /// SHA-256 of the item on its `to` side.
        #[serde(serialize_with = "hex")]
        to_item: [u8; 32],
        /// What was decided about it.
        #[serde(serialize_with = "state_name")]
        state: LinkState,
    },
    /// The very same file is in both.
    SameFile {
        /// How many are.
        files: u64,
        /// SHA-256 of one.
        #[serde(serialize_with = "hex")]
        item: [u8; 32],
        /// What was decided about it.
        #[serde(serialize_with = "state_name")]
        state: LinkState,
    },
    /// Both name the same handle.
    Handle {
        /// How many of its kind they both name.
        handles: u64,
        /// One of them.
        handle: Handle,
    },
}

impl Store {
    /// Finds the networks. Time and memory grow with what the ledger holds, however many cases
    /// share one picture.
    pub fn networks(&self, question: &NetworksQuestion) -> Result<Networks, EngineError> {
        let case = question.case.as_deref().map(|name| self.case_id(name)).transpose()?;
        let graph = Graph::read(&self.ledger)?;
        let new_from = match question.since_ms {
            // Where nothing is so new, what comes next would be.
            Some(at_ms) => match self.ledger.first_event_since(at_ms)? {
                None => Some(self.ledger.last_seq()? + 1),
                found => found,
            },
            None => None,
        };
        let mut networks = Networks::of(graph, new_from);
        networks.held = self.held()?;
        networks.rank(question.urgent_first);
        if let Some(case) = case {
            let node = networks.graph.cases.binary_search_by_key(&case, |brief| brief.id);
            let component = node.ok().map(|node| networks.shape.component[node]);
            networks.list.retain(|brief| Some(brief.component) == component);
        }
        Ok(networks)
    }

    /// A network in full, but for its edges, of which there are `most_edges` at most: first those
    /// that hold it together alone, the most even splits before others.
    pub fn network(
        &self,
        networks: &Networks,
        brief: &NetworkBrief,
        most_edges: usize,
    ) -> Result<Network, EngineError> {
        let telling = Telling { store: self, networks, component: brief.component as usize };
        Ok(Network {
            brief: brief.clone(),
            case_list: telling.cases(),
            hubs: telling.hubs()?,
            edge_list: telling.edges(most_edges)?,
        })
    }
}

impl Networks {
    /// The networks, in the order that was asked for.
    pub fn list(&self) -> &[NetworkBrief] {
        &self.list
    }

    /// What is held back: it ties none of them.
    pub fn held(&self) -> &[Held] {
        &self.held
    }

    fn of(graph: Graph, new_from: Option<Seq>) -> Self {
        let shape = graph::shape(&graph.are_cases(), &graph.ends());
        let of_edge = graph.edges.iter().map(|edge| shape.component[edge.ends[0] as usize]);
        let edges = Grouped::by(shape.weights.len(), &of_edge.collect::<Vec<_>>());
        let nodes = Grouped::by(shape.weights.len(), &shape.component);
        let mut joined = vec![Seq::MAX; shape.component.len()];
        for edge in &graph.edges {
            for end in edge.ends {
                joined[end as usize] = joined[end as usize].min(edge.since);
            }
        }
        let mut below = vec![None; graph.edges.len()];
        for &(edge, cases) in &shape.bridges {
            below[edge as usize] = Some(cases);
        }
        let list = Vec::new();
        let held = Vec::new();
        let mut networks = Self { graph, shape, new_from, list, nodes, edges, below, joined, held };
        networks.list = networks.briefs();
        networks
    }

    /// The components with two cases and more; where something new is asked for, with something
    /// new.
    fn briefs(&self) -> Vec<NetworkBrief> {
        let components = 0..self.shape.weights.len();
        let briefs = components.filter(|&c| self.shape.weights[c] > 1).map(|c| self.brief(c));
        briefs.filter(|brief| brief.new_edges != Some(0) || brief.new_cases != Some(0)).collect()
    }

    fn brief(&self, component: usize) -> NetworkBrief {
        let (nodes, edges) = (self.nodes.of(component), self.edges.of(component));
        let cases = || nodes.iter().filter_map(|&node| self.graph.cases.get(node as usize));
        let (new_cases, new_edges) = match self.new_from {
            Some(_) => {
                let new_cases = nodes.iter().filter(|&&node| self.is_new_case(node)).count();
                let new_edges = edges.iter().filter(|&&edge| self.is_new(edge)).count();
                (Some(new_cases as u64), Some(new_edges as u64))
            }
            None => (None, None),
        };
        NetworkBrief {
            network: 0,
            cases: self.shape.weights[component].into(),
            edges: edges.len() as u64,
            urgency: cases().filter_map(urgency).max(),
            bridges: edges.iter().filter(|&&edge| self.below[edge as usize].is_some()).count()
                as u64,
            new_cases,
            new_edges,
            component: component as u32,
        }
    }

    fn rank(&mut self, urgent_first: bool) {
        self.list.sort_by_key(|brief| {
            let (size, urgency) = (Reverse(brief.cases), Reverse(brief.urgency));
            let first = urgent_first.then_some(urgency);
            (first, size, urgency, brief.component)
        });
        for (place, brief) in self.list.iter_mut().enumerate() {
            brief.network = place as u64 + 1;
        }
    }

    fn is_new(&self, edge: u32) -> bool {
        self.new_from.is_some_and(|from| self.graph.edges[edge as usize].since >= from)
    }

    /// Whether a case was in no network before.
    fn is_new_case(&self, node: u32) -> bool {
        let is_case = (node as usize) < self.graph.cases.len();
        is_case && self.new_from.is_some_and(|from| self.joined[node as usize] >= from)
    }

    /// Cases on either side of a bridge, the fewer first.
    fn splits(&self, edge: u32) -> Option<[u64; 2]> {
        let below = u64::from(self.below[edge as usize]?);
        let node = self.graph.edges[edge as usize].ends[0] as usize;
        let all = u64::from(self.shape.weights[self.shape.component[node] as usize]);
        Some([below.min(all - below), below.max(all - below)])
    }
}

fn urgency(case: &CaseBrief) -> Option<Urgency> {
    case.urgency.as_deref().and_then(Urgency::from_name)
}

/// Numbers by the group that each is in, groups one after the other.
struct Grouped {
    starts: Vec<u32>,
    all: Vec<u32>,
}

impl Grouped {
    fn by(groups: usize, group_of: &[u32]) -> Self {
        let mut starts = vec![0u32; groups + 1];
        for &group in group_of {
            starts[group as usize + 1] += 1;
        }
        for group in 0..groups {
            starts[group + 1] += starts[group];
        }
        let (mut next, mut all) = (starts.clone(), vec![0; group_of.len()]);
        for (number, &group) in group_of.iter().enumerate() {
            all[next[group as usize] as usize] = number as u32;
            next[group as usize] += 1;
        }
        Self { starts, all }
    }

    fn of(&self, group: usize) -> &[u32] {
        &self.all[self.starts[group] as usize..self.starts[group + 1] as usize]
    }
}

/// Turns a component into what is told of it.
struct Telling<'a> {
    store: &'a Store,
    networks: &'a Networks,
    component: usize,
}

impl Telling<'_> {
    fn graph(&self) -> &Graph {
        &self.networks.graph
    }

    fn nodes(&self) -> &[u32] {
        self.networks.nodes.of(self.component)
    }

    /// Where the component's hubs begin among its nodes: they come behind its cases.
    fn hubs_from(&self) -> usize {
        self.nodes().partition_point(|&node| (node as usize) < self.graph().cases.len())
    }

    fn cases(&self) -> Vec<NetworkCase> {
        let case = |&node: &u32| {
            let brief = &self.graph().cases[node as usize];
            NetworkCase {
                case: brief.name.clone(),
                opened_at_ms: brief.opened_at_ms,
                urgency: urgency(brief),
                channel: brief.channel.clone(),
                is_cut: self.networks.shape.is_cut[node as usize],
                is_new: self.networks.is_new_case(node),
            }
        };
        self.nodes()[..self.hubs_from()].iter().map(case).collect()
    }

    fn hubs(&self) -> Result<Vec<NetworkHub>, EngineError> {
        let mut cases = vec![0; self.nodes().len() - self.hubs_from()];
        for &edge in self.networks.edges.of(self.component) {
            let edge = &self.graph().edges[edge as usize];
            let is_held = |tie: &Tie| !matches!(tie.what, What::Match(_));
            if let Some(place) = self.hub_place(edge.ends[1])
                && self.graph().ties_of(edge).iter().any(is_held)
            {
                cases[place] += 1;
            }
        }
        let hub = |(place, cases)| {
            let node = self.nodes()[self.hubs_from() + place] as usize;
            let what = match self.graph().hubs[node - self.graph().cases.len()] {
                Hub::Item(item) => Shared::Item(self.sha256(item)?),
                Hub::Handle(handle) => Shared::Handle(self.handle(handle)),
            };
            Ok(NetworkHub { hub: place as u64 + 1, what, cases })
        };
        cases.into_iter().enumerate().map(hub).collect()
    }

    fn hub_place(&self, node: u32) -> Option<usize> {
        self.nodes()[self.hubs_from()..].binary_search(&node).ok()
    }

    fn edges(&self, most: usize) -> Result<Vec<NetworkEdge>, EngineError> {
        let lesser = |edge: u32| self.networks.splits(edge).map_or(0, |[fewer, _]| fewer);
        let mut edges = self.networks.edges.of(self.component).to_vec();
        edges.sort_by_key(|&edge| Reverse(lesser(edge)));
        edges.into_iter().take(most).map(|edge| self.edge(edge)).collect()
    }

    fn edge(&self, number: u32) -> Result<NetworkEdge, EngineError> {
        let edge = &self.graph().edges[number as usize];
        let state = if edge.is_confirmed { LinkState::Confirmed } else { LinkState::Unreviewed };
        Ok(NetworkEdge {
            from: self.end(edge.ends[0]),
            to: self.end(edge.ends[1]),
            state,
            splits: self.networks.splits(number),
            is_new: self.networks.is_new(number),
            reasons: self.reasons(edge)?,
        })
    }

    fn end(&self, node: u32) -> NetworkEnd {
        match self.graph().cases.get(node as usize) {
            Some(case) => NetworkEnd::Case(case.name.clone()),
            None => NetworkEnd::Hub(self.hub_place(node).map_or(0, |place| place as u64 + 1)),
        }
    }

    /// One reason for each relation and kind, the ones that chance explains least first.
    fn reasons(&self, edge: &Edge) -> Result<Vec<Reason>, EngineError> {
        let mut reasons: Vec<Reason> = Vec::new();
        for tie in self.graph().ties_of(edge) {
            let Some(reason) = self.reason(tie)? else { continue };
            match reasons.iter_mut().find(|standing| standing.is_like(&reason)) {
                Some(standing) => standing.take_in(reason),
                None => reasons.push(reason),
            }
        }
        reasons.sort_by(|a, b| a.rate().total_cmp(&b.rate()));
        Ok(reasons)
    }

    fn reason(&self, tie: &Tie) -> Result<Option<Reason>, EngineError> {
        let state = if tie.is_confirmed { LinkState::Confirmed } else { LinkState::Unreviewed };
        Ok(match tie.what {
            What::Match(seq) => match self.store.ledger.match_at(seq)? {
                Some((evidence, newer, older)) => {
                    let items = if tie.is_turned { [older, newer] } else { [newer, older] };
                    Some(self.matched(evidence, items, state)?)
                }
                // It was withdrawn since the networks were found.
                None => None,
            },
            What::SameFile(item) => {
                Some(Reason::SameFile { files: 1, item: self.sha256(item)?, state })
            }
            What::Handle(handle) => {
                Some(Reason::Handle { handles: 1, handle: self.handle(handle) })
            }
        })
    }

    fn matched(
        &self,
        evidence: Evidence,
        [from, to]: [ItemId; 2],
        state: LinkState,
    ) -> Result<Reason, EngineError> {
        Ok(Reason::Match {
            relation: matching::relation(&evidence.relation),
            links: 1,
            via: evidence.via,
            distance: evidence.distance,
            false_alarm_rate: evidence.false_alarm_rate,
            false_alarm_pairs: evidence.false_alarm_pairs,
            from_item: self.sha256(from)?,
            to_item: self.sha256(to)?,
            state,
        })
    }

    fn sha256(&self, item: ItemId) -> Result<[u8; 32], EngineError> {
        Ok(self.store.ledger.sha256_of(item)?.unwrap_or_default())
    }

    fn handle(&self, handle: u32) -> Handle {
        self.graph().handles[handle as usize].clone()
    }
}

impl Reason {
    /// How often chance does as much; a handle is no matter of chance.
    fn rate(&self) -> f64 {
        match self {
            Self::Match { false_alarm_rate, .. } => *false_alarm_rate,
            Self::SameFile { .. } => policy::false_alarm_rate(Distance::ZERO),
            Self::Handle { .. } => 0.0,
        }
    }

    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Match { relation: a, .. }, Self::Match { relation: b, .. }) => a == b,
            (Self::SameFile { .. }, Self::SameFile { .. }) => true,
            (Self::Handle { handle: a, .. }, Self::Handle { handle: b, .. }) => a.kind == b.kind,
            _ => false,
        }
    }

    /// Counts another reason of the same kind in, and keeps the better of the two to show.
    fn take_in(&mut self, other: Self) {
        let count = self.count() + other.count();
        let is_confirmed = [self.state(), other.state()].contains(&LinkState::Confirmed);
        if other.rate() < self.rate() {
            *self = other;
        }
        match self {
            Self::Match { links, state, .. } | Self::SameFile { files: links, state, .. } => {
                *links = count;
                *state = if is_confirmed { LinkState::Confirmed } else { *state };
            }
            Self::Handle { handles, .. } => *handles = count,
        }
    }

    fn count(&self) -> u64 {
        match self {
            Self::Match { links: count, .. }
            | Self::SameFile { files: count, .. }
            | Self::Handle { handles: count, .. } => *count,
        }
    }

    fn state(&self) -> LinkState {
        match self {
            Self::Match { state, .. } | Self::SameFile { state, .. } => *state,
            Self::Handle { .. } => LinkState::Unreviewed,
        }
    }
}
