//! Listing directories and finding files in them.

use super::{At, joined, path};
use crate::{HostCall, Sink, Step, StepError};
use telos_abi::limit::CHUNK_BYTES;
use telos_abi::{ByteText, Effect, Facts, HandleKind, Label, PortIndex, Value};
use telos_graph::order::FileOrder;
use telos_host::{FileKind, ListOptions, Listed};
use telos_policy::Permit;

const FILES: PortIndex = PortIndex(0);
const ENTRIES: PortIndex = PortIndex(1);
const COUNT: PortIndex = PortIndex(2);

/// `file.list`, `file.find`.
pub(super) struct Find<'h> {
    at: At<'h>,
    directory: ByteText,
    options: ListOptions,
    /// `None` lists everything that is directly there.
    filter: Option<Filter>,
    order: Option<FileOrder>,
    limit: usize,
}

/// What a file must be to be found.
struct Filter {
    name: String,
    extension: String,
    size: std::ops::RangeInclusive<i64>,
    /// Seconds since the last change.
    age: std::ops::RangeInclusive<i64>,
    now_s: i64,
}

impl<'h> Find<'h> {
    pub(super) fn listing(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        Ok(Self {
            at,
            directory: path(call, 0)?,
            options: ListOptions::default(),
            filter: None,
            order: None,
            limit: usize::MAX,
        })
    }

    pub(super) fn searching(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        let name = text(call, 1)?;
        let options = ListOptions {
            recursive: matches!(call.arguments.get(7), Some(Some(Value::Bool(true)))),
            // Hidden files are found by those who ask for them.
            hidden: name.starts_with('.'),
            ..ListOptions::default()
        };
        let now_ms = at.host.now().0;
        let (order, limit) = chosen(call, 8, 9)?;
        Ok(Self {
            at,
            directory: path(call, 0)?,
            options,
            filter: Some(Filter {
                name,
                extension: text(call, 2)?.trim_start_matches('.').to_lowercase(),
                size: integer(call, 3)?..=integer(call, 4)?,
                age: integer(call, 6)?..=integer(call, 5)?,
                now_s: i64::try_from(now_ms / 1_000).unwrap_or(i64::MAX),
            }),
            order,
            limit,
        })
    }
}

fn text(call: &HostCall<'_>, input: usize) -> Result<String, StepError> {
    match call.arguments.get(input) {
        Some(Some(Value::Text(text))) => Ok(text.clone()),
        _ => Err(format!("input {input} of `{}` is not text", call.primitive).into()),
    }
}

fn integer(call: &HostCall<'_>, input: usize) -> Result<i64, StepError> {
    match call.arguments.get(input) {
        Some(Some(Value::Int(number))) => Ok(*number),
        _ => Err(format!("input {input} of `{}` is not an integer", call.primitive).into()),
    }
}

/// The order that is asked for, and how many are kept.
fn chosen(call: &HostCall<'_>, order: usize, limit: usize) -> Result<(Option<FileOrder>, usize), StepError> {
    let said = text(call, order)?;
    let known = FileOrder::named(&said);
    if known.is_none() && !said.is_empty() {
        return Err(format!("files have no order “{said}”; use largest, smallest, newest or oldest").into());
    }
    let limit = match (integer(call, limit)?, known) {
        (0, Some(_)) => 1,
        (0, None) => usize::MAX,
        (limit, _) => usize::try_from(limit).unwrap_or(usize::MAX),
    };
    Ok((known, limit))
}

/// Puts entries in order; those that tie stay in order of path. O(n log n).
fn sort(order: FileOrder, entries: &mut [&Listed]) {
    match order {
        FileOrder::Largest => entries.sort_by_key(|entry| std::cmp::Reverse(entry.size)),
        FileOrder::Newest => entries.sort_by_key(|entry| std::cmp::Reverse(entry.mtime_ns)),
        FileOrder::Oldest => entries.sort_by_key(|entry| entry.mtime_ns),
        FileOrder::Smallest => entries.sort_by_key(|entry| entry.size),
    }
}

impl Step for Find<'_> {
    fn target(&self) -> Option<ByteText> {
        None
    }

    fn push(&mut self, _: PortIndex, _: &[u8]) -> Result<(), StepError> {
        Err("listing takes no data".into())
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        let located = self.at.look(&self.directory)?;
        Ok(vec![self.at.facts(&located, located.list_effect()?)])
    }

    fn label(&self) -> Result<Label, StepError> {
        Ok(Label::BOTTOM)
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        let permit = permits.into_iter().next().ok_or("an effect has no permit")?;
        let located = self.at.look(&self.directory)?;
        let listing = self.at.host.list(permit, &located, self.options)?;
        let mut handles = Vec::new();
        let mut table = String::from("name,path,kind,size,modified\n");
        let mut found = 0_i64;
        let accepts = |entry: &&Listed| self.filter.as_ref().is_none_or(|filter| filter.accepts(entry));
        let mut chosen: Vec<&Listed> = listing.entries.iter().filter(accepts).collect();
        if let Some(order) = self.order {
            sort(order, &mut chosen);
        }
        chosen.truncate(self.limit);
        for entry in chosen {
            found += 1;
            if entry.kind == FileKind::File {
                let path = joined(&listing.directory, &entry.path.0);
                handles.push(Value::Handle(out.handle(HandleKind::File, path)));
            }
            row(&mut table, entry);
            if table.len() >= CHUNK_BYTES {
                out.chunk(ENTRIES, table.as_bytes())?;
                table.clear();
            }
        }
        out.chunk(ENTRIES, table.as_bytes())?;
        out.value(FILES, Value::List(handles))?;
        out.value(COUNT, Value::Int(found))
    }
}

impl Filter {
    fn accepts(&self, entry: &Listed) -> bool {
        let name = name_of(entry);
        // An extension of several parts, as in `tar.gz`, is the whole end of the name.
        let end = || name.to_lowercase().strip_suffix(&self.extension).is_some_and(|stem| stem.ends_with('.'));
        let age = self.now_s.saturating_sub(seconds(entry)).max(0);
        entry.kind == FileKind::File
            && self.size.contains(&i64::try_from(entry.size).unwrap_or(i64::MAX))
            && self.age.contains(&age)
            && (self.extension.is_empty() || end())
            && matches(&self.name, &name)
    }
}

fn name_of(entry: &Listed) -> String {
    let name = entry.path.0.rsplit(|byte| *byte == b'/').next();
    String::from_utf8_lossy(name.unwrap_or(&[])).into_owned()
}

fn seconds(entry: &Listed) -> i64 {
    i64::try_from(entry.mtime_ns.div_euclid(1_000_000_000)).unwrap_or(0)
}

/// One line of the canonical table.
fn row(table: &mut String, entry: &Listed) {
    cell(table, &name_of(entry));
    table.push(',');
    cell(table, &entry.path.lossy());
    table.push_str(&format!(",{},{},{}\n", kind_name(entry.kind), entry.size, time(entry.mtime_ns)));
}

/// How tables call a kind.
pub(super) fn kind_name(kind: FileKind) -> &'static str {
    match kind {
        FileKind::File => "file",
        FileKind::Directory => "directory",
        FileKind::Link => "link",
        _ => "other",
    }
}

/// Whole seconds in RFC 3339, UTC; empty for what no calendar has.
pub(super) fn time(mtime_ns: i128) -> String {
    let seconds = i64::try_from(mtime_ns.div_euclid(1_000_000_000)).unwrap_or(0);
    jiff::Timestamp::from_second(seconds).map_or_else(|_| String::new(), |time| time.to_string())
}

/// A table of texts.
pub(super) fn table<'r, const COLUMNS: usize>(
    header: [&'r str; COLUMNS],
    rows: impl IntoIterator<Item = [&'r str; COLUMNS]>,
) -> String {
    let mut table = String::new();
    for row in std::iter::once(header).chain(rows) {
        for (at, text) in row.into_iter().enumerate() {
            cell(&mut table, text);
            table.push(if at + 1 < COLUMNS { ',' } else { '\n' });
        }
    }
    table
}

pub(super) fn cell(table: &mut String, text: &str) {
    if text.contains([',', '"', '\n', '\r']) {
        table.push('"');
        table.push_str(&text.replace('"', "\"\""));
        table.push('"');
    } else {
        table.push_str(text);
    }
}

/// Whether `name` matches `pattern` with `*`, `?` and `[abc]`, `[a-z]`, `[!a]`. Time and memory are bounded by the
/// product of the lengths: a star is only ever tried again from where it last was.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while from < name.len() {
        let step = match pattern.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
                continue;
            }
            Some('?') => Some(1),
            Some('[') => class(&pattern[at..], name[from]),
            Some(letter) if *letter == name[from] => Some(1),
            _ => None,
        };
        match (step, star) {
            (Some(step), _) => {
                at += step;
                from += 1;
            }
            (None, Some((back, tried))) => {
                at = back + 1;
                from = tried + 1;
                star = Some((back, from));
            }
            (None, None) => return false,
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}

/// The length of the class that begins `pattern`, if `letter` is in it. A bracket that is never closed is a letter.
fn class(pattern: &[char], letter: char) -> Option<usize> {
    let Some(close) = pattern.iter().skip(2).position(|letter| *letter == ']') else {
        return (letter == '[').then_some(1);
    };
    let close = close + 2;
    let negated = matches!(pattern[1], '!' | '^');
    let mut members = &pattern[1 + usize::from(negated)..close];
    let mut within = false;
    while let [first, rest @ ..] = members {
        match rest {
            ['-', last, more @ ..] => {
                within |= (*first..=*last).contains(&letter);
                members = more;
            }
            _ => {
                within |= *first == letter;
                members = rest;
            }
        }
    }
    (within != negated).then_some(close + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_names() {
        let cases = [
            ("*", "", true),
            ("*", "a.txt", true),
            ("*.txt", "a.txt", true),
            ("*.txt", "a.txt.gz", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[abc", "[abc", true),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b", "xxaxxbxx", false),
            ("ä?", "äö", true),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
        let hostile = "*a".repeat(40) + "b";
        assert!(!matches(&hostile, &"a".repeat(2_000)));
    }

    #[test]
    fn cells_are_quoted_as_rfc_4180_says() {
        let mut table = String::new();
        for text in ["plain", "a,b", "say \"hi\"", "two\nlines"] {
            cell(&mut table, text);
            table.push('|');
        }
        assert_eq!(table, "plain|\"a,b\"|\"say \"\"hi\"\"\"|\"two\nlines\"|");
    }
}
