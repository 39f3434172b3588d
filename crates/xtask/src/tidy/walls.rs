//! Who may depend on whom. The table is the law; ARCHITECTURE.md explains it.

use super::Finding;
use crate::shell::Failure;
use std::collections::BTreeMap;
use std::path::Path;

/// A room and the rooms it may use. `describe` is the packs' own description, in `primitives/`: the registry checks packs
/// against it and the build embeds it, so that no descriptor is written twice. Development-only dependencies are free: a test may look anywhere below it.
const WALLS: &[(&str, &[&str])] = &[
    // The types everyone shares.
    ("abi", &[]),
    // Pure.
    ("graph", &["abi"]),
    ("graph-attack", &["abi", "graph"]),
    ("policy", &["abi", "graph"]),
    // Base; they do not use each other.
    ("trust", &["abi"]),
    ("host", &["abi", "graph", "policy"]),
    ("engine", &["abi"]),
    ("registry", &["abi", "graph", "describe"]),
    ("registry-packs", &["abi", "describe"]),
    // Services; they do not use each other.
    ("execute", &["abi", "graph", "policy", "host", "engine", "registry"]),
    ("guard", &["abi", "graph", "policy", "host"]),
    ("model", &["abi", "graph", "registry"]),
    ("surface", &["abi"]),
    // Connects the rooms.
    (
        "system",
        &[
            "abi",
            "graph",
            "policy",
            "trust",
            "host",
            "engine",
            "registry",
            "registry-packs",
            "execute",
            "guard",
            "model",
            "surface",
        ],
    ),
    // Front doors and automation.
    ("cli", &["abi", "system", "surface"]),
    (
        "bench",
        &[
            "abi",
            "graph",
            "graph-attack",
            "policy",
            "trust",
            "host",
            "engine",
            "registry",
            "registry-packs",
            "execute",
            "guard",
            "model",
            "system",
        ],
    ),
    ("xtask", &[]),
];

/// Outside crates that only the named rooms may use: each does I/O or runs code that a pure room must not.
const FENCED: &[(&str, &[&str])] = &[
    ("rustix", &["trust", "host", "engine", "guard", "cli", "system", "execute", "bench"]),
    ("libc", &["guard", "cli", "bench"]),
    ("wasmtime", &["engine"]),
    ("rusqlite", &["host"]),
    ("ureq", &["model", "host"]),
    ("rustls", &["model", "host"]),
    ("clap", &["cli", "bench"]),
    ("indicatif", &["cli"]),
];

/// Checks every crate's manifest against the tables.
pub(super) fn check(root: &Path) -> Result<Vec<Finding>, Failure> {
    let crates = root.join("crates");
    let entries = std::fs::read_dir(&crates).map_err(|error| Failure::new(format!("{}: {error}", crates.display())))?;
    let mut findings = Vec::new();
    for entry in entries.flatten() {
        let folder = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path().join("Cargo.toml");
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        findings.extend(check_manifest(&folder, &text)?);
    }
    findings.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(findings)
}

fn check_manifest(folder: &str, text: &str) -> Result<Vec<Finding>, Failure> {
    let manifest: toml::Table =
        toml::from_str(text).map_err(|error| Failure::new(format!("crates/{folder}/Cargo.toml: {error}")))?;
    let mut findings = Vec::new();
    let mut find = |message: String| {
        findings.push(Finding { file: format!("crates/{folder}/Cargo.toml").into(), line: 0, message });
    };
    let walls: BTreeMap<&str, &[&str]> = WALLS.iter().copied().collect();
    let Some(allowed) = walls.get(folder) else {
        find(format!("room `{folder}` is not in the table of walls: add it with the rooms it may use, and say why"));
        return Ok(findings);
    };
    let inherits = manifest.get("lints").and_then(|lints| lints.get("workspace")).and_then(toml::Value::as_bool);
    if inherits != Some(true) {
        find("missing `[lints] workspace = true`: one lint table serves every room".into());
    }
    let dependencies = ["dependencies", "build-dependencies"]
        .iter()
        .filter_map(|section| manifest.get(*section).and_then(toml::Value::as_table))
        .flat_map(toml::Table::keys);
    for name in dependencies {
        if let Some(room) = name.strip_prefix("telos-")
            && !allowed.contains(&room)
        {
            find(format!("`{folder}` must not use `{room}`: move what both need below them, or make it a port"));
        }
        if let Some((_, rooms)) = FENCED.iter().find(|(fenced, _)| fenced == name)
            && !rooms.contains(&folder)
        {
            find(format!("`{folder}` must not use `{name}`: only {} may", rooms.join(", ")));
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::check_manifest;

    fn messages(folder: &str, dependencies: &str) -> Vec<String> {
        let text = format!("[package]\nname = \"x\"\n[lints]\nworkspace = true\n[dependencies]\n{dependencies}");
        check_manifest(folder, &text).expect("the manifest parses").into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn an_arrow_that_points_down_is_fine() {
        assert_eq!(
            messages("policy", "telos-graph.workspace = true\ntelos-abi.workspace = true\n"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn an_arrow_that_points_up_is_found() {
        assert_eq!(messages("graph", "telos-policy.workspace = true\n").len(), 1);
    }

    #[test]
    fn services_do_not_use_each_other() {
        assert_eq!(messages("guard", "telos-execute.workspace = true\n").len(), 1);
    }

    #[test]
    fn a_pure_room_cannot_do_input_or_output() {
        assert_eq!(messages("policy", "rustix.workspace = true\n").len(), 1);
    }

    #[test]
    fn an_unknown_room_is_found() {
        assert_eq!(messages("attic", "").len(), 1);
    }

    #[test]
    fn a_room_without_the_lint_table_is_found() {
        let findings = check_manifest("abi", "[package]\nname = \"x\"\n").expect("the manifest parses");
        assert_eq!(findings.len(), 1);
    }
}
