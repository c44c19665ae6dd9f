//! Lists of others: what they are called, when they came, whether they are searched.
//!
//! A list's entries belong to no case. What an import brings is *staged*; it is searched once the
//! list is *activated*, by somebody else where the unit's rule wants two persons. What is taken from
//! a list is erased as items are. A list that is *retired* keeps its name and its events, and has no
//! entries.
//!
//! An activation covers rows up to one of them and there is one for each few: an index that follows
//! has as many changes to take for an event as it takes at a time.

use crate::{
    CodeChange, CodeId, CodesId, ItemId, Ledger, ListId, ListImportId, Seq, Tx,
    chain::Kind,
    details::Details,
    error::{LedgerError, Result},
    facts::check_line,
    list_entries::{ListEntry, ListKind, ListValue, Packed},
    pack::unpack,
    read::{all, one},
};
use rusqlite::{Row, params};
use std::collections::BTreeSet;

/// The space of codes of lists in `withdrawn_codes`. They are PDQ, and kept apart from those of items.
pub(crate) const LISTED: &str = "listed";

/// Longest name of a list, in bytes.
const NAME_BYTES: usize = 128;

/// Rows that one activation covers: 131,072 codes.
const ROWS_OF_ACTIVATION: usize = 32;

/// Which rows are searched, of those that stand as `r`.
const SEARCHED: &str = "(r.active = 1 OR r.id <= (SELECT coalesce(max(a.upto_id), 0)
                         FROM list_activations AS a WHERE a.list_id = r.list_id))";

/// What becomes of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListState {
    /// It waits to be activated.
    Staged,
    /// It is searched.
    Active,
    /// It was given up: it has no entries.
    Retired,
}

impl ListState {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Staged => "staged",
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }
}

/// A list and its sums.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRow {
    /// Its id.
    pub id: ListId,
    /// What the unit calls it.
    pub name: String,
    /// What becomes of it.
    pub state: ListState,
    /// When it was named, UTC.
    pub named_at_ms: i64,
    /// Entries that are searched.
    pub active: u64,
    /// Entries that wait to be activated.
    pub staged: u64,
    /// Entries of each kind.
    pub kinds: Vec<(ListKind, u64)>,
}

/// An import of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListImportRow {
    /// Its id.
    pub id: ListImportId,
    /// The format it was read as.
    pub format: String,
    /// Where it came from.
    pub source: Option<String>,
    /// With whom it may be shared.
    pub marking: Option<String>,
    /// The digest of the key that signed it.
    pub sender: Option<[u8; 32]>,
    /// Up to which number of its sender's sequence it goes.
    pub last_sequence: Option<u64>,
    /// The opaque name of who imported it.
    pub actor: Option<String>,
    /// When, UTC.
    pub imported_at_ms: i64,
}

/// An entry that is searched, where it was found.
#[derive(Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its list.
    pub list: ListId,
    /// The list's name.
    pub list_name: String,
    /// The import that brought it.
    pub import: ListImportId,
    /// What is listed.
    pub entry: ListEntry,
}

impl Ledger {
    /// Every list with its sums, in the order in which they were named.
    pub fn lists(&self) -> Result<Vec<ListRow>> {
        let sql = "SELECT l.id, l.name, e.at_ms FROM lists AS l JOIN events AS e ON e.seq = l.id
                   ORDER BY l.id";
        self.at_one_moment(|| {
            let lists = all(&self.conn, sql, [], |row| {
                Ok((ListId(row.get(0)?), row.get(1)?, row.get(2)?))
            })?;
            lists.into_iter().map(|(id, name, at_ms)| self.list_row(id, name, at_ms)).collect()
        })
    }

    /// The list of this name.
    pub fn list_by_name(&self, name: &str) -> Result<Option<ListId>> {
        one(&self.conn, "SELECT id FROM lists WHERE name = ?1", [name], |row| {
            Ok(ListId(row.get(0)?))
        })
    }

    /// The imports of a list, oldest first.
    pub fn list_imports(&self, list: ListId) -> Result<Vec<ListImportRow>> {
        let sql = "SELECT i.id, i.format, i.source, i.marking, i.sender, i.last_sequence, i.actor,
                          e.at_ms
                   FROM list_imports AS i JOIN events AS e ON e.seq = i.id
                   WHERE i.list_id = ?1 ORDER BY i.id";
        all(&self.conn, sql, [list.0], import_row)
    }

    /// Up to which number the changes of a sender were taken into a list, since it was last given up;
    /// 0 where none were.
    pub fn list_sequence(&self, list: ListId, sender: &[u8; 32]) -> Result<u64> {
        let sql = "SELECT coalesce(max(last_sequence), 0) FROM list_imports
                   WHERE list_id = ?1 AND sender = ?2
                     AND id > (SELECT coalesce(max(id), 0) FROM list_retirements WHERE list_id = ?1)";
        Ok(one(&self.conn, sql, params![list.0, sender], |row| row.get(0))?.unwrap_or(0))
    }

    /// How many persons the unit wants for activating a list: 1 or 2.
    pub fn list_persons(&self) -> Result<u8> {
        let sql = "SELECT persons FROM list_rules ORDER BY id DESC LIMIT 1";
        Ok(one(&self.conn, sql, [], |row| row.get(0))?.unwrap_or(1))
    }

    /// The entries that are searched and have this value, the earliest first.
    ///
    /// # Errors
    /// [`LedgerError::Corrupt`] when the parts of a row do not fit together.
    pub fn listed_by_value(&self, value: &ListValue) -> Result<Vec<Listed>> {
        let sql = format!(
            "SELECT r.id, k.position FROM list_keys AS k JOIN list_rows AS r ON r.id = k.row_id
             WHERE k.key = ?1 AND r.kind = ?2
               AND substr(r.code, k.position * ?3 + 1, ?3) = ?4 AND {SEARCHED}
             ORDER BY r.id, k.position"
        );
        let (kind, width) = (value.kind().name(), value.kind().bytes() as i64);
        let key = params![value.key(), kind, width, value.as_bytes()];
        let places = all(&self.conn, &sql, key, |row| Ok((row.get(0)?, row.get(1)?)))?;
        let listed = places.into_iter().map(|(row, position)| self.listed_at(row, position));
        Ok(listed.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    }

    /// The entry whose code an index of lists found; `None` once it is gone.
    ///
    /// # Errors
    /// [`LedgerError::Corrupt`] when the parts of a row do not fit together.
    pub fn listed(&self, id: CodeId) -> Result<Option<Listed>> {
        match id.row().list_row() {
            Some(row) => self.listed_at(row, id.position()),
            None => Ok(None),
        }
    }

    /// As [`Ledger::for_some_codes_since`], for the codes of lists that are searched.
    pub fn for_some_listed_since(
        &self,
        seq: Seq,
        limit: usize,
        f: impl FnMut(CodeChange),
    ) -> Result<Seq> {
        self.at_one_moment(|| self.replay_listed(seq, limit, f))
    }

    fn list_row(&self, id: ListId, name: String, named_at_ms: i64) -> Result<ListRow> {
        let sql = format!(
            "SELECT r.kind, {SEARCHED}, sum(r.entries) FROM list_rows AS r
             WHERE r.list_id = ?1 GROUP BY 1, 2"
        );
        let sums: Vec<(String, bool, u64)> =
            all(&self.conn, &sql, [id.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let sum = |test: &dyn Fn(&str, bool) -> bool| {
            sums.iter().filter(|(k, searched, _)| test(k, *searched)).map(|(_, _, n)| n).sum()
        };
        let kinds = ListKind::ALL.into_iter().map(|kind| (kind, sum(&|k, _| k == kind.name())));
        Ok(ListRow {
            id,
            name,
            state: self.list_state(id)?,
            named_at_ms,
            active: sum(&|_, searched| searched),
            staged: sum(&|_, searched| !searched),
            kinds: kinds.filter(|(_, entries)| *entries > 0).collect(),
        })
    }

    fn list_state(&self, list: ListId) -> Result<ListState> {
        let last = |table: &str| -> Result<i64> {
            let sql = format!("SELECT coalesce(max(id), 0) FROM {table} WHERE list_id = ?1");
            Ok(one(&self.conn, &sql, [list.0], |row| row.get(0))?.unwrap_or(0))
        };
        let retired = last("list_retirements")?;
        Ok(match () {
            () if retired > last("list_imports")? => ListState::Retired,
            () if last("list_activations")? > retired => ListState::Active,
            () => ListState::Staged,
        })
    }

    fn listed_at(&self, row: i64, position: usize) -> Result<Option<Listed>> {
        let Some(found) = self.row_of_list(row)? else { return Ok(None) };
        let sql = "SELECT name FROM lists WHERE id = ?1";
        let list_name = one(&self.conn, sql, [found.list.0], |row| row.get(0))?;
        let entry = found.entries.into_iter().nth(position);
        Ok(entry.zip(list_name).filter(|_| found.is_searched).map(|(entry, list_name)| Listed {
            list: found.list,
            list_name,
            import: found.import,
            entry,
        }))
    }

    /// A row with all its entries.
    pub(crate) fn row_of_list(&self, id: i64) -> Result<Option<RowOfList>> {
        let sql = format!(
            "SELECT r.list_id, r.import_id, r.kind, r.entries, r.code, r.refs, r.about, {SEARCHED}
             FROM list_rows AS r WHERE r.id = ?1"
        );
        let row = one(&self.conn, &sql, [id], |row| {
            let packed = Packed { code: row.get(4)?, refs: row.get(5)?, about: row.get(6)? };
            let (list, import) = (ListId(row.get(0)?), ListImportId(row.get(1)?));
            Ok((
                list,
                import,
                row.get::<_, String>(2)?,
                row.get::<_, usize>(3)?,
                packed,
                row.get(7)?,
            ))
        })?;
        let Some((list, import, kind, entries, packed, is_searched)) = row else { return Ok(None) };
        let kind = ListKind::from_name(&kind)?;
        let entries = packed.unpack(kind, entries)?;
        Ok(Some(RowOfList { list, import, kind, is_searched, entries }))
    }

    /// What came is told row by row and what went at the end of the events between: an index that
    /// takes both in the order of the chain takes no more at a time.
    fn replay_listed(
        &self,
        after: Seq,
        limit: usize,
        mut f: impl FnMut(CodeChange),
    ) -> Result<Seq> {
        let mut told = 0;
        let mut last = after;
        for (seq, row) in self.listed_changes(after)? {
            if told >= limit && seq != last {
                return Ok(last);
            }
            last = seq;
            told += self.tell_listed(seq, row, &mut f)?;
        }
        self.last_seq()
    }

    /// The rows that came or went after an event, in the order of the chain, without their codes.
    fn listed_changes(&self, after: Seq) -> Result<Vec<(Seq, RowChange)>> {
        let came = "SELECT r.id, r.id FROM list_rows AS r
                    WHERE r.active = 1 AND r.kind = 'pdq' AND r.id > ?1
                    UNION ALL
                    SELECT a.id, r.id FROM list_activations AS a JOIN list_rows AS r
                      ON r.list_id = a.list_id AND r.id > a.after_id AND r.id <= a.upto_id
                    WHERE r.active = 0 AND r.kind = 'pdq' AND a.id > ?1";
        let went = "SELECT by_seq, id, codes FROM withdrawn_codes WHERE by_seq > ?1 AND space = ?2";
        let mut changes =
            all(&self.conn, came, [after], |row| Ok((row.get(0)?, RowChange::Came(row.get(1)?))))?;
        changes.extend(all(&self.conn, went, params![after, LISTED], |row| {
            Ok((row.get(0)?, RowChange::Went(CodesId(row.get(1)?), row.get(2)?)))
        })?);
        changes.sort_unstable();
        Ok(changes)
    }

    fn tell_listed(
        &self,
        seq: Seq,
        change: RowChange,
        f: &mut impl FnMut(CodeChange),
    ) -> Result<usize> {
        match change {
            RowChange::Came(row) => {
                let sql = "SELECT code FROM list_rows WHERE id = ?1";
                let code: Option<Vec<u8>> = one(&self.conn, sql, [row], |row| row.get(0))?;
                let code = code.ok_or(LedgerError::Corrupt)?;
                let codes = unpack(&code).map_err(|_| LedgerError::Corrupt)?;
                let (rows, item) = (CodesId::of_list_row(row), ItemId(0));
                for (position, code) in codes.enumerate() {
                    f(CodeChange::Added { seq, id: CodeId::at(rows, position), item, code });
                }
                Ok(code.len() / 32)
            }
            RowChange::Went(row, codes) => {
                let ids = (0..codes).map(|position| CodeId::at(row, position));
                ids.for_each(|id| f(CodeChange::Removed { seq, id }));
                Ok(codes)
            }
        }
    }
}

impl Tx<'_> {
    /// Names a list, or finds the one of this name.
    ///
    /// # Errors
    /// [`LedgerError::TextEmpty`], [`LedgerError::TextLength`], [`LedgerError::TextControl`].
    pub fn name_list(&mut self, name: &str, at_ms: i64) -> Result<ListId> {
        if let Some(known) = self.list_by_name(name)? {
            return Ok(known);
        }
        check_line(name)?;
        match name.len() {
            0 => return Err(LedgerError::TextEmpty),
            bytes if bytes > NAME_BYTES => {
                return Err(LedgerError::TextLength { bytes, most: NAME_BYTES });
            }
            _ => {}
        }
        let sql = "INSERT INTO lists (id, salt, name) VALUES (?1, ?2, ?3)";
        let seq =
            self.chain.record(Kind::ListNamed, &Details::new(), at_ms, |conn, id, salt| {
                conn.prepare_cached(sql)?.execute(params![id, salt, name])?;
                Ok(())
            })?;
        Ok(ListId(seq))
    }

    /// Lets everything be searched that a list holds. Returns how many entries that adds.
    ///
    /// # Errors
    /// [`LedgerError::NothingStaged`], and where the rule wants two persons
    /// [`LedgerError::ListNeedsActor`] and [`LedgerError::ListNeedsSecondPerson`].
    pub fn activate_list(&mut self, list: ListId, actor: Option<&str>, at_ms: i64) -> Result<u64> {
        actor.map_or(Ok(()), check_line)?;
        let staged = self.staged_rows(list)?;
        let mut after_id = self.activated_upto(list)?;
        if staged.is_empty() {
            return Err(LedgerError::NothingStaged);
        }
        self.check_second_person(&staged, actor)?;
        for rows in staged.chunks(ROWS_OF_ACTIVATION) {
            let (upto_id, entries) =
                (rows[rows.len() - 1].id, rows.iter().map(|row| row.entries).sum::<u64>());
            let details = Details::new().number("entries", entries);
            let sql = "INSERT INTO list_activations (id, salt, list_id, after_id, upto_id, actor)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            self.chain.record(Kind::ListActivated, &details, at_ms, |conn, id, salt| {
                let values = params![id, salt, list.0, after_id, upto_id, actor];
                conn.prepare_cached(sql)?.execute(values)?;
                Ok(())
            })?;
            after_id = upto_id;
        }
        Ok(staged.iter().map(|row| row.entries).sum())
    }

    /// Gives a list up: its entries are erased. Returns how many they were.
    ///
    /// # Errors
    /// [`LedgerError::TextEmpty`] without a reason, [`LedgerError::TextLength`],
    /// [`LedgerError::TextControl`].
    pub fn retire_list(
        &mut self,
        list: ListId,
        reason: &str,
        actor: Option<&str>,
        at_ms: i64,
    ) -> Result<u64> {
        if reason.trim().is_empty() {
            return Err(LedgerError::TextEmpty);
        }
        [Some(reason), actor].into_iter().flatten().try_for_each(check_line)?;
        let sql = "INSERT INTO list_retirements (id, salt, list_id, reason, actor)
                   VALUES (?1, ?2, ?3, ?4, ?5)";
        let details = Details::new();
        self.chain.record(Kind::ListRetired, &details, at_ms, |conn, id, salt| {
            conn.prepare_cached(sql)?.execute(params![id, salt, list.0, reason, actor])?;
            Ok(())
        })?;
        let rows = all(
            &self.conn,
            "SELECT id, entries FROM list_rows WHERE list_id = ?1 ORDER BY id",
            [list.0],
            |row| Ok((row.get(0)?, row.get::<_, u64>(1)?)),
        )?;
        let entries = rows.iter().map(|(_, entries)| entries).sum();
        let rows: BTreeSet<i64> = rows.into_iter().map(|(row, _)| row).collect();
        self.erase_list_rows(&rows, entries, at_ms)?;
        Ok(entries)
    }

    /// Says whether activating a list takes a second person.
    pub fn set_list_rule(&mut self, persons: u8, actor: Option<&str>, at_ms: i64) -> Result<()> {
        actor.map_or(Ok(()), check_line)?;
        let sql = "INSERT INTO list_rules (id, salt, persons, actor) VALUES (?1, ?2, ?3, ?4)";
        let details = Details::new().number("persons", persons);
        self.chain.record(Kind::ListRuleSet, &details, at_ms, |conn, id, salt| {
            conn.prepare_cached(sql)?.execute(params![id, salt, persons, actor])?;
            Ok(())
        })?;
        Ok(())
    }

    fn check_second_person(&self, staged: &[StagedRow], actor: Option<&str>) -> Result<()> {
        if self.list_persons()? < 2 {
            return Ok(());
        }
        let actor = actor.ok_or(LedgerError::ListNeedsActor)?;
        let is_other = |row: &StagedRow| row.importer.as_deref().is_some_and(|own| own != actor);
        match staged.iter().all(is_other) {
            true => Ok(()),
            false => Err(LedgerError::ListNeedsSecondPerson),
        }
    }

    fn activated_upto(&self, list: ListId) -> Result<i64> {
        let sql = "SELECT coalesce(max(upto_id), 0) FROM list_activations WHERE list_id = ?1";
        Ok(one(&self.conn, sql, [list.0], |row| row.get(0))?.unwrap_or(0))
    }

    fn staged_rows(&self, list: ListId) -> Result<Vec<StagedRow>> {
        let sql = format!(
            "SELECT r.id, r.entries, i.actor FROM list_rows AS r
             JOIN list_imports AS i ON i.id = r.import_id
             WHERE r.list_id = ?1 AND NOT {SEARCHED} ORDER BY r.id"
        );
        all(&self.conn, &sql, [list.0], |row| {
            Ok(StagedRow { id: row.get(0)?, entries: row.get(1)?, importer: row.get(2)? })
        })
    }
}

/// A row of `list_rows` with its entries.
pub(crate) struct RowOfList {
    pub(crate) list: ListId,
    pub(crate) import: ListImportId,
    pub(crate) kind: ListKind,
    pub(crate) is_searched: bool,
    pub(crate) entries: Vec<ListEntry>,
}

/// A row that waits to be activated.
struct StagedRow {
    id: i64,
    entries: u64,
    importer: Option<String>,
}

/// What an index of lists has to learn. What an event brings comes before what it takes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum RowChange {
    Came(i64),
    Went(CodesId, usize),
}

fn import_row(row: &Row<'_>) -> rusqlite::Result<ListImportRow> {
    Ok(ListImportRow {
        id: ListImportId(row.get(0)?),
        format: row.get(1)?,
        source: row.get(2)?,
        marking: row.get(3)?,
        sender: row.get(4)?,
        last_sequence: row.get(5)?,
        actor: row.get(6)?,
        imported_at_ms: row.get(7)?,
    })
}
