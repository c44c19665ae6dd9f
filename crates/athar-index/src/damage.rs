//! What is wrong with a file of ours, and where.

use std::fmt;

/// A file that is not what it should be. It never repeats what the file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damage {
    /// Bytes from the start of the file.
    pub offset: u64,
    /// What should stand there.
    pub expected: &'static str,
}

impl Damage {
    pub(crate) fn new(offset: usize, expected: &'static str) -> Self {
        Self { offset: offset as u64, expected }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at byte {} there should be {}", self.offset, self.expected)
    }
}

impl std::error::Error for Damage {}
