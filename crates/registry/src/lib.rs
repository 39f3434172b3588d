//! Room `registry`.

pub mod native;
