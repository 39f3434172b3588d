//! Pack `document`: YAML, TOML, XML, INI and JSON lines from and to JSON, and what is done with a document: get, set and
//! remove a value, list, count, flatten, merge, compare and validate.
//!
//! JSON is the form in which documents move between primitives. What comes in is held whole, except for JSON lines;
//! nesting, copies and results are limited, so that no document exhausts the stack or the memory. Numbers keep their
//! digits.
#![deny(unsafe_code)]

mod access;
mod ini;
mod lines;
mod list;
mod locate;
mod pair;
mod path;
mod read;
mod records;
mod schema;
mod toml;
mod validate;
mod whole;
mod xml;
mod yaml;

use telos_pack::Pack;

/// The pack.
pub const PACK: Pack = Pack {
    descriptors: telos_describe::packs::document::descriptors,
    primitives: &[
        yaml::parse,
        yaml::write,
        toml::parse,
        toml::write,
        xml::parse,
        ini::parse,
        lines::parse,
        lines::write,
        access::get,
        access::set,
        access::remove,
        list::keys,
        list::count,
        list::flatten,
        records::start,
        list::sort_keys,
        pair::merge,
        pair::compare,
        schema::validate,
        validate::start,
        schema::conform,
    ],
};

telos_pack::export_pack!(crate::PACK);
