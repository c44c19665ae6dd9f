//! What can be wrong with a packet, and with making one.

use std::fmt;

/// Why a packet is not what its unit made. It names places and shows no content.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The file does not begin as a packet does.
    NotAPacket,
    /// The archive cannot be read on.
    Damaged {
        /// Where, in bytes from the beginning.
        offset: u64,
    },
    /// Two entries have one name.
    EntryTwice {
        /// Which one is the second, from 1.
        number: usize,
    },
    /// There are more entries than any packet has.
    TooManyEntries,
    /// The file is larger than any packet.
    TooLarge,
    /// The archive does not begin with a manifest and its signature.
    NoManifest,
    /// The manifest cannot be read.
    ManifestMalformed,
    /// It was made by a newer program.
    NewerVersion {
        /// The packet's version.
        found: u64,
        /// The newest that is known here.
        supported: u64,
    },
    /// It says that it is of a version that there never was.
    UnknownVersion {
        /// The packet's version.
        found: u64,
    },
    /// The signature cannot be read.
    SignatureMalformed,
    /// It is signed with another key than the one that was expected.
    OtherKey,
    /// The signature is not one over this manifest.
    SignatureWrong,
    /// An entry of the manifest is not there.
    EntryMissing {
        /// Its name.
        name: String,
    },
    /// An entry is there that the manifest does not name.
    EntryUnnamed {
        /// Which one, from 1.
        number: usize,
    },
    /// The entries are not in the order of the manifest.
    EntryMoved {
        /// The name of the first that is elsewhere.
        name: String,
    },
    /// An entry is not what the manifest says.
    EntryChanged {
        /// Its name.
        name: String,
    },
    /// A byte outside the entries was changed.
    ArchiveChanged {
        /// Where, in bytes from the beginning.
        offset: u64,
    },
    /// An entry that was signed cannot be understood.
    EntryMalformed {
        /// Its name.
        name: &'static str,
    },
    /// The events are not in their order, or one is there twice.
    EventsUnordered {
        /// The number of the first that is out of order.
        seq: u64,
    },
    /// Two neighbours among the events do not continue each other.
    EventUnlinked {
        /// The number of the second.
        seq: u64,
    },
    /// The events do not lie in the chain whose root is signed.
    NotInChain,
    /// The signed end of the chain is not the event that is shown.
    OtherHead,
    /// The checkpoint's signature does not hold.
    CheckpointWrong,
    /// A record is not the one that its event speaks of.
    RecordChanged {
        /// The number of the event.
        seq: u64,
    },
    /// What the packet tells is not what its events and records say.
    ToldOtherwise {
        /// The number of the event.
        seq: u64,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAPacket => f.write_str("this is no packet of Athar's"),
            Self::Damaged { offset } => {
                write!(
                    f,
                    "the archive is damaged or cut off: it cannot be read on at byte {offset}"
                )
            }
            Self::EntryTwice { number } => {
                write!(f, "entry {number} of the archive has the name of an earlier one")
            }
            Self::TooManyEntries => f.write_str("the archive has more entries than any packet"),
            Self::TooLarge => f.write_str("the file is larger than any packet"),
            Self::NoManifest => {
                f.write_str("the archive does not begin with a manifest and its signature")
            }
            Self::ManifestMalformed => f.write_str("the manifest cannot be read"),
            Self::NewerVersion { found, supported } => write!(
                f,
                "the packet is of version {found}, and this program knows versions up to \
                 {supported}: take a newer one"
            ),
            Self::UnknownVersion { found } => {
                write!(f, "the packet is of version {found}, which there never was")
            }
            Self::SignatureMalformed => f.write_str("the signature cannot be read"),
            Self::OtherKey => f.write_str("the packet is signed with another key"),
            Self::SignatureWrong => f.write_str(
                "the signature does not hold: the manifest or the signature was changed",
            ),
            Self::EntryMissing { name } => write!(f, "{name} is missing"),
            Self::EntryUnnamed { number } => {
                write!(f, "entry {number} of the archive was added: the manifest does not name it")
            }
            Self::EntryMoved { name } => write!(f, "{name} is not in its place in the archive"),
            Self::EntryChanged { name } => write!(f, "{name} was changed"),
            Self::ArchiveChanged { offset } => {
                write!(f, "the archive was changed outside its entries, at byte {offset}")
            }
            Self::EntryMalformed { name } => write!(f, "{name} was signed and cannot be read"),
            Self::EventsUnordered { seq } => write!(f, "event {seq} is out of order"),
            Self::EventUnlinked { seq } => {
                write!(f, "event {seq} does not continue the event before it")
            }
            Self::NotInChain => {
                f.write_str("the events do not lie in the chain whose root is signed")
            }
            Self::OtherHead => f.write_str("the end of the chain is not the event that is signed"),
            Self::CheckpointWrong => f.write_str("the checkpoint's signature does not hold"),
            Self::RecordChanged { seq } => {
                write!(f, "the record of event {seq} is not the one that was recorded")
            }
            Self::ToldOtherwise { seq } => {
                write!(f, "what is told of event {seq} is not what was recorded")
            }
        }
    }
}

impl std::error::Error for Fault {}

/// Why a packet cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MakeError {
    /// It would be larger than a packet may be.
    TooLarge,
    /// A font is missing that the report's text needs.
    NoFont {
        /// For which script.
        script: &'static str,
        /// The Debian packages that have one.
        packages: &'static str,
    },
    /// The PDF could not be written.
    Pdf,
}

impl fmt::Display for MakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => f.write_str("the packet would be larger than a gibibyte"),
            Self::NoFont { script, packages } => write!(
                f,
                "no font for {script} text was found: install one (on Debian and Ubuntu the \
                 package {packages}), or name a directory that has one with --fonts"
            ),
            Self::Pdf => f.write_str("the PDF could not be written with these fonts"),
        }
    }
}

impl std::error::Error for MakeError {}
