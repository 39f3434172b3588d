//! `toml.parse` and `toml.write`: TOML 1.1.
//!
//! Dates, infinities and NaN become texts, because JSON has none. What TOML has none of (null, numbers beyond 64 bits)
//! is refused with its place. Text and keys are written by `toml_writer`; the layout is written here, within bounds.

use crate::path::{Step, spell};
use crate::read::{DEPTH_MAX, Style, kind, position, read, too_deep};
use crate::whole::{Sink, one, too_large};
use serde_json::{Map, Number, Value as Json};
use std::fmt::Write as _;
use std::str::FromStr as _;
use telos_pack::{Args, Failure, Running};
use toml::de::{DeInteger, DeTable, DeValue};
use toml_parser::lexer::TokenKind;
use toml_writer::{ToTomlKey as _, ToTomlValue as _, TomlKeyBuilder, TomlStringBuilder};

/// Most bytes of a document: the parser holds some hundred times as much.
const BYTES_MAX: usize = 4 << 20;
/// Deepest nesting that dotted keys and inline tables may make while the document is read. The parser limits each key and
/// each inline table, but not the two together.
const NESTING_MAX: usize = 200;

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn parse(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(one(|text, out| Style::usual().give(&document(text)?, 0, out)))
}

/// Reads a document.
pub(crate) fn document(text: &str) -> Result<Json, Failure> {
    if text.len() > BYTES_MAX {
        return Err(Failure::Limit(format!("a TOML document may take at most {} MiB", BYTES_MAX >> 20)));
    }
    if nesting(text) > NESTING_MAX {
        return Err(too_deep());
    }
    let table = DeTable::parse(text).map_err(|error| {
        let place = error.span().map_or(String::new(), |span| format!("{}: ", position(text, span.start)));
        let message = error.message();
        if message.contains("recursion limit") {
            too_deep()
        } else {
            Failure::bad(format!("this is not TOML: {place}{message}"))
        }
    })?;
    object(table.get_ref(), 1)
}

/// At least as deep as dotted keys and brackets can nest.
fn nesting(text: &str) -> usize {
    // Dots of the key that is being read, for each bracket that is open.
    let mut dots = vec![0_usize];
    let (mut depth, mut deepest) = (0_usize, 0);
    for token in toml_parser::Source::new(text).lex() {
        match token.kind() {
            TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => {
                dots.push(0);
                depth += 1;
            }
            TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket if dots.len() > 1 => {
                depth -= 1 + dots.pop().unwrap_or(0);
            }
            TokenKind::Dot => {
                if let Some(last) = dots.last_mut() {
                    *last += 1;
                }
                depth += 1;
            }
            TokenKind::Comma | TokenKind::Newline if dots.len() == 1 || token.kind() == TokenKind::Comma => {
                if let Some(last) = dots.last_mut() {
                    depth -= std::mem::take(last);
                }
            }
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

fn object(table: &DeTable<'_>, depth: usize) -> Result<Json, Failure> {
    if depth > DEPTH_MAX {
        return Err(too_deep());
    }
    let mut entries = Map::new();
    for (key, item) in table {
        entries.insert(key.get_ref().to_string(), value(item.get_ref(), depth)?);
    }
    Ok(Json::Object(entries))
}

fn value(item: &DeValue<'_>, depth: usize) -> Result<Json, Failure> {
    Ok(match item {
        DeValue::String(text) => Json::String(text.to_string()),
        DeValue::Integer(integer) => whole_number(integer)?,
        DeValue::Float(float) => number(float.as_str()),
        DeValue::Boolean(truth) => Json::Bool(*truth),
        DeValue::Datetime(time) => Json::String(time.to_string()),
        DeValue::Array(items) => {
            if depth >= DEPTH_MAX {
                return Err(too_deep());
            }
            let items: Result<Vec<Json>, Failure> = items.iter().map(|item| value(item.get_ref(), depth + 1)).collect();
            Json::Array(items?)
        }
        DeValue::Table(table) => object(table, depth + 1)?,
    })
}

fn whole_number(integer: &DeInteger<'_>) -> Result<Json, Failure> {
    let value = i64::from_str_radix(integer.as_str(), integer.radix());
    let value = value.map_err(|_| Failure::bad(format!("the whole number {integer} does not fit into 64 bits")))?;
    Ok(Json::from(value))
}

/// The digits as they are, where JSON can say the number.
fn number(text: &str) -> Json {
    let digits = text.strip_prefix('+').unwrap_or(text);
    Number::from_str(digits).map_or_else(|_| Json::String(text.to_owned()), Json::Number)
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn write(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(one(|text, out| {
        let document = read(text, 1)?;
        let Json::Object(entries) = &document else {
            let kind = kind(&document);
            return Err(Failure::bad(format!("a TOML document is an object, and this one is a {kind}")));
        };
        let mut writer = Writer { sink: Sink::default(), steps: Vec::new(), begun: false };
        writer.table(entries)?;
        out.bytes(0, writer.sink.into_bytes());
        Ok(())
    }))
}

/// A table's own values first, then its tables, as TOML needs it.
struct Writer {
    sink: Sink,
    /// The way to what is written.
    steps: Vec<Step>,
    /// Whether something was written, so that a header is set off by an empty line.
    begun: bool,
}

impl Writer {
    fn table(&mut self, entries: &Map<String, Json>) -> Result<(), Failure> {
        for (key, value) in entries.iter().filter(|(_, value)| !is_table(value)) {
            self.steps.push(Step::Key(key.clone()));
            self.key(key)?;
            self.sink.text(" = ")?;
            self.inline(value)?;
            self.sink.text("\n")?;
            self.begun = true;
            self.steps.pop();
        }
        for (key, value) in entries.iter().filter(|(_, value)| is_table(value)) {
            self.steps.push(Step::Key(key.clone()));
            match value {
                Json::Object(inner) => {
                    // A table that holds only tables is told by their headers.
                    if inner.is_empty() || inner.values().any(|value| !is_table(value)) {
                        self.header("[", "]")?;
                    }
                    self.table(inner)?;
                }
                Json::Array(items) => {
                    for (index, item) in items.iter().enumerate() {
                        self.header("[[", "]]")?;
                        self.steps.push(Step::At(index));
                        self.table(item.as_object().unwrap_or(&Map::new()))?;
                        self.steps.pop();
                    }
                }
                _ => {}
            }
            self.steps.pop();
        }
        Ok(())
    }

    fn header(&mut self, open: &str, close: &str) -> Result<(), Failure> {
        if std::mem::replace(&mut self.begun, true) {
            self.sink.text("\n")?;
        }
        self.sink.text(open)?;
        let steps = std::mem::take(&mut self.steps);
        let keys = steps.iter().filter_map(|step| if let Step::Key(key) = step { Some(key) } else { None });
        for (index, key) in keys.enumerate() {
            if index > 0 {
                self.sink.text(".")?;
            }
            self.key(key)?;
        }
        self.steps = steps;
        self.sink.text(close)?;
        self.sink.text("\n")
    }

    fn key(&mut self, key: &str) -> Result<(), Failure> {
        let key = TomlKeyBuilder::new(key).as_default().to_toml_key();
        self.sink.text(&key)
    }

    fn inline(&mut self, value: &Json) -> Result<(), Failure> {
        match value {
            Json::Null => return Err(self.refused("is null, and TOML has no null")),
            Json::Bool(truth) => self.sink.text(if *truth { "true" } else { "false" })?,
            Json::Number(number) => self.number(number)?,
            Json::String(text) => {
                let text = TomlStringBuilder::new(text).as_default().to_toml_value();
                self.sink.text(&text)?;
            }
            Json::Array(items) => {
                self.sink.text("[")?;
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.sink.text(", ")?;
                    }
                    self.steps.push(Step::At(index));
                    self.inline(item)?;
                    self.steps.pop();
                }
                self.sink.text("]")?;
            }
            Json::Object(entries) => {
                self.sink.text("{")?;
                for (index, (key, item)) in entries.iter().enumerate() {
                    self.sink.text(if index > 0 { ", " } else { " " })?;
                    self.key(key)?;
                    self.sink.text(" = ")?;
                    self.steps.push(Step::Key(key.clone()));
                    self.inline(item)?;
                    self.steps.pop();
                }
                self.sink.text(if entries.is_empty() { "}" } else { " }" })?;
            }
        }
        Ok(())
    }

    fn number(&mut self, number: &Number) -> Result<(), Failure> {
        let digits = number.to_string();
        let is_whole = !digits.contains(['.', 'e', 'E']);
        if is_whole && digits.parse::<i64>().is_err() {
            return Err(self.refused("is a whole number beyond 64 bits, which TOML does not hold"));
        }
        if !is_whole && !digits.parse::<f64>().is_ok_and(f64::is_finite) {
            return Err(self.refused("is a number too large for TOML"));
        }
        self.sink.write_str(&digits).map_err(|_| too_large())
    }

    fn refused(&self, what: &str) -> Failure {
        Failure::bad(format!("`{}` {what}", spell(&self.steps)))
    }
}

/// Whether a value is written with headers: an object, or a list of nothing but objects.
fn is_table(value: &Json) -> bool {
    match value {
        Json::Object(_) => true,
        Json::Array(items) => !items.is_empty() && items.iter().all(Json::is_object),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};
    use telos_pack::Failure;
    use telos_pack::testing::run;

    fn parsed(toml: &str) -> Result<Json, Failure> {
        let given = run(&PACK, "toml.parse", toml.as_bytes(), 3, &[])?;
        Ok(serde_json::from_str(&given.text("json")).unwrap())
    }

    fn written(json: &str) -> Result<String, Failure> {
        run(&PACK, "toml.write", json.as_bytes(), 3, &[]).map(|given| given.text("toml"))
    }

    #[test]
    fn a_document_becomes_json() {
        let toml = "n = 1_000 # c\nx = 0x1F\nf = 1.10\ns = 'a'\nd = 2024-01-02T03:04:05Z\ni = -inf\n\n[a.b]\nl = [1, {k = true}]\n\
                    [[t]]\nk = 1\n[[t]]\n";
        let json = json!({"n": 1000, "x": 31, "s": "a", "d": "2024-01-02T03:04:05Z", "i": "-inf",
            "a": {"b": {"l": [1, {"k": true}]}}, "t": [{"k": 1}, {}]});
        let mut got = parsed(toml).unwrap();
        let float = got.as_object_mut().unwrap().shift_remove("f").unwrap();
        assert_eq!((float.to_string(), got), ("1.10".into(), json));
        assert_eq!(parsed("").unwrap(), json!({}));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let told = |toml: &str| parsed(toml).unwrap_err().to_string();
        assert!(told("a = 1\nb = \n").contains("line 2"), "{}", told("a = 1\nb = \n"));
        assert!(told("a = 1\na = 2").contains("line 2"), "{}", told("a = 1\na = 2"));
        assert!(told("a = 99999999999999999999").contains("64 bits"));
        assert!(told("just text").contains("line 1"));
        for deep in ["a.".repeat(100_000) + "a = 1", format!("a = {}", "[".repeat(100_000)), "[a.a]\n".repeat(3)] {
            assert!(parsed(&deep).is_err());
        }
        let mixed = format!("{}1", format!("{} = {{ ", ["a"; 70].join(".")).repeat(70));
        assert!(matches!(parsed(&mixed), Err(Failure::Limit(_))));
    }

    #[test]
    fn json_is_written_with_headers() {
        let json = r#"{"a":{"x":1,"b":{"y":"q\"w"}},"n":1.50,"l":[1,[2],{}],"t":[{"k":true},{}],"e":{},"deep":{"er":{"z":1}}}"#;
        let expected = "n = 1.50\nl = [1, [2], {}]\n\n[a]\nx = 1\n\n[a.b]\ny = 'q\"w'\n\n[[t]]\nk = true\n\n[[t]]\n\n[e]\n\n\
                        [deep.er]\nz = 1\n";
        assert_eq!(written(json).unwrap(), expected);
        let told = |json: &str| written(json).unwrap_err().to_string();
        assert!(told("{\"a\":{\"b\":[null]}}").contains("`a.b[0]` is null"));
        assert!(told("[1]").contains("array"));
        assert!(told("{\"a\":18446744073709551615}").contains("64 bits"));
        assert!(told("{\"a\":1e999}").contains("too large"));
        let long = format!("{{\"{}\":[{}{{}}]}}", "k".repeat(1 << 20), "{},".repeat(100));
        assert!(matches!(written(&long), Err(Failure::Limit(_))));
    }

    fn any_json(depth: u32) -> impl Strategy<Value = Json> {
        let text = "[a-c\"'\\\\ \n\té\u{1}.#=\\[]{0,6}";
        let leaf = prop_oneof![
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            text.prop_map(Json::from)
        ];
        leaf.prop_recursive(depth, 24, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
                prop::collection::vec((text, inner), 0..4)
                    .prop_map(|entries| Json::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        #[test]
        fn what_is_written_is_read_back(entries in prop::collection::vec(("[a-c. \"]{0,3}", any_json(4)), 0..5)) {
            let json = Json::Object(entries.into_iter().collect());
            let toml = written(&json.to_string()).unwrap();
            prop_assert_eq!(parsed(&toml).unwrap(), json, "{}", toml);
        }
    }
}
