//! With how many other cases each case is linked.
//!
//! The `links` view has a row for each two cases that hold the same item, which of a flood are
//! millions. Here each holding and each match is read once. A case is linked with all that hold one of
//! its *neighbours*: items of its own that others hold too, and items that match its own. Cases with
//! the same neighbours are counted together, and of a case's neighbours the one that most cases hold
//! is not gone through.

use crate::{CaseId, ItemId, Ledger, LinkPair, LinkState, error::Result};
use std::collections::{BTreeMap, BTreeSet, HashMap};

impl Ledger {
    /// For each case that has any, how many other cases it is linked with.
    pub(crate) fn linked_counts(&self) -> Result<BTreeMap<CaseId, u64>> {
        let ties = Ties::read(self)?;
        let mut alike = HashMap::new();
        let mut counts: BTreeMap<CaseId, u64> = BTreeMap::new();
        for neighbours in ties.neighbours.chunk_by(|one, next| one.case == next.case) {
            let case = neighbours[0].case;
            counts.insert(case, ties.count(case, neighbours, &mut alike));
        }
        for case in ties.confirmed.keys() {
            counts.entry(*case).or_insert_with(|| ties.linked_one_by_one(*case, &[]));
        }
        Ok(counts)
    }
}

/// An item whose cases a case is linked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Neighbour {
    case: CaseId,
    item: ItemId,
    /// Whether it is because the case holds it too; else the item matches one of the case's.
    is_own: bool,
}

/// What links cases.
#[derive(Default)]
struct Ties {
    /// Where the cases that hold an item begin and end.
    items: HashMap<ItemId, [usize; 2]>,
    /// The cases of all items, item by item.
    holders: Vec<CaseId>,
    /// In order.
    neighbours: Vec<Neighbour>,
    /// Cases that are not linked with a case by an item that both hold.
    rejected: BTreeMap<(CaseId, ItemId), BTreeSet<CaseId>>,
    /// Cases that are linked with a case whatever is set aside.
    confirmed: BTreeMap<CaseId, BTreeSet<CaseId>>,
}

impl Ties {
    fn read(ledger: &Ledger) -> Result<Self> {
        let (aside, mut ties) = (ledger.items_aside()?, Self::default());
        ledger.for_each_holding(|item, case, _| {
            let next = ties.holders.len();
            ties.items.entry(item).or_insert([next; 2])[1] = next + 1;
            ties.holders.push(case);
        })?;
        ties.read_shared(ledger, &aside)?;
        // Later decisions replace earlier ones.
        let decided = ledger.decisions()?.into_iter().map(|row| (row.pair, row.state));
        let decided: HashMap<LinkPair, LinkState> = decided.collect();
        for (pair, state) in &decided {
            if let LinkPair::Cases(item, a, b) = *pair {
                ties.decide(item, [a, b], *state);
            }
        }
        ledger.for_each_matched(|query, stored, _| {
            let is_aside = aside.contains(&query) || aside.contains(&stored);
            let state = decided.get(&LinkPair::Items(query, stored).ordered());
            let state = state.copied().unwrap_or_default();
            if state == LinkState::Confirmed || state.ties() && !is_aside {
                ties.join(query, stored);
                ties.join(stored, query);
            }
        })?;
        ties.neighbours.sort_unstable();
        ties.neighbours.dedup();
        Ok(ties)
    }

    /// Items that several cases hold are neighbours of each, unless they are set aside.
    fn read_shared(&mut self, ledger: &Ledger, aside: &BTreeSet<ItemId>) -> Result<()> {
        for (&item, &[from, to]) in &self.items {
            if to - from > 1 && !aside.contains(&item) && ledger.is_searchable(item)? {
                let holders = self.holders[from..to].iter();
                let neighbour = |&case| Neighbour { case, item, is_own: true };
                self.neighbours.extend(holders.map(neighbour));
            }
        }
        Ok(())
    }

    /// What was decided of two cases that hold the same item.
    fn decide(&mut self, item: ItemId, cases: [CaseId; 2], state: LinkState) {
        if cases.iter().any(|case| self.holders_of(item).binary_search(case).is_err()) {
            return;
        }
        let [a, b] = cases;
        for (one, other) in [(a, b), (b, a)] {
            match state {
                LinkState::Rejected => self.rejected.entry((one, item)).or_default().insert(other),
                _ => self.confirmed.entry(one).or_default().insert(other),
            };
        }
    }

    /// The cases of an item have another as their neighbour.
    fn join(&mut self, own: ItemId, item: ItemId) {
        let [from, to] = self.items.get(&own).copied().unwrap_or_default();
        let holders = self.holders[from..to].iter();
        self.neighbours.extend(holders.map(|&case| Neighbour { case, item, is_own: false }));
    }

    /// How many other cases one is linked with. Those with the same neighbours are counted once.
    fn count(
        &self,
        case: CaseId,
        neighbours: &[Neighbour],
        alike: &mut HashMap<Vec<ItemId>, u64>,
    ) -> u64 {
        let is_decided = |n: &Neighbour| self.rejected.contains_key(&(case, n.item));
        if self.confirmed.contains_key(&case) || neighbours.iter().any(is_decided) {
            return self.linked_one_by_one(case, neighbours);
        }
        let mut items: Vec<ItemId> = neighbours.iter().map(|neighbour| neighbour.item).collect();
        items.dedup();
        let is_one = |item: &ItemId| self.holders_of(*item).binary_search(&case).is_ok();
        let is_among = items.iter().any(is_one);
        let all = *alike.entry(items).or_insert_with_key(|items| self.union(items));
        all - u64::from(is_among)
    }

    /// How many cases hold one of these.
    fn union(&self, items: &[ItemId]) -> u64 {
        let most = items.iter().copied().max_by_key(|item| self.holders_of(*item).len());
        let Some(most) = most else { return 0 };
        let largest = self.holders_of(most);
        let others = items.iter().filter(|item| **item != most);
        let others = others.flat_map(|item| self.holders_of(*item));
        let more: BTreeSet<_> =
            others.filter(|case| largest.binary_search(case).is_err()).collect();
        (largest.len() + more.len()) as u64
    }

    fn linked_one_by_one(&self, case: CaseId, neighbours: &[Neighbour]) -> u64 {
        let mut linked: BTreeSet<CaseId> = self.confirmed.get(&case).cloned().unwrap_or_default();
        for Neighbour { item, is_own, .. } in neighbours {
            let apart = self.rejected.get(&(case, *item)).filter(|_| *is_own);
            let is_apart = |other: &CaseId| apart.is_some_and(|apart| apart.contains(other));
            linked.extend(self.holders_of(*item).iter().filter(|other| !is_apart(other)));
        }
        linked.remove(&case);
        linked.len() as u64
    }

    fn holders_of(&self, item: ItemId) -> &[CaseId] {
        let [from, to] = self.items.get(&item).copied().unwrap_or_default();
        &self.holders[from..to]
    }
}
