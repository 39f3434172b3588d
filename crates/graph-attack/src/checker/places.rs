//! The checker's own view of resources: a path is its list of names, and what a port names is a set of places.

use super::kinds::nature;
use std::collections::BTreeSet;
use telos_abi::{ByteText, EffectKind, Grant, HandleKind, HostName, Refinement, Resource, Scope, Secrecy, Type, Value};

/// What an effect may act on: all of these.
pub(super) type Places = BTreeSet<Scope>;

/// The names on the way from the root, or `None` if the path leaves it.
fn names(path: &str) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => drop(names.pop()?),
            name => names.push(name),
        }
    }
    Some(names)
}

fn absolute(directory: &ByteText, text: &str) -> Option<ByteText> {
    let whole = match text.strip_prefix('/') {
        Some(rest) => rest.to_owned(),
        None => format!("{directory}/{text}"),
    };
    Some(ByteText::from(format!("/{}", names(&whole)?.join("/")).as_str()))
}

/// The host that a URL or a `host:port` names, for plain names; addresses are not among what attacks use.
pub(super) fn host(text: &str) -> Option<HostName> {
    let (default, rest) = match text.split_once("://") {
        None => (None, text),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Some(443), rest),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Some(80), rest),
        Some(_) => return None,
    };
    if text.chars().any(|letter| letter == '\\' || letter.is_whitespace() || letter.is_control()) {
        return None;
    }
    let end = if default.is_some() { rest.find(['/', '?', '#']).unwrap_or(rest.len()) } else { rest.len() };
    let (name, port) = match rest[..end].split_once(':') {
        None => (&rest[..end], default),
        Some((name, port)) => (name, Some(port.parse().ok()?)),
    };
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_')
    };
    let numbered = name.rsplit('.').next().is_some_and(|last| last.starts_with(|first: char| first.is_ascii_digit()));
    (name.split('.').all(label) && !numbered).then_some(HostName { name, port })
}

/// Adds what a constant names for effects of this kind. False if it names a path that cannot be.
pub(super) fn of_constant(
    value: &Value,
    ty: &Type,
    kind: Option<EffectKind>,
    directory: &ByteText,
    to: &mut Places,
) -> bool {
    match (value, ty) {
        (Value::Text(text), Type::Handle { kind: HandleKind::Endpoint, .. }) => {
            to.extend(host(text).map(Scope::Host));
            true
        }
        (Value::Text(text), Type::Handle { kind, .. }) => {
            let Some(path) = absolute(directory, text) else { return false };
            to.insert(if *kind == HandleKind::File { Scope::Path(path) } else { Scope::Under(path) });
            true
        }
        (Value::Text(text), Type::Text { refinement, .. }) => {
            // Text that names nothing that can be told may name anything.
            let kind = kind.filter(|kind| !nature(*kind).file);
            to.extend(kind.map(|kind| of_text(text, *refinement, kind).unwrap_or(Scope::Any)));
            true
        }
        (Value::List(items), ty) => {
            let item_type = if let Type::List { item, .. } = ty { item } else { ty };
            items.iter().all(|item| of_constant(item, item_type, kind, directory, to))
        }
        (Value::Record(values), Type::Record(fields)) => values.iter().all(|(name, value)| {
            fields.get(name).is_none_or(|field| of_constant(value, &field.ty, kind, directory, to))
        }),
        (Value::Variant(name, inner), Type::Variant(cases)) => {
            cases.get(name).is_none_or(|case| of_constant(inner, case, kind, directory, to))
        }
        _ => true,
    }
}

fn of_text(text: &str, refinement: Refinement, kind: EffectKind) -> Option<Scope> {
    match kind {
        EffectKind::NetConnect | EffectKind::NetGet | EffectKind::NetSend | EffectKind::NetListen => {
            let found = host(text)?;
            (refinement != Refinement::Url || text.contains("://")).then_some(Scope::Host(found))
        }
        EffectKind::Exec if text.starts_with('/') => absolute(&ByteText::from("/"), text).map(Scope::Path),
        _ => Some(Scope::Named(text.to_owned())),
    }
}

/// Whether the first path is the second or lies in it.
fn inside(path: &ByteText, directory: &ByteText) -> bool {
    let (path, directory) = (path.to_string(), directory.to_string());
    match (names(&path), names(&directory)) {
        (Some(path), Some(directory)) => path.starts_with(&directory),
        _ => false,
    }
}

/// Whether everything in `inner` is in `outer`.
pub(super) fn within(inner: &Scope, outer: &Scope) -> bool {
    match (inner, outer) {
        (_, Scope::Any) => true,
        (Scope::Path(a) | Scope::Under(a), Scope::Under(b)) => inside(a, b),
        (Scope::Path(a), Scope::Path(b)) => a == b,
        (Scope::Named(a), Scope::Named(b)) => a == b,
        (Scope::Host(a), Scope::Host(b)) => a.name == b.name && (b.port.is_none() || a.port == b.port),
        _ => false,
    }
}

/// Whether some file may be in both.
pub(super) fn meet(one: &Scope, other: &Scope) -> bool {
    match (one, other) {
        (Scope::Host(_) | Scope::Named(_), _) | (_, Scope::Host(_) | Scope::Named(_)) => false,
        (Scope::Any, _) | (_, Scope::Any) => true,
        (Scope::Path(a), Scope::Path(b)) => a == b,
        (Scope::Path(a), Scope::Under(b)) | (Scope::Under(b), Scope::Path(a)) => inside(a, b),
        (Scope::Under(a), Scope::Under(b)) => inside(a, b) || inside(b, a),
    }
}

/// Whether the grant holds every one of the places.
pub(super) fn granted(grant: &Grant, kind: EffectKind, places: &Places) -> bool {
    places.iter().all(|place| {
        let mut rows = grant.rows.iter();
        rows.any(|row| row.kinds.0 >> (kind as u32) & 1 == 1 && within(place, &row.scope))
    })
}

/// The secrecy that may go to every one of the places.
pub(super) fn cleared(grant: &Grant, kind: EffectKind, places: &Places) -> Secrecy {
    let one = |place: &Scope| {
        let rows = grant.clearances.iter().filter(|row| row.kind == kind && within(place, &row.scope));
        rows.fold(0, |all, row| all | row.secrecy.0)
    };
    Secrecy(places.iter().fold(u64::MAX, |all, place| all & one(place)))
}

/// The resource that a place is asked about.
pub(super) fn resource(place: &Scope, kind: EffectKind) -> Option<Resource> {
    Some(match place {
        Scope::Path(path) | Scope::Under(path) if kind == EffectKind::Exec => Resource::Program(path.clone()),
        Scope::Path(path) | Scope::Under(path) => Resource::Path(path.clone()),
        Scope::Host(host) => Resource::Host(host.clone()),
        Scope::Named(name) => Resource::Named(name.clone()),
        Scope::Any => return None,
    })
}
