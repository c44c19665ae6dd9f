//! From the files that were found to what is prepared: a mail, an archive or a chat's export is
//! taken apart, and what lies in it goes on as files do.
//!
//! One thread does that, in the order of the files: it looks at the first bytes of each, passes it
//! on open if it is no parcel, and else goes through it ([`athar_parcel`]) and puts each part on a
//! [shelf](shelf) from which it is prepared. A parcel is told of only where something is wrong with
//! it: it is damaged or beyond a limit, which costs what comes after, or there is nothing in it.

mod chats;
mod shelf;

pub(crate) use shelf::Held;

use crate::intake::{self, Opened};
use crate::policy::{PARCEL_LIMITS, PARTS_BYTES};
use crate::provenance::{INSIDE, Provenance};
use crate::walk::Found;
use crate::{InputError, InputErrorKind};
use athar_parcel::{Kind, Limits, Part, Trouble, visit};
use chats::{Chats, Exported, kind_of};
use shelf::Shelf;
use std::collections::HashSet;
use std::io::{BufReader, Seek};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const BUFFER_BYTES: usize = 64 << 10;

/// One thing to prepare.
pub(crate) struct Input {
    /// The file's path; of a part, that of the parcel and its own way in it.
    pub path: PathBuf,
    /// Where it comes from, where anything tells.
    pub told: Option<Provenance>,
    pub source: Source,
}

/// Where an input's content is.
pub(crate) enum Source {
    /// At its path.
    Path,
    Opened(Opened),
    Part(Held),
    /// In a file of which nothing but the digests is wanted, and why.
    Closed(Opened, InputError),
    /// Nowhere, and why.
    Nowhere(InputError),
}

impl Input {
    /// A file that was found, whatever it is.
    pub(crate) fn of(found: &Found) -> Self {
        let source = found.trouble.clone().map_or(Source::Path, Source::Nowhere);
        Self::new(&found.path, source)
    }

    /// A part of a parcel once more.
    pub(crate) fn again(path: &Path, part: Held) -> Self {
        Self::new(path, Source::Part(part))
    }

    fn new(path: &Path, source: Source) -> Self {
        Self { path: path.into(), told: None, source }
    }
}

/// The files of a command.
pub(crate) struct Feed {
    found: Vec<Found>,
    /// `None` where a parcel is a file as any other.
    limits: Option<(Limits, Arc<Shelf>)>,
}

/// Takes one input after the other, and says whether it wants more.
pub(crate) type Taker<'a> = dyn FnMut(Input) -> ControlFlow<()> + 'a;

impl Feed {
    /// Files of which none is taken apart.
    pub(crate) fn closed(found: Vec<Found>) -> Self {
        Self { found, limits: None }
    }

    /// Files of which parcels are taken apart.
    pub(crate) fn opening(found: Vec<Found>) -> Self {
        Self::within(found, PARCEL_LIMITS, PARTS_BYTES)
    }

    fn within(found: Vec<Found>, limits: Limits, parts_bytes: u64) -> Self {
        Self { found, limits: Some((limits, Shelf::new(parts_bytes))) }
    }

    /// How many inputs there are at most; `None` where it is not known.
    pub(crate) fn most(&self) -> Option<usize> {
        self.limits.is_none().then_some(self.found.len())
    }

    /// Gives all inputs in the order of the files. It ends early when `give` wants no more, or
    /// between two of them when `stop` says so.
    pub(crate) fn run(&self, stop: &dyn Fn() -> bool, give: &mut Taker<'_>) -> ControlFlow<()> {
        let Some((limits, shelf)) = &self.limits else {
            return self.found.iter().try_for_each(|found| give(Input::of(found)));
        };
        let chats = Chats::read(&self.found, limits, stop);
        let mut feeding = Feeding { found: &self.found, limits, shelf, chats: &chats, stop, give };
        self.found.iter().try_for_each(|found| feeding.file(found))
    }
}

/// A feed that runs.
struct Feeding<'a> {
    found: &'a [Found],
    limits: &'a Limits,
    shelf: &'a Arc<Shelf>,
    chats: &'a Chats,
    stop: &'a dyn Fn() -> bool,
    give: &'a mut Taker<'a>,
}

impl Feeding<'_> {
    fn file(&mut self, found: &Found) -> ControlFlow<()> {
        match (&found.trouble, self.chats.at(&found.path)) {
            (Some(_), _) => (self.give)(Input::of(found)),
            (None, Some(chat)) => self.chat(&found.path, chat),
            (None, None) => self.open(&found.path),
        }
    }

    fn open(&mut self, path: &Path) -> ControlFlow<()> {
        if (self.stop)() {
            return ControlFlow::Break(());
        }
        let mut opened = match intake::open(path) {
            Ok(opened) => opened,
            Err(error) => return (self.give)(Input::new(path, Source::Nowhere(error))),
        };
        match kind_of(&mut opened.file) {
            Err(error) => {
                let error = InputError::from_io(&error);
                (self.give)(Input::new(path, Source::Nowhere(error)))
            }
            Ok(Some(Kind::Foreign(foreign))) => {
                self.closed(path, opened, InputError::from_parcel(Trouble::Foreign(foreign)))
            }
            Ok(None | Some(Kind::Chat(_))) => {
                let told = self.chats.of(path);
                (self.give)(Input { told, ..Input::new(path, Source::Opened(opened)) })
            }
            Ok(Some(kind)) => self.parcel(path, opened, kind),
        }
    }

    /// What a chat tells of comes in the place of the chat, but for what was found anyway.
    fn chat(&mut self, path: &Path, chat: &Exported) -> ControlFlow<()> {
        let why = match chat.files() {
            Ok(files) if files.is_empty() => InputError::new(
                InputErrorKind::Unsupported,
                "this is a chat's text, and no file that it tells of lies beside it",
            ),
            Ok(files) => {
                let found: HashSet<&Path> = self.found.iter().map(|f| f.path.as_path()).collect();
                let mut others = files.iter().filter(|path| !found.contains(path.as_path()));
                return others.try_for_each(|path| self.open(path));
            }
            Err(trouble) => InputError::from_parcel(trouble),
        };
        match intake::open(path) {
            Ok(opened) => self.closed(path, opened, why),
            Err(error) => (self.give)(Input::new(path, Source::Nowhere(error))),
        }
    }

    fn closed(&mut self, path: &Path, opened: Opened, why: InputError) -> ControlFlow<()> {
        (self.give)(Input::new(path, Source::Closed(opened, why)))
    }

    fn parcel(&mut self, path: &Path, mut opened: Opened, kind: Kind) -> ControlFlow<()> {
        let mut parcel = Parcel { path, told: self.chats.of(path), taken: 0, feeding: self };
        let limits = *parcel.feeding.limits;
        let mut take = |part: Part<'_>| parcel.part(part);
        let visited = match kind {
            // It is read here and there.
            Kind::Zip => visit(&mut opened.file, kind, &limits, &mut take),
            _ => {
                let mut source = BufReader::with_capacity(BUFFER_BYTES, &mut opened.file);
                visit(&mut source, kind, &limits, &mut take)
            }
        };
        let taken = parcel.taken;
        let why = match visited {
            Ok(summary) if summary.is_stopped => return ControlFlow::Break(()),
            Ok(summary) if summary.parts > 0 => return ControlFlow::Continue(()),
            Ok(_) => empty(kind),
            Err(trouble) => broken_off(trouble, taken),
        };
        match opened.file.rewind() {
            Ok(()) => self.closed(path, opened, why),
            Err(error) => {
                let error = InputError::from_io(&error);
                (self.give)(Input::new(path, Source::Nowhere(error)))
            }
        }
    }
}

/// A parcel that is gone through.
struct Parcel<'a, 'b> {
    path: &'a Path,
    /// What a chat tells of the parcel itself.
    told: Option<Provenance>,
    /// Parts that have a content.
    taken: u64,
    feeding: &'a mut Feeding<'b>,
}

impl Parcel<'_, '_> {
    fn part(&mut self, part: Part<'_>) -> ControlFlow<()> {
        let Feeding { shelf, stop, give, .. } = &mut *self.feeding;
        let held = match part.content {
            Ok(content) => shelf.hold(content, stop),
            Err(trouble) => Err(InputError::from_parcel(trouble)),
        };
        let source = match held {
            Ok(Some(held)) => Source::Part(held),
            Ok(None) => return ControlFlow::Break(()),
            Err(error) => Source::Nowhere(error),
        };
        self.taken += u64::from(matches!(source, Source::Part(_)));
        let told = Provenance::of_part(self.path, &part.provenance);
        let told = Some(told.or_of_parcel(self.told.as_ref()));
        give(Input { path: inside(self.path, &part.provenance), told, source })
    }
}

/// The way to a part, as it is shown.
fn inside(parcel: &Path, part: &athar_parcel::Provenance) -> PathBuf {
    let mut way = parcel.as_os_str().to_owned();
    way.push(INSIDE);
    way.push(part.shown());
    way.into()
}

fn empty(kind: Kind) -> InputError {
    let message = format!("there are no files in this {}", kind.name());
    InputError::new(InputErrorKind::Unsupported, message)
}

fn broken_off(trouble: Trouble, taken: u64) -> InputError {
    let error = InputError::from_parcel(trouble);
    let message = match taken {
        0 => error.message,
        1 => format!("{}; 1 file was taken from it before", error.message),
        n => format!("{}; {n} files were taken from it before", error.message),
    };
    InputError { message, ..error }
}
