//! Frames that follow each other and look the same become one span.
//!
//! ```text
//! frames   a a a' a  b  b' c        a' is nearly a: what noise and a codec make of it
//! spans    └───────┘ └──┘ c         the code of a span is that of its middle frame
//! ```
//!
//! A frame belongs to a span while it is near the span's *first* one: what changes slowly does not
//! drift away under one code. A span is cut after two seconds, so that where it lies in time stays
//! told. Whole frames and what is left of them without flat surroundings are chains of their own: a
//! caption that changes ends a span of the one and not of the other.

use crate::clip::FrameSpan;
use crate::places::Extent;
use crate::policy::{SPAN_EDGE_SHARE, SPAN_MOST_MS, SPAN_RADIUS};
use athar_kernel::Code;

/// A frame, or the part of it, that was coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Coded {
    pub extent: Extent,
    /// One an orientation.
    pub codes: [Code; 8],
    pub quality: u8,
}

/// The spans of a clip. What it holds does not grow with the clip.
#[derive(Debug, Default)]
pub(crate) struct Spans {
    /// Whether frames come so densely that nothing can have happened between two alike.
    merges: bool,
    whole: Option<Open>,
    content: Option<Open>,
    /// Those that ended and may have to wait for one that began before.
    ended: Vec<FrameSpan>,
}

impl Spans {
    pub(crate) fn new(merges: bool) -> Self {
        Self { merges, ..Self::default() }
    }

    /// The next frame, which is shown later than the last one; and the spans that are complete by
    /// then, in the order in which they begin.
    pub(crate) fn add(
        &mut self,
        at_ms: u64,
        whole: Coded,
        content: Option<Coded>,
    ) -> Vec<FrameSpan> {
        let Self { merges, whole: open_whole, content: open_content, ended } = self;
        for (open, coded) in [(open_whole, Some(whole)), (open_content, content)] {
            let grows = coded.is_some_and(|coded| {
                *merges && open.as_mut().is_some_and(|open| open.take(at_ms, coded))
            });
            if !grows {
                ended.extend(open.take().map(Open::end));
                *open = coded.map(|coded| Open::new(at_ms, coded));
            }
        }
        self.complete()
    }

    /// What is left at the end.
    pub(crate) fn finish(mut self) -> Vec<FrameSpan> {
        self.ended
            .extend([self.whole.take(), self.content.take()].into_iter().flatten().map(Open::end));
        self.complete()
    }

    fn complete(&mut self) -> Vec<FrameSpan> {
        let open = [&self.whole, &self.content].into_iter().flatten();
        let begun_ms = open.map(|open| open.from_ms).min().unwrap_or(u64::MAX);
        let (mut complete, ended) =
            std::mem::take(&mut self.ended).into_iter().partition(|span| span.from_ms < begun_ms);
        self.ended = ended;
        let area = |extent: &Extent| u64::from(extent.width_px) * u64::from(extent.height_px);
        let order = |span: &FrameSpan| (span.from_ms, u64::MAX - area(&span.extent));
        <[FrameSpan]>::sort_by_key(&mut complete, order);
        complete
    }
}

/// A span that may go on.
#[derive(Debug)]
struct Open {
    from_ms: u64,
    to_ms: u64,
    /// Its frames.
    coded: Vec<Coded>,
}

impl Open {
    fn new(at_ms: u64, coded: Coded) -> Self {
        Self { from_ms: at_ms, to_ms: at_ms, coded: vec![coded] }
    }

    /// Takes a frame if it belongs to it.
    fn take(&mut self, at_ms: u64, next: Coded) -> bool {
        let first = &self.coded[0];
        let belongs = at_ms.saturating_sub(self.from_ms) <= SPAN_MOST_MS
            && SPAN_RADIUS.covers(first.codes[0].distance(&next.codes[0]))
            && are_alike(&first.extent, &next.extent);
        if belongs {
            self.to_ms = at_ms;
            self.coded.push(next);
        }
        belongs
    }

    fn end(self) -> FrameSpan {
        let Self { from_ms, to_ms, coded } = self;
        let Coded { extent, codes, quality } = coded[coded.len() / 2];
        FrameSpan { from_ms, to_ms, extent, codes, quality }
    }
}

/// Whether two parts of frames of one size have nearly the same edges.
fn are_alike(a: &Extent, b: &Extent) -> bool {
    let near =
        |a: u32, b: u32, side: u32| f64::from(a.abs_diff(b)) <= SPAN_EDGE_SHARE * f64::from(side);
    let edges = |e: &Extent| {
        let (right, bottom) = (e.left_px + e.width_px, e.top_px + e.height_px);
        [
            (e.left_px, e.width_px),
            (right, e.width_px),
            (e.top_px, e.height_px),
            (bottom, e.height_px),
        ]
    };
    edges(a).iter().zip(edges(b)).all(|(&(a, side), (b, _))| near(a, b, side))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A code of so many set bits.
    fn coded(bits: usize) -> Coded {
        let words = std::array::from_fn(|word| {
            (0..64).filter(|bit| word * 64 + bit < bits).fold(0, |word, bit| word | 1 << bit)
        });
        let extent = Extent::whole((640, 360));
        Coded { extent, codes: [Code::from_words(words); 8], quality: bits.min(100) as u8 }
    }

    fn part(bits: usize, top_px: u32) -> Coded {
        let extent = Extent { left_px: 0, top_px, width_px: 640, height_px: 200 };
        Coded { extent, ..coded(bits) }
    }

    fn spans(merges: bool, frames: &[(u64, Coded, Option<Coded>)]) -> Vec<(u64, u64, u8)> {
        let mut spans = Spans::new(merges);
        let mut all: Vec<_> =
            frames.iter().flat_map(|&(at, whole, part)| spans.add(at, whole, part)).collect();
        all.extend(spans.finish());
        assert!(all.is_sorted_by_key(|span| span.from_ms));
        all.iter().map(|span| (span.from_ms, span.to_ms, span.quality)).collect()
    }

    #[test]
    fn frames_alike_are_one_span_and_its_middle_one_stands_for_it() {
        let frames = [(0, coded(10), None), (40, coded(18), None), (80, coded(11), None)];
        assert_eq!(spans(true, &frames), [(0, 80, 18)]);
        assert_eq!(spans(false, &frames), [(0, 0, 10), (40, 40, 18), (80, 80, 11)]);
    }

    #[test]
    fn a_slow_change_does_not_drift_away_under_one_code() {
        let frames: Vec<_> = (0..12).map(|n| (n * 40, coded(4 * n as usize), None)).collect();
        assert_eq!(
            spans(true, &frames),
            [(0, 80, 4), (120, 200, 16), (240, 320, 28), (360, 440, 40)]
        );
    }

    #[test]
    fn what_stands_still_is_cut_after_two_seconds() {
        let frames: Vec<_> = (0..=60).map(|n| (n * 100, coded(5), None)).collect();
        assert_eq!(spans(true, &frames), [(0, 2000, 5), (2100, 4100, 5), (4200, 6000, 5)]);
    }

    #[test]
    fn a_part_is_a_chain_of_its_own_and_all_come_in_order() {
        let whole = |n: u64| coded(60 * (n as usize / 3));
        let frames: Vec<_> = (0..9).map(|n| (n * 100, whole(n), Some(part(2, 80)))).collect();
        assert_eq!(
            spans(true, &frames),
            [(0, 200, 0), (0, 800, 2), (300, 500, 60), (600, 800, 100)]
        );
        let moving: Vec<_> =
            (0..3).map(|n| (n * 100, coded(0), Some(part(2, 40 * n as u32)))).collect();
        assert_eq!(spans(true, &moving).len(), 4);
        let gone = [
            (0, coded(0), Some(part(2, 0))),
            (100, coded(0), None),
            (200, coded(0), Some(part(2, 0))),
        ];
        assert_eq!(spans(true, &gone), [(0, 200, 0), (0, 0, 2), (200, 200, 2)]);
    }
}
