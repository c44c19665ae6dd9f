//! Where on a stored picture its landmarks are found again and where they are not.
//!
//! The picture is divided into cells. Holes are groups of neighbouring cells in which so many
//! landmarks are sought and none is found that chance does not explain it, by the share that is
//! found in all cells together: what was covered or replaced.

use crate::policy;
use crate::sighting::{Found, Picture, Sighting};

/// Cells along a side.
const SIDE: usize = 8;

/// Landmarks of one cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Cell {
    sought: u32,
    found: u32,
}

/// Landmarks by cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Coverage {
    cells: [Cell; SIDE * SIDE],
    size_px: (u32, u32),
}

/// A part of a stored picture, in its pixels: left, top, right, bottom.
pub(crate) type Bounds = [f64; 4];

impl Coverage {
    pub(crate) fn of(sighting: &Sighting, stored: &Picture<'_>) -> Self {
        let mut cells = [Cell::default(); SIDE * SIDE];
        let cell = |number: u32| cell_of(stored, number);
        sighting.sought.iter().for_each(|&number| cells[cell(number)].sought += 1);
        let sought = |found: &&Found| sighting.sought.binary_search(&found.stored).is_ok();
        let found = sighting.found.iter().filter(sought);
        found.for_each(|found| cells[cell(found.stored)].found += 1);
        Self { cells, size_px: stored.size_px }
    }

    /// The share of the sought landmarks that is found, 0 to 1.
    pub(crate) fn share(&self) -> f64 {
        share(self.cells.iter())
    }

    /// The share of the cells with sought landmarks in which some are found, 0 to 1.
    pub(crate) fn spread(&self) -> f64 {
        let sought = self.cells.iter().filter(|cell| cell.sought > 0).count();
        let found = self.cells.iter().filter(|cell| cell.found > 0).count();
        found as f64 / sought.max(1) as f64
    }

    /// What differs, as the extents of the holes, the largest first.
    pub(crate) fn holes(&self) -> Vec<Bounds> {
        self.hole_cells().iter().map(|hole| self.extent(hole)).collect()
    }

    /// The share of the cells with sought landmarks that are in holes, 0 to 1.
    pub(crate) fn holes_share(&self) -> f64 {
        let sought = self.cells.iter().filter(|cell| cell.sought > 0).count();
        self.hole_cells().iter().map(Vec::len).sum::<usize>() as f64 / sought.max(1) as f64
    }

    /// Whether a hole goes from the left to the right of what is sought, as what an app's bars are
    /// around does.
    pub(crate) fn hole_spans(&self) -> bool {
        let columns = |at: &usize| self.cells[*at].sought > 0;
        let all = ends((0..self.cells.len()).filter(columns).map(|at| at % SIDE));
        self.hole_cells().iter().any(|hole| ends(hole.iter().map(|at| at % SIDE)) == all)
    }

    /// The cells of each hole, the largest first.
    fn hole_cells(&self) -> Vec<Vec<usize>> {
        let usual = self.share();
        let mut seen = [false; SIDE * SIDE];
        let mut holes = Vec::new();
        for start in 0..self.cells.len() {
            let hole = self.hole_from(start, &mut seen);
            let sought = hole.iter().map(|&at| self.cells[at].sought).sum();
            if policy::differs(hole.len(), sought, usual) {
                holes.push(hole);
            }
        }
        holes.sort_by_key(|hole| std::cmp::Reverse(hole.len()));
        holes
    }

    /// The empty cells that hang together with one, if it is empty and was not seen.
    fn hole_from(&self, start: usize, seen: &mut [bool; SIDE * SIDE]) -> Vec<usize> {
        let is_empty = |at: usize| self.cells[at].sought > 0 && self.cells[at].found == 0;
        let (mut hole, mut next) = (Vec::new(), vec![start]);
        while let Some(at) = next.pop() {
            if seen[at] || !is_empty(at) {
                continue;
            }
            seen[at] = true;
            hole.push(at);
            next.extend(neighbours(at));
        }
        hole
    }

    fn extent(&self, hole: &[usize]) -> Bounds {
        let columns = hole.iter().map(|at| at % SIDE);
        let rows = hole.iter().map(|at| at / SIDE);
        let (left, right) = ends(columns);
        let (top, bottom) = ends(rows);
        let part = |cells: usize, px: u32| cells as f64 / SIDE as f64 * f64::from(px);
        let (width, height) = self.size_px;
        [part(left, width), part(top, height), part(right + 1, width), part(bottom + 1, height)]
    }
}

fn cell_of(stored: &Picture<'_>, number: u32) -> usize {
    let [x, y] = stored.spots[number as usize].frame.at;
    let part = |at: f64, px: u32| ((at / f64::from(px) * SIDE as f64) as usize).min(SIDE - 1);
    part(y, stored.size_px.1) * SIDE + part(x, stored.size_px.0)
}

fn share<'a>(cells: impl Iterator<Item = &'a Cell>) -> f64 {
    let (found, sought) =
        cells.fold((0, 0), |(found, sought), cell| (found + cell.found, sought + cell.sought));
    f64::from(found) / f64::from(sought.max(1))
}

fn neighbours(at: usize) -> impl Iterator<Item = usize> {
    let (x, y) = (at % SIDE, at / SIDE);
    let left = (x > 0).then(|| at - 1);
    let right = (x + 1 < SIDE).then(|| at + 1);
    let above = (y > 0).then(|| at - SIDE);
    let below = (y + 1 < SIDE).then(|| at + SIDE);
    [left, right, above, below].into_iter().flatten()
}

/// The smallest and the largest of at least one number.
fn ends(numbers: impl Iterator<Item = usize>) -> (usize, usize) {
    numbers.fold((usize::MAX, 0), |(least, most), n| (least.min(n), most.max(n)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Eight landmarks a cell, of which so many are found.
    fn coverage(found: impl Fn(usize, usize) -> u32) -> Coverage {
        let cell = |at: usize| Cell { sought: 8, found: found(at % SIDE, at / SIDE) };
        Coverage { cells: std::array::from_fn(cell), size_px: (800, 400) }
    }

    #[test]
    fn what_was_replaced_is_a_hole() {
        let hole = |x: usize, y: usize| (2..5).contains(&x) && (3..8).contains(&y);
        let coverage = coverage(|x, y| if hole(x, y) { 0 } else { 5 });
        assert_eq!(coverage.holes(), [[200.0, 150.0, 500.0, 400.0]]);
        assert!(!coverage.hole_spans());
        assert_eq!(coverage.spread(), 49.0 / 64.0);
        assert_eq!(coverage.share(), 5.0 * 49.0 / (8.0 * 64.0));
    }

    #[test]
    fn what_stands_between_an_apps_bars_is_a_hole_from_side_to_side() {
        let coverage = coverage(|_, y| if (1..7).contains(&y) { 0 } else { 5 });
        assert!(coverage.hole_spans());
        assert_eq!(coverage.holes(), [[0.0, 50.0, 800.0, 350.0]]);
    }

    #[test]
    fn a_picture_that_is_barely_recognised_has_no_holes() {
        let coverage = coverage(|x, y| u32::from((x + y) % 3 == 0));
        assert_eq!(coverage.holes(), Vec::<Bounds>::new());
    }

    #[test]
    fn cells_that_have_nothing_to_find_are_no_holes() {
        let mut coverage = coverage(|_, _| 6);
        (0..20).for_each(|at| coverage.cells[at] = Cell::default());
        assert_eq!(coverage.holes(), Vec::<Bounds>::new());
        assert_eq!(coverage.spread(), 1.0);
    }
}
