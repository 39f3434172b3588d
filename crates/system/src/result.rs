//! A run's outputs as JSON and as a scene.

use serde_json::{Map, Number, Value as Json};
use std::io::Read;
use telos_abi::{ByteText, Refinement, Type, Value};
use telos_execute::{Blob, Content, Output};
use telos_surface::{Scene, ShownValue};

/// Bytes of a blob that are shown on a surface and put into JSON. The rest is named, not cut in silence.
pub(crate) const SHOWN_BYTES_MAX: u64 = 16 << 20;

/// An output with what its descriptor says of it.
pub(crate) struct Described<'a> {
    pub(crate) meaning: String,
    pub(crate) ty: &'a Type,
    pub(crate) output: &'a Output,
}

/// The outputs as data: one output as itself, several as an object by meaning.
pub(crate) fn json(outputs: &[Described<'_>], path: &dyn Fn(telos_abi::Handle) -> Option<ByteText>) -> Json {
    match outputs {
        [] => Json::Null,
        [one] => output_json(one, path),
        several => several
            .iter()
            .map(|output| (output.meaning.clone(), output_json(output, path)))
            .collect::<Map<_, _>>()
            .into(),
    }
}

/// The outputs as a scene.
pub(crate) fn scene(outputs: &[Described<'_>], path: &dyn Fn(telos_abi::Handle) -> Option<ByteText>) -> Scene {
    let mut scene = Scene::default();
    let mut rest = outputs.iter().peekable();
    while let Some(described) = rest.next() {
        if let (Some(holds), Some(why)) = (truth(described), rest.peek().and_then(|next| reason(next))) {
            let answer = if holds { "yes" } else { "no" };
            let text = if why.is_empty() { answer.to_owned() } else { format!("{answer}: {why}") };
            scene.show(&described.meaning, ShownValue::Value(&Value::Text(text)));
            rest.next();
            continue;
        }
        match &described.output.content {
            Content::Value(value) => scene.show(&described.meaning, ShownValue::Value(&named(value, path))),
            Content::Blob(blob) => {
                let head = head(blob);
                let refinement = refinement(described.ty);
                scene.show(&described.meaning, ShownValue::Blob { head: &head, refinement, size: blob.len() });
            }
            Content::Skipped => {
                scene.notice(telos_surface::Level::Note, format!("{}: the condition was not met", described.meaning));
            }
        }
    }
    scene
}

/// Whether something holds, if that is what an output tells.
pub(crate) fn truth(described: &Described<'_>) -> Option<bool> {
    match &described.output.content {
        Content::Value(value) => match **value {
            Value::Bool(holds) => Some(holds),
            _ => None,
        },
        _ => None,
    }
}

/// Why the answer before is what it is, if that is what an output tells.
fn reason<'a>(described: &Described<'a>) -> Option<&'a str> {
    let tells = WHY.iter().any(|words| described.meaning.starts_with(words));
    match &described.output.content {
        Content::Value(value) if tells => match &**value {
            Value::Text(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// How meanings of outputs begin that tell why another output is what it is.
const WHY: [&str; 2] = ["what is wrong", "the first difference"];

/// The value with handles replaced by what they stand for.
pub(crate) fn named(value: &Value, path: &dyn Fn(telos_abi::Handle) -> Option<ByteText>) -> Value {
    match value {
        Value::Handle(handle) => path(*handle).map_or(value.clone(), |path| Value::Text(path.to_string())),
        Value::List(items) => Value::List(items.iter().map(|item| named(item, path)).collect()),
        Value::Record(fields) => {
            Value::Record(fields.iter().map(|(name, field)| (name.clone(), named(field, path))).collect())
        }
        other => other.clone(),
    }
}

fn output_json(described: &Described<'_>, path: &dyn Fn(telos_abi::Handle) -> Option<ByteText>) -> Json {
    match &described.output.content {
        Content::Value(value) => value_json(value, path),
        Content::Skipped => Json::Null,
        Content::Blob(blob) => {
            let head = head(blob);
            match refinement(described.ty) {
                Refinement::Table => table_json(&head),
                Refinement::Json => serde_json::from_slice(&head).unwrap_or_else(|_| text_json(&head)),
                _ => text_json(&head),
            }
        }
    }
}

pub(crate) fn refinement(ty: &Type) -> Refinement {
    match ty {
        Type::Blob { refinement, .. } | Type::Text { refinement, .. } => *refinement,
        _ => Refinement::Bytes,
    }
}

fn head(blob: &Blob) -> Vec<u8> {
    let mut bytes = Vec::new();
    let read = blob.reader().take(SHOWN_BYTES_MAX).read_to_end(&mut bytes);
    if read.is_err() {
        bytes.clear();
    }
    bytes
}

fn text_json(bytes: &[u8]) -> Json {
    Json::String(String::from_utf8_lossy(bytes).into_owned())
}

/// Rows as objects. A cell that prints back as the number it reads as is a number.
fn table_json(bytes: &[u8]) -> Json {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let Ok(headers) = reader.headers().cloned() else { return text_json(bytes) };
    let rows = reader.records().flatten().map(|record| {
        Json::Object(headers.iter().zip(&record).map(|(name, cell)| (name.to_owned(), cell_json(cell))).collect())
    });
    Json::Array(rows.collect())
}

fn cell_json(cell: &str) -> Json {
    if let Ok(number) = cell.parse::<i64>()
        && number.to_string() == cell
    {
        return Json::Number(number.into());
    }
    match cell.parse::<f64>() {
        Ok(number) if number.to_string() == cell => Number::from_f64(number).map_or_else(|| cell.into(), Json::Number),
        _ => Json::String(cell.to_owned()),
    }
}

fn value_json(value: &Value, path: &dyn Fn(telos_abi::Handle) -> Option<ByteText>) -> Json {
    match value {
        Value::Bool(flag) => Json::Bool(*flag),
        Value::Int(number) => Json::Number((*number).into()),
        Value::Float(number) => Number::from_f64(*number).map_or(Json::Null, Json::Number),
        Value::Text(text) => Json::String(text.clone()),
        Value::Bytes(bytes) => text_json(&bytes.0),
        Value::List(items) => Json::Array(items.iter().map(|item| value_json(item, path)).collect()),
        Value::Record(fields) => {
            Json::Object(fields.iter().map(|(name, field)| (name.clone(), value_json(field, path))).collect())
        }
        Value::Variant(case, inner) => Json::Object(Map::from_iter([(case.clone(), value_json(inner, path))])),
        Value::Handle(handle) => path(*handle).map_or(Json::Null, |path| Json::String(path.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::{cell_json, table_json};
    use serde_json::json;

    #[test]
    fn only_cells_that_print_back_are_numbers() {
        assert_eq!(cell_json("12"), json!(12));
        assert_eq!(cell_json("1.5"), json!(1.5));
        assert_eq!(cell_json("007"), json!("007"));
        assert_eq!(cell_json("1e3"), json!("1e3"));
        assert_eq!(cell_json("NaN"), json!("NaN"));
    }

    #[test]
    fn rows_become_objects() {
        assert_eq!(table_json(b"region,n\nnorth,3\n"), json!([{"region": "north", "n": 3}]));
    }
}
