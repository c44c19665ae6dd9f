//! Networks of small ledgers made by chance, against what all pairs of links and handles say.

use super::ties::{Graph, HUB_CASES};
use super::{Networks, graph};
use athar_kernel::Code;
use athar_ledger::{
    CaseId, ItemId, Ledger, LedgerError, LinkPair, LinkState, NewCodes, NewDecision, NewHandle,
    NewItem, NewMatch, NewReport, ReportId, Tx,
};
use std::collections::{BTreeMap, BTreeSet};

const AT_MS: i64 = 1_700_000_000_000;

/// Numbers that come again in every run (Marsaglia, "Xorshift RNGs", 2003).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

fn add(tx: &mut Tx<'_>, report: ReportId, number: usize) -> Result<ItemId, LedgerError> {
    let codes = [Code::from_words([number as u64, 1, 2, 3])];
    let row = NewCodes {
        space: "pdq",
        scheme: "pdq",
        version: 1,
        ordinal: 0,
        codes: &codes,
        // One in five is too flat to be matched: that cases share it says nothing.
        searchable: number % 5 != 4,
        places: None,
        second: None,
    };
    let item = NewItem {
        sha256: [number as u8; 32],
        md5: [0; 16],
        kind: "image",
        format: "jpeg",
        bytes: 1,
        width: 1,
        height: 1,
        quality: 100,
        codes: &[row],
    };
    Ok(tx.add_item(report, &item, AT_MS)?.item())
}

fn copy(query: ItemId, stored: ItemId) -> NewMatch<'static> {
    NewMatch {
        query,
        stored,
        relation: "copy",
        via: "pdq",
        ordinal: 0,
        distance: 1,
        orientation: "rot0",
        second_distance: None,
        radius: 31,
        inliers: None,
        region: None,
        false_alarm_rate: 1e-6,
        false_alarm_pairs: 1_000,
    }
}

/// Cases, the items in them, matches, handles and decisions, all by chance.
fn fill(tx: &mut Tx<'_>, numbers: &mut Numbers) -> Result<(), LedgerError> {
    let cases = 2 + numbers.below(9);
    let (mut opened, mut items) = (Vec::new(), BTreeMap::<usize, ItemId>::new());
    for number in 0..cases {
        let case = tx.open_case(&number.to_string(), AT_MS)?;
        opened.push((case, tx.open_report(case, &NewReport::default(), AT_MS)?));
    }
    for _ in 0..numbers.below(4 * cases) {
        let (number, (_, report)) = (numbers.below(12), opened[numbers.below(cases)]);
        items.insert(number, add(tx, report, number)?);
    }
    let searchable: Vec<_> = items.iter().filter(|(n, _)| *n % 5 != 4).map(|(_, i)| *i).collect();
    for _ in 0..numbers.below(6) * usize::from(searchable.len() > 1) {
        let pair = [(); 2].map(|()| searchable[numbers.below(searchable.len())]);
        if pair[0] != pair[1] {
            tx.add_match(&copy(pair[0], pair[1]), AT_MS)?;
        }
    }
    for _ in 0..numbers.below(cases) {
        let (value, kind) = (["x", "y"][numbers.below(2)], ["account", "other"][numbers.below(2)]);
        let handle = NewHandle { kind, platform: "", value };
        tx.add_handle(opened[numbers.below(cases)].0, &handle, AT_MS)?;
    }
    for link in tx.links(None)? {
        let pair = match link.match_seq {
            Some(_) => LinkPair::Items(link.from.item, link.to.item),
            None => LinkPair::Cases(link.from.item, link.from.case, link.to.case),
        };
        if numbers.below(3) == 0 {
            let is_confirmed = numbers.below(3) == 0;
            tx.decide(&NewDecision { pair, is_confirmed, reason: "r", actor: None }, AT_MS)?;
        }
    }
    Ok(())
}

/// For each case the least case that it hangs together with, by all pairs.
fn naive(ledger: &Ledger) -> Result<BTreeMap<CaseId, CaseId>, LedgerError> {
    let links = ledger.links(None)?;
    let standing = links.iter().filter(|link| link.state != LinkState::Rejected);
    let mut pairs: Vec<_> = standing.map(|link| (link.from.case, link.to.case)).collect();
    let cases: Vec<_> = ledger.cases()?.into_iter().map(|case| case.id).collect();
    let handles = |case: CaseId| -> Result<BTreeSet<_>, LedgerError> {
        let all = ledger.handles(case)?.into_iter().filter(|handle| handle.kind != "other");
        Ok(all.map(|handle| handle.value).collect())
    };
    for &a in &cases {
        for &b in &cases {
            if !handles(a)?.is_disjoint(&handles(b)?) {
                pairs.push((a, b));
            }
        }
    }
    let mut least: BTreeMap<_, _> = cases.iter().map(|&case| (case, case)).collect();
    for _ in &cases {
        for &(a, b) in &pairs {
            let to = least[&a].min(least[&b]);
            least.extend([(a, to), (b, to)]);
        }
    }
    Ok(least)
}

#[test]
fn what_hangs_together_is_what_all_pairs_say() {
    let folder = tempfile::tempdir().unwrap();
    let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
    let (mut hubs, mut rejected) = (0, 0);
    for round in 0..60 {
        let file = folder.path().join(format!("{round}.sqlite"));
        let mut ledger = Ledger::create(&file, "athar test", AT_MS).unwrap();
        ledger.write(|tx| fill(tx, &mut numbers)).unwrap();
        let graph = Graph::read(&ledger).unwrap();
        let shape = graph::shape(&graph.are_cases(), &graph.ends());
        let expected = naive(&ledger).unwrap();
        for (a, one) in graph.cases.iter().enumerate() {
            for (b, other) in graph.cases.iter().enumerate() {
                assert_eq!(
                    shape.component[a] == shape.component[b],
                    expected[&one.id] == expected[&other.id],
                    "cases {} and {} of round {round}",
                    one.name,
                    other.name
                );
            }
        }
        hubs += graph.hubs.len();
        let links = ledger.links(None).unwrap();
        rejected += links.iter().filter(|link| link.state == LinkState::Rejected).count();
    }
    assert!(hubs > 20 && rejected > 50, "{hubs} hubs, {rejected} rejected links");
}

/// A thousand cases with one picture have a thousand edges.
#[test]
fn a_flood_stays_as_large_as_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::create(&folder.path().join("l.sqlite"), "athar test", AT_MS).unwrap();
    let cases = 1_000;
    let fill = |tx: &mut Tx<'_>| {
        (0..cases).try_for_each(|number| {
            let case = tx.open_case(&number.to_string(), AT_MS)?;
            let report = tx.open_report(case, &NewReport::default(), AT_MS)?;
            add(tx, report, 1).map(drop)
        })
    };
    ledger.write(fill).unwrap();
    let graph = Graph::read(&ledger).unwrap();
    assert!(cases >= HUB_CASES);
    assert_eq!((graph.hubs.len(), graph.edges.len(), graph.ties.len()), (1, cases, cases));
    let shape = graph::shape(&graph.are_cases(), &graph.ends());
    assert_eq!(shape.weights, [cases as u32]);
}

/// A case that was there long before is new to a network when it is first tied to it.
#[test]
fn what_is_new_is_what_was_tied_since_then() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::create(&folder.path().join("l.sqlite"), "athar test", AT_MS).unwrap();
    let reports = ledger.write(|tx| {
        let reports: Vec<_> = ["a", "b", "c", "d", "e"]
            .iter()
            .map(|name| {
                let case = tx.open_case(name, AT_MS)?;
                tx.open_report(case, &NewReport::default(), AT_MS)
            })
            .collect::<Result<_, LedgerError>>()?;
        for (report, number) in [(0, 1), (1, 1), (3, 2), (4, 2)] {
            add(tx, reports[report], number)?;
        }
        Ok::<_, LedgerError>(reports)
    });
    let (reports, from) = (reports.unwrap(), ledger.last_seq().unwrap() + 1);
    let networks = |from| Networks::of(Graph::read(&ledger).unwrap(), from);
    assert_eq!(networks(Some(from)).list().len(), 0, "nothing is new yet");
    assert_eq!(networks(None).list().len(), 2);
    ledger.write(|tx| add(tx, reports[2], 1)).unwrap();
    let networks = Networks::of(Graph::read(&ledger).unwrap(), Some(from));
    let [brief] = networks.list() else { panic!("only the first network is new") };
    assert_eq!((brief.cases, brief.new_cases, brief.new_edges), (3, Some(1), Some(1)));
}
