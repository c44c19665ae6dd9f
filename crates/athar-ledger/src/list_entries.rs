//! Entries of lists as rows hold them: up to 4096 values of one kind in one blob, and beside them,
//! line by line, what the list calls each entry and what it says of it.
//!
//! `list_keys` follows from the rows and finds an entry again by its value or by its own name. A key
//! is a digest cut to 64 bits, so it tells where to look and never what is there.

use crate::{
    CodeId,
    error::{LedgerError, Result},
};
use sha2::{Digest, Sha256};

/// What an entry lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListKind {
    /// A PDQ code.
    Pdq,
    /// MD5 of a file.
    Md5,
    /// SHA-1 of a file.
    Sha1,
    /// SHA-256 of a file.
    Sha256,
}

impl ListKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Pdq, Self::Md5, Self::Sha1, Self::Sha256];

    /// Its name in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pdq => "pdq",
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
        }
    }

    /// Bytes of a value.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Pdq | Self::Sha256 => 32,
            Self::Md5 => 16,
            Self::Sha1 => 20,
        }
    }

    pub(crate) fn from_name(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or(LedgerError::Corrupt)
    }
}

/// A value that a list holds: a code, bit 255 first, or a digest. It speaks of somebody's picture,
/// so `Debug` does not show it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ListValue {
    kind: ListKind,
    bytes: [u8; 32],
}

impl ListValue {
    /// A value of this kind; `None` when kinds of this name have another length.
    pub fn new(kind: ListKind, value: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        bytes.get_mut(..value.len())?.copy_from_slice(value);
        (value.len() == kind.bytes()).then_some(Self { kind, bytes })
    }

    /// What it is.
    pub const fn kind(&self) -> ListKind {
        self.kind
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.kind.bytes()]
    }

    pub(crate) fn key(&self) -> i64 {
        key(self.kind.name(), self.as_bytes())
    }
}

impl std::fmt::Debug for ListValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}(redacted)", self.kind.name())
    }
}

/// One entry of a list. Its texts are single lines; what is in them is the caller's business.
#[derive(Clone, PartialEq, Eq)]
pub struct ListEntry {
    /// What it lists.
    pub value: ListValue,
    /// What the list calls it; empty where it has no name of its own.
    pub reference: String,
    /// What the list says of it; empty where it says nothing.
    pub about: String,
}

impl ListEntry {
    /// The keys under which it is found again.
    pub(crate) fn keys(&self) -> impl Iterator<Item = i64> {
        let reference = (!self.reference.is_empty()).then(|| reference_key(&self.reference));
        [Some(self.value.key()), reference].into_iter().flatten()
    }

    pub(crate) fn check(&self) -> Result<()> {
        let texts = [&self.reference, &self.about];
        match texts.into_iter().find_map(|text| text.find('\n')) {
            Some(offset) => Err(LedgerError::TextControl { offset }),
            None => Ok(()),
        }
    }
}

pub(crate) fn reference_key(reference: &str) -> i64 {
    key("reference", reference.as_bytes())
}

fn key(kind: &str, bytes: &[u8]) -> i64 {
    let digest = Sha256::new().chain_update(kind).chain_update([0]).chain_update(bytes).finalize();
    let [first, ..] = digest.as_chunks::<8>().0 else { return 0 };
    i64::from_be_bytes(*first)
}

/// What a row is given.
pub(crate) struct Packed {
    pub(crate) code: Vec<u8>,
    pub(crate) refs: Option<String>,
    pub(crate) about: Option<String>,
}

impl Packed {
    /// Entries of one kind.
    pub(crate) fn of(entries: &[ListEntry]) -> Self {
        let code = entries.iter().flat_map(|entry| entry.value.as_bytes()).copied().collect();
        let refs = lines(entries.iter().map(|entry| entry.reference.as_str()));
        let about = lines(entries.iter().map(|entry| entry.about.as_str()));
        Self { code, refs, about }
    }

    /// The entries of a row; an error where the parts of it do not fit together.
    pub(crate) fn unpack(&self, kind: ListKind, entries: usize) -> Result<Vec<ListEntry>> {
        let (refs, about) = (each_line(&self.refs, entries), each_line(&self.about, entries));
        let fits = self.code.len() == entries * kind.bytes()
            && (refs.len(), about.len()) == (entries, entries)
            && entries <= CodeId::CODES_PER_ROW;
        if !fits {
            return Err(LedgerError::Corrupt);
        }
        let values = self.code.chunks_exact(kind.bytes()).zip(refs.into_iter().zip(about));
        let unpacked = values.map(|(bytes, (reference, about))| {
            let value = ListValue::new(kind, bytes).ok_or(LedgerError::Corrupt)?;
            Ok(ListEntry { value, reference: reference.to_owned(), about: about.to_owned() })
        });
        unpacked.collect()
    }
}

/// One text a line; nothing where all are empty.
fn lines<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> Option<String> {
    let says_something = texts.clone().any(|text| !text.is_empty());
    says_something.then(|| texts.collect::<Vec<_>>().join("\n"))
}

fn each_line(text: &Option<String>, entries: usize) -> Vec<&str> {
    match text {
        Some(text) => text.split('\n').collect(),
        None => vec![""; entries],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(n: u8, reference: &str, about: &str) -> ListEntry {
        let value = ListValue::new(ListKind::Md5, &[n; 16]).unwrap();
        ListEntry { value, reference: reference.into(), about: about.into() }
    }

    #[test]
    fn entries_come_out_as_they_went_in() {
        let all = [entry(1, "", ""), entry(2, "two", ""), entry(3, "", "{\"a\":1}")];
        for entries in [&all[..1], &all[..2], &all[2..], &all[..]] {
            let packed = Packed::of(entries);
            assert!(packed.unpack(ListKind::Md5, entries.len()).unwrap() == entries);
            assert!(packed.unpack(ListKind::Md5, entries.len() + 1).is_err());
            assert!(packed.unpack(ListKind::Sha1, entries.len()).is_err());
        }
    }

    #[test]
    fn a_value_has_the_length_of_its_kind() {
        for kind in ListKind::ALL {
            let bytes = vec![7; kind.bytes()];
            assert_eq!(ListValue::new(kind, &bytes).unwrap().as_bytes(), bytes);
            assert!(ListValue::new(kind, &bytes[1..]).is_none());
            assert!(ListValue::new(kind, &[7; 33]).is_none());
        }
    }
}
