//! Another key for the whole store, or the first one, or none any more.
//!
//! ```text
//!   shut everybody out, empty the ledger's log
//!   write the ledger anew as ledger.sqlite.new, verify it, and tell in it that the key changed
//!   write the signing key anew as signing.key.new
//!   remove the indexes
//!   rename ledger.sqlite.new to ledger.sqlite        here the new key begins
//!   rename signing.key.new to signing.key
//!   let others in, make the indexes anew
//! ```
//!
//! Invariants:
//! - Cut off at any moment, the store opens by the old key or by the new one and has everything.
//! - What lies beside the ledger from before is never what it would be wrong to find: of indexes
//!   there are none, and of two signing keys the one that opens is taken.
//! - What is left of a change that was cut off goes when the store is next opened for writing.

use crate::follow::{self, follow, follow_listed};
use crate::keys::{KEY_FILE, KEY_FILE_NEW, write_private};
use crate::store::{INDEX_DIR, LEDGER_FILE};
use crate::store_key::{Keys, sync_names};
use crate::upkeep::write_all;
use crate::{EngineError, Store, StoreKey, clock};
use athar_hash::Space;
use athar_ledger::{Ledger, LedgerError, Lock, NewKeyChange};
use serde::Serialize;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Where the ledger lies under its new key until that is the store's, and what SQLite may put beside
/// it.
const LEDGER_FILE_NEW: &str = "ledger.sqlite.new";
const BESIDE: [&str; 4] = ["", "-journal", "-wal", "-shm"];

/// What is going to be done. What takes long comes with its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RotateStep {
    /// Writing the ledger anew, of so many bytes.
    WriteLedger(u64),
    /// Comparing it with the old one, whole.
    VerifyLedger,
    /// Writing the signing key anew.
    WriteSigningKey,
    /// Removing the indexes.
    RemoveIndexes,
    /// Putting the new ledger in the place of the old one.
    Change,
    /// Putting the new signing key in the place of the old one.
    MoveSigningKey,
    /// Making the indexes anew of the ledger.
    MakeIndexes,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RotateSummary {
    /// Whether the store is encrypted now.
    pub encrypted: bool,
    /// What it was locked by: `nothing`, `key_file` or `passphrase`.
    pub from: &'static str,
    /// What it is locked by now.
    pub to: &'static str,
    /// The event that says so.
    pub event: u64,
    /// When, milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// Why there are no indexes until the next `add`, where making them anew failed.
    pub without_indexes: Option<String>,
}

impl Store {
    /// Encrypts everything anew under another key, or decrypts it where none is given. `step` is
    /// told what comes next.
    ///
    /// # Errors
    ///
    /// Somebody else uses the store, it is the key already, or the disk is full. The store is then
    /// as it was, under its old key.
    pub fn change_key(
        self,
        to: Option<&StoreKey>,
        actor: Option<&str>,
        step: &mut dyn FnMut(RotateStep),
    ) -> Result<RotateSummary, EngineError> {
        let mut change = Change::begin(self, to, actor)?;
        let changed = change.make(actor, step);
        if changed.is_err() {
            change.store.end_rotation();
        }
        change.end(changed?, step)
    }

    /// Ends what a change of the key that was cut off has left. What cannot be removed is in
    /// nobody's way.
    pub(crate) fn end_rotation(&self) {
        let new = self.dir().join(KEY_FILE_NEW);
        if new.exists() {
            let opens = |name| matches!(self.key_in(name), Ok(Some(_)));
            // The only one that opens is never removed.
            let _ = match (opens(KEY_FILE), opens(KEY_FILE_NEW)) {
                (true, _) => fs::remove_file(&new),
                (false, true) => fs::rename(&new, self.dir().join(KEY_FILE)),
                (false, false) => Ok(()),
            };
        }
        for end in BESIDE {
            let _ = fs::remove_file(self.dir().join(format!("{LEDGER_FILE_NEW}{end}")));
        }
    }
}

/// A change under way: nobody else has the store.
struct Change {
    store: Store,
    keys: Option<Keys>,
    had_indexes: bool,
    at_ms: i64,
}

impl Change {
    fn begin(
        mut store: Store,
        to: Option<&StoreKey>,
        actor: Option<&str>,
    ) -> Result<Self, EngineError> {
        if let (Some(to), Some(keys)) = (to, store.keys())
            && to.unlock(keys.salt())?.is_same(keys)
        {
            return Err(EngineError::SameStoreKey);
        }
        if to.is_none() && store.keys().is_none() {
            return Err(EngineError::NotEncryptedYet);
        }
        NewKeyChange { from: Lock::Nothing, to: Lock::Nothing, actor }.check()?;
        // A key that cannot be read is told before anything is done.
        store.key()?;
        store.alone()?;
        match store.ledger.take_alone() {
            Err(LedgerError::Locked) => return Err(EngineError::StoreInUse),
            taken => taken?,
        }
        let had_indexes = store.dir().join(INDEX_DIR).exists();
        let keys = to.map(StoreKey::unlock_new).transpose()?;
        Ok(Self { store, keys, had_indexes, at_ms: clock::now_ms() })
    }

    /// Everything up to the moment from which the new key is the store's. Returns the event that
    /// says so.
    fn make(
        &mut self,
        actor: Option<&str>,
        step: &mut dyn FnMut(RotateStep),
    ) -> Result<u64, EngineError> {
        let (old, new) = (self.path(LEDGER_FILE), self.path(LEDGER_FILE_NEW));
        let key = self.keys.as_ref().map(Keys::ledger);
        let bytes = fs::metadata(&old).map_err(EngineError::Rewrite)?.len();
        step(RotateStep::WriteLedger(bytes));
        self.store.ledger.rewrite_to(&new, key.as_ref())?;
        step(RotateStep::VerifyLedger);
        let change = NewKeyChange { from: self.from(), to: self.to(), actor };
        let event = self.store.ledger.finish_rewrite(&new, key.as_ref(), &change, self.at_ms)?;
        step(RotateStep::WriteSigningKey);
        if let Some(key) = self.store.key()? {
            let file = key.file_of(self.keys.as_ref())?;
            write_private(&self.path(KEY_FILE_NEW), &file).map_err(EngineError::Rewrite)?;
        }
        step(RotateStep::RemoveIndexes);
        remove_dir(&self.path(INDEX_DIR)).map_err(EngineError::Rewrite)?;
        sync_names(self.store.dir()).map_err(EngineError::Rewrite)?;
        step(RotateStep::Change);
        fs::rename(new, old).map_err(EngineError::Rewrite)?;
        Ok(event)
    }

    /// What comes after that moment. Nothing of it can fail so that anything is lost.
    fn end(
        self,
        event: u64,
        step: &mut dyn FnMut(RotateStep),
    ) -> Result<RotateSummary, EngineError> {
        let (from, to) = (self.from().name(), self.to().name());
        let Self { store, keys, had_indexes, at_ms } = self;
        let (old, dir, _, claim) = store.into_parts();
        // What is not certain on the disk is the old ledger, which opens by the old key.
        sync_names(&dir).map_err(EngineError::Rewrite)?;
        drop(old);
        let key = keys.as_ref().map(Keys::ledger);
        let ledger = Ledger::open_with(&dir.join(LEDGER_FILE), key.as_ref(), at_ms)?;
        let store = Store::of_parts(ledger, dir, keys, claim);
        step(RotateStep::MoveSigningKey);
        store.end_rotation();
        store.share();
        step(RotateStep::MakeIndexes);
        let made = if had_indexes { store.make_indexes() } else { Ok(()) };
        let without_indexes = made.err().map(|error| error.to_string());
        let encrypted = store.is_encrypted();
        Ok(RotateSummary { encrypted, from, to, event, at_ms, without_indexes })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.store.dir().join(name)
    }

    fn from(&self) -> Lock {
        self.store.keys().map_or(Lock::Nothing, |keys| keys.lock)
    }

    fn to(&self) -> Lock {
        self.keys.as_ref().map_or(Lock::Nothing, |keys| keys.lock)
    }
}

impl Store {
    /// Makes every index of the ledger alone.
    fn make_indexes(&self) -> Result<(), EngineError> {
        for space in Space::ALL {
            let found = follow::open(&self.index_place(space), &self.ledger, &mut |_| {})?;
            follow(&found.index, 0, &self.ledger, space)?;
            write_all(&found.index).map_err(EngineError::Index)?;
        }
        let found = follow::open(&self.listed_place(), &self.ledger, &mut |_| {})?;
        follow_listed(&found.index, 0, &self.ledger)?;
        write_all(&found.index).map_err(EngineError::Index)
    }
}

fn remove_dir(dir: &Path) -> io::Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{PublicKey, VerifyOptions, Watcher};
    use athar_kernel::Code;
    use athar_ledger::{NewCodes, NewItem, NewReport};
    use tempfile::TempDir;
    use zeroize::Zeroizing;

    struct Silent;

    impl Watcher for Silent {
        fn done(&mut self, _: &crate::Outcome) {}
    }

    /// A store with a key, an item of a thousand codes and an index on the disk.
    fn filled(dir: &Path, key: Option<&StoreKey>) -> (Store, PublicKey) {
        let mut store = Store::init_with_key(dir, key).unwrap();
        let public = store.make_key().unwrap();
        let codes: Vec<Code> = (0..1000).map(|n| Code::from_words([n, 7, 8, 9])).collect();
        let (scheme, version) = Space::Landmark.scheme();
        let row = NewCodes {
            space: Space::Landmark.name(),
            scheme,
            version,
            ordinal: 0,
            codes: &codes,
            searchable: true,
            places: None,
            second: None,
        };
        let item = NewItem {
            sha256: [5; 32],
            md5: [5; 16],
            kind: "image",
            format: "png",
            bytes: 1,
            width: 1,
            height: 1,
            quality: 100,
            codes: &[row],
        };
        let added = store.ledger.write(|tx| {
            let case = tx.open_case("case", 0)?;
            let report = tx.open_report(case, &NewReport::default(), 0)?;
            tx.add_item(report, &item, 0).map(drop)
        });
        added.map_err(|error: LedgerError| error).unwrap();
        store.make_indexes().unwrap();
        (store, public)
    }

    /// Whether the store is whole and opens by this key and by no other of these.
    fn is_whole(dir: &Path, keys: [Option<&StoreKey>; 2], public: &PublicKey) -> usize {
        let opening = keys.map(|key| Store::open_with_key(dir, key));
        let opens: Vec<usize> = (0..2).filter(|n| opening[*n].is_ok()).collect();
        assert_eq!(opens.len(), 1, "it opens by one of both");
        drop(opening);
        let read_only = Store::open_read_only_with_key(dir, keys[opens[0]]).unwrap();
        assert_eq!(read_only.public_key().unwrap().as_ref(), Some(public));
        drop(read_only);
        let mut store = Store::open_with_key(dir, keys[opens[0]]).unwrap();
        assert_eq!(store.public_key().unwrap().as_ref(), Some(public));
        let summary = store.verify(&VerifyOptions::default(), &mut Silent).unwrap();
        assert!(summary.sound && summary.codes == 1000, "{:?}", summary.fault);
        let names = fs::read_dir(dir).unwrap().map(|file| file.unwrap().file_name());
        let drafts = names.filter(|name| name.to_string_lossy().contains("new"));
        assert_eq!(drafts.count(), 0, "nothing is left of it");
        opens[0]
    }

    /// The files as they are found when the process is ended at this moment.
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for file in fs::read_dir(from).unwrap() {
            let (path, to) = (file.as_ref().unwrap().path(), to.join(file.unwrap().file_name()));
            match path.is_dir() {
                true => copy(&path, &to),
                false => assert!(fs::copy(path, to).is_ok()),
            }
        }
    }

    fn key(dir: &TempDir, name: &str) -> StoreKey {
        StoreKey::make(&dir.path().join(name)).unwrap()
    }

    #[test]
    fn a_change_that_is_cut_off_anywhere_leaves_a_store_of_the_old_key_or_of_the_new_one() {
        let dir = tempfile::tempdir().unwrap();
        let (first, second) = (key(&dir, "first"), key(&dir, "second"));
        let changes = [(None, Some(&first)), (Some(&first), Some(&second)), (Some(&first), None)];
        for (round, (from, to)) in changes.into_iter().enumerate() {
            let place = |name: &str| dir.path().join(format!("{round}-{name}"));
            let (store, public) = filled(&place("store"), from);
            let mut cuts = Vec::new();
            let mut step = |step: RotateStep| {
                let cut = place(&format!("{step:?}"));
                copy(&place("store"), &cut);
                if step == RotateStep::VerifyLedger {
                    // Cut off while the ledger was being written.
                    let half = place("half");
                    copy(&cut, &half);
                    let draft = half.join(LEDGER_FILE_NEW);
                    let bytes = fs::read(&draft).unwrap();
                    fs::write(&draft, &bytes[..bytes.len() / 2]).unwrap();
                    cuts.push((half, 0));
                }
                let is_changed =
                    matches!(step, RotateStep::MoveSigningKey | RotateStep::MakeIndexes);
                cuts.push((cut, usize::from(is_changed)));
            };
            let summary = store.change_key(to, Some("officer 12"), &mut step).unwrap();
            assert_eq!((summary.encrypted, &summary.without_indexes), (to.is_some(), &None));
            assert_eq!(cuts.len(), 8);
            cuts.push((place("store"), 1));
            for (cut, expected) in cuts {
                assert_eq!(is_whole(&cut, [from, to], &public), expected, "{}", cut.display());
            }
            assert!(place("store").join("index/landmark/manifest").exists());
        }
    }

    /// Cut off between the two renames, the new ledger has an old signing key beside it.
    #[test]
    fn a_signing_key_that_was_not_moved_yet_is_found_and_moved() {
        let dir = tempfile::tempdir().unwrap();
        let (place, first) = (dir.path().join("store"), key(&dir, "first"));
        let (store, public) = filled(&place, None);
        let cut = dir.path().join("cut");
        let change = |step: RotateStep| {
            if step == RotateStep::MoveSigningKey {
                copy(&place, &cut);
            }
        };
        store.change_key(Some(&first), None, &mut { change }).unwrap();
        assert!(cut.join(KEY_FILE_NEW).exists());
        assert_eq!(is_whole(&cut, [None, Some(&first)], &public), 1);
        let bytes = fs::read(cut.join(KEY_FILE)).unwrap();
        assert!(!bytes.starts_with(b"athar signing key"), "the one in plain is gone");
    }

    #[test]
    fn a_change_that_fails_leaves_everything_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let (first, second) = (key(&dir, "first"), key(&dir, "second"));
        for (round, name) in [LEDGER_FILE_NEW, KEY_FILE_NEW].into_iter().enumerate() {
            let place = dir.path().join(round.to_string());
            let (store, public) = filled(&place, Some(&first));
            // Something stands in the way.
            fs::create_dir(place.join(name)).unwrap();
            assert!(store.change_key(Some(&second), None, &mut |_| {}).is_err(), "{name}");
            fs::remove_dir(place.join(name)).unwrap();
            assert_eq!(is_whole(&place, [Some(&first), Some(&second)], &public), 0);
        }
    }

    #[test]
    fn nothing_is_done_for_nothing_and_nobody_is_overtaken() {
        let dir = tempfile::tempdir().unwrap();
        let (place, first) = (dir.path().join("store"), key(&dir, "first"));
        let (store, public) = filled(&place, Some(&first));
        let same = store.change_key(Some(&first), None, &mut |_| {});
        assert!(matches!(same, Err(EngineError::SameStoreKey)));
        let open = || Store::open_with_key(&place, Some(&first)).unwrap();
        let reader = Store::open_read_only_with_key(&place, Some(&first)).unwrap();
        let phrase = StoreKey::passphrase(Zeroizing::new("a b".into())).unwrap();
        let in_use = open().change_key(Some(&phrase), None, &mut |_| {});
        assert!(matches!(in_use, Err(EngineError::StoreInUse)));
        drop(reader);
        let odd = open().change_key(Some(&phrase), Some("a\nb"), &mut |_| {});
        assert!(matches!(odd, Err(EngineError::Ledger(LedgerError::TextControl { .. }))));
        let during = |step: RotateStep| {
            let kept_out = Store::open_read_only_with_key(&place, Some(&first)).err();
            let is_told = match step {
                RotateStep::MakeIndexes => matches!(kept_out, Some(EngineError::WrongStoreKey)),
                _ => matches!(kept_out, Some(EngineError::KeyChanging)),
            };
            assert!(is_told, "{step:?}");
        };
        open().change_key(Some(&phrase), None, &mut { during }).unwrap();
        assert_eq!(is_whole(&place, [Some(&first), Some(&phrase)], &public), 1);
        let plain = dir.path().join("plain");
        let (store, _) = filled(&plain, None);
        let nothing = store.change_key(None, None, &mut |_| {});
        assert!(matches!(nothing, Err(EngineError::NotEncryptedYet)));
    }
}
