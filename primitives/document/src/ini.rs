//! `ini.parse`: `key = value` in sections, as in `.ini`, `.properties`, `.env`, `.conf` and unit files.
//!
//! Values are texts. A key that occurs again becomes a list, in order. Comments begin with `#` or `;` at the start of a
//! line or after a blank, and `!` at the start. Quotes around a value are taken off; within double quotes `\n`, `\t`,
//! `\"` and `\\` are what they stand for. Before the first section, a line that ends in `\` goes on in the next.

use crate::read::Style;
use crate::whole::one;
use serde_json::{Map, Value as Json};
use telos_pack::{Args, Failure, Running};

/// Most entries and sections.
const ENTRIES_MAX: usize = 1_000_000;

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn parse(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(one(|text, out| Style::usual().give(&document(text)?, 0, out)))
}

fn document(text: &str) -> Result<Json, Failure> {
    let mut top = Map::new();
    let mut section: Option<String> = None;
    let mut entries = 0;
    let mut lines = (1..).zip(text.lines());
    while let Some((number, line)) = lines.next() {
        let mut line = line.trim().to_owned();
        // What was joined before ends in an even number of backslashes, so the last part alone tells.
        let mut goes_on = section.is_none() && continues(&line);
        while goes_on {
            line.pop();
            let Some((_, more)) = lines.next() else { break };
            line.push_str(more.trim());
            goes_on = continues(more.trim());
        }
        if line.is_empty() || line.starts_with(['#', ';', '!']) {
            continue;
        }
        entries += 1;
        if entries > ENTRIES_MAX {
            return Err(Failure::Limit(format!("the text has more than {ENTRIES_MAX} entries and sections")));
        }
        if let Some(rest) = line.strip_prefix('[') {
            let name = rest.split_once(']').filter(|(_, after)| uncommented(after).is_empty()).map(|(name, _)| name);
            let name = name.ok_or_else(|| wrong(number, "a section's name does not end with `]`"))?.trim();
            if !matches!(top.entry(name).or_insert_with(|| Json::Object(Map::new())), Json::Object(_)) {
                return Err(wrong(number, &format!("`{name}` is a key and a section")));
            }
            section = Some(name.to_owned());
            continue;
        }
        let (key, value) = entry(&line).ok_or_else(|| {
            wrong(number, "it is neither a section in brackets, nor a key with `=` and a value, nor a comment")
        })?;
        let place = match &section {
            None => Some(&mut top),
            Some(name) => top.get_mut(name).and_then(Json::as_object_mut),
        };
        let place = place.ok_or_else(|| Failure::Internal(String::from("a section is gone")))?;
        add(place, key, value);
    }
    Ok(Json::Object(top))
}

fn wrong(line: usize, what: &str) -> Failure {
    Failure::bad(format!("line {line}: {what}"))
}

/// Whether a line ends in a backslash that is not itself escaped.
fn continues(line: &str) -> bool {
    let slashes = line.len() - line.trim_end_matches('\\').len();
    slashes % 2 == 1 && !line.starts_with(['#', ';', '!'])
}

/// The part before a comment.
fn uncommented(text: &str) -> &str {
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        if matches!(letter, '#' | ';') && before.is_whitespace() {
            return text.get(..at).unwrap_or_default().trim();
        }
        before = letter;
    }
    text.trim()
}

/// Key and value of a line. `export` before a key, as shells have it, does not count.
fn entry(line: &str) -> Option<(String, String)> {
    let (key, value) = line.split_at_checked(line.find(['=', ':'])?)?;
    let key = key.trim();
    let key = key.strip_prefix("export ").unwrap_or(key).trim();
    let key = unquoted(key).unwrap_or_else(|| key.to_owned());
    if key.is_empty() {
        return None;
    }
    let value = value.get(1..)?.trim();
    Some((key, unquoted(value).unwrap_or_else(|| uncommented(value).to_owned())))
}

/// What stands in quotes, if the text is nothing else but a comment after them.
fn unquoted(text: &str) -> Option<String> {
    if let Some(rest) = text.strip_prefix('\'') {
        let (inside, after) = rest.split_once('\'')?;
        return uncommented(after).is_empty().then(|| inside.to_owned());
    }
    let mut letters = text.strip_prefix('"')?.chars();
    let mut inside = String::new();
    loop {
        match letters.next()? {
            '"' => return uncommented(letters.as_str()).is_empty().then_some(inside),
            '\\' => match letters.next()? {
                'n' => inside.push('\n'),
                't' => inside.push('\t'),
                mark @ ('"' | '\\' | '$') => inside.push(mark),
                other => inside.extend(['\\', other]),
            },
            letter => inside.push(letter),
        }
    }
}

/// Adds an entry; a key that is there already becomes a list.
fn add(entries: &mut Map<String, Json>, key: String, value: String) {
    let value = Json::String(value);
    match entries.get_mut(&key) {
        None => drop(entries.insert(key, value)),
        Some(Json::Array(items)) => items.push(value),
        Some(first) => {
            let before = std::mem::take(first);
            *first = Json::Array(vec![before, value]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PACK;
    use proptest::prelude::*;
    use serde_json::json;
    use telos_pack::testing::run;

    #[test]
    fn sections_become_objects() {
        let ini = "; c\r\nname = x\r\n\r\n[server]\nhost=a.b # where\nport : 80 ; which\nurl = http://x/?a=b#c\n[ a.b ]\n! note\nk = 'q ; r'\n\
                   k = \"s\\n\\\"t\\\"\" # u\nk=\n[server]\nend=1";
        let expected = json!({"name": "x", "server": {"host": "a.b", "port": "80", "url": "http://x/?a=b#c", "end": "1"},
            "a.b": {"k": ["q ; r", "s\n\"t\"", ""]}});
        assert_eq!(document(ini).unwrap(), expected);
        assert_eq!(document("").unwrap(), json!({}));
        let env = "export A=1\nB=\"two words\"\nC='it'\nD=a\\\n  b\nE=it's\n";
        assert_eq!(document(env).unwrap(), json!({"A": "1", "B": "two words", "C": "it", "D": "ab", "E": "it's"}));
        assert_eq!(document("[p]\ndir = C:\\x\\\nk=1").unwrap(), json!({"p": {"dir": "C:\\x\\", "k": "1"}}));
        let given = run(&PACK, "ini.parse", b"a=1", 1, &[]).unwrap().text("json");
        assert_eq!(given, "{\n  \"a\": \"1\"\n}\n");
    }

    #[test]
    fn a_line_that_is_nothing_is_told() {
        let told = |ini: &str| document(ini).unwrap_err().to_string();
        assert!(told("a=1\nwhat is this").starts_with("line 2"));
        assert!(told("[a").starts_with("line 1") && told("[a] b").starts_with("line 1"));
        assert!(told("=1").starts_with("line 1"));
        assert!(told("a=1\n[a]").contains("a key and a section"));
        assert_eq!(document("a=\\").unwrap(), json!({"a": ""}));
    }

    proptest! {
        #[test]
        fn plain_entries_come_back(entries in prop::collection::btree_map("[a-z]{1,4}", "[a-z0-9 /=:é]{0,6}", 0..6)) {
            let ini: String = entries.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
            let expected: Map<String, Json> =
                entries.iter().map(|(key, value)| (key.clone(), Json::from(value.trim()))).collect();
            prop_assert_eq!(document(&ini).unwrap(), Json::Object(expected));
        }

        #[test]
        fn any_text_is_answered(text in "[a=:\\[\\]\"'\\\\#; \n]{0,40}") {
            let _ = document(&text);
        }
    }
}
