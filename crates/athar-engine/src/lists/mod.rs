//! Lists of others: brought in, activated, given up, and what an input has in common with them.
//!
//! A list's codes are in an index of their own, `index/listed`: however many of them are near a
//! frame, none takes the place of an item's code in an answer that holds only the nearest. A code of
//! a list comes without a picture, so there is no second hash to ask. It never acts alone: what only
//! it speaks for is a candidate. A digest says that it is the very file.

mod about;
mod delta;
mod export;
mod import;
mod known;
mod listed;
mod manage;
mod writing;

pub use export::{ExportOptions, ExportSummary};
pub use import::{ImportOptions, ImportSummary, ListProblem};
pub use known::ListedItem;
pub use listed::ListMatch;
pub(crate) use listed::{Frame, ListedLookup, frames_of, frames_of_item};
pub use manage::{ListImportPage, ListPage, ListRemoval, ListSummary};
