//! The formats, and what each of them can say.

use crate::entry::{Entry, Feedback, Medium, Provenance, State, Subject, text_weight};
use crate::error::{Field, WriteError};
use crate::signal::{Signal, SignalType};
use crate::tlp::Tlp;
use crate::{delta_record, names, sniff, time};

/// All tags of an entry together, in bytes, each counted with 32 more: with every quote doubled
/// and the longest other texts they still fit into the longest line.
const TAGS_BYTES_MAX: usize = 16 << 10;

/// A format of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// One code or digest a line, with a quality after a comma or a type before a space.
    Plain,
    /// What `tx dataset --csv` of ThreatExchange's Python client prints.
    Tx,
    /// Descriptors as ThreatExchange's site takes and gives them, as CSV.
    Descriptors,
    /// Project VIC's JSON, versions 1.2 (`#Media`), 1.3 and 2.0.
    Vics,
    /// A page of `FetchHashes` of StopNCII's API, version 1. A record is the present state of its
    /// hash, and replaces what was listed of it before.
    StopNcii,
    /// A page of entries of NCMEC's hash-sharing API, version 2. An entry replaces everything that
    /// was listed under its owner and id before.
    Ncmec,
    /// Our own signed delta.
    Delta,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 7] = [
        Self::Plain,
        Self::Tx,
        Self::Descriptors,
        Self::Vics,
        Self::StopNcii,
        Self::Ncmec,
        Self::Delta,
    ];

    /// The name on the command line and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Tx => "tx",
            Self::Descriptors => "threatexchange",
            Self::Vics => "vics",
            Self::StopNcii => "stopncii",
            Self::Ncmec => "ncmec",
            Self::Delta => "delta",
        }
    }

    /// The format of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// What a file that begins with these bytes looks like; a few thousand are enough. What
    /// looks like nothing else is taken for [`Format::Plain`].
    pub fn detect(head: &[u8]) -> Option<Self> {
        sniff::detect(head)
    }

    /// As much of an entry as this format has words for: exactly that is written and read back.
    /// A marking that it does not know becomes a stricter one or is lost; whether the entry may
    /// then be passed on is for the caller to say.
    ///
    /// # Errors
    ///
    /// [`WriteError::CannotSay`] when what remained would say something else: a withdrawal that
    /// looked like an addition, a digest without its type.
    pub fn keep(self, entry: &Entry) -> Result<Entry, WriteError> {
        let kept = match self {
            Self::Plain => plain(entry),
            Self::Tx => tx(entry),
            Self::Descriptors => descriptors(entry),
            Self::Vics => vics(entry),
            Self::StopNcii => stopncii(entry),
            Self::Ncmec => ncmec(entry),
            Self::Delta => delta_record::keep(entry),
        };
        kept.map(lighten).map_err(WriteError::CannotSay)
    }

    /// Refuses what this format cannot say in full.
    pub(crate) fn check(self, entry: &Entry) -> Result<(), WriteError> {
        let lost = self.keep(entry)?.difference(entry);
        lost.map_or(Ok(()), |field| Err(WriteError::CannotSay(field)))
    }
}

fn plain(entry: &Entry) -> Result<Entry, Field> {
    let signal = signal_in(entry, &[State::Active])?;
    let quality = entry.quality.filter(|&q| matches!(signal, Signal::Pdq(_)) && q <= 100);
    Ok(Entry { quality, ..bare(entry, signal) })
}

fn tx(entry: &Entry) -> Result<Entry, Field> {
    let states = [State::Active, State::Received, State::Benign, State::Disputed];
    let signal = signal_in(entry, &states)?;
    let provenance = Provenance {
        owner: text(&entry.provenance.owner),
        tags: tags(&entry.provenance.tags, char::is_whitespace),
        ..Provenance::default()
    };
    Ok(Entry { provenance, ..bare(entry, signal) })
}

fn descriptors(entry: &Entry) -> Result<Entry, Field> {
    let states = [State::Active, State::Received, State::Benign, State::Unknown];
    let signal = signal_in(entry, &states)?;
    let theirs = &entry.provenance;
    let provenance = Provenance {
        tags: tags(&theirs.tags, |c| c == ';'),
        marking: theirs.marking.map(share_level),
        expires_s: time::writable(theirs.expires_s),
        ..Provenance::default()
    };
    Ok(Entry { provenance, ..bare(entry, signal) })
}

/// ThreatExchange has the levels of version 1 of the protocol: what is stricter than amber is red.
fn share_level(marking: Tlp) -> Tlp {
    if marking == Tlp::AmberStrict { Tlp::Red } else { marking }
}

fn vics(entry: &Entry) -> Result<Entry, Field> {
    let signal = signal_in(entry, &[State::Active])?;
    let theirs = &entry.provenance;
    let provenance = Provenance {
        id: text(&theirs.id),
        time_s: time::writable(theirs.time_s),
        classification: text(&theirs.classification),
        tags: tags(&theirs.tags, |c| matches!(c, ',' | ';')),
        ..Provenance::default()
    };
    Ok(Entry { medium: Medium::of_bare(&signal), provenance, ..bare(entry, signal) })
}

fn stopncii(entry: &Entry) -> Result<Entry, Field> {
    let signal = signal_in(entry, &STOPNCII_STATES)?;
    let medium = match (signal.signal_type(), entry.medium) {
        (SignalType::Pdq, _) => Medium::Picture,
        (SignalType::Md5, Medium::Clip) => Medium::Clip,
        _ => return Err(Field::Type),
    };
    let theirs = &entry.provenance;
    let known = |(case, state): &&(String, State)| fits(case) && STOPNCII_STATES.contains(state);
    let provenance = Provenance {
        time_s: theirs.time_s,
        cases: theirs.cases.iter().filter(known).take(Provenance::LIST_MAX).cloned().collect(),
        feedback: feedback(&theirs.feedback, one_member),
        ..Provenance::default()
    };
    Ok(Entry { medium, provenance, ..bare(entry, signal) })
}

/// The states of a hash and of a case in StopNCII.
pub(crate) const STOPNCII_STATES: [State; 5] =
    [State::Active, State::Received, State::Unknown, State::Withdrawn, State::Deleted];

/// StopNCII's feedback is of one member, on the hash as a whole.
fn one_member(theirs: &Feedback) -> Feedback {
    let members = theirs.members.iter().filter(|member| !member.is_empty());
    Feedback {
        verdict: text(&theirs.verdict),
        about: String::new(),
        members: members.take(1).map(|member| text(member)).collect(),
        reasons: tags(&theirs.reasons, |_| false),
    }
}

fn ncmec(entry: &Entry) -> Result<Entry, Field> {
    let subject = match (entry.subject, entry.state) {
        (Subject::Signal(signal), State::Active) => Subject::Signal(signal),
        (Subject::Listed, State::Deleted) => Subject::Listed,
        _ => return Err(Field::State),
    };
    let theirs = &entry.provenance;
    let (owner, id) = (xml_text(&theirs.owner), xml_text(&theirs.id));
    match () {
        () if !matches!(entry.medium, Medium::Picture | Medium::Clip) => return Err(Field::Medium),
        () if owner.is_empty() => return Err(Field::Owner),
        () if id.is_empty() => return Err(Field::Id),
        () => {}
    }
    let listed = subject == Subject::Listed;
    let provenance = Provenance {
        owner,
        owner_name: xml_text(&theirs.owner_name),
        id,
        time_s: time::writable(theirs.time_s),
        classification: if listed { String::new() } else { xml_text(&theirs.classification) },
        feedback: if listed { Vec::new() } else { feedback(&theirs.feedback, ncmec_feedback) },
        ..Provenance::default()
    };
    Ok(Entry { subject, quality: None, scheme: None, provenance, ..entry.clone() })
}

fn ncmec_feedback(theirs: &Feedback) -> Feedback {
    let verdict = if theirs.verdict == "affirmative" { "affirmative" } else { "negative" };
    let texts = |list: &[String]| list.iter().map(|t| xml_text(t)).collect::<Vec<_>>();
    Feedback {
        verdict: verdict.to_owned(),
        about: xml_text(&theirs.about),
        members: tags(&texts(&theirs.members), |_| false),
        reasons: tags(&texts(&theirs.reasons), |_| false),
    }
}

/// The entry's signal, if it has one and its state is among these.
fn signal_in(entry: &Entry, states: &[State]) -> Result<Signal, Field> {
    match entry.subject {
        Subject::Listed => Err(Field::Value),
        Subject::Signal(_) if !states.contains(&entry.state) => Err(Field::State),
        Subject::Signal(signal) => Ok(signal),
    }
}

/// Signal, state and what its type says of the kind of file.
fn bare(entry: &Entry, signal: Signal) -> Entry {
    let medium = names::kept_medium(signal.signal_type(), entry.medium);
    Entry { state: entry.state, medium, place: entry.place, ..Entry::new(signal) }
}

fn fits(text: &str) -> bool {
    text.len() <= Provenance::TEXT_BYTES_MAX
}

fn text(theirs: &str) -> String {
    if fits(theirs) { theirs.to_owned() } else { String::new() }
}

/// XML has no words for control characters, and space around a text is not kept.
fn xml_text(theirs: &str) -> String {
    let kept = |c: char| !c.is_control() && !matches!(c, '\u{FFFE}' | '\u{FFFF}');
    if theirs.chars().all(kept) { text(theirs.trim()) } else { String::new() }
}

/// Tags without those that a separator would tear apart.
fn tags(theirs: &[String], separates: impl Fn(char) -> bool) -> Vec<String> {
    let whole = |tag: &&String| {
        fits(tag) && !tag.is_empty() && tag.trim() == tag.as_str() && !tag.contains(&separates)
    };
    let whole = theirs.iter().filter(whole).take(Provenance::LIST_MAX);
    let light = whole.scan(TAGS_BYTES_MAX, |left, tag| {
        *left = left.checked_sub(text_weight(tag))?;
        Some(tag.clone())
    });
    light.collect()
}

/// Lets go of what a reader would not take, largest first.
fn lighten(mut entry: Entry) -> Entry {
    let provenance = &mut entry.provenance;
    let heavy = |provenance: &Provenance| provenance.weight_bytes() > Provenance::BYTES_MAX;
    if heavy(provenance) {
        provenance.feedback.clear();
    }
    if heavy(provenance) {
        provenance.cases.clear();
        provenance.tags.clear();
    }
    entry
}

fn feedback(theirs: &[Feedback], one: impl Fn(&Feedback) -> Feedback) -> Vec<Feedback> {
    theirs.iter().take(Provenance::LIST_MAX).map(one).collect()
}
