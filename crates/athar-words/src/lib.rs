//! Messages for people, in their own language: texts by [Fluent](https://projectfluent.org), with
//! plurals as each language has them, and numbers, names and times set so that they stay readable
//! in a text that runs from right to left.
//!
//! Whoever speaks brings the texts along, one resource for each language, and says which language;
//! nothing here looks at the environment.

mod argument;
mod language;
mod shape;
mod words;

pub use argument::{Argument, figure, grouped, isolated, key, text};
pub use language::Language;
pub use shape::{Shape, shapes};
pub use words::Words;
