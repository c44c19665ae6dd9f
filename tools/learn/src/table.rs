//! The table as source, and back.

use crate::ORBITS;
use crate::choose::Chosen;
use anyhow::{Context, Result, ensure};
use athar_kernel::scale::GENERATORS;
use std::fmt::Write as _;

pub fn source(chosen: &Chosen, pairs: usize, pictures: usize) -> String {
    let mut text = format!(
        "//! The learned weights of the code. Generated: `cargo xtask learn-landmarks` writes it anew.\n\
         //!\n\
         //! From {pairs} landmarks found both in one of {pictures} photographs and in an edit of it:\n\
         //! {}.\n\n\
         use super::ORBITS;\n\
         use athar_kernel::scale::GENERATORS;\n\n\
         /// By place of the patch's quarter; by part; by sum.\n\
         #[rustfmt::skip]\n\
         pub(super) const WEIGHTS: [[[i8; GENERATORS]; 4]; ORBITS] = [\n",
        chosen.summary()
    );
    let orbits = chosen.weights.first().map_or(0, |weights| weights.len());
    for orbit in 0..orbits {
        text.push_str("    [\n");
        for part in 0..4 {
            text.push_str("        [");
            for k in 0..GENERATORS {
                let weight = chosen.weights.get(k).map_or(0, |weights| weights[orbit][part]);
                // Writing to a String cannot fail.
                let _ = write!(text, "{}{weight}", if k == 0 { "" } else { "," });
            }
            text.push_str("],\n");
        }
        text.push_str("    ],\n");
    }
    text.push_str("];\n");
    text
}

/// The weights in the source of a table: by sum; by orbit; by part.
pub fn weights(source: &str) -> Result<Vec<[[i8; 4]; ORBITS]>> {
    let rows: Vec<Vec<i8>> = source.lines().filter_map(numbers).collect();
    let is_whole = rows.len() == 4 * ORBITS && rows.iter().all(|row| row.len() == GENERATORS);
    ensure!(is_whole, "this is no table of {ORBITS} times 4 rows of {GENERATORS} weights");
    let mut weights = vec![[[0; 4]; ORBITS]; GENERATORS];
    for (place, row) in rows.iter().enumerate() {
        for (weights, weight) in weights.iter_mut().zip(row) {
            weights[place / 4][place % 4] = *weight;
        }
    }
    Ok(weights)
}

/// The source with the sums in another order: their present numbers, in the order that they
/// should have.
pub fn in_order(source: &str, order: &[usize]) -> Result<String> {
    let mut text = String::with_capacity(source.len());
    for line in source.lines() {
        match numbers(line) {
            Some(row) => {
                let moved = order.iter().map(|&k| row.get(k).map(i8::to_string));
                let moved: Option<Vec<String>> = moved.collect();
                let moved = moved.context("a row has too few weights")?;
                text += &format!("        [{}],", moved.join(","));
            }
            None => text += line,
        }
        text.push('\n');
    }
    Ok(text)
}

/// The weights of a line that has any.
fn numbers(line: &str) -> Option<Vec<i8>> {
    let row = line.trim().strip_prefix('[')?.strip_suffix("],")?;
    row.split(',').map(|weight| weight.trim().parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_comes_back_and_another_order_moves_every_weight_of_a_sum() {
        let chosen: Vec<[[i8; 4]; ORBITS]> = (0..GENERATORS as i8)
            .map(|k| std::array::from_fn(|orbit| [k, -k, 1, (orbit % 100) as i8]))
            .collect();
        let source = source(&Chosen::of_weights(chosen.clone()), 7, 3);
        assert_eq!(weights(&source).unwrap(), chosen);
        let back: Vec<usize> = (0..GENERATORS).rev().collect();
        let moved = in_order(&source, &back).unwrap();
        assert_eq!(moved.lines().count(), source.lines().count());
        let mut reversed = chosen;
        reversed.reverse();
        assert_eq!(weights(&moved).unwrap(), reversed);
        assert_eq!(in_order(&moved, &back).unwrap(), source);
        assert!(weights("        [1,2],\n").is_err());
    }
}
