//! The evaluation: what the matcher finds, how often it is wrong, and what it costs.
//!
//! ```text
//! corpus ─► a store with every picture of it
//!    └─► edits ─► edited files, each with its truth ─┬─► the engine's check ─┐
//!                                                    └─► the peers ──────────┴─► score ─► report
//! ```
//!
//! Everything is asked through the engine's public interface and read from its JSON: a new way of
//! finding (`via`), a new relation or a region shows up in the tables as soon as the answers carry
//! it. What is left to chance in an edit follows from a seed and the two names, so the same seed
//! gives the same files and the same rows.
//!
//! Clips and recordings, whose truth lies in time, are in [`timed`].

pub mod answer;
pub mod corpus;
pub mod draw;
pub mod edits;
pub mod filters;
pub mod geometry;
pub mod peers;
pub mod picture;
pub mod random;
pub mod report;
pub mod run;
pub mod scene;
pub mod score;
pub mod show;
pub mod timed;
pub mod unrelated;

#[cfg(test)]
mod testing;
