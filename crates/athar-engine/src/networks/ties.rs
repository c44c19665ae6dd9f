//! From the ledger to a graph whose size grows with what was written, however many cases share
//! one picture.
//!
//! Cases are nodes. Two cases that hold the same item, or name the same handle, are joined by an
//! edge; where more than two do, the item or the handle is a node of its own, a *hub*, with an
//! edge to each of them: ten thousand cases with one picture are ten thousand edges, not fifty
//! million. A match joins what stands for its two items: the case or the two cases that hold it,
//! or its hub.
//!
//! A rejected match joins nothing. Of an item that some two cases hold in vain, those cases still
//! belong together that a chain of unrejected pairs joins (the components of the complement of the
//! rejected pairs), and each such group has its own hub.

use super::graph::Ends;
use crate::handles::{Handle, HandleKind};
use athar_ledger::{CaseBrief, CaseId, ItemId, Ledger, LedgerError, LinkPair, LinkState, Seq};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

/// Cases from which on an item or a handle is a hub.
pub(crate) const HUB_CASES: usize = 3;

/// Everything that ties cases.
pub(crate) struct Graph {
    /// The first nodes, by id.
    pub cases: Vec<CaseBrief>,
    /// The nodes behind them.
    pub hubs: Vec<Hub>,
    /// One for each two nodes that are tied, whatever ties them; by their ends.
    pub edges: Vec<Edge>,
    /// What ties them, edge after edge.
    pub ties: Vec<Tie>,
    /// Handles that more than one case names.
    pub handles: Vec<Handle>,
}

/// What more than two cases share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hub {
    Item(ItemId),
    /// A place in [`Graph::handles`].
    Handle(u32),
}

/// Two nodes that are tied.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge {
    /// The lesser node first.
    pub ends: Ends,
    /// Where its ties begin, and where they end.
    pub ties: [u32; 2],
    /// The event that first tied them.
    pub since: Seq,
    /// Whether a reviewer confirmed one of its ties.
    pub is_confirmed: bool,
}

/// One reason for an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tie {
    pub ends: Ends,
    /// Whether what was found first, of a match its newer item, stands at the second end.
    pub is_turned: bool,
    /// The event from which on all of it was there.
    pub since: Seq,
    pub what: What,
    pub is_confirmed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    /// The match that this event recorded.
    Match(Seq),
    /// Both hold this item; or one does, and the other is its hub.
    SameFile(ItemId),
    /// A place in [`Graph::handles`].
    Handle(u32),
}

impl Graph {
    /// Reads all that ties cases, at one moment.
    pub(crate) fn read(ledger: &Ledger) -> Result<Self, LedgerError> {
        ledger.at_one_moment(|| {
            let decisions = Decisions::read(ledger)?;
            let aside = ledger.items_aside()?;
            let mut builder = Builder::new(ledger.case_briefs()?, &decisions, &aside);
            builder.read_holdings(ledger)?;
            builder.read_matches(ledger)?;
            builder.read_handles(ledger)?;
            Ok(builder.finish())
        })
    }

    /// The ends of the edges.
    pub(crate) fn ends(&self) -> Vec<Ends> {
        self.edges.iter().map(|edge| edge.ends).collect()
    }

    /// Which nodes are cases.
    pub(crate) fn are_cases(&self) -> Vec<bool> {
        let nodes = self.cases.len() + self.hubs.len();
        (0..nodes).map(|node| node < self.cases.len()).collect()
    }

    pub(crate) fn ties_of(&self, edge: &Edge) -> &[Tie] {
        &self.ties[edge.ties[0] as usize..edge.ties[1] as usize]
    }
}

/// What stands of what reviewers decided.
struct Decisions {
    items: HashMap<LinkPair, LinkState>,
    /// By item: two cases, the lesser first.
    cases: BTreeMap<ItemId, BTreeMap<(CaseId, CaseId), LinkState>>,
}

impl Decisions {
    fn read(ledger: &Ledger) -> Result<Self, LedgerError> {
        let mut found = Self { items: HashMap::new(), cases: BTreeMap::new() };
        // Later ones replace earlier ones.
        for row in ledger.decisions()? {
            match row.pair {
                LinkPair::Items(..) => drop(found.items.insert(row.pair, row.state)),
                LinkPair::Cases(item, a, b) => {
                    found.cases.entry(item).or_default().insert((a, b), row.state);
                }
            }
        }
        Ok(found)
    }

    fn on_items(&self, a: ItemId, b: ItemId) -> LinkState {
        match self.items.is_empty() {
            true => LinkState::Unreviewed,
            false => self.items.get(&LinkPair::Items(a, b).ordered()).copied().unwrap_or_default(),
        }
    }
}

/// A node that stands for an item, and the event that made it so.
#[derive(Clone, Copy)]
struct Stand {
    node: u32,
    since: Seq,
}

/// Ids of rows are spread by a multiplication (Knuth, The Art of Computer Programming 3, 6.4):
/// they come from the ledger's own counter, and nobody chooses them.
#[derive(Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(self.0 ^ u64::from(byte)));
    }

    fn write_u64(&mut self, id: u64) {
        self.0 = id.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(26);
    }

    fn write_i64(&mut self, id: i64) {
        self.write_u64(id.cast_unsigned());
    }
}

struct Builder<'a> {
    graph: Graph,
    decisions: &'a Decisions,
    /// Items that tie nothing unless a reviewer says so: harmless ones, and those held back.
    aside: &'a BTreeSet<ItemId>,
    /// For each item that a case holds, where its stands begin in `stands` and how many they are.
    items: HashMap<i64, (u32, u32), BuildHasherDefault<IdHasher>>,
    stands: Vec<Stand>,
    /// The cases of each hub, in the order of hubs.
    members: Vec<Vec<u32>>,
}

impl<'a> Builder<'a> {
    fn new(cases: Vec<CaseBrief>, decisions: &'a Decisions, aside: &'a BTreeSet<ItemId>) -> Self {
        let graph = Graph {
            cases,
            hubs: Vec::new(),
            edges: Vec::new(),
            ties: Vec::new(),
            handles: Vec::new(),
        };
        Self {
            graph,
            decisions,
            aside,
            items: HashMap::default(),
            stands: Vec::new(),
            members: Vec::new(),
        }
    }

    /// The node of a case. A case that is not listed cannot be: rows refer to what is there.
    fn node(&self, case: CaseId) -> Result<u32, LedgerError> {
        let found = self.graph.cases.binary_search_by_key(&case, |brief| brief.id);
        found.map(|node| node as u32).map_err(|_| LedgerError::Corrupt)
    }

    fn read_holdings(&mut self, ledger: &Ledger) -> Result<(), LedgerError> {
        let mut holders: Vec<Stand> = Vec::new();
        let mut current = None;
        let mut failed = Ok(());
        ledger.for_each_holding(|item, case, since| {
            if failed.is_err() {
                return;
            }
            if current.is_some_and(|current| current != item) {
                failed = self.end_item(ledger, current, &mut holders);
            }
            current = Some(item);
            match self.node(case) {
                Ok(node) => holders.push(Stand { node, since }),
                Err(error) => failed = Err(error),
            }
        })?;
        failed?;
        self.end_item(ledger, current, &mut holders)
    }

    /// All the cases of an item are known: finds what stands for it.
    fn end_item(
        &mut self,
        ledger: &Ledger,
        item: Option<ItemId>,
        holders: &mut Vec<Stand>,
    ) -> Result<(), LedgerError> {
        let Some(item) = item else { return Ok(()) };
        let from = self.stands.len() as u32;
        // The first of one case is the only one: an item is once in a case.
        if holders.len() == 1 || !ledger.is_searchable(item)? {
            self.stands.append(holders);
        } else {
            self.join_holders(item, holders);
            holders.clear();
        }
        self.items.insert(item.0, (from, self.stands.len() as u32 - from));
        Ok(())
    }

    /// Joins cases that hold the same item, all but those that were rejected; of one that is set aside
    /// only those that were confirmed.
    fn join_holders(&mut self, item: ItemId, holders: &[Stand]) {
        let decided = self.decisions.cases.get(&item);
        let state = |a: u32, b: u32| {
            let ids = [a.min(b), a.max(b)].map(|node| self.graph.cases[node as usize].id);
            decided.and_then(|decided| decided.get(&(ids[0], ids[1]))).copied().unwrap_or_default()
        };
        let is_aside = self.aside.contains(&item);
        let is_apart = |a: u32, b: u32| match state(a, b) {
            LinkState::Rejected => true,
            LinkState::Confirmed => false,
            LinkState::Unreviewed | LinkState::Harmless | LinkState::Held => is_aside,
        };
        let is_confirmed = |one: u32| {
            decided.is_some()
                && holders.iter().any(|other| state(one, other.node) == LinkState::Confirmed)
        };
        let confirmed: BTreeSet<u32> =
            holders.iter().map(|holder| holder.node).filter(|&node| is_confirmed(node)).collect();
        let (tied, alone): (Vec<Stand>, Vec<Stand>) =
            (holders.iter()).partition(|holder| !is_aside || confirmed.contains(&holder.node));
        let groups = match decided {
            None => vec![tied],
            Some(_) => groups(&tied, &is_apart),
        };
        self.stands.extend(alone);
        for group in groups {
            self.join(&group, What::SameFile(item), Hub::Item(item), &confirmed);
        }
    }

    /// Ties cases that share something, by an edge or by a hub, and lets that stand for it.
    fn join(&mut self, group: &[Stand], what: What, hub: Hub, confirmed: &BTreeSet<u32>) {
        if group.len() < HUB_CASES {
            if let [a, b] = *group {
                let is_confirmed = confirmed.contains(&a.node);
                self.tie([a.node, b.node], a.since.max(b.since), what, is_confirmed);
            }
            self.stands.extend_from_slice(group);
            return;
        }
        let node = (self.graph.cases.len() + self.graph.hubs.len()) as u32;
        self.graph.hubs.push(hub);
        for case in group {
            self.tie([case.node, node], case.since, what, confirmed.contains(&case.node));
        }
        let mut members: Vec<_> = group.iter().map(|case| case.node).collect();
        members.sort_unstable();
        self.members.push(members);
        self.stands.push(Stand { node, since: 0 });
    }

    fn read_matches(&mut self, ledger: &Ledger) -> Result<(), LedgerError> {
        ledger.for_each_matched(|query, stored, seq| {
            let (Some(&a), Some(&b)) = (self.items.get(&query.0), self.items.get(&stored.0)) else {
                return;
            };
            let is_aside = [query, stored].iter().any(|item| self.aside.contains(item));
            let state = self.decisions.on_items(query, stored);
            if state == LinkState::Confirmed || state.ties() && !is_aside {
                self.tie_stands(a, b, seq, state == LinkState::Confirmed);
            }
        })
    }

    fn tie_stands(&mut self, a: (u32, u32), b: (u32, u32), seq: Seq, is_confirmed: bool) {
        for x in a.0..a.0 + a.1 {
            for y in b.0..b.0 + b.1 {
                let (x, y) = (self.stands[x as usize], self.stands[y as usize]);
                if !self.is_within(x.node, y.node) && !self.is_within(y.node, x.node) {
                    let since = seq.max(x.since).max(y.since);
                    self.tie([x.node, y.node], since, What::Match(seq), is_confirmed);
                }
            }
        }
    }

    /// Whether a node is the other, or a case of the other: then a match says nothing new.
    fn is_within(&self, node: u32, other: u32) -> bool {
        let hub = (other as usize).checked_sub(self.graph.cases.len());
        let is_member = |hub: usize| self.members[hub].binary_search(&node).is_ok();
        node == other || hub.is_some_and(is_member)
    }

    fn read_handles(&mut self, ledger: &Ledger) -> Result<(), LedgerError> {
        let mut current: Option<Handle> = None;
        let mut holders: Vec<Stand> = Vec::new();
        let mut failed = Ok(());
        ledger.for_each_handle(|[kind, platform, value], case, since| {
            let is_same = current.as_ref().is_some_and(|handle| {
                handle.value == value && handle.platform == platform && handle.kind.name() == kind
            });
            if !is_same {
                self.end_handle(current.take(), &mut holders);
                let kind = HandleKind::from_name(kind);
                current = Some(Handle { kind, platform: platform.into(), value: value.into() });
            }
            match self.node(case) {
                Ok(node) => holders.push(Stand { node, since }),
                Err(error) => failed = Err(error),
            }
        })?;
        self.end_handle(current, &mut holders);
        failed
    }

    fn end_handle(&mut self, handle: Option<Handle>, holders: &mut Vec<Stand>) {
        let holders = std::mem::take(holders);
        let Some(handle) = handle.filter(|handle| handle.kind.ties()) else { return };
        if holders.len() > 1 {
            let place = self.graph.handles.len() as u32;
            self.graph.handles.push(handle);
            self.join(&holders, What::Handle(place), Hub::Handle(place), &BTreeSet::new());
        }
    }

    fn tie(&mut self, [a, b]: Ends, since: Seq, what: What, is_confirmed: bool) {
        let ends = [a.min(b), a.max(b)];
        self.graph.ties.push(Tie { ends, is_turned: a > b, since, what, is_confirmed });
    }

    /// Bundles what ties the same two nodes.
    fn finish(self) -> Graph {
        let mut graph = self.graph;
        graph.ties.sort_unstable_by_key(|tie| (tie.ends, tie.what));
        let mut from = 0;
        for ties in graph.ties.chunk_by(|a, b| a.ends == b.ends) {
            let to = from + ties.len() as u32;
            graph.edges.push(Edge {
                ends: ties[0].ends,
                ties: [from, to],
                since: ties.iter().map(|tie| tie.since).min().unwrap_or(0),
                is_confirmed: ties.iter().any(|tie| tie.is_confirmed),
            });
            from = to;
        }
        graph
    }
}

/// Those that a chain of pairs not apart joins: the walk goes through those not yet reached, and
/// each step but one for each pair apart takes one of them away.
fn groups(all: &[Stand], is_apart: &dyn Fn(u32, u32) -> bool) -> Vec<Vec<Stand>> {
    let mut unreached = all.to_vec();
    let mut groups = Vec::new();
    while let Some(first) = unreached.pop() {
        let (mut group, mut done) = (vec![first], 0);
        while let Some(&from) = group.get(done) {
            let reached = unreached.extract_if(.., |to| !is_apart(from.node, to.node));
            group.extend(reached);
            done += 1;
        }
        groups.push(group);
    }
    groups
}
