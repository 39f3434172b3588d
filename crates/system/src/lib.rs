//! Room `system`.
