//! A disk in memory for tests, that fails when it is told to and forgets in a crash what was not
//! made to last.

use crate::image::Image;
use crate::model::Random;
use crate::storage::{Lock, Storage};
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, MutexGuard};

/// A clone is the same disk.
#[derive(Clone, Default)]
pub(crate) struct Disk {
    content: Arc<Mutex<Content>>,
    meanwhile: Arc<Mutex<Option<Meanwhile>>>,
}

/// What others do while a call to the disk takes its time.
pub(crate) type Meanwhile = Box<dyn FnMut() + Send>;

/// A name that is there from now on, and the number of its file.
type Come = Option<(String, usize)>;

/// Which calls fail, counted from nought.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trouble {
    pub(crate) first: usize,
    pub(crate) last: usize,
    /// Whether the first of them does half or all of its work before it fails.
    pub(crate) has_effect: bool,
}

#[derive(Default)]
struct Content {
    files: Vec<File>,
    names: BTreeMap<String, usize>,
    /// The names that a crash leaves for certain.
    lasting: BTreeMap<String, usize>,
    /// What was done to the names since, in order.
    journal: Vec<(Option<String>, Come)>,
    calls: usize,
    trouble: Option<Trouble>,
    /// Alive as long as somebody holds the lock.
    lock: std::sync::Weak<()>,
}

#[derive(Default)]
struct File {
    bytes: Vec<u8>,
    is_synced: bool,
}

impl Disk {
    pub(crate) fn give_trouble(&self, trouble: Option<Trouble>) {
        let mut content = self.content();
        (content.trouble, content.calls) = (trouble, 0);
    }

    /// Does this before every call from now on.
    pub(crate) fn during_calls(&self, meanwhile: Option<Meanwhile>) {
        *self.meanwhile.lock().unwrap() = meanwhile;
    }

    /// Calls since the trouble was set.
    pub(crate) fn calls(&self) -> usize {
        self.content().calls
    }

    /// The disk as a crash leaves it: of the names that were not made to last some are as before,
    /// of the bytes some are lost or nought.
    pub(crate) fn after_crash(&self, random: &mut Random) -> Self {
        let content = self.content();
        let files = content.files.iter().map(|file| file.after_crash(random)).collect();
        let mut names = content.lasting.clone();
        for (gone, come) in &content.journal {
            if random.below(2) == 0 {
                apply(&mut names, gone.as_deref(), come.clone());
            }
        }
        Self::with(files, names)
    }

    /// The disk as it is seen when the program ends and the machine does not.
    pub(crate) fn after_exit(&self) -> Self {
        let content = self.content();
        let files =
            content.files.iter().map(|file| File { bytes: file.bytes.clone(), is_synced: true });
        let (files, names) = (files.collect(), content.names.clone());
        Self::with(files, names)
    }

    /// Changes the bytes of a file behind the back of the index.
    pub(crate) fn tamper(&self, name: &str, edit: impl FnOnce(&mut Vec<u8>)) {
        let mut content = self.content();
        let file = content.names[name];
        edit(&mut content.files[file].bytes);
    }

    fn with(files: Vec<File>, names: BTreeMap<String, usize>) -> Self {
        let content = Content { files, lasting: names.clone(), names, ..Content::default() };
        Self { content: Arc::new(Mutex::new(content)), meanwhile: Arc::default() }
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap()
    }

    /// Does a call that may be one of those that fail; those give the call's effect up, but the
    /// first perhaps.
    fn call<T>(&self, effect: impl FnOnce(&mut Content, bool) -> io::Result<T>) -> io::Result<T> {
        // Taken out, so that a call made meanwhile is nothing special.
        let meanwhile = self.meanwhile.lock().unwrap().take();
        if let Some(mut meanwhile) = meanwhile {
            meanwhile();
            self.during_calls(Some(meanwhile));
        }
        let mut content = self.content();
        let call = content.calls;
        content.calls += 1;
        let trouble = content.trouble.filter(|t| (t.first..=t.last).contains(&call));
        let Some(trouble) = trouble else { return effect(&mut content, false) };
        if trouble.has_effect && call == trouble.first {
            drop(effect(&mut content, true));
        }
        Err(io::Error::from(ErrorKind::StorageFull))
    }
}

fn apply(names: &mut BTreeMap<String, usize>, gone: Option<&str>, come: Come) {
    gone.and_then(|gone| names.remove(gone));
    names.extend(come);
}

impl Content {
    fn file(&self, name: &str) -> io::Result<usize> {
        self.names.get(name).copied().ok_or_else(|| ErrorKind::NotFound.into())
    }

    fn change_names(&mut self, gone: Option<&str>, come: Come) {
        apply(&mut self.names, gone, come.clone());
        self.journal.push((gone.map(str::to_owned), come));
    }

    fn create(&mut self, name: &str) -> usize {
        self.files.push(File::default());
        let file = self.files.len() - 1;
        self.change_names(None, Some((name.to_owned(), file)));
        file
    }
}

impl File {
    fn after_crash(&self, random: &mut Random) -> Self {
        let mut bytes = self.bytes.clone();
        if !self.is_synced {
            let kept = random.below(bytes.len() + 1);
            match random.below(3) {
                0 => bytes.truncate(kept),
                1 => bytes[kept..].fill(0),
                _ => {}
            }
        }
        Self { bytes, is_synced: true }
    }
}

impl Storage for Disk {
    fn lock(&self) -> io::Result<Option<Lock>> {
        self.call(|content, _| {
            if content.lock.strong_count() > 0 {
                return Ok(None);
            }
            let held = Arc::new(());
            content.lock = Arc::downgrade(&held);
            Ok(Some(Box::new(held) as Lock))
        })
    }

    fn list(&self) -> io::Result<Vec<String>> {
        self.call(|content, _| Ok(content.names.keys().cloned().collect()))
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        self.call(|content, _| Ok(content.files[content.file(name)?].bytes.clone()))
    }

    fn map(&self, name: &str) -> io::Result<Image> {
        self.call(|content, _| Ok(Image::from_bytes(&content.files[content.file(name)?].bytes)))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.call(|content, is_half| {
            let file = content.file(name).unwrap_or_else(|_| content.create(name));
            let end = if is_half { bytes.len() / 2 } else { bytes.len() };
            content.files[file] = File { bytes: bytes[..end].to_vec(), is_synced: false };
            Ok(())
        })
    }

    fn sync(&self, name: &str) -> io::Result<()> {
        self.call(|content, _| {
            let file = content.file(name)?;
            content.files[file].is_synced = true;
            Ok(())
        })
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.call(|content, _| {
            let file = content.file(from)?;
            content.change_names(Some(from), Some((to.to_owned(), file)));
            Ok(())
        })
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.call(|content, _| {
            content.file(name)?;
            content.change_names(Some(name), None);
            Ok(())
        })
    }

    fn sync_names(&self) -> io::Result<()> {
        self.call(|content, _| {
            content.lasting = content.names.clone();
            content.journal.clear();
            Ok(())
        })
    }
}
