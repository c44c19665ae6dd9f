//! What is over goes, and nothing else.

use super::*;

const DAY_MS: i64 = 86_400_000;

fn rule(channel: Option<&str>, days: Option<u32>) -> RetentionRule {
    RetentionRule { channel: channel.map(str::to_owned), days }
}

fn open(tx: &mut Tx<'_>, case: CaseId, channel: Option<&str>, day: i64) -> ReportId {
    tx.open_report(case, &NewReport { channel, unit: None }, NOW_MS + day * DAY_MS).unwrap()
}

/// Withdraws what is over after so many days, where something is.
fn expire(ledger: &mut Ledger, day: i64) -> Option<Withdrawn> {
    let (at_ms, over) = (NOW_MS + day * DAY_MS, Withdrawal::Over(NOW_MS + day * DAY_MS));
    let request = WithdrawalRequest { reason: "over", reference: None, actor: None };
    change(ledger, |tx| {
        let is_any = tx.would_withdraw(over).unwrap().reports > 0;
        is_any.then(|| tx.withdraw(over, &request, at_ms).unwrap())
    })
}

#[test]
fn each_channel_has_its_time_and_what_two_reports_hold_stays_with_the_later() {
    let place = Place::new();
    let mut ledger = place.create();
    let (shared, own) = change(&mut ledger, |tx| {
        let case = tx.open_case("A-1", NOW_MS).unwrap();
        let other = tx.open_case("A-2", NOW_MS).unwrap();
        let hotline = open(tx, case, Some("hotline"), 0);
        let shared = tx.add(hotline, 1).item();
        let own = tx.add(hotline, 2).item();
        let email = open(tx, other, Some("email"), 0);
        tx.add_known_item(email, shared, NOW_MS).unwrap();
        open(tx, other, None, 0);
        tx.set_retention(&rule(Some("hotline"), Some(30)), None, NOW_MS).unwrap();
        tx.set_retention(&rule(Some("email"), None), None, NOW_MS).unwrap();
        tx.set_retention(&rule(None, Some(90)), None, NOW_MS).unwrap();
        (shared, own)
    });
    assert_eq!(expire(&mut ledger, 30), None);
    let events = ledger.last_seq().unwrap();
    assert_eq!(expire(&mut ledger, -1_000), None);
    assert_eq!(ledger.last_seq().unwrap(), events);
    let over = ledger.expiring(NOW_MS + 31 * DAY_MS).unwrap();
    let hotline = Expiring { channel: Some("hotline".into()), reports: 1, oldest_at_ms: NOW_MS };
    assert_eq!(over, [hotline]);
    let planned = change(&mut ledger, |tx| {
        tx.would_withdraw(Withdrawal::Over(NOW_MS + 31 * DAY_MS)).unwrap()
    });
    let gone = expire(&mut ledger, 31).unwrap();
    assert_eq!((planned.reports, planned.items, planned.cases), (1, 1, 1));
    assert_eq!((gone.reports, gone.items, gone.cases, gone.reported), (1, 1, 1, 2));
    assert!(ledger.item(shared).unwrap().is_some() && ledger.item(own).unwrap().is_none());
    // Without a channel of its own a report goes by the rule for all others; an e-mail stays.
    let gone = expire(&mut ledger, 91).unwrap();
    assert_eq!((gone.reports, gone.items, gone.cases), (1, 0, 0));
    assert_eq!(expire(&mut ledger, 30_000), None);
    assert_eq!(ledger.verify().unwrap().fault, None);
}

#[test]
fn the_last_rule_of_a_channel_stands_and_a_forged_one_shows() {
    let place = Place::new();
    let mut ledger = place.create();
    change(&mut ledger, |tx| {
        tx.set_retention(&rule(Some("app"), Some(7)), None, NOW_MS).unwrap();
        tx.set_retention(&rule(None, Some(90)), Some("head"), NOW_MS).unwrap();
        tx.set_retention(&rule(Some("app"), Some(14)), None, NOW_MS).unwrap();
    });
    assert_eq!(
        ledger.retention_rules().unwrap(),
        [rule(None, Some(90)), rule(Some("app"), Some(14))]
    );
    let long = "x".repeat(5_000);
    let refused = ledger.write(|tx| tx.set_retention(&rule(Some(&long), None), None, NOW_MS));
    assert!(matches!(refused, Err(LedgerError::TextLength { .. })), "{refused:?}");
    drop(ledger);
    place.forge("UPDATE retention_rules SET days = 1 WHERE channel = 'app'");
    let fault = Ledger::open(&place.file, NOW_MS).unwrap().verify().unwrap().fault;
    assert!(matches!(fault, Some(Fault::RecordChanged { table: "retention_rules", .. })));
}
