//! `json.parse` and `json.format`.

use serde::de::IgnoredAny;
use serde_json::Value as Json;
use telos_pack::{Args, Failure, Held, Out, Running};

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn parse(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Whole { held: Held::new(), act: checked }))
}

pub(crate) fn format(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let act = if args.flag(1)? { compact } else { indented };
    Ok(Box::new(Whole { held: Held::new(), act }))
}

/// A function of the whole document.
struct Whole {
    held: Held,
    act: fn(Vec<u8>) -> Result<Vec<u8>, Failure>,
}

impl Running for Whole {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.held.push(chunk)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        out.bytes(0, (self.act)(self.held.take())?);
        Ok(())
    }
}

fn checked(text: Vec<u8>) -> Result<Vec<u8>, Failure> {
    check(&text)?;
    Ok(text)
}

#[expect(clippy::needless_pass_by_value, reason = "one signature for all forms")]
fn indented(text: Vec<u8>) -> Result<Vec<u8>, Failure> {
    let mut out = serde_json::to_vec_pretty(&read(&text)?).map_err(|error| unwritten(&error))?;
    out.push(b'\n');
    Ok(out)
}

#[expect(clippy::needless_pass_by_value, reason = "one signature for all forms")]
fn compact(text: Vec<u8>) -> Result<Vec<u8>, Failure> {
    let mut out = serde_json::to_vec(&read(&text)?).map_err(|error| unwritten(&error))?;
    out.push(b'\n');
    Ok(out)
}

fn unwritten(error: &serde_json::Error) -> Failure {
    Failure::Internal(format!("the document cannot be written: {error}"))
}

fn unread(error: &serde_json::Error) -> Failure {
    Failure::bad(format!("this is not one JSON document: {error}"))
}

/// Checks that `text` is one JSON document of ordinary nesting.
pub(crate) fn check(text: &[u8]) -> Result<(), Failure> {
    serde_json::from_slice::<IgnoredAny>(text).map(|_| ()).map_err(|error| unread(&error))
}

/// Reads a document. Numbers keep their digits.
pub(crate) fn read(text: &[u8]) -> Result<Json, Failure> {
    serde_json::from_slice(text).map_err(|error| unread(&error))
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use telos_pack::testing::run;
    use telos_pack::{Failure, Value};

    fn call(name: &str, text: &str, arguments: &[(&str, Value)]) -> Result<String, Failure> {
        run(&PACK, name, text.as_bytes(), 3, arguments).map(|given| given.text("json"))
    }

    #[test]
    fn a_document_passes_unchanged_and_anything_else_is_refused() {
        assert_eq!(call("json.parse", " {\"b\":1, \"a\":[ ]}\n", &[]).unwrap(), " {\"b\":1, \"a\":[ ]}\n");
        for text in ["", "{", "1 2", "{'a':1}", "[1,]", "NaN", "\"\u{1}\""] {
            assert!(matches!(call("json.parse", text, &[]), Err(Failure::BadInput(_))), "{text}");
        }
        let deep = "[".repeat(100_000);
        assert!(matches!(call("json.parse", &deep, &[]), Err(Failure::BadInput(_))));
    }

    #[test]
    fn formatting_keeps_order_and_digits() {
        let text = "{\"b\":1.10,\"a\":123456789012345678901234567890}";
        assert_eq!(
            call("json.format", text, &[]).unwrap(),
            "{\n  \"b\": 1.10,\n  \"a\": 123456789012345678901234567890\n}\n"
        );
        let compact = [("compact", Value::Bool(true))];
        assert_eq!(call("json.format", "[ 1 , {\"x\" : null} ]", &compact).unwrap(), "[1,{\"x\":null}]\n");
    }
}
