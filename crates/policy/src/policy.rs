//! A policy: the built-in rules joined with the files of the user and the project.

use crate::file::{FileKind, Parsed, PolicyFile};
use crate::place::{Homes, is_beneath, last_name, name_matches};
use crate::problem::PolicyError;
use crate::schema::BudgetText;
use crate::{protected, sensitivity, table};
use std::sync::Arc;
use telos_abi::{
    Budget, ByteText, Clearance, Digest, Effect, EffectKind, EffectSet, Grant, GrantRow, Label, Resource, Scope,
    Secrecy, limit,
};
use telos_graph::scope::covers;

/// Where this machine keeps what built-in rules speak of. Paths are absolute and normalised; give each directory in
/// every spelling under which it may be met (as `$HOME` says it, and with links resolved).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyPlaces {
    /// Home directories. `/root` and `/home/NAME` count as homes anyway.
    pub homes: Vec<ByteText>,
    /// Directories that Telos keeps its own data in: state, configuration, cache.
    pub own: Vec<ByteText>,
}

/// A parsed policy: built-in rules joined with the user's files. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Policy {
    inner: Arc<Inner>,
}

#[derive(Clone, Debug)]
struct Inner {
    homes: Homes,
    own: Vec<Vec<u8>>,
    rules: Rules,
    version: Digest,
}

/// The rules that files add.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    pub(crate) refuse: Vec<UserRule>,
    pub(crate) ask: Vec<UserRule>,
    pub(crate) allow: Vec<UserRule>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) clearances: Vec<Clearance>,
    /// What the user's file sets.
    pub(crate) budget: BudgetText,
    /// What project files cap.
    pub(crate) caps: BudgetText,
}

/// One rule of a policy file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UserRule {
    pub(crate) kinds: EffectSet,
    /// Empty: every resource.
    pub(crate) scopes: Vec<Scope>,
    pub(crate) reason: Option<String>,
    /// Where it stands, as `FILE:LINE`.
    pub(crate) place: String,
}

/// One `[[sensitive]]` mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) scopes: Vec<Scope>,
    /// File-name patterns with at most one `*`.
    pub(crate) files: Vec<String>,
    pub(crate) secrecy: Secrecy,
}

impl UserRule {
    /// Whether an `allow` speaks of this effect. O(resources).
    pub(crate) fn allows(&self, effect: &Effect) -> bool {
        self.kinds.contains(effect.kind)
            && (self.scopes.is_empty() || self.scopes.iter().any(|it| holds(it, &effect.resource)))
    }

    /// Whether a `refuse` or `ask` speaks of this effect: of its resource, or of something beneath a directory that
    /// the effect would move or replace. O(resources).
    pub(crate) fn restricts(&self, effect: &Effect) -> bool {
        self.allows(effect)
            || self.kinds.contains(effect.kind)
                && protected::replaces(effect.kind)
                && self.scopes.iter().any(|scope| match (scope, &effect.resource) {
                    (Scope::Under(inner) | Scope::Path(inner), Resource::Path(path)) => {
                        is_beneath(inner.as_bytes(), path.as_bytes())
                    }
                    _ => false,
                })
    }
}

/// [`covers`], after a cheap necessary condition: grants of agents and policy files name many directories.
pub(crate) fn holds(scope: &Scope, resource: &Resource) -> bool {
    let near = match (scope, resource) {
        (Scope::Under(directory), Resource::Path(path) | Resource::Program(path)) => {
            path.as_bytes().starts_with(directory.as_bytes())
        }
        _ => true,
    };
    near && covers(scope, resource)
}

impl Default for Policy {
    /// The built-in rules, for a machine whose places are not known.
    fn default() -> Self {
        Self::new(&PolicyPlaces::default())
    }
}

impl Policy {
    /// The built-in rules for these places. A place that is empty, `/` or not absolute and normalised is left out.
    #[must_use]
    pub fn new(places: &PolicyPlaces) -> Self {
        let usable = |list: &[ByteText]| {
            let mut list: Vec<Vec<u8>> = list
                .iter()
                .map(|path| path.0.clone())
                .filter(|path| path.len() > 1 && telos_graph::path::is_normal(path))
                .collect();
            list.sort();
            list.dedup();
            list
        };
        Self::seal(Inner {
            homes: Homes::new(usable(&places.homes)),
            own: usable(&places.own),
            rules: Rules::default(),
            version: Digest::ZERO,
        })
    }

    /// This policy with the rules of one more file. Order of files does not matter.
    ///
    /// # Errors
    /// Where and why the file is not a policy, or (for a project's file) that it would widen rights.
    pub fn with(&self, file: &PolicyFile<'_>) -> Result<Self, PolicyError> {
        let parsed = Parsed::read(file, self.inner.homes.iter().next())?;
        let mut inner = Inner::clone(&self.inner);
        let Parsed { rules, budget } = parsed;
        inner.rules.refuse.extend(rules.refuse);
        inner.rules.ask.extend(rules.ask);
        inner.rules.allow.extend(rules.allow);
        inner.rules.marks.extend(rules.marks);
        inner.rules.clearances.extend(rules.clearances);
        match file.kind {
            FileKind::User => inner.rules.budget = budget.or(inner.rules.budget),
            FileKind::Project => inner.rules.caps = budget.least(inner.rules.caps),
        }
        Ok(Self::seal(inner))
    }

    /// Checks a user's policy file on its own and counts what it says.
    ///
    /// # Errors
    /// Where and why it is not a policy.
    pub fn check(text: impl AsRef<[u8]>) -> Result<PolicySummary, PolicyError> {
        let file =
            PolicyFile { name: "policy.toml", text: text.as_ref(), base: &ByteText::from("/"), kind: FileKind::User };
        let Parsed { rules, .. } = Parsed::read(&file, Some(b"/home/you"))?;
        Ok(PolicySummary {
            refuse: rules.refuse.len(),
            ask: rules.ask.len(),
            allow: rules.allow.len(),
            sensitive: rules.marks.len(),
            clearances: rules.clearances.len(),
        })
    }

    /// Identity of the rules; part of every seal. Equal for policies whose rules are equal, whatever their order,
    /// comments, reasons and file names.
    #[must_use]
    pub fn version(&self) -> Digest {
        self.inner.version
    }

    /// The label that rules give to a resource's content ("`.env` carries credentials"). Secrecy only: taint is set
    /// where content is read. O(components + marks).
    #[must_use]
    pub fn sensitivity(&self, resource: &Resource) -> Label {
        let Resource::Path(path) = resource else {
            return Label::BOTTOM;
        };
        let path = path.as_bytes();
        let mut secrecy = sensitivity::built_in(path, &self.inner.homes).0;
        if protected::is_own(path, &self.inner.own) {
            secrecy |= Secrecy::TELOS_STATE.0;
        }
        for mark in &self.inner.rules.marks {
            let named = || {
                let name = last_name(path);
                let mut files = mark.files.iter();
                files.any(|pattern| name_matches(name, pattern.as_bytes()))
            };
            if mark.scopes.iter().any(|scope| holds(scope, resource)) || named() {
                secrecy |= mark.secrecy.0;
            }
        }
        Label::secret(Secrecy(secrecy))
    }

    /// Absolute paths that hold sensitive content wherever a home is known, and the user's own marks. For sandboxes
    /// that must name what they hide; files that are sensitive by name alone are not among them.
    #[must_use]
    pub fn sensitive_places(&self) -> Vec<(ByteText, Secrecy)> {
        let mut list: Vec<(ByteText, Secrecy)> = sensitivity::anchored(&self.inner.homes)
            .into_iter()
            .map(|(path, secrecy)| (ByteText(path), secrecy))
            .collect();
        let own = self.inner.own.iter();
        list.extend(own.map(|path| (ByteText(path.clone()), Secrecy::TELOS_STATE)));
        for mark in &self.inner.rules.marks {
            for scope in &mark.scopes {
                if let Scope::Under(path) | Scope::Path(path) = scope {
                    list.push((path.clone(), mark.secrecy));
                }
            }
        }
        list.sort();
        list.dedup();
        list
    }

    /// Absolute paths that are refused to every write (P3), for sandboxes that must name what they close.
    #[must_use]
    pub fn protected_places(&self) -> Vec<ByteText> {
        let mut list: Vec<ByteText> =
            protected::anchored(&self.inner.homes, &self.inner.own).into_iter().map(ByteText).collect();
        list.sort();
        list.dedup();
        list
    }

    /// The grant that a run starts with: `base` widened by what the user's file allows and clears, with the budget
    /// that the files set. Call it once, on the root grant; what is derived from it only shrinks.
    #[must_use]
    pub fn apply(&self, mut base: Grant) -> Grant {
        let rules = &self.inner.rules;
        for rule in &rules.allow {
            for scope in &rule.scopes {
                base.rows.push(GrantRow { kinds: rule.kinds, scope: scope.clone() });
            }
        }
        base.clearances.extend(rules.clearances.iter().cloned());
        base.budget = rules.caps.cap(rules.budget.set(base.budget));
        base
    }

    /// Bytes of pre-images kept for one run.
    #[must_use]
    pub fn pre_image_bytes(&self) -> u64 {
        let rules = &self.inner.rules;
        let set = rules.budget.pre_image_bytes;
        let set = set.unwrap_or(limit::PRE_IMAGE_BYTES_RUN);
        rules.caps.pre_image_bytes.map_or(set, |cap| cap.min(set))
    }

    pub(crate) fn rules(&self) -> &Rules {
        &self.inner.rules
    }

    pub(crate) fn against_writing(&self, kind: EffectKind, path: &[u8]) -> Option<protected::Guarded> {
        protected::against_writing(kind, path, &self.inner.homes, &self.inner.own)
    }

    pub(crate) fn is_own(&self, path: &[u8]) -> bool {
        protected::is_own(path, &self.inner.own)
    }

    fn seal(mut inner: Inner) -> Self {
        inner.version = version(&inner);
        Self { inner: Arc::new(inner) }
    }
}

/// What a policy file says, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicySummary {
    /// `[[refuse]]` rules.
    pub refuse: usize,
    /// `[[ask]]` rules.
    pub ask: usize,
    /// `[[allow]]` rules.
    pub allow: usize,
    /// `[[sensitive]]` marks.
    pub sensitive: usize,
    /// Pairs of kind and host that `[[clearance]]` clears.
    pub clearances: usize,
}

/// BLAKE3 over the domain, the built-in tables and the sorted rules. Every part is preceded by its length, so no two
/// rule sets share an encoding.
fn version(inner: &Inner) -> Digest {
    let mut hash = blake3::Hasher::new();
    let part = |hash: &mut blake3::Hasher, bytes: &[u8]| {
        hash.update(&(bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    part(&mut hash, b"telos/policy/v1");
    for row in &table::EFFECTS {
        part(&mut hash, row.name.as_bytes());
        part(&mut hash, &[row.inside as u8, row.outside as u8]);
    }
    part(&mut hash, sensitivity::fingerprint().as_bytes());
    part(&mut hash, protected::fingerprint().as_bytes());
    let places = inner.homes.iter().chain(inner.own.iter().map(Vec::as_slice));
    places.for_each(|path| part(&mut hash, path));
    let rules = &inner.rules;
    let mut lines: Vec<String> = Vec::new();
    for (word, list) in [("refuse", &rules.refuse), ("ask", &rules.ask), ("allow", &rules.allow)] {
        for rule in list {
            let scopes = sorted(rule.scopes.iter().map(spell));
            lines.push(format!("{word} {:x} {scopes:?}", rule.kinds.0));
        }
    }
    for mark in &rules.marks {
        let scopes = sorted(mark.scopes.iter().map(spell));
        let files = sorted(mark.files.iter().cloned());
        lines.push(format!("mark {:x} {scopes:?} {files:?}", mark.secrecy.0));
    }
    for clearance in &rules.clearances {
        let scope = spell(&clearance.scope);
        lines.push(format!("clear {} {:x} {scope:?}", clearance.kind as u8, clearance.secrecy.0));
    }
    for line in sorted(lines.into_iter()) {
        part(&mut hash, line.as_bytes());
    }
    part(&mut hash, format!("{:?} {:?}", rules.budget, rules.caps).as_bytes());
    Digest(*hash.finalize().as_bytes())
}

fn sorted(items: impl Iterator<Item = String>) -> Vec<String> {
    let mut list: Vec<String> = items.collect();
    list.sort();
    list.dedup();
    list
}

/// A scope in one unambiguous spelling; bytes as hexadecimal, because `Display` of a path is for people.
fn spell(scope: &Scope) -> String {
    let hex = |path: &ByteText| {
        path.0
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .filter_map(|digit| char::from_digit(u32::from(digit), 16))
            .collect::<String>()
    };
    match scope {
        Scope::Any => "any".into(),
        Scope::Under(path) => format!("under {}", hex(path)),
        Scope::Path(path) => format!("path {}", hex(path)),
        Scope::Host(host) => format!("host {:?} {:?}", host.name, host.port),
        Scope::Named(name) => format!("named {name:?}"),
    }
}

impl BudgetText {
    /// `base` with every number that is set here.
    fn set(self, base: Budget) -> Budget {
        Budget {
            fuel: self.fuel.unwrap_or(base.fuel),
            memory_bytes: self.memory_bytes.unwrap_or(base.memory_bytes),
            output_bytes: self.output_bytes.unwrap_or(base.output_bytes),
            wall_ms: self.wall_ms.unwrap_or(base.wall_ms),
            calls: self.calls.unwrap_or(base.calls),
        }
    }

    /// `base` with no number above what is set here.
    fn cap(self, base: Budget) -> Budget {
        let set = self.set(base);
        Budget {
            fuel: set.fuel.min(base.fuel),
            memory_bytes: set.memory_bytes.min(base.memory_bytes),
            output_bytes: set.output_bytes.min(base.output_bytes),
            wall_ms: set.wall_ms.min(base.wall_ms),
            calls: set.calls.min(base.calls),
        }
    }
}
