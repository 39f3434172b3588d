//! Room `surface`.
