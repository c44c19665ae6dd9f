//! A small case with its chain, as a ledger would tell it.

use crate::content::*;
use crate::{
    Checkpoint, Digest, Event, Events, Field, Language, Opening, Parts, Scheme, Threshold,
    TreeHead, prove,
};
use ed25519_dalek::{Signer, SigningKey};
use std::convert::Infallible;

/// When everything begins, in milliseconds of UTC since 1970; an event is a second long.
const AT_MS: i64 = 1_795_174_200_000;

pub(super) fn parts<'a>(content: &'a Content, events: &'a Events, language: Language) -> Parts<'a> {
    let scheme = |space: &str, scheme: &str, version| Scheme {
        space: space.into(),
        scheme: scheme.into(),
        version,
    };
    Parts {
        content,
        events,
        language,
        program: "athar 0.1.0",
        schemes: vec![scheme("pdq", "pdq", 1), scheme("landmark", "orb-like", 2)],
        thresholds: vec![
            Threshold { name: "pdq_radius_bits".into(), value: 31.0 },
            Threshold { name: "false_alarm_rate".into(), value: 1e-7 },
        ],
        is_sextortion: false,
    }
}

/// Events one after the other.
struct Chain(Vec<Event>);

impl Chain {
    fn push(&mut self, kind: &str, opening: Option<(&str, Vec<Field>)>) -> (u64, i64) {
        let seq = self.0.len() as u64 + 1;
        let at_ms = AT_MS + seq as i64 * 1000;
        let opening = opening.map(|(table, values)| {
            let salt = Field::Blob(Digest::of(&seq.to_be_bytes()).0[..16].to_vec());
            Opening { table: table.into(), values: [vec![salt], values].concat() }
        });
        let hidden = matches!(kind, "item_added").then(|| Digest::of(b"with codes"));
        self.0.push(Event {
            seq,
            at_ms,
            kind: kind.into(),
            subject: opening.as_ref().map(Opening::subject).or(hidden),
            details: "{}".into(),
            prev: self.0.last().map_or(Digest([0; 32]), Event::digest),
            opening,
        });
        (seq, at_ms)
    }
}

fn text(text: &str) -> Field {
    Field::Text(text.into())
}

fn number(number: u64) -> Field {
    Field::Integer(number as i64)
}

fn file(name: &str, (event, added_at_ms): (u64, i64), size: [u32; 2]) -> File {
    File {
        event,
        sha256: Digest::of(name.as_bytes()),
        md5: "d41d8cd98f00b204e9800998ecf8427e".into(),
        kind: "image".into(),
        format: "jpeg".into(),
        bytes: 1_234_567,
        width_px: size[0],
        height_px: size[1],
        quality: 100,
        added_at_ms,
    }
}

/// Seventeen events of two cases; one of them, the ninth, is nobody's here.
pub(super) fn case(key: &SigningKey) -> (Content, Events) {
    let mut chain = Chain(Vec::new());
    chain.push("ledger_created", None);
    let case = chain.push("case_opened", Some(("cases", vec![text("K-2026/17")])));
    let facts = facts(&mut chain, case.0);
    let report_values = vec![number(case.0), text("hotline"), text("unit 7")];
    let report = chain.push("report_opened", Some(("reports", report_values)));
    let handle_values = vec![number(case.0), text("account"), text("telegram"), text("somebody")];
    let handle = chain.push("handle_added", Some(("handles", handle_values)));
    let one = file("one", chain.push("item_added", None), [1200, 900]);
    let held = vec![number(report.0), number(case.0), number(one.event)];
    let came = chain.push("item_reported", Some(("report_items", held)));
    let stranger = chain.push("case_opened", Some(("cases", vec![text("قضية ٥/2026")])));
    chain.push("check_made", None);
    let other = file("other", chain.push("item_added", None), [1080, 1920]);
    let held = vec![number(stranger.0), number(stranger.0), number(other.event)];
    let other_came = chain.push("item_reported", Some(("report_items", held)));
    let found = found(&mut chain, &one, &other, other_came);
    let note = file("note", chain.push("item_added", None), [0, 0]);
    let note = File { kind: "audio".into(), format: "ogg".into(), ..note };
    let held = vec![number(report.0), number(case.0), number(note.event)];
    let note_came = chain.push("item_reported", Some(("report_items", held)));
    let decided = chain.push("link_decided", Some(("decisions", decision_values(&one, &other))));
    let told = told(&mut chain, [report.0, case.0, note.event]);
    let purpose = [number(case.0), text("court file 3 of 2026"), text("officer 12")];
    let made = chain.push("packet_made", Some(("packets", purpose.to_vec())));
    let item = |file: File, came: (u64, i64)| Item {
        event: came.0,
        reported_at_ms: came.1,
        report: report.0,
        file,
        provenance: Vec::new(),
    };
    let content = Content {
        case: Case {
            event: case.0,
            name: "K-2026/17".into(),
            opened_at_ms: case.1,
            facts: Some(facts),
        },
        handles: vec![named(handle)],
        reports: vec![Report {
            event: report.0,
            channel: Some("hotline".into()),
            unit: Some("unit 7".into()),
            opened_at_ms: report.1,
            received_at_ms: None,
            complete: true,
        }],
        items: vec![item(one, came), Item { provenance: vec![told], ..item(note, note_came) }],
        refusals: Vec::new(),
        matches: vec![Match { decisions: vec![decided_as(decided)], ..found }],
        matches_left_out: 0,
        made: Made {
            event: made.0,
            purpose: Some("court file 3 of 2026".into()),
            actor: Some("officer 12".into()),
            made_at_ms: made.1,
        },
    };
    (content, events(chain, key))
}

fn decided_as((event, decided_at_ms): (u64, i64)) -> Decision {
    Decision {
        event,
        verdict: "confirmed".into(),
        reason: "نفس الغرفة والإطار".into(),
        actor: Some("officer 12".into()),
        decided_at_ms,
    }
}

fn told(chain: &mut Chain, [report, case, item]: [u64; 3]) -> Provenance {
    let (sender, name, parcel) =
        ("لينا <lina@example.org>", "ملاحظة 1.ogg", "mails.zip ▸ letter.eml");
    let values = vec![
        number(report),
        number(case),
        number(item),
        text(sender),
        Field::Integer(AT_MS - 3_600_000),
        text("unknown"),
        text("sent"),
        text(name),
        text(parcel),
    ];
    let event = chain.push("provenance_told", Some(("provenance", values))).0;
    let time = ToldTime { at_ms: AT_MS - 3_600_000, zone: "unknown".into(), moment: "sent".into() };
    Provenance {
        event,
        report,
        sender: Some(sender.into()),
        time: Some(time),
        name: Some(name.into()),
        parcel: Some(parcel.into()),
    }
}

fn named((event, added_at_ms): (u64, i64)) -> Handle {
    Handle {
        event,
        kind: "account".into(),
        platform: "telegram".into(),
        value: "somebody".into(),
        added_at_ms,
        also_in: vec!["قضية ٥/2026".into()],
    }
}

fn facts(chain: &mut Chain, case: u64) -> Facts {
    let note = "first line\nالسطر الثاني";
    let values = vec![
        number(case),
        text("hotline"),
        text("وحدة الجرائم الإلكترونية"),
        Field::Integer(AT_MS - 86_400_000),
        text("P-17"),
        Field::Null,
        text("high"),
        text("a deadline was set"),
        text(note),
    ];
    let event = chain.push("case_described", Some(("case_facts", values))).0;
    Facts {
        event,
        channel: Some("hotline".into()),
        unit: Some("وحدة الجرائم الإلكترونية".into()),
        received_at_ms: Some(AT_MS - 86_400_000),
        complainant: Some("P-17".into()),
        suspect: None,
        urgency: Some("high".into()),
        urgency_reason: Some("a deadline was set".into()),
        note: Some(note.into()),
    }
}

fn found(chain: &mut Chain, one: &File, other: &File, came: (u64, i64)) -> Match {
    let rate = 2.3e-7;
    let values = vec![
        number(other.event),
        number(one.event),
        text("altered"),
        text("landmark"),
        number(0),
        number(21),
        text("rot0"),
        number(6),
        number(31),
        number(87),
        text("{}"),
        Field::Real(f64::to_bits(rate)),
        number(8_404_032),
    ];
    let event = chain.push("match_found", Some(("matches", values)));
    let square = |left: f64, top: f64, side: f64| {
        vec![[left, top], [left + side, top], [left + side, top + side], [left, top + side]]
    };
    Match {
        event: Some(event.0),
        found_at_ms: event.1,
        item: one.sha256,
        other: other.clone(),
        other_case: "قضية ٥/2026".into(),
        other_event: came.0,
        other_reported_at_ms: came.1,
        is_newer: false,
        relation: "altered".into(),
        via: "landmark".into(),
        distance: 21,
        radius: 31,
        orientation: "rot0".into(),
        inliers: Some(87),
        second_opinion: Some(SecondOpinion { distance: 6, agrees: true }),
        region: Some(Region {
            newer: square(40.0, 600.0, 900.0),
            older: square(100.0, 0.0, 900.0),
            scale: 0.98,
            turn_deg: -1.5,
            mirrored: false,
            coverage: Some(0.9),
            differs: vec![[square(300.0, 900.0, 200.0), square(360.0, 300.0, 200.0)]],
        }),
        time: None,
        false_alarm_rate: rate,
        false_alarm_pairs: 8_404_032,
        state: "confirmed".into(),
        decisions: Vec::new(),
    }
}

fn decision_values(one: &File, other: &File) -> Vec<Field> {
    vec![
        number(one.event),
        number(other.event),
        Field::Null,
        Field::Null,
        text("confirmed"),
        text("نفس الغرفة والإطار"),
        text("officer 12"),
    ]
}

fn events(chain: Chain, key: &SigningKey) -> Events {
    let mut events = chain.0;
    let mut digests: Vec<_> = events.iter().map(|event| event.digest().0).collect();
    let (first, head) = (digests[0], digests[digests.len() - 1]);
    let size = digests.len() as u64;
    events.retain(|event| event.kind != "check_made");
    let places: Vec<_> = events.iter().map(|event| event.seq - 1).collect();
    digests.reverse();
    let next = &mut || Ok::<_, Infallible>(digests.pop().unwrap());
    let Ok((root, proof)) = prove(size, &places, next);
    let bytes = [&b"athar/checkpoint/1\0"[..], &first, &size.to_be_bytes(), &head].concat();
    let checkpoint = Checkpoint {
        event: size,
        digest: Digest(head),
        signature: crate::digest::to_hex(&key.sign(&bytes).to_bytes()),
    };
    Events { tree: TreeHead { size, root }, checkpoint, events, proof }
}
