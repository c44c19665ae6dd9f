//! Alerts and remembered checks, for people.

use super::text::{DIM, FOUND, GOOD, STRONG, WRONG, count, rate, short, styled, time};
use athar_engine::{
    Alert, AlertCause, AlertChange, AlertState, AskedBefore, Benign, LinkState, Remembered, Space,
};
use std::fmt::Write;

/// That somebody asked about an input before.
pub(crate) fn asked(asked: &AskedBefore) -> String {
    let often = match asked.times {
        1 => "asked about before".to_owned(),
        times => format!("asked about {times} times before, last"),
    };
    let AskedBefore { check, relation, distance, .. } = asked;
    let evidence = format!("{}, {distance} of 256 bits differ", relation.name());
    format!(
        "{} {}  {evidence}  {}",
        styled(FOUND, often),
        time(asked.last_ms),
        styled(DIM, format!("check {check}{}", said_by(asked.by.as_deref()))),
    )
}

/// An alert: what came, what it has in common with what, and what became of it.
pub(crate) fn alert(alert: &Alert) -> String {
    let state = match alert.state {
        AlertState::Open => styled(FOUND, "open"),
        AlertState::Seen => "seen".to_owned(),
        AlertState::Closed => styled(DIM, "closed"),
    };
    let mut text = format!(
        "{} {state}  {}  {} {} came, {}",
        styled(STRONG, alert.alert),
        time(alert.raised_at_ms),
        styled(STRONG, &alert.case),
        styled(DIM, short(&alert.item)),
        cause(&alert.cause),
    );
    let _ = write!(
        text,
        "\n    {}  {}",
        evidence(alert),
        styled(DIM, rate(alert.false_alarm_rate, alert.false_alarm_pairs)),
    );
    match alert.link {
        LinkState::Unreviewed => {}
        LinkState::Confirmed => text.push_str(&format!("  {}", styled(GOOD, "confirmed"))),
        LinkState::Rejected => text.push_str(&format!("  {}", styled(WRONG, "rejected"))),
        LinkState::Harmless => text.push_str(&format!("  {}", styled(DIM, "known harmless"))),
        LinkState::Held => text.push_str(&format!("  {}", styled(DIM, "held back"))),
    }
    if let Some(at_ms) = alert.state_at_ms {
        let by = said_by(alert.by.as_deref());
        let _ = write!(text, "\n    {} {}{by}", alert.state.name(), time(at_ms));
        if let Some(reason) = &alert.reason {
            let _ = write!(text, ": {reason}");
        }
    }
    text
}

/// The relation, and by what it was found.
fn evidence(alert: &Alert) -> String {
    let Alert { relation, via, distance, .. } = alert;
    match via == Space::Pdq.name() {
        true => format!("{relation}, {distance} of 256 bits differ"),
        false => format!("{relation}, by {via}"),
    }
}

fn cause(cause: &AlertCause) -> String {
    let item = |item: &Option<[u8; 32]>| item.as_ref().map(short).unwrap_or_default();
    match cause {
        AlertCause::Case { other_case, other_item } => {
            format!("as {} {}", styled(STRONG, other_case), styled(DIM, item(other_item)))
        }
        AlertCause::Cases { cases, other_item } => {
            let many = styled(STRONG, format!("{cases} older cases"));
            format!("as {many} hold, best {}", styled(DIM, item(other_item)))
        }
        AlertCause::Held { cases, other_item, .. } => {
            let many = styled(STRONG, format!("{cases} other cases"));
            let best = styled(DIM, item(other_item));
            format!("would tie {many}, and is held back until somebody looks, best {best}")
        }
        AlertCause::Check { check, checks, asked_at_ms, asked_by } => {
            let when = asked_at_ms.map(time).unwrap_or_default();
            let often = match checks {
                1 => String::new(),
                checks => format!(", one of {checks} checks"),
            };
            let by = said_by(asked_by.as_deref());
            format!("which was asked about {when}{by} (check {check}{often})")
        }
    }
}

fn said_by(actor: Option<&str>) -> String {
    actor.map(|name| format!(" by {name}")).unwrap_or_default()
}

/// An item of the benign list.
pub(crate) fn benign(benign: &Benign) -> String {
    let when = format!("{}{}", time(benign.marked_at_ms), said_by(benign.by.as_deref()));
    format!("{}  {}  {}", styled(STRONG, short(&benign.item)), benign.note, styled(DIM, when))
}

/// What became of an alert.
pub(crate) fn changed(change: &AlertChange) -> String {
    let AlertChange { alert, state, before } = change;
    let state = styled(GOOD, state.name());
    format!("{}  {state}, it was {} before", styled(STRONG, alert), before.name())
}

/// For how long checks are remembered, and what was erased.
pub(crate) fn remembered(remembered: &Remembered) -> String {
    let mut text = match remembered.days {
        0 => "checks are not remembered".to_owned(),
        days => format!("checks are remembered for {}", count(days.into(), "day")),
    };
    let _ = write!(text, "; {} now", remembered.checks);
    if remembered.erased > 0 {
        let _ = write!(text, ", {} erased", remembered.erased);
    }
    for left in &remembered.left {
        let _ = write!(text, "\n{} {left}", styled(WRONG, "left:"));
    }
    text
}
