//! What a constant names, and what a graph writes before it reads.

use crate::path::{PathError, join};
use crate::rules::resolve::is_file_kind;
use crate::scope::{parse_host, parse_url, scope_within};
use std::collections::BTreeMap;
use telos_abi::limit::NESTING_MAX;
use telos_abi::{ByteText, EffectKind, HandleKind, HostName, Label, Refinement, Scope, Type, Value};

/// Whether a handle can be anywhere in a value of this type.
pub(crate) fn holds_handle(ty: &Type) -> bool {
    match ty {
        Type::Handle { .. } => true,
        Type::List { item, .. } => holds_handle(item),
        Type::Record(fields) => fields.values().any(|field| holds_handle(&field.ty)),
        Type::Variant(cases) => cases.values().any(holds_handle),
        _ => false,
    }
}

/// Hands each resource that a constant of this type names for effects of this kind to `visit`. A directory stands for
/// all beneath it; text that names nothing this room can tell stands for anything. Lists, as `each` and list ports
/// take them, name what their items do.
pub(crate) fn constant_scopes(
    value: &Value,
    ty: &Type,
    kind: Option<EffectKind>,
    directory: &ByteText,
    visit: &mut dyn FnMut(Scope),
) -> Result<(), PathError> {
    scopes_at(value, ty, kind, directory, NESTING_MAX, visit)
}

fn scopes_at(
    value: &Value,
    ty: &Type,
    kind: Option<EffectKind>,
    directory: &ByteText,
    depth: usize,
    visit: &mut dyn FnMut(Scope),
) -> Result<(), PathError> {
    let Some(depth) = depth.checked_sub(1) else {
        return Ok(());
    };
    match (value, ty) {
        (Value::Text(text), Type::Handle { kind, .. }) => match kind {
            HandleKind::File => visit(Scope::Path(join(directory, text.as_bytes())?)),
            HandleKind::Directory => visit(Scope::Under(join(directory, text.as_bytes())?)),
            HandleKind::Endpoint => visit(host(text).map_or(Scope::Any, Scope::Host)),
        },
        (Value::Text(text), Type::Text { refinement, .. }) => {
            if let Some(kind) = kind.filter(|kind| !is_file_kind(*kind)) {
                visit(text_scope(text, *refinement, kind).unwrap_or(Scope::Any));
            }
        }
        (Value::List(items), ty) => {
            // A repeated port takes a list of its own type.
            let item_type = match ty {
                Type::List { item, .. } => item,
                other => other,
            };
            for item in items {
                scopes_at(item, item_type, kind, directory, depth, visit)?;
            }
        }
        (Value::Record(values), Type::Record(fields)) => {
            for (name, value) in values {
                if let Some(field) = fields.get(name) {
                    scopes_at(value, &field.ty, kind, directory, depth, visit)?;
                }
            }
        }
        (Value::Variant(name, inner), Type::Variant(cases)) => {
            if let Some(case) = cases.get(name) {
                scopes_at(inner, case, kind, directory, depth, visit)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Text names a host, program or provider by the kind of effect; never a file.
fn text_scope(text: &str, refinement: Refinement, kind: EffectKind) -> Option<Scope> {
    match kind {
        EffectKind::NetConnect | EffectKind::NetGet | EffectKind::NetSend | EffectKind::NetListen => match refinement {
            Refinement::Url => parse_url(text).map(Scope::Host),
            _ => host(text).map(Scope::Host),
        },
        EffectKind::Exec if text.starts_with('/') => {
            let root = ByteText::from("/");
            join(&root, text.as_bytes()).ok().map(Scope::Path)
        }
        _ => Some(Scope::Named(text.to_owned())),
    }
}

fn host(text: &str) -> Option<HostName> {
    parse_url(text).or_else(|| parse_host(text))
}

/// Writing nodes that are told apart. What the others write is seen by every read of the place.
pub(crate) const WRITERS_MAX: usize = 64;

/// Some of the writing nodes that are told apart, by number.
#[derive(Clone, Copy, Default)]
pub(crate) struct Writers(pub(crate) u64);

/// What the nodes so far have written, so that a later read of it carries the label. Each operation is
/// O(components of the path + [`WRITERS_MAX`]).
#[derive(Default)]
pub(crate) struct Written {
    /// What the nodes that are told apart write: its number, where, and with which label.
    by: Vec<(u32, Scope, Label)>,
    at: BTreeMap<Vec<u8>, Marks>,
    /// Written where nobody can tell.
    anywhere: Label,
    /// Everything written.
    all: Label,
    /// Whether every read sees everything.
    blurred: bool,
}

#[derive(Clone, Copy, Default)]
struct Marks {
    /// Written to exactly this path.
    here: Label,
    /// Written somewhere in this directory, nobody can tell where.
    inside: Label,
    /// Join of all that was written to or beneath this path.
    beneath: Label,
}

impl Written {
    /// `writer` is the number of a node that is told apart.
    pub(crate) fn add(&mut self, writer: Option<u32>, scope: &Scope, label: Label) {
        self.all = self.all.join(label);
        if let Some(writer) = writer {
            self.by.push((writer, scope.clone(), label));
            return;
        }
        let (path, exact) = match scope {
            Scope::Path(path) => (trimmed(path), true),
            Scope::Under(path) => (trimmed(path), false),
            Scope::Any => {
                self.anywhere = self.anywhere.join(label);
                return;
            }
            Scope::Host(_) | Scope::Named(_) => return,
        };
        for directory in upwards(path) {
            let marks = self.at.entry(directory.to_vec()).or_default();
            marks.beneath = marks.beneath.join(label);
            if directory.len() == path.len() {
                let own = if exact { &mut marks.here } else { &mut marks.inside };
                *own = own.join(label);
            }
        }
    }

    /// From now on every read carries everything written.
    pub(crate) fn blur(&mut self) {
        self.blurred = true;
    }

    /// Whether a read of `scope` that was given the labels in `self` should have been given more, as `now` knows.
    pub(crate) fn misses(&self, now: &Self, scope: &Scope, later: Writers) -> bool {
        let wanted = if self.blurred { now.all } else { now.label(scope, later) };
        !wanted.flows_to(self.label(scope, later))
    }

    /// The join of all that was written to what `scope` may read, by others than `later`, who wait for the reader.
    pub(crate) fn label(&self, scope: &Scope, later: Writers) -> Label {
        if self.blurred {
            return self.all;
        }
        let seen = self.by.iter().filter(|(writer, place, _)| later.0 >> writer & 1 == 0 && meet(place, scope));
        seen.fold(self.of_others(scope), |label, (_, _, written)| label.join(*written))
    }

    /// What was written by nodes that are not told apart.
    fn of_others(&self, scope: &Scope) -> Label {
        let (path, exact) = match scope {
            Scope::Host(_) | Scope::Named(_) => return Label::BOTTOM,
            _ if self.at.is_empty() => return self.anywhere,
            Scope::Path(path) => (trimmed(path), true),
            Scope::Under(path) => (trimmed(path), false),
            Scope::Any => return self.at.get(&[][..]).map_or(self.anywhere, |marks| marks.beneath.join(self.anywhere)),
        };
        upwards(path).fold(self.anywhere, |label, directory| {
            let marks = self.at.get(directory).copied().unwrap_or_default();
            let label = label.join(marks.inside);
            match (directory.len() == path.len(), exact) {
                (true, true) => label.join(marks.here),
                (true, false) => label.join(marks.beneath),
                (false, _) => label,
            }
        })
    }
}

/// Whether what is written somewhere in one scope may be read from the other.
fn meet(written: &Scope, read: &Scope) -> bool {
    match (written, read) {
        // What a cell holds has no label to carry (R19), and what another host makes of data is its own.
        (Scope::Host(_) | Scope::Named(_), _) | (_, Scope::Host(_) | Scope::Named(_)) => false,
        _ => scope_within(written, read) || scope_within(read, written),
    }
}

/// A normal path with `/` as the empty path, so that cutting at the last slash reaches it.
fn trimmed(path: &ByteText) -> &[u8] {
    path.as_bytes().strip_suffix(b"/").unwrap_or(path.as_bytes())
}

/// The trimmed path and every directory above it.
fn upwards(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut next = Some(path);
    core::iter::from_fn(move || {
        let now = next?;
        next = now.iter().rposition(|byte| *byte == b'/').map(|cut| &now[..cut]);
        Some(now)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use telos_abi::{Secrecy, Taint};

    #[test]
    fn reads_carry_what_was_written_there() {
        let secret = Label::secret(Secrecy::CREDENTIAL);
        let tainted = Label::tainted(Taint::NETWORK);
        for (first, second) in [(None, None), (Some(0), Some(1)), (None, Some(63)), (Some(63), None)] {
            let mut written = Written::default();
            written.add(first, &Scope::Path("/a/b/c".into()), secret);
            written.add(second, &Scope::Under("/x/y".into()), tainted);
            let label = |scope| written.label(&scope, Writers::default());
            assert_eq!(label(Scope::Path("/a/b/c".into())), secret);
            assert_eq!(label(Scope::Path("/a/b/d".into())), Label::BOTTOM);
            assert_eq!(label(Scope::Under("/a".into())), secret);
            assert_eq!(label(Scope::Under("/".into())), secret.join(tainted));
            assert_eq!(label(Scope::Path("/x/y/z/w".into())), tainted);
            assert_eq!(label(Scope::Path("/x".into())), Label::BOTTOM);
            assert_eq!(label(Scope::Any), secret.join(tainted));
        }
    }

    #[test]
    fn what_waits_for_the_reader_is_not_read() {
        let mut written = Written::default();
        written.add(Some(3), &Scope::Path("/a/b".into()), Label::tainted(Taint::NETWORK));
        written.add(Some(4), &Scope::Path("/a/c".into()), Label::secret(Secrecy::CREDENTIAL));
        let all = Scope::Under("/a".into());
        assert_eq!(written.label(&all, Writers(1 << 3)), Label::secret(Secrecy::CREDENTIAL));
        assert_eq!(written.label(&all, Writers(1 << 3 | 1 << 4)), Label::BOTTOM);
        written.blur();
        assert_ne!(written.label(&all, Writers(u64::MAX)), Label::BOTTOM);
    }
}
