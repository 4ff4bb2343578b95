//! What a run remembers, and its faces.

mod exchanges;
mod wire;

pub use exchanges::{Exchanges, Shape};
