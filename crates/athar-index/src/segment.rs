//! An immutable, searchable set of entries, read in place from the bytes of its file.

use crate::builder::{self, Entry};
use crate::damage::Damage;
use crate::geometry::Geometry;
use crate::image::Image;
use crate::layout::{self, Form, Layout};
use crate::options::Effort;
use crate::plan::Plans;
use crate::{probe, scan};
use athar_kernel::{Code, Distance, Level, Radius, Rows};

#[path = "segment_verify.rs"]
mod verify;

/// A segment. Codes that are equal are stored once, as a *row* with a list of payloads.
pub(crate) struct Segment {
    image: Image,
    layout: Layout,
    plans: Plans,
}

impl Segment {
    /// A segment of these entries, in any order; pairs that come twice are there twice.
    pub(crate) fn build(entries: Vec<Entry>) -> Self {
        let (image, layout) = builder::build(entries);
        Self::new(image, layout)
    }

    /// The segment in the bytes of a file. Checks the header and what is needed to find anything;
    /// what is found may still be damaged, which only [`verify`](Self::verify) tells.
    pub(crate) fn open(image: Image) -> Result<Self, Damage> {
        let layout = Layout::read(image.bytes())?;
        let segment = Self::new(image, layout);
        segment.check_starts()?;
        Ok(segment)
    }

    fn new(image: Image, layout: Layout) -> Self {
        let plans = Plans::new(&layout);
        Self { image, layout, plans }
    }

    /// The bytes of the segment, as they stand in its file.
    pub(crate) fn image(&self) -> &Image {
        &self.image
    }

    /// Entries.
    pub(crate) fn len(&self) -> usize {
        self.layout.entries
    }

    /// Every row within `radius` of each query, once each: the query's number, how far it is, how
    /// many payloads it has, and these in rising order. Queries that no plan of buckets is good
    /// for are compared with every row together.
    pub(crate) fn within_batch(
        &self,
        level: Level,
        queries: &[Code],
        radius: Radius,
        mut visit: impl FnMut(usize, Distance, usize, &mut dyn Iterator<Item = u64>),
    ) {
        let mut tell = |query: usize, near: Near| {
            let payloads = self.payloads(near.row);
            visit(query, near.distance, payloads.len(), &mut { payloads });
        };
        self.within_batch_by(level, queries, radius, None, &mut tell);
    }

    /// As [`within_batch`](Self::within_batch) with less effort: the numbers of queries that are
    /// given up are returned.
    pub(crate) fn within_batch_by_effort(
        &self,
        level: Level,
        queries: &[Code],
        radius: Radius,
        effort: Effort,
        mut visit: impl FnMut(usize, Distance, usize, &mut dyn Iterator<Item = u64>),
    ) -> Vec<usize> {
        let mut tell = |query: usize, near: Near| {
            let payloads = self.payloads(near.row);
            visit(query, near.distance, payloads.len(), &mut { payloads });
        };
        self.within_batch_by(level, queries, radius, Some(effort), &mut tell)
    }

    fn within_batch_by(
        &self,
        level: Level,
        queries: &[Code],
        radius: Radius,
        effort: Option<Effort>,
        tell: &mut impl FnMut(usize, Near),
    ) -> Vec<usize> {
        let parts = self.parts();
        let sure = effort.map_or(radius, |effort| effort.sure);
        let (left, given_up) =
            match self.plans.compares_together(queries.len(), sure, self.layout.rows) {
                true => ((0..queries.len()).collect(), Vec::new()),
                false => self.probe_each(&parts, level, queries, radius, effort, tell),
            };
        if left.len() < TOGETHER_LEAST {
            for query in left {
                let near = scan::within(&parts, level, &queries[query], radius);
                near.into_iter().for_each(|near| tell(query, near));
            }
        } else {
            let codes: Vec<Code> = left.iter().map(|&query| queries[query]).collect();
            scan::within_together(&parts, level, &codes, radius, |query, near| {
                tell(left[query], near);
            });
        }
        given_up
    }

    /// Answers the queries that buckets are good for, and gives back the others and those that were
    /// given up.
    fn probe_each(
        &self,
        parts: &Parts<'_>,
        level: Level,
        queries: &[Code],
        radius: Radius,
        effort: Option<Effort>,
        tell: &mut impl FnMut(usize, Near),
    ) -> (Vec<usize>, Vec<usize>) {
        let (mut left, mut given_up) = (Vec::new(), Vec::new());
        for (number, query) in queries.iter().enumerate() {
            if let Some(next) = queries.get(number + 1) {
                let sure = effort.map_or(radius, |effort| effort.sure);
                probe::announce(parts, &self.plans, next, sure);
            }
            let found = match effort {
                None => Some(probe::within(parts, &self.plans, level, query, radius.into())),
                Some(effort) => probe::by_effort(parts, &self.plans, level, query, radius, effort),
            };
            match found {
                Some(Some(near)) => near.into_iter().for_each(|near| tell(number, near)),
                Some(None) => left.push(number),
                None => given_up.push(number),
            }
        }
        (left, given_up)
    }

    /// The rows within `radius` of `query`, by whichever plan is the cheapest.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn rows_within(&self, level: Level, query: &Code, radius: Radius) -> Vec<Near> {
        let parts = self.parts();
        probe::within(&parts, &self.plans, level, query, radius.into())
            .unwrap_or_else(|| scan::within(&parts, level, query, radius))
    }

    /// Every row with its payloads in rising order, in the order of the codes.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(&Code, &mut dyn Iterator<Item = u64>)) {
        let parts = self.parts();
        scan::for_each_head(&parts, |rows, head| {
            for row in rows {
                visit(&parts.rows.code(row, head), &mut self.payloads(row as u32));
            }
        });
    }

    /// How many entries have each of `payloads`, which are sorted.
    pub(crate) fn count_payloads(&self, payloads: &[u64]) -> Vec<usize> {
        let mut counts = vec![0; payloads.len()];
        let (least, largest) = (self.layout.least_payload, self.layout.largest_payload);
        let first = payloads.partition_point(|&payload| payload < least);
        let end = payloads.partition_point(|&payload| payload <= largest);
        if first < end {
            let (first_of_rows, others) =
                (self.packed(layout::PAYLOADS), self.packed(layout::OTHERS));
            let of_rows = (0..self.layout.rows).map(|at| first_of_rows.get(at));
            let of_lists = (0..self.layout.entries - self.layout.rows).map(|at| others.get(at));
            for payload in of_rows.chain(of_lists) {
                if let Ok(at) = payloads[first..end].binary_search(&payload) {
                    counts[first + at] += 1;
                }
            }
        }
        counts
    }

    fn payloads(&self, row: u32) -> Payloads<'_> {
        let lists = self.lists();
        let others = match lists.binary_search_by_key(&row, |list| list[0]) {
            Ok(at) => {
                let all = self.layout.entries - self.layout.rows;
                let end = lists.get(at + 1).map_or(all, |list| list[1] as usize).min(all);
                lists[at][1] as usize..end
            }
            Err(_) => 0..0,
        };
        let first = Some(self.packed(layout::PAYLOADS).get(row as usize));
        Payloads { first, others, packed: self.packed(layout::OTHERS) }
    }

    /// The rows with more than one payload, and where the others of each begin.
    fn lists(&self) -> &[[u32; 2]] {
        bytemuck::cast_slice(self.part(layout::LISTS))
    }

    fn packed(&self, part: usize) -> Packed<'_> {
        let bytes = self.part(part);
        Packed { bytes, width: self.layout.payload_bytes, least: self.layout.least_payload }
    }

    /// How many chunks a code is cut into.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn chunks(&self) -> usize {
        self.layout.geometry.chunks().len()
    }

    fn part(&self, part: usize) -> &[u8] {
        &self.image.bytes()[self.layout.parts[part].range()]
    }

    pub(crate) fn parts(&self) -> Parts<'_> {
        let bytes = self.image.bytes();
        Parts {
            geometry: &self.layout.geometry,
            form: self.layout.form(),
            layout: &self.layout,
            // As long as `Layout::read` has checked, so never empty.
            rows: Rows::new(self.part(layout::ROWS)).unwrap_or(Rows::EMPTY),
            words: bytemuck::cast_slice(&bytes[..bytes.len() / 2 * 2]),
            long_words: bytemuck::cast_slice(&bytes[..bytes.len() / 4 * 4]),
            bytes,
        }
    }

    /// Checks that starts begin with nothing, rise and end with their table.
    fn check_starts(&self) -> Result<(), Damage> {
        let parts = self.parts();
        let word_bytes = parts.form.word_bytes();
        (0..self.layout.geometry.chunks().len()).try_for_each(|chunk| {
            let part = self.layout.parts[layout::starts(chunk)];
            let table = self.layout.parts[layout::table(chunk)];
            let starts = parts.starts(chunk);
            let sound = starts.is_sorted()
                && starts.first() == Some(&0)
                && starts.last() == u32::try_from(table.len / word_bytes).ok().as_ref()
                && crc32fast::hash(&self.image.bytes()[part.range()]) == part.checksum;
            if sound { Ok(()) } else { Err(Damage::new(part.offset, "the starts of a table")) }
        })
    }

    /// Checks everything, in time that grows with the file: every checksum, and that rows,
    /// tables, lists and payloads agree. What passes answers every question exactly.
    pub(crate) fn verify(&self) -> Result<(), Damage> {
        verify::verify(self)
    }
}

/// Queries that are compared with every row together rather than one by one.
const TOGETHER_LEAST: usize = 2;

/// A row near a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Near {
    pub row: u32,
    pub distance: Distance,
}

/// A row whose distance does not count its head yet.
#[derive(Clone, Copy)]
pub(crate) struct Headless {
    pub row: u32,
    pub bits: u16,
    /// The bucket of the primary chunk that it lies in, which tells its head.
    pub bucket: usize,
}

/// A segment's bytes, taken apart.
pub(crate) struct Parts<'a> {
    pub geometry: &'a Geometry,
    pub form: Form,
    layout: &'a Layout,
    pub rows: Rows<'a>,
    /// The whole file, as words of 16 bits.
    pub words: &'a [u16],
    /// The whole file, as words of 32 bits.
    pub long_words: &'a [u32],
    bytes: &'a [u8],
}

impl<'a> Parts<'a> {
    /// Where the blocks of a chunk's table begin, and the end of the last.
    #[inline]
    pub(crate) fn starts(&self, chunk: usize) -> &'a [u32] {
        bytemuck::cast_slice(&self.bytes[self.layout.parts[layout::starts(chunk)].range()])
    }

    /// Where a chunk's table lies, in words of its form.
    #[inline]
    pub(crate) fn table(&self, chunk: usize) -> usize {
        self.layout.parts[layout::table(chunk)].offset / self.form.word_bytes()
    }

    /// A row with the distance of its head added, when it is within the radius with it.
    pub(crate) fn near(&self, query: &Code, radius: Radius, row: Headless) -> Option<Near> {
        let heads = self.head_of_bucket(row.bucket) ^ Rows::head(query);
        let distance = Distance::new(row.bits + heads.count_ones() as u16)?;
        radius.covers(distance).then_some(Near { row: row.row, distance })
    }

    /// The sketch that a code has in the table of a chunk.
    pub(crate) fn sketch(&self, chunk: usize, words: &[u64; 4]) -> u32 {
        let chunks = self.geometry.chunks();
        match self.form {
            Form::Narrow { .. } => chunks[self.geometry.next(chunk)].sketch(words).into(),
            Form::Wide => chunks[chunk].after_address(words),
        }
    }

    /// The bucket of the primary chunk that a row lies in.
    pub(crate) fn bucket(&self, row: u32) -> usize {
        let starts = self.starts(0);
        // Where it would be if all blocks were alike.
        let rows = u64::from(starts[starts.len() - 1]).max(1);
        let guess = (u64::from(row) * (starts.len() as u64 - 1) / rows) as usize;
        bucket_of(starts, guess, row)
    }

    /// The bucket of the primary chunk that a row lies in, looked for from one that is near.
    pub(crate) fn bucket_from(&self, near: usize, row: u32) -> usize {
        bucket_of(self.starts(0), near, row)
    }

    /// The head of the codes in a bucket of the primary chunk.
    pub(crate) fn head_of_bucket(&self, bucket: usize) -> u16 {
        (bucket >> (self.geometry.primary().bits - u16::BITS)) as u16
    }
}

/// The bucket in whose block `row` lies, looked for from `guess` on in steps that double: a few
/// lines of starts instead of one at every halving.
fn bucket_of(starts: &[u32], guess: usize, row: u32) -> usize {
    let buckets = starts.len() - 1;
    let guess = guess.min(buckets - 1);
    let (mut low, mut high, mut step) = (guess, guess + 1, 1);
    while low > 0 && starts[low] > row {
        low = low.saturating_sub(step);
        step *= 2;
    }
    while high < buckets && starts[high] <= row {
        low = high;
        high = (high + step).min(buckets);
        step *= 2;
    }
    low + starts[low..high].partition_point(|&start| start <= row).saturating_sub(1)
}

/// Numbers of one to eight bytes, side by side.
#[derive(Clone, Copy)]
struct Packed<'a> {
    bytes: &'a [u8],
    width: usize,
    least: u64,
}

impl Packed<'_> {
    #[inline]
    fn get(&self, at: usize) -> u64 {
        let bytes: [u8; 8] = match self.bytes[at * self.width..].first_chunk() {
            Some(bytes) => *bytes,
            None => [0; 8],
        };
        let beyond = u64::BITS - 8 * self.width as u32;
        self.least.wrapping_add(u64::from_le_bytes(bytes) << beyond >> beyond)
    }
}

/// The payloads of a row.
struct Payloads<'a> {
    first: Option<u64>,
    others: std::ops::Range<usize>,
    packed: Packed<'a>,
}

impl Iterator for Payloads<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        self.first.take().or_else(|| self.others.next().map(|at| self.packed.get(at)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = usize::from(self.first.is_some()) + self.others.len();
        (len, Some(len))
    }
}

impl ExactSizeIterator for Payloads<'_> {}

#[cfg(test)]
#[path = "segment_tests.rs"]
pub(crate) mod tests;

#[cfg(test)]
#[path = "segment_damage_tests.rs"]
mod damage_tests;

#[cfg(test)]
#[path = "segment_odd_tests.rs"]
mod odd_tests;
