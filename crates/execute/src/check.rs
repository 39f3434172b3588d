//! T1 at run time: a value is of the type its port declares, whoever made it.

use crate::handle::Handles;
use std::collections::BTreeSet;
use telos_abi::limit::{NESTING_MAX, VALUE_BYTES_MAX};
use telos_abi::{Handle, Refinement, Type, Value};

/// Reads the CBOR of one value as a primitive gives it: all of it and nothing after it. Total: any bytes give a value
/// or a refusal.
///
/// # Errors
/// Why the bytes are no value.
pub fn decode(bytes: &[u8]) -> Result<Value, String> {
    if bytes.len() > VALUE_BYTES_MAX {
        return Err(format!("{} bytes are more than a value may have", bytes.len()));
    }
    let mut rest = bytes;
    // Each level of a value is a map around the content: two levels of CBOR.
    let value = ciborium::de::from_reader_with_recursion_limit(&mut rest, NESTING_MAX * 3)
        .map_err(|_| String::from("not CBOR of a value"))?;
    if rest.is_empty() { Ok(value) } else { Err(format!("{} bytes follow the value", rest.len())) }
}

/// Which handles a value may hold.
pub(crate) struct Allowed<'a> {
    /// What handles stand for.
    pub(crate) handles: &'a Handles,
    /// For a guest, those it was given; `None` for the host, which makes them.
    pub(crate) given: Option<&'a BTreeSet<Handle>>,
}

/// Checks `value` against `ty`.
pub(crate) fn fits(value: &Value, ty: &Type, allowed: &Allowed<'_>) -> Result<(), String> {
    fits_at(value, ty, allowed, NESTING_MAX)
}

/// Recursion ends at [`NESTING_MAX`].
fn fits_at(value: &Value, ty: &Type, allowed: &Allowed<'_>, depth: usize) -> Result<(), String> {
    let depth = depth.checked_sub(1).ok_or("nested too deeply")?;
    match (value, ty) {
        (Value::Bool(_), Type::Bool) => Ok(()),
        (Value::Int(number), Type::Int { min, max }) if min <= number && number <= max => Ok(()),
        (Value::Int(number), Type::Int { min, max }) => Err(format!("{number} is not within {min} and {max}")),
        (Value::Float(number), Type::Float) if !number.is_nan() => Ok(()),
        (Value::Text(text), Type::Text { refinement, max }) => {
            size(text.len(), *max)?;
            let line = matches!(refinement, Refinement::Line) && text.contains('\n');
            if line { Err("a line with a line feed".into()) } else { Ok(()) }
        }
        (Value::Bytes(bytes), Type::Blob { max, .. }) => size(bytes.0.len(), *max),
        (Value::List(items), Type::List { item, max }) => {
            size(items.len(), u64::from(*max))?;
            items.iter().try_for_each(|value| fits_at(value, item, allowed, depth))
        }
        (Value::Record(has), Type::Record(fields)) => {
            for (name, field) in fields {
                match has.get(name) {
                    Some(value) => fits_at(value, &field.ty, allowed, depth)?,
                    None if field.optional => {}
                    None => return Err(format!("field `{name}` is missing")),
                }
            }
            Ok(())
        }
        (Value::Variant(case, inner), Type::Variant(cases)) => match cases.get(case) {
            Some(ty) => fits_at(inner, ty, allowed, depth),
            None => Err("an unknown case".into()),
        },
        (Value::Handle(handle), Type::Handle { kind, .. }) => {
            if allowed.given.is_some_and(|given| !given.contains(handle)) {
                return Err("a handle that it was not given".into());
            }
            if allowed.handles.kind(*handle) == Some(*kind) { Ok(()) } else { Err("a handle of another kind".into()) }
        }
        _ => Err(format!("{} is not {}", kind_of(value), name_of(ty))),
    }
}

fn size(has: usize, max: u64) -> Result<(), String> {
    if has as u64 > max {
        return Err(format!("size {has} is more than {max}"));
    }
    Ok(())
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "a boolean",
        Value::Int(_) => "an integer",
        Value::Float(_) => "a float (or NaN)",
        Value::Text(_) => "text",
        Value::Bytes(_) => "bytes",
        Value::List(_) => "a list",
        Value::Record(_) => "a record",
        Value::Variant(..) => "a variant",
        Value::Handle(_) => "a handle",
    }
}

fn name_of(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "a boolean",
        Type::Int { .. } => "an integer",
        Type::Float => "a float",
        Type::Text { .. } => "text",
        Type::Blob { .. } => "a blob",
        Type::List { .. } => "a list",
        Type::Stream { .. } => "a stream",
        Type::Record(_) => "a record",
        Type::Variant(_) => "a variant",
        Type::Handle { .. } => "a handle",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use telos_abi::{HandleKind, Usage};

    #[test]
    fn only_whole_values_are_decoded() {
        assert_eq!(decode(b"\xa1\x63int\x05"), Ok(Value::Int(5)));
        for bytes in [b"".as_slice(), b"\xa1\x63int", b"\xa1\x63int\x05\x00", b"\x05", b"\xa1\x63odd\x05"] {
            assert!(decode(bytes).is_err(), "{bytes:?}");
        }
        let deep = b"\xa1\x64list\x81".repeat(100_000);
        assert!(decode(&deep).is_err());
        // A length that no memory holds, without the data.
        assert!(decode(b"\xa1\x64list\x9b\xff\xff\xff\xff\xff\xff\xff\xff").is_err());
    }

    #[test]
    fn values_are_held_to_their_types() {
        let handles = Handles::default();
        let file = handles.mint(HandleKind::File, "a".into());
        let directory = handles.mint(HandleKind::Directory, "d".into());
        let given = BTreeSet::from([file]);
        let fits = |value: &Value, ty: &Type| {
            let allowed = Allowed { handles: &handles, given: Some(&given) };
            super::fits(value, ty, &allowed).is_ok()
        };
        let line = Type::Text { refinement: Refinement::Line, max: 3 };
        assert!(fits(&Value::Text("abc".into()), &line));
        assert!(!fits(&Value::Text("abcd".into()), &line));
        assert!(!fits(&Value::Text("a\nb".into()), &line));
        assert!(!fits(&Value::Int(4), &Type::Int { min: 0, max: 3 }));
        assert!(!fits(&Value::Float(f64::NAN), &Type::Float));
        assert!(!fits(&Value::Bool(true), &Type::Float));
        let handle = Type::Handle { kind: HandleKind::File, usage: Usage::Many };
        assert!(fits(&Value::Handle(file), &handle));
        assert!(!fits(&Value::Handle(directory), &handle), "neither given nor of the kind");
        assert!(!fits(&Value::Handle(Handle(9)), &handle));
        let list = Type::List { item: Box::new(handle), max: 1 };
        assert!(!fits(&Value::List(vec![Value::Handle(file); 2]), &list));
        let fields = BTreeMap::from([
            ("must".into(), telos_abi::Field { ty: Type::Bool, optional: false }),
            ("may".into(), telos_abi::Field { ty: Type::Bool, optional: true }),
        ]);
        let has = |name: &str| Value::Record(BTreeMap::from([(name.into(), Value::Bool(true))]));
        assert!(fits(&has("must"), &Type::Record(fields.clone())));
        assert!(!fits(&has("may"), &Type::Record(fields)));
        let variant = Type::Variant(BTreeMap::from([("yes".into(), Type::Bool)]));
        let case = |name: &str| Value::Variant(name.into(), Box::new(Value::Bool(true)));
        assert!(fits(&case("yes"), &variant));
        assert!(!fits(&case("no"), &variant));
    }
}
