//! Codes in files: 32 bytes each, as they are written everywhere, and nothing else.

use anyhow::{Context, Result};
use athar_kernel::Code;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::Path;

const CODE_BYTES: usize = 32;
/// Codes that are read at once.
const BLOCK_CODES: usize = 8192;

pub fn write(path: &Path, codes: impl IntoIterator<Item = Code>) -> Result<()> {
    let file = File::create(path).with_context(|| path.display().to_string())?;
    let mut file = BufWriter::with_capacity(1 << 20, file);
    codes.into_iter().try_for_each(|code| file.write_all(&code.to_bytes()))?;
    Ok(file.flush()?)
}

pub fn read(path: &Path) -> Result<Vec<Code>> {
    let mut codes = Vec::with_capacity(count(path)?);
    for block in Blocks::open(path)? {
        codes.extend(block?);
    }
    Ok(codes)
}

/// How many codes a file holds.
pub fn count(path: &Path) -> Result<usize> {
    let metadata = path.metadata().with_context(|| path.display().to_string())?;
    Ok(metadata.len() as usize / CODE_BYTES)
}

/// A file's codes, some thousand at a time.
pub struct Blocks {
    file: File,
}

impl Blocks {
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self { file: File::open(path).with_context(|| path.display().to_string())? })
    }
}

impl Iterator for Blocks {
    type Item = Result<Vec<Code>>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut bytes = Vec::with_capacity(BLOCK_CODES * CODE_BYTES);
        let read = (&self.file).take((BLOCK_CODES * CODE_BYTES) as u64).read_to_end(&mut bytes);
        match read {
            Ok(0) => None,
            Ok(_) => {
                let (codes, _) = bytes.as_chunks::<CODE_BYTES>();
                Some(Ok(codes.iter().map(|&bytes| Code::from_bytes(bytes)).collect()))
            }
            Err(error) => Some(Err(error.into())),
        }
    }
}
