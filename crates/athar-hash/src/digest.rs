//! SHA-256 and MD5 of a file's bytes, in one pass with reading them.

use md5::Md5;
use sha2::{Digest, Sha256};

/// Both digests under way.
#[derive(Clone, Default)]
pub struct Digests {
    sha256: Sha256,
    md5: Md5,
}

/// The digests of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileDigest {
    /// FIPS 180-4: what names an item.
    pub sha256: [u8; 32],
    /// RFC 1321: broken as a proof, but the field's lists still speak it.
    pub md5: [u8; 16],
}

impl Digests {
    /// Of no bytes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.md5.update(bytes);
    }

    /// The digests of all bytes taken.
    pub fn finish(self) -> FileDigest {
        FileDigest { sha256: self.sha256.finalize().into(), md5: self.md5.finalize().into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_own_examples_hold_however_the_bytes_arrive() {
        let mut digests = Digests::new();
        digests.update(b"a");
        digests.update(b"");
        digests.update(b"bc");
        let digest = digests.finish();
        let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
        assert_eq!(
            hex(&digest.sha256),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(hex(&digest.md5), "900150983cd24fb0d6963f7d28e17f72");
    }
}
