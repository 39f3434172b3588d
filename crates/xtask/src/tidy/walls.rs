//! Who may depend on whom. The table is the law; ARCHITECTURE.md explains it.

use super::Finding;
use crate::shell::Failure;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A room and the rooms it may use, and does: an arrow that nobody needs is a hole in the wall. `describe` is the packs'
/// own description, in `primitives/`: the registry checks packs against it and the build embeds it, so that no
/// descriptor is written twice. Development-only dependencies are free: a test may look anywhere.
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
    ("sqlite", &[]),
    ("registry", &["abi", "graph", "describe"]),
    ("registry-packs", &["abi", "describe"]),
    // Services; they do not use each other.
    ("execute", &["abi", "graph", "policy", "host", "engine", "sqlite"]),
    ("guard", &["abi", "policy"]),
    ("model", &["abi", "graph"]),
    ("surface", &["abi"]),
    ("session", &["abi", "surface"]),
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
            "sqlite",
            "registry",
            "registry-packs",
            "execute",
            "guard",
            "model",
            "session",
            "surface",
        ],
    ),
    // Front doors and automation.
    ("cli", &["abi", "system", "surface"]),
    ("bench", &["abi", "graph", "graph-attack", "policy", "trust", "engine", "registry", "registry-packs", "execute"]),
    ("xtask", &[]),
];

/// Outside crates that only the named rooms may use: each does I/O or runs code that a pure room must not.
const FENCED: &[(&str, &[&str])] = &[
    ("rustix", &["trust", "host", "engine", "guard", "cli", "system", "execute", "bench"]),
    ("libc", &["guard", "cli", "bench"]),
    ("wasmtime", &["engine"]),
    ("rusqlite", &["host", "sqlite"]),
    ("aws-lc-rs", &["trust", "registry"]),
    ("argon2", &["trust"]),
    ("ureq", &["model", "host"]),
    ("rustls", &["model", "host"]),
    ("clap", &["cli", "bench"]),
    ("indicatif", &["cli"]),
    ("crossterm", &["cli"]),
];

/// All that the pure rooms may use from outside: nothing here does I/O, reads a clock or draws randomness.
const PURE: &[(&str, &[&str])] = &[
    ("abi", &["serde"]),
    ("graph", &["serde", "ciborium", "blake3", "thiserror"]),
    ("graph-attack", &[]),
    ("policy", &["serde", "toml", "blake3", "thiserror", "strsim"]),
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
    let used = dependencies(&manifest);
    for name in &used {
        if let Some(room) = name.strip_prefix("telos-") {
            if !allowed.contains(&room) {
                find(format!("`{folder}` must not use `{room}`: move what both need below them, or make it a port"));
            }
        } else if let Some((_, outside)) = PURE.iter().find(|(room, _)| *room == folder)
            && !outside.contains(&name.as_str())
        {
            find(format!("`{folder}` is pure and must not use `{name}`; it may use {}", outside.join(", ")));
        }
        if let Some((_, rooms)) = FENCED.iter().find(|(fenced, _)| fenced == name)
            && !rooms.contains(&folder)
        {
            find(format!("`{folder}` must not use `{name}`: only {} may", rooms.join(", ")));
        }
    }
    for room in allowed.iter().filter(|room| !used.contains(&format!("telos-{room}"))) {
        find(format!("`{folder}` may use `{room}` and does not: take the arrow out of the table of walls"));
    }
    Ok(findings)
}

/// The packages that a manifest names, by their own names, for whichever target, development aside.
fn dependencies(manifest: &toml::Table) -> BTreeSet<String> {
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let targets = targets.into_iter().flat_map(toml::Table::values).filter_map(toml::Value::as_table);
    let mut used = BTreeSet::new();
    for table in targets.chain([manifest]) {
        for section in ["dependencies", "build-dependencies"] {
            let entries = table.get(section).and_then(toml::Value::as_table);
            used.extend(entries.into_iter().flatten().map(|(key, entry)| {
                let renamed = entry.get("package").and_then(toml::Value::as_str);
                renamed.unwrap_or(key).to_owned()
            }));
        }
    }
    used
}

#[cfg(test)]
mod tests {
    use super::{WALLS, check_manifest};

    /// What is found of a manifest that has these dependencies beside all that the table lets the room have.
    fn messages(folder: &str, extra: &str) -> Vec<String> {
        let allowed = WALLS.iter().find(|(room, _)| *room == folder).map_or(&[][..], |(_, allowed)| *allowed);
        let usual: String = allowed.iter().map(|room| format!("telos-{room}.workspace = true\n")).collect();
        let text = format!("[package]\nname = \"x\"\n[lints]\nworkspace = true\n[dependencies]\n{usual}{extra}");
        check_manifest(folder, &text).expect("the manifest parses").into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn arrows_that_point_down_are_fine() {
        for (room, _) in WALLS {
            assert_eq!(messages(room, ""), Vec::<String>::new());
        }
    }

    #[test]
    fn an_arrow_that_points_up_is_found() {
        assert_eq!(messages("graph", "telos-policy.workspace = true\n").len(), 1);
    }

    #[test]
    fn an_arrow_is_found_under_another_name_and_for_one_target() {
        assert_eq!(messages("graph", "rules = { package = \"telos-policy\", path = \"../policy\" }\n").len(), 1);
        let target = "[target.'cfg(unix)'.dependencies]\ntelos-policy.workspace = true\n";
        assert_eq!(messages("graph", target).len(), 1);
    }

    #[test]
    fn services_do_not_use_each_other() {
        assert_eq!(messages("guard", "telos-execute.workspace = true\n").len(), 1);
    }

    #[test]
    fn a_pure_room_uses_what_its_list_names() {
        assert_eq!(messages("policy", "thiserror.workspace = true\n"), Vec::<String>::new());
        assert_eq!(messages("policy", "rand = \"1\"\n").len(), 1);
        assert_eq!(messages("abi", "libc.workspace = true\n").len(), 2, "neither pure nor behind its fence");
    }

    #[test]
    fn a_fenced_crate_is_for_its_rooms() {
        assert_eq!(messages("surface", "wasmtime.workspace = true\n").len(), 1);
        assert_eq!(messages("engine", "wasmtime.workspace = true\n"), Vec::<String>::new());
    }

    #[test]
    fn an_arrow_that_nobody_needs_is_found() {
        let text = "[package]\nname = \"x\"\n[lints]\nworkspace = true\n";
        let findings = check_manifest("trust", text).expect("the manifest parses");
        assert_eq!(findings.len(), 1);
        assert!(findings[0].message.contains("take the arrow out"));
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

    /// The rooms of ARCHITECTURE.md's code map, row by row from the top.
    fn code_map() -> Vec<Vec<String>> {
        let root = crate::shell::root().expect("built in the repository");
        let page = std::fs::read_to_string(root.join("ARCHITECTURE.md")).expect("the page is there");
        let map = page.split("## Code map").nth(1).and_then(|rest| rest.split("## ").next()).expect("a code map");
        let rows = map.lines().filter(|line| line.starts_with("| `"));
        let names = |row: &str| {
            let cell = row.split('|').nth(1).unwrap_or_default().replace("(binary `telos`)", "");
            cell.split('`').skip(1).step_by(2).map(|name| name.trim_end_matches('/').to_owned()).collect()
        };
        rows.map(names).collect()
    }

    #[test]
    fn the_table_is_the_code_map_and_its_arrows_point_down() {
        let map = code_map();
        let row = |room: &str| {
            let name = if room == "describe" { "primitives" } else { room };
            map.iter().position(|row| row.iter().any(|known| known == name))
        };
        for (room, allowed) in WALLS {
            let from = row(room).unwrap_or_else(|| panic!("`{room}` is not in the code map"));
            for used in *allowed {
                assert!(row(used).is_some_and(|to| to >= from), "`{room}` uses `{used}`, which is above it");
            }
        }
        for room in map.iter().flatten().filter(|room| *room != "primitives") {
            assert!(WALLS.iter().any(|(known, _)| known == room), "`{room}` has no walls");
        }
    }

    #[test]
    fn services_and_bases_do_not_use_their_own_kind() {
        for kind in [["execute", "guard", "model"].as_slice(), &["trust", "host", "engine", "registry"]] {
            for (room, allowed) in WALLS.iter().filter(|(room, _)| kind.contains(room)) {
                assert!(!allowed.iter().any(|used| kind.contains(used)), "{room}");
            }
        }
    }
}
