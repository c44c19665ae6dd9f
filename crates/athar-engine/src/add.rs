//! Reporting material into a case.
//!
//! Files are prepared on all processors; results are committed in the order of the files, as
//! many at a time as are ready. Within one transaction the lookup first learns what other
//! processes added, then each new item is looked up and written with its matches, and only what
//! is committed is told. So a process that dies loses nothing that it told of. The index learns
//! what is committed and is kept in shape by a thread of its own; whatever happens to it, the
//! report is kept.

use crate::case_facts::keep_handles;
use crate::clip::PreparedClip;
use crate::clip_rows::{self, ClipRow};
use crate::flood::Reaches;
use crate::handles::Handle;
use crate::lists::ListedLookup;
use crate::lookup::Upkeep;
use crate::matching::Lie;
use crate::outcome::Kept;
use crate::pipeline::prepare_all;
use crate::prepare::{
    Body, ClipPlan, LandmarkPlan, Prepared, PreparedPicture, Preparer, Wanted, nothing_to_match,
    too_flat,
};
use crate::recognise::{Finding, Lookups, Recognised};
use crate::remember::AskedLookup;
use crate::store::Store;
use crate::time_places::{AUDIO, IMAGE, VIDEO};
use crate::unpack::Feed;
use crate::walk::walk;
use crate::{
    Decoding, EngineError, InputErrorKind, Interrupt, Left, Outcome, Watcher, alerts, clock, flood,
    matching, places, policy, upkeep,
};
use athar_hash::{FileDigest, Space};
use athar_kernel::{Code, Level};
use athar_ledger::{
    Added, CaseId, ItemId, Ledger, LedgerError, NewCodes, NewItem, NewMatch, NewReport, Refusal,
    ReportClose, ReportId, Tx,
};
use athar_media::Want;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// How a report came in.
#[derive(Debug, Clone, Default)]
pub struct AddOptions {
    /// The channel: hotline, app, e-mail, walk-in …
    pub channel: Option<String>,
    /// The unit that took it.
    pub unit: Option<String>,
    /// When the unit received it, milliseconds since 1970-01-01 UTC, if not now.
    pub received_at_ms: Option<i64>,
    /// What the threat came from; kept for the case.
    pub handles: Vec<Handle>,
    /// Whether landmarks are asked only where whole frames say nothing.
    pub shallow: bool,
    /// Whether outcomes tell how long each step took.
    pub steps: bool,
}

/// What became of a report.
#[derive(Debug, Clone, Default, Serialize)]
pub struct AddSummary {
    /// The case.
    pub case: String,
    /// Number of the report in the ledger.
    pub report: i64,
    /// Whether the case was opened for it.
    pub case_opened: bool,
    /// Inputs found.
    pub files: u64,
    /// Items that no case had.
    pub new: u64,
    /// Items that another case had, as the same file.
    pub known: u64,
    /// Files that this case had already.
    pub in_case: u64,
    /// Files that have no fingerprint; that they were reported is kept.
    pub refused: u64,
    /// Items too flat to be matched; they are among the kept ones.
    pub low_quality: u64,
    /// Inputs that match an item of another case.
    pub matched: u64,
    /// Inputs that are the very file a list names.
    pub listed: u64,
    /// Inputs near to a list's code, for which nothing else speaks: somebody has to look.
    pub list_candidates: u64,
    /// Those cases.
    pub cases: BTreeSet<String>,
    /// Inputs that somebody asked about before, where checks are remembered.
    pub asked: u64,
    /// Inputs of what is held back until somebody looks.
    pub held: u64,
    /// Alerts that were raised.
    pub alerts: u64,
    /// What of remembered checks whose time was over could not be erased from every file, in a
    /// sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Left>,
    /// Whether it was broken off; the same command goes on where it stopped.
    pub interrupted: bool,
}

/// Files of one transaction: others who want to write wait meanwhile.
const COMMITTED_AT_ONCE: usize = 8;

impl Store {
    /// Reports every file below `paths` into `case`, which is opened if there is none. Of mails,
    /// archives and chats it is the files in them.
    pub fn add(
        &mut self,
        case: &str,
        paths: &[PathBuf],
        options: &AddOptions,
        decoding: &Decoding,
        stop: &Interrupt,
        watcher: &mut dyn Watcher,
    ) -> Result<AddSummary, EngineError> {
        self.comparable()?;
        // A key that cannot be read is told before anything is done.
        self.key()?;
        let found = walk(paths);
        // Before a report is opened into which nothing could then go.
        if !found.is_empty() {
            decoding.ready()?;
        }
        watcher.planned(found.len(), found.iter().map(|file| file.bytes).sum());
        let left = self.forget_checks_of_past_days()?;
        let mut adding = self.begin_report(case, options)?;
        adding.summary.left = left;
        let mut lookups = Lookups::open(self)?;
        let lists = ListedLookup::open(self, &mut |note| lookups.notes.take(note))?;
        let beside = Beside { lists, asked: AskedLookup::open(&self.ledger)? };
        lookups.notes.tell(watcher);
        let upkeeps = lookups.upkeeps();
        let reader = Mutex::new(self.reader()?);
        let known = |sha256: &[u8; 32]| {
            let reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
            // A reader that fails only costs the decoding that it would have spared.
            matches!(reader.item_by_sha256(sha256), Ok(Some(_)))
        };
        let plan = LandmarkPlan { stored: true, asked: &|_| true };
        let wanted = Wanted {
            frames: Want::Hash,
            landmarks: Some(plan),
            clips: Some(ClipPlan::Stored),
            preview_side_px: None,
        };
        let preparer = Preparer::new(Level::best(), decoding, wanted, stop, &known);
        let feed = Feed::opening(found);
        let (worked, kept_up) = upkeep::beside(&upkeeps, |waker| {
            prepare_all(&feed, &preparer, stop, |mut batch| {
                while !batch.is_empty() {
                    let later = batch.split_off(batch.len().min(COMMITTED_AT_ONCE));
                    let outcomes = self.commit((&mut lookups, &beside), &adding, batch, options)?;
                    batch = later;
                    waker.wake();
                    for outcome in outcomes {
                        adding.count(&outcome);
                        watcher.done(&outcome);
                    }
                }
                Ok::<_, EngineError>(())
            })
        });
        adding.summary.interrupted = !worked?;
        self.end_report(&adding)?;
        lookups.catch_up(&self.ledger)?;
        let finish = || upkeeps.iter().try_for_each(Upkeep::finish);
        if let Err(error) = kept_up.and_then(|()| finish()) {
            watcher.noted(&error.into());
        }
        Ok(adding.summary)
    }

    fn begin_report(&mut self, case: &str, options: &AddOptions) -> Result<Adding, EngineError> {
        let at_ms = clock::now_ms();
        self.ledger.write(|tx| {
            let standing = tx.case_by_name(case)?;
            let id = match &standing {
                Some(row) => row.id,
                None => tx.open_case(case, at_ms)?,
            };
            let (channel, unit) = (options.channel.as_deref(), options.unit.as_deref());
            let report = tx.open_report(id, &NewReport { channel, unit }, at_ms)?;
            if let Some(received_at_ms) = options.received_at_ms {
                tx.report_received(report, received_at_ms, at_ms)?;
            }
            keep_handles(tx, id, &options.handles, at_ms)?;
            let summary = AddSummary {
                case: case.into(),
                report: report.0,
                case_opened: standing.is_none(),
                ..AddSummary::default()
            };
            Ok(Adding { case: id, report, summary, reaches: Reaches::default() })
        })
    }

    fn commit(
        &mut self,
        (lookups, beside): (&mut Lookups, &Beside),
        adding: &Adding,
        batch: Vec<Prepared>,
        options: &AddOptions,
    ) -> Result<Vec<Outcome>, EngineError> {
        let at_ms = clock::now_ms();
        self.ledger.write(|tx| {
            let mut outcomes = Vec::with_capacity(batch.len());
            lookups.catch_up(tx)?;
            beside.catch_up(tx)?;
            for mut prepared in batch {
                lookups.look_into(tx)?;
                let recognised = match &prepared.body {
                    Body::Picture(picture) => lookups.recognise(tx, picture, !options.shallow)?,
                    Body::Clip(clip) => lookups.recognise_clip(tx, clip, !options.shallow)?,
                    Body::Known | Body::Failed => Recognised::default(),
                };
                prepared.outcome = beside.told(tx, &prepared)?;
                if options.steps {
                    prepared.outcome.steps_us = prepared.steps.take_us();
                    prepared.outcome.steps_us.extend(lookups.stopwatch.take_us());
                }
                let mut outcome = keep(tx, adding, prepared, &recognised.matches, at_ms)?;
                flood::guard(tx, adding.case, &adding.summary.case, &mut outcome, at_ms)?;
                alerts::raise(tx, adding.case, &adding.summary.case, &mut outcome, at_ms)?;
                outcomes.push(outcome);
            }
            Ok(outcomes)
        })
    }

    fn end_report(&mut self, adding: &Adding) -> Result<(), EngineError> {
        let summary = &adding.summary;
        let close = ReportClose {
            complete: !summary.interrupted,
            added: summary.new,
            known: summary.known + summary.in_case,
            refused: summary.refused,
        };
        let at_ms = clock::now_ms();
        self.change(|tx| {
            adding.reaches.keep(tx, at_ms)?;
            tx.close_report(adding.report, &close, at_ms)
        })
    }
}

/// What is asked beside the items of cases.
struct Beside {
    lists: ListedLookup,
    asked: AskedLookup,
}

impl Beside {
    fn catch_up(&self, ledger: &Ledger) -> Result<(), LedgerError> {
        self.lists.catch_up(ledger)?;
        self.asked.catch_up(ledger)
    }

    /// What is told of an input, with what lists know of it and who asked about it before.
    fn told(&self, ledger: &Ledger, prepared: &Prepared) -> Result<Outcome, LedgerError> {
        let mut outcome = prepared.outcome.clone();
        self.lists.tell(ledger, prepared, &mut outcome)?;
        outcome.asked = self.asked.before(ledger, prepared)?;
        Ok(outcome)
    }
}

/// A report under way.
struct Adding {
    case: CaseId,
    report: ReportId,
    summary: AddSummary,
    /// How far its files reached.
    reaches: Reaches,
}

impl Adding {
    fn count(&mut self, outcome: &Outcome) {
        let summary = &mut self.summary;
        summary.files += 1;
        match outcome.kept {
            Some(Kept::New) => summary.new += 1,
            Some(Kept::Known) => summary.known += 1,
            Some(Kept::InCase) => summary.in_case += 1,
            Some(Kept::Refused) | None => summary.refused += 1,
        }
        let error = outcome.error.as_ref();
        if error.is_some_and(|error| error.kind == InputErrorKind::LowQuality) {
            summary.low_quality += 1;
        }
        let elsewhere = outcome.matches.iter().filter(|m| m.stands() && m.case != summary.case);
        let cases: BTreeSet<_> = elsewhere.map(|m| m.case.clone()).collect();
        summary.listed += u64::from(outcome.is_listed());
        summary.list_candidates += u64::from(outcome.is_list_candidate());
        summary.matched += u64::from(!cases.is_empty());
        summary.asked += u64::from(outcome.asked.is_some());
        summary.held += u64::from(outcome.held.is_some());
        summary.alerts += outcome.alerts.len() as u64;
        summary.cases.extend(cases);
        self.reaches.count(outcome, &self.summary.case);
    }
}

/// Writes what one file turned out to be.
fn keep(
    tx: &mut Tx<'_>,
    adding: &Adding,
    prepared: Prepared,
    findings: &[Finding],
    at_ms: i64,
) -> Result<Outcome, LedgerError> {
    let Prepared { mut outcome, digest, body, .. } = prepared;
    let added = match (&body, &digest) {
        (Body::Picture(picture), Some(digest)) => {
            Some(add_picture(tx, adding.report, &outcome, digest, picture, at_ms)?)
        }
        (Body::Clip(clip), Some(digest)) => {
            Some(add_clip(tx, adding.report, &outcome, digest, clip, at_ms)?)
        }
        (Body::Known, Some(digest)) => match tx.item_id(&digest.sha256)? {
            Some(item) => Some(tx.add_known_item(adding.report, item, at_ms)?),
            None => None,
        },
        _ => None,
    };
    let Some(added) = added else {
        outcome.kept = Some(Kept::Refused);
        refuse(tx, adding.report, &outcome, at_ms)?;
        return Ok(outcome);
    };
    let (item, kept) = match added {
        Added::New(item) => (item, Kept::New),
        Added::Known(item) => (item, Kept::Known),
        Added::AlreadyInCase(item) => (item, Kept::InCase),
    };
    if kept == Kept::New {
        add_matches(tx, item, findings, at_ms)?;
    }
    if let Some(told) = &outcome.provenance {
        tx.tell_provenance(adding.report, item, &told.into(), at_ms)?;
    }
    outcome.kept = Some(kept);
    describe_known(tx, item, &mut outcome)?;
    outcome.matches = matching::standing_matches(tx, item, Some(adding.case))?;
    Ok(outcome)
}

fn add_picture(
    tx: &mut Tx<'_>,
    report: ReportId,
    outcome: &Outcome,
    digest: &FileDigest,
    picture: &PreparedPicture,
    at_ms: i64,
) -> Result<Added, LedgerError> {
    let frames: Vec<_> = picture.frames().collect();
    let codes: Vec<Code> = frames.iter().map(|(_, print)| *print.code()).collect();
    let extents: Vec<u8> = frames.iter().flat_map(|(extent, _)| extent.to_bytes()).collect();
    let seconds: Vec<u8> =
        frames.iter().flat_map(|(_, print)| print.seconds()[0].to_bytes()).collect();
    let whole = NewCodes {
        space: Space::Pdq.name(),
        scheme: athar_hash::PDQ_SCHEME,
        version: athar_hash::PDQ_VERSION,
        ordinal: 0,
        codes: &codes,
        searchable: policy::searchable(picture.fingerprint.quality()),
        places: Some(&extents),
        second: Some(&seconds),
    };
    let landmark_codes: Vec<Code> = picture.seen.stored.iter().map(|spot| spot.code).collect();
    let places = places::to_bytes(&picture.seen.stored, picture.size_px());
    let landmarks = NewCodes {
        space: Space::Landmark.name(),
        scheme: athar_hash::LANDMARK_SCHEME,
        version: athar_hash::LANDMARK_VERSION,
        ordinal: 0,
        codes: &landmark_codes,
        searchable: true,
        places: Some(&places),
        second: None,
    };
    let has_landmarks = landmark_codes.len() >= policy::LANDMARK_VOTES;
    let item = NewItem {
        sha256: digest.sha256,
        md5: digest.md5,
        kind: IMAGE,
        format: picture.format,
        bytes: outcome.bytes,
        width: picture.width,
        height: picture.height,
        quality: picture.fingerprint.quality(),
        codes: &[whole, landmarks][..if has_landmarks { 2 } else { 1 }],
    };
    tx.add_item(report, &item, at_ms)
}

fn add_clip(
    tx: &mut Tx<'_>,
    report: ReportId,
    outcome: &Outcome,
    digest: &FileDigest,
    clip: &PreparedClip,
    at_ms: i64,
) -> Result<Added, LedgerError> {
    let rows = clip_rows::rows(clip);
    let codes: Vec<NewCodes<'_>> = rows.iter().map(ClipRow::as_new).collect();
    let item = NewItem {
        sha256: digest.sha256,
        md5: digest.md5,
        kind: clip.kind,
        format: clip.format,
        bytes: outcome.bytes,
        width: clip.size_px.0,
        height: clip.size_px.1,
        quality: clip.quality(),
        codes: &codes,
    };
    tx.add_item(report, &item, at_ms)
}

fn refuse(
    tx: &mut Tx<'_>,
    report: ReportId,
    outcome: &Outcome,
    at_ms: i64,
) -> Result<(), LedgerError> {
    let kind = outcome.error.as_ref().map_or("unreadable", |error| error.kind.name());
    let bytes = outcome.sha256.is_some().then_some(outcome.bytes);
    tx.refuse(report, &Refusal { sha256: outcome.sha256, bytes, kind }, at_ms)
}

fn add_matches(
    tx: &mut Tx<'_>,
    query: ItemId,
    findings: &[Finding],
    at_ms: i64,
) -> Result<(), LedgerError> {
    for finding in findings {
        let lie = Lie { region: finding.region.clone(), time: finding.time.clone() }.text();
        let new = NewMatch {
            query,
            stored: finding.item,
            relation: finding.relation.name(),
            via: finding.via.name(),
            ordinal: finding.ordinal,
            distance: finding.distance,
            orientation: &matching::orientation_text(finding.orientation, finding.inverted),
            second_distance: finding.second_distance,
            inliers: finding.inliers,
            region: lie.as_deref(),
            radius: finding.radius,
            false_alarm_rate: finding.false_alarm_rate,
            false_alarm_pairs: finding.false_alarm_pairs,
        };
        tx.add_match(&new, at_ms)?;
    }
    Ok(())
}

/// The kinds of items.
const KINDS: [&str; 3] = [IMAGE, VIDEO, AUDIO];

/// What the ledger knows of a file that was not decoded again.
fn describe_known(tx: &mut Tx<'_>, item: ItemId, outcome: &mut Outcome) -> Result<(), LedgerError> {
    if let Some(row) = tx.item(item)? {
        outcome.kind = KINDS.into_iter().find(|kind| *kind == row.kind);
        outcome.quality = Some(row.quality);
        if !tx.is_searchable(item)? {
            outcome.error = Some(match row.kind.as_str() {
                IMAGE => too_flat(row.quality),
                _ => nothing_to_match(),
            });
        }
    }
    Ok(())
}
