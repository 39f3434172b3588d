//! Connects the rooms.
#![forbid(unsafe_code)]
mod codec;
mod places;

pub use codec::{CodecError, decode, encode};
pub use places::{NoHome, Places};
