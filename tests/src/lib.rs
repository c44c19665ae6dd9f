//! What the tests and measurements of the whole share: the command, pictures made by formula,
//! edits, and the corpus.

pub mod command;
pub mod corpus;
pub mod docket;
pub mod edits;
pub mod parcels;
pub mod pictures;
pub mod pieces;
pub mod stores;
pub mod traces;
