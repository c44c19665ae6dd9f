//! What is wrong with a file of ours, and where.

use std::fmt;

/// A file that is not what it should be. It never repeats what the file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damage {
    /// Bytes from the start of the file.
    pub offset: u64,
    /// What should stand there.
    pub reason: &'static str,
}

impl Damage {
    pub(crate) const fn new(offset: usize, reason: &'static str) -> Self {
        Self { offset: offset as u64, reason }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at byte {} there should be {}", self.offset, self.reason)
    }
}

impl std::error::Error for Damage {}
