//! What lists there are, and which of them are searched.

use crate::follow::{self, IndexNote, follow_listed};
use crate::outcome::hex_option;
use crate::{EngineError, Left, Store, Watcher, clock};
use athar_index::{Index, StorageError};
use athar_ledger::{ListId, ListImportRow, ListKind, ListRow};
use serde::Serialize;
use std::collections::BTreeMap;

/// A list and its sums.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListSummary {
    /// What the unit calls it.
    pub list: String,
    /// `staged`, `active` or `retired`.
    pub state: &'static str,
    /// When it was named, milliseconds since 1970-01-01 UTC.
    pub named_at_ms: i64,
    /// Entries that are searched.
    pub active: u64,
    /// Entries that wait to be activated.
    pub staged: u64,
    /// Entries by kind: `pdq`, `md5`, `sha1`, `sha256`.
    pub kinds: BTreeMap<&'static str, u64>,
}

/// One list in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListPage {
    /// The sums.
    #[serde(flatten)]
    pub summary: ListSummary,
    /// How many persons the unit wants for activating a list.
    pub persons: u8,
    /// Its imports, oldest first.
    pub imports: Vec<ListImportPage>,
}

/// One import of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListImportPage {
    /// The format it was read as.
    pub format: String,
    /// Where it came from.
    pub source: Option<String>,
    /// With whom it may be shared.
    pub marking: Option<String>,
    /// The SHA-256 of the key that signed it.
    #[serde(serialize_with = "hex_option")]
    pub sender: Option<[u8; 32]>,
    /// The opaque name of who imported it.
    pub by: Option<String>,
    /// When, milliseconds since 1970-01-01 UTC.
    pub imported_at_ms: i64,
}

/// A list that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListRemoval {
    /// The list.
    pub list: String,
    /// Entries that were erased.
    pub erased: u64,
    /// What may still be found in the store's files, in a sentence each.
    pub left: Vec<Left>,
}

impl Store {
    /// Every list, in the order in which they were named.
    pub fn lists(&self) -> Result<Vec<ListSummary>, EngineError> {
        Ok(self.ledger.lists()?.into_iter().map(ListSummary::from).collect())
    }

    /// One list in full.
    pub fn list(&self, name: &str) -> Result<ListPage, EngineError> {
        let imports = self.ledger.list_imports(self.list_id(name)?)?;
        Ok(ListPage {
            summary: self.list_named(name)?,
            persons: self.ledger.list_persons()?,
            imports: imports.into_iter().map(ListImportPage::from).collect(),
        })
    }

    /// Lets everything be searched that a list holds; says how many entries that adds.
    ///
    /// # Errors
    ///
    /// Nothing waits to be activated, or the unit's rule wants another person to do it.
    pub fn activate_list(
        &mut self,
        name: &str,
        actor: Option<&str>,
        watcher: &mut dyn Watcher,
    ) -> Result<u64, EngineError> {
        let list = self.list_id(name)?;
        let activated = self.change(|tx| tx.activate_list(list, actor, clock::now_ms()))?;
        self.keep_listed(watcher)?;
        Ok(activated)
    }

    /// Gives a list up: nothing finds its entries any more, and they are erased.
    pub fn retire_list(
        &mut self,
        name: &str,
        reason: &str,
        actor: Option<&str>,
        watcher: &mut dyn Watcher,
    ) -> Result<ListRemoval, EngineError> {
        let list = self.list_id(name)?;
        let erased =
            self.ledger.write(|tx| tx.retire_list(list, reason, actor, clock::now_ms()))?;
        let mut left = self.forget_listed(watcher);
        let signed = self.checkpoint_if_due();
        left.extend(signed.err().map(|error| Left::Unsigned { reason: error.to_string() }));
        Ok(ListRemoval { list: name.to_owned(), erased, left })
    }

    /// Says whether activating a list takes one person or two.
    pub fn set_list_rule(&mut self, persons: u8, actor: Option<&str>) -> Result<(), EngineError> {
        self.change(|tx| tx.set_list_rule(persons, actor, clock::now_ms()))
    }

    pub(crate) fn list_named(&self, name: &str) -> Result<ListSummary, EngineError> {
        let rows = self.ledger.lists()?;
        let row = rows.into_iter().find(|row| row.name == name);
        Ok(row.ok_or(athar_ledger::LedgerError::NoSuchList)?.into())
    }

    fn list_id(&self, name: &str) -> Result<ListId, EngineError> {
        Ok(self.ledger.list_by_name(name)?.ok_or(athar_ledger::LedgerError::NoSuchList)?)
    }

    /// Brings the index of lists up to the ledger and onto the disk. Whatever happens to it, the
    /// ledger has all that it holds.
    pub(crate) fn keep_listed(&self, watcher: &mut dyn Watcher) -> Result<(), EngineError> {
        self.with_listed(watcher, |index| {
            index.flush()?;
            while index.maintain()?.is_step() {}
            Ok(())
        })?;
        Ok(())
    }

    /// Rids the files of the store of what was erased; says what may be left.
    pub(crate) fn forget_listed(&mut self, watcher: &mut dyn Watcher) -> Vec<Left> {
        let index = match self.with_listed(watcher, Index::purge) {
            Ok(true) => None,
            Ok(false) => Some(Left::ListsInUse),
            Err(error) => Some(Left::ListsUnwritten { reason: error.to_string() }),
        };
        index.into_iter().chain(self.scrubbed()).collect()
    }

    /// Whether it could be done.
    fn with_listed(
        &self,
        watcher: &mut dyn Watcher,
        f: impl FnOnce(&Index) -> Result<(), StorageError>,
    ) -> Result<bool, EngineError> {
        let mut note = |note: IndexNote| watcher.noted(&note);
        let found = follow::open(&self.listed_place(), &self.ledger, &mut note)?;
        if !found.writable {
            return Ok(false);
        }
        let reached = found.index.reached().map_or(0, |mark| mark.reached);
        follow_listed(&found.index, reached, &self.ledger)?;
        let done = f(&found.index);
        let is_done = done.is_ok();
        if let Err(error) = done {
            watcher.noted(&error.into());
        }
        Ok(is_done)
    }
}

impl From<ListRow> for ListSummary {
    fn from(row: ListRow) -> Self {
        Self {
            list: row.name,
            state: row.state.name(),
            named_at_ms: row.named_at_ms,
            active: row.active,
            staged: row.staged,
            kinds: row.kinds.iter().map(|(kind, n)| (ListKind::name(*kind), *n)).collect(),
        }
    }
}

impl From<ListImportRow> for ListImportPage {
    fn from(row: ListImportRow) -> Self {
        Self {
            format: row.format,
            source: row.source,
            marking: row.marking,
            sender: row.sender,
            by: row.actor,
            imported_at_ms: row.imported_at_ms,
        }
    }
}
