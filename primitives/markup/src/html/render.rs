//! `html.to-text` and `html.to-markdown`: what a page shows, as lines.
//!
//! One walk over the tree serves both. Text keeps the layout (paragraphs, lists, quotes, the cells of a table with tabs
//! between them) and drops the marks; Markdown keeps headings, emphasis, links, images, code and tables as well.

use super::tree::{Edge, Node, is_block, is_hidden, line, parse};
use super::writer::{Break, Writer};
use crate::whole::one;
use scraper::ElementRef;
use scraper::node::Element;
use telos_pack::{Args, Failure, Running};

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn to_text(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(one(|text, out| {
        out.bytes(0, text_of(text)?);
        Ok(())
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn to_markdown(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(one(|text, out| {
        out.bytes(0, render(text, true)?);
        Ok(())
    }))
}

/// The text that a page shows.
pub(crate) fn text_of(html: &str) -> Result<Vec<u8>, Failure> {
    render(html, false)
}

fn render(html: &str, marked: bool) -> Result<Vec<u8>, Failure> {
    let html = parse(html)?;
    let mut page = Page { writer: Writer::new(), marked, lists: Vec::new(), rows: Vec::new() };
    let mut skipped: Option<ego_tree::NodeId> = None;
    for edge in html.tree.root().traverse() {
        match edge {
            Edge::Open(node) if skipped.is_none() => {
                if !page.begin(node)? {
                    skipped = Some(node.id());
                }
            }
            Edge::Close(node) if skipped == Some(node.id()) => skipped = None,
            Edge::Close(node) if skipped.is_none() => page.end(node)?,
            Edge::Open(_) | Edge::Close(_) => {}
        }
    }
    page.writer.into_bytes()
}

/// A row of a table that is being written.
struct Row {
    cells: usize,
    /// Whether the line under a Markdown table's header is written.
    has_rule: bool,
}

struct Page {
    writer: Writer,
    marked: bool,
    /// The next number of each open list; `None` for lists without.
    lists: Vec<Option<i64>>,
    /// The tables that are open; only the outermost is laid out.
    rows: Vec<Row>,
}

impl Page {
    /// Begins a node. Tells whether to go on inside it.
    fn begin(&mut self, node: Node<'_>) -> Result<bool, Failure> {
        let element = match node.value() {
            scraper::Node::Text(text) => {
                self.text(text)?;
                return Ok(true);
            }
            scraper::Node::Element(element) => element,
            scraper::Node::Comment(_) | scraper::Node::Doctype(_) | scraper::Node::ProcessingInstruction(_) => {
                return Ok(false);
            }
            scraper::Node::Document | scraper::Node::Fragment => return Ok(true),
        };
        let name = element.name();
        if is_hidden(name) {
            return Ok(false);
        }
        match name {
            "pre" | "code" | "kbd" | "samp" | "tt" | "img" | "input" => self.whole(element, node)?,
            "br" => self.writer.line_break(if self.marked { "\\" } else { "" })?,
            "hr" => {
                self.writer.block(Break::Blank);
                if !self.writer.is_line_only() {
                    self.writer.raw("---")?;
                }
                self.writer.block(Break::Blank);
            }
            "td" | "th" => self.begin_cell()?,
            _ => self.begin_block(name, element, node),
        }
        // What was written whole is not entered.
        let is_whole = match name {
            "pre" | "img" | "input" | "br" | "hr" => true,
            "code" | "kbd" | "samp" | "tt" => self.marked,
            _ => false,
        };
        Ok(!is_whole)
    }

    fn begin_block(&mut self, name: &str, element: &Element, node: Node<'_>) {
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.writer.block(Break::Blank);
                if self.marked && !self.writer.is_line_only() {
                    let level = name.bytes().last().map_or(1, |digit| usize::from(digit.saturating_sub(b'0')));
                    self.writer.open(&format!("{} ", "#".repeat(level)));
                }
                self.writer.begin_line_only();
            }
            "ul" | "ol" | "menu" | "dir" => {
                self.writer.block(if self.lists.is_empty() { Break::Blank } else { Break::Line });
                let first = element.attr("start").and_then(|start| start.parse().ok()).unwrap_or(1);
                self.lists.push((name == "ol").then_some(first));
            }
            "li" => {
                self.writer.block(Break::Line);
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        let mark = format!("{number}. ");
                        *number = number.saturating_add(1);
                        mark
                    }
                    _ => String::from("- "),
                };
                self.prefixed(&mark, &" ".repeat(mark.len()));
            }
            "dd" => {
                self.writer.block(Break::Line);
                self.prefixed("  ", "  ");
            }
            "blockquote" => {
                self.writer.block(Break::Blank);
                self.prefixed("> ", "> ");
            }
            "table" => {
                self.writer.block(Break::Blank);
                self.rows.push(Row { cells: 0, has_rule: false });
            }
            "tr" if self.rows.len() == 1 => {
                self.writer.block(Break::Line);
                if let Some(row) = self.rows.last_mut() {
                    row.cells = 0;
                }
            }
            "p" if node.parent().is_some_and(|parent| is_first_in_item(node, parent)) => self.writer.block(Break::Line),
            "p" | "pre" | "dl" | "figure" | "details" | "form" | "section" | "article" => {
                self.writer.block(Break::Blank)
            }
            name if is_block(name) => self.writer.block(Break::Line),
            _ if self.marked => {
                if let Some((open, _)) = marks(element) {
                    self.writer.open(open);
                }
            }
            _ => {}
        }
    }

    /// Marks before lines make no sense inside a line.
    fn prefixed(&mut self, first: &str, rest: &str) {
        if !self.writer.is_line_only() {
            self.writer.begin_prefix(first, rest);
        }
    }

    fn end(&mut self, node: Node<'_>) -> Result<(), Failure> {
        let scraper::Node::Element(element) = node.value() else { return Ok(()) };
        match element.name() {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.writer.end_line_only();
                let name = element.name();
                if self.marked && !self.writer.is_line_only() {
                    let level = name.bytes().last().map_or(1, |digit| usize::from(digit.saturating_sub(b'0')));
                    self.writer.close(&format!("{} ", "#".repeat(level)), "")?;
                }
                self.writer.block(Break::Blank);
            }
            "ul" | "ol" | "menu" | "dir" => {
                self.lists.pop();
                self.writer.block(if self.lists.is_empty() { Break::Blank } else { Break::Line });
            }
            "li" | "dd" | "blockquote" => {
                if !self.writer.is_line_only() {
                    self.writer.end_prefix()?;
                }
                self.writer.block(if element.name() == "blockquote" { Break::Blank } else { Break::Line });
            }
            "td" | "th" if self.rows.len() == 1 => self.writer.end_line_only(),
            "tr" if self.rows.len() == 1 => self.end_row()?,
            "table" => {
                self.rows.pop();
                self.writer.block(Break::Blank);
            }
            "p" | "dl" | "figure" | "details" | "form" | "section" | "article" => self.writer.block(Break::Blank),
            name if is_block(name) => self.writer.block(Break::Line),
            _ if self.marked => {
                if let Some((open, close)) = marks(element) {
                    self.writer.close(open, &close)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A text, in Markdown with its marks escaped.
    fn text(&mut self, text: &str) -> Result<(), Failure> {
        let in_cell = !self.rows.is_empty();
        if self.marked {
            self.writer.words(text, &|word, at_start| escaped(word, at_start, in_cell))
        } else {
            self.writer.words(text, &|word, _| word.to_owned())
        }
    }

    fn begin_cell(&mut self) -> Result<(), Failure> {
        let [row] = self.rows.as_mut_slice() else {
            self.writer.block(Break::Line);
            return Ok(());
        };
        row.cells += 1;
        let is_first = row.cells == 1;
        if self.marked {
            self.writer.raw(if is_first { "| " } else { " | " })?;
        } else if !is_first {
            self.writer.raw("\t")?;
        } else {
            // An empty first cell holds its place as well.
            self.writer.raw("")?;
        }
        self.writer.begin_line_only();
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), Failure> {
        let Some(row) = self.rows.last_mut().filter(|row| row.cells > 0) else { return Ok(()) };
        let rule = (!std::mem::replace(&mut row.has_rule, true)).then_some(row.cells);
        if self.marked {
            self.writer.raw(" |")?;
            if let Some(cells) = rule {
                self.writer.block(Break::Line);
                self.writer.raw(&format!("|{}", " --- |".repeat(cells)))?;
            }
        }
        self.writer.block(Break::Line);
        Ok(())
    }

    /// Elements that are written as a whole: code, pictures and check boxes.
    fn whole(&mut self, element: &Element, node: Node<'_>) -> Result<(), Failure> {
        match (element.name(), self.marked) {
            ("pre", marked) => {
                let code: String = ElementRef::wrap(node).map_or_else(String::new, |element| element.text().collect());
                let code = code.strip_suffix('\n').unwrap_or(&code);
                if self.writer.is_line_only() {
                    return self.writer.words(code, &|word, _| word.to_owned());
                }
                self.writer.block(Break::Blank);
                if marked {
                    let fence = "`".repeat(longest_run(code, '`').max(2) + 1);
                    self.writer.lines(&format!("{fence}{}\n{code}\n{fence}", language(node)))?;
                } else {
                    self.writer.lines(code)?;
                }
                self.writer.block(Break::Blank);
            }
            ("code" | "kbd" | "samp" | "tt", true) => {
                let code = ElementRef::wrap(node).map(line).unwrap_or_default();
                if !code.is_empty() {
                    let fence = "`".repeat(longest_run(&code, '`') + 1);
                    let blank = if code.starts_with('`') || code.ends_with('`') { " " } else { "" };
                    let code = if self.rows.is_empty() { code } else { code.replace('|', "\\|") };
                    self.writer.raw(&format!("{fence}{blank}{code}{blank}{fence}"))?;
                }
            }
            ("img", true) => {
                let description = crate::whole::collapsed(element.attr("alt").unwrap_or_default());
                let source = target(element.attr("src").unwrap_or_default());
                self.writer.raw(&format!("![{}]({source})", description.replace('[', "\\[").replace(']', "\\]")))?;
            }
            ("input", _) if element.attr("type").is_some_and(|kind| kind.eq_ignore_ascii_case("checkbox")) => {
                self.writer.raw(if element.attr("checked").is_some() { "[x]" } else { "[ ]" })?;
                self.writer.words(" ", &|word, _| word.to_owned())?;
            }
            _ => {}
        }
        Ok(())
    }
}

/// Whether a paragraph is the first thing in a list's item, whose mark stands before it.
fn is_first_in_item(node: Node<'_>, parent: Node<'_>) -> bool {
    let is_item =
        parent.value().as_element().is_some_and(|element| matches!(element.name(), "li" | "dd" | "td" | "th"));
    is_item && !node.prev_siblings().any(|before| before.value().is_element())
}

/// The marks around an inline element.
fn marks(element: &Element) -> Option<(&'static str, String)> {
    let same = |mark: &'static str| Some((mark, mark.to_owned()));
    match element.name() {
        "b" | "strong" => same("**"),
        "i" | "em" | "cite" | "dfn" | "var" => same("*"),
        "s" | "del" | "strike" => same("~~"),
        "a" => element.attr("href").map(|url| ("[", format!("]({})", target(url)))),
        _ => None,
    }
}

/// A link's target as Markdown has it.
fn target(url: &str) -> String {
    let url = url.trim().replace(['\n', '\r', '\t'], "");
    if url.contains([' ', '(', ')', '<', '>']) {
        return format!("<{}>", url.replace('<', "%3C").replace('>', "%3E"));
    }
    url
}

/// The language of a code block, where its class tells it.
fn language(node: Node<'_>) -> String {
    let inner = node.first_children_named("code");
    let class = |node: Node<'_>| node.value().as_element().and_then(|element| element.attr("class")).map(str::to_owned);
    let classes = inner.and_then(class).or_else(|| class(node)).unwrap_or_default();
    let language = classes.split_whitespace().find_map(|class| class.strip_prefix("language-"));
    language.unwrap_or_default().replace('`', "")
}

/// Finds children by name.
trait Children<'a> {
    fn first_children_named(&self, name: &str) -> Option<Node<'a>>;
}

impl<'a> Children<'a> for Node<'a> {
    fn first_children_named(&self, name: &str) -> Option<Node<'a>> {
        self.children().find(|child| child.value().as_element().is_some_and(|element| element.name() == name))
    }
}

fn longest_run(text: &str, letter: char) -> usize {
    text.split(|other| other != letter).map(str::len).max().unwrap_or(0)
}

/// A word whose letters mean themselves.
fn escaped(word: &str, at_start: bool, in_cell: bool) -> String {
    let mut out = String::with_capacity(word.len() + 4);
    let letters: Vec<char> = word.chars().collect();
    for (index, letter) in letters.iter().enumerate() {
        let (before, after) = (index.checked_sub(1).and_then(|at| letters.get(at)), letters.get(index + 1));
        let is_between =
            before.is_some_and(|other| other.is_alphanumeric()) && after.is_some_and(|other| other.is_alphanumeric());
        let first = at_start && index == 0;
        let needs = match letter {
            '\\' | '*' | '`' | '[' | ']' | '<' | '~' => true,
            '_' => !is_between,
            '&' => after.is_some_and(|next| next.is_ascii_alphanumeric() || *next == '#'),
            '|' => in_cell || at_start,
            '#' | '>' | '+' | '-' | '=' | ':' => first,
            // Numbers before these begin a list.
            '.' | ')' => at_start && index > 0 && letters.iter().take(index).all(char::is_ascii_digit),
            _ => false,
        };
        if needs {
            out.push('\\');
        }
        out.push(*letter);
    }
    out
}
