//! `json.merge` and `json.compare`: two documents.

use crate::path::{Step, push_spelt};
use crate::read::{Style, kind, read};
use crate::whole::{Table, two};
use serde_json::Value as Json;
use telos_pack::{Args, Failure, Running, Value};

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn merge(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(two(|[first, second], out| {
        let mut merged = nth(first, "first")?;
        lay_over(&mut merged, nth(second, "second")?);
        Style::of(first).give(&merged, 0, out)
    }))
}

/// One of the two documents; a failure says which.
fn nth(text: &str, which: &str) -> Result<Json, Failure> {
    read(text, 2).map_err(|failure| match failure {
        Failure::BadInput(message) => Failure::BadInput(format!("the {which} document: {message}")),
        Failure::Limit(message) => Failure::Limit(format!("the {which} document: {message}")),
        other => other,
    })
}

/// Objects are merged key by key; anything else is replaced.
fn lay_over(base: &mut Json, over: Json) {
    match (base, over) {
        (Json::Object(entries), Json::Object(others)) => {
            for (key, other) in others {
                match entries.get_mut(&key) {
                    Some(entry) => lay_over(entry, other),
                    None => drop(entries.insert(key, other)),
                }
            }
        }
        (base, over) => *base = over,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn compare(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(two(|[first, second], out| {
        let (first, second) = (nth(first, "first")?, nth(second, "second")?);
        let mut table = Table::new(["path", "first", "second"]);
        differences(Some(&first), Some(&second), &mut String::new(), &mut table)?;
        let count = table.give(0, out);
        out.value(1, &Value::Bool(count == 0));
        out.count(2, count);
        Ok(())
    }))
}

/// A row for each place where the documents differ: as deep as both have the same kind of container. Numbers differ if
/// they are spelt differently, except for trailing zeros of their decimals.
fn differences(
    first: Option<&Json>,
    second: Option<&Json>,
    path: &mut String,
    table: &mut Table,
) -> Result<(), Failure> {
    match (first, second) {
        (Some(Json::Object(one)), Some(Json::Object(other))) => {
            let added = other.iter().filter(|(key, _)| !one.contains_key(*key)).map(|(key, _)| key);
            for key in one.keys().chain(added) {
                let before = push_spelt(path, &Step::Key(key.clone()));
                differences(one.get(key), other.get(key), path, table)?;
                path.truncate(before);
            }
            Ok(())
        }
        (Some(Json::Array(one)), Some(Json::Array(other))) => {
            for index in 0..one.len().max(other.len()) {
                let before = push_spelt(path, &Step::At(index));
                differences(one.get(index), other.get(index), path, table)?;
                path.truncate(before);
            }
            Ok(())
        }
        (Some(one), Some(other)) if same(one, other) => Ok(()),
        (one, other) => table.row([path.as_str(), &shown(one), &shown(other)]),
    }
}

fn same(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::Number(one), Json::Number(other)) => {
            let (one, other) = (one.to_string(), other.to_string());
            trimmed(&one) == trimmed(&other)
        }
        _ => one == other,
    }
}

/// A plain decimal without the zeros at its end.
fn trimmed(number: &str) -> &str {
    if !number.contains('.') || number.contains(['e', 'E']) {
        return number;
    }
    number.trim_end_matches('0').trim_end_matches('.')
}

/// A value as JSON, so that `1` and `"1"` look different; nothing where there is none.
fn shown(value: Option<&Json>) -> String {
    match value {
        None => String::new(),
        Some(Json::String(text)) if !text.is_empty() && !looks_like_json(text) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// Whether a text could be taken for another kind of value.
fn looks_like_json(text: &str) -> bool {
    serde_json::from_str::<Json>(text).is_ok_and(|value| kind(&value) != "text") || text.starts_with('"')
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use proptest::prelude::*;
    use telos_pack::testing::{Given, run_with};
    use telos_pack::{Failure, Value};

    fn call(name: &str, first: &str, second: &str) -> Result<Given, Failure> {
        run_with(&PACK, name, &[(0, first.as_bytes()), (1, second.as_bytes())], 5, &[])
    }

    #[test]
    fn the_second_document_wins() {
        let merged = |first: &str, second: &str| call("json.merge", first, second).unwrap().text("json");
        assert_eq!(
            merged(r#"{"a":{"b":1,"c":2},"l":[1,2]}"#, r#"{"a":{"b":3,"d":4},"l":[5]}"#),
            "{\"a\":{\"b\":3,\"c\":2,\"d\":4},\"l\":[5]}\n"
        );
        assert_eq!(merged("{\n\t\"a\": 1\n}", "{\"a\":null}"), "{\n\t\"a\": null\n}\n");
        assert_eq!(merged("[1]", "2"), "2\n");
        let wrong = call("json.merge", "{}", "{").unwrap_err().to_string();
        assert!(wrong.contains("second document"), "{wrong}");
    }

    #[test]
    fn differences_are_told_place_by_place() {
        let given =
            call("json.compare", r#"{"a":1,"b":[1,2],"c":"x","e":1.50}"#, r#"{"b":[1,3,4],"c":"1","d":{},"e":1.5}"#);
        let given = given.unwrap();
        assert_eq!(given.text("table"), "path,first,second\na,1,\nb[1],2,3\nb[2],,4\nc,x,\"\"\"1\"\"\"\nd,,{}\n");
        assert_eq!(given.values["same"], Value::Bool(false));
        assert_eq!(given.int("count"), Some(5));
        let same = call("json.compare", "{\"a\":1,\"b\":2}", "{ \"b\":2, \"a\":1 }").unwrap();
        assert_eq!(same.values["same"], Value::Bool(true));
        assert_eq!(same.text("table"), "path,first,second\n");
    }

    proptest! {
        #[test]
        fn merging_with_itself_or_nothing_changes_nothing(entries in prop::collection::btree_map("[a-c]{1,2}", 0..9_u8, 0..5)) {
            let json = serde_json::to_string(&entries).unwrap();
            for (first, second) in [(json.as_str(), "{}"), ("{}", json.as_str()), (json.as_str(), json.as_str())] {
                let merged = call("json.merge", first, second).unwrap().text("json");
                let compared = call("json.compare", &merged, &json).unwrap();
                prop_assert_eq!(&compared.values["same"], &Value::Bool(true));
            }
        }
    }
}
