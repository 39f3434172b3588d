//! Writes small seeds for the fuzz targets `plan` and `manifest` below a directory: valid plans, attacked plans, and the
//! descriptors and manifest of a real pack. `cargo xtask fuzz --seeds` runs it.

use std::error::Error;
use std::path::{Path, PathBuf};
use telos_graph::codec;
use telos_graph_attack::dice::Dice;
use telos_graph_attack::families::FAMILIES;
use telos_graph_attack::parents::parent;
use telos_graph_attack::report::plant;

/// Parents that are grown, of which the smallest are kept: a fuzzer learns most from little.
const GROWN: u64 = 400;
const KEPT: usize = 12;

fn main() -> Result<(), Box<dyn Error>> {
    let root: PathBuf = std::env::args_os().nth(1).ok_or("usage: seeds DIRECTORY")?.into();
    let mut parents: Vec<_> = (0..GROWN).map(parent).collect();
    parents.sort_by_key(|case| case.graph.nodes.len());
    parents.truncate(KEPT);
    for (number, case) in parents.iter().enumerate() {
        write(&root, "plan", &format!("parent-{number}"), &codec::encode(&case.graph)?)?;
    }
    let mut dice = Dice::new(1);
    for (family, ground) in FAMILIES.iter().zip(parents.iter().cycle()) {
        // Some attacks make a graph that has no bytes.
        if let Ok(bytes) = codec::encode(&plant(ground, &[*family], &mut dice).0.graph) {
            write(&root, "plan", &format!("attack-{}", family.number), &bytes)?;
        }
    }
    for (pack, descriptors) in telos_describe::packs::ALL {
        let encoded: Vec<_> = descriptors().iter().map(codec::encode_descriptor).collect();
        for (number, bytes) in encoded.iter().enumerate() {
            write(&root, "manifest", &format!("{pack}-{number}"), bytes)?;
        }
        if pack == "digest" {
            write(&root, "manifest", &format!("{pack}-manifest"), &manifest(pack, &encoded))?;
        }
    }
    Ok(())
}

/// A pack's manifest in CBOR, without statements.
fn manifest(name: &str, descriptors: &[Vec<u8>]) -> Vec<u8> {
    let text = |text: &str| [&[0x60 | u8::try_from(text.len()).unwrap_or(0)], text.as_bytes()].concat();
    let list = 0x80 | u8::try_from(descriptors.len()).unwrap_or(0);
    let head = [&[0xa3][..], &text("name"), &text(name), &text("descriptors"), &[list]].concat();
    [head, descriptors.concat(), text("statements"), vec![0x80]].concat()
}

fn write(root: &Path, target: &str, name: &str, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    let folder = root.join(target);
    std::fs::create_dir_all(&folder)?;
    Ok(std::fs::write(folder.join(name), bytes)?)
}
