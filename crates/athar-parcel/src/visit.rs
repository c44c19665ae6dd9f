//! Going through a parcel and all that lies in it.

use crate::kind::{HEAD_BYTES, Kind, recognise};
use crate::lines::read_full;
use crate::meter::{Meter, Totals};
use crate::provenance::{Moment, Provenance, Time};
use crate::{Limits, Trouble, mail, mbox, pack, unzip};
use std::fmt;
use std::io::{self, Cursor, Read, Seek};
use std::ops::ControlFlow;
use std::rc::Rc;

/// One part of a parcel.
pub struct Part<'a> {
    /// Where it comes from.
    pub provenance: Provenance,
    /// Its content, or why there is none. What is not read is passed over. An error of the reader
    /// is a [`Trouble`]: see [`Trouble::of`]; what was read before it is not all.
    pub content: Result<&'a mut dyn Read, Trouble>,
}

impl fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let trouble = self.content.as_ref().err();
        f.debug_struct("Part").field("trouble", &trouble).finish_non_exhaustive()
    }
}

/// What was gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Parts that were given.
    pub parts: u64,
    /// Those of them that have no content.
    pub troubled: u64,
    /// Parcels that were opened, the outermost among them.
    pub parcels: u64,
    /// Texts of mails, which are no parts.
    pub texts: u64,
    /// Exports of chats that told of files beside them.
    pub chats: u64,
    /// Whether whoever takes the parts wanted no more.
    pub is_stopped: bool,
}

/// A file.
pub trait Source: Read + Seek {}

impl<T: Read + Seek> Source for T {}

/// Goes through a parcel: `take` gets its parts one after the other and says whether it wants more.
/// A part that is a parcel is opened and not given, unless it cannot be.
///
/// A chat's export ([`Kind::Chat`]) and what is not opened ([`Kind::Foreign`]) have no parts.
///
/// # Errors
///
/// The parcel cannot be read to its end; what was given until then stands. Trouble with a parcel
/// inside is told as a part's.
pub fn visit(
    source: &mut dyn Source,
    kind: Kind,
    limits: &Limits,
    take: &mut dyn FnMut(Part<'_>) -> ControlFlow<()>,
) -> Result<Summary, Trouble> {
    let mut visit = Visit {
        limits: *limits,
        take,
        totals: Rc::default(),
        frames: vec![Frame::default()],
        summary: Summary { parcels: 1, ..Summary::default() },
        spooled_bytes: 0,
    };
    let done = match kind {
        Kind::Zip => unzip::visit(&mut visit, source),
        kind => visit.open(kind, source),
    };
    match done {
        Err(Stop::Here(trouble) | Stop::All(trouble)) => Err(trouble),
        Err(Stop::Taker) => Ok(Summary { is_stopped: true, ..visit.summary }),
        Ok(()) => Ok(visit.summary),
    }
}

/// Why it does not go on.
pub(crate) enum Stop {
    /// Whoever takes the parts wants no more.
    Taker,
    /// This parcel cannot be read on.
    Here(Trouble),
    /// Nothing can.
    All(Trouble),
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        if trouble.ends_all() { Self::All(trouble) } else { Self::Here(trouble) }
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Trouble::of(&error).into()
    }
}

pub(crate) type Going = Result<(), Stop>;

/// What is told of a part by what it lies in.
#[derive(Clone, Default)]
pub(crate) struct Told {
    pub name: Option<String>,
    pub sender: Option<String>,
    pub time: Option<Time>,
}

/// A parcel that is open.
#[derive(Default)]
struct Frame {
    label: String,
    told: Told,
    parts: u64,
}

/// What goes through parcels.
pub(crate) struct Visit<'a> {
    pub limits: Limits,
    pub totals: Rc<Totals>,
    take: &'a mut dyn FnMut(Part<'_>) -> ControlFlow<()>,
    /// From the outermost.
    frames: Vec<Frame>,
    summary: Summary,
    /// Bytes of archives that are held now.
    spooled_bytes: u64,
}

impl Visit<'_> {
    /// A part with its content, which may be a parcel.
    pub(crate) fn part(&mut self, told: &Told, content: &mut dyn Read) -> Going {
        self.count()?;
        let (limits, totals) = (self.limits, self.totals.clone());
        let mut content = Meter::new(content, &limits, &totals);
        let mut head = vec![0; HEAD_BYTES];
        let length = match read_full(&mut content, &mut head) {
            Ok(length) => length,
            Err(error) => return self.troubled(told, error),
        };
        head.truncate(length);
        let kind = recognise(&head);
        if kind.is_some_and(|kind| !matches!(kind, Kind::Chat(_) | Kind::Foreign(_))) {
            content.is_parcel();
        }
        let mut content = Cursor::new(head).chain(content);
        match kind {
            Some(Kind::Foreign(foreign)) => self.give(told, Err(Trouble::Foreign(foreign))),
            Some(Kind::Chat(_)) | None => self.give(told, Ok(&mut content)),
            Some(kind) => self.parcel(kind, told, &mut content),
        }
    }

    /// A part without content.
    pub(crate) fn trouble(&mut self, told: &Told, trouble: Trouble) -> Going {
        self.count()?;
        self.give(told, Err(trouble))
    }

    /// A part that is a parcel for sure.
    pub(crate) fn sure_parcel(&mut self, kind: Kind, told: &Told, content: &mut dyn Read) -> Going {
        self.count()?;
        let (limits, totals) = (self.limits, self.totals.clone());
        let mut content = Meter::new(content, &limits, &totals);
        content.is_parcel();
        self.parcel(kind, told, &mut content)
    }

    fn parcel(&mut self, kind: Kind, told: &Told, content: &mut dyn Read) -> Going {
        let limit = self.limits.depth;
        if self.frames.len() >= limit {
            return self.give(told, Err(Trouble::TooDeep { limit }));
        }
        let label = told.name.clone().unwrap_or_else(|| format!("#{}", self.number()));
        self.frames.push(Frame { label, told: told.clone(), parts: 0 });
        self.summary.parcels += 1;
        let done = self.open(kind, content);
        self.frames.pop();
        match done {
            Err(Stop::Here(trouble)) => self.give(told, Err(trouble)),
            done => done,
        }
    }

    fn open(&mut self, kind: Kind, content: &mut dyn Read) -> Going {
        match kind {
            Kind::Mail => mail::visit(self, content),
            Kind::Mbox => mbox::visit(self, content),
            Kind::Tar => pack::visit_tar(self, content),
            Kind::Gzip => pack::visit_gzip(self, content),
            Kind::Zip => {
                let mut held = self.spool(content)?;
                let bytes = held.get_ref().len() as u64;
                self.spooled_bytes += bytes;
                let done = unzip::visit(self, &mut held);
                self.spooled_bytes -= bytes;
                done
            }
            Kind::Chat(_) => Ok(()),
            Kind::Foreign(foreign) => Err(Trouble::Foreign(foreign).into()),
        }
    }

    /// Holds an archive that must be read from its end.
    fn spool(&self, content: &mut dyn Read) -> Result<Cursor<Vec<u8>>, Stop> {
        let limit_bytes = self.limits.spool_bytes;
        let mut held = Vec::new();
        let left_bytes = limit_bytes.saturating_sub(self.spooled_bytes);
        content.take(left_bytes.saturating_add(1)).read_to_end(&mut held)?;
        match held.len() as u64 > left_bytes {
            true => Err(Trouble::SpoolTooLarge { limit_bytes }.into()),
            false => Ok(Cursor::new(held)),
        }
    }

    /// What the mail says that the open parcel is.
    pub(crate) fn letter(&mut self, sender: Option<String>, time: Option<Time>) {
        if let Some(frame) = self.frames.last_mut() {
            frame.told.sender = sender.or(frame.told.sender.take());
            frame.told.time = time.or(frame.told.time);
        }
    }

    pub(crate) fn passed_text(&mut self) -> Going {
        self.summary.texts += 1;
        self.count_all()
    }

    pub(crate) fn read_chat(&mut self) {
        self.summary.chats += 1;
    }

    fn troubled(&mut self, told: &Told, error: io::Error) -> Going {
        match error.into() {
            Stop::Here(trouble) => self.give(told, Err(trouble)),
            stop => Err(stop),
        }
    }

    fn give(&mut self, told: &Told, content: Result<&mut dyn Read, Trouble>) -> Going {
        self.summary.parts += 1;
        self.summary.troubled += u64::from(content.is_err());
        let provenance = self.provenance(told);
        match (self.take)(Part { provenance, content }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Stop::Taker),
        }
    }

    /// The nearest sender, and the nearest time that something was sent: an archive's own times
    /// say less.
    fn provenance(&self, told: &Told) -> Provenance {
        let around =
            || std::iter::once(told).chain(self.frames.iter().rev().map(|frame| &frame.told));
        let sender = around().find_map(|told| told.sender.clone());
        let times = || around().filter_map(|told| told.time);
        let time = times().find(|time| time.moment == Moment::Sent).or(times().next());
        let parcels = self.frames.iter().skip(1).map(|frame| frame.label.clone()).collect();
        Provenance { sender, time, name: told.name.clone(), parcels, number: self.number() }
    }

    fn number(&self) -> u64 {
        self.frames.last().map_or(0, |frame| frame.parts)
    }

    fn count(&mut self) -> Going {
        if let Some(frame) = self.frames.last_mut() {
            frame.parts += 1;
        }
        self.count_all()
    }

    fn count_all(&self) -> Going {
        let parts = self.totals.parts.get() + 1;
        self.totals.parts.set(parts);
        let limit = self.limits.parts;
        if parts > limit { Err(Trouble::TooManyParts { limit }.into()) } else { Ok(()) }
    }
}
