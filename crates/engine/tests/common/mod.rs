//! The test pack, shared with the tests and benches of `execute`.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part")]

use telos_abi::{Bounds, Digest, Growth};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// What the primitives of `guest.wat` do, by index.
pub mod kind {
    pub const ECHO: u32 = 0;
    pub const COUNT: u32 = 1;
    pub const SPIN: u32 = 2;
    pub const BOMB: u32 = 3;
    pub const TRAP: u32 = 4;
    pub const FAIL: u32 = 5;
    pub const FLOOD: u32 = 6;
    pub const IDENTITY: u32 = 7;
    pub const RECURSE: u32 = 8;
    pub const OUTSIDE: u32 = 9;
    pub const INCREMENT: u32 = 10;
    pub const SEEN: u32 = 11;
    pub const FAR_PORT: u32 = 12;
    pub const HOARD: u32 = 13;
    pub const SPIN_AT_END: u32 = 14;
    pub const SLOW: u32 = 15;
    pub const PART: u32 = 16;
    pub const BEYOND: u32 = 17;
    pub const PART_AT_END: u32 = 18;
    pub const LOOK: u32 = 19;
}

const WIT: &str = include_str!("../../wit/pack.wit");

/// A component of the world `pack` around this core module.
pub fn component(core: &str) -> Vec<u8> {
    let mut module = wat::parse_str(core).expect("the test's WAT is well formed");
    let mut resolve = Resolve::default();
    let package = resolve.push_str("pack.wit", WIT).expect("the WIT is valid");
    let world = resolve.select_world(&[package], Some("pack")).expect("the world is there");
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false).expect("metadata fits");
    ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .and_then(|encoder| encoder.encode())
        .expect("the core module has the world's exports")
}

/// The test pack.
pub fn guest() -> Vec<u8> {
    component(include_str!("guest.wat"))
}

/// The digest under which a component is loaded.
pub fn digest(component: &[u8]) -> Digest {
    Digest(*blake3::hash(component).as_bytes())
}

/// Bounds that no well-behaved test meets.
pub fn bounds() -> Bounds {
    let fixed = |fixed| Growth { fixed, per_input_byte: 1_000 };
    Bounds { fuel: fixed(100_000_000), memory_bytes: fixed(16 << 20), output_bytes: fixed(1 << 20), wall_ms: 60_000 }
}
