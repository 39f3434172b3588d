//! `html.select`: what a CSS selector finds.

use super::tree::{line, parse};
use crate::whole::{Sink, collapsed, one};
use scraper::Selector;
use telos_pack::{Args, Failure, Running};

/// Longest selector, in bytes: its parts are matched at every element.
const SELECTOR_BYTES_MAX: usize = 1_000;
/// Deepest nesting of `:not(…)` and the like.
const NESTING_MAX: usize = 8;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let written = args.text(1)?;
    let attribute = args.text(2)?;
    let selector = selector(&written)?;
    Ok(one(move |text, out| {
        let html = parse(text)?;
        let mut sink = Sink::default();
        let mut count = 0;
        for element in html.select(&selector) {
            let found = match attribute.trim() {
                "" => line(element),
                name => match element.attr(name) {
                    Some(value) => collapsed(value),
                    None => continue,
                },
            };
            sink.text(&found)?;
            sink.text("\n")?;
            count += 1;
        }
        out.bytes(0, sink.into_bytes());
        out.count(1, count);
        Ok(())
    }))
}

fn selector(written: &str) -> Result<Selector, Failure> {
    let refused = |what: &str| Failure::bad(format!("`{written}` is not a CSS selector: {what}"));
    if written.len() > SELECTOR_BYTES_MAX {
        return Err(Failure::Limit(format!("a selector may take at most {SELECTOR_BYTES_MAX} bytes")));
    }
    let mut depth = 0_usize;
    for letter in written.chars() {
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > NESTING_MAX {
            return Err(Failure::Limit(format!("a selector may nest at most {NESTING_MAX} levels")));
        }
    }
    Selector::parse(written)
        .map_err(|_| refused("expected is something like `h2`, `.class`, `#id` or `ul > li a[href]`"))
}
