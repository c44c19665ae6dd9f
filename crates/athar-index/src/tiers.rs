//! Which segments to merge next.
//!
//! By size each should be at least [`ratio`](crate::Options::ratio) times as large as the next,
//! so that there are few of them however many entries there are. Where two are too near in size,
//! they become one; and as that one may be too near in size to the next larger, it is taken too,
//! instead of being written twice.
//!
//! What is youngest is treated otherwise. A segment of one flush costs a question about as much
//! as the delta did that it was made of, and while a large merge runs such segments would pile
//! up. So a flush takes the youngest segment up into what it makes, until that holds what
//! [`YOUNG_FLUSHES`] flushes bring; the sizes of the others are looked at without it. It goes by
//! the flush, not by a merge, because one thread may flush while another is at a large merge.
//!
//! What half a million entries cost that come to a million, by the default sizes:
//!
//! | | an entry is written | merges of more than half a million | segments, on average |
//! |---|---|---|---|
//! | ratio 8, every flush a segment | 12.0 times | 3 | 2.0 |
//! | ratio 8, flushes take up the youngest | 7.8 times | 2 | 2.4 |
//! | ratio 4, flushes take up the youngest | 6.2 times | 1 | 2.5 |
//!
//! A large merge is what readers notice most: it takes a processor and the shared cache from
//! them, and without a second thread that flushes, the delta grows while it lasts. Flushing at
//! half the size leaves a shorter delta, but segments so small that a question compares itself
//! with all of them, as it would in the delta.

use crate::Options;
use crate::live::Live;

/// A flush adds to the youngest segment until it holds what so many flushes bring.
const YOUNG_FLUSHES: usize = 4;

/// The segments that a flush of `len` entries should take up, of those that are free.
pub(crate) fn young(
    segments: &[Live],
    len: usize,
    free: impl Fn(&Live) -> bool,
    options: &Options,
) -> Vec<Live> {
    let mut rising: Vec<&Live> = segments.iter().filter(|&live| free(live)).collect();
    rising.sort_by_key(|live| live.len());
    let sizes: Vec<usize> = rising.iter().map(|live| live.len()).collect();
    let count = absorbed(&sizes, len, options);
    rising[..count].iter().map(|&live| live.clone()).collect()
}

/// Segments that should become one, if any should; a single one that should be written anew
/// because much of it is dead.
pub(crate) fn due(segments: &[Live], options: &Options) -> Option<Vec<Live>> {
    if let Some(live) = segments.iter().find(|live| live.is_mostly_dead()) {
        return Some(vec![live.clone()]);
    }
    let mut rising: Vec<&Live> = segments.iter().collect();
    rising.sort_by_key(|live| live.len());
    if rising.first().is_some_and(|live| is_young(live.len(), options)) {
        rising.remove(0);
    }
    let sizes: Vec<usize> = rising.iter().map(|live| live.len()).collect();
    let range = too_near(&sizes, options.ratio)?;
    Some(rising[range].iter().map(|&live| live.clone()).collect())
}

/// Whether the next flush finds room in a segment of `size`.
pub(crate) fn is_young(size: usize, options: &Options) -> bool {
    size <= options.flush_codes.saturating_mul(YOUNG_FLUSHES - 1)
}

/// How many of `sizes` (rising) a flush of `len` entries takes up: those that are too near to it
/// and to what they become, as far as it stays young enough.
fn absorbed(sizes: &[usize], len: usize, options: &Options) -> usize {
    let most = options.flush_codes.saturating_mul(YOUNG_FLUSHES);
    let mut sum = len;
    let fits = |&&size: &&usize| {
        let fits = size < sum.saturating_mul(options.ratio) && sum + size <= most;
        sum += size;
        fits
    };
    sizes.iter().take_while(fits).count()
}

/// The smallest of `sizes` (rising) that are less than `ratio` times apart, and those larger ones
/// that what they become is too near to.
fn too_near(sizes: &[usize], ratio: usize) -> Option<std::ops::Range<usize>> {
    let near = |size: usize, larger: usize| larger < size.saturating_mul(ratio);
    let first = sizes.windows(2).position(|pair| near(pair[0], pair[1]))?;
    let (mut end, mut size) = (first + 1, sizes[first]);
    while let Some(&larger) = sizes.get(end).filter(|&&larger| near(size, larger)) {
        (end, size) = (end + 1, size + larger);
    }
    Some(first..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flush_takes_up_what_is_near_to_it_until_that_is_full() {
        let options = Options { flush_codes: 100, bulk_codes: 1000, ratio: 8 };
        let cases = [
            (&[][..], 100, 0),
            (&[100], 100, 1),
            (&[300], 100, 1),
            (&[301], 100, 0),
            (&[100, 150, 400], 100, 2),
            (&[7, 60], 1, 2),
            (&[8, 60], 1, 0),
            (&[5], 400, 0),
        ];
        for (sizes, len, expected) in cases {
            assert_eq!(absorbed(sizes, len, &options), expected, "{sizes:?} {len}");
        }
        assert!(is_young(300, &options) && !is_young(301, &options));
    }

    #[test]
    fn sizes_that_are_far_apart_stay() {
        for sizes in [&[][..], &[5], &[0], &[1, 8, 64], &[2, 17, 140]] {
            assert_eq!(too_near(sizes, 8), None);
        }
        assert_eq!(too_near(&[3, 3, 3], 1), None);
    }

    #[test]
    fn what_is_too_near_is_merged_upwards_in_one_go() {
        assert_eq!(too_near(&[1, 2, 20, 1000], 8), Some(0..3));
        assert_eq!(too_near(&[1, 10, 11, 1000], 8), Some(1..3));
        assert_eq!(too_near(&[1, 10, 70, 600, 10_000], 8), Some(1..4));
    }

    /// Entries are written a number of times that grows with the logarithm of the size.
    #[test]
    fn flush_after_flush_leaves_few_segments_for_little_writing() {
        let (mut sizes, mut written) = (Vec::new(), 0);
        for _ in 0..1000 {
            sizes.push(1);
            sizes.sort_unstable();
            while let Some(range) = too_near(&sizes, 8) {
                let merged = sizes.drain(range).sum();
                written += merged;
                sizes.push(merged);
                sizes.sort_unstable();
            }
            assert!(sizes.len() <= 4, "{sizes:?}");
        }
        assert!(written < 1000 * 40, "{written}");
    }
}
