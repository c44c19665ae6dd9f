//! The pictures that are edited, and those that are only there to be confused with.
//!
//! A folder with a `photos` folder in it is taken as a corpus: `photos` are edited, and
//! `photos_small`, where it is there, is background. Any other folder is edited whole. A file
//! `related.tsv`, two paths below the folder a line, names pairs that do show the same thing, so
//! that finding them is no false alarm.

use anyhow::{Context, Result, ensure};
use athar_engine::{AddOptions, Decoding, Interrupt, Outcome, Store, Watcher};
use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

/// A picture that is in the store.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Where it lies.
    pub path: PathBuf,
    /// Its path below the corpus.
    pub name: String,
    /// SHA-256 as the engine names items, in lower-case hex.
    pub item: String,
    /// Whether it is edited.
    pub is_source: bool,
    /// PDQ quality, 0 to 100.
    pub quality: u8,
}

/// Everything in the store.
#[derive(Debug, Default)]
pub struct Corpus {
    /// Pictures by their number.
    pub pictures: Vec<Picture>,
    /// What was left out, and why.
    pub skipped: Vec<(String, String)>,
    related: BTreeSet<(usize, usize)>,
    by_item: HashMap<String, usize>,
}

/// The folders of a corpus: what is edited, and what is background.
pub fn folders(root: &Path) -> Result<(PathBuf, Option<PathBuf>)> {
    ensure!(root.is_dir(), "{} is not a folder", root.display());
    let (photos, small) = (root.join("photos"), root.join("photos_small"));
    match photos.is_dir() {
        true => Ok((photos, small.is_dir().then_some(small))),
        false => Ok((root.to_owned(), None)),
    }
}

impl Corpus {
    /// Puts every picture of the folders into the store.
    pub fn store(root: &Path, store: &mut Store, with_background: bool) -> Result<Self> {
        let (sources, background) = folders(root)?;
        let mut corpus = Self::default();
        corpus.add(root, &sources, store, true)?;
        if let Some(background) = background.filter(|_| with_background) {
            corpus.add(root, &background, store, false)?;
        }
        corpus.read_related(&root.join("related.tsv"))?;
        ensure!(
            corpus.pictures.iter().any(|p| p.is_source),
            "{} holds no picture that can be read",
            root.display()
        );
        Ok(corpus)
    }

    fn add(
        &mut self,
        root: &Path,
        folder: &Path,
        store: &mut Store,
        is_source: bool,
    ) -> Result<()> {
        let mut takes = Taking { corpus: self, root, is_source };
        let case = if is_source { "SOURCES" } else { "BACKGROUND" };
        let options = AddOptions::default();
        store.add(
            case,
            &[folder.to_owned()],
            &options,
            &Decoding::InProcess,
            &Interrupt::new(),
            &mut takes,
        )?;
        Ok(())
    }

    fn take(&mut self, root: &Path, outcome: &Outcome, is_source: bool) {
        let path = outcome.path.clone().unwrap_or_default();
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
        let (Some(sha256), Some(quality), false) =
            (outcome.sha256, outcome.quality, outcome.is_unread())
        else {
            let why = outcome
                .error
                .as_ref()
                .map_or("no picture".into(), |error| error.message.to_string());
            return self.skipped.push((name, why));
        };
        let item: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        if let Some(twin) = self.by_item.get(&item) {
            return self
                .skipped
                .push((name, format!("the same file as {}", self.pictures[*twin].name)));
        }
        self.by_item.insert(item.clone(), self.pictures.len());
        self.pictures.push(Picture { path, name, item, is_source, quality });
    }

    fn read_related(&mut self, table: &Path) -> Result<()> {
        let Ok(text) = fs::read_to_string(table) else { return Ok(()) };
        let numbers: HashMap<_, _> =
            self.pictures.iter().enumerate().map(|(n, p)| (p.name.as_str(), n)).collect();
        let mut pairs = Vec::new();
        for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            let (a, b) = line
                .split_once('\t')
                .with_context(|| format!("{}: no tab in {line:?}", table.display()))?;
            if let (Some(a), Some(b)) = (numbers.get(a.trim()), numbers.get(b.trim())) {
                pairs.push((*a, *b));
            }
        }
        pairs.into_iter().for_each(|(a, b)| self.relate(a, b));
        Ok(())
    }

    /// Two pictures show the same thing.
    pub fn relate(&mut self, a: usize, b: usize) {
        self.related.insert((a.min(b), a.max(b)));
    }

    /// Whether two pictures are one, or are known to show the same thing.
    pub fn are_related(&self, a: usize, b: usize) -> bool {
        a == b || self.related.contains(&(a.min(b), a.max(b)))
    }

    /// Pairs that are known to show the same thing.
    pub fn related(&self) -> usize {
        self.related.len()
    }

    /// The number of the picture that the engine calls so.
    pub fn number(&self, item: &str) -> Option<usize> {
        self.by_item.get(item).copied()
    }

    /// Numbers of `count` sources, evenly out of all; of all without a count.
    pub fn sources(&self, count: Option<usize>) -> Vec<usize> {
        let all: Vec<_> =
            (0..self.pictures.len()).filter(|n| self.pictures[*n].is_source).collect();
        let count = count.unwrap_or(all.len()).min(all.len());
        (0..count).map(|n| all[n * all.len() / count]).collect()
    }
}

struct Taking<'a> {
    corpus: &'a mut Corpus,
    root: &'a Path,
    is_source: bool,
}

impl Watcher for Taking<'_> {
    fn done(&mut self, outcome: &Outcome) {
        self.corpus.take(self.root, outcome, self.is_source);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn nested_folders_are_read_and_trouble_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("a/b")).unwrap();
        for (n, name) in ["one.png", "a/two.png", "a/b/three.png"].into_iter().enumerate() {
            testing::scene(n as u64, 160, 120).save(root.join(name)).unwrap();
        }
        fs::copy(root.join("one.png"), root.join("again.png")).unwrap();
        fs::write(root.join("notes.txt"), "no picture").unwrap();
        fs::write(root.join("related.tsv"), "# pairs\none.png\ta/two.png\n").unwrap();
        let home = tempfile::tempdir().unwrap();
        let mut store = Store::init(&home.path().join("store")).unwrap();
        let corpus = Corpus::store(root, &mut store, true).unwrap();
        assert_eq!(corpus.pictures.len(), 3);
        let named: Vec<_> = corpus.skipped.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(named, ["notes.txt", "one.png", "related.tsv"]);
        assert_eq!(corpus.sources(Some(2)).len(), 2);
        assert_eq!((corpus.related(), corpus.skipped[1].1.contains("again.png")), (0, true));
    }

    #[test]
    fn a_corpus_has_its_background() {
        let folder = tempfile::tempdir().unwrap();
        let small = folder.path().join("photos_small");
        assert_eq!(folders(folder.path()).unwrap(), (folder.path().to_owned(), None));
        fs::create_dir_all(&small).unwrap();
        fs::create_dir_all(folder.path().join("photos")).unwrap();
        assert_eq!(folders(folder.path()).unwrap().1, Some(small));
        assert!(folders(&folder.path().join("gone")).is_err());
    }
}
