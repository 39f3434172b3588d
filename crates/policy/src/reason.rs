//! Sentences for people: what, why, way out.

use crate::evaluate::{Case, Found, Why};
use crate::schema::category_names;
use crate::table::Class;
use telos_abi::{Effect, Resource, Rule, Secrecy, Verdict};
use telos_graph::flow::{FlowBreach, FlowRole};

/// What an Ask or Refuse tells the person: the effect, the cause, the rule, and the way out.
pub(crate) fn reason(case: &Case<'_>, found: &Found<'_>) -> String {
    let answer = match found.verdict {
        Verdict::Refuse => "is refused",
        Verdict::Ask => "needs your approval",
        Verdict::Permit => "is permitted",
    };
    let effect = case.request.effect;
    let (kind, resource) = (case.row.name, &effect.resource);
    let cause = cause(case, found);
    let out = way_out(case, found);
    // The general sentence of a flow rule says what the breach means. That of the others would only say again what the
    // cause does.
    let rule = match found.why {
        Why::Breach(_) => format!(" {}", rule_sentence(found.rule)),
        _ => String::new(),
    };
    format!("{kind} {resource} {answer} ({}): {cause}.{rule} To go on: {out}.", found.rule)
}

/// `R6 (payload): Secret data goes only where it is cleared to go.`
pub(crate) fn rule_sentence(rule: Rule) -> String {
    let info = Rule::TABLE.iter().find(|info| info.rule == rule);
    match info {
        Some(info) => format!("{rule} ({}): {}", info.name, info.says),
        None => format!("{rule}."),
    }
}

/// Why, without the rule.
pub(crate) fn cause(case: &Case<'_>, found: &Found<'_>) -> String {
    let says = case.row.says;
    match found.why {
        Why::WellFormed => "the effect is well formed".into(),
        Why::Malformed(why) => why.into(),
        Why::Unprotected => "this is no protected place".into(),
        Why::Protected(place) => format!("this would {says}, and the place is {}", place.is),
        Why::ProtectedAtCommit(place) => {
            format!("the place is {}; the commit asks about it", place.is)
        }
        Why::OwnData => "this is Telos' own data, which holds keys".into(),
        Why::Flows => "the labels may meet this effect".into(),
        Why::Breach(breach) => breach.to_string(),
        Why::NoUserRule(word) => format!("no [[{word}]] rule of a policy file speaks of it"),
        Why::UserRule(word, rule) => {
            let reason = rule.reason.as_deref().map(printable);
            let reason = reason.map_or(String::new(), |reason| format!(" (\"{reason}\")"));
            format!("the [[{word}]] rule at {} speaks of it{reason}", rule.place)
        }
        Why::Covered => "the grant covers it".into(),
        Why::Uncovered => format!("this would {says} outside what was granted"),
        Why::Undoable => "undo brings back what would be lost".into(),
        Why::NotUndoable => {
            format!("this would {says}, and its earlier content cannot be kept for undo")
        }
        Why::Default => format!("this would {says}"),
        Why::CreatedByRun => "this run made it, so nothing is lost".into(),
        Why::InWorkspace => "the change stays in the workspace until it is committed".into(),
    }
}

fn way_out(case: &Case<'_>, found: &Found<'_>) -> String {
    let effect = case.request.effect;
    let approve = "approve it, or pass --yes";
    match (found.why, found.verdict) {
        (Why::Malformed(_), _) => "name the resource in full".into(),
        (Why::OwnData, _) => "use `telos runs`, `telos why` or `telos key export`".into(),
        (Why::Breach(breach), _) => flow_way_out(&breach, effect),
        (Why::UserRule(_, rule), Verdict::Refuse) => {
            format!("change the rule at {}, if you agree with the effect", rule.place)
        }
        (Why::Protected(_), Verdict::Refuse) => {
            "make this change yourself, outside Telos; no flag or policy file allows it".into()
        }
        (Why::Uncovered, Verdict::Ask) => {
            let line = policy_line("allow", case, effect);
            format!("{approve}, or add to your policy file: {line}")
        }
        (Why::Default, Verdict::Ask) => {
            let line = policy_line("allow", case, effect);
            format!("{approve}, or add to your policy file: {line}")
        }
        (_, Verdict::Refuse) => "there is none; do without it".into(),
        _ => approve.into(),
    }
}

fn flow_way_out(breach: &FlowBreach, effect: &Effect) -> String {
    let way = breach.way_out();
    let payload = breach.rule == Rule::R6 && breach.role == FlowRole::Payload;
    match clearance_line(effect, breach.offending.secrecy) {
        Some(line) if payload => format!("{way}: {line}"),
        _ => way.into(),
    }
}

/// The `[[clearance]]` that would let this secrecy through, if files can express it.
fn clearance_line(effect: &Effect, secrecy: Secrecy) -> Option<String> {
    let names: Vec<&str> = category_names(secrecy).collect();
    let row = crate::table::effect_row(effect.kind);
    if names.is_empty() || !matches!(row.class, Class::Outward | Class::Model) {
        return None;
    }
    let resource = resource_key(&effect.resource)?;
    let kind = row.name;
    Some(format!("[[clearance]] kinds = [\"{kind}\"], {resource}, secrecy = {names:?}"))
}

fn policy_line(word: &str, case: &Case<'_>, effect: &Effect) -> String {
    let kind = case.row.name;
    match resource_key(&effect.resource) {
        Some(resource) => format!("[[{word}]] kinds = [\"{kind}\"], {resource}"),
        None => format!("an [[{word}]] rule for {kind}"),
    }
}

/// `paths = ["/a/b"]`, where the resource can be written in TOML.
fn resource_key(resource: &Resource) -> Option<String> {
    let (key, text) = match resource {
        Resource::Path(path) | Resource::Program(path) => {
            ("paths", core::str::from_utf8(path.as_bytes()).ok()?.to_owned())
        }
        Resource::Host(host) => {
            let bracketed = host.name.contains(':') && host.port.is_some();
            let name = if bracketed { format!("[{}]", host.name) } else { host.name.clone() };
            let port = host.port.map_or(String::new(), |port| format!(":{port}"));
            ("hosts", format!("{name}{port}"))
        }
        Resource::Named(name) => ("names", name.clone()),
        Resource::None => return None,
    };
    let plain = |letter: char| !letter.is_control() && !matches!(letter, '"' | '\\' | '*');
    text.chars().all(plain).then(|| format!("{key} = [\"{text}\"]"))
}

/// A policy file's words without anything that moves the cursor.
fn printable(text: &str) -> String {
    telos_abi::ByteText::from(text).to_string()
}
