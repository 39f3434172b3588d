//! Which output may enter which input, as a guide for the search. The validator's R2 has the last word.

use telos_abi::{HandleKind, Refinement, Type};
use telos_graph::refinement::implies;

/// Whether a value of type `out` may enter a port of type `input`.
pub(crate) fn fits(out: &Type, input: &Type) -> bool {
    match (out, input) {
        (Type::Blob { refinement: have, max: most }, Type::Blob { refinement: want, max: room }) => {
            implies(*have, *want) && most <= room
        }
        // A text is UTF-8 whatever else it is.
        (Type::Text { refinement: have, max: most }, Type::Text { refinement: want, max: room }) => {
            (*want == Refinement::Utf8 || implies(*have, *want)) && most <= room
        }
        (Type::Int { min: a, max: b }, Type::Int { min: c, max: d }) => c <= a && b <= d,
        (Type::List { item: have, max: most }, Type::List { item: want, max: room }) => {
            most <= room && fits(have, want)
        }
        (Type::Handle { kind: have, .. }, Type::Handle { kind: want, .. }) => have == want,
        (Type::Record(have), Type::Record(want)) => want.iter().all(|(name, field)| {
            have.get(name).map_or(field.optional, |got| fits(&got.ty, &field.ty) && (field.optional || !got.optional))
        }),
        (Type::Variant(have), Type::Variant(want)) => {
            have.iter().all(|(name, ty)| want.get(name).is_some_and(|wanted| fits(ty, wanted)))
        }
        _ => out == input,
    }
}

/// Whether values of this type are data that flows through a graph rather than a setting.
pub(crate) fn flows(ty: &Type) -> bool {
    match ty {
        Type::Blob { .. } | Type::Stream { .. } | Type::Record(_) => true,
        Type::List { item, .. } => flows(item) || handle(item).is_some(),
        _ => false,
    }
}

/// The type of one setting: the item of a list of texts, else the type itself.
pub(crate) fn setting(ty: &Type) -> &Type {
    match ty {
        Type::List { item, .. } if matches!(item.as_ref(), Type::Text { .. }) => item,
        other => other,
    }
}

/// Whether an input takes a column, or several.
pub(crate) fn takes_column(ty: &Type) -> bool {
    refinement(setting(ty)) == Some(Refinement::Column)
}

/// The kind of handle, if it is one.
pub(crate) fn handle(ty: &Type) -> Option<HandleKind> {
    match ty {
        Type::Handle { kind, .. } => Some(*kind),
        _ => None,
    }
}

/// The refinement of text or a blob.
pub(crate) fn refinement(ty: &Type) -> Option<Refinement> {
    match ty {
        Type::Text { refinement, .. } | Type::Blob { refinement, .. } => Some(*refinement),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blob(refinement: Refinement, max: u64) -> Type {
        Type::Blob { refinement, max }
    }

    #[test]
    fn refinements_and_sizes_are_respected() {
        assert!(fits(&blob(Refinement::Table, 9), &blob(Refinement::Utf8, 9)));
        assert!(fits(&blob(Refinement::Bytes, 9), &blob(Refinement::Bytes, 10)));
        assert!(!fits(&blob(Refinement::Bytes, 9), &blob(Refinement::Utf8, 9)));
        assert!(!fits(&blob(Refinement::Utf8, 10), &blob(Refinement::Utf8, 9)));
    }
}
