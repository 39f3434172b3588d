//! `cargo xtask fuzz`: which targets there are, what they need, and running them for a bounded time.

use crate::shell::{self, Failure};
use std::path::Path;
use std::process::Command;

const USAGE: &str = "usage: cargo xtask fuzz (TARGET | --all) [--seconds N] | --list | --seeds";
/// Seconds a target runs when none are given.
const SECONDS: &str = "30";
/// One input that takes longer than this many seconds is a finding. Sanitised code is slow, and the machine may be busy.
const INPUT_SECONDS_MAX: u32 = 60;
const MEMORY_MIB_MAX: u32 = 2_048;

/// A target, as `fuzz/Cargo.toml` declares it.
#[derive(Debug, PartialEq, Eq)]
struct Target {
    name: String,
    /// Cargo features it is built with.
    features: Vec<String>,
}

/// Lists or runs targets, or writes seeds again.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let root = shell::root()?;
    let fuzz = root.join("fuzz");
    let manifest = std::fs::read_to_string(fuzz.join("Cargo.toml"))
        .map_err(|error| Failure::new(format!("fuzz/Cargo.toml: {error}")))?;
    let targets = targets(&manifest)?;
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (which, seconds) = match words.as_slice() {
        ["--list"] => return list(&fuzz, &targets),
        ["--seeds"] => return seeds(&root),
        [which] => (*which, SECONDS),
        [which, "--seconds", seconds] if seconds.parse::<u32>().is_ok_and(|seconds| seconds > 0) => (*which, *seconds),
        _ => return Err(Failure::new(USAGE)),
    };
    let chosen: Vec<&Target> = targets.iter().filter(|target| which == "--all" || target.name == which).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
        return Err(Failure::new(format!("no fuzz target `{which}`; there are {}", names.join(", "))));
    }
    needs(chosen.iter().any(|target| !target.features.is_empty()))?;
    chosen.into_iter().try_for_each(|target| start(&root, target, seconds))
}

/// The targets of a manifest, in its order.
fn targets(manifest: &str) -> Result<Vec<Target>, Failure> {
    let unreadable = |why: &str| Failure::new(format!("fuzz/Cargo.toml: {why}"));
    let manifest: toml::Table = toml::from_str(manifest).map_err(|error| unreadable(&error.to_string()))?;
    let bins = manifest.get("bin").and_then(toml::Value::as_array).ok_or_else(|| unreadable("no target"))?;
    let target = |bin: &toml::Value| {
        let name = bin.get("name")?.as_str()?.to_owned();
        let features = bin.get("required-features").and_then(toml::Value::as_array);
        let features = features.into_iter().flatten().filter_map(toml::Value::as_str).map(str::to_owned).collect();
        Some(Target { name, features })
    };
    bins.iter().map(|bin| target(bin).ok_or_else(|| unreadable("a target has no name"))).collect()
}

/// Prints each target with the first line that its source says of itself.
fn list(fuzz: &Path, targets: &[Target]) -> Result<(), Failure> {
    for target in targets {
        let path = fuzz.join("targets").join(format!("{}.rs", target.name));
        let source =
            std::fs::read_to_string(&path).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        let says = source.lines().next().and_then(|line| line.strip_prefix("//! ")).unwrap_or_default();
        println!("{:<14} {says}", target.name);
    }
    Ok(())
}

/// What a stable toolchain alone does not have. A target of the whole program embeds the packs, so its compiler needs
/// the wasm target too.
fn needs(packs: bool) -> Result<(), Failure> {
    let nightly = |arguments: &[&str]| {
        shell::output(Command::new("cargo").arg("+nightly").args(arguments).env_remove("RUSTUP_TOOLCHAIN"))
    };
    if nightly(&["--version"]).is_none() {
        return Err(Failure::new("fuzzing needs a nightly compiler: `rustup toolchain install nightly`"));
    }
    if nightly(&["fuzz", "--version"]).is_none() {
        return Err(Failure::new("fuzzing needs cargo-fuzz: `cargo install cargo-fuzz`"));
    }
    let mut rustc = Command::new("rustc");
    let sysroot = shell::output(rustc.args(["+nightly", "--print", "sysroot"]).env_remove("RUSTUP_TOOLCHAIN"));
    let has_wasm =
        |sysroot: String| Path::new(sysroot.trim()).join("lib/rustlib").join(crate::suite::WASM_TARGET).is_dir();
    if packs && !sysroot.is_some_and(has_wasm) {
        let target = crate::suite::WASM_TARGET;
        return Err(Failure::new(format!(
            "this target embeds the packs, for which nightly lacks the wasm target: `rustup target add --toolchain nightly {target}`"
        )));
    }
    Ok(())
}

/// Runs one target from what it found before and from the committed seeds.
fn start(root: &Path, target: &Target, seconds: &str) -> Result<(), Failure> {
    let fuzz = root.join("fuzz");
    let (corpus, seeds) = (fuzz.join("corpus").join(&target.name), fuzz.join("seeds").join(&target.name));
    std::fs::create_dir_all(&corpus).map_err(|error| Failure::new(format!("{}: {error}", corpus.display())))?;
    let mut command = Command::new("cargo");
    command.args(["+nightly", "fuzz", "run", "--fuzz-dir"]).arg(&fuzz);
    if !target.features.is_empty() {
        command.arg("--features").arg(target.features.join(","));
    }
    command.arg(&target.name).arg(&corpus).arg(&seeds).arg("--");
    command.arg(format!("-max_total_time={seconds}"));
    command.arg(format!("-timeout={INPUT_SECONDS_MAX}"));
    command.arg(format!("-rss_limit_mb={MEMORY_MIB_MAX}"));
    shell::run(command.env_remove("RUSTUP_TOOLCHAIN").current_dir(&fuzz))
}

/// Writes the seeds that are derived from today's wire forms.
fn seeds(root: &Path) -> Result<(), Failure> {
    let mut command = shell::cargo();
    command.args(["run", "--quiet", "--package", "telos-graph-attack", "--example", "seeds", "--"]);
    shell::run(command.arg(root.join("fuzz/seeds")).current_dir(root))
}

#[cfg(test)]
mod tests {
    use super::targets;

    #[test]
    fn every_declared_target_has_its_source_its_seeds_and_the_features_it_needs() {
        let fuzz = crate::shell::root().expect("built in the repository").join("fuzz");
        let manifest = std::fs::read_to_string(fuzz.join("Cargo.toml")).expect("fuzz has a manifest");
        let found = targets(&manifest).expect("the manifest declares targets");
        for required in ["plan", "manifest", "policy", "log", "command_line"] {
            assert!(found.iter().any(|target| target.name == required), "{required}");
        }
        for target in &found {
            let source = std::fs::read_to_string(fuzz.join(format!("targets/{}.rs", target.name)));
            assert!(source.is_ok_and(|source| source.starts_with("//! ")), "{} says what it is", target.name);
            let seeds = std::fs::read_dir(fuzz.join("seeds").join(&target.name));
            assert!(seeds.is_ok_and(|mut seeds| seeds.next().is_some()), "{} has a seed", target.name);
        }
        let whole = |name: &str| found.iter().find(|target| target.name == name).map(|target| target.features.clone());
        assert_eq!(whole("plan"), Some(vec![]));
        assert_eq!(whole("command_line"), Some(vec![String::from("whole")]));
    }

    #[test]
    fn a_manifest_without_targets_is_an_error() {
        assert!(targets("[package]\nname = \"x\"\n").is_err());
        assert!(targets("[[bin]]\npath = \"x\"\n").is_err());
    }
}
