//! Numbers only: codes, planes, the processor's level, and the loops that are worth writing
//! once per processor.
//!
//! Nothing here does I/O, reads a clock, starts a thread or has a dependency. It is one of the
//! two places of Athar where unsafe code stands, and each operation that uses it keeps a naive
//! twin beside it that every processor level must equal.

mod code;
pub mod hamming;
mod level;
mod orientation;
pub mod pdq;
mod plane;
mod rows;
pub mod scale;
pub mod sieve;

pub use code::{Code, CodeParseError, Distance, Radius};
pub use level::Level;
pub use orientation::Orientation;
pub use plane::{Plane, PlaneError};
pub use rows::Rows;
