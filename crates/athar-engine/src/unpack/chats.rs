//! Chats' exports among the files of a command: they tell who sent the files beside them, and when.
//!
//! All of them are read before the first file is looked at, because a chat may come after what it
//! tells of. The names that they tell are hearsay: a name leads to a file only below the chat's own
//! directory.

use super::Until;
use crate::intake;
use crate::provenance::Provenance;
use crate::walk::Found;
use athar_parcel::{Chat, HEAD_BYTES, Kind, Limits, Trouble, recognise};
use std::collections::HashMap;
use std::ffi::OsStr;
use std::io::{self, BufReader, Read, Seek};
use std::path::{Component, Path, PathBuf};

/// The chats by the directories that they lie in.
#[derive(Default)]
pub(super) struct Chats(HashMap<PathBuf, Vec<Exported>>);

/// One that was read, or why it could not be.
pub(super) struct Exported {
    path: PathBuf,
    chat: Result<Chat, Trouble>,
}

impl Chats {
    /// Reads those among the files that are named as exports are. They may tell of as many files as
    /// one parcel may have parts, all together.
    pub(super) fn read(found: &[Found], limits: &Limits, stop: &dyn Fn() -> bool) -> Self {
        let mut chats = Self::default();
        let mut limits = *limits;
        for file in found.iter().filter(|file| file.trouble.is_none() && is_named_so(&file.path)) {
            if stop() {
                break;
            }
            let Some(chat) = read(&file.path, &limits, stop) else { continue };
            limits.parts -= chat.as_ref().map_or(0, |chat| chat.names().count() as u64);
            let folder = file.path.parent().unwrap_or(Path::new("")).to_path_buf();
            let exported = Exported { path: file.path.clone(), chat };
            chats.0.entry(folder).or_default().push(exported);
        }
        chats
    }

    /// The chat that this file is.
    pub(super) fn at(&self, path: &Path) -> Option<&Exported> {
        self.0.get(path.parent()?)?.iter().find(|exported| exported.path == path)
    }

    /// What the nearest chat tells of a file below it.
    pub(super) fn of(&self, path: &Path) -> Option<Provenance> {
        if self.0.is_empty() {
            return None;
        }
        path.ancestors().skip(1).find_map(|folder| {
            let name = below(folder, path)?;
            let told = |exported: &Exported| {
                let sent = exported.chat.as_ref().ok()?.of(&name)?;
                Some(Provenance::of_chat(&exported.path, &name, sent))
            };
            self.0.get(folder)?.iter().find_map(told)
        })
    }
}

impl Exported {
    /// The files that it tells of and that are there, in the order of their names.
    ///
    /// # Errors
    ///
    /// It could not be read.
    pub(super) fn files(&self) -> Result<Vec<PathBuf>, Trouble> {
        let chat = self.chat.as_ref().map_err(|trouble| *trouble)?;
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let is_below = |name: &&str| {
            let mut parts = Path::new(name).components();
            parts.all(|part| matches!(part, Component::Normal(_)))
        };
        let files = chat.names().filter(is_below).map(|name| folder.join(name));
        let mut files: Vec<_> = files.filter(|path| path.is_file()).collect();
        files.sort_unstable();
        Ok(files)
    }
}

fn is_named_so(path: &Path) -> bool {
    let is_text = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("txt"));
    is_text || path.file_name() == Some(OsStr::new("result.json"))
}

/// `None` where the file is no chat, or cannot be opened, which is told when its turn comes.
fn read(path: &Path, limits: &Limits, stop: &dyn Fn() -> bool) -> Option<Result<Chat, Trouble>> {
    let mut opened = intake::open(path).ok()?;
    let Kind::Chat(kind) = kind_of(&mut opened.file).ok()?? else { return None };
    let mut source = BufReader::new(Until { inner: opened.file, stop });
    Some(Chat::read(kind, &mut source, limits))
}

/// What a file is by its first bytes; it is at its beginning again then.
pub(super) fn kind_of(file: &mut (impl Read + Seek)) -> io::Result<Option<Kind>> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    file.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    file.rewind()?;
    Ok(recognise(&head))
}

/// The name of a file as it stands below a directory, with `/` in it.
fn below(folder: &Path, path: &Path) -> Option<String> {
    let parts = path.strip_prefix(folder).ok()?.iter().map(OsStr::to_str);
    Some(parts.collect::<Option<Vec<_>>>()?.join("/"))
}
