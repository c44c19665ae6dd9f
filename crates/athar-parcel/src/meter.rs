//! Readers that count what comes out of them, and end where a limit is.

use crate::limits::Limits;
use crate::trouble::Trouble;
use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// What all meters of one visit count together.
#[derive(Default)]
pub(crate) struct Totals {
    pub parts: Cell<u64>,
    pub bytes: Cell<u64>,
}

/// Over the bytes of one part.
pub(crate) struct Meter<R> {
    inner: R,
    limits: Limits,
    totals: Rc<Totals>,
    bytes: u64,
    is_parcel: bool,
}

impl<R: Read> Meter<R> {
    pub(crate) fn new(inner: R, limits: &Limits, totals: &Rc<Totals>) -> Self {
        Self { inner, limits: *limits, totals: totals.clone(), bytes: 0, is_parcel: false }
    }

    /// What comes is many parts: only their sum is limited.
    pub(crate) fn is_parcel(&mut self) {
        self.is_parcel = true;
    }

    fn check(&self) -> Result<(), Trouble> {
        let Limits { total_bytes, part_bytes, .. } = self.limits;
        if self.totals.bytes.get() > total_bytes {
            return Err(Trouble::AllTooLarge { limit_bytes: total_bytes });
        }
        match self.bytes > part_bytes && !self.is_parcel {
            true => Err(Trouble::PartTooLarge { limit_bytes: part_bytes }),
            false => Ok(()),
        }
    }
}

impl<R: Read> Read for Meter<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.check()?;
        let amount = self.inner.read(into)?;
        self.bytes += amount as u64;
        self.totals.bytes.set(self.totals.bytes.get().saturating_add(amount as u64));
        self.check()?;
        Ok(amount)
    }
}

/// Over what is unpacked: it ends where too much comes of too little.
pub(crate) struct Unpacked<R> {
    inner: R,
    limits: Limits,
    bytes: u64,
    /// Bytes that went in.
    packed: Rc<Cell<u64>>,
}

impl<R: Read> Unpacked<R> {
    pub(crate) fn new(inner: R, limits: &Limits, packed: Rc<Cell<u64>>) -> Self {
        Self { inner, limits: *limits, bytes: 0, packed }
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let amount = self.inner.read(into)?;
        self.bytes += amount as u64;
        let Limits { ratio, ratio_free_bytes, .. } = self.limits;
        let honest = self.packed.get().saturating_mul(ratio).saturating_add(ratio_free_bytes);
        if self.bytes > honest { Err(Trouble::Bomb { ratio }.into()) } else { Ok(amount) }
    }
}

/// Knows whether it was read to its end.
pub(crate) struct Ended<R> {
    inner: R,
    is_over: Rc<Cell<bool>>,
}

impl<R: Read> Ended<R> {
    /// A reader, and whether its end was reached.
    pub(crate) fn new(inner: R) -> (Self, Rc<Cell<bool>>) {
        let is_over = Rc::new(Cell::new(false));
        (Self { inner, is_over: is_over.clone() }, is_over)
    }
}

impl<R: Read> Read for Ended<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let amount = self.inner.read(into)?;
        self.is_over.set(amount == 0 && !into.is_empty());
        Ok(amount)
    }
}

/// Counts what is read through it.
pub(crate) struct Counted<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Counted<R> {
    /// A reader and its count.
    pub(crate) fn new(inner: R) -> (Self, Rc<Cell<u64>>) {
        let count = Rc::new(Cell::new(0));
        (Self { inner, count: count.clone() }, count)
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let amount = self.inner.read(into)?;
        self.count.set(self.count.get() + amount as u64);
        Ok(amount)
    }
}
