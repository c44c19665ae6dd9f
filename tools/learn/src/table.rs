//! The table as source.

use crate::choose::Chosen;
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
