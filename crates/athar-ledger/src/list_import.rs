//! Bringing a list up to what a file of it says.
//!
//! An entry is known again by its own name and value, or by its value where the list gives no names.
//! What is there and says the same stays; what says something else takes the place of what it said,
//! and is searched if that was; what an earlier import listed under a name that comes again without
//! it goes; what is taken back goes, whoever listed it. All that goes, goes at the end, in one event.
//!
//! A file comes in pieces: what is held in memory is one piece, the numbers of entries that go, and
//! of those that stay under a name of their own.

use crate::{
    CodesId, ListId, ListImportId, Tx,
    chain::{Kind, withdrawal_subject},
    details::Details,
    error::{LedgerError, Result},
    facts::check_line,
    list_entries::{ListEntry, ListKind, ListValue, Packed, reference_key},
    lists::{LISTED, RowOfList},
    write::scheme_id,
};
use rusqlite::{Connection, params};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Entries of which their list says something that a row holds: reading one reads its whole row.
const TOLD_IN_ROW: usize = 512;

/// An import, as it begins.
#[derive(Debug, Clone, Copy, Default)]
pub struct NewListImport<'a> {
    /// The format it is read as.
    pub format: &'a str,
    /// Where it came from.
    pub source: Option<&'a str>,
    /// With whom it may be shared.
    pub marking: Option<&'a str>,
    /// The digest of the key that signed it.
    pub sender: Option<[u8; 32]>,
    /// Up to which number of its sender's sequence it goes.
    pub last_sequence: Option<u64>,
    /// The opaque name of who imports it.
    pub actor: Option<&'a str>,
}

/// What a list's file says.
#[derive(Clone)]
pub enum ListChange {
    /// This is listed.
    List(ListEntry),
    /// This is not, or no longer.
    Forget(ListValue),
    /// What was listed under this name no longer is.
    ForgetReference(String),
}

/// What an import changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListCounts {
    /// Entries that the list did not have.
    pub new: u64,
    /// Entries that it had, saying the same; those that the file says twice are among them.
    pub known: u64,
    /// Entries that took the place of what the list said of the same.
    pub changed: u64,
    /// Entries that were erased, without those that others took the place of.
    pub erased: u64,
}

/// An import under way.
pub struct ListImport {
    id: ListImportId,
    list: ListId,
    /// The scheme of its codes.
    scheme_id: i64,
    going: BTreeSet<Place>,
    /// Entries of earlier imports whose name came again.
    renamed: BTreeSet<Place>,
    staying: HashSet<Place>,
    counts: ListCounts,
}

/// A row of `list_rows` and an entry's place in it.
type Place = (i64, usize);

impl Tx<'_> {
    /// Begins an import. `scheme` is the name and version of what made a list's codes.
    ///
    /// # Errors
    /// [`LedgerError::ListNeedsActor`] where the rule wants two persons and nobody is named,
    /// [`LedgerError::TextLength`], [`LedgerError::TextControl`].
    pub fn begin_list_import(
        &mut self,
        list: ListId,
        new: &NewListImport<'_>,
        scheme: (&str, u32),
        at_ms: i64,
    ) -> Result<ListImport> {
        if self.list_persons()? > 1 && new.actor.is_none() {
            return Err(LedgerError::ListNeedsActor);
        }
        [new.source, new.marking, new.actor].into_iter().flatten().try_for_each(check_line)?;
        let &NewListImport { format, source, marking, sender, last_sequence, actor } = new;
        let sql = "INSERT INTO list_imports
                       (id, salt, list_id, format, source, marking, sender, last_sequence, actor)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let details = Details::new().text("format", format);
        let id = self.chain.record(Kind::ListImportBegun, &details, at_ms, |conn, id, salt| {
            let values =
                params![id, salt, list.0, format, source, marking, sender, last_sequence, actor];
            conn.prepare_cached(sql)?.execute(values)?;
            Ok(())
        })?;
        Ok(ListImport {
            id: ListImportId(id),
            list,
            scheme_id: scheme_id(&self.conn, ("pdq", scheme.0, scheme.1))?,
            going: BTreeSet::new(),
            renamed: BTreeSet::new(),
            staying: HashSet::new(),
            counts: ListCounts::default(),
        })
    }

    /// Takes the next piece of the file, in its order.
    ///
    /// # Errors
    /// [`LedgerError::TextControl`] when a text has more than one line.
    pub fn import_list(
        &mut self,
        import: &mut ListImport,
        piece: Vec<ListChange>,
        at_ms: i64,
    ) -> Result<()> {
        let mut piece = Piece::of(piece, &mut import.counts)?;
        self.compare(import, &mut piece)?;
        let mut rows: BTreeMap<(ListKind, bool), Vec<ListEntry>> = BTreeMap::new();
        for listed in piece.entries.into_iter().flatten() {
            let row = rows.entry((listed.entry.value.kind(), listed.is_searched)).or_default();
            row.push(listed.entry);
        }
        let mut keys = Vec::new();
        for ((kind, active), entries) in rows {
            let told = entries
                .iter()
                .any(|entry| entry.keys().nth(1).is_some() || !entry.about.is_empty());
            let most = if told { TOLD_IN_ROW } else { crate::CodeId::CODES_PER_ROW };
            for entries in entries.chunks(most) {
                let from = (import.list, import.id, import.scheme_id);
                let id = self.add_list_row(from, kind, active, entries, at_ms)?;
                keys.extend(keys_of(id, entries));
            }
        }
        insert_keys(&self.conn, keys)
    }

    /// Ends an import: what it takes away is erased.
    pub fn end_list_import(&mut self, mut import: ListImport, at_ms: i64) -> Result<ListCounts> {
        let ListImport { renamed, staying, .. } = &import;
        let renamed: Vec<Place> =
            renamed.iter().filter(|place| !staying.contains(place)).copied().collect();
        import.going.extend(renamed);
        let going = import.going.len() as u64;
        import.counts.erased = going.saturating_sub(import.counts.changed);
        let ListCounts { new, known, changed, erased } = import.counts;
        let details = Details::new()
            .number("changed", changed)
            .number("erased", erased)
            .number("known", known)
            .number("new", new);
        self.chain.event(Kind::ListImported, &details, at_ms)?;
        self.erase_list_entries(import.scheme_id, &import.going, at_ms)?;
        Ok(import.counts)
    }

    /// Holds a piece against what the list has.
    fn compare(&self, import: &mut ListImport, piece: &mut Piece) -> Result<()> {
        let sql = "SELECT k.row_id, k.position FROM list_keys AS k
                   JOIN list_rows AS r ON r.id = k.row_id
                   WHERE k.key = ?1 AND r.list_id = ?2";
        let mut sql = self.conn.prepare_cached(sql)?;
        let mut by_row: BTreeMap<i64, Vec<(usize, Asked)>> = BTreeMap::new();
        for (key, asked) in piece.asked() {
            let mut places = sql.query(params![key, import.list.0])?;
            while let Some(place) = places.next()? {
                by_row.entry(place.get(0)?).or_default().push((place.get(1)?, asked));
            }
        }
        for (id, asked) in by_row {
            let row = self.row_of_list(id)?.ok_or(LedgerError::Corrupt)?;
            asked.into_iter().for_each(|(at, asked)| import.compare(piece, &row, (id, at), asked));
        }
        import.counts.new +=
            piece.entries.iter().flatten().filter(|listed| !listed.is_change).count() as u64;
        Ok(())
    }

    fn add_list_row(
        &mut self,
        (list, import, scheme_id): (ListId, ListImportId, i64),
        kind: ListKind,
        active: bool,
        entries: &[ListEntry],
        at_ms: i64,
    ) -> Result<i64> {
        let packed = Packed::of(entries);
        let details =
            Details::new().number("entries", entries.len() as u64).text("kind", kind.name());
        let sql = "INSERT INTO list_rows (id, salt, list_id, import_id, kind, scheme_id, active,
                       entries, code, refs, about)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
        self.chain.record(Kind::ListRowAdded, &details, at_ms, |conn, id, salt| {
            let scheme = (kind == ListKind::Pdq).then_some(scheme_id);
            let Packed { code, refs, about } = packed;
            let (kind, entries) = (kind.name(), entries.len() as i64);
            let values = params![
                id, salt, list.0, import.0, kind, scheme, active, entries, code, refs, about
            ];
            conn.prepare_cached(sql)?.execute(values)?;
            Ok(())
        })
    }

    /// Erases entries: what is left of their rows is written anew, then the rows go.
    fn erase_list_entries(
        &mut self,
        scheme_id: i64,
        going: &BTreeSet<Place>,
        at_ms: i64,
    ) -> Result<()> {
        let rows: BTreeSet<i64> = going.iter().map(|(row, _)| *row).collect();
        for &id in &rows {
            let row = self.row_of_list(id)?.ok_or(LedgerError::Corrupt)?;
            let entries = row.entries.into_iter().enumerate();
            let left: Vec<ListEntry> =
                entries.filter(|(at, _)| !going.contains(&(id, *at))).map(|(_, e)| e).collect();
            if !left.is_empty() {
                let from = (row.list, row.import, scheme_id);
                let new = self.add_list_row(from, row.kind, row.is_searched, &left, at_ms)?;
                insert_keys(&self.conn, keys_of(new, &left).collect())?;
            }
        }
        self.erase_list_rows(&rows, going.len() as u64, at_ms)
    }

    /// Erases whole rows, in an event of which nothing says what was in them.
    pub(crate) fn erase_list_rows(
        &mut self,
        rows: &BTreeSet<i64>,
        entries: u64,
        at_ms: i64,
    ) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut keys = Vec::new();
        for &id in rows {
            let row = self.row_of_list(id)?.ok_or(LedgerError::Corrupt)?;
            keys.extend(keys_of(id, &row.entries));
        }
        self.chain.step(|chain| {
            let by_seq = chain.last as i64 + 1;
            delete_keys(chain.conn, keys)?;
            rows.iter().try_for_each(|&id| delete_row(chain.conn, id, by_seq))?;
            let subject = withdrawal_subject(chain.conn, by_seq)?;
            let details =
                Details::new().number("entries", entries).number("list_rows", rows.len() as u64);
            chain.append(Kind::Withdrawn, Some(subject), &details, at_ms)?;
            Ok(())
        })
    }
}

impl ListImport {
    /// Decides about one entry that the list has and the piece speaks of.
    fn compare(&mut self, piece: &mut Piece, row: &RowOfList, place: Place, asked: Asked) {
        let Some(stored) = row.entries.get(place.1) else { return };
        match asked {
            Asked::Forget(at) if piece.forgets(at, stored) => {
                self.staying.remove(&place);
                self.going.insert(place);
            }
            Asked::Reference(at) => {
                let is_earlier = row.import != self.id;
                if is_earlier && piece.references.get(at).is_some_and(|r| *r == stored.reference) {
                    self.renamed.insert(place);
                }
            }
            Asked::Entry(at) => self.meet(&mut piece.entries[at], row, stored, place),
            Asked::Forget(_) => {}
        }
    }

    fn meet(&mut self, slot: &mut Option<New>, row: &RowOfList, stored: &ListEntry, place: Place) {
        let Some(new) = slot else { return };
        let is_same = new.entry.value == stored.value && new.entry.reference == stored.reference;
        if !is_same || self.going.contains(&place) {
            return;
        }
        if new.entry.about == stored.about {
            self.counts.known += 1;
            if !stored.reference.is_empty() {
                self.staying.insert(place);
            }
            *slot = None;
        } else {
            self.counts.changed += 1;
            self.going.insert(place);
            (new.is_searched, new.is_change) = (row.is_searched, true);
        }
    }
}

/// A piece of a file, without what it contradicts itself.
struct Piece {
    entries: Vec<Option<New>>,
    forgotten: Vec<Forgotten>,
    references: Vec<String>,
}

/// An entry that the list may not have.
struct New {
    entry: ListEntry,
    is_searched: bool,
    is_change: bool,
}

enum Forgotten {
    Value(ListValue),
    Reference(String),
}

/// What is looked for, by its place in the piece.
#[derive(Clone, Copy)]
enum Asked {
    Entry(usize),
    Reference(usize),
    Forget(usize),
}

impl Piece {
    /// What comes later holds: an entry in the place of the same, a withdrawal of what came before.
    fn of(changes: Vec<ListChange>, counts: &mut ListCounts) -> Result<Self> {
        let mut piece = Self { entries: Vec::new(), forgotten: Vec::new(), references: Vec::new() };
        let mut by_key: HashMap<i64, Vec<usize>> = HashMap::new();
        let mut named = HashSet::new();
        for change in changes {
            match change {
                ListChange::List(entry) => {
                    entry.check()?;
                    if !entry.reference.is_empty() && named.insert(entry.reference.clone()) {
                        piece.references.push(entry.reference.clone());
                    }
                    counts.known += piece.push(entry, &mut by_key);
                }
                ListChange::Forget(value) => {
                    piece.drop_each(by_key.remove(&value.key()), |entry| entry.value == value);
                    piece.forgotten.push(Forgotten::Value(value));
                }
                ListChange::ForgetReference(name) => {
                    let key = reference_key(&name);
                    piece.drop_each(by_key.remove(&key), |entry| entry.reference == name);
                    piece.forgotten.push(Forgotten::Reference(name));
                }
            }
        }
        Ok(piece)
    }

    /// Returns how many entries it takes the place of.
    fn push(&mut self, entry: ListEntry, by_key: &mut HashMap<i64, Vec<usize>>) -> u64 {
        let is_same =
            |other: &ListEntry| other.value == entry.value && other.reference == entry.reference;
        let mut before = by_key.get(&entry.value.key()).into_iter().flatten();
        let before =
            before.find(|&&at| self.entries[at].as_ref().is_some_and(|e| is_same(&e.entry)));
        if let Some(&at) = before {
            self.entries[at] = Some(New { entry, is_searched: false, is_change: false });
            return 1;
        }
        entry.keys().for_each(|key| by_key.entry(key).or_default().push(self.entries.len()));
        self.entries.push(Some(New { entry, is_searched: false, is_change: false }));
        0
    }

    fn drop_each(&mut self, places: Option<Vec<usize>>, test: impl Fn(&ListEntry) -> bool) {
        for at in places.into_iter().flatten() {
            self.entries[at].take_if(|new| test(&new.entry));
        }
    }

    /// Keys to look for, in their order: neighbours lie on the same page.
    fn asked(&self) -> Vec<(i64, Asked)> {
        let entries = self.entries.iter().enumerate();
        let entries = entries
            .filter_map(|(at, new)| Some((new.as_ref()?.entry.value.key(), Asked::Entry(at))));
        let references = self.references.iter().enumerate();
        let references = references.map(|(at, name)| (reference_key(name), Asked::Reference(at)));
        let forgotten = self.forgotten.iter().enumerate().map(|(at, forgotten)| match forgotten {
            Forgotten::Value(value) => (value.key(), Asked::Forget(at)),
            Forgotten::Reference(name) => (reference_key(name), Asked::Forget(at)),
        });
        // What is forgotten is so before it is held against what comes again.
        let mut asked: Vec<_> = forgotten.chain(references).chain(entries).collect();
        asked.sort_by_key(|(key, _)| *key);
        asked
    }

    fn forgets(&self, at: usize, stored: &ListEntry) -> bool {
        match &self.forgotten[at] {
            Forgotten::Value(value) => stored.value == *value,
            Forgotten::Reference(name) => stored.reference == *name,
        }
    }
}

/// The keys of a row, each with the row and the entry's place in it.
pub(crate) fn keys_of(row: i64, entries: &[ListEntry]) -> impl Iterator<Item = (i64, i64, usize)> {
    let each = entries.iter().enumerate();
    each.flat_map(move |(at, entry)| entry.keys().map(move |key| (key, row, at)))
}

/// In the order of the table, so that each of its pages is touched once.
fn insert_keys(conn: &Connection, mut keys: Vec<(i64, i64, usize)>) -> Result<()> {
    keys.sort_unstable();
    let sql = "INSERT INTO list_keys (key, row_id, position) VALUES (?1, ?2, ?3)";
    let mut insert = conn.prepare_cached(sql)?;
    for (key, row, at) in keys {
        insert.execute(params![key, row, at])?;
    }
    Ok(())
}

fn delete_keys(conn: &Connection, mut keys: Vec<(i64, i64, usize)>) -> Result<()> {
    keys.sort_unstable();
    let sql = "DELETE FROM list_keys WHERE key = ?1 AND row_id = ?2 AND position = ?3";
    let mut delete = conn.prepare_cached(sql)?;
    for (key, row, at) in keys {
        delete.execute(params![key, row, at])?;
    }
    Ok(())
}

/// Notes that a row is gone, overwrites it where it lies, and removes it.
fn delete_row(conn: &Connection, id: i64, by_seq: i64) -> Result<()> {
    let codes = "INSERT INTO withdrawn_codes (id, space, codes, by_seq)
                 SELECT ?1, ?2, entries, ?3 FROM list_rows WHERE id = ?4 AND kind = 'pdq'";
    let number = CodesId::of_list_row(id).0;
    conn.prepare_cached(codes)?.execute(params![number, LISTED, by_seq, id])?;
    let row = "INSERT INTO withdrawn_rows (id, by_seq) VALUES (?1, ?2)";
    conn.prepare_cached(row)?.execute([id, by_seq])?;
    let zero = "UPDATE list_rows SET code = zeroblob(length(code)),
                    refs = replace(hex(zeroblob(length(refs) / 2)), '0', ' '),
                    about = replace(hex(zeroblob(length(about) / 2)), '0', ' ') WHERE id = ?1";
    conn.prepare_cached(zero)?.execute([id])?;
    conn.prepare_cached("DELETE FROM list_rows WHERE id = ?1")?.execute([id])?;
    Ok(())
}
