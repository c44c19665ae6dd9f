//! The events that a case is told by, each as it stands in the ledger, and what was recorded with
//! them.
//!
//! An event holds a *subject*: a digest of its record behind 16 random bytes. A packet that shows
//! the record shows these bytes too (an *opening*), so anybody can see that the record is the one
//! of which the event spoke when it was written. The record of an item covers its codes, and a
//! packet tells no codes: there the opening is left out unless they were asked for.
//!
//! The digests are those of the ledger, as its `SCHEMA.md` gives them.

use crate::digest::{from_hex, to_hex};
use crate::{Digest, TreeHead};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

/// What stands in `events.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Events {
    /// The whole chain as one digest: what the manifest says.
    pub tree: TreeHead,
    /// The unit's signature over the end of the chain.
    pub checkpoint: Checkpoint,
    /// The events concerned, in the order of the chain; the packet's own is the last.
    pub events: Vec<Event>,
    /// What shows that they lie in the tree.
    pub proof: Vec<Digest>,
}

/// The unit's signature over the chain up to an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The event that is signed.
    pub event: u64,
    /// Its digest.
    pub digest: Digest,
    /// Ed25519, 128 hex digits.
    pub signature: String,
}

/// One event of the chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its number, from 1.
    pub seq: u64,
    /// When, milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// What happened.
    pub kind: String,
    /// The digest of its record.
    pub subject: Option<Digest>,
    /// Facts that never need erasing: JSON, whose bytes are digested as they are.
    pub details: String,
    /// The digest of the event before.
    pub prev: Digest,
    /// The record, where it is shown.
    pub opening: Option<Opening>,
}

/// A record as it was digested.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    /// The ledger's table.
    pub table: String,
    /// The values that were digested, in order; the first is random.
    pub values: Vec<Field>,
}

/// A value of a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    /// There is none.
    Null,
    /// A whole number.
    Integer(i64),
    /// A number of IEEE 754 binary64, by its bits: in JSON `{"real": 16 hex digits}`.
    Real(u64),
    /// Text.
    Text(String),
    /// Bytes: in JSON `{"blob": hex digits}`.
    Blob(Vec<u8>),
}

impl Event {
    /// What the next event carries as its `prev`, and what is a leaf of the tree.
    pub fn digest(&self) -> Digest {
        let subject = self.subject.map_or(Field::Null, |subject| Field::Blob(subject.0.into()));
        let fields = [
            Field::Text("athar/ledger/1/event".into()),
            // Numbers of rows of an SQLite table, so the cast keeps them.
            Field::Integer(self.seq as i64),
            Field::Integer(self.at_ms),
            Field::Text(self.kind.clone()),
            subject,
            Field::Text(self.details.clone()),
            Field::Blob(self.prev.0.into()),
        ];
        digest(&fields)
    }

    /// Whether the record is the one of which the event speaks, where it is shown.
    pub(crate) fn record_fits(&self) -> bool {
        let fits = |opening: &Opening| Some(opening.subject()) == self.subject;
        self.opening.as_ref().is_none_or(fits)
    }

    /// A column of the record; `None` where the record is not shown or has no such column.
    pub(crate) fn column(&self, name: &str) -> Option<&Field> {
        let opening = self.opening.as_ref()?;
        let (_, columns) = COLUMNS.iter().find(|(table, _)| *table == opening.table)?;
        // The salt stands before all columns.
        let place = columns.iter().position(|column| *column == name)? + 1;
        opening.values.get(place)
    }
}

impl Opening {
    pub(crate) fn subject(&self) -> Digest {
        let domain = Field::Text(format!("athar/ledger/1/{}", self.table));
        let fields: Vec<_> = std::iter::once(&domain).chain(&self.values).collect();
        digest_of(&fields)
    }
}

/// The columns of the ledger's tables behind the salt, as far as a packet tells them.
const COLUMNS: [(&str, &[&str]); 13] = [
    ("cases", &["name"]),
    (
        "case_facts",
        &[
            "case_id",
            "channel",
            "unit",
            "received_at_ms",
            "complainant",
            "suspect",
            "urgency",
            "urgency_reason",
            "note",
        ],
    ),
    ("reports", &["case_id", "channel", "unit"]),
    ("report_receipts", &["report_id", "received_at_ms"]),
    ("items", &["sha256", "md5", "kind", "format", "bytes", "width", "height", "quality"]),
    ("report_items", &["report_id", "case_id", "item_id"]),
    (
        "provenance",
        &[
            "report_id",
            "case_id",
            "item_id",
            "sender",
            "time_ms",
            "zone",
            "moment",
            "name",
            "parcel",
        ],
    ),
    ("refusals", &["report_id", "case_id", "sha256", "bytes", "kind"]),
    (
        "matches",
        &[
            "query_item_id",
            "stored_item_id",
            "relation",
            "via",
            "ordinal",
            "distance",
            "orientation",
            "second_distance",
            "radius",
            "inliers",
            "region",
            "false_alarm_rate",
            "false_alarm_pairs",
        ],
    ),
    ("handles", &["case_id", "kind", "platform", "value"]),
    (
        "decisions",
        &["item_a_id", "item_b_id", "case_a_id", "case_b_id", "verdict", "reason", "actor"],
    ),
    ("packets", &["case_id", "purpose", "actor"]),
    ("acts", &["actor", "purpose"]),
];

/// Each value is its type, its length and its bytes, so that no two lists give the same ones.
fn digest(fields: &[Field]) -> Digest {
    digest_of(&fields.iter().collect::<Vec<_>>())
}

fn digest_of(fields: &[&Field]) -> Digest {
    let mut hash = Sha256::new();
    let mut put = |tag: u8, bytes: &[u8]| {
        hash.update([tag]);
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    for field in fields {
        match field {
            Field::Null => put(0, &[]),
            Field::Integer(integer) => put(1, &integer.to_be_bytes()),
            Field::Real(bits) => put(2, &bits.to_be_bytes()),
            Field::Text(text) => put(3, text.as_bytes()),
            Field::Blob(bytes) => put(4, bytes),
        }
    }
    Digest(hash.finalize().into())
}

/// How a value stands in JSON.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Null,
    Integer(i64),
    Text(String),
    Real { real: String },
    Blob { blob: String },
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = match self {
            Self::Null => Written::Null,
            Self::Integer(integer) => Written::Integer(*integer),
            Self::Real(bits) => Written::Real { real: format!("{bits:016x}") },
            Self::Text(text) => Written::Text(text.clone()),
            Self::Blob(bytes) => Written::Blob { blob: to_hex(bytes) },
        };
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = || de::Error::custom("not hex digits");
        Ok(match Written::deserialize(deserializer)? {
            Written::Null => Self::Null,
            Written::Integer(integer) => Self::Integer(integer),
            Written::Text(text) => Self::Text(text),
            Written::Real { real } => {
                let bytes = from_hex(&real).and_then(|bytes| bytes.try_into().ok());
                Self::Real(u64::from_be_bytes(bytes.ok_or_else(wrong)?))
            }
            Written::Blob { blob } => Self::Blob(from_hex(&blob).ok_or_else(wrong)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The very event of the ledger's own test, and of the Python in its `SCHEMA.md`.
    #[test]
    fn the_digest_of_an_event_is_the_ledgers() {
        let event = Event {
            seq: 1,
            at_ms: 1_700_000_000_000,
            kind: "ledger_created".into(),
            subject: None,
            details: "{\"program\":\"athar 0.1.0\",\"schema\":1}".into(),
            prev: Digest([0; 32]),
            opening: None,
        };
        let hex = "bb376129d736a96514476f0ad3a2c6b852f36e9d6cd4ceebe0133edbabb9ad2b";
        assert_eq!(event.digest().to_string(), hex);
    }

    #[test]
    fn values_come_back_as_they_were() {
        let values = [
            Field::Null,
            Field::Integer(-3),
            Field::Real(0.1_f64.to_bits()),
            Field::Real(f64::NAN.to_bits()),
            Field::Text("{\"real\":1}".into()),
            Field::Blob(vec![0, 255]),
            Field::Blob(vec![]),
        ];
        let text = serde_json::to_string(&values).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Field>>(&text).unwrap(), values);
        assert!(serde_json::from_str::<Field>("{\"blob\":\"0F\"}").is_err());
    }
}
