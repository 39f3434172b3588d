//! `text.from` and `text.insert`: words of the request as a text, or as a line of one.

use telos_pack::{Args, Failure, Out, Running};

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

/// A text whose last line has an ending; nothing stays nothing.
fn ended(mut text: String) -> String {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::testing::{edited, text};

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
}
