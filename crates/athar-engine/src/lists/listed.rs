//! Whether a list knows an input: its digests exactly, the codes of its frames within the radius.

use super::about::About;
use crate::clip::FrameSpan;
use crate::follow::{self, Found, IndexNote, follow_listed};
use crate::lookup::{way_of, ways};
use crate::outcome::Outcome;
use crate::policy::{self, LISTED_TOLD, PDQ_RADIUS};
use crate::prepare::{Body, Prepared, PreparedPicture};
use crate::{Store, clock};
use athar_hash::{FileDigest, Space, orientations_of_code};
use athar_index::Index;
use athar_kernel::{Code, Distance};
use athar_ledger::{CodeId, ItemId, ItemRow, Ledger, LedgerError, ListKind, ListValue, Listed};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};

/// An entry of a list that an input has something in common with.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ListMatch {
    /// The list.
    pub list: String,
    /// What they have in common: `pdq`, `md5` or `sha256`.
    pub via: &'static str,
    /// Distance of the two codes in bits, 0 to 256; `null` for a digest, which is the same.
    pub distance: Option<u16>,
    /// What was done to the input before its code met the entry's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orientation: Option<&'static str>,
    /// Whether the input's colours were inverted before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub inverted: bool,
    /// When the frame of the input is shown that met it, in milliseconds, where it is of a clip.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_ms: Option<u64>,
    /// Whether nothing but the list's code speaks for it, or the list itself calls it harmless:
    /// somebody has to look.
    pub needs_confirmation: bool,
    /// How often one comparison of unrelated pictures comes as near; `null` for a digest.
    pub false_alarm_rate: Option<f64>,
    /// Pairs of unrelated pictures on which the rate rests.
    pub false_alarm_pairs: Option<u64>,
    /// Where the list came from.
    pub source: Option<String>,
    /// Who listed it, as the list names them.
    pub owner: Option<String>,
    /// Their name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_name: Option<String>,
    /// The entry's own name in its list.
    pub id: Option<String>,
    /// The list's class for it.
    pub classification: Option<String>,
    /// When it was listed or last changed, in seconds since 1970.
    pub time_s: Option<i64>,
    /// The state that the list gives it; `null` for one that is simply listed.
    pub state: Option<String>,
    /// Tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// With whom it may be shared.
    pub marking: Option<String>,
}

/// The codes of lists that are searched.
pub(crate) struct ListedLookup(Index);

/// A frame of an input.
pub(crate) struct Frame {
    /// One an orientation.
    pub codes: [Code; 8],
    /// When it is shown, where it is one of a clip.
    pub at_ms: Option<u64>,
}

/// Where a code of a list came nearest: the distance, the frame, and what was done to it.
type Nearest = (Distance, usize, usize);

/// The state of what a list holds to be harmless.
const HARMLESS: &str = "benign";

impl ListMatch {
    /// Whether the list calls it harmless.
    pub fn is_harmless(&self) -> bool {
        self.state.as_deref() == Some(HARMLESS)
    }
}

impl ListedLookup {
    /// What lies on the disk and what the ledger has beyond it.
    pub(crate) fn open(
        store: &Store,
        note: &mut dyn FnMut(IndexNote),
    ) -> Result<Self, LedgerError> {
        let Found { index, .. } =
            follow::open_for_reading(&store.listed_place(), &store.ledger, note)?;
        let lookup = Self(index);
        lookup.catch_up(&store.ledger)?;
        Ok(lookup)
    }

    /// Learns what was committed since.
    pub(crate) fn catch_up(&self, ledger: &Ledger) -> Result<(), LedgerError> {
        let reached = self.0.reached().map_or(0, |mark| mark.reached);
        follow_listed(&self.0, reached, ledger)?;
        Ok(())
    }

    /// What lists know of a file as it was prepared, told with it.
    pub(crate) fn tell(
        &self,
        ledger: &Ledger,
        prepared: &Prepared,
        outcome: &mut Outcome,
    ) -> Result<(), LedgerError> {
        let frames = frames_of(ledger, prepared)?;
        self.tell_frames(ledger, prepared.digest.as_ref(), &frames, outcome)
    }

    /// The same where there are only codes, one an orientation.
    pub(crate) fn tell_codes(
        &self,
        ledger: &Ledger,
        codes: &[[Code; 8]],
        outcome: &mut Outcome,
    ) -> Result<(), LedgerError> {
        let frames: Vec<_> = codes.iter().map(|&codes| Frame { codes, at_ms: None }).collect();
        self.tell_frames(ledger, None, &frames, outcome)
    }

    /// What lists know of an item.
    pub(crate) fn of_item(
        &self,
        ledger: &Ledger,
        item: &ItemRow,
    ) -> Result<(Vec<ListMatch>, bool), LedgerError> {
        let digest = FileDigest { sha256: item.sha256, md5: item.md5 };
        self.known(ledger, Some(&digest), &frames_of_item(ledger, item.id)?)
    }

    fn tell_frames(
        &self,
        ledger: &Ledger,
        digest: Option<&FileDigest>,
        frames: &[Frame],
        outcome: &mut Outcome,
    ) -> Result<(), LedgerError> {
        (outcome.lists, outcome.lists_cut) = self.known(ledger, digest, frames)?;
        Ok(())
    }

    fn known(
        &self,
        ledger: &Ledger,
        digest: Option<&FileDigest>,
        frames: &[Frame],
    ) -> Result<(Vec<ListMatch>, bool), LedgerError> {
        let mut lists = Vec::new();
        for listed in digests(ledger, digest)? {
            lists.extend(list_match(ledger, listed, None)?);
        }
        let is_sure = |found: &&ListMatch| !found.needs_confirmation;
        let sure: BTreeSet<String> = lists.iter().filter(is_sure).map(|f| f.list.clone()).collect();
        let (near, is_cut) = self.near(frames);
        for (code, (distance, frame, way)) in near {
            let Some(listed) = ledger.listed(CodeId(code as i64))? else { continue };
            let nearest = (distance, frames[frame].at_ms, way);
            let Some(mut found) = list_match(ledger, listed, Some(nearest))? else { continue };
            found.needs_confirmation = found.is_harmless() || !sure.contains(&found.list);
            lists.push(found);
        }
        Ok((lists, is_cut))
    }

    /// The nearest codes, and whether there are more than are told.
    fn near(&self, frames: &[Frame]) -> (Vec<(u64, Nearest)>, bool) {
        let snapshot = self.0.snapshot();
        let (mut nearest, mut is_cut) = (HashMap::new(), false);
        if snapshot.is_empty() {
            return (Vec::new(), false);
        }
        for (number, frame) in frames.iter().enumerate() {
            let pages = snapshot.first_batch(&ways(&frame.codes), PDQ_RADIUS, LISTED_TOLD);
            for (way, page) in pages.into_iter().enumerate() {
                is_cut |= page.total > page.hits.len();
                for hit in page.hits {
                    let here = (hit.distance, number, way);
                    let best = nearest.entry(hit.payload).or_insert(here);
                    *best = here.min(*best);
                }
            }
        }
        let mut near: Vec<_> = nearest.into_iter().collect();
        near.sort_unstable_by_key(|(code, nearest)| (*nearest, *code));
        is_cut |= near.len() > LISTED_TOLD;
        near.truncate(LISTED_TOLD);
        (near, is_cut)
    }
}

/// The entries that are digests of this very file.
fn digests(ledger: &Ledger, digest: Option<&FileDigest>) -> Result<Vec<Listed>, LedgerError> {
    let Some(digest) = digest else { return Ok(Vec::new()) };
    let values = [
        ListValue::new(ListKind::Sha256, &digest.sha256),
        ListValue::new(ListKind::Md5, &digest.md5),
    ];
    let mut found = Vec::new();
    for value in values.into_iter().flatten() {
        found.extend(ledger.listed_by_value(&value)?);
    }
    found.truncate(LISTED_TOLD);
    Ok(found)
}

/// The frames of a file that mean anything: of one that was not decoded again, those of its item.
pub(crate) fn frames_of(ledger: &Ledger, prepared: &Prepared) -> Result<Vec<Frame>, LedgerError> {
    Ok(match (&prepared.body, &prepared.digest) {
        (Body::Picture(picture), _) => frames_of_picture(picture),
        (Body::Clip(clip), _) => frames_of_clip(&clip.frames.frames),
        (Body::Known, Some(digest)) => match ledger.item_id(&digest.sha256)? {
            Some(item) => frames_of_item(ledger, item)?,
            None => Vec::new(),
        },
        _ => Vec::new(),
    })
}

fn frames_of_picture(picture: &PreparedPicture) -> Vec<Frame> {
    let frames = picture.frames().filter(|(_, print)| policy::searchable(print.quality()));
    frames.map(|(_, print)| Frame { codes: *print.codes(), at_ms: None }).collect()
}

fn frames_of_clip(frames: &[FrameSpan]) -> Vec<Frame> {
    let frames = frames.iter().filter(|frame| frame.is_searchable());
    frames.map(|frame| Frame { codes: frame.codes, at_ms: Some(frame.from_ms) }).collect()
}

/// Of an item that was not decoded again: its whole frames, or those of a clip.
pub(crate) fn frames_of_item(ledger: &Ledger, item: ItemId) -> Result<Vec<Frame>, LedgerError> {
    let rows = ledger.codes_of_item(item)?.into_iter();
    let rows = rows.filter(|row| row.searchable && row.space == Space::Pdq.name());
    let codes = rows.flat_map(|row| row.codes);
    Ok(codes.map(|code| Frame { codes: orientations_of_code(&code), at_ms: None }).collect())
}

/// What is told of an entry; nothing once its owner no longer stands by it.
fn list_match(
    ledger: &Ledger,
    listed: Listed,
    found: Option<(Distance, Option<u64>, usize)>,
) -> Result<Option<ListMatch>, LedgerError> {
    let about = About::of_line(&listed.entry.about);
    if about.expires_s.is_some_and(|until_s| until_s < clock::now_ms() / 1000) {
        return Ok(None);
    }
    let imports = ledger.list_imports(listed.list)?;
    let import = imports.into_iter().find(|import| import.id == listed.import);
    let (source, marking) = import.map_or((None, None), |i| (i.source, i.marking));
    let distance = found.map(|(distance, ..)| distance);
    let way = found.map(|(_, _, way)| way_of(way));
    let said = |text: String| (!text.is_empty()).then_some(text);
    let is_harmless = about.state.as_deref() == Some(HARMLESS);
    Ok(Some(ListMatch {
        list: listed.list_name,
        via: listed.entry.value.kind().name(),
        distance: distance.map(Distance::bits),
        orientation: way.map(|(orientation, _)| orientation.name()),
        inverted: way.is_some_and(|(_, inverted)| inverted),
        at_ms: found.and_then(|(_, at_ms, _)| at_ms),
        needs_confirmation: found.is_some() || is_harmless,
        false_alarm_rate: distance.map(policy::false_alarm_rate),
        false_alarm_pairs: distance.map(|_| policy::false_alarm_pairs()),
        source,
        owner: said(about.owner),
        owner_name: said(about.owner_name),
        id: said(about.id),
        classification: said(about.classification),
        time_s: about.time_s,
        state: about.state,
        tags: about.tags,
        marking: about.marking.or(marking),
    }))
}
