//! HTML as browsers read it (WHATWG HTML, section 13.2): every text is a document.

mod lists;
mod render;
mod select;
mod tables;
mod tree;
mod writer;

pub(crate) use lists::{headings, images, links, metadata, title};
pub(crate) use render::{text_of, to_markdown, to_text};
pub(crate) use select::start as select;
pub(crate) use tables::start as tables;

/// The words of an HTML text on one line, without marks. For short texts inside other formats.
pub(crate) fn words_of(html: &str) -> Result<String, telos_pack::Failure> {
    if !html.contains(['<', '&']) {
        return Ok(crate::whole::collapsed(html));
    }
    Ok(crate::whole::collapsed(&String::from_utf8_lossy(&text_of(html)?)))
}

#[cfg(test)]
mod tests;
