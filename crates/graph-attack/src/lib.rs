#![forbid(unsafe_code)]
pub mod arbitrary; pub mod catalogue; mod case; pub mod checker; pub mod differential; pub mod dice; pub mod families; pub mod harm; pub mod parents; mod wire; pub mod world; pub mod report; pub mod search;
pub use case::Case; pub use wire::Tamper;
