//! `table.from-json`: objects to rows.

use crate::document::read;
use serde_json::Value as Json;
use std::collections::HashMap;
use telos_pack::{Args, Failure, Held, Out, Running};
use telos_table::write_row;

/// Most columns.
const COLUMNS_MAX: usize = 4096;

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn start(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(FromJson { held: Held::new() }))
}

struct FromJson {
    held: Held,
}

impl Running for FromJson {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.held.push(chunk)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let document = read(&self.held.take())?;
        let items = match document {
            Json::Array(items) => items,
            object @ Json::Object(_) => vec![object],
            _ => return Err(Failure::bad("only an array or an object can be a table")),
        };
        let columns = columns(&items)?;
        let mut table = Vec::new();
        write_row(&mut table, columns.iter().copied());
        for item in &items {
            let fields: Vec<String> = match item {
                Json::Object(entries) => {
                    columns.iter().map(|name| entries.get(*name).map_or_else(String::new, field)).collect()
                }
                other => vec![field(other)],
            };
            write_row(&mut table, fields.iter().map(String::as_str));
        }
        out.bytes(0, table);
        out.count(1, items.len() as u64);
        Ok(())
    }
}

/// Every key, in the order they first occur; one column `value` for an array without objects.
fn columns(items: &[Json]) -> Result<Vec<&str>, Failure> {
    let mut seen = HashMap::new();
    let mut columns: Vec<&str> = Vec::new();
    let mut plain = false;
    for item in items {
        match item {
            Json::Object(entries) => {
                for key in entries.keys() {
                    if seen.insert(key.as_str(), ()).is_none() {
                        columns.push(key);
                    }
                }
            }
            _ => plain = true,
        }
    }
    match (columns.len(), plain) {
        (1.., true) => Err(Failure::bad("some items of the array are objects and some are not")),
        (0, _) => Ok(vec!["value"]),
        (more, _) if more > COLUMNS_MAX => {
            Err(Failure::Limit(format!("the objects have more than {COLUMNS_MAX} different keys")))
        }
        _ => Ok(columns),
    }
}

/// A field: texts as they are, null empty, anything nested as compact JSON.
fn field(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use telos_pack::Failure;
    use telos_pack::testing::run;

    fn table(json: &str) -> Result<String, Failure> {
        run(&PACK, "table.from-json", json.as_bytes(), 4, &[]).map(|given| given.text("table"))
    }

    #[test]
    fn keys_become_columns() {
        let json = r#"[{"a":1,"b":"x,y"},{"c":[1,{"d":null}],"a":null}]"#;
        assert_eq!(table(json).unwrap(), "a,b,c\n1,\"x,y\",\n,,\"[1,{\"\"d\"\":null}]\"\n");
        assert_eq!(table("[1,\"b\",null]").unwrap(), "value\n1\nb\n\"\"\n");
        assert_eq!(table("{\"k\":true}").unwrap(), "k\ntrue\n");
        assert_eq!(table("[]").unwrap(), "value\n");
        assert!(table("[1,{\"a\":1}]").is_err() && table("3").is_err());
    }
}
