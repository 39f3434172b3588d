//! Room `execute`.
