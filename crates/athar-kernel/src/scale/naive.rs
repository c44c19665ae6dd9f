//! The same numbers, one at a time.

use super::filter::{Between, Span, clean, column_weight};
use super::{GENERATORS, Parts, Peak, Weights};
use crate::{Code, Plane};

pub(super) fn shrunk(plane: &Plane, width: usize, height: usize) -> Plane {
    Plane::from_fn(width, height, |x, y| {
        let column_mean = |column: usize| {
            let mut sum = 0.0;
            Span::of(y, plane.height(), height)
                .each(|row, weight| sum += weight * clean(plane.row(row)[column]));
            sum
        };
        if width == plane.width() {
            return column_mean(x);
        }
        let mut mean = 0.0;
        Span::of(x, plane.width(), width)
            .each(|column, weight| mean += weight * column_mean(column));
        mean
    })
}

pub(super) fn smoothed(plane: &Plane, taps: &[f32], width: usize, height: usize) -> Plane {
    let reach = taps.len() as isize - 1;
    let inside = |at: isize, len: usize| at.clamp(0, len as isize - 1) as usize;
    Plane::from_fn(width, height, |x, y| {
        let at = Between::of(y, plane.height(), height);
        let down = |column: isize| {
            let column = inside(column, plane.width());
            (-reach..=reach + 1).fold(0.0, |sum, k| {
                let row = plane.row(inside(at.low as isize + k, plane.height()));
                sum + column_weight(taps, k, at.part) * row[column]
            })
        };
        let across = |column: usize| {
            let column = column as isize;
            (1..=reach).fold(taps[0] * down(column), |sum, k| {
                sum + taps[k as usize] * (down(column - k) + down(column + k))
            })
        };
        let at = Between::of(x, plane.width(), width);
        match width == plane.width() {
            true => across(x),
            false => across(at.low) + at.part * (across(at.high) - across(at.low)),
        }
    })
}

fn blob(plane: &Plane, x: usize, y: usize) -> f32 {
    let at = |dx: usize, dy: usize| plane.row(y + dy - 1)[x + dx - 1];
    let xx = (at(0, 1) + at(2, 1)) - 2.0 * at(1, 1);
    let yy = (at(1, 0) + at(1, 2)) - 2.0 * at(1, 1);
    let xy = ((at(2, 2) - at(0, 2)) - (at(2, 0) - at(0, 0))) * 0.25;
    xx * yy - xy * xy
}

pub(super) fn peaks(plane: &Plane, threshold: f32, border: usize) -> Vec<Peak> {
    let mut found = Vec::new();
    for y in border..plane.height().saturating_sub(border) {
        for x in border..plane.width().saturating_sub(border) {
            let strength = blob(plane, x, y);
            let beaten = (0..9).filter(|k| *k != 4).any(|k| {
                let other = blob(plane, x + k % 3 - 1, y + k / 3 - 1);
                if k < 4 { other >= strength } else { other > strength }
            });
            if strength > threshold && !beaten {
                found.push(Peak { x: x as u32, y: y as u32, strength });
            }
        }
    }
    found
}

pub(super) fn project(parts: &[Parts], weights: &[Weights]) -> Code {
    let mut words = [0u64; 4];
    for k in 0..GENERATORS {
        let [ee, eo, oe, oo] = [0, 1, 2, 3].map(|part| {
            parts
                .iter()
                .zip(weights)
                .fold(0.0f32, |sum, (parts, weights)| sum + parts.0[part] * weights[part][k])
        });
        let sums = [
            (ee + oe) + (eo + oo),
            (ee + oe) - (eo + oo),
            (ee - oe) + (oo - eo),
            (ee - oe) - (oo - eo),
        ];
        for (word, sum) in words.iter_mut().zip(sums) {
            *word |= u64::from(sum > 0.0) << k;
        }
    }
    Code::from_words(words)
}
