//! `text.from`, `text.insert` and `text.value`: words of the request as a text or as a line of one, and a text as such words.

use telos_pack::{Args, Failure, LineSink, Lines, Out, Running, Value};

pub(crate) fn from(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(From { text: ended(args.text(0)?) }))
}

struct From {
    text: String,
}

impl Running for From {
    fn push(&mut self, _: u16, _: &[u8], _: &mut Out) -> Result<(), Failure> {
        Err(Failure::Internal("`text.from` takes no data".to_owned()))
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        out.bytes(0, std::mem::take(&mut self.text).into_bytes());
        Ok(())
    }
}

pub(crate) fn insert(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let line = ended(args.text(1)?);
    let at_start = args.choice(2)? == "start";
    Ok(Box::new(Insert { line, at_start, begun: false, last: b'\n' }))
}

struct Insert {
    line: String,
    at_start: bool,
    /// Whether the first byte of the text has passed.
    begun: bool,
    /// Last byte of the text; a line feed while it is empty.
    last: u8,
}

impl Insert {
    fn begin(&mut self, out: &mut Out) {
        if !std::mem::replace(&mut self.begun, true) && self.at_start {
            out.bytes(0, std::mem::take(&mut self.line).into_bytes());
        }
    }
}

impl Running for Insert {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        self.begin(out);
        self.last = chunk.last().copied().unwrap_or(self.last);
        out.pushed(0, 0..chunk.len());
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.begin(out);
        if !self.at_start {
            if self.last != b'\n' {
                out.bytes(0, b"\n".to_vec());
            }
            out.bytes(0, std::mem::take(&mut self.line).into_bytes());
        }
        Ok(())
    }
}

/// Longest line that may be a value.
const VALUE_BYTES_MAX: usize = 4_096;

pub(crate) fn value(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(OneLine { lines: Lines::new(), only: Only(String::new()) }))
}

/// The only line of a text that is not blank; empty as long as none was.
struct Only(String);

impl LineSink for Only {
    fn lines(&mut self, block: &[u8]) -> Result<(), Failure> {
        for line in String::from_utf8_lossy(block).lines().map(str::trim).filter(|line| !line.is_empty()) {
            if !self.0.is_empty() {
                return Err(Failure::bad("one line is needed, and this has several"));
            }
            if line.len() > VALUE_BYTES_MAX {
                return Err(Failure::Limit(format!("a value has at most {VALUE_BYTES_MAX} bytes; this line has more")));
            }
            line.clone_into(&mut self.0);
        }
        Ok(())
    }
}

struct OneLine {
    lines: Lines,
    only: Only,
}

impl Running for OneLine {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.lines.push(chunk, &mut self.only)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.lines.finish(&mut self.only)?;
        if self.only.0.is_empty() {
            return Err(Failure::bad("one line is needed, and this is empty"));
        }
        out.value(0, &Value::Text(std::mem::take(&mut self.only.0)));
        Ok(())
    }
}

/// A text whose last line has an ending; nothing stays nothing.
fn ended(mut text: String) -> String {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use crate::testing::{edited, text};
    use telos_pack::Failure;
    use telos_pack::testing::run;

    #[test]
    fn a_line_is_put_at_the_end_or_at_the_start() {
        let end = [("text", text("new"))];
        let start = [("text", text("new")), ("at", telos_describe::choose("start"))];
        for chunk in [1, 100] {
            assert_eq!(edited("text.insert", "a\nb", chunk, &end), "a\nb\nnew\n");
            assert_eq!(edited("text.insert", "", chunk, &end), "new\n");
            assert_eq!(edited("text.insert", "a\n", chunk, &start), "new\na\n");
            assert_eq!(edited("text.insert", "", chunk, &start), "new\n");
        }
    }

    #[test]
    fn only_one_line_is_a_value() {
        let value = |given: &str, chunk| {
            run(&PACK, "text.value", given.as_bytes(), chunk, &[]).map(|it| it.values["line"].clone())
        };
        for chunk in [1, 3, 100] {
            assert_eq!(value("\n2024-05-01 \n\n", chunk), Ok(text("2024-05-01")));
            assert_eq!(value("a b", chunk), Ok(text("a b")));
            assert!(matches!(value("a\nb", chunk), Err(Failure::BadInput(_))));
            assert!(matches!(value(" \n", chunk), Err(Failure::BadInput(_))));
            assert!(matches!(value(&"a".repeat(5_000), chunk), Err(Failure::Limit(_))));
            assert_eq!(value(&format!("a{}", " ".repeat(9_000)), chunk), Ok(text("a")));
        }
    }
}
