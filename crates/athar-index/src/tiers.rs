//! Which segments to merge next.
//!
//! By size each should be at least [`ratio`](crate::Options::ratio) times as large as the next,
//! so that there are few of them however many entries there are. Where two are too near in size,
//! they become one; and as that one may be too near in size to the next larger, it is taken too,
//! instead of being written twice.

use crate::live::Live;

/// Segments that should become one, if any should; a single one that should be written anew
/// because much of it is dead.
pub(crate) fn due(segments: &[Live], ratio: usize) -> Option<Vec<Live>> {
    if let Some(live) = segments.iter().find(|live| live.is_mostly_dead()) {
        return Some(vec![live.clone()]);
    }
    let mut rising: Vec<&Live> = segments.iter().collect();
    rising.sort_by_key(|live| live.len());
    let sizes: Vec<usize> = rising.iter().map(|live| live.len()).collect();
    let range = too_near(&sizes, ratio)?;
    Some(rising[range].iter().map(|&live| live.clone()).collect())
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
