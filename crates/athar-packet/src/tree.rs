//! A tree of digests over all events, and the proof that some of them are its leaves.
//!
//! The tree is that of RFC 6962, section 2.1: a leaf is the SHA-256 of a zero byte and the event's
//! digest, a node that of a one byte and its two sides, and the left side holds the largest power
//! of two that is less than the whole. So the root stands for every event in its place, whoever
//! changes, drops or adds one has another root, and the proof for a run of neighbours is hardly
//! longer than that for one.
//!
//! A root alone does not say how many leaves there are: a proof must be for the last one too,
//! as it always is where a packet shows the event that made it.
//!
//! The proof is for several leaves at once: the roots of the largest subtrees without any of
//! them, from left to right. Whoever walks the tree needs them in just this order.

use crate::Digest;
use sha2::{Digest as _, Sha256};

/// How large a tree may be that is believed: deeper than any ledger, and shallow to walk.
const LEAVES_MOST: u64 = 1 << 40;

/// The root over `count` digests, which `next` gives from the first on, and the proof for those at
/// `positions`, ascending and from 0. Needs no more memory than the tree is deep.
pub fn prove<E>(
    count: u64,
    positions: &[u64],
    next: &mut impl FnMut() -> Result<[u8; 32], E>,
) -> Result<(Digest, Vec<Digest>), E> {
    let mut proof = Vec::new();
    let root = walk(0, count, positions, next, &mut proof)?;
    if positions.is_empty() {
        proof.push(Digest(root));
    }
    Ok((Digest(root), proof))
}

fn walk<E>(
    from: u64,
    to: u64,
    positions: &[u64],
    next: &mut impl FnMut() -> Result<[u8; 32], E>,
    proof: &mut Vec<Digest>,
) -> Result<[u8; 32], E> {
    match to.saturating_sub(from) {
        0 => return Ok(Sha256::digest([]).into()),
        1 => return Ok(leaf(&next()?)),
        _ => {}
    }
    let middle = split(from, to);
    let (ours_left, ours_right) = positions.split_at(positions.partition_point(|&p| p < middle));
    let left = walk(from, middle, ours_left, next, proof)?;
    if ours_left.is_empty() && !ours_right.is_empty() {
        proof.push(Digest(left));
    }
    let right = walk(middle, to, ours_right, next, proof)?;
    if ours_right.is_empty() && !ours_left.is_empty() {
        proof.push(Digest(right));
    }
    Ok(node(&left, &right))
}

/// The root that some leaves and a proof give: position, from 0 and ascending, and digest. `None`
/// when they cannot be of a tree with `count` leaves.
pub fn root_of(count: u64, leaves: &[(u64, Digest)], proof: &[Digest]) -> Option<Digest> {
    let ascend = leaves.windows(2).all(|pair| pair[0].0 < pair[1].0);
    let within = leaves.last().is_none_or(|last| last.0 < count);
    if count == 0 || count > LEAVES_MOST || !ascend || !within {
        return None;
    }
    let mut rest = proof;
    let root = rebuild(0, count, leaves, &mut rest)?;
    rest.is_empty().then_some(Digest(root))
}

fn rebuild(
    from: u64,
    to: u64,
    leaves: &[(u64, Digest)],
    proof: &mut &[Digest],
) -> Option<[u8; 32]> {
    if leaves.is_empty() {
        let (first, rest) = proof.split_first()?;
        *proof = rest;
        return Some(first.0);
    }
    if to - from == 1 {
        return Some(leaf(&leaves[0].1.0));
    }
    let middle = split(from, to);
    let (left, right) = leaves.split_at(leaves.partition_point(|leaf| leaf.0 < middle));
    let left = rebuild(from, middle, left, proof)?;
    Some(node(&left, &rebuild(middle, to, right, proof)?))
}

/// Where a range of two or more leaves is cut.
fn split(from: u64, to: u64) -> u64 {
    let most = (to - from - 1).ilog2();
    from + (1 << most)
}

fn leaf(digest: &[u8; 32]) -> [u8; 32] {
    Sha256::new().chain_update([0]).chain_update(digest).finalize().into()
}

fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    fn digest(number: u64) -> [u8; 32] {
        Sha256::digest(number.to_be_bytes()).into()
    }

    fn proved(count: u64, positions: &[u64]) -> (Digest, Vec<Digest>) {
        let mut numbers = 0..count;
        let next = &mut || Ok::<_, Infallible>(digest(numbers.next().unwrap()));
        let Ok(proved) = prove(count, positions, next);
        assert_eq!(numbers.next(), None, "every digest is read once");
        proved
    }

    fn leaves(positions: &[u64]) -> Vec<(u64, Digest)> {
        positions.iter().map(|&position| (position, Digest(digest(position)))).collect()
    }

    /// RFC 6962, 2.1, as it is written there.
    fn naive(digests: &[[u8; 32]]) -> [u8; 32] {
        match digests {
            [] => Sha256::digest([]).into(),
            [one] => leaf(one),
            _ => {
                let half = digests.len().next_power_of_two() / 2;
                node(&naive(&digests[..half]), &naive(&digests[half..]))
            }
        }
    }

    #[test]
    fn every_choice_of_leaves_of_a_small_tree_is_proved() {
        for count in 1..10_u64 {
            let all: Vec<_> = (0..count).map(digest).collect();
            for choice in 0..1_u64 << count {
                let positions: Vec<_> = (0..count).filter(|p| choice >> p & 1 == 1).collect();
                let (root, proof) = proved(count, &positions);
                assert_eq!(root.0, naive(&all), "{count} {choice:b}");
                assert_eq!(root_of(count, &leaves(&positions), &proof), Some(root));
            }
        }
    }

    #[test]
    fn neighbours_in_a_large_tree_need_few_digests() {
        let positions: Vec<_> = (70_000..70_500).collect();
        let (root, proof) = proved(100_001, &positions);
        assert!(proof.len() <= 2 * 17, "{}", proof.len());
        assert_eq!(root_of(100_001, &leaves(&positions), &proof), Some(root));
    }

    #[test]
    fn what_is_not_in_its_place_gives_another_root_or_none() {
        let positions = [3, 4, 11, 19];
        let (root, proof) = proved(20, &positions);
        let other = |leaves: &[(u64, Digest)], count| root_of(count, leaves, &proof) != Some(root);
        let right = leaves(&positions);
        assert!(!other(&right, 20));
        let mut moved = right.clone();
        moved[2].0 = 12;
        let mut changed = right.clone();
        changed[1].1.0[5] ^= 1;
        let mut swapped = right.clone();
        (swapped[0].1, swapped[1].1) = (swapped[1].1, swapped[0].1);
        for wrong in [&moved[..], &changed, &swapped, &right[..2], &[]] {
            assert!(other(wrong, 20));
        }
        assert!(other(&right, 21) && other(&right, 0) && other(&right, u64::MAX));
        let mut longer = proof.clone();
        longer.push(root);
        assert_eq!(root_of(20, &right, &longer), None);
    }
}
