//! Prints the digest of every built-in pack, one `name digest` a line. `cargo xtask packs` compares two builds by it.
#![expect(clippy::print_stdout, reason = "what it prints is its result")]

fn main() {
    for pack in telos_registry_packs::PACKS {
        println!("{} {}", pack.name, pack.digest);
    }
}
