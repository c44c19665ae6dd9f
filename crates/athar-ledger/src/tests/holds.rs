//! What is held back ties nothing until somebody lets it act, and keeps its copies with it.

use super::*;
use std::collections::BTreeSet;

const ASKED: WithdrawalRequest<'static> =
    WithdrawalRequest { reason: "at her wish", reference: None, actor: None };

/// Of two items that are no copies of each other.
const fn piece(query: ItemId, stored: ItemId) -> NewMatch<'static> {
    NewMatch {
        query,
        stored,
        relation: "part",
        via: "pdq",
        ordinal: 0,
        distance: 5,
        orientation: "rot0",
        second_distance: None,
        radius: 31,
        inliers: None,
        region: None,
        false_alarm_rate: 1e-9,
        false_alarm_pairs: 1_500_000,
    }
}

/// Cases that all hold picture 1; the last of them a copy of it too, number 2.
fn flood(ledger: &mut Ledger, cases: u32) -> ([ItemId; 2], Vec<CaseId>) {
    change(ledger, |tx| {
        let opened: Vec<_> = (0..cases).map(|n| tx.case_and_report(&format!("case {n}"))).collect();
        let item = opened.iter().map(|(_, report)| tx.add(*report, 1).item()).last().unwrap();
        let like = tx.add(opened[cases as usize - 1].1, 2).item();
        tx.add_match(&copy(like, item, 3), NOW_MS).unwrap();
        ([item, like], opened.into_iter().map(|(case, _)| case).collect())
    })
}

fn held(item: ItemId, flood: Option<HoldId>) -> NewHold {
    NewHold { item, flood, cases: 4, recent: 3, usual: 1, most: 2 }
}

fn states(ledger: &Ledger) -> BTreeSet<&'static str> {
    ledger.links(None).unwrap().iter().map(|link| link.state.name()).collect()
}

fn is_sound(ledger: &Ledger) {
    assert_eq!(ledger.verify().unwrap().fault, None);
}

#[test]
fn what_is_held_ties_nothing_nor_do_its_copies_old_or_new() {
    let place = Place::new();
    let mut ledger = place.create();
    let ([item, like], cases) = flood(&mut ledger, 5);
    let hold = change(&mut ledger, |tx| tx.hold(&held(item, None), NOW_MS + 1).unwrap());
    assert_eq!(states(&ledger), BTreeSet::from(["held"]));
    assert!(ledger.standing_links(None).unwrap().is_empty());
    assert!(ledger.cases().unwrap().iter().all(|case| case.links == 0));
    assert_eq!(ledger.case_summary(cases[0]).unwrap().unwrap().links, 0);
    assert_eq!(ledger.items_aside().unwrap(), BTreeSet::from([item, like]));
    let row = ledger.hold_of(like).unwrap().unwrap();
    assert_eq!((row.flood, row.item, row.sha256), (hold, item, sha256(1)));
    assert_eq!((row.cases, row.recent, row.usual, row.most), (4, 3, 1, 2));
    assert_eq!((row.kind.as_str(), row.held_at_ms), ("image", NOW_MS + 1));
    assert_eq!(ledger.held_now(hold), Ok(HeldNow { items: 2, cases: 5 }));

    let (next, part_of) = change(&mut ledger, |tx| {
        let (_, report) = tx.case_and_report("one more");
        let (next, part_of) = (tx.add(report, 3).item(), tx.add(report, 4).item());
        tx.add_match(&copy(next, item, 2), NOW_MS).unwrap();
        tx.add_match(&piece(part_of, item), NOW_MS).unwrap();
        (next, part_of)
    });
    let link = |a, b| ledger.link_state(LinkPair::Items(a, b)).unwrap();
    assert_eq!((link(next, item), link(part_of, item)), (LinkState::Held, LinkState::Held));
    assert!(ledger.hold_of(next).unwrap().is_some() && ledger.hold_of(part_of).unwrap().is_none());
    assert_eq!(ledger.holds().unwrap().len(), 1, "copies have no hold of their own");
    is_sound(&ledger);
}

#[test]
fn a_confirmed_link_ties_although_it_is_held_and_a_rejected_one_stays_so() {
    let place = Place::new();
    let mut ledger = place.create();
    let ([item, like], cases) = flood(&mut ledger, 5);
    change(&mut ledger, |tx| {
        tx.hold(&held(item, None), NOW_MS).unwrap();
        for (a, b, yes) in [(0, 1, true), (2, 3, false)] {
            let pair = LinkPair::Cases(item, cases[a], cases[b]);
            tx.decide(&decision(pair, yes), NOW_MS).unwrap();
        }
    });
    let standing = ledger.standing_links(None).unwrap();
    assert_eq!(standing.len(), 1);
    assert_eq!((standing[0].to.case, standing[0].from.case), (cases[0], cases[1]));
    assert_eq!(ledger.standing_links(Some(cases[1])).unwrap(), standing);
    assert!(ledger.standing_links(Some(cases[2])).unwrap().is_empty());
    let yes = decision(LinkPair::Items(item, like), true);
    change(&mut ledger, |tx| tx.decide(&yes, NOW_MS).unwrap());
    assert_eq!(
        ledger.standing_links(None).unwrap().len(),
        1 + 4,
        "the copy's case and four others"
    );
    let naive = |ledger: &Ledger| {
        let mut links = ledger.links(None).unwrap();
        links.retain(|link| link.state.ties());
        links
    };
    assert_eq!(ledger.standing_links(None).unwrap(), naive(&ledger));
    change(&mut ledger, |tx| {
        let hold = tx.hold_of(item).unwrap().unwrap().flood;
        tx.release_hold(hold, "looked at it", Some("head"), NOW_MS).unwrap();
    });
    assert_eq!(ledger.standing_links(None).unwrap(), naive(&ledger));
    assert_eq!(naive(&ledger).len(), 10 - 1 + 4);
    is_sound(&ledger);
}

#[test]
fn a_flood_is_let_go_as_a_whole_and_its_alert_is_closed_with_it() {
    let place = Place::new();
    let mut ledger = place.create();
    let ([item, like], cases) = flood(&mut ledger, 5);
    let (hold, alert, other) = change(&mut ledger, |tx| {
        let (_, report) = tx.case_and_report("one more");
        let other = tx.add(report, 9).item();
        let hold = tx.hold(&held(item, None), NOW_MS).unwrap();
        let second = tx.hold(&held(other, Some(hold)), NOW_MS).unwrap();
        assert_ne!(hold, second);
        let source = AlertSource::Held(like, hold, 4);
        let alert = NewAlert {
            item,
            case: cases[4],
            source,
            relation: "copy",
            via: "pdq",
            distance: 3,
            false_alarm_rate: 1e-9,
            false_alarm_pairs: 10,
        };
        (hold, tx.raise_alert(&alert, NOW_MS).unwrap(), other)
    });
    assert_eq!(ledger.holds().unwrap().len(), 1);
    assert_eq!(ledger.held_now(hold).unwrap(), HeldNow { items: 3, cases: 6 });
    let alerts = ledger.alerts(&AlertQuestion::default()).unwrap();
    assert_eq!(alerts[0].source, AlertSource::Held(like, hold, 4));
    let mut let_go = |hold, why| ledger.write(|tx| tx.release_hold(hold, why, None, NOW_MS));
    assert_eq!(let_go(hold, " "), Err(LedgerError::TextEmpty));
    assert_eq!(let_go(HoldId(1), "why"), Err(LedgerError::NotHeld));
    assert_eq!(let_go(hold, "a campaign"), Ok(HeldNow { items: 3, cases: 6 }));
    assert_eq!(let_go(hold, "again"), Err(LedgerError::NotHeld));
    assert_eq!(ledger.alert_state(alert), Ok(AlertState::Closed));
    assert_eq!(ledger.released_cases(&[ItemId(1), like]), Ok(Some(6)));
    assert_eq!(ledger.released_cases(&[ItemId(1)]), Ok(None));
    assert!(ledger.holds().unwrap().is_empty() && ledger.items_aside().unwrap().is_empty());
    assert_eq!(states(&ledger), BTreeSet::from(["unreviewed"]));
    assert!(ledger.hold_of(other).unwrap().is_none());
    let stale = ledger.write(|tx| tx.hold(&held(other, Some(hold)), NOW_MS));
    assert_eq!(stale, Err(LedgerError::NotHeld), "a flood that was let go takes nothing in");
    change(&mut ledger, |tx| tx.hold(&held(item, None), NOW_MS).unwrap());
    assert_eq!(states(&ledger), BTreeSet::from(["held"]), "it can be held anew");
    is_sound(&ledger);
}

#[test]
fn what_is_marked_as_harmless_is_held_no_longer() {
    let place = Place::new();
    let mut ledger = place.create();
    let ([item, like], _) = flood(&mut ledger, 5);
    change(&mut ledger, |tx| {
        tx.hold(&held(item, None), NOW_MS).unwrap();
        tx.mark_benign(like, "a logo", Some("head"), NOW_MS).unwrap();
    });
    assert!(ledger.holds().unwrap().is_empty());
    assert_eq!(states(&ledger), BTreeSet::from(["harmless"]));
    assert_eq!(ledger.released_cases(&[item]), Ok(None), "it says nothing of what may tie");
    is_sound(&ledger);
    change(&mut ledger, |tx| tx.unmark_benign(like, None, NOW_MS).unwrap());
    assert_eq!(states(&ledger), BTreeSet::from(["unreviewed"]));
    is_sound(&ledger);
}

#[test]
fn withdrawal_takes_holds_along_and_leaves_what_is_held_with_others() {
    let place = Place::new();
    let mut ledger = place.create();
    let ([item, like], cases) = flood(&mut ledger, 5);
    let second = change(&mut ledger, |tx| {
        let (_, report) = tx.case_and_report("one more");
        let second = tx.add(report, 9).item();
        let hold = tx.hold(&held(item, None), NOW_MS).unwrap();
        tx.hold(&held(second, Some(hold)), NOW_MS).unwrap();
        second
    });
    change(&mut ledger, |tx| tx.withdraw(Withdrawal::Case(cases[0]), &ASKED, NOW_MS).unwrap());
    assert_eq!(ledger.held_now(ledger.holds().unwrap()[0].flood).unwrap().cases, 5);
    is_sound(&ledger);
    let gone =
        change(&mut ledger, |tx| tx.withdraw(Withdrawal::Item(item), &ASKED, NOW_MS).unwrap());
    assert_eq!((gone.items, gone.facts), (1, 1));
    let rows = ledger.holds().unwrap();
    assert_eq!((rows.len(), rows[0].item), (1, second), "the flood goes on by its second hold");
    assert!(ledger.hold_of(like).unwrap().is_none());
    is_sound(&ledger);
    change(&mut ledger, |tx| {
        tx.release_hold(rows[0].flood, "why", None, NOW_MS).unwrap();
        tx.withdraw(Withdrawal::Item(second), &ASKED, NOW_MS).unwrap()
    });
    is_sound(&ledger);
    let left: i64 = place
        .raw()
        .query_row(
            "SELECT (SELECT count(*) FROM holds) + (SELECT count(*) FROM hold_releases)
                    + (SELECT count(*) FROM items_aside)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(left, 0);
}

#[test]
fn the_rule_that_was_set_last_stands() {
    let place = Place::new();
    let mut ledger = place.create();
    assert_eq!(ledger.hold_rule(), Ok(HoldRule::Usual));
    for rule in [HoldRule::Cases(7), HoldRule::Off, HoldRule::Usual] {
        change(&mut ledger, |tx| tx.set_hold_rule(rule, Some("head"), NOW_MS).unwrap());
        assert_eq!(ledger.hold_rule(), Ok(rule));
    }
    let none = ledger.write(|tx| tx.set_hold_rule(HoldRule::Cases(0), None, NOW_MS));
    assert_eq!(none, Err(LedgerError::OutOfRange));
    is_sound(&ledger);
}

#[test]
fn reaches_are_counted_by_kind_whatever_their_order() {
    let counted = |reaches: &[u64]| {
        let place = Place::new();
        let mut ledger = place.create();
        change(&mut ledger, |tx| {
            for others in reaches {
                tx.count_reach("image", *others, NOW_MS).unwrap();
            }
            tx.count_reach("audio", 9, NOW_MS).unwrap();
        });
        is_sound(&ledger);
        ledger.reach_counts("image").unwrap()
    };
    assert_eq!(counted(&[1, 2, 0, 1, 3]), [(1, 2), (2, 1), (3, 1)]);
    assert_eq!(counted(&[3, 1, 0, 2, 1]), counted(&[1, 2, 0, 1, 3]));
}

#[test]
fn verify_names_what_was_forged_of_holds_and_of_what_follows_from_them() {
    let forged = |sql: &str| {
        let place = Place::new();
        let mut ledger = place.create();
        let ([item, _], _) = flood(&mut ledger, 3);
        change(&mut ledger, |tx| {
            tx.set_hold_rule(HoldRule::Cases(2), Some("head"), NOW_MS).unwrap();
            let hold = tx.hold(&held(item, None), NOW_MS).unwrap();
            tx.count_reach("image", 3, NOW_MS).unwrap();
            tx.release_hold(hold, "why", Some("head"), NOW_MS).unwrap();
            tx.hold(&held(item, None), NOW_MS).unwrap();
        });
        is_sound(&ledger);
        drop(ledger);
        place.forge(sql);
        Ledger::open(&place.file, NOW_MS).unwrap().verify().unwrap().fault.unwrap()
    };
    let changed =
        |fault, name| matches!(fault, Fault::RecordChanged { table, .. } if table == name);
    assert!(changed(forged("UPDATE hold_rules SET cases = 0"), "hold_rules"));
    assert!(changed(forged("UPDATE holds SET most = 9"), "holds"));
    assert!(changed(forged("UPDATE hold_releases SET actor = 'x'"), "hold_releases"));
    for sql in [
        "DELETE FROM items_aside WHERE state = 'held'",
        "UPDATE items_aside SET state = 'released'",
        "INSERT INTO items_aside VALUES (99, 'harmless', 98)",
    ] {
        assert_eq!(forged(sql), Fault::Underived { table: "items_aside" }, "{sql}");
    }
    for sql in ["UPDATE reach_counts SET others = 400", "DELETE FROM reach_counts"] {
        assert_eq!(forged(sql), Fault::Underived { table: "reach_counts" }, "{sql}");
    }
}
