//! `json.keys`, `json.count`, `json.flatten` and `json.sort-keys`: what is in a document.

use crate::locate::value_at;
use crate::path::{Step, push_spelt};
use crate::read::{Style, field, kind, read};
use crate::whole::{Table, one};
use serde_json::{Map, Value as Json};
use std::collections::HashMap;
use telos_pack::{Args, Failure, Running};

pub(crate) fn keys(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let path = args.text(1)?;
    Ok(one(move |text, out| {
        let document = read(text, 1)?;
        let mut table = Table::new(["key", "kind", "size"]);
        match value_at(&document, &path)?.1 {
            Json::Object(entries) => {
                for (key, value) in entries {
                    table.row([key.as_str(), kind(value), &size(value)])?;
                }
            }
            Json::Array(items) => shared(items, &mut table)?,
            other => return Err(Failure::bad(format!("a {} has no keys; name an object", kind(other)))),
        }
        let count = table.give(0, out);
        out.count(1, count);
        Ok(())
    }))
}

/// Number of entries, items or characters; empty for what has none.
fn size(value: &Json) -> String {
    match value {
        Json::Object(entries) => entries.len().to_string(),
        Json::Array(items) => items.len().to_string(),
        Json::String(text) => text.chars().count().to_string(),
        _ => String::new(),
    }
}

/// The keys of an array's objects: the kind of their values, and how many objects have them.
fn shared(items: &[Json], table: &mut Table) -> Result<(), Failure> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut found: Vec<(&str, &str, u64)> = Vec::new();
    for item in items {
        let Json::Object(entries) = item else {
            return Err(Failure::bad(format!("an item of the array is a {}, which has no keys", kind(item))));
        };
        for (key, value) in entries {
            let at = *places.entry(key).or_insert(found.len());
            match found.get_mut(at) {
                Some((_, seen, count)) => {
                    *count += 1;
                    if *seen != kind(value) {
                        *seen = "mixed";
                    }
                }
                None => found.push((key, kind(value), 1)),
            }
        }
    }
    for (key, kind, count) in found {
        table.row([key, kind, &count.to_string()])?;
    }
    Ok(())
}

pub(crate) fn count(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let path = args.text(1)?;
    Ok(one(move |text, out| {
        let document = read(text, 1)?;
        let count = match value_at(&document, &path)?.1 {
            Json::Object(entries) => entries.len(),
            Json::Array(items) => items.len(),
            other => return Err(Failure::bad(format!("a {} has no items; name an array or object", kind(other)))),
        };
        out.count(0, count as u64);
        Ok(())
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn flatten(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(one(|text, out| {
        let document = read(text, 1)?;
        let mut table = Table::new(["path", "value"]);
        leaves(&document, &mut String::new(), &mut table)?;
        let count = table.give(0, out);
        out.count(1, count);
        Ok(())
    }))
}

/// A row for each value that holds no other.
fn leaves(value: &Json, path: &mut String, table: &mut Table) -> Result<(), Failure> {
    match value {
        Json::Object(entries) if !entries.is_empty() => {
            for (key, item) in entries {
                let before = push_spelt(path, &Step::Key(key.clone()));
                leaves(item, path, table)?;
                path.truncate(before);
            }
            Ok(())
        }
        Json::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                let before = push_spelt(path, &Step::At(index));
                leaves(item, path, table)?;
                path.truncate(before);
            }
            Ok(())
        }
        leaf => table.row([path.as_str(), &field(leaf)]),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn sort_keys(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(one(|text, out| {
        let document = sorted(read(text, 1)?);
        Style::of(text).give(&document, 0, out)
    }))
}

/// Every object's entries by key, in the order of Unicode code points.
fn sorted(value: Json) -> Json {
    match value {
        Json::Object(entries) => {
            let mut entries: Vec<(String, Json)> = entries.into_iter().collect();
            entries.sort_by(|(one, _), (other, _)| one.cmp(other));
            Json::Object(entries.into_iter().map(|(key, item)| (key, sorted(item))).collect::<Map<_, _>>())
        }
        Json::Array(items) => Json::Array(items.into_iter().map(sorted).collect()),
        plain => plain,
    }
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use telos_pack::testing::{Given, run};
    use telos_pack::{Failure, Value};

    fn call(name: &str, json: &str, path: Option<&str>) -> Result<Given, Failure> {
        let arguments: Vec<(&str, Value)> = path.iter().map(|path| ("path", Value::Text((*path).into()))).collect();
        run(&PACK, name, json.as_bytes(), 7, &arguments)
    }

    #[test]
    fn keys_are_listed_with_what_they_hold() {
        let keys = |json: &str, path: Option<&str>| call("json.keys", json, path).unwrap().text("table");
        let json = r#"{"a,b":[1,2],"c":{"d":null},"e":"é€","f":1,"g":false}"#;
        let expected = "key,kind,size\n\"a,b\",array,2\nc,object,1\ne,text,2\nf,number,\ng,boolean,\n";
        assert_eq!(keys(json, None), expected);
        assert_eq!(keys(json, Some("c")), "key,kind,size\nd,null,\n");
        let users = r#"[{"n":1,"x":2},{"n":"a"}]"#;
        assert_eq!(keys(users, None), "key,kind,size\nn,mixed,2\nx,number,1\n");
        assert_eq!(call("json.keys", users, None).unwrap().int("count"), Some(2));
        assert_eq!(keys("{}", None), "key,kind,size\n");
        assert!(call("json.keys", "[1]", None).is_err() && call("json.keys", "3", None).is_err());
    }

    #[test]
    fn items_are_counted() {
        let count = |json: &str, path: Option<&str>| call("json.count", json, path).map(|given| given.int("count"));
        assert_eq!(count("[1,2,3]", None).unwrap(), Some(3));
        assert_eq!(count("{\"users\":[1,2]}", Some("users")).unwrap(), Some(2));
        assert_eq!(count("{\"users\":[1,2]}", None).unwrap(), Some(1));
        assert!(count("\"text\"", None).is_err());
    }

    #[test]
    fn a_document_becomes_a_row_for_each_value() {
        let flat = |json: &str| call("json.flatten", json, None).unwrap().text("table");
        let json = r#"{"a":{"b":[1,{"c":"x"}]},"d e":null,"f":{},"g":[]}"#;
        let expected = "path,value\na.b[0],1\na.b[1].c,x\n\"[\"\"d e\"\"]\",\nf,{}\ng,[]\n";
        assert_eq!(flat(json), expected);
        assert_eq!(flat("7"), "path,value\n,7\n");
        let wide = format!("{{\"{}\":[{}1]}}", "k".repeat(1 << 20), "1,".repeat(1 << 10));
        assert!(matches!(call("json.flatten", &wide, None), Err(Failure::Limit(_))), "paths repeat");
    }

    #[test]
    fn keys_are_sorted_at_every_level() {
        let sorted = |json: &str| call("json.sort-keys", json, None).unwrap().text("json");
        assert_eq!(
            sorted(r#"{"b":{"z":1,"y":2},"a":[{"d":1,"c":1.0}]}"#),
            "{\"a\":[{\"c\":1.0,\"d\":1}],\"b\":{\"y\":2,\"z\":1}}\n"
        );
        assert_eq!(sorted("[3,1]"), "[3,1]\n");
    }
}
