//! Subtyping `τ <: τ` and which values inhabit which types.
//!
//! Recursion is bounded by [`NESTING_MAX`]: whatever is deeper is refused, so neither a hostile type nor a hostile
//! value can exhaust the stack.

use crate::path::{PathError, join};
use crate::refinement::implies;
use crate::scope::{parse_host, parse_url};
use telos_abi::limit::{CONSTANT_BYTES_MAX, NESTING_MAX, TYPE_NODES_MAX};
use telos_abi::{ByteText, HandleKind, Refinement, Type, Usage, Value};

/// Whether every value of `sub` may be used where `sup` is expected.
///
/// Integers: interval inclusion. Text and blobs: the refinement implies and the size is no larger. Lists: covariant.
/// Records: width and depth, required may be used as optional and never the reverse. Variants: fewer cases. Streams:
/// covariant at an equal rate. Handles: the same kind and usage. O(size of the types).
#[must_use]
pub fn is_subtype(sub: &Type, sup: &Type) -> bool {
    subtype_at(sub, sup, NESTING_MAX)
}

fn subtype_at(sub: &Type, sup: &Type, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    match (sub, sup) {
        (Type::Bool, Type::Bool) | (Type::Float, Type::Float) => true,
        (Type::Int { min, max }, Type::Int { min: least, max: most }) => min >= least && max <= most && min <= max,
        (Type::Text { refinement, max }, Type::Text { refinement: wanted, max: most }) => {
            max <= most && (implies(*refinement, *wanted) || *wanted == Refinement::Utf8)
        }
        (Type::Blob { refinement, max }, Type::Blob { refinement: wanted, max: most }) => {
            max <= most && implies(*refinement, *wanted)
        }
        (Type::List { item, max }, Type::List { item: wanted, max: most }) => {
            max <= most && subtype_at(item, wanted, depth)
        }
        (Type::Stream { item, rate, max }, Type::Stream { item: wanted, rate: same, max: most }) => {
            rate == same && max <= most && subtype_at(item, wanted, depth)
        }
        (Type::Record(has), Type::Record(wants)) => {
            wants.iter().all(|(name, want)| match has.get(name) {
                Some(field) => (want.optional || !field.optional) && subtype_at(&field.ty, &want.ty, depth),
                // Absent from the type is not absent from the value: width subtyping may hide a field of another
                // type under this name, so only a declared field can serve as an optional one.
                None => false,
            })
        }
        (Type::Variant(has), Type::Variant(takes)) => has.iter().all(|(name, ty)| {
            let taken = takes.get(name);
            taken.is_some_and(|taken| subtype_at(ty, taken, depth))
        }),
        (Type::Handle { kind, usage }, Type::Handle { kind: wanted, usage: same }) => kind == wanted && usage == same,
        _ => false,
    }
}

/// What keeps a type out of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TypeFault {
    /// Deeper than [`NESTING_MAX`] or larger than [`TYPE_NODES_MAX`].
    TooLarge,
    /// An empty interval, an empty variant, or a text whose refinement cannot hold for text.
    Empty,
    /// Contains a stream.
    Stream,
    /// Contains a handle that may not be used any number of times.
    Counted,
}

/// Walks a type once, checking its shape, and hands each of its nodes to `visit`.
pub(crate) fn walk<'a>(ty: &'a Type, visit: &mut dyn FnMut(&'a Type)) -> Result<(), TypeFault> {
    let mut left = TYPE_NODES_MAX;
    walk_at(ty, NESTING_MAX, &mut left, visit)
}

fn walk_at<'a>(ty: &'a Type, depth: usize, left: &mut usize, visit: &mut dyn FnMut(&'a Type)) -> Result<(), TypeFault> {
    let depth = depth.checked_sub(1).ok_or(TypeFault::TooLarge)?;
    *left = left.checked_sub(1).ok_or(TypeFault::TooLarge)?;
    visit(ty);
    match ty {
        Type::Bool | Type::Float | Type::Text { .. } | Type::Blob { .. } => Ok(()),
        Type::Int { min, max } if min <= max => Ok(()),
        Type::Int { .. } => Err(TypeFault::Empty),
        Type::List { item, .. } => walk_at(item, depth, left, visit),
        Type::Stream { .. } => Err(TypeFault::Stream),
        Type::Record(fields) => fields.values().try_for_each(|field| walk_at(&field.ty, depth, left, visit)),
        Type::Variant(cases) if cases.is_empty() => Err(TypeFault::Empty),
        Type::Variant(cases) => cases.values().try_for_each(|case| walk_at(case, depth, left, visit)),
        Type::Handle { usage: Usage::Many, .. } => Ok(()),
        Type::Handle { .. } => Err(TypeFault::Counted),
    }
}

/// The most bytes a value of this type takes, saturating. Numbers count as 9 (CBOR), handles as 5.
pub(crate) fn size_max(ty: &Type) -> u64 {
    size_at(ty, NESTING_MAX)
}

fn size_at(ty: &Type, depth: usize) -> u64 {
    let Some(depth) = depth.checked_sub(1) else {
        return u64::MAX;
    };
    match ty {
        Type::Bool => 1,
        Type::Int { .. } | Type::Float => 9,
        Type::Text { max, .. } | Type::Blob { max, .. } => *max,
        Type::List { item, max } | Type::Stream { item, max, .. } => {
            size_at(item, depth).saturating_mul(u64::from(*max))
        }
        Type::Record(fields) => fields.values().fold(0, |all, field| all.saturating_add(size_at(&field.ty, depth))),
        Type::Variant(cases) => cases.values().fold(0, |most, case| most.max(size_at(case, depth))),
        Type::Handle { .. } => 5,
    }
}

/// Why a constant does not inhabit its port's type. The text completes "the constant …".
pub(crate) type Misfit = &'static str;

/// Whether a *constant* inhabits `ty`, with only those refinements believed that this room can check.
///
/// A handle is written as its path (files and directories) or its URL or host (endpoints). Regular expressions and
/// jq filters are checked for size alone: the primitive that compiles them fails on a bad one, as a typed failure
/// before any effect. JSON, tables and SVG cannot be checked here and are refused: let a primitive that checks them
/// produce them.
pub(crate) fn inhabits(value: &Value, ty: &Type) -> Result<(), Misfit> {
    inhabits_at(value, ty, NESTING_MAX)
}

fn inhabits_at(value: &Value, ty: &Type, depth: usize) -> Result<(), Misfit> {
    let depth = depth.checked_sub(1).ok_or("is nested too deeply")?;
    match (value, ty) {
        (Value::Bool(_), Type::Bool) => Ok(()),
        (Value::Int(number), Type::Int { min, max }) if min <= number && number <= max => Ok(()),
        (Value::Int(_), Type::Int { .. }) => Err("is outside the range of whole numbers taken here"),
        (Value::Float(number), Type::Float) if !number.is_nan() => Ok(()),
        (Value::Text(text), Type::Text { refinement, max }) => {
            fits(text.as_bytes(), *max)?;
            refined(text.as_bytes(), *refinement)
        }
        (Value::Text(text), Type::Blob { refinement, max }) => {
            fits(text.as_bytes(), *max)?;
            refined(text.as_bytes(), *refinement)
        }
        (Value::Bytes(bytes), Type::Blob { refinement, max }) => {
            fits(&bytes.0, *max)?;
            refined(&bytes.0, *refinement)
        }
        (Value::List(items), Type::List { item, max }) => {
            if u32::try_from(items.len()).map_or(true, |count| count > *max) {
                return Err("has more items than are taken here");
            }
            items.iter().try_for_each(|value| inhabits_at(value, item, depth))
        }
        (Value::Record(values), Type::Record(fields)) => {
            for (name, field) in fields {
                match values.get(name) {
                    Some(value) => inhabits_at(value, &field.ty, depth)?,
                    None if field.optional => {}
                    None => return Err("lacks a required field"),
                }
            }
            // An undeclared field would travel unseen by every rule.
            if values.keys().all(|name| fields.contains_key(name)) {
                return Ok(());
            }
            Err("has a field that the type does not declare")
        }
        (Value::Variant(name, value), Type::Variant(cases)) => {
            let case = cases.get(name).ok_or("is a case that is not taken here")?;
            inhabits_at(value, case, depth)
        }
        (Value::Text(text), Type::Handle { kind, .. }) => names_handle(text, *kind),
        (Value::Handle(_), _) => Err("is a handle, which only the host can make"),
        _ => Err("is not of the type taken here"),
    }
}

fn fits(bytes: &[u8], max: u64) -> Result<(), Misfit> {
    if bytes.len() > CONSTANT_BYTES_MAX {
        return Err("is larger than a constant may be");
    }
    match u64::try_from(bytes.len()) {
        Ok(length) if length <= max => Ok(()),
        _ => Err("is longer than is taken here"),
    }
}

fn names_handle(text: &str, kind: HandleKind) -> Result<(), Misfit> {
    match kind {
        HandleKind::File | HandleKind::Directory => is_path(text.as_bytes()),
        HandleKind::Endpoint if parse_url(text).or_else(|| parse_host(text)).is_some() => Ok(()),
        HandleKind::Endpoint => Err("is neither a URL nor a host"),
    }
}

fn is_path(bytes: &[u8]) -> Result<(), Misfit> {
    // Joined to a stand-in deeper than any path: only what is wrong with the text itself counts here.
    match join(&ByteText::from("/"), bytes) {
        Ok(_) | Err(PathError::AboveRoot | PathError::Base) => Ok(()),
        Err(PathError::Empty) => Err("is an empty path"),
        Err(PathError::Nul) => Err("holds a NUL byte, which no path can"),
        Err(PathError::TooLong) => Err("is longer than a path can be"),
    }
}

/// Whether the bytes have the property, as far as this room can tell.
fn refined(bytes: &[u8], refinement: Refinement) -> Result<(), Misfit> {
    if refinement == Refinement::Bytes {
        return Ok(());
    }
    if refinement == Refinement::Path {
        return is_path(bytes);
    }
    let text = core::str::from_utf8(bytes).map_err(|_| "is not UTF-8")?;
    let line = !text.contains('\n');
    let holds = match refinement {
        Refinement::Bytes | Refinement::Path | Refinement::Utf8 => true,
        Refinement::Line => line,
        Refinement::Column => line && !text.is_empty(),
        Refinement::Hex => text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')),
        Refinement::Url => parse_url(text).is_some(),
        Refinement::HtmlSafe => !text.contains(['<', '>', '&', '"', '\'']),
        Refinement::Regex | Refinement::JsonQuery => !text.is_empty(),
        Refinement::Json
        | Refinement::Table
        | Refinement::Svg
        | Refinement::Html
        | Refinement::Markdown
        | Refinement::Xml
        | Refinement::Yaml
        | Refinement::Toml
        | Refinement::Image
        | Refinement::Bundle => {
            return Err("would need a check that only a primitive can make (a whole document, table or picture)");
        }
    };
    if holds {
        return Ok(());
    }
    Err("does not have the form that is taken here")
}

#[cfg(test)]
mod tests {
    use super::*;
    use telos_abi::Field;

    fn int(min: i64, max: i64) -> Type {
        Type::Int { min, max }
    }

    fn text(refinement: Refinement, max: u64) -> Type {
        Type::Text { refinement, max }
    }

    fn list(item: Type, max: u32) -> Type {
        Type::List { item: Box::new(item), max }
    }

    fn record(fields: &[(&str, Type, bool)]) -> Type {
        Type::Record(
            fields
                .iter()
                .map(|(name, ty, optional)| {
                    let field = Field { ty: ty.clone(), optional: *optional };
                    ((*name).to_owned(), field)
                })
                .collect(),
        )
    }

    #[test]
    fn scalars_and_sizes() {
        assert!(is_subtype(&int(0, 5), &int(0, 5)));
        assert!(!is_subtype(&int(-1, 5), &int(0, 5)));
        assert!(!is_subtype(&int(0, 6), &int(0, 5)));
        assert!(is_subtype(&text(Refinement::Hex, 8), &text(Refinement::Line, 9)));
        assert!(!is_subtype(&text(Refinement::Line, 8), &text(Refinement::Hex, 8)));
        assert!(!is_subtype(&text(Refinement::Hex, 10), &text(Refinement::Hex, 9)));
        assert!(is_subtype(&text(Refinement::Path, 8), &text(Refinement::Utf8, 8)));
        let blob = Type::Blob { refinement: Refinement::Utf8, max: 8 };
        assert!(!is_subtype(&blob, &text(Refinement::Utf8, 8)));
        assert!(!is_subtype(&text(Refinement::Utf8, 8), &blob));
    }

    #[test]
    fn records_have_width_and_depth_and_optional_is_never_required() {
        let wide = record(&[("a", int(0, 1), false), ("b", Type::Bool, false)]);
        let narrow = record(&[("a", int(0, 9), false)]);
        assert!(is_subtype(&wide, &narrow));
        assert!(!is_subtype(&narrow, &wide));
        let maybe = record(&[("a", int(0, 9), true)]);
        assert!(is_subtype(&narrow, &maybe));
        assert!(!is_subtype(&maybe, &narrow));
        assert!(!is_subtype(&record(&[]), &maybe), "a hidden field could be of any type");
    }

    #[test]
    fn handles_differ_by_kind_and_usage() {
        let handle = |kind, usage| Type::Handle { kind, usage };
        let file = handle(HandleKind::File, Usage::Many);
        assert!(is_subtype(&file, &file));
        assert!(!is_subtype(&file, &handle(HandleKind::Directory, Usage::Many)));
        assert!(!is_subtype(&file, &handle(HandleKind::File, Usage::Linear)));
        assert!(!is_subtype(&handle(HandleKind::File, Usage::Affine), &file));
    }

    #[test]
    fn deep_types_and_values_are_refused_not_followed() {
        let mut deep = Type::Bool;
        let mut value = Value::Bool(true);
        for _ in 0..NESTING_MAX {
            deep = list(deep, 1);
            value = Value::List(vec![value]);
        }
        assert!(!is_subtype(&deep, &deep));
        assert_eq!(inhabits(&value, &deep), Err("is nested too deeply"));
        assert_eq!(walk(&deep, &mut |_| {}), Err(TypeFault::TooLarge));
        assert_eq!(size_max(&deep), u64::MAX);
    }

    #[test]
    fn constants_take_only_refinements_that_can_be_checked() {
        let fits = |value: &str, refinement| inhabits(&Value::Text(value.into()), &text(refinement, 100)).is_ok();
        assert!(fits("a\nb", Refinement::Utf8));
        assert!(!fits("a\nb", Refinement::Line));
        assert!(!fits("a\nb", Refinement::Column));
        assert!(fits("00ff", Refinement::Hex));
        assert!(!fits("00FF", Refinement::Hex));
        assert!(!fits("{}", Refinement::Json));
        assert!(!fits("a,b", Refinement::Table));
        assert!(!fits("a\0b", Refinement::Path));
        assert!(fits("../x", Refinement::Path));
        assert!(fits("https://a.b/", Refinement::Url));
        assert!(!fits("javascript:x", Refinement::Url));
        assert!(!fits("<b>", Refinement::HtmlSafe));
        assert!(fits("[", Refinement::Regex), "compiled by the guest");
    }

    #[test]
    fn constants_must_fit() {
        assert!(inhabits(&Value::Int(-1), &int(0, 9)).is_err());
        assert!(inhabits(&Value::Float(f64::NAN), &Type::Float).is_err());
        assert!(inhabits(&Value::Text("abc".into()), &text(Refinement::Utf8, 2)).is_err());
        let extra = Value::Record([("x".to_owned(), Value::Bool(true))].into());
        assert!(inhabits(&extra, &record(&[])).is_err());
        let handle = Type::Handle { kind: HandleKind::File, usage: Usage::Many };
        assert!(inhabits(&Value::Text("a.txt".into()), &handle).is_ok());
        assert!(inhabits(&Value::Text(String::new()), &handle).is_err());
        assert!(inhabits(&Value::Handle(telos_abi::Handle(0)), &handle).is_err());
    }
}
