//! Sealed files: what an encrypted store has beside its ledger.
//!
//! | bytes | what |
//! |---|---|
//! | 0–7 | `atharsea` |
//! | 8–11 | version, 1 |
//! | 12–15 | bytes of content in a chunk, 65,536 |
//! | 16–23 | bytes of content in all |
//! | 24–55 | salt, random |
//! | 56–63 | zeros |
//! | from 64 on | chunks: content encrypted by AES-256-GCM, and its tag of 16 bytes |
//!
//! Numbers have their lowest byte first. The key of a file is HKDF-SHA-256 of the salt, the key of
//! its kind of files, and `athar sealed file 1 ` with the file's name, so no key is used for two
//! files, and a file opens under its own name only. The nonce of a chunk is its number from nought
//! on, in 12 bytes; the 64 bytes of the head are what a tag covers besides. The last chunk may be
//! shorter than the others; a file without content has one that is empty. So what is changed, cut
//! off, moved or swapped does not open.

use crate::EngineError;
use aes_gcm::Aes256Gcm;
use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::aead::{AeadInOut, KeyInit, Nonce, Tag};
use athar_index::{Damage, Seal};
use hkdf::Hkdf;
use sha2::Sha256;
use std::io::{self, Write};
use std::ops::Range;
use std::thread;
use zeroize::Zeroizing;

const MAGIC: &[u8; 8] = b"atharsea";
const VERSION: u32 = 1;
const HEAD_BYTES: usize = 64;
const CHUNK_BYTES: usize = 1 << 16;
const TAG_BYTES: usize = 16;

/// Content from which on more than one thread opens a file, in bytes.
const MANY_BYTES: usize = 8 << 20;

/// Threads that open one file, at most.
const THREADS_MOST: usize = 8;

/// The key of one kind of files.
pub(crate) struct FileSeal(Zeroizing<[u8; 32]>);

/// What the head of a file says.
struct Head {
    bytes: [u8; HEAD_BYTES],
    content: usize,
}

impl FileSeal {
    pub(crate) fn new(key: Zeroizing<[u8; 32]>) -> Self {
        Self(key)
    }

    /// A small file as bytes.
    pub(crate) fn sealed(&self, name: &str, content: &[u8]) -> Result<Vec<u8>, EngineError> {
        let mut sealed = Vec::new();
        self.seal(name, content, &mut sealed).map_err(|_| EngineError::Entropy)?;
        Ok(sealed)
    }

    /// The content of a small file.
    pub(crate) fn opened(&self, name: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Damage> {
        let mut content = Zeroizing::new(vec![0; self.plain_bytes(sealed)?]);
        self.open(name, sealed, &mut content)?;
        Ok(content)
    }

    fn cipher(&self, name: &str, head: &Head) -> Aes256Gcm {
        let mut key = Zeroizing::new([0; 32]);
        let info = [b"athar sealed file 1 ", name.as_bytes()].concat();
        // It is refused for more than 255 times 32 bytes only.
        let _ = Hkdf::<Sha256>::new(Some(&head.bytes[24..56]), &*self.0).expand(&info, &mut *key);
        Aes256Gcm::new((&*key).into())
    }
}

impl Seal for FileSeal {
    fn seal(&self, name: &str, plain: &[u8], out: &mut dyn Write) -> io::Result<()> {
        let head = Head::new(plain.len())?;
        let cipher = self.cipher(name, &head);
        out.write_all(&head.bytes)?;
        let mut chunk = Vec::with_capacity(CHUNK_BYTES + TAG_BYTES);
        for number in 0..head.chunks() {
            chunk.clear();
            chunk.extend_from_slice(&plain[head.content_of(number)]);
            let place = InOutBuf::from(&mut chunk[..]);
            let tag = cipher.encrypt_inout_detached(&nonce(number), &head.bytes, place);
            let tag = tag.map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
            chunk.extend_from_slice(&tag);
            out.write_all(&chunk)?;
        }
        Ok(())
    }

    fn plain_bytes(&self, sealed: &[u8]) -> Result<usize, Damage> {
        Ok(Head::of(sealed)?.content)
    }

    fn open(&self, name: &str, sealed: &[u8], plain: &mut [u8]) -> Result<(), Damage> {
        let head = Head::of(sealed)?;
        if plain.len() != head.content {
            return Err(NOT_OURS);
        }
        let cipher = self.cipher(name, &head);
        if plain.len() < MANY_BYTES {
            return open_chunks(&cipher, &head, sealed, plain, 0);
        }
        let threads = thread::available_parallelism().map_or(1, usize::from).min(THREADS_MOST);
        let each = head.chunks().div_ceil(threads);
        let (cipher, head) = (&cipher, &head);
        let damages = thread::scope(|scope| {
            let parts = plain.chunks_mut(each * CHUNK_BYTES).enumerate();
            let parts = parts.map(|(part, plain)| {
                scope.spawn(move || open_chunks(cipher, head, sealed, plain, part * each))
            });
            let parts: Vec<_> = parts.collect();
            let ended = parts.into_iter().map(|part| part.join().unwrap_or(Err(NOT_OURS)));
            ended.collect::<Vec<_>>()
        });
        damages.into_iter().collect()
    }
}

/// Opens the chunks from number `first` on into `plain`, which ends where one does.
fn open_chunks(
    cipher: &Aes256Gcm,
    head: &Head,
    sealed: &[u8],
    plain: &mut [u8],
    first: usize,
) -> Result<(), Damage> {
    // A file without content has a chunk without content.
    let count = plain.len().div_ceil(CHUNK_BYTES).max(1);
    for number in first..first + count {
        let content = head.content_of(number);
        let from = (number - first) * CHUNK_BYTES;
        let to = &mut plain[from..from + content.len()];
        let start = head.place_of(number);
        let (chunk, tag) = sealed[start..start + content.len() + TAG_BYTES].split_at(content.len());
        let damage = Damage { offset: start as u64, ..NOT_OURS };
        let tag = Tag::<Aes256Gcm>::try_from(tag).map_err(|_| damage)?;
        let place = InOutBuf::new(chunk, to).map_err(|_| damage)?;
        let opened = cipher.decrypt_inout_detached(&nonce(number), &head.bytes, place, &tag);
        opened.map_err(|_| damage)?;
    }
    Ok(())
}

const NOT_OURS: Damage = Damage { offset: 0, reason: "what the store's key has sealed" };

fn nonce(number: usize) -> Nonce<Aes256Gcm> {
    let mut nonce = [0; 12];
    nonce[..8].copy_from_slice(&(number as u64).to_le_bytes());
    nonce.into()
}

impl Head {
    /// That of a new file.
    fn new(content: usize) -> io::Result<Self> {
        let mut bytes = [0; HEAD_BYTES];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..16].copy_from_slice(&(CHUNK_BYTES as u32).to_le_bytes());
        bytes[16..24].copy_from_slice(&(content as u64).to_le_bytes());
        let entropy = getrandom::fill(&mut bytes[24..56]);
        entropy.map_err(|_| io::Error::other("the system gave no random numbers"))?;
        Ok(Self { bytes, content })
    }

    /// That of a file, which is as long as it says.
    fn of(sealed: &[u8]) -> Result<Self, Damage> {
        let damage = |offset, reason| Damage { offset, reason };
        let bytes = *sealed
            .first_chunk::<HEAD_BYTES>()
            .filter(|head| head.starts_with(MAGIC))
            .ok_or(damage(0, "the head of a sealed file"))?;
        let number = |range: Range<usize>| {
            bytes[range].iter().rev().fold(0u64, |value, byte| value << 8 | u64::from(*byte))
        };
        if number(8..12) != u64::from(VERSION) {
            return Err(damage(8, "a version of sealed files that is known"));
        }
        if number(12..16) != CHUNK_BYTES as u64 || number(56..64) != 0 {
            return Err(damage(12, "the head of a sealed file"));
        }
        let content = usize::try_from(number(16..24)).unwrap_or(usize::MAX);
        let head = Self { bytes, content };
        if head.file_bytes() != Some(sealed.len()) {
            return Err(damage(16, "the length of the file"));
        }
        Ok(head)
    }

    fn chunks(&self) -> usize {
        self.content.div_ceil(CHUNK_BYTES).max(1)
    }

    fn file_bytes(&self) -> Option<usize> {
        let tags = self.chunks().checked_mul(TAG_BYTES)?;
        self.content.checked_add(tags)?.checked_add(HEAD_BYTES)
    }

    /// Which content is in a chunk.
    fn content_of(&self, number: usize) -> Range<usize> {
        let start = number * CHUNK_BYTES;
        start..self.content.min(start + CHUNK_BYTES)
    }

    /// Where a chunk begins in the file.
    fn place_of(&self, number: usize) -> usize {
        HEAD_BYTES + number * (CHUNK_BYTES + TAG_BYTES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal() -> FileSeal {
        FileSeal::new(Zeroizing::new([7; 32]))
    }

    fn content(bytes: usize) -> Vec<u8> {
        (0..bytes).map(|n| (n / 3) as u8).collect()
    }

    /// None, less than a chunk, whole chunks, and so much that threads share it.
    #[test]
    fn what_is_sealed_opens_by_its_key_and_name_and_no_other() {
        let chunk = CHUNK_BYTES;
        for bytes in [0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk, MANY_BYTES + chunk + 5] {
            let plain = content(bytes);
            let sealed = seal().sealed("a", &plain).unwrap();
            assert!(*seal().opened("a", &sealed).unwrap() == plain, "{bytes}");
            assert!(seal().opened("b", &sealed).is_err());
            let other = FileSeal::new(Zeroizing::new([8; 32]));
            assert_eq!(other.opened("a", &sealed).unwrap_err().reason, NOT_OURS.reason);
            assert!(sealed != seal().sealed("a", &plain).unwrap(), "each has a salt of its own");
        }
    }

    #[test]
    fn every_change_of_a_file_is_found_and_told_by_its_place() {
        let sealed = seal().sealed("a", &content(3 * CHUNK_BYTES - 7)).unwrap();
        let chunk = CHUNK_BYTES + TAG_BYTES;
        let places = (0..HEAD_BYTES).chain((HEAD_BYTES..sealed.len()).step_by(997));
        for place in places.chain([sealed.len() - 1]) {
            let mut changed = sealed.clone();
            changed[place] ^= 0x10;
            let damage = seal().opened("a", &changed).unwrap_err();
            let told = place.checked_sub(HEAD_BYTES).map(|n| HEAD_BYTES + n / chunk * chunk);
            assert!(told.is_none_or(|told| damage.offset == told as u64), "{place}: {damage}");
        }
        for length in [0, 8, HEAD_BYTES, HEAD_BYTES + chunk, sealed.len() - 1] {
            assert!(seal().opened("a", &sealed[..length]).is_err(), "{length}");
        }
        let longer = [&sealed[..], &[0]].concat();
        assert!(seal().opened("a", &longer).is_err());
        let (first, second) = (HEAD_BYTES..HEAD_BYTES + chunk, HEAD_BYTES + chunk);
        let mut swapped = sealed.clone();
        swapped.copy_within(second..second + chunk, first.start);
        assert_eq!(seal().opened("a", &swapped).unwrap_err().offset, HEAD_BYTES as u64);
    }

    const FIXTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/sealed_1.bin");

    /// The fixture of version 1, made by another program from what is said above: `content` of
    /// 70,000 bytes, named `fixture`.
    #[test]
    fn version_1_is_read_as_it_was_written() {
        let opened = seal().opened("fixture", &std::fs::read(FIXTURE).unwrap()).unwrap();
        assert!(*opened == content(70_000));
    }
}
