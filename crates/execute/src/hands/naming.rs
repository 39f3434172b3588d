//! A file's new name, made from its own.

use crate::{HostCall, StepError};
use telos_abi::Value;

/// Longest name, in bytes, of what Linux's file systems take (NAME_MAX).
const NAME_BYTES_MAX: usize = 255;

/// What is to become of a name.
#[derive(Default)]
pub(super) struct Change {
    find: String,
    replacement: String,
    prefix: String,
    suffix: String,
    extension: String,
    case: String,
}

impl Change {
    /// As the settings of `file.change-name` say.
    pub(super) fn of(call: &HostCall<'_>) -> Result<Self, StepError> {
        let text = |input: usize| match call.arguments.get(input) {
            Some(Some(Value::Text(text) | Value::Variant(text, _))) => Ok(text.clone()),
            _ => Err(StepError::from(format!("input {input} of `{}` is not a text", call.primitive))),
        };
        let (find, replacement) = (text(2)?, text(3)?);
        let extension = text(6)?.trim_start_matches(['*', '.']).to_owned();
        Ok(Self { find, replacement, prefix: text(4)?, suffix: text(5)?, extension, case: text(7)? })
    }

    /// The new name. A dot that the name begins with begins no extension.
    pub(super) fn changed(&self, name: &str) -> Result<String, StepError> {
        let replaced = if self.find.contains('*') {
            starred(name, &self.find, &self.replacement).unwrap_or_else(|| name.to_owned())
        } else if self.find.is_empty() {
            name.to_owned()
        } else {
            name.replace(&self.find, &self.replacement)
        };
        let whole = |text: &str| (text.to_owned(), None);
        let (mut stem, mut end) = match replaced.rsplit_once('.') {
            Some((stem, end)) if !stem.is_empty() => (stem.to_owned(), Some(end.to_owned())),
            _ => whole(&replaced),
        };
        match self.case.as_str() {
            "lower" => (stem, end) = (stem.to_lowercase(), end.map(|end| end.to_lowercase())),
            "upper" => (stem, end) = (stem.to_uppercase(), end.map(|end| end.to_uppercase())),
            "title" => stem = title(&stem),
            _ => {}
        }
        if !self.extension.is_empty() {
            end = Some(self.extension.clone());
        }
        let end = end.map(|end| format!(".{end}")).unwrap_or_default();
        let new = format!("{}{stem}{}{end}", self.prefix, self.suffix);
        let bad =
            new.is_empty() || new == "." || new == ".." || new.contains(['/', '\0']) || new.len() > NAME_BYTES_MAX;
        if bad {
            Err(format!("“{new}”, made from “{name}”, cannot be the name of a file").into())
        } else {
            Ok(new)
        }
    }
}

/// The name with each * of `pattern` filled into the stars of `target` in their order; nothing if the pattern does not fit.
/// Each star but the last takes as little as it can, so that this ends in O(length of name and pattern together).
fn starred(name: &str, pattern: &str, target: &str) -> Option<String> {
    let parts: Vec<&str> = pattern.split('*').collect();
    let (first, last) = (parts.first()?, parts.last()?);
    let mut rest = name.strip_prefix(first)?.strip_suffix(last)?;
    let mut taken = Vec::new();
    for part in &parts[1..parts.len() - 1] {
        let at = rest.find(part)?;
        taken.push(&rest[..at]);
        rest = &rest[at + part.len()..];
    }
    taken.push(rest);
    let mut filled = taken.into_iter();
    let mut new = String::new();
    for (at, part) in target.split('*').enumerate() {
        if at > 0 {
            new.push_str(filled.next().unwrap_or_default());
        }
        new.push_str(part);
    }
    Some(new)
}

/// Each word with a capital.
fn title(stem: &str) -> String {
    let mut begins = true;
    let mut out = String::new();
    for letter in stem.chars() {
        if begins {
            out.extend(letter.to_uppercase());
        } else {
            out.extend(letter.to_lowercase());
        }
        begins = !letter.is_alphanumeric() && letter != '\'';
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(find: &str, replacement: &str) -> Change {
        Change { find: find.to_owned(), replacement: replacement.to_owned(), ..Change::default() }
    }

    #[test]
    fn names_are_made_from_names() {
        let new = |change: Change, name: &str| change.changed(name).expect("a name");
        assert_eq!(new(change(" ", "-"), "my old list.txt"), "my-old-list.txt");
        assert_eq!(new(change("abstract_*.txt", "summary_*.txt"), "abstract_en copy.txt"), "summary_en copy.txt");
        assert_eq!(new(change("a*b*.md", "*-*.txt"), "a1b2.md"), "1-2.txt");
        assert_eq!(new(change("abstract_*", "x*"), "other.txt"), "other.txt");
        assert_eq!(new(change(" copy", ""), "plan copy.md"), "plan.md");
        let before = Change { prefix: "2024-".into(), suffix: "_a".into(), ..Change::default() };
        assert_eq!(new(before, "tree.tar.gz"), "2024-tree.tar_a.gz");
        let end =
            |name| new(Change { extension: "*.jpg".trim_start_matches(['*', '.']).into(), ..Change::default() }, name);
        assert_eq!(
            (end("A.JPEG"), end(".profile"), end("README")),
            ("A.jpg".into(), ".profile.jpg".into(), "README.jpg".into())
        );
        let case = |case: &str, name| new(Change { case: case.into(), ..Change::default() }, name);
        assert_eq!(case("lower", "IMG_1.JPG"), "img_1.jpg");
        assert_eq!(case("title", "the old HOUSE.jpg"), "The Old House.jpg");
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for (find, replacement) in [("a", "/"), ("a", ""), ("a", ".."), ("a", &"x".repeat(256))] {
            assert!(change(find, replacement).changed("a").is_err(), "{replacement}");
        }
    }
}
