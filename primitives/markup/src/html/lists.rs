//! `html.links`, `html.images`, `html.headings`, `html.title` and `html.metadata`: what a page has.

use super::tree::{elements, line, parse};
use crate::whole::{Table, collapsed, one, one_line};
use scraper::Html;
use telos_pack::{Args, Failure, Out, Running};

/// Gives a table made from a page at output 0 and its number of rows at output 1.
fn listed(
    columns: &'static [&'static str],
    fill: impl Fn(&Html, &mut Table) -> Result<(), Failure> + 'static,
) -> Box<dyn Running> {
    one(move |text, out: &mut Out| {
        let html = parse(text)?;
        let mut table = Table::new(columns.iter().copied());
        fill(&html, &mut table)?;
        let count = table.give(0, out);
        out.count(1, count);
        Ok(())
    })
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn links(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(listed(&["text", "url", "kind"], |html, table| {
        for element in elements(html).filter(|element| matches!(element.value().name(), "a" | "area")) {
            let Some(url) = element.attr("href").map(str::trim) else { continue };
            let mut text = line(element);
            if text.is_empty() {
                text = described(element);
            }
            table.row([text.as_str(), url, if is_remote(url) { "remote" } else { "local" }])?;
        }
        Ok(())
    }))
}

/// What a link without text says: its own description, or its picture's.
fn described(element: scraper::ElementRef<'_>) -> String {
    let own = ["aria-label", "alt", "title"].iter().find_map(|name| element.attr(name));
    let inner = || element.descendent_elements().find_map(|inner| inner.attr("alt"));
    collapsed(own.or_else(inner).unwrap_or_default())
}

/// Whether a link leads elsewhere: it names a scheme or a host.
fn is_remote(url: &str) -> bool {
    let scheme = url.split([':', '/', '?', '#']).next().unwrap_or_default();
    let has_scheme = url.get(scheme.len()..).is_some_and(|rest| rest.starts_with(':'))
        && scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.'));
    has_scheme || url.starts_with("//")
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn images(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(listed(&["source", "description"], |html, table| {
        for element in elements(html).filter(|element| element.value().name() == "img") {
            let source = element.attr("src").or_else(|| element.attr("data-src")).unwrap_or_default();
            table.row([source.trim(), &collapsed(element.attr("alt").unwrap_or_default())])?;
        }
        Ok(())
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn headings(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(listed(&["level", "text"], |html, table| {
        for element in elements(html) {
            let level = match element.value().name() {
                "h1" => "1",
                "h2" => "2",
                "h3" => "3",
                "h4" => "4",
                "h5" => "5",
                "h6" => "6",
                _ => continue,
            };
            table.row([level, &line(element)])?;
        }
        Ok(())
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn title(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(one(|text, out| {
        let html = parse(text)?;
        let named = |name: &'static str| {
            // Pictures inside a page have titles of their own.
            let is_named = move |element: &scraper::ElementRef<'_>| {
                element.value().name() == name && element.value().name.ns == html5ever::ns!(html)
            };
            elements(&html).filter(is_named).map(line).find(|text| !text.is_empty())
        };
        let title = named("title").or_else(|| named("h1"));
        let title = title.ok_or_else(|| Failure::bad("the page has neither a title nor a first heading"))?;
        out.value(0, &one_line(&title));
        Ok(())
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn metadata(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(listed(&["name", "content"], |html, table| {
        for element in elements(html) {
            let attribute = |name: &str| element.attr(name).map(collapsed);
            match element.value().name() {
                "html" => {
                    if let Some(language) = attribute("lang") {
                        table.row(["language", &language])?;
                    }
                }
                "title" => table.row(["title", &line(element)])?,
                "meta" => {
                    if let Some(charset) = attribute("charset") {
                        table.row(["charset", &charset])?;
                    }
                    let name = ["name", "property", "itemprop", "http-equiv"].iter().find_map(|name| attribute(name));
                    if let (Some(name), Some(content)) = (name, attribute("content")) {
                        table.row([name.as_str(), &content])?;
                    }
                }
                "link" => {
                    if let (Some(name), Some(url)) = (attribute("rel"), attribute("href")) {
                        table.row([name.as_str(), &url])?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }))
}
