//! How long functions may be.
//!
//! The sources are formatted by rustfmt, so a function's body ends at the first line that closes a brace at the
//! indentation of its `fn`. No parser is needed, and a file that is not formatted fails the format check first.

use super::Finding;
use std::path::Path;

/// A function fits a screen.
const FUNCTION_LINES_MAX: usize = 80;

/// Finds functions that do not fit a screen. Functions in test modules are held to the same length.
pub(super) fn check(file: &Path, text: &str) -> Vec<Finding> {
    let lines: Vec<&str> = text.lines().collect();
    let mut findings = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else {
            continue;
        };
        let indent = line.len() - line.trim_start().len();
        let closes = |candidate: &&str| {
            candidate.len() > indent && candidate[indent..] == *"}" && candidate[..indent].trim().is_empty()
        };
        let Some(length) = lines[start..].iter().position(closes).map(|end| end + 1) else {
            continue;
        };
        let one_line = line.trim_end().ends_with(';') || line.trim_end().ends_with('}');
        if !one_line && length > FUNCTION_LINES_MAX {
            findings.push(Finding {
                file: file.to_path_buf(),
                line: start + 1,
                message: format!("`{name}` has {length} lines; at most {FUNCTION_LINES_MAX}: give its steps names"),
            });
        }
    }
    findings
}

/// The name, if the line begins a function.
fn function_name(line: &str) -> Option<&str> {
    let mut rest = line.trim_start();
    for prefix in ["pub(crate) ", "pub(super) ", "pub ", "const ", "async ", "unsafe ", "extern \"C\" "] {
        rest = rest.strip_prefix(prefix).unwrap_or(rest);
    }
    let name = rest.strip_prefix("fn ")?;
    name.split(['(', '<']).next()
}

#[cfg(test)]
mod tests {
    use super::check;
    use std::path::Path;

    fn findings(body_lines: usize) -> usize {
        let text = format!("impl A {{\n    pub fn long() {{\n{}    }}\n}}\n", "        step();\n".repeat(body_lines));
        check(Path::new("a.rs"), &text).len()
    }

    #[test]
    fn a_function_that_fits_a_screen_is_fine() {
        assert_eq!(findings(78), 0);
    }

    #[test]
    fn a_longer_one_is_found() {
        assert_eq!(findings(79), 1);
    }

    #[test]
    fn a_signature_without_body_is_not_a_function() {
        let text = format!("trait A {{\n    fn a();\n{}}}\n", "    // line\n".repeat(100));
        assert_eq!(check(Path::new("a.rs"), &text).len(), 0);
    }
}
