//! Builds the packs of `primitives/` into wasm components and writes a table of them.
//!
//! 1. **The same sources give the same bytes**, whatever directory, machine or mirror they are built in: cargo mixes
//!    the paths of packages outside a workspace into symbol names, so the sources are staged as one workspace, and
//!    the paths that remain in panic messages are remapped.
//! 2. **Nothing of the outer build reaches the inner one**: its own target directory (sharing one deadlocks on
//!    cargo's lock) and none of the outer flags, wrappers or profile.
//! 3. **Quiet unless it fails**, and then it says what to do.

use std::collections::BTreeSet;
use std::error::Error;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use wit_component::ComponentEncoder;

const TARGET: &str = "wasm32-unknown-unknown";
/// Largest memory a pack can ask for, in bytes; the engine sets a lower limit for each call.
const MEMORY_BYTES_MAX: u64 = 1 << 30;
/// Stack of a pack, in bytes; it lies below the data, so running over its end traps. The memory of a small call is reset
/// page by page, so it is no larger than the native stack of a guest lets it be used.
const STACK_BYTES: u64 = 256 << 10;
/// Heap that is there from the start, in bytes: enough for a call on a kilobyte, because each growth costs the host two
/// system calls.
const HEAP_BYTES: u64 = 128 << 10;
/// The strongest there is: it is done once, and undoing it takes the same time for all.
const COMPRESSION: u8 = 10;
/// Names in `primitives/` that are not staged.
const NOT_SOURCES: [&str; 3] = ["target", "proptest-regressions", ".git"];
/// Environment of the outer cargo that would change what the inner one builds.
const OUTER_PREFIXES: [&str; 5] = ["CARGO_", "RUSTC", "RUSTFLAGS", "RUSTDOC", "CLIPPY_"];
/// What the inner cargo keeps of it: where downloads are kept and whether they are allowed.
const KEPT: [&str; 4] = ["CARGO_HOME", "CARGO_NET_OFFLINE", "CARGO_HTTP_PROXY", "CARGO_HTTP_CAINFO"];

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let repository = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("../..").canonicalize()?;
    let out = PathBuf::from(variable("OUT_DIR")?);
    for source in ["primitives", "crates/abi"] {
        println!("cargo::rerun-if-changed={}", repository.join(source).display());
    }
    let packs = telos_describe::packs::ALL.map(|(name, _)| name);
    let area = area(&out, &repository)?;
    fs::create_dir_all(&area)?;
    let staged = area.join("source");
    stage(&repository, &staged)?;
    build(&staged, &area.join("target"), &packs)?;
    let mut table = String::from("&[\n");
    for name in packs {
        let module = area.join("target").join(TARGET).join(format!("release/telos_pack_{name}.wasm"));
        let component = componentize(&fs::read(&module)?).map_err(|error| format!("pack `{name}`: {error}"))?;
        let path = out.join(format!("{name}.wasm.deflate"));
        write_if_changed(&path, &miniz_oxide::deflate::compress_to_vec(&component, COMPRESSION))?;
        let (digest, size) = (blake3::hash(&component), component.len());
        writeln!(
            table,
            "    BuiltIn {{ name: {name:?}, digest: Digest({:?}), deflated: include_bytes!({path:?}), size: {size} }},",
            digest.as_bytes()
        )?;
    }
    table.push(']');
    write_if_changed(&out.join("packs.rs"), table.as_bytes())
}

/// A directory beside the outer profiles' ones, shared by all of them. Checkouts that share a target directory get one
/// each.
fn area(out: &Path, repository: &Path) -> Result<PathBuf> {
    // OUT_DIR is <target>/<profile>/build/<package>/out.
    let target = out.ancestors().nth(4).ok_or("OUT_DIR is too short")?;
    let checkout = blake3::hash(repository.as_os_str().as_encoded_bytes()).to_hex();
    Ok(target.join(format!("primitives-{}", &checkout[..8])))
}

fn variable(name: &str) -> Result<OsString> {
    std::env::var_os(name).ok_or_else(|| format!("cargo did not set {name}").into())
}

/// Copies `primitives/` with `crates/abi` inside it, so that every package lies under one workspace root.
fn stage(repository: &Path, staged: &Path) -> Result<()> {
    let mut kept = BTreeSet::new();
    copy(&repository.join("primitives"), staged, &mut kept)?;
    copy(&repository.join("crates/abi"), &staged.join("abi"), &mut kept)?;
    let manifest = fs::read_to_string(repository.join("primitives/Cargo.toml"))?;
    let outside = "path = \"../crates/abi\"";
    if manifest.matches(outside).count() != 1 {
        return Err(format!("primitives/Cargo.toml must say `{outside}` exactly once").into());
    }
    write_if_changed(&staged.join("Cargo.toml"), manifest.replace(outside, "path = \"abi\"").as_bytes())?;
    prune(staged, &kept)
}

/// Copies a directory, leaving files alone whose content is the same, so that cargo rebuilds only what changed.
fn copy(from: &Path, to: &Path, kept: &mut BTreeSet<PathBuf>) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if NOT_SOURCES.iter().any(|skipped| name == *skipped) {
            continue;
        }
        let target = to.join(&name);
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target, kept)?;
        } else {
            // The root manifest is written by `stage`, with one line changed.
            if !target.ends_with("source/Cargo.toml") {
                write_if_changed(&target, &fs::read(entry.path())?)?;
            }
            kept.insert(target);
        }
    }
    Ok(())
}

/// Removes staged files whose source is gone.
fn prune(directory: &Path, kept: &BTreeSet<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            prune(&path, kept)?;
        } else if !kept.contains(&path) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// Runs the inner cargo.
fn build(staged: &Path, target: &Path, packs: &[&str]) -> Result<()> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    let home = home.ok_or("neither CARGO_HOME nor HOME is set")?;
    // Downloads come first: the names of the directories they are unpacked into are known only then.
    run(inner_cargo(staged)?.args(["fetch", "--locked", "--target", TARGET]))?;
    let mut command = inner_cargo(staged)?;
    command.args(["build", "--release", "--locked", "--lib", "--target", TARGET, "--target-dir"]).arg(target);
    for pack in packs {
        command.args(["--package", &format!("telos-pack-{pack}")]);
    }
    command.env("CARGO_ENCODED_RUSTFLAGS", flags(staged, &home)?.join("\u{1f}"));
    run(&mut command)
}

fn inner_cargo(staged: &Path) -> Result<Command> {
    let mut command = Command::new(variable("CARGO")?);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let outer = OUTER_PREFIXES.iter().any(|prefix| text.starts_with(prefix));
        if (outer && !KEPT.contains(&&*text)) || text == "CARGO" {
            command.env_remove(&name);
        }
    }
    command.env("RUSTC", variable("RUSTC")?).current_dir(staged);
    Ok(command)
}

/// What decides the bytes beside the profile in `primitives/Cargo.toml` and the compiler's version.
fn flags(staged: &Path, home: &Path) -> Result<Vec<String>> {
    let mut flags = vec![
        String::from("-Ctarget-feature=+simd128"),
        format!("-Clink-arg=--max-memory={MEMORY_BYTES_MAX}"),
        format!("-Clink-arg=--initial-heap={HEAP_BYTES}"),
        format!("-Clink-arg=-zstack-size={STACK_BYTES}"),
        remapped(staged, "/primitives"),
    ];
    // A mirror gives the registry's directory another name.
    let registries = home.join("registry/src");
    if let Ok(entries) = fs::read_dir(&registries) {
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        flags.extend(paths.iter().map(|path| remapped(path, "/registry")));
    }
    Ok(flags)
}

fn remapped(from: &Path, to: &str) -> String {
    format!("--remap-path-prefix={}={to}", from.display())
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.output().map_err(|error| format!("cargo did not start: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let story = String::from_utf8_lossy(&output.stderr);
    let way_out = if story.contains("target may not be installed") || story.contains("can't find crate for `core`") {
        format!("\nthe wasm target is missing: run `cargo xtask setup` or `rustup target add {TARGET}`")
    } else {
        String::new()
    };
    Err(format!("building the packs failed:\n{story}{way_out}").into())
}

/// Wraps a core module as a component of the world that its bindings recorded in it.
fn componentize(module: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = ComponentEncoder::default();
    // With its causes: the last of them names the import that a pack must not have.
    Ok(encoder
        .validate(true)
        .module(module)
        .and_then(ComponentEncoder::encode)
        .map_err(|error| format!("{error:#}"))?)
}
