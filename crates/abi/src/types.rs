//! τ: the types of values on a graph's edges, as data. Subtyping is in `telos-graph::subtype`.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// A field, case or port name: lower-case kebab ASCII, at most [`crate::limit::NAME_BYTES_MAX`] bytes.
pub type Name = String;

/// A property of bytes, beyond being bytes. The declared implications (`json ⇒ utf8 ⇒ bytes`) are in
/// `telos-graph::refinement`. Refinements are introduced only by a primitive that checks or produces them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Refinement {
    /// Any bytes.
    Bytes = 0,
    /// Well-formed UTF-8.
    Utf8 = 1,
    /// UTF-8 without a line feed.
    Line = 2,
    /// One JSON document (RFC 8259).
    Json = 3,
    /// Canonical table: RFC 4180 CSV in UTF-8, comma, header row of distinct names, LF, rows of equal length.
    Table = 4,
    /// An SVG document without script, event handlers or external references.
    Svg = 5,
    /// Markup-safe text: no `<`, `>`, `&` or quote that is not an entity.
    HtmlSafe = 6,
    /// A relative or absolute path as text. Text never is authority: see [`HandleKind::File`].
    Path = 7,
    /// A regular expression of the linear-time dialect (no back-references).
    Regex = 8,
    /// The name of a column of the table it is used with.
    Column = 9,
    /// A jq filter.
    JsonQuery = 10,
    /// Lower-case hexadecimal digits.
    Hex = 11,
    /// An absolute `http` or `https` URL.
    Url = 12,
    /// An HTML document or a part of one. Every text is one (WHATWG HTML, section 13.2); this one is meant as such.
    Html = 13,
    /// A CommonMark document. Every text is one; this one is meant as such.
    Markdown = 14,
    /// A well-formed XML document.
    Xml = 15,
    /// One or more YAML documents.
    Yaml = 16,
    /// A TOML document.
    Toml = 17,
    /// A raster image in a format that the pack `image` decodes.
    Image = 18,
    /// Several files as one value: a tar archive (POSIX.1-1988 `ustar`) of regular files and directories with relative names
    /// without `..`.
    Bundle = 19,
}

impl Refinement {
    /// Every refinement.
    pub const ALL: [Self; 20] = [
        Self::Bytes,
        Self::Utf8,
        Self::Line,
        Self::Json,
        Self::Table,
        Self::Svg,
        Self::HtmlSafe,
        Self::Path,
        Self::Regex,
        Self::Column,
        Self::JsonQuery,
        Self::Hex,
        Self::Url,
        Self::Html,
        Self::Markdown,
        Self::Xml,
        Self::Yaml,
        Self::Toml,
        Self::Image,
        Self::Bundle,
    ];
}

/// How often a handle may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Usage {
    /// Exactly once on every path.
    Linear,
    /// At most once.
    Affine,
    /// Any number of times.
    Many,
}

/// What a handle refers to. A handle is authority: it can only be made by the host, from a granted resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HandleKind {
    /// A file under a granted directory.
    File,
    /// A directory under a granted directory.
    Directory,
    /// A message or connection endpoint.
    Endpoint,
}

/// A record's field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Field {
    /// The field's type.
    pub ty: Type,
    /// Whether it may be absent.
    pub optional: bool,
}

/// A type. Sizes are upper bounds in bytes (text, blob) or items (list); they are part of the type because the
/// validator multiplies them into a run's bounds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Type {
    /// True or false.
    Bool,
    /// An integer in the closed interval.
    Int {
        /// Least value.
        min: i64,
        /// Greatest value.
        max: i64,
    },
    /// An IEEE 754 double that is not NaN.
    Float,
    /// Small text held as one value.
    Text {
        /// What is known of it. Implies UTF-8.
        refinement: Refinement,
        /// Most bytes.
        max: u64,
    },
    /// Large data that moves in chunks; never held whole unless a consumer needs it whole.
    Blob {
        /// What is known of it.
        refinement: Refinement,
        /// Most bytes.
        max: u64,
    },
    /// A list.
    List {
        /// The items' type.
        item: Box<Type>,
        /// Most items.
        max: u32,
    },
    /// A rate-typed stream between primitives. Refused outright until a primitive needs it (R16).
    Stream {
        /// The items' type.
        item: Box<Type>,
        /// Items produced or consumed at each firing.
        rate: u32,
        /// Most items.
        max: u32,
    },
    /// A record; a record with more fields is a subtype.
    Record(BTreeMap<Name, Field>),
    /// A tagged union; a variant with fewer cases is a subtype.
    Variant(BTreeMap<Name, Type>),
    /// An unforgeable reference.
    Handle {
        /// To what.
        kind: HandleKind,
        /// How often it may be used.
        usage: Usage,
    },
}
