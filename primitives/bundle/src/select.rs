//! `bundle.select`: the files whose names match.

use crate::tar::{END, Entry, Walk, Walked, last, padding};
use globset::{GlobBuilder, GlobMatcher};
use telos_pack::{Args, EMIT_BYTES, Failure, Out, Running};

/// Longest pattern, in bytes. Parts of it may lie within each other, and how deep costs stack.
const PATTERN_BYTES_MAX: usize = 512;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let pattern = Pattern::new(args.text(1)?.trim())?;
    let invert = args.flag(2)?;
    Ok(Walked::start(Select { pattern, invert, kept: false, size: 0, count: 0, written: Vec::new() }))
}

/// What names must be, whatever the case of letters.
enum Pattern {
    /// A glob. Without a slash it is for the last part of a name.
    Glob(Box<GlobMatcher>, bool),
    /// An extension, a name, its last part, or a directory on the way to it, in lower case.
    Word(String),
}

impl Pattern {
    fn new(pattern: &str) -> Result<Self, Failure> {
        let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
        if pattern.trim_matches('/').is_empty() {
            return Err(Failure::bad("there is no name, extension or pattern to select by"));
        }
        if pattern.len() > PATTERN_BYTES_MAX {
            return Err(Failure::Limit(format!("the pattern has more than {PATTERN_BYTES_MAX} bytes")));
        }
        if !pattern.contains(['*', '?', '[', '{']) {
            return Ok(Self::Word(pattern.trim_matches('/').to_lowercase()));
        }
        let whole = pattern.contains('/');
        let glob = GlobBuilder::new(pattern).literal_separator(true).case_insensitive(true).build();
        let glob = glob.map_err(|error| Failure::bad(format!("`{pattern}` is not a usable pattern: {error}")))?;
        Ok(Self::Glob(Box::new(glob.compile_matcher()), whole))
    }

    fn matches(&self, name: &str) -> bool {
        match self {
            Self::Glob(glob, true) => glob.is_match(name),
            Self::Glob(glob, false) => glob.is_match(last(name)),
            Self::Word(word) => {
                let name = name.to_lowercase();
                let extension = word.strip_prefix('.').unwrap_or(word);
                let stem = last(&name).strip_suffix(extension).and_then(|stem| stem.strip_suffix('.'));
                stem.is_some_and(|stem| !stem.is_empty()) || has_part(&name, word)
            }
        }
    }
}

/// Whether `part`, which is one or several parts of a path, is among those of `name`.
fn has_part(name: &str, part: &str) -> bool {
    let ends = |at: usize| matches!(name.as_bytes().get(at), None | Some(b'/'));
    let begins = |at: usize| at == 0 || name.as_bytes().get(at - 1) == Some(&b'/');
    name.match_indices(part).any(|(at, _)| begins(at) && ends(at + part.len()))
}

struct Select {
    pattern: Pattern,
    invert: bool,
    /// Whether the file that is read is one of them, and its size.
    kept: bool,
    size: u64,
    count: u64,
    written: Vec<u8>,
}

impl Walk for Select {
    fn begin(&mut self, entry: &Entry<'_>, _: &mut Out) -> Result<(), Failure> {
        self.kept = self.pattern.matches(entry.name) != self.invert;
        if self.kept {
            self.count += 1;
            self.size = entry.size;
            self.written.extend_from_slice(entry.headers);
        }
        Ok(())
    }

    fn data(&mut self, bytes: &[u8], _: &mut Out) -> Result<(), Failure> {
        if self.kept {
            self.written.extend_from_slice(bytes);
        }
        Ok(())
    }

    fn end(&mut self, _: &mut Out) -> Result<(), Failure> {
        if self.kept {
            self.written.resize(self.written.len() + padding(self.size), 0);
        }
        Ok(())
    }

    fn pause(&mut self, out: &mut Out) -> Result<(), Failure> {
        if self.written.len() >= EMIT_BYTES {
            out.bytes(0, std::mem::take(&mut self.written));
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.written.extend_from_slice(&END);
        out.bytes(0, std::mem::take(&mut self.written));
        out.count(1, self.count);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{PATTERN_BYTES_MAX, Pattern};
    use crate::PACK;
    use crate::testing::{archive, directory, file, read};
    use telos_pack::testing::run;
    use telos_pack::{Failure, Value};

    fn selected(bundle: &[u8], chunk: usize, pattern: &str, invert: bool) -> Vec<String> {
        let arguments = [("pattern", Value::Text(pattern.into())), ("invert", Value::Bool(invert))];
        let given = run(&PACK, "bundle.select", bundle, chunk, &arguments).unwrap();
        let files = read(&given.blobs["bundle"]);
        assert_eq!(given.int("count"), i64::try_from(files.len()).ok());
        assert!(files.iter().all(|(name, content)| *content == name.repeat(100).into_bytes()));
        files.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn names_extensions_and_patterns_select() {
        let long = format!("{}/long.md", "x".repeat(150));
        let names = ["a.md", "b/C.MD", "b/d.txt", "b/md", "e.tar.gz", &long];
        let mut entries: Vec<_> = names.iter().map(|name| file(name, name.repeat(100))).collect();
        entries.insert(1, directory("b"));
        let bundle = archive(&entries);
        let cases: [(&str, &[&str]); 15] = [
            ("*.md", &["a.md", "b/C.MD", &long]),
            ("md", &["a.md", "b/C.MD", "b/md", &long]),
            (".md", &["a.md", "b/C.MD", &long]),
            ("*", &names),
            ("b/*", &["b/C.MD", "b/d.txt", "b/md"]),
            ("**/*.md", &["a.md", "b/C.MD", &long]),
            ("b", &["b/C.MD", "b/d.txt", "b/md"]),
            ("b/", &["b/C.MD", "b/d.txt", "b/md"]),
            ("./b", &["b/C.MD", "b/d.txt", "b/md"]),
            ("tar.gz", &["e.tar.gz"]),
            ("A.md", &["a.md"]),
            ("b/d.txt", &["b/d.txt"]),
            ("*.{txt,gz}", &["b/d.txt", "e.tar.gz"]),
            ("[ad].*", &["a.md", "b/d.txt"]),
            ("nothing", &[]),
        ];
        for (pattern, expected) in cases {
            for chunk in [1, 513, 100_000] {
                assert_eq!(selected(&bundle, chunk, pattern, false), expected, "{pattern}");
            }
            let others: Vec<&str> = names.into_iter().filter(|name| !expected.contains(name)).collect();
            assert_eq!(selected(&bundle, 4_096, pattern, true), others, "not {pattern}");
        }
    }

    #[test]
    fn patterns_that_are_none_are_refused() {
        for bad in ["", "  ", "/", "[", "{a", "a{b,{c}"] {
            assert!(matches!(Pattern::new(bad.trim()), Err(Failure::BadInput(_))), "{bad}");
        }
        assert!(matches!(Pattern::new(&"*".repeat(PATTERN_BYTES_MAX + 1)), Err(Failure::Limit(_))));
        for hostile in ["*a".repeat(PATTERN_BYTES_MAX / 2), "{a,".repeat(128) + &"}".repeat(128)] {
            if let Ok(pattern) = Pattern::new(&hostile) {
                assert!(!pattern.matches(&"b".repeat(4_000)));
            }
        }
    }
}
