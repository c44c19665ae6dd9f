//! From the files that were found to what is prepared: a mail, an archive or a chat's export is
//! taken apart, and what lies in it goes on as files do.
//!
//! One thread does that, in the order of the files: it looks at the first bytes of each, passes it
//! on open if it is no parcel, and else goes through it ([`athar_parcel`]) and puts each part on a
//! [shelf] from which it is prepared. A parcel is told of only where something is wrong with
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
use std::cell::OnceCell;
use std::collections::HashSet;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
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
        let (found, paths) = (&self.found, OnceCell::new());
        let mut feeding = Feeding { found, paths, limits, shelf, chats: &chats, stop, give };
        found.iter().try_for_each(|found| feeding.file(found))
    }
}

/// A feed that runs.
struct Feeding<'a> {
    found: &'a [Found],
    /// Their paths, once somebody asks.
    paths: OnceCell<HashSet<&'a Path>>,
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
                let found = self.found;
                let paths = || found.iter().map(|file| file.path.as_path()).collect();
                let paths = self.paths.get_or_init(paths);
                let others = files.iter().filter(|path| !paths.contains(path.as_path()));
                let others: Vec<_> = others.collect();
                return others.into_iter().try_for_each(|path| self.open(path));
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
        let (limits, stop) = (*parcel.feeding.limits, parcel.feeding.stop);
        let mut take = |part: Part<'_>| parcel.part(part);
        let mut source = Until { inner: &mut opened.file, stop };
        let visited = sheltered(|| match kind {
            // It is read here and there.
            Kind::Zip => visit(&mut source, kind, &limits, &mut take),
            _ => {
                let mut source = BufReader::with_capacity(BUFFER_BYTES, source);
                visit(&mut source, kind, &limits, &mut take)
            }
        });
        let taken = parcel.taken;
        let why = match visited {
            _ if stop() => return ControlFlow::Break(()),
            Ok(summary) if summary.is_stopped => return ControlFlow::Break(()),
            Ok(summary) if summary.parts > 0 => return ControlFlow::Continue(()),
            Ok(_) => empty(kind),
            Err(error) => broken_off(error, taken),
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

/// A source that gives nothing more once somebody wishes to stop.
struct Until<'a, R> {
    inner: R,
    stop: &'a dyn Fn() -> bool,
}

impl<R: Read> Read for Until<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match (self.stop)() {
            true => Err(io::Error::other("stopped")),
            false => self.inner.read(into),
        }
    }
}

impl<R: Seek> Seek for Until<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
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

/// Reading a parcel costs that parcel, also where a reader has a fault.
fn sheltered<T>(read: impl FnOnce() -> Result<T, Trouble>) -> Result<T, InputError> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(done) => done.map_err(InputError::from_parcel),
        Err(_) => {
            let message = "the reader of mails and archives failed on it";
            Err(InputError::new(InputErrorKind::Stopped, message))
        }
    }
}

fn broken_off(error: InputError, taken: u64) -> InputError {
    let message = match taken {
        0 => error.message,
        1 => format!("{}; 1 file was taken from it before", error.message),
        n => format!("{}; {n} files were taken from it before", error.message),
    };
    InputError { message, ..error }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use crate::walk::walk;
    use std::cell::Cell;
    use std::fs;

    const LIMITS: Limits = Limits { parts: 4, part_bytes: 40, total_bytes: 1000, ..PARCEL_LIMITS };

    /// A mail with these files, which are texts.
    fn mail(files: &[&str]) -> String {
        let part = |text: &&str| {
            format!("--b\nContent-Type: image/x\nContent-Disposition: attachment\n\n{text}\n")
        };
        let parts: String = files.iter().map(part).collect();
        format!(
            "From: a@b.c\nSubject: x\nContent-Type: multipart/mixed; boundary=b\n\n{parts}--b--\n"
        )
    }

    /// What of an input there is: its content, or why there is none.
    fn content(input: Input) -> Result<String, String> {
        let mut opened = match input.source {
            Source::Part(part) => part.open().unwrap(),
            Source::Opened(opened) => opened,
            Source::Closed(_, why) | Source::Nowhere(why) => return Err(why.message),
            Source::Path => panic!("it was opened"),
        };
        let mut text = String::new();
        opened.file.read_to_string(&mut text).unwrap();
        Ok(text)
    }

    fn contents(files: &[(&str, &str)]) -> Vec<Result<String, String>> {
        let dir = tempfile::tempdir().unwrap();
        files.iter().for_each(|(name, text)| fs::write(dir.path().join(name), text).unwrap());
        let feed = Feed::within(walk(&[dir.path().into()]), LIMITS, LIMITS.part_bytes);
        let mut all = Vec::new();
        let flow = feed.run(&|| false, &mut |input| {
            all.push(content(input));
            ControlFlow::Continue(())
        });
        assert!(flow.is_continue());
        all
    }

    #[test]
    fn files_and_parts_come_in_order_and_each_limit_says_which_it_is() {
        let (ok, err) = (|text: &str| Ok(text.to_owned()), |text: &str| Err(text.to_owned()));
        let long = "x".repeat(50);
        let told = contents(&[
            ("a", "first"),
            ("b.eml", &mail(&["one", &long, "three"])),
            ("c.eml", &mail(&["1", "2", "3", "4", "5", "6"])),
            ("d.eml", &mail(&[])),
            ("e", "last"),
        ]);
        let expected = [
            ok("first"),
            ok("one"),
            err("it unpacks to more than 40 bytes"),
            ok("three"),
            ok("1"),
            ok("2"),
            ok("3"),
            ok("4"),
            err("it has more than 4 parts; 4 files were taken from it before"),
            err("there are no files in this mail"),
            ok("last"),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn all_parts_together_are_limited() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.eml");
        fs::write(&path, mail(&["0123456789", "0123456789", "0123456789"])).unwrap();
        let limits = Limits { total_bytes: 25, ..LIMITS };
        let feed = Feed::within(walk(&[path]), limits, 40);
        let mut told = Vec::new();
        let _ = feed.run(&|| false, &mut |input| {
            told.push(content(input).map_err(|why| why.contains("all of it unpacks to more")));
            ControlFlow::Continue(())
        });
        let text = || Ok("0123456789".to_owned());
        assert_eq!(told, [text(), text(), Err(true)]);
    }

    #[test]
    fn a_fault_of_a_reader_costs_its_parcel() {
        let failed: Result<(), _> = sheltered(|| panic!("a fault"));
        let failed = broken_off(failed.unwrap_err(), 2);
        assert_eq!(failed.kind, InputErrorKind::Stopped);
        assert!(failed.message.ends_with("failed on it; 2 files were taken from it before"));
    }

    #[test]
    fn who_wants_no_more_is_given_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.eml");
        fs::write(&path, mail(&["1", "2", "3"])).unwrap();
        let feed = Feed::within(walk(&[path.clone(), path]), LIMITS, 40);
        let given = Cell::new(0);
        let flow = feed.run(&|| false, &mut |_| {
            given.set(given.get() + 1);
            if given.get() == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!((flow, given.get()), (ControlFlow::Break(()), 2));
        let stopped = feed.run(&|| given.get() == 2, &mut |_| ControlFlow::Continue(()));
        assert_eq!(stopped, ControlFlow::Break(()));
    }
}
