//! Which stored items a clip or a recording shows or plays, and the verdict on each.
//!
//! Every frame and every window of sound is asked for by itself; what is near, an item at a time,
//! goes through the time motion (`time_motion`). Where whole frames say nothing, or when it is to
//! be looked at deeply, landmarks of some frames are asked for as a picture's are, and their times
//! go the same way.
//!
//! ```text
//! frames ── near ──► moments of each item ──► stretches ──► verdict: segment
//!              └───► a picture ──────────────► when it is shown ──► verdict: still
//! voices ── near ──► moments of each item ──► stretches ──► verdict: segment
//! some frames' landmarks ──► pictures seen in them ──► moments ──► stretches ──► verdict
//! ```

use crate::clip::{ClipPicture, FrameSpan, PreparedClip};
use crate::frames_there::{Pair, Timeline};
use crate::lookup::{Frames, Lookup, Near, way_of, ways};
use crate::outcome::{Segment, Span, Time};
use crate::places::Extent;
use crate::policy::{
    self, FRAME_HITS, HITS_IN_ALL, HITS_LEAST, PDQ_RADIUS, Relation, VOICE_HITS, VOICE_RADIUS,
};
use crate::recognise::{
    Finding, Judged, Lookups, Recognised, evidence_bits, frames_with_landmarks, region_of,
};
use crate::region;
use crate::time_motion::{MOST_MOMENTS, Moment, Stretch, stretches};
use crate::time_places::{self, FramePlace, VIDEO};
use athar_hash::{Space, VoiceCode, voice};
use athar_kernel::{Code, Distance, Orientation};
use athar_ledger::{CodeId, CodesId, ItemId, ItemRow, Ledger, LedgerError};
use std::collections::{BTreeMap, HashMap};

impl Lookups {
    /// Everything known that the clip shows or plays. Landmarks are asked at the times of which
    /// whole frames say nothing, and with `deep` in any case.
    pub(crate) fn recognise_clip(
        &self,
        ledger: &Ledger,
        clip: &PreparedClip,
        deep: bool,
    ) -> Result<Recognised, LedgerError> {
        let mut rows = Rows::new(ledger);
        let mut judged = by_frames(&self.whole, &mut rows, clip)?;
        let pictures = clip.pictures.iter().filter(|picture| picture.seen.has_landmarks());
        let unknown = pictures.filter(|picture| deep || !is_told(&judged, picture.at_ms));
        let seen = self.by_pictures(&mut rows, clip, &unknown.collect::<Vec<_>>())?;
        let found = |item| judged.iter().any(|(other, is)| *is && other.item == item);
        let more: Vec<_> = seen.into_iter().filter(|(seen, _)| !found(seen.item)).collect();
        judged.extend(more);
        let voices = clip.voices.asked.iter();
        let voices: Vec<_> = voices.filter(|v| policy::voice_searchable(v.quality)).collect();
        if !voices.is_empty() {
            judged.extend(by_voices(self.voices.get(ledger)?, &mut rows, clip, &voices)?);
        }
        let (matches, candidates): (Vec<_>, Vec<_>) =
            judged.into_iter().partition(|(_, is_match)| *is_match);
        let plain = |judged: Vec<Judged>| judged.into_iter().map(|(finding, _)| finding).collect();
        Ok(Recognised { matches: plain(matches), candidates: plain(candidates) })
    }

    /// What is seen in some of the frames.
    fn by_pictures(
        &self,
        rows: &mut Rows<'_>,
        clip: &PreparedClip,
        pictures: &[&ClipPicture],
    ) -> Result<Vec<Judged>, LedgerError> {
        let mut seen: BTreeMap<ItemId, Vec<(&ClipPicture, Finding)>> = BTreeMap::new();
        for &picture in pictures {
            for (finding, is_match) in self.seen(rows.ledger, &picture.seen.picture())? {
                if is_match {
                    seen.entry(finding.item).or_default().push((picture, finding));
                }
            }
        }
        let mut judged = Vec::new();
        for (item, sights) in seen {
            judged.extend(of_sights(rows, clip, item, &sights)?);
        }
        Ok(judged)
    }
}

/// Whether a match tells what is shown at a time.
fn is_told(judged: &[Judged], at_ms: u64) -> bool {
    let matches = judged.iter().filter(|(_, is_match)| *is_match);
    let segments = matches
        .filter_map(|(finding, _)| finding.time.as_ref())
        .flat_map(|time| time.segments.iter().filter_map(|segment| segment.query));
    segments.into_iter().any(|span| (span.from_ms..=span.to_ms).contains(&at_ms))
}

/// What was read of the ledger for one question.
struct Rows<'a> {
    ledger: &'a Ledger,
    /// Items and places, without the codes.
    rows: HashMap<CodesId, Option<(ItemId, Vec<u8>)>>,
    items: HashMap<ItemId, Option<ItemRow>>,
}

impl<'a> Rows<'a> {
    fn new(ledger: &'a Ledger) -> Self {
        Self { ledger, rows: HashMap::new(), items: HashMap::new() }
    }

    /// The places of a code's row, and its item; `None` when the ledger does not know it (any
    /// more).
    fn of(&mut self, code: CodeId) -> Result<Option<(&[u8], &ItemRow)>, LedgerError> {
        let id = code.row();
        if !self.rows.contains_key(&id) {
            let row = self.ledger.codes(id)?;
            self.rows.insert(id, row.map(|row| (row.item, row.places.unwrap_or_default())));
        }
        let Some(Some((item, places))) = self.rows.get(&id) else { return Ok(None) };
        if !self.items.contains_key(item) {
            self.items.insert(*item, self.ledger.item(*item)?);
        }
        let item = self.items.get(item).and_then(Option::as_ref);
        Ok(item.map(|item| (places.as_slice(), item)))
    }

    fn item(&mut self, id: ItemId) -> Result<Option<&ItemRow>, LedgerError> {
        if !self.items.contains_key(&id) {
            self.items.insert(id, self.ledger.item(id)?);
        }
        Ok(self.items.get(&id).and_then(Option::as_ref))
    }

    /// The part of its frame that a stored code is of.
    fn extent(&mut self, hit: Option<&FrameHit>) -> Result<Option<Extent>, LedgerError> {
        let Some(hit) = hit else { return Ok(None) };
        let row = self.of(hit.code)?;
        let place =
            row.map(|(places, item)| FramePlace::of_code(places, item, hit.code.position()));
        Ok(place.map(|place| place.extent))
    }

    /// The middle of an item's last window of sound.
    fn last_voice_ms(&self, item: ItemId) -> Result<u64, LedgerError> {
        let rows = self.ledger.codes_of_item(item)?;
        let rows = rows.iter().filter(|row| row.space == Space::Voice.name());
        Ok(rows.filter_map(time_places::last_voice_ms).max().unwrap_or(0))
    }
}

/// A stored frame that looks like one of the clip.
#[derive(Clone, Copy)]
struct FrameHit {
    /// Which of the clip's frames.
    frame: u32,
    /// What was done to it, as [`way_of`] says.
    way: u8,
    distance: u16,
    code: CodeId,
    /// When it is shown, where it is one of a clip.
    stored_ms: [u32; 2],
}

impl FrameHit {
    fn frame<'a>(&self, clip: &'a PreparedClip) -> &'a FrameSpan {
        &clip.frames.frames[self.frame as usize]
    }
}

/// Whole frames, asked for in all orientations.
fn by_frames(
    lookup: &Lookup,
    rows: &mut Rows<'_>,
    clip: &PreparedClip,
) -> Result<Vec<Judged>, LedgerError> {
    let frames = &clip.frames.frames;
    let asked: Vec<usize> =
        (0..frames.len()).filter(|&frame| frames[frame].is_searchable()).collect();
    let codes: Vec<Code> = asked.iter().flat_map(|&frame| ways(&frames[frame].codes)).collect();
    let mut found: BTreeMap<ItemId, Vec<FrameHit>> = BTreeMap::new();
    let most = hits_each(FRAME_HITS, asked.len());
    for (number, near) in lookup.near(&codes, PDQ_RADIUS, most).into_iter().enumerate() {
        for hit in near.hits {
            let code = CodeId(hit.payload as i64);
            let Some((places, item)) = rows.of(code)? else { continue };
            let shown = FramePlace::of_code(places, item, code.position()).shown;
            let shown = shown.unwrap_or(Span { from_ms: 0, to_ms: 0 });
            found.entry(item.id).or_default().push(FrameHit {
                frame: asked[number / 16] as u32,
                way: (number % 16) as u8,
                distance: hit.distance.bits(),
                code,
                stored_ms: [shown.from_ms, shown.to_ms].map(|ms| ms as u32),
            });
        }
    }
    let mut judged = Vec::new();
    for (item, hits) in found {
        judged.extend(of_hits(rows, clip, item, &hits)?);
    }
    Ok(judged)
}

/// How many hits of each of so many codes are looked at: all together take a bounded memory.
fn hits_each(most: usize, codes: usize) -> usize {
    (HITS_IN_ALL / codes.max(1)).clamp(HITS_LEAST, most)
}

/// The verdict on an item whose frames are near some of the clip's.
fn of_hits(
    rows: &mut Rows<'_>,
    clip: &PreparedClip,
    id: ItemId,
    hits: &[FrameHit],
) -> Result<Option<Judged>, LedgerError> {
    let Some(item) = rows.item(id)?.cloned() else { return Ok(None) };
    let (is_clip, stored_px) = (item.kind == VIDEO, (item.width, item.height));
    let way = heaviest_way(hits);
    let hits: Vec<FrameHit> =
        hits.iter().filter(|hit| usize::from(hit.way) == way).copied().collect();
    let nearest = hits.iter().min_by_key(|hit| (hit.distance, hit.frame));
    let Some((nearest, stored)) = nearest.zip(rows.extent(nearest)?) else { return Ok(None) };
    let (orientation, inverted) = way_of(way);
    let frames = Frames { query: nearest.frame(clip).extent, stored, stored_px };
    let region = (!frames.are_whole(clip.size_px)).then(|| region_of(&frames, orientation));
    let base = Finding {
        item: id,
        relation: Relation::Still,
        via: Space::Pdq,
        distance: nearest.distance,
        orientation,
        inverted,
        second_distance: None,
        inliers: None,
        region: region.flatten(),
        time: None,
        radius: PDQ_RADIUS.bits(),
        false_alarm_rate: 1.0,
        false_alarm_pairs: 0,
        ordinal: 0,
    };
    match is_clip {
        true => of_clip(rows, clip, base, &hits, &item),
        false => Ok(Some(of_still(clip, base, &hits))),
    }
}

/// What is done to the clip so that most of its frames come near, the nearest weighing most.
fn heaviest_way(hits: &[FrameHit]) -> usize {
    let mut best: HashMap<(u8, u32), u16> = HashMap::new();
    for hit in hits {
        let nearest = best.entry((hit.way, hit.frame)).or_insert(hit.distance);
        *nearest = hit.distance.min(*nearest);
    }
    let mut weights = [0u32; 16];
    for ((way, _), distance) in best {
        weights[usize::from(way)] += u32::from(PDQ_RADIUS.bits() + 1 - distance);
    }
    // The first of equals: nothing done before something done.
    (0..16).max_by_key(|&way| (weights[way], 16 - way)).unwrap_or(0)
}

/// A stored clip: stretches of time.
fn of_clip(
    rows: &Rows<'_>,
    clip: &PreparedClip,
    base: Finding,
    hits: &[FrameHit],
    item: &ItemRow,
) -> Result<Option<Judged>, LedgerError> {
    let mut found = stretches(&moments_of_frames(clip, hits), &policy::FRAME_TIME);
    if found.is_empty() {
        return Ok(None);
    }
    let stored = Timeline::of_item(rows.ledger, item)?;
    if found.iter().any(|stretch| policy::judge_stretch(Space::Pdq, stretch)) {
        found.retain(|stretch| policy::judge_stretch(Space::Pdq, stretch));
        let query = Timeline::of_clip(clip, hits.first().map_or(0, |hit| usize::from(hit.way)));
        found = pair(clip, &query, &stored).retold(found);
    }
    let span = |[from, to]: [f64; 2]| span(from, to + f64::from(clip.step_ms));
    let ends = (clip.frames.end_ms, stored.end_ms() + u64::from(policy::CLIP_STEP_MS));
    Ok(Some(of_stretches(base, &found, span, ends)))
}

fn pair<'a>(clip: &PreparedClip, query: &'a Timeline, stored: &'a Timeline) -> Pair<'a> {
    Pair { query, step_ms: f64::from(clip.step_ms.max(1)), stored }
}

/// What every stored frame that is like one of the clip's says of the time, for each moment at
/// which one was looked at; of many that are like one, the nearest.
fn moments_of_frames(clip: &PreparedClip, hits: &[FrameHit]) -> Vec<Moment> {
    let step_ms = u64::from(clip.step_ms.max(1));
    let moments_in_all = (clip.frames.end_ms / step_ms).max(1) as usize;
    let most = (MOST_MOMENTS / moments_in_all).max(1);
    let mut hits = hits.to_vec();
    hits.sort_unstable_by_key(|hit| (hit.frame, hit.distance, hit.stored_ms));
    let mut moments = Vec::new();
    for of_frame in hits.chunk_by(|a, b| a.frame == b.frame) {
        let frame = of_frame[0].frame(clip);
        for at_ms in (frame.from_ms..=frame.to_ms).step_by(step_ms as usize) {
            moments.extend(of_frame.iter().take(most).map(|hit| Moment {
                query: (at_ms / step_ms) as u32,
                query_ms: at_ms as f64,
                stored: hit.stored_ms[0],
                stored_ms: hit.stored_ms.map(f64::from),
                distance: hit.distance,
            }));
        }
    }
    moments
}

/// A finding with the stretches that pass, or, where none does, with all of them and no match.
fn of_stretches(
    base: Finding,
    found: &[Stretch],
    span: impl Fn([f64; 2]) -> Span,
    (query_end_ms, stored_end_ms): (u64, u64),
) -> Judged {
    let passes = |stretch: &&Stretch| policy::judge_stretch(base.via, stretch);
    let passed: Vec<&Stretch> = found.iter().filter(passes).collect();
    let is_match = !passed.is_empty();
    let told = if is_match { passed } else { found.iter().collect() };
    let segments: Vec<Segment> = told
        .iter()
        .map(|stretch| {
            let query_ms = stretch.query_ms;
            let stored_ms = query_ms.map(|ms| stretch.motion.at(ms));
            Segment {
                query: Some(within(span(query_ms), query_end_ms)),
                stored: Some(within(span(stored_ms), stored_end_ms)),
                rate: Some((stretch.motion.rate * 1e3).round() / 1e3),
            }
        })
        .collect();
    let mut distances: Vec<u16> =
        told.iter().flat_map(|stretch| &stretch.inliers).map(|moment| moment.distance).collect();
    distances.sort_unstable();
    let inliers = told.iter().map(|stretch| stretch.inliers.len() as u32).max().unwrap_or(0);
    let coverage = |side: fn(&Segment) -> Option<Span>, end_ms| {
        Some(share(segments.iter().filter_map(side), end_ms))
    };
    let time = Time {
        query_coverage: coverage(|segment| segment.query, query_end_ms),
        stored_coverage: coverage(|segment| segment.stored, stored_end_ms),
        segments,
    };
    let via = base.via;
    let finding = Finding {
        relation: Relation::Segment,
        distance: distances.get(distances.len() / 2).copied().unwrap_or(base.distance),
        inliers: Some(inliers),
        time: Some(time),
        false_alarm_rate: policy::segment_false_alarm_rate(via, inliers),
        false_alarm_pairs: policy::segment_false_alarm_pairs(via),
        ..base
    };
    (finding, is_match)
}

/// A stored picture: when the clip shows it.
fn of_still(clip: &PreparedClip, base: Finding, hits: &[FrameHit]) -> Judged {
    let spans = hits.iter().map(|hit| span_of(hit.frame(clip), clip.step_ms));
    let spans = joined(spans.collect());
    // Each look is one comparison of pictures.
    let looks = clip.frames.frames.iter().filter(|frame| frame.is_searchable()).count();
    let rate = policy::false_alarm_rate(distance_of(&base)) * looks as f64;
    let finding = Finding {
        time: Some(time_of_spans(&spans, clip.frames.end_ms)),
        false_alarm_rate: rate.min(1.0),
        false_alarm_pairs: policy::false_alarm_pairs(),
        ..base
    };
    (finding, true)
}

fn distance_of(finding: &Finding) -> Distance {
    Distance::new(finding.distance).unwrap_or(Distance::ZERO)
}

fn span_of(frame: &FrameSpan, step_ms: u32) -> Span {
    Span { from_ms: frame.from_ms, to_ms: frame.to_ms + u64::from(step_ms) }
}

fn time_of_spans(spans: &[Span], end_ms: u64) -> Time {
    let segment =
        |span: &Span| Segment { query: Some(within(*span, end_ms)), stored: None, rate: None };
    Time {
        segments: spans.iter().map(segment).collect(),
        query_coverage: Some(share(spans.iter().copied(), end_ms)),
        stored_coverage: None,
    }
}

/// Windows of sound.
fn by_voices(
    lookup: &Lookup,
    rows: &mut Rows<'_>,
    clip: &PreparedClip,
    asked: &[&VoiceCode],
) -> Result<Vec<Judged>, LedgerError> {
    let codes: Vec<Code> = asked.iter().map(|voice| voice.code).collect();
    let recordings = lookup.len() / policy::VOICES_OF_A_RECORDING;
    let mut found: BTreeMap<ItemId, Vec<Moment>> = BTreeMap::new();
    let most = hits_each(VOICE_HITS, codes.len());
    for (number, near) in lookup.near(&codes, VOICE_RADIUS, most).into_iter().enumerate() {
        if is_everybodys(&near, recordings) {
            continue;
        }
        for hit in near.hits {
            let id = CodeId(hit.payload as i64);
            let Some((places, item)) = rows.of(id)? else { continue };
            let Some(at_ms) = time_places::voice_at_ms(places, id.position()) else { continue };
            found.entry(item.id).or_default().push(Moment {
                query: number as u32,
                query_ms: asked[number].at_ms.into(),
                stored: at_ms as u32,
                stored_ms: [at_ms as f64; 2],
                distance: hit.distance.bits(),
            });
        }
    }
    let mut judged = Vec::new();
    for (item, moments) in found {
        judged.extend(of_voices(rows, clip, item, &moments)?);
    }
    Ok(judged)
}

/// Whether a code is of what many recordings have: a melody that is played to those who wait.
fn is_everybodys(near: &Near, recordings: usize) -> bool {
    // A recording that has it has it in some windows that overlap.
    policy::is_stop_code((near.total / policy::VOICE_NEIGHBOURS) as u32, recordings)
}

fn of_voices(
    rows: &Rows<'_>,
    clip: &PreparedClip,
    item: ItemId,
    moments: &[Moment],
) -> Result<Option<Judged>, LedgerError> {
    let found = stretches(moments, &policy::VOICE_TIME);
    if found.is_empty() {
        return Ok(None);
    }
    let half_ms = f64::from(voice::WINDOW_MS) / 2.0;
    let base = Finding {
        item,
        relation: Relation::Segment,
        via: Space::Voice,
        distance: 0,
        orientation: Orientation::Rot0,
        inverted: false,
        second_distance: None,
        inliers: None,
        region: None,
        time: None,
        radius: VOICE_RADIUS.bits(),
        false_alarm_rate: 1.0,
        false_alarm_pairs: 0,
        ordinal: 0,
    };
    let span = |[from, to]: [f64; 2]| span(from - half_ms, to + half_ms);
    let stored_end_ms = rows.last_voice_ms(item)? + half_ms as u64;
    Ok(Some(of_stretches(base, &found, span, (clip.voices.end_ms, stored_end_ms))))
}

/// The verdict on an item that is seen in some of the frames.
fn of_sights(
    rows: &mut Rows<'_>,
    clip: &PreparedClip,
    id: ItemId,
    sights: &[(&ClipPicture, Finding)],
) -> Result<Option<Judged>, LedgerError> {
    let Some((_, best)) = sights.iter().max_by_key(|(_, sight)| evidence_bits(sight)) else {
        return Ok(None);
    };
    let moments: Vec<Moment> = sights.iter().filter_map(moment_of_sight).collect();
    let (seen, finding) = if moments.is_empty() {
        let spans = sights.iter().map(|(picture, _)| moment_span(picture.at_ms)).collect();
        let time = time_of_spans(&joined(spans), clip.frames.end_ms);
        let seen: Vec<u32> = sights.iter().map(|(picture, _)| picture.at_ms as u32).collect();
        (seen, Finding { relation: Relation::Still, time: Some(time), ..best.clone() })
    } else {
        let found = stretches(&moments, &policy::SIGHT_TIME);
        let Some(item) = rows.item(id)?.cloned() else { return Ok(None) };
        let stored = Timeline::of_item(rows.ledger, &item)?;
        let told = looked_at_closely(clip, best, &found, (&item, &stored));
        let span = |[from, to]: [f64; 2]| span(from, to + f64::from(policy::CLIP_STEP_MS));
        let ends = (clip.frames.end_ms, stored.end_ms() + u64::from(policy::CLIP_STEP_MS));
        let (finding, _) = of_stretches(best.clone(), told.as_ref().unwrap_or(&found), span, ends);
        let inliers = found.iter().flat_map(|stretch| &stretch.inliers);
        (inliers.map(|moment| moment.query).collect(), finding)
    };
    let asked = clip.pictures.len();
    let stored = frames_with_landmarks(rows.ledger, id)?;
    let is_match = policy::judge_sights(evidence_of(sights, &seen), asked, stored);
    // Each frame that was asked with each stored one is a chance of its own.
    let finding = Finding {
        inliers: best.inliers,
        distance: best.distance,
        false_alarm_rate: (best.false_alarm_rate * (asked * stored.max(1)) as f64).min(1.0),
        false_alarm_pairs: best.false_alarm_pairs,
        ..finding
    };
    Ok(Some((finding, is_match)))
}

/// Stretches that are known from landmarks of some frames, told by all frames; `None` where these do
/// not tell them, as where only a part of the frame is the other's.
fn looked_at_closely(
    clip: &PreparedClip,
    best: &Finding,
    rough: &[Stretch],
    (item, stored): (&ItemRow, &Timeline),
) -> Option<Vec<Stretch>> {
    let region = best.region.as_ref()?;
    let shares = [
        region::share(&region.query, clip.size_px),
        region::share(&region.stored, (item.width, item.height)),
    ];
    if shares.iter().any(|&share| share < policy::FRAME_SEEN_SHARE) {
        return None;
    }
    let query = Timeline::of_clip(clip, best.orientation as usize);
    let pair = pair(clip, &query, stored);
    let found = pair.told_near(rough);
    (!found.is_empty()).then_some(found)
}

/// What all frames of these times tell together, each by its best sight.
fn evidence_of(sights: &[(&ClipPicture, Finding)], at_ms: &[u32]) -> u32 {
    let mut best: HashMap<u64, u32> = HashMap::new();
    let told = sights.iter().filter(|(picture, _)| at_ms.contains(&(picture.at_ms as u32)));
    for (picture, finding) in told {
        let bits = best.entry(picture.at_ms).or_default();
        *bits = evidence_bits(finding).max(*bits);
    }
    best.values().sum()
}

fn moment_of_sight((picture, finding): &(&ClipPicture, Finding)) -> Option<Moment> {
    let at_ms = finding.time.as_ref()?.segments.first()?.stored?.from_ms;
    Some(Moment {
        query: picture.at_ms as u32,
        query_ms: picture.at_ms as f64,
        stored: at_ms as u32,
        stored_ms: [at_ms as f64; 2],
        distance: finding.distance,
    })
}

fn moment_span(at_ms: u64) -> Span {
    Span { from_ms: at_ms, to_ms: at_ms + u64::from(policy::CLIP_STEP_MS) }
}

/// Times are told to the millisecond, none before the beginning.
fn span(from_ms: f64, to_ms: f64) -> Span {
    // Casts of floating point numbers saturate.
    Span { from_ms: from_ms.round() as u64, to_ms: to_ms.round() as u64 }
}

/// The part of a span that is before the end, where one is known.
fn within(span: Span, end_ms: u64) -> Span {
    let end_ms = end_ms.max(span.from_ms);
    Span { from_ms: span.from_ms, to_ms: span.to_ms.min(end_ms) }
}

/// Spans in order, those as one that overlap or follow each other within a second.
fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    const APART_MS: u64 = 1000;
    spans.sort_by_key(|span| (span.from_ms, span.to_ms));
    let mut joined: Vec<Span> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.from_ms <= last.to_ms + APART_MS => {
                last.to_ms = last.to_ms.max(span.to_ms);
            }
            _ => joined.push(span),
        }
    }
    joined
}

/// The share of the time that spans take, 0 to 1, to a thousandth.
fn share(spans: impl Iterator<Item = Span>, end_ms: u64) -> f64 {
    let mut spans: Vec<Span> = spans.collect();
    spans.sort_by_key(|span| span.from_ms);
    let (mut taken, mut until) = (0, 0);
    for span in spans {
        let from = span.from_ms.max(until);
        taken += span.to_ms.saturating_sub(from);
        until = until.max(span.to_ms);
    }
    let share = taken as f64 / end_ms.max(1) as f64;
    (share.min(1.0) * 1e3).round() / 1e3
}
