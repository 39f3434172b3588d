//! What the first bytes of a file show: the columns and values of a table, the keys of a document, its kind.
//!
//! A glance helps to match a person's words. It decides nothing: the primitives read the file again, and strictly.

use serde_json::Value;
use std::collections::BTreeMap;
use telos_model::Column;

/// Rows that are looked at.
const ROWS_MAX: usize = 400;
/// Columns that are looked at.
const COLUMNS_MAX: usize = 512;
/// Distinct values kept of a column.
const VALUES_MAX: usize = 64;
/// Longest value kept, in bytes: nobody types a longer one.
const VALUE_BYTES_MAX: usize = 64;
/// Nesting of a document that the planner is shown.
const KEYS_DEPTH_MAX: usize = 4;
/// Keys of a document that the planner is shown.
const KEYS_MAX: usize = 256;
/// Lines that have to look like an access log's for the file to be one.
const LOG_LINES: usize = 3;

fn extension(path: &str) -> String {
    path.rsplit('/')
        .next()
        .and_then(|name| name.rsplit_once('.'))
        .map_or_else(String::new, |(_, end)| end.to_lowercase())
}

/// Columns by name in order of appearance, with what was seen in them.
#[derive(Default)]
struct Seen {
    order: Vec<String>,
    values: BTreeMap<String, Vec<String>>,
}

impl Seen {
    fn column(&mut self, name: &str) {
        if self.order.len() < COLUMNS_MAX && !self.values.contains_key(name) {
            self.order.push(name.to_owned());
            self.values.insert(name.to_owned(), Vec::new());
        }
    }

    fn value(&mut self, column: &str, value: &str) {
        let value = value.trim();
        let kept = !value.is_empty() && value.len() <= VALUE_BYTES_MAX && value.parse::<f64>().is_err();
        if let Some(values) = self.values.get_mut(column).filter(|_| kept)
            && values.len() < VALUES_MAX
            && !values.iter().any(|known| known == value)
        {
            values.push(value.to_owned());
        }
    }

    fn columns(mut self) -> Vec<Column> {
        let order = std::mem::take(&mut self.order);
        order
            .into_iter()
            .map(|name| {
                let values = self.values.remove(&name).unwrap_or_default();
                Column { name, values }
            })
            .collect()
    }
}

/// Columns of delimited text, of JSON records or of JSON lines.
pub(crate) fn columns(path: &str, head: &[u8]) -> Vec<Column> {
    let mut seen = Seen::default();
    match extension(path).as_str() {
        "json" => {
            if let Some(records) = serde_json::from_slice::<Value>(head).ok().as_ref().and_then(records) {
                records.iter().take(ROWS_MAX).for_each(|record| fields(record, &mut seen));
            }
        }
        "jsonl" | "ndjson" => {
            let lines = head.split(|byte| *byte == b'\n').take(ROWS_MAX);
            lines
                .filter_map(|line| serde_json::from_slice::<Value>(line).ok())
                .for_each(|line| fields(&line, &mut seen));
        }
        "csv" | "tsv" | "tab" | "psv" | "" | "txt" | "dat" => delimited(head, &mut seen),
        "sqlite" | "sqlite3" | "db" => {
            for (_, columns) in tables(path, head) {
                for column in columns {
                    seen.column(&column.name);
                    column.values.iter().for_each(|value| seen.value(&column.name, value));
                }
            }
        }
        "yaml" | "yml" => listed(&String::from_utf8_lossy(head), &mut seen),
        "md" | "markdown" => drawn(&String::from_utf8_lossy(head), &mut seen),
        _ => {}
    }
    seen.columns()
}

/// The records of a document: itself, or the one list of objects among its fields.
fn records(document: &Value) -> Option<&Vec<Value>> {
    let list = |value: &'_ Value| value.as_array().is_some_and(|items| items.first().is_some_and(Value::is_object));
    match document {
        Value::Array(items) if list(document) => Some(items),
        Value::Object(fields) => {
            let mut lists = fields.values().filter(|field| list(field));
            lists.next().filter(|_| lists.next().is_none())?.as_array()
        }
        _ => None,
    }
}

fn fields(record: &Value, seen: &mut Seen) {
    let Some(fields) = record.as_object() else { return };
    for (name, value) in fields {
        seen.column(name);
        match value {
            Value::String(text) => seen.value(name, text),
            Value::Bool(flag) => seen.value(name, if *flag { "true" } else { "false" }),
            _ => {}
        }
    }
}

/// Delimited text: the same delimiter as often in the first line as in the second. One column has no delimiter at all,
/// and only a name that says so makes it a table.
fn delimited(head: &[u8], seen: &mut Seen) {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let mut lines = head.split(|byte| *byte == b'\n');
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let count = |line: &[u8], delimiter: u8| line.iter().filter(|byte| **byte == delimiter).count();
    let Some(delimiter) = [b',', b'\t', b';', b'|'].into_iter().max_by_key(|delimiter| count(first, *delimiter)) else {
        return;
    };
    if count(first, delimiter) == 0 || !second.is_empty() && count(second, delimiter) == 0 {
        return;
    }
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(head);
    let Ok(names) = reader.headers().cloned() else { return };
    let names: Vec<&str> = names.iter().map(str::trim).collect();
    names.iter().for_each(|name| seen.column(name));
    for record in reader.records().take(ROWS_MAX) {
        let Ok(record) = record else { return };
        for (name, value) in names.iter().zip(record.iter()) {
            seen.value(name, value);
        }
    }
}

/// The tables of a database that is small enough to be seen whole, with their columns.
pub(crate) fn tables(path: &str, image: &[u8]) -> Vec<(String, Vec<Column>)> {
    if !matches!(extension(path).as_str(), "sqlite" | "sqlite3" | "db") {
        return Vec::new();
    }
    let limits = telos_sqlite::Limits { steps: 1_000_000, ..telos_sqlite::Limits::default() };
    let Ok(database) = telos_sqlite::Database::load_within(image.to_vec(), limits) else { return Vec::new() };
    let table = |(name, columns): (String, Vec<String>)| {
        let mut seen = Seen::default();
        columns.iter().for_each(|column| seen.column(column));
        let rows = database.beginning(&name, ROWS_MAX).map(|(rows, _)| rows).unwrap_or_default();
        for row in csv::Reader::from_reader(rows.as_slice()).records().flatten() {
            for (column, value) in columns.iter().zip(row.iter()) {
                seen.value(column, value);
            }
        }
        (name, seen.columns())
    };
    database.columns().unwrap_or_default().into_iter().map(table).collect()
}

/// The records of a YAML document, where it has just one list of them, in block style.
fn listed(text: &str, seen: &mut Seen) {
    let pair = |text: &str| {
        let (name, value) = text.split_once(':')?;
        let plain = |part: &str| part.trim().trim_matches(['"', '\'']).to_owned();
        let named =
            !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || "_-\"' ".contains(letter));
        named.then(|| (plain(name), plain(value)))
    };
    let mut records: Vec<(usize, Vec<(String, String)>)> = Vec::new();
    let mut open = false;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let indent = line.len() - line.trim_start().len();
        if let Some((field, true)) = line.trim_start().strip_prefix("- ").map(|rest| (pair(rest), true)) {
            let Some(field) = field else { return };
            records.push((indent + 2, vec![field]));
            open = true;
        } else if let Some((inside, fields)) = records.last_mut().filter(|_| open) {
            match pair(line.trim_start()).filter(|_| indent == *inside) {
                Some(field) => fields.push(field),
                None if indent < *inside => open = false,
                None => {}
            }
        }
    }
    // Lists at two depths, or one after the other with other fields, are two tables.
    let same = |(indent, fields): &(usize, Vec<(String, String)>)| {
        let (first, begun) = &records[0];
        indent == first && fields[0].0 == begun[0].0
    };
    if records.is_empty() || !records.iter().all(same) {
        return;
    }
    for (name, value) in records.iter().take(ROWS_MAX).flat_map(|(_, fields)| fields) {
        seen.column(name);
        seen.value(name, value);
    }
}

/// The table of a Markdown document, where it has just one: cells between bars, and a line of dashes below the first row.
fn drawn(text: &str, seen: &mut Seen) {
    let cells = |line: &str| -> Option<Vec<String>> {
        let line = line.trim();
        line.contains('|').then(|| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect())
    };
    let ruled = |line: &str| {
        cells(line).is_some_and(|cells| {
            cells.iter().all(|cell| cell.contains('-') && cell.trim_matches([':', '-']).is_empty())
        })
    };
    let lines: Vec<&str> = text.lines().collect();
    let mut rules = lines.iter().enumerate().filter(|(_, line)| ruled(line)).map(|(at, _)| at);
    let (Some(rule), None) = (rules.next(), rules.next()) else { return };
    let Some(names) = rule.checked_sub(1).and_then(|at| cells(lines[at])) else { return };
    names.iter().for_each(|name| seen.column(name));
    for row in lines[rule + 1..].iter().map_while(|line| cells(line)).take(ROWS_MAX) {
        for (name, value) in names.iter().zip(&row) {
            seen.value(name, value);
        }
    }
}

/// The paths of a document's keys as jq writes them: `database.host`, `[].name`, `limits."per minute"`.
pub(crate) fn keys(path: &str, head: &[u8]) -> Vec<String> {
    let mut out = Vec::new();
    let text = || String::from_utf8_lossy(head);
    match extension(path).as_str() {
        "json" => {
            if let Ok(value) = serde_json::from_slice::<Value>(head) {
                key_paths(&value, "", 0, &mut out);
            }
        }
        "toml" => {
            if let Ok(value) = toml::from_str::<Value>(&text()) {
                key_paths(&value, "", 0, &mut out);
            }
        }
        "yaml" | "yml" => indented(&text(), &mut out),
        _ => {}
    }
    out
}

/// Of a list, the first item speaks for all.
fn key_paths(value: &Value, prefix: &str, depth: usize, out: &mut Vec<String>) {
    if depth > KEYS_DEPTH_MAX {
        return;
    }
    match value {
        Value::Array(items) => {
            if let Some(first) = items.first().filter(|first| first.is_object()) {
                key_paths(first, &format!("{prefix}[]"), depth + 1, out);
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields.iter().take(KEYS_MAX.saturating_sub(out.len())) {
                let path = beneath(prefix, key);
                out.push(path.clone());
                key_paths(field, &path, depth + 1, out);
            }
        }
        _ => {}
    }
}

fn beneath(prefix: &str, key: &str) -> String {
    let plain = !key.is_empty()
        && !key.starts_with(|letter: char| letter.is_ascii_digit())
        && key.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    let name = if plain { key.to_owned() } else { Value::from(key).to_string() };
    if prefix.is_empty() { name } else { format!("{prefix}.{name}") }
}

/// Keys of block YAML by their indentation. Flow style and anchors are left to the primitive that reads it in earnest.
fn indented(text: &str, out: &mut Vec<String>) {
    let mut open: Vec<(usize, String)> = Vec::new();
    for line in text.lines().take(ROWS_MAX) {
        let body = line.trim_start_matches([' ', '-']);
        let indent = line.len() - body.len();
        let Some((key, _)) = body.split_once(':').filter(|(_, after)| after.is_empty() || after.starts_with(' '))
        else {
            continue;
        };
        let key = key.trim().trim_matches(['"', '\'']);
        if key.is_empty() || key.starts_with('#') || out.len() >= KEYS_MAX {
            continue;
        }
        open.retain(|(outer, _)| *outer < indent);
        let path = beneath(open.last().map_or("", |(_, path)| path), key);
        out.push(path.clone());
        open.push((indent, path));
    }
    out.dedup();
}

/// An access log or a mailbox, by what its first lines look like.
pub(crate) fn kind(head: &[u8]) -> Option<&'static str> {
    if head.starts_with(b"From ") {
        return Some("mbox");
    }
    let requests = head.split(|byte| *byte == b'\n').take(LOG_LINES).filter(|line| {
        let text = String::from_utf8_lossy(line);
        let quoted = text.split_once('"').map(|(_, request)| request);
        text.contains(" [") && quoted.is_some_and(|request| request.contains(" /") && request.contains("HTTP/"))
    });
    (requests.count() > 0).then_some("access-log")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_show_columns_and_the_values_people_name() {
        let csv = columns("a.csv", b"name,age,city\nAda,36,London\nLinus,28,Oslo\nAda,1,\n");
        let want = [("name", vec!["Ada", "Linus"]), ("age", vec![]), ("city", vec!["London", "Oslo"])];
        let want: Vec<Column> = want
            .map(|(name, values)| Column { name: name.into(), values: values.into_iter().map(String::from).collect() })
            .into();
        assert_eq!(csv, want);
        assert_eq!(columns("a.json", br#"{"n": 1, "items": [{"ok": true, "who": "Ada"}]}"#)[0].values, ["true"]);
        assert_eq!(columns("a.jsonl", b"{\"who\": \"Ada\"}\nbroken\n{\"x\": 1}\n").len(), 2);
        assert_eq!(columns("a.md", b"One, two\nthree, four\n"), []);
        let image = telos_sqlite::make(b"name,age\nAda,36\n", "crew").unwrap();
        let held = columns("crew.db", &image);
        assert_eq!((held[0].values.as_slice(), held[1].name.as_str()), (&["Ada".to_owned()][..], "age"));
        assert_eq!(tables("crew.db", &image), [(String::from("crew"), held)]);
        let yaml = b"version: 2\ndrugs:\n  - name: linezolid\n    days: 14\n    class: x\n  - name: colistin\n    days: 7\nend: yes\n";
        let listed = columns("a.yaml", yaml);
        let names: Vec<&str> = listed.iter().map(|column| column.name.as_str()).collect();
        assert_eq!((names, listed[0].values.join(" ").as_str()), (vec!["name", "days", "class"], "linezolid colistin"));
        let two = b"a:\n  - x: 1\nb:\n    - y: 2\n";
        assert!(columns("a.yaml", two).is_empty() && columns("a.yaml", b"- one\n- two\n").is_empty());
        let drawn = columns("a.md", b"# Crew\n\n| Name | Port |\n|:--|--:|\n| Ada | Oslo |\n| Bo | 7 |\n\nEnd | of\n");
        let said: Vec<(&str, Vec<&str>)> = drawn
            .iter()
            .map(|column| (column.name.as_str(), column.values.iter().map(String::as_str).collect()))
            .collect();
        assert_eq!(said, [("Name", vec!["Ada", "Bo"]), ("Port", vec!["Oslo"])]);
        assert_eq!(columns("a.txt", b"Dear all, hello\nnothing here\n"), []);
    }

    #[test]
    fn documents_show_the_paths_of_their_keys() {
        assert_eq!(
            keys("a.yaml", b"# c\na:\n  b: 1\n  c d: x\nlist:\n  - name: y\n"),
            ["a", "a.b", "a.\"c d\"", "list", "list.name"]
        );
        assert_eq!(keys("a.toml", b"x = 1\n[server]\nport = 80\n"), ["server", "server.port", "x"]);
        assert_eq!(keys("a.json", b"not json"), Vec::<String>::new());
    }

    #[test]
    fn logs_and_mailboxes_are_told_by_their_first_lines() {
        let line = br#"10.0.0.1 - - [12/Jun/2023:08:00:00 +0000] "GET /a HTTP/1.1" 200 5"#;
        assert_eq!(kind(line), Some("access-log"));
        assert_eq!(kind(b"From ada@example.org Mon\nSubject: x\n"), Some("mbox"));
        assert_eq!(kind(b"2024 ERROR x\n"), None);
    }
}
