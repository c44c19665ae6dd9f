//! Alerts and remembered checks, for people.

use super::text::{
    DIM, FOUND, GOOD, STRONG, WRONG, bits_differ, push_left, rate, relation, short, styled,
    styled_name, time,
};
use crate::lang::{joined, name, say};
use athar_engine::{
    Alert, AlertCause, AlertChange, AlertState, AskedBefore, Benign, LinkState, Remembered, Space,
};
use athar_words::{figure, key, text as words};
use std::fmt::Write;

/// That somebody asked about an input before.
pub(crate) fn asked(asked: &AskedBefore) -> String {
    let evidence = [relation(asked.relation.name()), bits_differ(asked.distance)];
    let check = say!("check-number", check = figure(asked.check)) + &said_by(asked.by.as_deref());
    format!(
        "{} {}  {}  {}",
        styled(FOUND, say!("asked-before", n = asked.times)),
        time(asked.last_ms),
        joined(&evidence),
        styled(DIM, check),
    )
}

/// An alert: what came, what it has in common with what, and what became of it.
pub(crate) fn alert(alert: &Alert) -> String {
    let state = match alert.state {
        AlertState::Open => styled(FOUND, alert_state(alert.state)),
        AlertState::Seen => alert_state(alert.state),
        AlertState::Closed => styled(DIM, alert_state(alert.state)),
    };
    let mut text = format!(
        "{} {state}  {}  {}",
        styled(STRONG, alert.alert),
        time(alert.raised_at_ms),
        say!(
            "alert-came",
            case = styled(STRONG, &alert.case),
            item = styled(DIM, short(&alert.item)),
            cause = words(cause(&alert.cause))
        ),
    );
    let _ = write!(
        text,
        "\n    {}  {}",
        evidence(alert),
        styled(DIM, rate(alert.false_alarm_rate, alert.false_alarm_pairs)),
    );
    let link = match alert.link {
        LinkState::Unreviewed => String::new(),
        LinkState::Confirmed => format!("  {}", styled(GOOD, say!("link-confirmed"))),
        LinkState::Rejected => format!("  {}", styled(WRONG, say!("rejected"))),
        LinkState::Held => format!("  {}", styled(DIM, say!("held-back"))),
        LinkState::Harmless => format!("  {}", styled(DIM, say!("known-harmless"))),
    };
    text.push_str(&link);
    if let Some(at_ms) = alert.state_at_ms {
        let by = said_by(alert.by.as_deref());
        let _ = write!(text, "\n    {} {}{by}", alert_state(alert.state), time(at_ms));
        if let Some(reason) = &alert.reason {
            let _ = write!(text, ": {}", name(reason));
        }
    }
    text
}

/// The relation, and by what it was found.
fn evidence(alert: &Alert) -> String {
    let how = match alert.via == Space::Pdq.name() {
        true => bits_differ(alert.distance),
        false => say!("found-by", space = key(alert.via.as_str())),
    };
    joined(&[relation(&alert.relation.to_string()), how])
}

fn alert_state(state: AlertState) -> String {
    say!("alert-state", state = key(state.name()))
}

fn cause(cause: &AlertCause) -> String {
    let item = |item: &Option<[u8; 32]>| item.as_ref().map(short).unwrap_or_default();
    match cause {
        AlertCause::Case { other_case, other_item } => {
            let (case, item) = (styled(STRONG, other_case), styled(DIM, item(other_item)));
            say!("alert-as-case", case = case, item = item)
        }
        AlertCause::Cases { cases, other_item } => {
            let many = styled(STRONG, say!("older-cases", n = *cases));
            say!("alert-as-cases", cases = words(many), item = styled(DIM, item(other_item)))
        }
        AlertCause::Held { cases, other_item, .. } => {
            let many = words(styled(STRONG, say!("other-cases", n = *cases)));
            say!("alert-held", cases = many, item = styled(DIM, item(other_item)))
        }
        AlertCause::Check { check, checks, asked_at_ms, asked_by } => {
            let when = asked_at_ms.map(time).unwrap_or_default();
            let mut which = vec![say!("check-number", check = figure(*check))];
            if *checks > 1 {
                which.push(say!("one-of-checks", n = *checks));
            }
            let when = when + &said_by(asked_by.as_deref());
            say!("alert-as-check", when = words(when), check = words(joined(&which)))
        }
    }
}

fn said_by(actor: Option<&str>) -> String {
    actor.map(|actor| format!(" {}", say!("said-by", actor = actor))).unwrap_or_default()
}

/// An item of the benign list.
pub(crate) fn benign(benign: &Benign) -> String {
    let when = format!("{}{}", time(benign.marked_at_ms), said_by(benign.by.as_deref()));
    let item = styled_name(STRONG, short(&benign.item));
    format!("{item}  {}  {}", name(&benign.note), styled(DIM, when))
}

/// What became of an alert.
pub(crate) fn changed(change: &AlertChange) -> String {
    let AlertChange { alert, state, before } = change;
    let changed = say!(
        "alert-changed",
        state = words(styled(GOOD, alert_state(*state))),
        before = words(alert_state(*before))
    );
    format!("{}  {changed}", styled(STRONG, alert))
}

/// For how long checks are remembered, and what was erased.
pub(crate) fn remembered(remembered: &Remembered) -> String {
    let rule = match remembered.days {
        0 => say!("checks-not-remembered"),
        days => say!("checks-remembered", n = days),
    };
    let mut now = vec![say!("n-now", n = remembered.checks)];
    if remembered.erased > 0 {
        now.push(say!("n-erased", n = remembered.erased));
    }
    let mut text = say!("two-parts", first = words(rule), second = words(joined(&now)));
    push_left(&mut text, &remembered.left);
    text
}
