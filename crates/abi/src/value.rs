//! Values as they cross between host and primitives.

use crate::{ByteText, Name};
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// An index into the running plan's table of handles. A guest can copy and reorder the handles it was given; the
/// executor refuses one that it was not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Handle(pub u32);

/// A value. Labels are *not* here: they live beside the value, on the host's side only.
#[derive(Clone, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A double; never NaN.
    Float(f64),
    /// Text.
    Text(String),
    /// Bytes; how a blob looks where it is held whole.
    Bytes(ByteText),
    /// A list.
    List(Vec<Value>),
    /// A record. Absent optional fields have no entry.
    Record(BTreeMap<Name, Value>),
    /// A case of a variant.
    Variant(Name, Box<Value>),
    /// A reference to a host resource.
    Handle(Handle),
}
