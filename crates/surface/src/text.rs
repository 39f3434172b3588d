//! Scenes on a terminal or in a pipe.

use crate::{Block, Level, Scene, picture, table};
use anstyle::{AnsiColor, Style};
use std::fmt::Write;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How to print.
#[derive(Clone, Copy, Debug)]
pub struct TextStyle {
    /// Colours and aligned columns for a person; plain tab-separated lines otherwise.
    pub terminal: bool,
    /// Use colours. Only on a terminal, and only if the person did not turn them off.
    pub colour: bool,
    /// Columns that there are on a terminal.
    pub columns: usize,
    /// What lines and bars are made of on a terminal.
    pub glyphs: Glyphs,
}

/// Which characters a drawing is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyphs {
    /// Lines, blocks and dots of Unicode.
    Unicode,
    /// For terminals that show nothing else.
    Ascii,
}

/// Prints a scene. Control characters in content are escaped when `style.terminal` is set.
#[must_use]
pub fn text(scene: &Scene, style: TextStyle) -> String {
    Printer::new(style).rest(scene)
}

/// Prints a scene in parts, as they come.
#[derive(Clone, Copy, Debug)]
pub struct Printer {
    style: TextStyle,
    /// Blocks that are printed.
    blocks: usize,
    /// Bytes that are printed of the text which is the next block.
    bytes: usize,
}

impl Printer {
    /// Nothing is printed yet.
    #[must_use]
    pub const fn new(style: TextStyle) -> Self {
        Self { style, blocks: 0, bytes: 0 }
    }

    /// Further blocks, with more of them to come.
    pub fn blocks(&mut self, blocks: &[Block]) -> String {
        self.print(blocks, false)
    }

    /// More of the text that is the next block.
    pub fn text(&mut self, text: &str) -> String {
        self.bytes += text.len();
        if self.style.terminal { printable(text, true) } else { text.to_owned() }
    }

    /// What was not printed yet of a scene that is complete.
    pub fn rest(&mut self, scene: &Scene) -> String {
        let left = scene.blocks.get(self.blocks..).unwrap_or_default();
        self.print(left, self.blocks + left.len() == 1)
    }

    fn print(&mut self, blocks: &[Block], single: bool) -> String {
        let mut out = String::new();
        for block in blocks {
            if self.blocks > 0 && matches!(block, Block::Heading { .. } | Block::Table { .. }) {
                out.push('\n');
            }
            match block {
                Block::Text { text } if self.bytes > 0 => {
                    out.push_str(&self.text_left(text));
                }
                block => one_block(&mut out, block, self.style, single),
            }
            self.blocks += 1;
        }
        out
    }

    /// The end of a text whose beginning is printed.
    fn text_left(&mut self, text: &str) -> String {
        let left = text.get(std::mem::take(&mut self.bytes)..).unwrap_or_default();
        let end = if text.ends_with('\n') { "" } else { "\n" };
        if self.style.terminal { printable(left, true) + end } else { format!("{left}{end}") }
    }
}

fn one_block(out: &mut String, block: &Block, style: TextStyle, single: bool) {
    let bold = Style::new().bold();
    let clean = |content: &str, lines: bool| {
        if style.terminal { printable(content, lines) } else { content.to_owned() }
    };
    match block {
        Block::Heading { text } => line(out, &paint(&clean(text, false), bold, style)),
        Block::Fact { value, .. } if single => line(out, &clean(value, true)),
        Block::Fact { label, value } => line(out, &format!("{}: {}", clean(label, false), clean(value, true))),
        Block::Text { text } => {
            out.push_str(&clean(text, true));
            if !text.is_empty() && !text.ends_with('\n') {
                out.push('\n');
            }
        }
        Block::Table { columns, rows, hidden } => {
            if style.terminal {
                table::aligned(out, columns, rows, style);
            } else {
                separated(out, columns, rows);
            }
            more(out, *hidden, "rows", style);
        }
        Block::List { items, hidden } => {
            for item in items {
                line(out, &clean(item, false));
            }
            more(out, *hidden, "items", style);
        }
        Block::Picture { svg, alternative } => {
            if style.terminal {
                match picture::drawn(svg, style) {
                    Some(drawn) => out.push_str(&drawn),
                    None => line(out, &format!("[picture: {}]", clean(alternative, false))),
                }
            } else {
                line(out, svg);
            }
        }
        Block::Notice { level, text } => {
            let colour = match level {
                Level::Note => AnsiColor::Cyan,
                Level::Warning => AnsiColor::Yellow,
                Level::Error => AnsiColor::Red,
            };
            line(out, &paint(&clean(text, false), Style::new().fg_color(Some(colour.into())), style));
        }
    }
}

/// Replaces what a terminal would obey: control characters and text-direction overrides. Line feeds and tabs stay if
/// `lines` is set.
#[must_use]
pub fn printable(content: &str, lines: bool) -> String {
    let mut out = String::with_capacity(content.len());
    for letter in content.chars() {
        let kept = lines && matches!(letter, '\n' | '\t');
        let obeyed = letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if obeyed && !kept {
            out.extend(letter.escape_unicode());
        } else {
            out.push(letter);
        }
    }
    out
}

/// Columns that a text takes on a terminal.
#[must_use]
pub fn columns(text: &str) -> usize {
    text.width()
}

/// The beginning of a text that fits into so many columns.
#[must_use]
pub fn clipped(text: &str, columns: usize) -> &str {
    let mut used = 0;
    let beyond = text.char_indices().find(|(_, letter)| {
        used += letter.width().unwrap_or(0);
        used > columns
    });
    beyond.map_or(text, |(at, _)| &text[..at])
}

fn separated(out: &mut String, columns: &[String], rows: &[Vec<String>]) {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    let written =
        std::iter::once(columns).chain(rows.iter().map(Vec::as_slice)).try_for_each(|row| writer.write_record(row));
    if written.is_ok()
        && let Ok(bytes) = writer.into_inner()
    {
        out.push_str(&String::from_utf8_lossy(&bytes));
    }
}

pub(crate) fn more(out: &mut String, hidden: usize, what: &str, style: TextStyle) {
    if hidden > 0 {
        line(out, &paint(&format!("… and {hidden} more {what}"), Style::new().dimmed(), style));
    }
}

pub(crate) fn paint(content: &str, with: Style, style: TextStyle) -> String {
    if style.colour { format!("{with}{content}{with:#}") } else { content.to_owned() }
}

pub(crate) fn line(out: &mut String, content: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{content}");
}

#[cfg(test)]
mod tests {
    use super::{Glyphs, Printer, TextStyle, clipped, printable, text};
    use crate::{Block, Scene};

    const PIPE: TextStyle = TextStyle { terminal: false, colour: false, columns: 80, glyphs: Glyphs::Unicode };

    fn table() -> Scene {
        Scene {
            blocks: vec![Block::Table {
                columns: vec!["name".into(), "size".into()],
                rows: vec![vec!["a".into(), "10".into()], vec!["longer".into(), "9".into()]],
                hidden: 0,
            }],
        }
    }

    #[test]
    fn a_pipe_gets_csv() {
        assert_eq!(text(&table(), PIPE), "name,size\na,10\nlonger,9\n");
    }

    #[test]
    fn a_single_fact_is_printed_bare() {
        let scene = Scene { blocks: vec![Block::Fact { label: "lines".into(), value: "42".into() }] };
        assert_eq!(text(&scene, PIPE), "42\n");
    }

    #[test]
    fn parts_print_what_the_whole_does() {
        let fact = |label: &str| Block::Fact { label: label.into(), value: "1".into() };
        let blocks = [vec![fact("a"), fact("b")], table().blocks, vec![Block::Text { text: "x\ny".into() }]].concat();
        let whole = Scene { blocks: blocks.clone() };
        for cut in 0..=3 {
            let mut printer = Printer::new(PIPE);
            let early = blocks[..cut].chunks(2).map(|blocks| printer.blocks(blocks)).collect::<String>();
            assert_eq!(early + &printer.rest(&whole), text(&whole, PIPE));
        }
        let long = Scene { blocks: vec![Block::Text { text: "one\ntwo\nthree".into() }] };
        let mut printer = Printer::new(PIPE);
        let early = printer.text("one\nt") + &printer.text("wo");
        assert_eq!(early + &printer.rest(&long), text(&long, PIPE));
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        assert_eq!(clipped("ab\u{6f22}\u{5b57}c", 5), "ab\u{6f22}");
        assert_eq!((clipped("abc", 3), clipped("abc", 0)), ("abc", ""));
    }

    #[test]
    fn content_cannot_drive_the_terminal() {
        assert_eq!(printable("\u{1b}[2J\u{202e}x\n", false), "\\u{1b}[2J\\u{202e}x\\u{a}");
    }
}
