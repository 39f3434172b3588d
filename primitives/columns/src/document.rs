//! `table.to-markdown` and `table.to-html`: tables in documents. What a field holds is shown, never obeyed.

use telos_pack::{Args, Failure, Out, Running};
use telos_table::{Header, Row, StreamedTable, TableSink};

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn markdown(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(StreamedTable::new(Markdown)))
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn html(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(StreamedTable::new(Html)))
}

struct Markdown;

/// A field as Markdown shows it: signs with a meaning are escaped, and it stays on one line.
fn push_markdown(written: &mut Vec<u8>, field: &str) {
    let mut before = ' ';
    let mut letters = field.chars().peekable();
    while let Some(letter) = letters.next() {
        let word = |letter: Option<&char>| letter.is_some_and(|letter| letter.is_alphanumeric());
        let escaped = match letter {
            '\\' | '|' | '`' | '*' | '[' | ']' | '<' | '~' | '$' => true,
            // Inside a word it has no meaning.
            '_' => !(word(Some(&before)) && word(letters.peek())),
            // An entity would be replaced by what it stands for.
            '&' => word(letters.peek()) || letters.peek() == Some(&'#'),
            _ => false,
        };
        if escaped {
            written.push(b'\\');
        }
        let letter = if matches!(letter, '\n' | '\r' | '\t') { ' ' } else { letter };
        written.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        before = letter;
    }
}

fn markdown_row<'a>(written: &mut Vec<u8>, fields: impl Iterator<Item = &'a str>) {
    for field in fields {
        written.extend_from_slice(b"| ");
        push_markdown(written, field);
        written.push(b' ');
    }
    written.extend_from_slice(b"|\n");
}

impl TableSink for Markdown {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        markdown_row(written, header.names().iter().map(String::as_str));
        header.names().iter().for_each(|_| written.extend_from_slice(b"| --- "));
        written.extend_from_slice(b"|\n");
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, written: &mut Vec<u8>) -> Result<(), Failure> {
        markdown_row(written, row.iter());
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>, _: &mut Out) -> Result<(), Failure> {
        Ok(())
    }
}

struct Html;

fn html_row<'a>(written: &mut Vec<u8>, element: &str, fields: impl Iterator<Item = &'a str>) {
    written.extend_from_slice(b"<tr>");
    for field in fields {
        written.extend_from_slice(format!("<{element}>").as_bytes());
        let mut letters = field.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '\r' if letters.peek() == Some(&'\n') => {}
                '&' => written.extend_from_slice(b"&amp;"),
                '<' => written.extend_from_slice(b"&lt;"),
                '>' => written.extend_from_slice(b"&gt;"),
                '\n' | '\r' => written.extend_from_slice(b"<br>"),
                // No document can hold this one.
                '\0' => written.extend_from_slice("\u{fffd}".as_bytes()),
                other => written.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        written.extend_from_slice(format!("</{element}>").as_bytes());
    }
    written.extend_from_slice(b"</tr>\n");
}

impl TableSink for Html {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        written.extend_from_slice(b"<table>\n<thead>\n");
        html_row(written, "th", header.names().iter().map(String::as_str));
        written.extend_from_slice(b"</thead>\n<tbody>\n");
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, written: &mut Vec<u8>) -> Result<(), Failure> {
        html_row(written, "td", row.iter());
        Ok(())
    }

    fn end(&mut self, written: &mut Vec<u8>, _: &mut Out) -> Result<(), Failure> {
        written.extend_from_slice(b"</tbody>\n</table>\n");
        Ok(())
    }
}
