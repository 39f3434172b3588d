//! `jsonl.parse` and `json.to-lines`: one document a line.

use crate::read::{kind, read};
use crate::whole::{Sink, one, too_large};
use serde::de::IgnoredAny;
use serde_json::Value as Json;
use telos_pack::{Args, EMIT_BYTES, Failure, LineSink, Lines, Out, Running};

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn parse(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Parse { lines: Lines::new(), state: State::default() }))
}

struct Parse {
    lines: Lines,
    state: State,
}

#[derive(Default)]
struct State {
    written: Vec<u8>,
    /// Number of the last line read, from 1.
    line: u64,
    count: u64,
}

impl Running for Parse {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        self.lines.push(chunk, &mut self.state)?;
        if self.state.written.len() >= EMIT_BYTES {
            out.bytes(0, std::mem::take(&mut self.state.written));
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.lines.finish(&mut self.state)?;
        let end: &[u8] = if self.state.count == 0 { b"[]\n" } else { b"\n]\n" };
        self.state.written.extend_from_slice(end);
        out.bytes(0, std::mem::take(&mut self.state.written));
        out.count(1, self.state.count);
        Ok(())
    }
}

impl LineSink for State {
    fn lines(&mut self, block: &[u8]) -> Result<(), Failure> {
        for line in block.split_inclusive(|byte| *byte == b'\n') {
            self.line += 1;
            let line = if self.line == 1 { line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line) } else { line };
            let line = line.trim_ascii();
            if line.is_empty() {
                continue;
            }
            serde_json::from_slice::<IgnoredAny>(line).map_err(|error| {
                Failure::bad(format!("line {} is not one JSON document: {}", self.line, within(&error)))
            })?;
            self.written.extend_from_slice(if self.count == 0 { b"[\n" } else { b",\n" });
            self.written.extend_from_slice(line);
            self.count += 1;
        }
        Ok(())
    }
}

/// What is wrong, with the column alone: the reader sees one line and calls it the first.
fn within(error: &serde_json::Error) -> String {
    error.to_string().replace("at line 1 column", "at column")
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn write(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(one(|text, out| {
        let document = read(text, 1)?;
        let Json::Array(items) = document else {
            return Err(Failure::bad(format!("a {} has no items to write one a line; an array has", kind(&document))));
        };
        let mut sink = Sink::default();
        for item in &items {
            serde_json::to_writer(&mut sink, item).map_err(|_| too_large())?;
            sink.text("\n")?;
        }
        out.bytes(0, sink.into_bytes());
        out.count(1, items.len() as u64);
        Ok(())
    }))
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use proptest::prelude::*;
    use telos_pack::Failure;
    use telos_pack::testing::run;

    fn call(name: &str, text: &str, output: &str, chunk: usize) -> Result<(String, Option<i64>), Failure> {
        run(&PACK, name, text.as_bytes(), chunk, &[]).map(|given| (given.text(output), given.int("count")))
    }

    #[test]
    fn lines_become_an_array() {
        let parse = |text: &str| call("jsonl.parse", text, "json", 4);
        assert_eq!(parse("{\"a\": 1}\r\n\n[2]").unwrap(), ("[\n{\"a\": 1},\n[2]\n]\n".into(), Some(2)));
        assert_eq!(parse("").unwrap(), ("[]\n".into(), Some(0)));
        let wrong = parse("1\n\n{\"a\":}\n").unwrap_err().to_string();
        assert_eq!(wrong, "line 3 is not one JSON document: expected value at column 6");
        assert!(parse("1 2\n").unwrap_err().to_string().starts_with("line 1"));
        assert!(parse(&"[".repeat(1_000_000)).is_err());
    }

    #[test]
    fn items_become_lines() {
        let write = |text: &str| call("json.to-lines", text, "lines", 4);
        assert_eq!(write("[1, {\"a\" : [\"\\n\"]}]").unwrap(), ("1\n{\"a\":[\"\\n\"]}\n".into(), Some(2)));
        assert_eq!(write("[]").unwrap(), (String::new(), Some(0)));
        assert!(write("{}").unwrap_err().to_string().contains("object"));
    }

    proptest! {
        #[test]
        fn lines_come_back_in_any_pieces(items in prop::collection::vec("[a\"\n é]{0,5}", 0..6), chunk in 1..9_usize) {
            let json = format!("{}\n", serde_json::to_string(&items).unwrap());
            let (lines, _) = call("json.to-lines", &json, "lines", chunk).unwrap();
            let (back, _) = call("jsonl.parse", &lines, "json", chunk).unwrap();
            prop_assert_eq!(serde_json::from_str::<Vec<String>>(&back).unwrap(), items);
        }
    }
}
