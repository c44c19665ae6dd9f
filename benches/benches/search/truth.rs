//! All hits of every question, by comparing it with every code.

use crate::data::Set;
use crate::files::{self, Blocks};
use anyhow::Result;
use athar_kernel::{Code, Level, Radius, hamming};
use serde::{Deserialize, Serialize};

/// The radii that are asked with, in bits.
pub const RADII_BITS: [u16; 3] = [24, 31, 40];

/// What a contender was asked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// The file `queries`.
    Queries,
    /// The file `orientations`, eight codes a call.
    Orientations,
}

/// The hits of one code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hits {
    pub count: u64,
    /// Equal for equal sets of positions and distances, whatever their order.
    pub sum: u64,
}

impl Hits {
    pub fn add(&mut self, position: u64, distance_bits: u16) {
        self.count += 1;
        let mixed = (position << 9 | u64::from(distance_bits)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.sum = self.sum.wrapping_add(mixed ^ mixed >> 29);
    }
}

/// For each radius, the hits of each question.
pub struct Truth {
    queries: [Vec<Hits>; RADII_BITS.len()],
    orientations: [Vec<Hits>; RADII_BITS.len()],
}

impl Truth {
    pub fn of(set: &Set) -> Result<Self> {
        let (queries, orientations) =
            (files::read(&set.path("queries"))?, files::read(&set.path("orientations"))?);
        let none = |codes: &[Code]| RADII_BITS.map(|_| vec![Hits::default(); codes.len()]);
        let mut truth = Self { queries: none(&queries), orientations: none(&orientations) };
        let mut first = 0;
        for block in Blocks::open(&set.path("codes"))? {
            let block = block?;
            count(&queries, &block, first, &mut truth.queries);
            count(&orientations, &block, first, &mut truth.orientations);
            first += block.len() as u64;
        }
        Ok(truth)
    }

    /// `None` for a radius that nobody asks with.
    pub fn hits(&self, asked: Asked, radius_bits: u16) -> Option<&[Hits]> {
        let radius = RADII_BITS.iter().position(|bits| *bits == radius_bits)?;
        Some(match asked {
            Asked::Queries => &self.queries[radius],
            Asked::Orientations => &self.orientations[radius],
        })
    }
}

fn count(asked: &[Code], block: &[Code], first: u64, hits: &mut [Vec<Hits>; RADII_BITS.len()]) {
    let widest = RADII_BITS.iter().max().and_then(|bits| Radius::new(*bits));
    let mut found = Vec::new();
    hamming::within(Level::best(), asked, block, widest.unwrap_or(Radius::ZERO), &mut found);
    for near in found {
        let bits = near.distance.bits();
        for (radius_bits, hits) in RADII_BITS.iter().zip(&mut *hits) {
            if bits <= *radius_bits {
                hits[near.query].add(first + near.position as u64, bits);
            }
        }
    }
}
