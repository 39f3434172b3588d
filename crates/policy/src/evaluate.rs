//! The stages of a decision, one function each, all of one signature. [`crate::decide()`] folds them;
//! [`crate::explain()`] prints them. The strictest stage wins; among equals the first speaks.

use crate::decide::{Request, Subject};
use crate::grant::is_odd_number;
use crate::policy::{Policy, UserRule, holds};
use crate::protected::{Guarded, replaces};
use crate::table::{Acts, Class, EffectRow, effect_row};
use core::net::IpAddr;
use telos_abi::{EffectKind, Grant, Resource, Rule, Verdict};
use telos_graph::flow::{Flow, FlowBreach, sink};
use telos_graph::path::is_normal;
use telos_graph::scope::clearance_of;

/// Everything a stage looks at.
#[derive(Clone, Copy)]
pub(crate) struct Case<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) grant: &'a Grant,
    pub(crate) request: Request<'a>,
    pub(crate) row: &'static EffectRow,
}

/// What one stage found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found<'a> {
    /// Its verdict; Permit means that it has nothing against the effect.
    pub(crate) verdict: Verdict,
    pub(crate) rule: Rule,
    pub(crate) why: Why<'a>,
}

/// Why, as data; sentences are made only for people.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Why<'a> {
    /// The effect is well formed.
    WellFormed,
    /// The resource is not one that this kind acts on.
    Malformed(&'static str),
    /// No protected place.
    Unprotected,
    /// A protected place.
    Protected(Guarded),
    /// A protected place, but the change stays in the workspace.
    ProtectedAtCommit(Guarded),
    /// Telos' own data, which no grant reads.
    OwnData,
    /// The labels may meet the effect.
    Flows,
    /// They may not.
    Breach(FlowBreach),
    /// No rule of a policy file with this word speaks of it.
    NoUserRule(&'static str),
    /// A rule of a policy file.
    UserRule(&'static str, &'a UserRule),
    /// A row of the grant covers it.
    Covered,
    /// None does.
    Uncovered,
    /// Undo keeps what is lost, or nothing is.
    Undoable,
    /// It does not.
    NotUndoable,
    /// The kind's default.
    Default,
    /// This run made the file.
    CreatedByRun,
    /// The change reaches the host only through a commit, which asks.
    InWorkspace,
}

type Stage = for<'a> fn(&Case<'a>) -> Found<'a>;

/// The stages, in order.
pub(crate) const STAGES: [(&str, Stage); 8] = [
    ("form", form),
    ("protected places", protected),
    ("flow of labels", flow),
    ("refusals of policy files", refusals),
    ("grant", coverage),
    ("questions of policy files", questions),
    ("undo", undo),
    ("default", default),
];

impl<'a> Case<'a> {
    pub(crate) fn new(policy: &'a Policy, grant: &'a Grant, request: &Request<'a>) -> Self {
        Self { policy, grant, request: *request, row: effect_row(request.effect.kind) }
    }
}

const fn found(verdict: Verdict, rule: Rule, why: Why<'_>) -> Found<'_> {
    Found { verdict, rule, why }
}

/// R0: the resource has the form its kind acts on, in the one spelling that rules compare.
fn form<'a>(case: &Case<'a>) -> Found<'a> {
    const PATH: &str = "a path must be absolute, without `.`, `..`, doubled or trailing slashes";
    let wrong = match (case.row.acts, &case.request.effect.resource) {
        (Acts::OnPath, Resource::Path(path)) | (Acts::OnProgram, Resource::Path(path) | Resource::Program(path)) => {
            (!is_normal(path.as_bytes())).then_some(PATH)
        }
        (Acts::OnHost, Resource::Host(host)) => odd_host(&host.name),
        (Acts::OnNamed, Resource::Named(name)) => name.is_empty().then_some("the name is empty"),
        (Acts::OnAnything, Resource::Path(path) | Resource::Program(path)) => {
            (!is_normal(path.as_bytes())).then_some(PATH)
        }
        (Acts::OnAnything, _) => None,
        _ => Some("this kind of effect does not act on such a resource"),
    };
    match wrong {
        None => found(Verdict::Permit, Rule::R0, Why::WellFormed),
        Some(why) => found(Verdict::Refuse, Rule::R0, Why::Malformed(why)),
    }
}

/// Spellings of a host that a rule about the plain spelling would miss.
fn odd_host(name: &str) -> Option<&'static str> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_');
    match name.parse::<IpAddr>() {
        // The parser takes one spelling of an IPv4 address only.
        Ok(IpAddr::V4(_)) => None,
        Ok(IpAddr::V6(address)) if address.to_ipv4_mapped().is_some() => Some("an IPv4 address must be written as one"),
        Ok(IpAddr::V6(address)) => {
            (address.to_string() != name).then_some("an address must be written in its canonical form")
        }
        Err(_) if name.is_empty() || name.len() > 253 => Some("a host must have a name"),
        Err(_) if !name.bytes().all(plain) || name.ends_with('.') => {
            Some("a host must be a plain lower-case DNS name without trailing dot")
        }
        Err(_) => is_odd_number(name).then_some("a number is not a host"),
    }
}

/// P3.
fn protected<'a>(case: &Case<'a>) -> Found<'a> {
    let Request { effect, facts, .. } = case.request;
    let Resource::Path(path) = &effect.resource else {
        return found(Verdict::Permit, Rule::P3, Why::Unprotected);
    };
    let path = path.as_bytes();
    if effect.kind == EffectKind::FileRead && case.policy.is_own(path) {
        return found(Verdict::Refuse, Rule::P3, Why::OwnData);
    }
    if case.row.class != Class::Write {
        return found(Verdict::Permit, Rule::P3, Why::Unprotected);
    }
    match case.policy.against_writing(effect.kind, path) {
        None => found(Verdict::Permit, Rule::P3, Why::Unprotected),
        Some(place) if facts.in_workspace && place.verdict == Verdict::Ask => {
            found(Verdict::Permit, Rule::P3, Why::ProtectedAtCommit(place))
        }
        Some(place) => found(place.verdict, Rule::P3, Why::Protected(place)),
    }
}

/// R5, R6, R7, R10, R12: the flow rule that the validator uses, with the labels of the moment.
///
/// A program that an agent starts stays in the agent's sandbox under the agent's label, so nothing flows out by it.
fn flow<'a>(case: &Case<'a>) -> Found<'a> {
    let Request { effect, subject, .. } = case.request;
    let labels = match subject {
        Subject::Plan { authority, payload, control, history } => Flow::plan(authority, payload, control, history),
        Subject::Agent { .. } if effect.kind == EffectKind::Exec => {
            return found(Verdict::Permit, Rule::R6, Why::Flows);
        }
        Subject::Agent { process } => Flow::agent(process),
    };
    let cleared = clearance_of(case.grant, effect.kind, &effect.resource);
    match sink(effect.kind, cleared, &labels) {
        Ok(()) => found(Verdict::Permit, Rule::R6, Why::Flows),
        Err(breach) if breach.rule == Rule::R12 => found(Verdict::Ask, breach.rule, Why::Breach(breach)),
        Err(breach) => found(Verdict::Refuse, breach.rule, Why::Breach(breach)),
    }
}

/// P4, `[[refuse]]`.
fn refusals<'a>(case: &Case<'a>) -> Found<'a> {
    restriction(case, "refuse", &case.policy.rules().refuse, Verdict::Refuse)
}

/// P2.
fn coverage<'a>(case: &Case<'a>) -> Found<'a> {
    let effect = case.request.effect;
    let covered =
        case.grant.rows.iter().any(|row| row.kinds.contains(effect.kind) && holds(&row.scope, &effect.resource));
    if covered {
        found(Verdict::Permit, Rule::P2, Why::Covered)
    } else {
        found(case.row.outside, Rule::P2, Why::Uncovered)
    }
}

/// P4, `[[ask]]`.
fn questions<'a>(case: &Case<'a>) -> Found<'a> {
    restriction(case, "ask", &case.policy.rules().ask, Verdict::Ask)
}

fn restriction<'a>(case: &Case<'a>, word: &'static str, rules: &'a [UserRule], verdict: Verdict) -> Found<'a> {
    let effect = case.request.effect;
    match rules.iter().find(|rule| rule.restricts(effect)) {
        Some(rule) => found(verdict, Rule::P4, Why::UserRule(word, rule)),
        None => found(Verdict::Permit, Rule::P4, Why::NoUserRule(word)),
    }
}

/// P7: content that undo cannot bring back is not lost without a person, whatever a policy file allows.
fn undo<'a>(case: &Case<'a>) -> Found<'a> {
    let Request { effect, facts, .. } = case.request;
    let destroys = matches!(effect.kind, EffectKind::FileOverwrite | EffectKind::FileDelete);
    if destroys && !facts.undoable && !facts.created_by_run && !facts.in_workspace {
        found(Verdict::Ask, Rule::P7, Why::NotUndoable)
    } else {
        found(Verdict::Permit, Rule::P7, Why::Undoable)
    }
}

/// P1, unless a `[[allow]]` (P4) or what the host knows of the resource answers its question. A refusal stands.
fn default<'a>(case: &Case<'a>) -> Found<'a> {
    let Request { effect, facts, .. } = case.request;
    if case.row.inside != Verdict::Ask {
        return found(case.row.inside, Rule::P1, Why::Default);
    }
    if case.row.class == Class::Write && facts.in_workspace {
        return found(Verdict::Permit, Rule::P1, Why::InWorkspace);
    }
    if replaces(effect.kind) && facts.created_by_run {
        return found(Verdict::Permit, Rule::P1, Why::CreatedByRun);
    }
    let allows = case.policy.rules().allow.iter();
    match allows.clone().find(|rule| rule.allows(effect)) {
        Some(rule) => found(Verdict::Permit, Rule::P4, Why::UserRule("allow", rule)),
        None => found(Verdict::Ask, Rule::P1, Why::Default),
    }
}
