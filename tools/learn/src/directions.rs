//! Directions in which strangers differ much and edits change little: Fisher's linear
//! discriminant, with a landmark as a class.
//!
//! A patch and its mirror images are equally likely, so the four parts of a patch do not vary
//! together, and each is treated alone.

use crate::ORBITS;
use crate::pairs::Pair;
use crate::spectrum::{Matrix, dot};

/// One weighted sum over one part of a patch.
pub struct Direction {
    pub part: usize,
    /// By orbit, so that the sums of strangers have the deviation 1.
    pub weights: Vec<f64>,
    /// How much more strangers vary than edits.
    pub ratio: f64,
}

/// A part of the variance within classes is added to every number's: rare noise that the edits
/// did not have.
const RIDGE: f64 = 0.01;

/// Best first.
pub fn learn(pairs: &[Pair]) -> Vec<Direction> {
    let mut all: Vec<_> = (0..4).flat_map(|part| of_part(pairs, part)).collect();
    all.sort_by(|a, b| b.ratio.total_cmp(&a.ratio));
    all
}

fn of_part(pairs: &[Pair], part: usize) -> Vec<Direction> {
    let numbers = |all: &[f32]| -> Vec<f64> {
        all.iter().skip(part).step_by(4).map(|v| f64::from(*v)).collect()
    };
    let share = 0.5 / pairs.len() as f64;
    let (mut total, mut within) = (Matrix::zero(ORBITS), Matrix::zero(ORBITS));
    let mut mean = vec![0.0; ORBITS];
    for pair in pairs {
        let (before, after) = (numbers(&pair.before), numbers(&pair.after));
        total.add_square(&before, share);
        total.add_square(&after, share);
        let change: Vec<f64> = before.iter().zip(&after).map(|(a, b)| a - b).collect();
        within.add_square(&change, share);
        for (mean, (a, b)) in mean.iter_mut().zip(before.iter().zip(&after)) {
            *mean += share * (a + b);
        }
    }
    let ridge = RIDGE * (0..ORBITS).map(|k| within.at(k, k)).sum::<f64>() / ORBITS as f64;
    (0..ORBITS).for_each(|k| *within.at_mut(k, k) += ridge);
    // Even in both axes there is the brightness, which no sum may see. Odd in x there is the
    // gradient along which every patch was laid: a sum that saw it would have one sign always.
    let blind = match part {
        0 => Some(vec![1.0; ORBITS]),
        2 => Some(mean),
        _ => None,
    };
    discriminants(&total, &within, blind, part)
}

fn discriminants(
    total: &Matrix,
    within: &Matrix,
    blind: Option<Vec<f64>>,
    part: usize,
) -> Vec<Direction> {
    // Places on an axis have parts that are always zero: the ridge alone is their variance.
    let empty = |k: usize| total.at(k, k) < 1e-12;
    let axes = within.clone().spectrum();
    let whiten: Vec<Vec<f64>> =
        axes.iter().map(|(v, axis)| axis.iter().map(|a| a / v.sqrt()).collect()).collect();
    let mut varied = total.between(&whiten);
    if let Some(blind) = blind {
        let seen: Vec<f64> = whiten.iter().map(|row| dot(row, &blind)).collect();
        remove(&mut varied, &seen);
    }
    let direction = |(ratio, vector): (f64, Vec<f64>)| {
        let weight = |k: usize| {
            let sum: f64 = vector.iter().zip(&whiten).map(|(v, row)| v * row[k]).sum();
            if empty(k) { 0.0 } else { sum / ratio.sqrt() }
        };
        Direction { part, weights: (0..ORBITS).map(weight).collect(), ratio }
    };
    varied.spectrum().into_iter().filter(|(ratio, _)| *ratio > 1.0).map(direction).collect()
}

/// Takes a direction out of a symmetric matrix.
fn remove(matrix: &mut Matrix, direction: &[f64]) {
    let length = dot(direction, direction).sqrt();
    let unit: Vec<f64> = direction.iter().map(|v| v / length).collect();
    let keep: Vec<Vec<f64>> = (0..matrix.side)
        .map(|row| {
            (0..matrix.side)
                .map(|column| f64::from(u8::from(row == column)) - unit[row] * unit[column])
                .collect()
        })
        .collect();
    *matrix = matrix.between(&keep);
}
