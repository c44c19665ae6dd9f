//! Asking whether material is known, and keeping nothing but the fact that it was asked; the codes of
//! what was asked about only where the unit said for how long.

use crate::clip::{FrameSpan, PreparedClip};
use crate::lists::{Frame, ListedLookup, frames_of};
use crate::lookup::Upkeep;
use crate::outcome::Similar;
use crate::pipeline::prepare_all;
use crate::policy::{self, PDQ_RADIUS};
use crate::prepare::{Body, ClipPlan, LandmarkPlan, Prepared, PreparedPicture, Preparer, Wanted};
use crate::recognise::{Lookups, Recognised};
use crate::remember::AskedLookup;
use crate::similar::Likeness;
use crate::store::{PROGRAM, Store};
use crate::time_places::IMAGE;
use crate::unpack::{Feed, Held, Input};
use crate::vpdq::{self, FrameCode};
use crate::walk::{Found, walk};
use crate::{
    Decoding, EngineError, Interrupt, Left, Outcome, Watcher, clock, flood, matching, remember,
};
use athar_hash::{Space, orientations_of_code};
use athar_kernel::{Code, Level};
use athar_ledger::{CheckRecord, Ledger, LedgerError, Tx};
use athar_media::Want;
use serde::Serialize;
use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct CheckOptions {
    /// Files, and directories to be walked; of mails, archives and chats it is the files in them.
    pub paths: Vec<PathBuf>,
    /// PDQ codes, for those who hand over no picture.
    pub codes: Vec<Code>,
    /// Codes of clips' frames, for those who hand over no clip.
    pub clips: Vec<Vec<FrameCode>>,
    /// How many of the items that look most alike are told with each input.
    pub similar: Option<NonZeroUsize>,
    /// Whether landmarks are asked even where whole frames match.
    pub deep: bool,
    /// Whether what was looked at closely and is no match is told too.
    pub candidates: bool,
    /// Whether what each step took is told.
    pub steps: bool,
    /// The opaque name of who asks; kept where checks are remembered, and only there.
    pub actor: Option<String>,
}

/// What was answered.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CheckSummary {
    /// Inputs looked at.
    pub inputs: u64,
    /// Inputs that match a stored item.
    pub matched: u64,
    /// Inputs that could not be read.
    pub unreadable: u64,
    /// Inputs that are the very file a list names.
    pub listed: u64,
    /// Inputs near to a list's code, for which nothing else speaks: somebody has to look.
    pub list_candidates: u64,
    /// The cases that hold what they match.
    pub cases: BTreeSet<String>,
    /// Inputs that somebody asked about before, where checks are remembered.
    pub asked: u64,
    /// Inputs of what is held back until somebody looks.
    pub held: u64,
    /// Inputs that are remembered.
    pub remembered: u64,
    /// What of remembered checks whose time was over could not be erased from every file, in a
    /// sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Left>,
    /// Whether it was broken off.
    pub interrupted: bool,
}

impl Store {
    /// Looks each input up against everything known. The look-up is recorded before its answer
    /// is told. The index is read and never written.
    pub fn check(
        &mut self,
        options: &CheckOptions,
        decoding: &Decoding,
        stop: &Interrupt,
        watcher: &mut dyn Watcher,
    ) -> Result<CheckSummary, EngineError> {
        self.comparable()?;
        // A key that cannot be read is told before anything is done.
        self.key()?;
        let found = walk(&options.paths);
        watcher.planned(found.len(), found.iter().map(|file| file.bytes).sum());
        let left = self.forget_checks_of_past_days()?;
        let lookups = Lookups::open_for_reading(self)?;
        let listed = ListedLookup::open(self, &mut |note| lookups.notes.take(note))?;
        lookups.notes.tell(watcher);
        let asked_before = AskedLookup::open(&self.ledger)?;
        // By now a worker that was started early is sealed.
        if !found.is_empty() {
            decoding.ready()?;
        }
        let unknown = Unknown { whole: lookups.whole.upkeep(), reader: Mutex::new(self.reader()?) };
        let asked = |picture: &PreparedPicture| options.deep || unknown.is_unknown(picture);
        let plan = LandmarkPlan { stored: false, asked: &asked };
        let summary = CheckSummary { left, ..CheckSummary::default() };
        let ledger = &mut self.ledger;
        let likeness = None;
        let mut checking =
            Checking { ledger, lookups, listed, asked_before, options, likeness, stop, summary };
        checking.codes(watcher)?;
        checking.clips(watcher)?;
        let known = |_: &[u8; 32]| false;
        let near = |frames: &[FrameSpan]| unknown.whole.is_near(frames);
        let wanted = Wanted {
            frames: Want::Hash,
            landmarks: Some(plan),
            clips: Some(ClipPlan::Asked { near: &near, deep: options.deep }),
            preview_side_px: None,
        };
        let preparer = Preparer::new(Level::best(), decoding, wanted, stop, &known);
        let closer = preparer.closer();
        let feed = Feed::opening(found);
        let is_done =
            prepare_all(&feed, &preparer, stop, |batch| checking.files(batch, &closer, watcher))?;
        let mut summary = checking.summary;
        self.checkpoint_if_due()?;
        summary.interrupted = !is_done;
        Ok(summary)
    }
}

/// Tells the threads that prepare pictures whether landmarks are needed.
struct Unknown {
    whole: Upkeep,
    reader: Mutex<Ledger>,
}

impl Unknown {
    /// Whether nothing known looks like a frame of the picture. What is withdrawn a moment later
    /// counts as known, and what comes a moment later does not.
    fn is_unknown(&self, picture: &PreparedPicture) -> bool {
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        // A reader that fails only costs the landmarks that it would have spared.
        !self.whole.knows(&reader, picture).unwrap_or(false)
    }
}

/// What is told of an input, and the codes of its frames.
struct Asked {
    outcome: Outcome,
    codes: Vec<Code>,
}

impl Asked {
    /// Keeps the codes where the unit wants that.
    fn remember(
        &mut self,
        tx: &mut Tx<'_>,
        actor: Option<&str>,
        at_ms: i64,
    ) -> Result<(), LedgerError> {
        let kind = self.outcome.kind.unwrap_or(IMAGE);
        self.outcome.check = remember::keep(tx, kind, &self.codes, actor, at_ms)?;
        Ok(())
    }
}

/// A check under way.
struct Checking<'a> {
    ledger: &'a mut Ledger,
    lookups: Lookups,
    listed: ListedLookup,
    asked_before: AskedLookup,
    options: &'a CheckOptions,
    /// How the most alike are found, once that was asked.
    likeness: Option<Likeness>,
    stop: &'a Interrupt,
    summary: CheckSummary,
}

impl Checking<'_> {
    fn codes(&mut self, watcher: &mut dyn Watcher) -> Result<(), EngineError> {
        let codes = &self.options.codes;
        if codes.is_empty() {
            return Ok(());
        }
        self.lookups.catch_up(self.ledger)?;
        self.listed.catch_up(self.ledger)?;
        self.asked_before.catch_up(self.ledger)?;
        let mut outcomes = Vec::with_capacity(codes.len());
        for code in codes {
            let codes = orientations_of_code(code);
            let recognised = self.lookups.recognise_code(self.ledger, &codes)?;
            let mut outcome = Outcome::of_code();
            outcome.similar = self.most_alike(Some(&codes), watcher)?;
            self.listed.tell_codes(self.ledger, &[codes], &mut outcome)?;
            let frames = [Frame { codes, at_ms: None }];
            outcomes.push(self.told(outcome, &recognised, &frames)?);
        }
        self.record_and_tell(outcomes, watcher)
    }

    /// Clips of which there are only codes.
    fn clips(&mut self, watcher: &mut dyn Watcher) -> Result<(), EngineError> {
        let clips = &self.options.clips;
        if clips.is_empty() {
            return Ok(());
        }
        self.lookups.catch_up(self.ledger)?;
        self.listed.catch_up(self.ledger)?;
        self.asked_before.catch_up(self.ledger)?;
        let mut outcomes = Vec::with_capacity(clips.len());
        for frames in clips {
            let clip = vpdq::as_clip(frames);
            let recognised = self.lookups.recognise_clip(self.ledger, &clip, false)?;
            let mut outcome = Outcome::of_code();
            outcome.kind = Some(clip.kind);
            outcome.similar = self.most_alike(None, watcher)?;
            let codes: Vec<_> = clip.frames.frames.iter().map(|frame| frame.codes).collect();
            self.listed.tell_codes(self.ledger, &codes, &mut outcome)?;
            let frames: Vec<_> =
                codes.into_iter().map(|codes| Frame { codes, at_ms: None }).collect();
            outcomes.push(self.told(outcome, &recognised, &frames)?);
        }
        self.record_and_tell(outcomes, watcher)
    }

    fn files(
        &mut self,
        batch: Vec<Prepared>,
        closer: &Preparer<'_>,
        watcher: &mut dyn Watcher,
    ) -> Result<(), EngineError> {
        self.lookups.catch_up(self.ledger)?;
        self.listed.catch_up(self.ledger)?;
        self.asked_before.catch_up(self.ledger)?;
        let mut outcomes = Vec::with_capacity(batch.len());
        for prepared in batch {
            let (mut outcome, mut recognised) = (prepared.outcome.clone(), Recognised::default());
            self.listed.tell(self.ledger, &prepared, &mut outcome)?;
            let frames = frames_of(self.ledger, &prepared)?;
            let mut codes = None;
            match &prepared.body {
                Body::Picture(picture) => {
                    recognised = self.lookups.recognise(self.ledger, picture, self.options.deep)?;
                    let is_searchable = policy::searchable(picture.fingerprint.quality());
                    codes = is_searchable.then(|| picture.fingerprint.codes());
                }
                Body::Clip(clip) => {
                    recognised = self.clip(clip, prepared.part, &outcome, closer)?;
                }
                Body::Known | Body::Failed => {}
            }
            outcome.similar = self.most_alike(codes, watcher)?;
            if self.options.steps {
                outcome.steps_us = prepared.steps.take_us();
                outcome.steps_us.extend(self.lookups.stopwatch.take_us());
            }
            outcomes.push(self.told(outcome, &recognised, &frames)?);
        }
        self.record_and_tell(outcomes, watcher)
    }

    /// What is seen in a clip of which only frames that stand alone were looked at is looked at
    /// closely, for its times.
    fn clip(
        &self,
        clip: &PreparedClip,
        part: Option<Held>,
        outcome: &Outcome,
        closer: &Preparer<'_>,
    ) -> Result<Recognised, EngineError> {
        let deep = self.options.deep;
        let first = self.lookups.recognise_clip(self.ledger, clip, deep)?;
        let is_seen = first.matches.iter().any(|found| found.via == Space::Landmark);
        if !clip.frames.is_sparse || !is_seen {
            return Ok(first);
        }
        let Some(path) = &outcome.path else { return Ok(first) };
        let input = match part {
            Some(part) => Input::again(path, part),
            None => Input::of(&Found::of(path, outcome.bytes)),
        };
        let again = closer.prepare(input);
        match again.map(|again| (again.outcome.sha256, again.body)) {
            Some((sha256, Body::Clip(close))) if sha256 == outcome.sha256 => {
                let second = self.lookups.recognise_clip(self.ledger, &close, deep)?;
                Ok(if second.matches.is_empty() { first } else { second })
            }
            // It was interrupted, or the file is no longer what it was.
            _ => Ok(first),
        }
    }

    /// What is told of an input with these frames, and its codes to be remembered.
    fn told(
        &self,
        mut outcome: Outcome,
        recognised: &Recognised,
        frames: &[Frame],
    ) -> Result<Asked, EngineError> {
        let item = match &outcome.sha256 {
            Some(sha256) => self.ledger.item_id(sha256)?,
            None => None,
        };
        outcome.matches = matching::matches_of(self.ledger, item, &recognised.matches)?;
        if self.options.candidates {
            outcome.candidates = matching::matches_of(self.ledger, item, &recognised.candidates)?;
        }
        outcome.held = flood::held_back(self.ledger, &outcome)?;
        let kind = outcome.kind.unwrap_or(IMAGE);
        outcome.asked = self.asked_before.of_frames(self.ledger, kind, frames)?;
        Ok(Asked { outcome, codes: remember::codes(frames) })
    }

    /// What looks most like a picture with these codes, if that was asked for; an input without
    /// codes is like nothing.
    fn most_alike(
        &mut self,
        codes: Option<&[Code; 8]>,
        watcher: &mut dyn Watcher,
    ) -> Result<Option<Vec<Similar>>, EngineError> {
        let Some(count) = self.options.similar else { return Ok(None) };
        let Some(codes) = codes else { return Ok(Some(Vec::new())) };
        let likeness = match &mut self.likeness {
            Some(likeness) => likeness,
            unasked => {
                let made = Likeness::prepare(self.ledger, &self.lookups.whole, self.stop, watcher)?;
                unasked.insert(made)
            }
        };
        Ok(Some(likeness.ask(self.ledger, &self.lookups.whole, codes, count.get())?))
    }

    fn record_and_tell(
        &mut self,
        mut asked: Vec<Asked>,
        watcher: &mut dyn Watcher,
    ) -> Result<(), EngineError> {
        self.lookups.notes.tell(watcher);
        let count = |test: fn(&Outcome) -> bool| {
            asked.iter().filter(|asked| test(&asked.outcome)).count() as u64
        };
        let record = CheckRecord {
            inputs: asked.len() as u64,
            matched: count(Outcome::is_matched),
            unreadable: count(Outcome::is_unread),
            program: PROGRAM,
            scheme: athar_hash::PDQ_SCHEME,
            version: athar_hash::PDQ_VERSION,
            radius: PDQ_RADIUS.bits(),
            deep: self.options.deep,
        };
        let (listed, candidates) = (count(Outcome::is_listed), count(Outcome::is_list_candidate));
        let (actor, at_ms) = (self.options.actor.as_deref(), clock::now_ms());
        self.ledger.write(|tx| {
            tx.record_check(&record, at_ms)?;
            asked.iter_mut().try_for_each(|asked| asked.remember(tx, actor, at_ms))
        })?;
        let summary = &mut self.summary;
        summary.inputs += record.inputs;
        summary.matched += record.matched;
        summary.unreadable += record.unreadable;
        summary.listed += listed;
        summary.list_candidates += candidates;
        for Asked { outcome, .. } in &asked {
            summary.asked += u64::from(outcome.asked.is_some());
            summary.held += u64::from(outcome.held.is_some());
            summary.remembered += u64::from(outcome.check.is_some());
            let standing = outcome.matches.iter().filter(|found| found.stands());
            summary.cases.extend(standing.map(|found| found.case.clone()));
            watcher.done(outcome);
        }
        Ok(())
    }
}
