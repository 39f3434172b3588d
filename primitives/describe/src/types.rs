//! Types and default values in the few shapes that primitives use.

use std::collections::BTreeMap;
use telos_abi::limit::{BLOB_BYTES_MAX, TEXT_BYTES_MAX};
use telos_abi::{Field, HandleKind, Refinement, Type, Usage, Value};

/// Data that moves in chunks, as large as blobs may be. What a primitive can hold of it is its memory bound.
#[must_use]
pub fn blob(refinement: Refinement) -> Type {
    Type::Blob { refinement, max: BLOB_BYTES_MAX }
}

/// A short text of one line.
#[must_use]
pub fn line() -> Type {
    texts(Refinement::Line)
}

/// A short text with a refinement.
#[must_use]
pub fn texts(refinement: Refinement) -> Type {
    Type::Text { refinement, max: TEXT_BYTES_MAX }
}

/// The name of a column of the table that enters the same primitive.
#[must_use]
pub fn column() -> Type {
    texts(Refinement::Column)
}

/// True or false.
#[must_use]
pub fn flag() -> Type {
    Type::Bool
}

/// A double.
#[must_use]
pub fn float() -> Type {
    Type::Float
}

/// A whole number from `min` to the largest.
#[must_use]
pub fn count(min: i64) -> Type {
    Type::Int { min, max: i64::MAX }
}

/// At most `max` items.
#[must_use]
pub fn list(item: Type, max: u32) -> Type {
    Type::List { item: Box::new(item), max }
}

/// One of several names: a variant whose cases carry the empty record.
#[must_use]
pub fn choice(names: &[&str]) -> Type {
    let cases = names.iter().map(|name| ((*name).to_owned(), Type::Record(BTreeMap::<String, Field>::new())));
    Type::Variant(cases.collect())
}

/// The value of [`choice`] that selects `name`.
#[must_use]
pub fn choose(name: &str) -> Value {
    Value::Variant(name.to_owned(), Box::new(Value::Record(BTreeMap::new())))
}

/// A file under a granted directory.
#[must_use]
pub fn file() -> Type {
    Type::Handle { kind: HandleKind::File, usage: Usage::Many }
}

/// A directory under a granted directory.
#[must_use]
pub fn directory() -> Type {
    Type::Handle { kind: HandleKind::Directory, usage: Usage::Many }
}
