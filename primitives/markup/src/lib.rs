//! Pack `markup`: Markdown, HTML, XML and feeds, read, converted and taken apart.
//!
//! Documents are held whole, up to a size that each kind names; how deep elements nest is limited, and walks over them
//! do not recurse. Nothing expands, nothing is fetched, and nothing is made safe silently: the one filter is that of
//! `markdown.to-html`, which its module describes.
#![deny(unsafe_code)]

mod date;
mod feed;
mod html;
mod markdown;
mod whole;
mod xml;

use telos_pack::Pack;

/// The pack.
pub const PACK: Pack = Pack {
    descriptors: telos_describe::packs::markup::descriptors,
    primitives: &[
        markdown::to_html,
        markdown::to_text,
        markdown::headings,
        markdown::links,
        markdown::code,
        markdown::tables,
        markdown::contents,
        markdown::tasks,
        html::to_text,
        html::to_markdown,
        html::links,
        html::images,
        html::headings,
        html::title,
        html::tables,
        html::select,
        html::metadata,
        feed::items,
        feed::title,
        xml::elements,
        xml::format,
    ],
};

telos_pack::export_pack!(crate::PACK);
