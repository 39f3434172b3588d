//! `unsafe` code is in named modules, and something checks each of them.

use super::Finding;
use crate::miri::{Check, UNSAFE};
use std::path::Path;

/// What `unsafe` code begins with, and what lets it into a module.
const MARKS: [&str; 6] =
    ["unsafe {", "unsafe fn ", "unsafe impl ", "unsafe extern ", "allow(unsafe_code", "expect(unsafe_code"];

/// Finds `unsafe` code in a file that the list does not name.
pub(super) fn check(file: &Path, text: &str) -> Option<Finding> {
    let named = UNSAFE.iter().any(|(name, _)| file == Path::new(name));
    let (index, _) = text.lines().enumerate().find(|(_, line)| is_unsafe(line))?;
    (!named && !file.starts_with("crates/xtask")).then(|| Finding {
        file: file.to_path_buf(),
        line: index + 1,
        message:
            "`unsafe` in a module that nothing checks: name it in crates/xtask/src/miri.rs, with Miri or the tests \
                  that run it"
                .into(),
    })
}

/// A line with `unsafe` code, or one that allows it for what follows. An attribute may be split over lines.
fn is_unsafe(line: &str) -> bool {
    let line = line.trim();
    let code = !line.starts_with("//");
    code && (MARKS.iter().any(|mark| line.contains(mark)) || line == "unsafe_code,")
}

/// Finds entries of the list that are out of date, and modules that ARCHITECTURE.md does not tell of.
pub(super) fn check_list(root: &Path) -> Vec<Finding> {
    let architecture = std::fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap_or_default();
    let mut findings = Vec::new();
    for (name, checked) in UNSAFE {
        let mut find = |message: String| findings.push(Finding { file: name.into(), line: 0, message });
        let text = std::fs::read_to_string(root.join(name)).unwrap_or_default();
        if !text.lines().any(is_unsafe) {
            find("has no `unsafe` code any more: take it off the list in crates/xtask/src/miri.rs".into());
        }
        let shown = name.trim_start_matches("crates/").replace("/src/", "/");
        if !architecture.contains(&format!("`{shown}`")) {
            find(format!("ARCHITECTURE.md does not say what checks `{shown}`"));
        }
        let (Check::Miri { and: tests, .. } | Check::Run(tests)) = checked;
        for test in tests.iter().filter(|test| !root.join(test).is_file()) {
            find(format!("is to be checked by {test}, which does not exist"));
        }
        if let Check::Miri { .. } = checked
            && !text.contains("#[cfg(test)]")
        {
            find("is to be checked by Miri and has no tests".into());
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{check, check_list};
    use std::path::Path;

    #[test]
    fn unsafe_code_is_found_outside_named_modules_alone() {
        let text = "fn a() {\n    unsafe { b() }\n}\n";
        let found = check(Path::new("crates/host/src/lib.rs"), text).expect("a finding");
        assert_eq!(found.line, 2);
        assert!(check(Path::new("crates/guard/src/sys.rs"), text).is_none());
    }

    #[test]
    fn an_attribute_that_lets_it_in_is_found_too() {
        for line in ["#![allow(unsafe_code, reason = \"x\")]", "    unsafe_code,"] {
            assert!(check(Path::new("crates/host/src/lib.rs"), line).is_some(), "{line}");
        }
        for line in ["#![forbid(unsafe_code)]", "// unsafe { }", "let unsafety = 1;"] {
            assert!(check(Path::new("crates/host/src/lib.rs"), line).is_none(), "{line}");
        }
    }

    #[test]
    fn the_list_is_up_to_date() {
        let root = crate::shell::root().expect("built in the repository");
        assert_eq!(check_list(&root), []);
    }

    #[test]
    fn a_list_that_is_not_is_found() {
        assert!(!check_list(Path::new("/nonexistent")).is_empty());
    }
}
