//! Tier 0: plans that were proposed before.
//!
//! A plan is kept for the *template* of its turn: the turn's words with files, numbers and quoted text replaced by
//! placeholders, and what the reading found here. On a hit the placeholders' new values re-enter as fresh constants
//! with fresh origins; the caller validates the graph as if it were new. A damaged entry is a miss.

use crate::read::{Fact, Reading as Read, Shape};
use crate::turn::{Library, Proposed, Reading, Turn};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::BTreeMap;
use telos_abi::{ByteText, Digest, Value};
use telos_graph::{ConstantOrigin, Graph, Input};

/// Largest entry read, in bytes.
const ENTRY_BYTES_MAX: usize = 256 << 10;
/// Most nodes of a cached graph.
const NODES_MAX: usize = 64;
/// Grows when templates or entries change their meaning.
const VERSION: u32 = 1;

/// Where entries are kept, by key. Production: files in the state directory, in `system`. Losing entries is harmless.
pub trait CacheStore {
    /// The bytes kept for `key`.
    fn get(&self, key: &Digest) -> Option<Vec<u8>>;

    /// Keeps `bytes` for `key`; may forget them at any time.
    fn put(&self, key: &Digest, bytes: &[u8]);
}

/// A store that lasts as long as the process.
#[derive(Debug, Default)]
pub struct MemoryStore(RefCell<BTreeMap<Digest, Vec<u8>>>);

impl CacheStore for MemoryStore {
    fn get(&self, key: &Digest) -> Option<Vec<u8>> {
        self.0.borrow().get(key).cloned()
    }

    fn put(&self, key: &Digest, bytes: &[u8]) {
        self.0.borrow_mut().insert(*key, bytes.to_vec());
    }
}

/// An entry: a graph whose constants at `holes` are taken from the turn's placeholders.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parametric {
    version: u32,
    graph: Graph,
    /// Node, position among its inputs, placeholder.
    holes: Vec<(u32, u32, u32)>,
    confidence: f32,
    outputs: Vec<String>,
}

/// A value of the turn that a template leaves open.
struct Placeholder {
    token: std::ops::Range<usize>,
    /// Forms under which a graph may hold it.
    forms: Vec<Value>,
    observed: bool,
}

/// A turn's template: its key and its placeholders.
pub(crate) struct Template {
    key: Digest,
    placeholders: Vec<Placeholder>,
    /// Names found here that a constant may hold beside the turn's own words.
    names: Vec<String>,
    /// Whether the same turn means the same tomorrow.
    lasting: bool,
}

impl Template {
    /// The template of a turn. O(tokens · spans).
    pub(crate) fn of(turn: &Turn, read: &Read<'_>, library: &dyn Library) -> Self {
        let mut placeholders: Vec<Placeholder> = Vec::new();
        let mut text = format!("{VERSION}\n{}\n{}\n", library.epoch(), turn.stdin_piped);
        let mut at = 0;
        while at < read.tokens.len() {
            let open = open(read, at);
            if let Some((placeholder, kind, length)) = open {
                let same = placeholders.iter().position(|other| other.forms == placeholder.forms);
                text.push_str(&format!("\u{1}{kind}{}\n", same.unwrap_or(placeholders.len())));
                if same.is_none() {
                    placeholders.push(placeholder);
                }
                at += length;
                continue;
            }
            let token = &read.tokens[at];
            text.push_str(&read.text[token.start..token.end]);
            text.push('\n');
            at += 1;
        }
        let mut names = Vec::new();
        for span in &read.spans {
            let said = said(&span.fact, &placeholders, &mut names);
            text.push_str(&format!("{:?}{}\u{2}{said}\n", span.tokens, span.trust));
        }
        let lasting = !read.spans.iter().any(|span| matches!(span.fact, Fact::Time { .. }));
        let key = Digest(*blake3::hash(text.as_bytes()).as_bytes());
        Self { key, placeholders, names, lasting }
    }
}

/// A fact as part of the key, placeholders left open; the names it brings are added to `names`.
fn said(fact: &Fact, placeholders: &[Placeholder], names: &mut Vec<String>) -> String {
    let name = |path: &str| {
        let value = Value::Text(path.to_owned());
        let known = placeholders.iter().position(|open| open.forms.contains(&value));
        known.map_or_else(|| path.to_owned(), |position| format!("\u{1}{position}"))
    };
    match fact {
        Fact::File { path } | Fact::Directory { path } | Fact::Absent { path } => {
            names.push(path.clone());
            name(path)
        }
        Fact::Column { name: column, path } | Fact::Key { name: column, path } => {
            names.extend([column.clone(), format!(".{column}"), path.clone()]);
            format!("{column}\u{2}{}", name(path))
        }
        Fact::Extension { extension, paths } | Fact::Pattern { glob: extension, paths } => {
            names.push(extension.clone());
            names.extend(paths.iter().take(1).cloned());
            let only = if let [only] = paths.as_slice() { only } else { "" };
            format!("{extension}\u{2}{only}")
        }
        Fact::Greatest { of, .. } => {
            names.extend(of.iter().map(|name| (*name).to_owned()));
            format!("{fact:?}")
        }
        Fact::Quoted(_) | Fact::Number(_) | Fact::Time { .. } => String::new(),
        other => format!("{other:?}"),
    }
}

/// The placeholder that begins at token `at`, its kind as part of the key, and how many tokens it covers.
fn open(read: &Read<'_>, at: usize) -> Option<(Placeholder, String, usize)> {
    let token = &read.tokens[at];
    let span = read.spans.iter().find(|span| {
        span.tokens.start == at
            && matches!(span.fact, Fact::File { .. } | Fact::Absent { .. } | Fact::Quoted(_) | Fact::Number(_))
    })?;
    let length = span.tokens.len();
    let (forms, kind, observed) = match &span.fact {
        Fact::File { path } | Fact::Absent { path } if token.shape == Shape::Path && length == 1 => {
            let end = path.rsplit_once('.').map_or("", |(_, end)| end);
            let kind = if matches!(span.fact, Fact::File { .. }) { "file" } else { "absent" };
            (vec![Value::Text(path.clone())], format!("{kind}.{end}."), true)
        }
        Fact::Quoted(text) if read.spans.iter().filter(|other| other.overlaps(&span.tokens)).count() == 1 => {
            (vec![Value::Text(text.clone())], "quoted".to_owned(), false)
        }
        Fact::Number(number) if token.shape == Shape::Number => {
            let mut forms = vec![Value::Float(*number), Value::Text(read.slice(&(at..at + 1)).to_owned())];
            forms.extend(format!("{number:.0}").parse().ok().map(Value::Int));
            let whole = number.fract() == 0.0;
            (forms, format!("number.{whole}.{}.", *number > 0.0), false)
        }
        _ => return None,
    };
    Some((Placeholder { token: span.tokens.clone(), forms, observed }, kind, length))
}

/// The plan cache over a store.
#[derive(Clone, Copy)]
pub struct PlanCache<'a> {
    store: &'a dyn CacheStore,
}

impl<'a> PlanCache<'a> {
    /// A cache that keeps its entries in `store`.
    #[must_use]
    pub fn new(store: &'a dyn CacheStore) -> Self {
        Self { store }
    }

    /// The graph kept for a turn like this one, with this turn's values.
    pub(crate) fn lookup(&self, template: &Template, read: &Read<'_>, library: &dyn Library) -> Option<Proposed> {
        let bytes = self.store.get(&template.key).filter(|bytes| bytes.len() <= ENTRY_BYTES_MAX)?;
        let mut kept: Parametric = serde_json::from_slice(&bytes).ok()?;
        if kept.version != VERSION || kept.graph.nodes.len() > NODES_MAX || !kept.confidence.is_finite() {
            return None;
        }
        let mut readings = Vec::new();
        let mut filled = Vec::new();
        for (node, input, placeholder) in &kept.holes {
            let (node, input) = (usize::try_from(*node).ok()?, usize::try_from(*input).ok()?);
            let open = template.placeholders.get(usize::try_from(*placeholder).ok()?)?;
            let target = kept.graph.nodes.get_mut(node)?;
            let descriptor = library.descriptor(&target.capability)?;
            let (port, Input::Constant(constant)) = target.inputs.get_mut(input)? else {
                return None;
            };
            let same_kind = |form: &&Value| std::mem::discriminant(*form) == std::mem::discriminant(&constant.value);
            constant.value = open.forms.iter().find(same_kind)?.clone();
            constant.origin = origin(&constant.value, open.observed, read.text);
            filled.push((node, input));
            let meaning = &descriptor.inputs.get(usize::from(port.0))?.meaning;
            readings.push(Reading {
                span: read.bytes(&open.token),
                meaning: format!("{meaning} = {}", shown(&constant.value)),
            });
        }
        trustworthy(&kept, &filled, template, read, library)?;
        readings.sort_by_key(|reading| (reading.span.start, reading.span.end));
        let confidence = kept.confidence.clamp(0.0, 1.0);
        Some(Proposed { graph: kept.graph, confidence, readings, outputs: kept.outputs })
    }

    /// Keeps a proposal for turns with this template.
    pub(crate) fn insert(&self, template: &Template, proposed: &Proposed) {
        if !template.lasting || proposed.graph.nodes.len() > NODES_MAX {
            return;
        }
        let mut holes = Vec::new();
        for (node, present) in proposed.graph.nodes.iter().enumerate() {
            for (input, (_, fill)) in present.inputs.iter().enumerate() {
                let Input::Constant(constant) = fill else {
                    continue;
                };
                let Some(open) = template.placeholders.iter().position(|open| open.forms.contains(&constant.value))
                else {
                    continue;
                };
                let (Ok(node), Ok(input), Ok(open)) = (u32::try_from(node), u32::try_from(input), u32::try_from(open))
                else {
                    return;
                };
                holes.push((node, input, open));
            }
        }
        let entry = Parametric {
            version: VERSION,
            graph: proposed.graph.clone(),
            holes,
            confidence: proposed.confidence,
            outputs: proposed.outputs.clone(),
        };
        if let Ok(bytes) = serde_json::to_vec(&entry)
            && bytes.len() <= ENTRY_BYTES_MAX
        {
            self.store.put(&template.key, &bytes);
        }
    }
}

/// Every primitive must still exist, and text that was not filled in anew must be the turn's or be here.
fn trustworthy(
    kept: &Parametric,
    filled: &[(usize, usize)],
    template: &Template,
    read: &Read<'_>,
    library: &dyn Library,
) -> Option<()> {
    for (position, node) in kept.graph.nodes.iter().enumerate() {
        library.descriptor(&node.capability)?;
        for (input, (_, fill)) in node.inputs.iter().enumerate() {
            let Input::Constant(constant) = fill else {
                continue;
            };
            let known = |value: &Value| match value {
                Value::Text(text) => read.text.contains(text.as_str()) || template.names.contains(text),
                _ => true,
            };
            let all = match &constant.value {
                Value::List(items) => items.iter().all(known),
                one => known(one),
            };
            (all || filled.contains(&(position, input))).then_some(())?;
        }
    }
    (kept.outputs.len() == kept.graph.outputs.len()).then_some(())
}

fn origin(value: &Value, observed: bool, text: &str) -> ConstantOrigin {
    let literal = match value {
        Value::Text(word) => !word.is_empty() && text.contains(word.as_str()),
        Value::Int(number) => text.contains(&number.to_string()),
        Value::Float(number) => text.contains(&number.to_string()),
        _ => false,
    };
    match (literal, observed) {
        (true, _) => ConstantOrigin::UserTurn,
        (false, true) => ConstantOrigin::Observed,
        (false, false) => ConstantOrigin::Planner,
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("“{}”", ByteText::from(text.as_str())),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        _ => String::from("a value"),
    }
}
