//! `json.records`: the objects of an array inside a document as rows.

use crate::locate::value_at;
use crate::path::{Step, at, spell};
use crate::read::{field, kind, read};
use crate::whole::{Table, one};
use serde_json::{Map, Value as Json};
use std::collections::HashSet;
use telos_pack::{Args, Failure, Running};

/// Most columns.
const COLUMNS_MAX: usize = 4_096;
/// Most fields of a table, empty ones included: rows that have no key in common would make them without end.
const FIELDS_MAX: usize = 20_000_000;
/// Most arrays named where several could be meant.
const NAMED_MAX: usize = 5;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let path = args.text(1)?;
    Ok(one(move |text, out| {
        let document = read(text, 1)?;
        let (steps, value) = value_at(&document, &path)?;
        let value = match value {
            Json::Object(_) if steps.is_empty() => only_array(&document)?,
            other => other,
        };
        let table = match value {
            Json::Array(items) => rows(items.iter().map(|item| (None, item)))?,
            Json::Object(entries) if !entries.is_empty() && entries.values().all(Json::is_object) => {
                rows(entries.iter().map(|(key, item)| (Some(key.as_str()), item)))?
            }
            object @ Json::Object(_) => rows([(None, object)].into_iter())?,
            other => return Err(Failure::bad(format!("a {} is no list of records; name an array", kind(other)))),
        };
        let count = table.give(0, out);
        out.count(1, count);
        Ok(())
    }))
}

/// The only array in the document that holds objects, or else the only array; the document itself if it has none.
/// Arrays inside such arrays do not count.
fn only_array(document: &Json) -> Result<&Json, Failure> {
    let mut arrays = Vec::new();
    collect(document, &mut Vec::new(), &mut arrays);
    let of_objects = |steps: &Vec<Step>| {
        at(document, steps).and_then(Json::as_array).is_some_and(|items| items.iter().any(Json::is_object))
    };
    let mut chosen: Vec<&Vec<Step>> = arrays.iter().filter(|steps| of_objects(steps)).collect();
    if chosen.is_empty() {
        chosen = arrays.iter().collect();
    }
    match chosen.as_slice() {
        [] => Ok(document),
        [steps] => at(document, steps).ok_or_else(|| Failure::Internal(String::from("an array is gone"))),
        several => {
            let named: Vec<String> =
                several.iter().take(NAMED_MAX).map(|steps| format!("`{}`", spell(steps))).collect();
            let more = if several.len() > named.len() { ", …" } else { "" };
            let count = several.len();
            Err(Failure::bad(format!("the document has {count} lists: {}{more}; say which is meant", named.join(", "))))
        }
    }
}

fn collect(value: &Json, steps: &mut Vec<Step>, arrays: &mut Vec<Vec<Step>>) {
    match value {
        Json::Array(_) => arrays.push(steps.clone()),
        Json::Object(entries) => {
            for (key, item) in entries {
                steps.push(Step::Key(key.clone()));
                collect(item, steps, arrays);
                steps.pop();
            }
        }
        _ => {}
    }
}

/// A row for each object, a column for each key in the order they first occur; a column `value` for items that are no
/// objects, and `key` before all where the items have names.
fn rows<'a>(items: impl Iterator<Item = (Option<&'a str>, &'a Json)> + Clone) -> Result<Table, Failure> {
    let mut seen = HashSet::new();
    let mut columns: Vec<&str> = Vec::new();
    let mut count = 0_usize;
    let mut add = |name: &'a str| {
        if seen.insert(name) {
            columns.push(name);
        }
    };
    for (name, item) in items.clone() {
        count += 1;
        if name.is_some() {
            add("key");
        }
        match item {
            Json::Object(entries) => entries.keys().for_each(|key| add(key)),
            _ => add("value"),
        }
    }
    if columns.len() > COLUMNS_MAX || columns.len().saturating_mul(count) > FIELDS_MAX {
        return Err(Failure::Limit(format!(
            "the records have {} different keys in {count} rows; at most {COLUMNS_MAX} keys and {FIELDS_MAX} fields \
             make a table",
            columns.len()
        )));
    }
    if columns.is_empty() {
        columns.push("value");
    }
    let mut table = Table::new(columns.iter().copied());
    let none = Map::new();
    for (name, item) in items {
        let entries = item.as_object().unwrap_or(&none);
        let fields: Vec<String> = columns
            .iter()
            .map(|column| match (entries.get(*column), name, *column) {
                (_, Some(name), "key") => name.to_owned(),
                (Some(value), ..) => field(value),
                (None, _, "value") if !item.is_object() => field(item),
                _ => String::new(),
            })
            .collect();
        table.row(fields.iter().map(String::as_str))?;
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use telos_pack::testing::run;
    use telos_pack::{Failure, Value};

    fn table(json: &str, path: &str) -> Result<String, Failure> {
        let path = [("path", Value::Text(path.into()))];
        run(&PACK, "json.records", json.as_bytes(), 7, &path).map(|given| given.text("table"))
    }

    #[test]
    fn the_only_list_becomes_a_table() {
        let json = r#"{"page":1,"data":{"users":[{"n":"a","l":[1]},{"n":null,"x":{"y":2}}]},"tags":["p"]}"#;
        assert_eq!(table(json, "").unwrap(), "n,l,x\na,[1],\n,,\"{\"\"y\"\":2}\"\n");
        assert_eq!(table(json, "tags").unwrap(), "value\np\n");
        assert_eq!(table(json, "users").unwrap(), table(json, "").unwrap());
        assert_eq!(table("[1,{\"a\":2}]", "").unwrap(), "value,a\n1,\n,2\n");
        assert_eq!(table("[]", "").unwrap(), "value\n");
        assert_eq!(table("{\"a\":1,\"b\":\"x\"}", "").unwrap(), "a,b\n1,x\n");
        let several = table(r#"{"a":[{}],"b":[{}]}"#, "").unwrap_err().to_string();
        assert!(several.contains("2 lists: `a`, `b`"), "{several}");
        assert!(table("3", "").is_err());
    }

    #[test]
    fn named_records_keep_their_names() {
        let json = r#"{"ann":{"age":3},"bob":{"age":4,"key":"k"}}"#;
        assert_eq!(table(json, "").unwrap(), "key,age\nann,3\nbob,4\n");
    }

    #[test]
    fn too_many_columns_are_refused() {
        let wide: Vec<String> = (0..5_000).map(|index| format!("{{\"k{index}\":1}}")).collect();
        assert!(matches!(table(&format!("[{}]", wide.join(",")), ""), Err(Failure::Limit(_))));
    }
}
