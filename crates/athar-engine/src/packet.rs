//! Evidence packets: what the ledger knows of a case, gathered for whoever has no ledger.
//!
//! That a packet is made is an event first; then the chain is signed up to it, in the same
//! change. What the packet tells is read within that change too, so nothing in it is newer than
//! the event that is signed.

use crate::checkpoint::{SignedCheckpoint, sign_in};
use crate::links::Link;
use crate::outcome::to_hex;
use crate::store::PROGRAM;
use crate::{EngineError, PublicKey, Region, Store, Time, clock, policy};
use athar_ledger::{
    CaseId, EventRow, ItemRow, Ledger, LedgerError, LinkEnd, LinkPair, LinkRow, NewPacket, Opening,
    OpeningValue, ProvenanceRow,
};
use athar_packet::{
    Checkpoint, Content, Digest, Event, Events, Field, Fonts, Language, Parts, Scheme, Threshold,
    TreeHead,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What a packet is made of and with.
#[derive(Debug, Clone)]
pub struct PacketOptions {
    /// The case.
    pub case: String,
    /// The report's language.
    pub language: Language,
    /// What it is made for. It is kept, and told.
    pub purpose: Option<String>,
    /// The opaque name of who makes it.
    pub actor: Option<String>,
    /// Whether the files' codes are told too, which shows that the files are those recorded.
    pub with_codes: bool,
    /// Whether the unit says that the case is one of sextortion of a child.
    pub is_sextortion: bool,
}

/// What a packet holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PacketSummary {
    /// The case.
    pub case: String,
    /// When it was made, milliseconds since 1970-01-01 UTC.
    pub made_at_ms: i64,
    /// By which program.
    pub program: String,
    /// The report's language.
    pub language: String,
    /// How many files of the case it tells of.
    pub items: u64,
    /// How many matches.
    pub matches: u64,
    /// How many events it shows.
    pub events: u64,
    /// How many of these with their record.
    pub records: u64,
    /// How many events the chain had.
    pub chain: u64,
    /// The root over all of them.
    pub root: String,
    /// The ledger's name.
    pub ledger: String,
}

/// Checks a packet with nothing but its bytes and a public key.
///
/// # Errors
///
/// [`EngineError::PacketFault`]: the first thing that does not fit.
pub fn check_packet(packet: &[u8], key: &PublicKey) -> Result<PacketSummary, EngineError> {
    let checked = athar_packet::check(packet, &key.to_bytes())?;
    let (manifest, content) = (checked.manifest, checked.content);
    Ok(PacketSummary {
        case: content.case.name,
        made_at_ms: manifest.made_at_ms,
        program: manifest.program,
        language: manifest.language,
        items: content.items.len() as u64,
        matches: content.matches.len() as u64,
        events: checked.events,
        records: checked.openings,
        chain: manifest.tree.size,
        root: manifest.tree.root.to_string(),
        ledger: manifest.ledger.to_string(),
    })
}

impl Store {
    /// Makes a packet of a case. That it is made is recorded before.
    ///
    /// # Errors
    ///
    /// There is no such case, the store has no key, or a font is missing.
    pub fn packet(
        &mut self,
        options: &PacketOptions,
        fonts: &Fonts,
    ) -> Result<Vec<u8>, EngineError> {
        let key = self.key()?.ok_or(EngineError::NoKey)?;
        let case = self.case_id(&options.case)?;
        fonts.check(options.language)?;
        let at_ms = clock::now_ms();
        let (content, signed) = self.ledger.write(|tx| {
            let packet = NewPacket {
                case,
                purpose: options.purpose.as_deref(),
                actor: options.actor.as_deref(),
                program: PROGRAM,
            };
            tx.record_packet(&packet, at_ms)?;
            let content = content(tx, case)?;
            Ok::<_, LedgerError>((content, sign_in(tx, &key, at_ms)?))
        })?;
        let events = self.shown(case, &content, &signed, options.with_codes)?;
        let parts = Parts {
            content: &content,
            events: &events,
            language: options.language,
            program: PROGRAM,
            schemes: self.told_schemes()?,
            thresholds: policy::told()
                .map(|(name, value)| Threshold { name: name.into(), value })
                .to_vec(),
            is_sextortion: options.is_sextortion,
        };
        let public = key.public().to_bytes();
        Ok(athar_packet::make(&parts, fonts, public, |message| key.sign_message(message))?)
    }

    fn told_schemes(&self) -> Result<Vec<Scheme>, EngineError> {
        let schemes = self.ledger.schemes()?.into_iter();
        let scheme = |row: athar_ledger::SchemeRow| Scheme {
            space: row.space,
            scheme: row.scheme,
            version: row.version,
        };
        Ok(schemes.map(scheme).collect())
    }

    /// The events of what is told, with the proof that they lie in the chain that was signed.
    fn shown(
        &self,
        case: CaseId,
        content: &Content,
        signed: &SignedCheckpoint,
        with_codes: bool,
    ) -> Result<Events, EngineError> {
        let size = signed.event;
        let mut numbers: BTreeSet<_> = self.ledger.events_of_case(case)?.into_iter().collect();
        numbers.extend([1, size]);
        for found in &content.matches {
            numbers.extend(found.event);
            numbers.extend([found.other.event, found.other_event]);
            numbers.extend(found.decisions.iter().map(|decision| decision.event));
        }
        numbers.extend(self.ledger.acts_over(numbers.iter().copied())?);
        // What came while this was gathered is not under the signature.
        numbers.retain(|&number| number <= size);
        let ours: BTreeSet<_> = content.items.iter().map(|item| item.file.event).collect();
        let mut events = Vec::with_capacity(numbers.len());
        for &number in &numbers {
            let event = self.ledger.event(number, with_codes && ours.contains(&number))?;
            events.push(told_event(event.ok_or(LedgerError::Corrupt)?));
        }
        let places: Vec<_> = numbers.iter().map(|number| number - 1).collect();
        let (root, proof) = self.ledger.with_digests(|digests| {
            let next = &mut || digests.next().unwrap_or(Err(LedgerError::Corrupt));
            athar_packet::prove(size, &places, next)
        })?;
        let checkpoint = Checkpoint {
            event: size,
            digest: Digest(signed.digest),
            signature: signed.signature.clone(),
        };
        Ok(Events { tree: TreeHead { size, root }, checkpoint, events, proof })
    }
}

fn told_event(row: EventRow) -> Event {
    let opening = row.opening.map(|Opening { table, values }| athar_packet::Opening {
        table: table.into(),
        values: values.into_iter().map(field).collect(),
    });
    Event {
        seq: row.seq,
        at_ms: row.at_ms,
        kind: row.kind,
        subject: row.subject.map(Digest),
        details: row.details,
        prev: Digest(row.prev),
        opening,
    }
}

fn field(value: OpeningValue) -> Field {
    match value {
        OpeningValue::Null => Field::Null,
        OpeningValue::Integer(integer) => Field::Integer(integer),
        OpeningValue::Real(real) => Field::Real(real.to_bits()),
        OpeningValue::Text(text) => Field::Text(text),
        OpeningValue::Blob(bytes) => Field::Blob(bytes),
    }
}

/// Everything that is told of a case.
fn content(ledger: &Ledger, case: CaseId) -> Result<Content, LedgerError> {
    let row = ledger.case(case)?.ok_or(LedgerError::NoSuchCase)?;
    let (matches, matches_left_out) = matches(ledger, case)?;
    let made = ledger.packets(case)?.pop().ok_or(LedgerError::Corrupt)?;
    Ok(Content {
        case: athar_packet::Case {
            event: number(row.id.0),
            name: row.name,
            opened_at_ms: row.opened_at_ms,
            facts: facts(ledger, case)?,
        },
        handles: handles(ledger, case)?,
        reports: reports(ledger, case)?,
        items: items(ledger, case)?,
        refusals: refusals(ledger, case)?,
        matches,
        matches_left_out,
        made: athar_packet::Made {
            event: made.seq,
            purpose: made.purpose,
            actor: made.actor,
            made_at_ms: made.made_at_ms,
        },
    })
}

/// Ids of rows are numbers of events, which count from 1.
fn number(id: i64) -> u64 {
    id.unsigned_abs()
}

fn facts(ledger: &Ledger, case: CaseId) -> Result<Option<athar_packet::Facts>, LedgerError> {
    let Some(event) = ledger.facts_event(case)? else { return Ok(None) };
    let facts = ledger.case_facts(case)?;
    Ok(Some(athar_packet::Facts {
        event,
        channel: facts.channel,
        unit: facts.unit,
        received_at_ms: facts.received_at_ms,
        complainant: facts.complainant,
        suspect: facts.suspect,
        urgency: facts.urgency,
        urgency_reason: facts.urgency_reason,
        note: facts.note,
    }))
}

fn handles(ledger: &Ledger, case: CaseId) -> Result<Vec<athar_packet::Handle>, LedgerError> {
    let mut others = BTreeMap::<_, Vec<_>>::new();
    for (handle, name) in ledger.cases_with_handles_of(case)? {
        others.entry(handle).or_default().push(name);
    }
    let handles = ledger.handles(case)?.into_iter().map(|row| {
        let key = [row.kind.clone(), row.platform.clone(), row.value.clone()];
        athar_packet::Handle {
            event: row.seq,
            also_in: others.get(&key).cloned().unwrap_or_default(),
            kind: row.kind,
            platform: row.platform,
            value: row.value,
            added_at_ms: row.added_at_ms,
        }
    });
    Ok(handles.collect())
}

fn reports(ledger: &Ledger, case: CaseId) -> Result<Vec<athar_packet::Report>, LedgerError> {
    let received: BTreeMap<_, _> = ledger.receipts(case)?.into_iter().collect();
    let reports = ledger.case_reports(case)?.into_iter().map(|row| athar_packet::Report {
        event: number(row.id.0),
        received_at_ms: received.get(&row.id).copied(),
        channel: row.channel,
        unit: row.unit,
        opened_at_ms: row.opened_at_ms,
        complete: row.closing.is_some_and(|closing| closing.complete),
    });
    Ok(reports.collect())
}

fn items(ledger: &Ledger, case: CaseId) -> Result<Vec<athar_packet::Item>, LedgerError> {
    let mut told = BTreeMap::<_, Vec<_>>::new();
    for row in ledger.provenance(case)? {
        told.entry(row.item).or_default().push(provenance(row));
    }
    let rows = ledger.case_items(case)?.into_iter().zip(ledger.holdings(case)?);
    let items = rows.map(|(row, (_, event, report, reported_at_ms))| athar_packet::Item {
        event,
        reported_at_ms,
        report: number(report.0),
        provenance: told.remove(&row.id).unwrap_or_default(),
        file: file(row),
    });
    Ok(items.collect())
}

fn provenance(row: ProvenanceRow) -> athar_packet::Provenance {
    let told = row.provenance;
    let time = |time: athar_ledger::ProvenanceTime| athar_packet::ToldTime {
        at_ms: time.at_ms,
        zone: time.zone,
        moment: time.moment,
    };
    athar_packet::Provenance {
        event: row.seq,
        report: number(row.report.0),
        sender: told.sender,
        time: told.time.map(time),
        name: told.name,
        parcel: told.parcel,
    }
}

fn file(row: ItemRow) -> athar_packet::File {
    athar_packet::File {
        event: number(row.id.0),
        sha256: Digest(row.sha256),
        md5: to_hex(&row.md5),
        kind: row.kind,
        format: row.format,
        bytes: row.bytes,
        width_px: row.width,
        height_px: row.height,
        quality: row.quality,
        added_at_ms: row.added_at_ms,
    }
}

fn refusals(ledger: &Ledger, case: CaseId) -> Result<Vec<athar_packet::Refusal>, LedgerError> {
    let rows = ledger.case_refusals(case)?.into_iter().zip(ledger.refusal_events(case)?);
    let refusals = rows.map(|(row, event)| athar_packet::Refusal {
        event,
        sha256: row.sha256.map(Digest),
        bytes: row.bytes,
        reason: row.kind,
        refused_at_ms: row.refused_at_ms,
    });
    Ok(refusals.collect())
}

/// The best supported matches, and how many others there are.
fn matches(ledger: &Ledger, case: CaseId) -> Result<(Vec<athar_packet::Match>, u64), LedgerError> {
    let mut links = ledger.links(Some(case))?;
    // What ties nothing does not take the place of what does.
    let rate = |link: &LinkRow| (!link.state.ties(), link.evidence.false_alarm_rate);
    links.sort_by(|one, other| {
        let ((idle, rate), (other_idle, other_rate)) = (rate(one), rate(other));
        idle.cmp(&other_idle).then(rate.total_cmp(&other_rate))
    });
    let left_out = links.len().saturating_sub(policy::PACKET_MATCHES_MOST) as u64;
    links.truncate(policy::PACKET_MATCHES_MOST);
    let found = links.into_iter().map(|link| found(ledger, case, link));
    Ok((found.collect::<Result<_, _>>()?, left_out))
}

fn found(ledger: &Ledger, case: CaseId, row: LinkRow) -> Result<athar_packet::Match, LedgerError> {
    let is_newer = row.from.case == case;
    let (here, there) = if is_newer { (&row.from, &row.to) } else { (&row.to, &row.from) };
    let other = ledger.item(there.item)?.ok_or(LedgerError::Corrupt)?;
    let (other_event, other_reported_at_ms) =
        ledger.holding(there.case, there.item)?.ok_or(LedgerError::Corrupt)?;
    let (_, reported_at_ms) = ledger.holding(case, here.item)?.ok_or(LedgerError::Corrupt)?;
    let found_at_ms = match row.match_seq {
        Some(seq) => ledger.event(seq, false)?.ok_or(LedgerError::Corrupt)?.at_ms,
        None => reported_at_ms.max(other_reported_at_ms),
    };
    let decisions = decisions(ledger, &row, here, there)?;
    let (item, other_case) = (Digest(here.sha256), there.case_name.clone());
    let (evidence, event) = (row.evidence.clone(), row.match_seq);
    let link = Link::from(row);
    Ok(athar_packet::Match {
        event,
        found_at_ms,
        item,
        other: file(other),
        other_case,
        other_event,
        other_reported_at_ms,
        is_newer,
        relation: evidence.relation,
        via: evidence.via,
        distance: evidence.distance,
        radius: evidence.radius,
        orientation: evidence.orientation,
        inliers: evidence.inliers,
        second_opinion: link.second_opinion.map(|second| athar_packet::SecondOpinion {
            distance: second.distance,
            agrees: second.agrees,
        }),
        region: link.region.map(region),
        time: link.time.map(time),
        false_alarm_rate: link.false_alarm_rate,
        false_alarm_pairs: link.false_alarm_pairs,
        state: link.state.name().into(),
        decisions,
    })
}

fn decisions(
    ledger: &Ledger,
    row: &LinkRow,
    here: &LinkEnd,
    there: &LinkEnd,
) -> Result<Vec<athar_packet::Decision>, LedgerError> {
    let pair = match row.match_seq {
        Some(_) => LinkPair::Items(here.item, there.item),
        None => LinkPair::Cases(here.item, here.case, there.case),
    };
    let decisions = ledger.decisions_on(pair)?.into_iter().map(|row| athar_packet::Decision {
        event: row.seq,
        verdict: row.state.name().into(),
        reason: row.reason,
        actor: row.actor,
        decided_at_ms: row.decided_at_ms,
    });
    Ok(decisions.collect())
}

fn region(region: Region) -> athar_packet::Region {
    athar_packet::Region {
        newer: region.query,
        older: region.stored,
        scale: region.scale,
        turn_deg: region.turn_deg,
        mirrored: region.mirrored,
        coverage: region.coverage,
        differs: region
            .differs
            .into_iter()
            .map(|differing| [differing.query, differing.stored])
            .collect(),
    }
}

fn time(time: Time) -> athar_packet::Time {
    let span = |span: Option<crate::Span>| span.map(|span| [span.from_ms, span.to_ms]);
    let segment = |segment: crate::Segment| athar_packet::Segment {
        newer_ms: span(segment.query),
        older_ms: span(segment.stored),
    };
    athar_packet::Time {
        segments: time.segments.into_iter().map(segment).collect(),
        newer_coverage: time.query_coverage,
        older_coverage: time.stored_coverage,
    }
}
