//! Our own list: what one unit adds and withdraws, signed, for another without a network
//! between them.
//!
//! A delta covers a stretch of its list's sequence numbers, so that a replayed, left out or
//! out-of-order one is told ([`Sequence::after`]). It has a traffic-light marking, and is signed
//! with Ed25519 by its sender. [`verify`] reads the whole file before the first entry is given:
//! no entry comes out of a file whose signature does not hold. `FORMAT.md` specifies the bytes.
//!
//! Reading twice leaves a gap in which the file could be changed. So the first reading keeps a
//! digest of every [`BLOCK_BYTES`], and in the second a block gives no entry before it has been
//! held against its own.

use crate::delta_layout::{
    self as layout, DigestBytes, HEADER_BYTES, SIGNED_BYTES, TRAILER_BYTES, Trailer, sha256,
};
use crate::delta_record;
use crate::entry::{Entry, Place};
use crate::error::{ReadError, WriteError};
use crate::format::Format;
use crate::reader::{Entries, Options, Sink, Source};
use crate::tlp::Tlp;
use ed25519_dalek::{Signature, Signer};
use sha2::{Digest, Sha256};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::{fmt, mem};

pub use ed25519_dalek::{SigningKey, VerifyingKey};

/// Bytes of records that are held against their digest, and so held in memory, together.
pub const BLOCK_BYTES: usize = 256 << 10;

/// What a delta says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// With whom it may be shared.
    pub marking: Tlp,
    /// The list whose changes these are: opaque, chosen once by the sender.
    pub list: [u8; 16],
    /// The changes that it covers, all of them: a change that is not among the records concerned
    /// something that is not passed on.
    pub sequence: Sequence,
    /// When it was made, in seconds since 1970.
    pub made_s: i64,
}

/// A stretch of a list's sequence numbers, from 1, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sequence {
    first: u64,
    last: u64,
}

/// How a delta follows what was taken from its list before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// It is the next.
    Next,
    /// All of it was taken before.
    Replayed,
    /// Some of it was taken before, and some is new.
    Overlaps,
    /// Others are missing between.
    Gap {
        /// The first number that is missing.
        first: u64,
        /// The last.
        last: u64,
    },
}

impl Sequence {
    /// A stretch; `None` when it is empty or begins at 0.
    pub const fn new(first: u64, last: u64) -> Option<Self> {
        if first >= 1 && first <= last { Some(Self { first, last }) } else { None }
    }

    /// The first number.
    pub const fn first(self) -> u64 {
        self.first
    }

    /// The last number.
    pub const fn last(self) -> u64 {
        self.last
    }

    /// How it follows when everything up to `taken` was taken before; 0 is nothing.
    pub const fn after(self, taken: u64) -> Order {
        if self.last <= taken {
            Order::Replayed
        } else if self.first <= taken {
            Order::Overlaps
        } else if self.first - taken == 1 {
            Order::Next
        } else {
            Order::Gap { first: taken + 1, last: self.first - 1 }
        }
    }
}

/// Names a sender's key: the SHA-256 of the public key's 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId(pub [u8; 32]);

impl KeyId {
    /// The name of this key.
    pub fn of(key: &VerifyingKey) -> Self {
        Self(sha256(key.as_bytes()))
    }
}

/// The parts of a delta, by which damage is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The first bytes, which say what it is.
    Header,
    /// The records.
    Records,
    /// The last bytes, with the signature.
    Signature,
}

/// Why a delta is refused.
#[derive(Debug)]
pub enum DeltaError {
    /// The system failed to read.
    Io(io::Error),
    /// It does not begin as a delta does.
    NotADelta,
    /// It is of a version that is not known here.
    UnknownVersion {
        /// Its version.
        found: u16,
    },
    /// It is shorter than the shortest: the end is missing.
    Cut,
    /// None of the keys is the one that it says it was signed with.
    UnknownSender {
        /// The key that it names. It may be a lie.
        claimed: KeyId,
    },
    /// A part is not what was signed.
    Damaged {
        /// Which.
        part: Part,
    },
}

impl DeltaError {
    /// The part that is not as it should be, if it is the file's fault.
    pub const fn part(&self) -> Option<Part> {
        match self {
            Self::Io(_) => None,
            Self::NotADelta | Self::UnknownVersion { .. } => Some(Part::Header),
            Self::Cut | Self::UnknownSender { .. } => Some(Part::Signature),
            Self::Damaged { part } => Some(*part),
        }
    }
}

/// Reads a delta to its end and checks that it was signed, as it is, with one of these keys.
///
/// # Errors
///
/// When it was not, with the part at fault.
pub fn verify<R: Read + Seek>(
    mut input: R,
    keys: &[VerifyingKey],
) -> Result<Verified<R>, DeltaError> {
    let total = input.seek(SeekFrom::End(0))?;
    input.rewind()?;
    let head = read_header(&mut input)?;
    layout::check_version(&head)?;
    let record_bytes =
        total.checked_sub((HEADER_BYTES + TRAILER_BYTES) as u64).ok_or(DeltaError::Cut)?;
    let trailer = read_trailer(&mut input)?;
    let key = signed_by(&trailer, keys).ok_or_else(|| unsigned(&head, keys))?;
    let said =
        Trailer::from_bytes(&trailer[..SIGNED_BYTES].try_into().unwrap_or([0; SIGNED_BYTES]));
    let (header, sender) = layout::parse_header(&head)?;
    if sha256(&head) != said.header || sender != KeyId::of(key) {
        return Err(DeltaError::Damaged { part: Part::Header });
    }
    input.seek(SeekFrom::Start(HEADER_BYTES as u64))?;
    let (digest, blocks) = digest_blocks(&mut (&mut input).take(record_bytes))?;
    if record_bytes != said.record_bytes || digest != said.digest {
        return Err(DeltaError::Damaged { part: Part::Records });
    }
    Ok(Verified { input, header, sender, records: said.records, record_bytes, blocks })
}

fn read_header(input: &mut impl Read) -> Result<[u8; HEADER_BYTES], DeltaError> {
    let mut found = Vec::new();
    input.take(HEADER_BYTES as u64).read_to_end(&mut found)?;
    let begun = found.starts_with(layout::MAGIC);
    let short = if begun { DeltaError::Cut } else { DeltaError::NotADelta };
    found.try_into().map_err(|_| short)
}

fn read_trailer(input: &mut (impl Read + Seek)) -> Result<[u8; TRAILER_BYTES], DeltaError> {
    let mut trailer = [0; TRAILER_BYTES];
    input.seek(SeekFrom::End(-(TRAILER_BYTES as i64)))?;
    input.read_exact(&mut trailer)?;
    Ok(trailer)
}

/// The key that the trailer is signed with. There are few keys.
fn signed_by<'a>(
    trailer: &[u8; TRAILER_BYTES],
    keys: &'a [VerifyingKey],
) -> Option<&'a VerifyingKey> {
    let (signed, signature) = trailer.split_first_chunk::<SIGNED_BYTES>()?;
    let signature = Signature::from_slice(signature).ok()?;
    let message = layout::message(signed);
    keys.iter().find(|key| key.verify_strict(&message, &signature).is_ok())
}

/// Why no key fits: the sender is unknown, or the end was changed.
fn unsigned(head: &[u8; HEADER_BYTES], keys: &[VerifyingKey]) -> DeltaError {
    let claimed = match layout::parse_header(head) {
        Ok((_, claimed)) => claimed,
        Err(error) => return error,
    };
    let known = keys.iter().any(|key| KeyId::of(key) == claimed);
    if known {
        DeltaError::Damaged { part: Part::Signature }
    } else {
        DeltaError::UnknownSender { claimed }
    }
}

/// The digest of all, and of each block.
fn digest_blocks(input: &mut impl Read) -> io::Result<(DigestBytes, Vec<DigestBytes>)> {
    let (mut all, mut blocks, mut block) = (Sha256::new(), Vec::new(), Vec::new());
    loop {
        block.clear();
        input.take(BLOCK_BYTES as u64).read_to_end(&mut block)?;
        if block.is_empty() {
            return Ok((all.finalize().into(), blocks));
        }
        all.update(&block);
        blocks.push(sha256(&block));
    }
}

/// A delta whose signature holds.
pub struct Verified<R> {
    input: R,
    header: Header,
    sender: KeyId,
    records: u64,
    record_bytes: u64,
    blocks: Vec<DigestBytes>,
}

impl<R: Read + Seek> Verified<R> {
    /// What it says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Whose key signed it.
    pub fn sender(&self) -> KeyId {
        self.sender
    }

    /// How many records it has.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Its entries. Owner, marking and time are not repeated in each: the header has them.
    ///
    /// # Errors
    ///
    /// When the system fails to read.
    pub fn entries<'a>(mut self, options: Options) -> Result<Entries<'a>, DeltaError>
    where
        R: Send + 'a,
    {
        self.input.seek(SeekFrom::Start(HEADER_BYTES as u64))?;
        let records = Records {
            input: self.input,
            blocks: self.blocks.into_iter(),
            held: Vec::new(),
            at: 0,
            offset: HEADER_BYTES as u64,
            left: self.records,
            left_bytes: self.record_bytes,
        };
        Ok(Entries::of(Box::new(records), Format::Delta, options))
    }
}

/// The second reading.
struct Records<R> {
    input: R,
    /// The digests of the blocks that are still to come.
    blocks: std::vec::IntoIter<DigestBytes>,
    /// What was read and held against its digest.
    held: Vec<u8>,
    /// How much of that was given.
    at: usize,
    /// Where in the file the next record stands.
    offset: u64,
    left: u64,
    left_bytes: u64,
}

impl<R: Read> Records<R> {
    /// The next record without its length; `None` at the end.
    fn next(&mut self) -> Result<Option<(usize, usize)>, ReadError> {
        let malformed = ReadError::Malformed { place: Place::Byte(self.offset) };
        self.fill(2)?;
        if self.held.len() == self.at {
            return if self.left == 0 { Ok(None) } else { Err(malformed) };
        }
        let Some(length) = self.held[self.at..].first_chunk::<2>() else { return Err(malformed) };
        let length = usize::from(u16::from_le_bytes(*length));
        self.fill(2 + length)?;
        let (begin, end) = (self.at + 2, self.at + 2 + length);
        if self.left == 0 || length > delta_record::RECORD_BYTES_MAX || end > self.held.len() {
            return Err(malformed);
        }
        self.left -= 1;
        self.at = end;
        Ok(Some((begin, end)))
    }

    /// Makes sure that this many bytes are held, if there are as many.
    fn fill(&mut self, bytes: usize) -> Result<(), ReadError> {
        while self.held.len() - self.at < bytes {
            let Some(expected) = self.blocks.next() else { return Ok(()) };
            self.held.drain(..mem::take(&mut self.at));
            let before = self.held.len();
            let block_bytes = self.left_bytes.min(BLOCK_BYTES as u64);
            (&mut self.input).take(block_bytes).read_to_end(&mut self.held)?;
            if sha256(&self.held[before..]) != expected {
                return Err(ReadError::Changed);
            }
            self.left_bytes -= block_bytes;
        }
        Ok(())
    }
}

impl<R: Read> Source for Records<R> {
    fn step(&mut self, sink: &mut Sink) -> Result<bool, ReadError> {
        let place = Place::Byte(self.offset);
        let Some((begin, end)) = self.next()? else { return Ok(false) };
        self.offset += (end - begin + 2) as u64;
        let entry = delta_record::from_bytes(&self.held[begin..end], place)
            .ok_or(ReadError::Malformed { place })?;
        sink.record();
        match entry.signal() {
            Some(signal) if !sink.options.wanted.contains(signal.signal_type()) => {
                sink.tally.pass_over(signal.signal_type());
            }
            _ => sink.entry(entry),
        }
        Ok(true)
    }
}

/// Writes a delta. It needs no way back in what it writes: what is only known at the end stands
/// there.
pub struct DeltaWriter<W> {
    out: W,
    key: SigningKey,
    header: DigestBytes,
    records: u64,
    record_bytes: u64,
    digest: Sha256,
}

impl<W: Write> DeltaWriter<W> {
    /// Begins a delta, to be signed with this key. Many small pieces are written: `out` should
    /// have a buffer.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn new(mut out: W, header: &Header, key: SigningKey) -> Result<Self, WriteError> {
        let bytes = layout::header_bytes(header, KeyId::of(&key.verifying_key()));
        out.write_all(&bytes)?;
        let header = sha256(&bytes);
        Ok(Self { out, key, header, records: 0, record_bytes: 0, digest: Sha256::new() })
    }

    /// Writes one entry.
    ///
    /// # Errors
    ///
    /// When the format cannot say all of it (see [`Format::keep`]), or writing fails.
    pub fn write(&mut self, entry: &Entry) -> Result<(), WriteError> {
        Format::Delta.check(entry)?;
        self.write_raw(&delta_record::to_bytes(entry), 1)
    }

    /// Writes the bytes of so many records.
    pub(crate) fn write_raw(&mut self, bytes: &[u8], records: u64) -> Result<(), WriteError> {
        self.out.write_all(bytes)?;
        self.digest.update(bytes);
        self.records += records;
        self.record_bytes += bytes.len() as u64;
        Ok(())
    }

    /// Signs and ends the delta. Without this it is none.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn finish(mut self) -> Result<W, WriteError> {
        let trailer = Trailer {
            records: self.records,
            record_bytes: self.record_bytes,
            header: self.header,
            digest: self.digest.finalize().into(),
        };
        let signed = trailer.to_bytes();
        let signature = self.key.sign(&layout::message(&signed));
        self.out.write_all(&signed)?;
        self.out.write_all(&signature.to_bytes())?;
        self.out.flush()?;
        Ok(self.out)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Records => "records",
            Self::Signature => "signature",
        })
    }
}

impl fmt::Display for DeltaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "the delta cannot be read: {error}"),
            Self::NotADelta => f.write_str("the file is no delta"),
            Self::UnknownVersion { found } => write!(f, "the delta is of unknown version {found}"),
            Self::Cut => f.write_str("the delta is cut: its signature is missing"),
            Self::UnknownSender { .. } => {
                f.write_str("the delta is signed with a key that is not among those known")
            }
            Self::Damaged { part } => {
                write!(f, "the delta was changed after it was signed: see its {part}")
            }
        }
    }
}

impl std::error::Error for DeltaError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for DeltaError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

#[cfg(test)]
#[path = "delta_tests.rs"]
mod tests;
