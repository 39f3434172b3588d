//! Policy files: TOML with a closed schema (see `docs/policy.md`).
//!
//! A file is outside data, also the user's own: every limit is checked, every error names line and column, and a name
//! that is nearly right is suggested. A project's file may come from a repository that nobody here wrote, so it can
//! only tighten.

use crate::grant::is_odd_number;
use crate::policy::{Mark, Rules, UserRule};
use crate::problem::{PolicyError, PolicyProblem, unknown};
use crate::schema::{BudgetText, CATEGORIES, ClearanceText, Document, KEYS, MarkText, RuleText, Texts};
use crate::table::{self, Class, EFFECTS};
use telos_abi::{ByteText, Clearance, EffectKind, EffectSet, HostName, Scope, Secrecy, limit::POLICY_BYTES_MAX};
use telos_graph::path;
use telos_graph::scope::parse_host;
use toml::Spanned;

/// Most resources (paths, hosts, names, patterns) in one policy file. A decision looks at each of them.
pub const POLICY_RESOURCES_MAX: usize = 4_096;

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// The user's own. May widen what is not protected.
    User,
    /// `.telos/policy.toml` of a working directory. May only tighten.
    Project,
}

/// A policy file as it was read.
#[derive(Clone, Copy, Debug)]
pub struct PolicyFile<'a> {
    /// Its name, for messages.
    pub name: &'a str,
    /// Its bytes.
    pub text: &'a [u8],
    /// Absolute normalised directory that relative paths begin at: the file's own directory for the user's file, the
    /// directory that holds `.telos` for a project's.
    pub base: &'a ByteText,
    /// Whose it is.
    pub kind: FileKind,
}

/// A file's content, resolved.
pub(crate) struct Parsed {
    pub(crate) rules: Rules,
    pub(crate) budget: BudgetText,
}

impl Parsed {
    pub(crate) fn read(file: &PolicyFile<'_>, home: Option<&[u8]>) -> Result<Self, PolicyError> {
        let mut reader = Reader { file, home, resources: 0, rule_at: 0 };
        let bytes = file.text.len();
        if bytes > POLICY_BYTES_MAX {
            return Err(reader.error(0, PolicyProblem::TooLarge { bytes }));
        }
        let text = core::str::from_utf8(file.text)
            .map_err(|error| reader.error(error.valid_up_to(), PolicyProblem::NotText))?;
        let document: Document = toml::from_str(text).map_err(|error| reader.syntax(text, &error))?;
        reader.document(document)
    }
}

struct Reader<'a> {
    file: &'a PolicyFile<'a>,
    home: Option<&'a [u8]>,
    resources: usize,
    /// Where the rule being read begins.
    rule_at: usize,
}

impl Reader<'_> {
    fn document(&mut self, document: Document) -> Result<Parsed, PolicyError> {
        if self.file.kind == FileKind::Project {
            let allow = document.allow.first().map(|rule| (rule.span().start, "allow"));
            let clear = document.clearance.first();
            let clear = clear.map(|rule| (rule.span().start, "clearance"));
            if let Some((at, table)) = allow.or(clear) {
                return Err(self.error(at, PolicyProblem::Widens { table }));
            }
        }
        let mut rules = Rules::default();
        for rule in document.refuse {
            rules.refuse.push(self.restriction(rule)?);
        }
        for rule in document.ask {
            rules.ask.push(self.restriction(rule)?);
        }
        for rule in document.allow {
            rules.allow.push(self.allowance(rule)?);
        }
        for mark in document.sensitive {
            rules.marks.push(self.mark(mark)?);
        }
        for clearance in document.clearance {
            self.clearance(clearance, &mut rules.clearances)?;
        }
        Ok(Parsed { rules, budget: document.budget })
    }

    /// A rule that tightens. What is read or changed could be read or changed under another name, so such a rule
    /// speaks of moving, too.
    fn restriction(&mut self, rule: Spanned<RuleText>) -> Result<UserRule, PolicyError> {
        const CONTENT: EffectSet =
            EffectSet::of(&[EffectKind::FileRead, EffectKind::FileOverwrite, EffectKind::FileDelete]);
        let mut rule = self.rule(rule)?;
        if rule.kinds.0 & CONTENT.0 != 0 {
            rule.kinds.0 |= EffectSet::of(&[EffectKind::FileMove]).0;
        }
        Ok(rule)
    }

    fn allowance(&mut self, rule: Spanned<RuleText>) -> Result<UserRule, PolicyError> {
        let at = rule.span().start;
        self.rule_at = at;
        let rule = self.rule(rule)?;
        if let Some(row) =
            EFFECTS.iter().find(|row| rule.kinds.contains(row.kind) && row.inside == telos_abi::Verdict::Refuse)
        {
            return Err(self.error(at, PolicyProblem::NeverAllowed { kind: row.name }));
        }
        if rule.scopes.is_empty() {
            let keys = "`under`, `paths`, `hosts` or `names`";
            let table = "allow";
            return Err(self.error(at, PolicyProblem::Everywhere { table, keys }));
        }
        Ok(rule)
    }

    fn rule(&mut self, rule: Spanned<RuleText>) -> Result<UserRule, PolicyError> {
        let at = rule.span().start;
        self.rule_at = at;
        let line = self.position(at).0;
        let rule = rule.into_inner();
        let kinds = self.kinds(&rule.kinds, at)?;
        let mut scopes = Vec::new();
        self.paths("under", rule.under, kinds, Scope::Under, &mut scopes)?;
        self.paths("paths", rule.paths, kinds, Scope::Path, &mut scopes)?;
        self.hosts(rule.hosts, kinds, &mut scopes)?;
        self.names(rule.names, kinds, &mut scopes)?;
        Ok(UserRule { kinds, scopes, reason: rule.reason, place: format!("{}:{line}", self.file.name) })
    }

    fn mark(&mut self, mark: Spanned<MarkText>) -> Result<Mark, PolicyError> {
        let at = mark.span().start;
        self.rule_at = at;
        let mark = mark.into_inner();
        let kinds = Class::Read.kinds();
        let mut scopes = Vec::new();
        self.paths("under", mark.under, kinds, Scope::Under, &mut scopes)?;
        self.paths("paths", mark.paths, kinds, Scope::Path, &mut scopes)?;
        let mut files = Vec::new();
        for pattern in mark.files.unwrap_or_default() {
            self.count(&pattern)?;
            let text = pattern.get_ref();
            let why = match text.matches('*').count() {
                _ if text.is_empty() => "the pattern is empty",
                _ if text.contains('/') => "a file-name pattern holds no `/`; use `under` or `paths`",
                0 | 1 => "",
                _ => "a file-name pattern holds at most one `*`",
            };
            if !why.is_empty() {
                return Err(self.path_error(&pattern, why));
            }
            files.push(pattern.into_inner());
        }
        if scopes.is_empty() && files.is_empty() {
            let keys = "`under`, `paths` or `files`";
            let table = "sensitive";
            return Err(self.error(at, PolicyProblem::Everywhere { table, keys }));
        }
        let secrecy = match mark.secrecy {
            Some(name) => self.category(&name)?,
            None => Secrecy::USER_MARKED,
        };
        Ok(Mark { scopes, files, secrecy })
    }

    fn clearance(&mut self, clearance: Spanned<ClearanceText>, out: &mut Vec<Clearance>) -> Result<(), PolicyError> {
        let at = clearance.span().start;
        self.rule_at = at;
        let clearance = clearance.into_inner();
        let kinds = self.kinds(&clearance.kinds, at)?;
        let mut scopes = Vec::new();
        self.hosts(clearance.hosts, kinds, &mut scopes)?;
        self.names(clearance.names, kinds, &mut scopes)?;
        if scopes.is_empty() {
            let keys = "`hosts` or `names`";
            let table = "clearance";
            return Err(self.error(at, PolicyProblem::Everywhere { table, keys }));
        }
        if clearance.secrecy.is_empty() {
            return Err(self.error(at, PolicyProblem::Empty { key: "secrecy" }));
        }
        let mut secrecy = Secrecy::PUBLIC;
        for name in &clearance.secrecy {
            secrecy.0 |= self.category(name)?.0;
        }
        for row in EFFECTS.iter().filter(|row| kinds.contains(row.kind)) {
            if !matches!(row.class, Class::Outward | Class::Model) {
                return Err(self.error(at, PolicyProblem::NothingToClear { kind: row.name }));
            }
            out.extend(scopes.iter().map(|scope| Clearance { kind: row.kind, scope: scope.clone(), secrecy }));
        }
        Ok(())
    }

    fn kinds(&self, names: &Texts, at: usize) -> Result<EffectSet, PolicyError> {
        if names.is_empty() {
            return Err(self.error(at, PolicyProblem::Empty { key: "kinds" }));
        }
        let mut kinds = EffectSet::EMPTY;
        for name in names {
            let found = table::kinds_named(name.get_ref()).ok_or_else(|| {
                let known = EFFECTS.iter().map(|row| row.name);
                let known = known.chain(Class::ALL.iter().map(|class| class.name()));
                self.unknown("kind or class of effect", name, known)
            })?;
            kinds.0 |= found.0;
        }
        Ok(kinds)
    }

    fn paths(
        &mut self,
        key: &'static str,
        texts: Option<Texts>,
        kinds: EffectSet,
        scope: fn(ByteText) -> Scope,
        out: &mut Vec<Scope>,
    ) -> Result<(), PolicyError> {
        for text in self.list(key, texts)? {
            self.fits(&text, kinds, key, &[table::Acts::OnPath, table::Acts::OnProgram])?;
            out.push(scope(self.path(&text)?));
        }
        Ok(())
    }

    fn hosts(&mut self, texts: Option<Texts>, kinds: EffectSet, out: &mut Vec<Scope>) -> Result<(), PolicyError> {
        for text in self.list("hosts", texts)? {
            self.fits(&text, kinds, "hosts", &[table::Acts::OnHost])?;
            out.push(if text.get_ref() == "*" {
                Scope::Any
            } else {
                let host = host_pattern(text.get_ref()).ok_or_else(|| {
                    let found = text.get_ref().clone();
                    self.error(text.span().start, PolicyProblem::Host { found })
                })?;
                Scope::Host(host)
            });
        }
        Ok(())
    }

    fn names(&mut self, texts: Option<Texts>, kinds: EffectSet, out: &mut Vec<Scope>) -> Result<(), PolicyError> {
        use table::Acts::{OnAnything, OnNamed};
        for text in self.list("names", texts)? {
            self.fits(&text, kinds, "names", &[OnNamed, OnAnything])?;
            out.push(Scope::Named(text.into_inner()));
        }
        Ok(())
    }

    /// The list under a key. A key that is there must say something: an empty list would mean "everywhere".
    fn list(&mut self, key: &'static str, texts: Option<Texts>) -> Result<Texts, PolicyError> {
        let Some(texts) = texts else {
            return Ok(Texts::new());
        };
        if texts.is_empty() {
            return Err(self.error(self.rule_at, PolicyProblem::Empty { key }));
        }
        for text in &texts {
            self.count(text)?;
        }
        Ok(texts)
    }

    /// Every kind of the rule must act on something this key can name, or the rule would silently not apply; and
    /// [`Scope::Any`] for a host must not reach a kind that acts on files.
    fn fits(
        &self,
        text: &Spanned<String>,
        kinds: EffectSet,
        key: &'static str,
        acts: &[table::Acts],
    ) -> Result<(), PolicyError> {
        let odd = EFFECTS.iter().find(|row| kinds.contains(row.kind) && !acts.contains(&row.acts));
        match odd {
            None => Ok(()),
            Some(row) => {
                Err(self
                    .error(text.span().start, PolicyProblem::Mismatch { key, kind: row.name, acts: row.acts.says() }))
            }
        }
    }

    fn path(&self, text: &Spanned<String>) -> Result<ByteText, PolicyError> {
        let raw = text.get_ref();
        if raw.contains('*') {
            return Err(self.path_error(text, "paths hold no `*`; `under` means everything beneath"));
        }
        if raw.split('/').any(|part| part == "..") {
            return Err(self.path_error(text, "write it without `..`"));
        }
        let (base, rest) = match raw.strip_prefix('~') {
            None => (self.file.base.clone(), raw.as_str()),
            Some(rest) if rest.is_empty() || rest.starts_with('/') => {
                let home = self.home.ok_or_else(|| self.path_error(text, "no home directory is known"))?;
                (ByteText::from(home), rest.trim_start_matches('/'))
            }
            Some(_) => return Err(self.path_error(text, "write another user's home in full")),
        };
        let rest = if rest.is_empty() && raw.starts_with('~') { "." } else { rest };
        path::join(&base, rest.as_bytes()).map_err(|error| self.path_error(text, &error.to_string()))
    }

    fn category(&self, name: &Spanned<String>) -> Result<Secrecy, PolicyError> {
        let known = CATEGORIES.iter();
        let found = known.clone().find(|(known, _)| known == name.get_ref());
        found
            .map(|(_, secrecy)| *secrecy)
            .ok_or_else(|| self.unknown("category of secrecy", name, known.map(|(name, _)| *name)))
    }

    fn count(&mut self, text: &Spanned<String>) -> Result<(), PolicyError> {
        self.resources += 1;
        let resources = self.resources;
        if resources > POLICY_RESOURCES_MAX {
            return Err(self.error(text.span().start, PolicyProblem::TooMany { resources }));
        }
        Ok(())
    }

    fn path_error(&self, text: &Spanned<String>, why: &str) -> PolicyError {
        let problem = PolicyProblem::Path { found: text.get_ref().clone(), why: why.into() };
        self.error(text.span().start, problem)
    }

    fn unknown(
        &self,
        what: &'static str,
        found: &Spanned<String>,
        known: impl Iterator<Item = &'static str>,
    ) -> PolicyError {
        let problem = unknown(what, found.get_ref(), known);
        self.error(found.span().start, problem)
    }

    fn syntax(&self, text: &str, error: &toml::de::Error) -> PolicyError {
        let span = error.span().unwrap_or(0..0);
        let word = text.get(span.clone()).unwrap_or_default();
        let problem = if error.message().starts_with("unknown field") {
            unknown("key here", word.trim_matches(['"', '\'']), KEYS.into_iter())
        } else {
            let message = error.message().replace('\n', "; ");
            PolicyProblem::Syntax { message }
        };
        self.error(span.start, problem)
    }

    fn error(&self, at: usize, problem: PolicyProblem) -> PolicyError {
        let (line, column) = self.position(at);
        PolicyError { file: self.file.name.into(), line, column, problem: Box::new(problem) }
    }

    /// Line and column of a byte offset, both from 1.
    fn position(&self, at: usize) -> (usize, usize) {
        let before = &self.file.text[..at.min(self.file.text.len())];
        let start = before.iter().rposition(|&byte| byte == b'\n');
        let column = String::from_utf8_lossy(&before[start.map_or(0, |at| at + 1)..]);
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        (line, column.chars().count() + 1)
    }
}

/// A host pattern as policy files write it.
fn host_pattern(text: &str) -> Option<HostName> {
    let Some(beneath) = text.strip_prefix("*.") else {
        return parse_host(text).filter(|host| !is_odd_number(&host.name));
    };
    let host = parse_host(beneath)?;
    if is_odd_number(&host.name) || host.name.parse::<core::net::IpAddr>().is_ok() {
        return None;
    }
    Some(HostName { name: format!("*.{}", host.name), port: host.port })
}
