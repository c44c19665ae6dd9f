//! The bytes of a segment, in memory or mapped from a file.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

/// The bytes of one segment file. They never change; a clone is a pointer.
#[derive(Clone)]
pub(crate) struct Image(Arc<Vec<u8>>);

impl Image {
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        Self(Arc::new(bytes.to_vec()))
    }

    pub(crate) fn map(mut file: &File) -> io::Result<Self> {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(Self::from_bytes(&bytes))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}
