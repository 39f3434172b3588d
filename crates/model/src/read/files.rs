//! Files and directories the turn mentions, matched to what exists.

use super::words::{distance, forgiven, is_file_noun, is_function, stem};
use super::{Fact, Reading, Shape, Span, Token};
use crate::turn::{Entry, EntryKind, Surroundings};

/// Longest extension that a bare word before "files" may be.
const EXTENSION_BYTES_MAX: usize = 8;
/// Kinds of file as people call them, with the extension they end in. Extensions that name themselves are listed too:
/// "pdf files" speaks of an extension although no such file may be here.
pub(crate) const FORMATS: &[(&str, &str)] = &[
    ("python", "py"),
    ("rust", "rs"),
    ("javascript", "js"),
    ("typescript", "ts"),
    ("markdown", "md"),
    ("text", "txt"),
    ("html", "html"),
    ("css", "css"),
    ("csv", "csv"),
    ("tsv", "tsv"),
    ("json", "json"),
    ("yaml", "yaml"),
    ("yml", "yml"),
    ("toml", "toml"),
    ("xml", "xml"),
    ("log", "log"),
    ("txt", "txt"),
    ("md", "md"),
    ("pdf", "pdf"),
    ("png", "png"),
    ("jpg", "jpg"),
    ("jpeg", "jpeg"),
    ("gif", "gif"),
    ("svg", "svg"),
    ("zip", "zip"),
    ("py", "py"),
    ("rs", "rs"),
    ("js", "js"),
    ("ts", "ts"),
    ("java", "java"),
    ("go", "go"),
    ("ruby", "rb"),
    ("shell", "sh"),
    ("sh", "sh"),
    ("tmp", "tmp"),
    ("bak", "bak"),
    ("mp3", "mp3"),
    ("mp4", "mp4"),
    ("doc", "doc"),
    ("docx", "docx"),
    ("xlsx", "xlsx"),
];
/// Ends of file names that say what is inside. An input that lists some of them among its words is meant for such files.
const KINDS: &[&str] = &[
    "csv",
    "tsv",
    "tab",
    "json",
    "jsonl",
    "ndjson",
    "yaml",
    "yml",
    "toml",
    "ini",
    "env",
    "properties",
    "xml",
    "rss",
    "atom",
    "html",
    "htm",
    "md",
    "markdown",
    "eml",
    "mbox",
    "ics",
    "vcf",
    "zip",
    "tar",
    "tgz",
    "gz",
    "xz",
    "zst",
    "bz2",
    "lz4",
    "png",
    "jpg",
    "jpeg",
    "gif",
    "bmp",
    "webp",
    "tiff",
    "svg",
    "log",
    "txt",
    "access-log",
    "sqlite",
    "sqlite3",
    "db",
    "diff",
    "pdf",
];

/// Whether a word is the end of a file name that says what is inside.
pub(crate) fn is_kind(word: &str) -> bool {
    KINDS.contains(&word)
}

/// Most files one span may name.
const FILES_MAX: usize = 256;

/// Adds every mention of a file, directory, extension or pattern.
pub(super) fn recognise(reading: &mut Reading<'_>, around: &dyn Surroundings) {
    let mut found = names_with_spaces(reading);
    for at in 0..reading.tokens.len() {
        let token = &reading.tokens[at];
        if found.iter().any(|span: &Span| span.tokens.contains(&at))
            || reading.covered_by(at, |fact| matches!(fact, Fact::Url(_)))
        {
            continue;
        }
        let text = &reading.text[token.start..token.end];
        let span = match token.shape {
            Shape::Path | Shape::Quoted => path(reading, at, text, around),
            Shape::Word if around.lookup(text).is_some() => bare(reading, at, text, around),
            Shape::Word => extension(reading, at).or_else(|| bare(reading, at, text, around)),
            _ => None,
        };
        found.extend(span);
    }
    reading.spans.extend(found);
}

/// Existing names that contain white space are looked for as a whole.
fn names_with_spaces(reading: &Reading<'_>) -> Vec<Span> {
    let lower = reading.text.to_lowercase();
    if lower.len() != reading.text.len() {
        return Vec::new();
    }
    let spaced = reading.entries.iter().filter(|entry| entry.path.contains(' '));
    let find = |entry: &Entry| {
        let start = lower.find(&entry.path.to_lowercase())?;
        let end = start + entry.path.len();
        let first = reading.tokens.iter().position(|token| token.start >= start)?;
        let last = reading.tokens.iter().rposition(|token| token.end <= end)?;
        (first <= last).then(|| Span { tokens: first..last + 1, fact: here(entry), trust: 1.0 })
    };
    spaced.filter_map(find).collect()
}

fn here(entry: &Entry) -> Fact {
    match entry.kind {
        EntryKind::File => Fact::File { path: entry.path.clone() },
        EntryKind::Directory => Fact::Directory { path: entry.path.clone() },
    }
}

/// A token that looks like a path: exact, by its last component, by a small typing error, a pattern, or absent.
fn path(reading: &Reading<'_>, at: usize, text: &str, around: &dyn Surroundings) -> Option<Span> {
    let quoted = reading.tokens[at].shape == Shape::Quoted;
    let one = |fact, trust| Some(Span { tokens: at..at + 1, fact, trust });
    if quoted && !text.contains(['.', '/', '*']) {
        return around.lookup(text).and_then(|entry| one(here(&entry), 0.9));
    }
    if text.contains(['*', '?']) && !text.contains(' ') {
        return pattern(reading, at, text);
    }
    let plain = text.trim_start_matches("./");
    let wanted = if plain.is_empty() { text } else { plain };
    if let Some(entry) = around.lookup(wanted.trim_end_matches('/')).or_else(|| around.lookup(wanted)) {
        return one(here(&entry), 1.0);
    }
    if let Some(dotted) = text.strip_prefix('.') {
        let is_extension = !dotted.is_empty() && dotted.chars().all(char::is_alphanumeric);
        if is_extension && (by_extension(reading, dotted).next().is_some() || file_noun_near(reading, at)) {
            return Some(extension_span(reading, at, dotted));
        }
    }
    let lower = wanted.to_lowercase();
    let by_name = |entry: &&Entry| {
        let path = entry.path.to_lowercase();
        path == lower || path.rsplit('/').next() == Some(lower.as_str())
    };
    let mut matching = reading.entries.iter().filter(by_name);
    if let (Some(entry), None) = (matching.next(), matching.next()) {
        return one(here(entry), 0.9);
    }
    if quoted && text.contains(' ') {
        return None;
    }
    let looks = text.contains('/') || text.rsplit('.').next().is_some_and(|end| end.chars().any(char::is_alphabetic));
    if !looks {
        return None;
    }
    one(Fact::Absent { path: wanted.to_owned() }, 1.0)
}

/// Existing files whose names are within a few typing errors of `path`, nearest first.
pub(crate) fn near(entries: &[Entry], path: &str) -> Vec<(usize, String)> {
    let wanted = path.to_lowercase();
    let name = wanted.rsplit('/').next().unwrap_or(&wanted).to_owned();
    let limit = forgiven(name.chars().count()).max(1);
    let mut out: Vec<(usize, String)> = entries
        .iter()
        .filter_map(|entry| {
            let whole = entry.path.to_lowercase();
            let last = whole.rsplit('/').next().unwrap_or(&whole).to_owned();
            let far = distance(&whole, &wanted, limit).or_else(|| distance(&last, &name, limit))?;
            Some((far, entry.path.clone()))
        })
        .collect();
    out.sort();
    out.truncate(5);
    out
}

fn pattern(reading: &Reading<'_>, at: usize, text: &str) -> Option<Span> {
    let glob = text.trim_start_matches("./").to_owned();
    let matching =
        reading.entries.iter().filter(|entry| entry.kind == EntryKind::File && glob_matches(&glob, &entry.path));
    let paths = matching.take(FILES_MAX).map(|entry| entry.path.clone()).collect();
    Some(Span { tokens: at..at + 1, fact: Fact::Pattern { glob, paths }, trust: 1.0 })
}

/// Whether `glob` (with `*` and `?`) matches a path: its whole, or its last component if the glob has no slash.
fn glob_matches(glob: &str, path: &str) -> bool {
    let path = if glob.contains('/') { path } else { path.rsplit('/').next().unwrap_or(path) };
    let glob: Vec<char> = glob.chars().collect();
    let path: Vec<char> = path.chars().collect();
    let (mut g, mut p, mut star, mut mark) = (0, 0, None, 0);
    while p < path.len() {
        if g < glob.len() && glob[g] == '*' {
            star = Some(g);
            mark = p;
            g += 1;
        } else if g < glob.len() && (glob[g] == '?' || glob[g] == path[p]) {
            g += 1;
            p += 1;
        } else if let Some(back) = star {
            g = back + 1;
            mark += 1;
            p = mark;
        } else {
            return false;
        }
    }
    glob[g..].iter().all(|letter| *letter == '*')
}

fn by_extension<'a>(reading: &'a Reading<'_>, extension: &'a str) -> impl Iterator<Item = &'a Entry> {
    let fits = move |entry: &&Entry| {
        let dotted = entry.path.rsplit('/').next().and_then(|name| name.rsplit_once('.'));
        entry.kind == EntryKind::File && dotted.is_some_and(|(_, end)| end.eq_ignore_ascii_case(extension))
    };
    reading.entries.iter().filter(fits)
}

fn file_noun_near(reading: &Reading<'_>, at: usize) -> bool {
    reading.tokens.get(at + 1).is_some_and(|next| matches!(next.lower.as_str(), "file" | "files"))
}

/// "csv files", "all the logs": a word that is an extension here, or stands before "files" and looks like one.
fn extension(reading: &Reading<'_>, at: usize) -> Option<Span> {
    let token = &reading.tokens[at];
    let word = token.lower.as_str();
    let noun = file_noun_near(reading, at);
    let format = FORMATS.iter().find(|(name, _)| *name == word);
    if let (true, Some((_, extension))) = (noun, format) {
        return Some(extension_span(reading, at, extension));
    }
    if word.len() > EXTENSION_BYTES_MAX || is_function(word) || is_file_noun(word) {
        return None;
    }
    let named = by_extension(reading, word).next().is_some();
    let plural = word.strip_suffix('s').is_some_and(|base| by_extension(reading, base).next().is_some());
    if named && noun {
        return Some(extension_span(reading, at, word));
    }
    if plural {
        let base = word.trim_end_matches('s').to_owned();
        let mut span = extension_span(reading, at, &base);
        span.trust = 0.7;
        return Some(span);
    }
    None
}

fn extension_span(reading: &Reading<'_>, at: usize, extension: &str) -> Span {
    let paths = by_extension(reading, extension).take(FILES_MAX).map(|entry| entry.path.clone()).collect();
    let end = if file_noun_near(reading, at) { at + 2 } else { at + 1 };
    Span { tokens: at..end, fact: Fact::Extension { extension: extension.to_owned(), paths }, trust: 0.9 }
}

/// A plain word that names something here: "the data folder", "notes" for `notes.txt`, "Makefile".
fn bare(reading: &Reading<'_>, at: usize, text: &str, around: &dyn Surroundings) -> Option<Span> {
    let token = &reading.tokens[at];
    let one = |fact, trust| Some(Span { tokens: at..at + 1, fact, trust });
    let directory_noun = |token: Option<&Token>| {
        token.is_some_and(|token| matches!(token.lower.as_str(), "folder" | "directory" | "dir" | "subfolder"))
    };
    if token.lower == "here"
        || (token.lower == "this" || token.lower == "current") && directory_noun(reading.tokens.get(at + 1))
    {
        let end = if token.lower == "here" { at + 1 } else { at + 2 };
        return Some(Span { tokens: at..end, fact: Fact::Directory { path: ".".to_owned() }, trust: 0.8 });
    }
    let beside = directory_noun(reading.tokens.get(at + 1)) || at > 0 && directory_noun(reading.tokens.get(at - 1));
    if is_function(&token.lower) || is_file_noun(&token.lower) && !beside || directory_noun(Some(token)) {
        return None;
    }
    if let Some(entry) = around.lookup(text) {
        let placed = at > 0
            && matches!(
                reading.tokens[at - 1].lower.as_str(),
                "in" | "into" | "to" | "inside" | "under" | "from" | "of"
            );
        let trust = if beside {
            1.0
        } else if placed {
            0.9
        } else {
            0.6
        };
        return one(here(&entry), trust);
    }
    let stems = |entry: &&Entry| {
        let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
        let base = name.split_once('.').map_or(name, |(base, _)| base);
        entry.kind == EntryKind::File
            && base.len() >= 3
            && (base.eq_ignore_ascii_case(text) || stem(base) == token.stem)
    };
    let mut matching = reading.entries.iter().filter(stems);
    match (matching.next(), matching.next()) {
        (Some(entry), None) => one(here(entry), 0.5),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_whole_names() {
        assert!(glob_matches("*.csv", "data/sales.csv"));
        assert!(glob_matches("data/*.c?v", "data/sales.csv"));
        assert!(!glob_matches("*.csv", "sales.csv.bak"));
        assert!(glob_matches("a*b*c", "aXbYbc"));
    }
}
