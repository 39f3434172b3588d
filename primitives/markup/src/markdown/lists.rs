//! `markdown.headings`, `markdown.links`, `markdown.code`, `markdown.tasks` and `markdown.contents`: what a document
//! has.

use super::{Plain, events};
use crate::whole::{Sink, Table, one};
use pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};
use std::collections::HashMap;
use telos_pack::{Args, Failure, Running};

struct Heading {
    level: usize,
    text: String,
    line: usize,
}

/// Counts lines up to offsets that only grow.
struct LineCount<'a> {
    text: &'a str,
    offset: usize,
    line: usize,
}

impl<'a> LineCount<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, offset: 0, line: 1 }
    }

    fn at(&mut self, offset: usize) -> usize {
        if let Some(passed) = self.text.as_bytes().get(self.offset..offset) {
            self.line += passed.iter().filter(|byte| **byte == b'\n').count();
            self.offset = offset;
        }
        self.line
    }
}

fn all_headings(text: &str) -> Result<Vec<Heading>, Failure> {
    let mut headings = Vec::new();
    let mut lines = LineCount::new(text);
    let mut plain: Option<(Plain, usize)> = None;
    for (event, range) in events(text)? {
        match event {
            Event::Start(Tag::Heading { .. }) => plain = Some((Plain::default(), lines.at(range.start))),
            Event::End(TagEnd::Heading(level)) => {
                if let Some((mut plain, line)) = plain.take() {
                    headings.push(Heading { level: level as usize, text: plain.line(), line });
                }
            }
            inside => {
                if let Some((plain, _)) = &mut plain {
                    plain.take(&inside);
                }
            }
        }
    }
    Ok(headings)
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn headings(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(one(|text, out| {
        let mut table = Table::new(["level", "text", "line"]);
        for Heading { level, text, line } in all_headings(text)? {
            table.row([level.to_string().as_str(), &text, &line.to_string()])?;
        }
        let count = table.give(0, out);
        out.count(1, count);
        Ok(())
    }))
}

/// Each heading as an item of a nested list that links to it, named as GitHub names it.
pub(crate) fn contents(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let deepest = args.count(1)?;
    Ok(one(move |text, out| {
        let headings = all_headings(text)?;
        let shown = || headings.iter().filter(|heading| heading.level as u64 <= deepest);
        let top = shown().map(|heading| heading.level).min().unwrap_or(1);
        let mut names: HashMap<String, usize> = HashMap::new();
        let mut sink = Sink::default();
        for heading in &headings {
            // Headings that are not shown take part in the numbering of equal names.
            let name = anchor(&heading.text, &mut names);
            if heading.level as u64 > deepest {
                continue;
            }
            let indent = "  ".repeat(heading.level - top);
            let text = heading.text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
            sink.text(&format!("{indent}- [{text}](#{name})\n"))?;
        }
        out.bytes(0, sink.into_bytes());
        out.count(1, shown().count() as u64);
        Ok(())
    }))
}

/// The fragment that a heading gets: lower case, blanks as dashes, no other marks, numbered where it repeats.
fn anchor(text: &str, names: &mut HashMap<String, usize>) -> String {
    let letters = text.chars().flat_map(char::to_lowercase).filter_map(|letter| match letter {
        ' ' => Some('-'),
        '-' | '_' => Some(letter),
        letter => letter.is_alphanumeric().then_some(letter),
    });
    let name: String = letters.collect();
    let count = names.entry(name.clone()).or_insert(0);
    *count += 1;
    if *count == 1 { name } else { format!("{name}-{}", *count - 1) }
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn links(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(one(|text, out| {
        let mut table = Table::new(["text", "url"]);
        let mut open: Option<(Plain, String)> = None;
        for (event, _) in events(text)? {
            match event {
                Event::Start(Tag::Link { dest_url, .. }) => open = Some((Plain::default(), dest_url.to_string())),
                Event::End(TagEnd::Link) => {
                    if let Some((mut plain, url)) = open.take() {
                        table.row([plain.line().as_str(), &url])?;
                    }
                }
                inside => {
                    if let Some((plain, _)) = &mut open {
                        plain.take(&inside);
                    }
                }
            }
        }
        let count = table.give(0, out);
        out.count(1, count);
        Ok(())
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn code(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(one(|text, out| {
        let mut table = Table::new(["language", "lines", "code"]);
        let mut open: Option<(String, String)> = None;
        for (event, _) in events(text)? {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    let language = info.split([' ', ',', '\t']).next().unwrap_or_default();
                    open = Some((language.to_owned(), String::new()));
                }
                Event::End(TagEnd::CodeBlock) => {
                    if let Some((language, code)) = open.take() {
                        table.row([language.as_str(), &code.lines().count().to_string(), &code])?;
                    }
                }
                Event::Text(part) => {
                    if let Some((_, code)) = &mut open {
                        code.push_str(&part);
                    }
                }
                _ => {}
            }
        }
        let count = table.give(0, out);
        out.count(1, count);
        Ok(())
    }))
}

/// A task's own line: what stands in lists under it is no part of it.
#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn tasks(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(one(|text, out| {
        let mut table = Table::new(["done", "text"]);
        let mut open: Option<(Plain, bool)> = None;
        let mut left = 0;
        for (event, _) in events(text)? {
            let is_end = matches!(
                event,
                Event::End(TagEnd::Item | TagEnd::Paragraph) | Event::Start(Tag::List(_) | Tag::CodeBlock(_))
            );
            if let Event::TaskListMarker(done) = event {
                open = Some((Plain::default(), done));
            } else if is_end {
                if let Some((mut plain, done)) = open.take() {
                    left += u64::from(!done);
                    table.row([if done { "true" } else { "false" }, &plain.line()])?;
                }
            } else if let Some((plain, _)) = &mut open {
                plain.take(&event);
            }
        }
        let count = table.give(0, out);
        out.count(1, count);
        out.count(2, left);
        Ok(())
    }))
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use proptest::prelude::*;
    use telos_pack::testing::{Given, run};
    use telos_pack::{Failure, Value};

    fn call(name: &str, markdown: &str) -> Given {
        run(&PACK, name, markdown.as_bytes(), 7, &[]).unwrap()
    }

    #[test]
    fn headings_have_their_lines() {
        let markdown = "intro\n# A *b* `c`\n\nUnder\nline\n---\n\n```\n# no\n```\n### D, e";
        let given = call("markdown.headings", markdown);
        assert_eq!(given.text("table"), "level,text,line\n1,A b c,2\n2,Under line,4\n3,\"D, e\",11\n");
        assert_eq!(given.int("count"), Some(3));
        assert_eq!(call("markdown.headings", "no heading").text("table"), "level,text,line\n");
    }

    #[test]
    fn contents_link_to_headings() {
        let markdown = "## A & B\n### C [d]\n## A & B\n#### Über\n";
        let given = call("markdown.contents", markdown);
        let expected = "- [A & B](#a--b)\n  - [C \\[d\\]](#c-d)\n- [A & B](#a--b-1)\n    - [Über](#über)\n";
        assert_eq!(given.text("markdown"), expected);
        let depth = [("depth", Value::Int(2))];
        let given = run(&PACK, "markdown.contents", markdown.as_bytes(), 7, &depth).unwrap();
        assert_eq!((given.text("markdown").lines().count(), given.int("count")), (2, Some(2)));
    }

    #[test]
    fn links_are_listed_with_their_text() {
        let markdown = "[a *b*](http://x/?a,b \"t\") <https://y> [r] ![i](p.png) [![alt](q.png)](z)\n\n[r]: /rel\n";
        let expected = "text,url\na b,\"http://x/?a,b\"\nhttps://y,https://y\nr,/rel\nalt,z\n";
        assert_eq!(call("markdown.links", markdown).text("table"), expected);
    }

    #[test]
    fn fenced_code_is_listed() {
        let markdown = "```rust,ignore\nlet a = \"b\";\nc\n```\n\n    indented\n\n~~~\nx\n~~~\n- ```sh\n  y\n  ```\n";
        let expected = "language,lines,code\nrust,2,\"let a = \"\"b\"\";\nc\n\"\n,1,\"x\n\"\nsh,1,\"y\n\"\n";
        assert_eq!(call("markdown.code", markdown).text("table"), expected);
    }

    #[test]
    fn tasks_are_listed_with_their_state() {
        let markdown = "- [ ] a *b*\n  - [x] c\n- d\n- [X] e\n\n  more\n";
        let given = call("markdown.tasks", markdown);
        assert_eq!(given.text("table"), "done,text\nfalse,a b\ntrue,c\ntrue,e\n");
        assert_eq!((given.int("count"), given.int("open")), (Some(3), Some(1)));
    }

    #[test]
    fn hostile_documents_end() {
        for part in ["# ", "- [ ] ", "[a](b) ", "```\n", "> # a\n", "* [x] "] {
            for name in ["markdown.headings", "markdown.contents", "markdown.links", "markdown.code", "markdown.tasks"]
            {
                let given = run(&PACK, name, part.repeat(5_000).as_bytes(), 1 << 16, &[]);
                assert!(matches!(given, Ok(_) | Err(Failure::Limit(_))));
            }
        }
    }

    proptest! {
        #[test]
        fn every_heading_is_found(headings in prop::collection::vec((1..=6_usize, "[a-z]{1,6}"), 0..8)) {
            let markdown: String = headings.iter().map(|(level, text)| format!("{} {text}\n\
                \n", "#".repeat(*level))).collect();
            let expected: String = std::iter::once(String::from("level,text,line\n"))
                .chain(headings.iter().enumerate().map(|(index, (level, text))| format!("{level},{text},{}\
                    \n", index * 2 + 1)))
                .collect();
            prop_assert_eq!(call("markdown.headings", &markdown).text("table"), expected);
        }
    }
}
