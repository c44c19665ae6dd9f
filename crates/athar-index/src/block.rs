//! An immutable run of entries. Codes and payloads lie apart, so that a scan reads codes only.

use athar_kernel::Code;
use std::ops::RangeInclusive;

/// At least one entry; an entry is a code and its payload.
pub(crate) struct Block {
    codes: Vec<Code>,
    payloads: Vec<u64>,
    /// The smallest and the largest payload, so that most blocks need not be read to know that
    /// a payload is not in them.
    range: RangeInclusive<u64>,
}

impl Block {
    /// A block of all entries of `parts`, in their order; `None` of none.
    pub(crate) fn new<'a>(parts: impl Iterator<Item = Entries<'a>> + Clone) -> Option<Self> {
        let len = parts.clone().map(|part| part.len()).sum();
        let (mut codes, mut payloads) = (Vec::with_capacity(len), Vec::with_capacity(len));
        for part in parts {
            part.append_to(&mut codes, &mut payloads);
        }
        let range = *payloads.iter().min()?..=*payloads.iter().max()?;
        Some(Self { codes, payloads, range })
    }

    /// How many entries each of `payloads` (rising) has, added to its place in `counts`.
    pub(crate) fn count(&self, payloads: &[u64], counts: &mut [usize]) {
        if !self.may_hold(payloads) {
            return;
        }
        for payload in &self.payloads {
            if let Ok(at) = payloads.binary_search(payload) {
                counts[at] += 1;
            }
        }
    }

    /// Whether an entry has one of `payloads` (rising).
    pub(crate) fn holds_any(&self, payloads: &[u64]) -> bool {
        let mut own = self.payloads.iter();
        self.may_hold(payloads) && own.any(|payload| payloads.binary_search(payload).is_ok())
    }

    /// The same entries but those with one of `payloads` (rising); `None` when nothing is left.
    pub(crate) fn without(&self, payloads: &[u64]) -> Option<Self> {
        let kept = self.entries().filter(|(_, own)| payloads.binary_search(own).is_err());
        let kept: Vec<(Code, u64)> = kept.collect();
        Self::new(std::iter::once(Entries::Pairs(&kept)))
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = (Code, u64)> {
        self.codes.iter().copied().zip(self.payloads.iter().copied())
    }

    pub(crate) fn codes(&self) -> &[Code] {
        &self.codes
    }

    pub(crate) fn payload(&self, position: usize) -> u64 {
        self.payloads[position]
    }

    pub(crate) fn len(&self) -> usize {
        self.codes.len()
    }

    fn may_hold(&self, payloads: &[u64]) -> bool {
        let first = payloads.partition_point(|payload| payload < self.range.start());
        payloads.get(first).is_some_and(|payload| payload <= self.range.end())
    }
}

/// Entries on their way into a block.
#[derive(Clone, Copy)]
pub(crate) enum Entries<'a> {
    Pairs(&'a [(Code, u64)]),
    Block(&'a Block),
}

impl Entries<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Pairs(pairs) => pairs.len(),
            Self::Block(block) => block.len(),
        }
    }

    fn append_to(&self, codes: &mut Vec<Code>, payloads: &mut Vec<u64>) {
        match self {
            Self::Pairs(pairs) => {
                codes.extend(pairs.iter().map(|&(code, _)| code));
                payloads.extend(pairs.iter().map(|&(_, payload)| payload));
            }
            Self::Block(block) => {
                codes.extend_from_slice(&block.codes);
                payloads.extend_from_slice(&block.payloads);
            }
        }
    }
}
