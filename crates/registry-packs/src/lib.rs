//! Room `registry-packs`.
