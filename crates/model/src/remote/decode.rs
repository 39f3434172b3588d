//! A model's reply as a graph, read strictly. Whatever it claims, a constant is the user's only if it occurs in the
//! turn, and a file is one only by a token that was handed out.

use super::prompt::Token;
use crate::turn::Library;
use serde::Deserialize;
use std::collections::BTreeMap;
use telos_abi::{CapabilityId, Descriptor, NodeIndex, PortIndex, Type, Value};
use telos_graph::{Constant, ConstantOrigin, Each, Graph, Input, Node, Source};
use thiserror::Error;

/// Most steps of a reply.
const STEPS_MAX: usize = 32;
/// Longest text a reply may hold in one field, in bytes.
const FIELD_BYTES_MAX: usize = 4 << 10;
/// Items a step runs over at most.
const EACH_MAX: u32 = 10_000;

/// Why a reply is not a graph. Told to the model word for word, so it holds nothing but the reply's own names.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum DecodeError {
    #[error("the reply is not JSON of the schema")]
    Form,
    #[error("step {0}: no such primitive")]
    Primitive(usize),
    #[error("step {0}: no such input, or an input given twice")]
    Port(usize),
    #[error("step {0}: a value does not suit its input")]
    Constant(usize),
    #[error("step {0}: refers to an output that no earlier step has")]
    Reference(usize),
    #[error("too many steps, or a field is too long")]
    Size,
    #[error("nothing is shown and nothing is done")]
    Empty,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    steps: Vec<Step>,
    show: Vec<String>,
    cannot: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    id: String,
    #[serde(rename = "use")]
    primitive: String,
    inputs: Vec<Given>,
    each: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    port: String,
    kind: Kind,
    value: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Step,
    File,
    Text,
    Number,
    Flag,
    Case,
}

/// What a reply says.
#[derive(Debug)]
pub(crate) enum Decoded {
    /// A graph.
    Graph(Graph),
    /// The model says it cannot be done.
    Cannot,
}

/// Reads a reply.
pub(crate) fn decode(text: &str, turn: &str, tokens: &[Token], library: &dyn Library) -> Result<Decoded, DecodeError> {
    let answer: Answer = serde_json::from_str(text).map_err(|_| DecodeError::Form)?;
    if answer.steps.is_empty() && !answer.cannot.is_empty() {
        return Ok(Decoded::Cannot);
    }
    if answer.steps.len() > STEPS_MAX || answer.show.len() > STEPS_MAX {
        return Err(DecodeError::Size);
    }
    let mut known: BTreeMap<&str, (CapabilityId, &Descriptor)> = BTreeMap::new();
    library.visit(&mut |id, is| {
        known.insert(&is.name, (id, is));
    });
    let mut reader = Reader { turn, tokens, steps: BTreeMap::new() };
    let mut graph = Graph::default();
    for (index, step) in answer.steps.iter().enumerate() {
        let (id, is) = known.get(step.primitive.as_str()).ok_or(DecodeError::Primitive(index + 1))?;
        graph.nodes.push(reader.node(index, step, *id, is)?);
        let node = u32::try_from(index).map_err(|_| DecodeError::Size)?;
        if step.id.is_empty() || reader.steps.insert(&step.id, (NodeIndex(node), is)).is_some() {
            return Err(DecodeError::Reference(index + 1));
        }
    }
    for shown in &answer.show {
        graph.outputs.push(reader.source(shown).ok_or(DecodeError::Reference(answer.steps.len()))?);
    }
    if graph.nodes.is_empty() { Err(DecodeError::Empty) } else { Ok(Decoded::Graph(graph)) }
}

struct Reader<'a> {
    turn: &'a str,
    tokens: &'a [Token],
    steps: BTreeMap<&'a str, (NodeIndex, &'a Descriptor)>,
}

impl<'a> Reader<'a> {
    fn node(&self, index: usize, step: &Step, id: CapabilityId, is: &Descriptor) -> Result<Node, DecodeError> {
        let mut inputs: Vec<(PortIndex, Input)> = Vec::new();
        for given in &step.inputs {
            if given.value.len() > FIELD_BYTES_MAX {
                return Err(DecodeError::Size);
            }
            let port = port(is, &given.port).ok_or(DecodeError::Port(index + 1))?;
            if inputs.iter().any(|(other, _)| *other == port) {
                return Err(DecodeError::Port(index + 1));
            }
            let ty = &is.inputs.get(usize::from(port.0)).ok_or(DecodeError::Port(index + 1))?.ty;
            let input = match given.kind {
                Kind::Step => Input::From(self.source(&given.value).ok_or(DecodeError::Reference(index + 1))?),
                kind => Input::Constant(self.constant(kind, &given.value, ty).ok_or(DecodeError::Constant(index + 1))?),
            };
            inputs.push((port, input));
        }
        let each = if step.each.is_empty() {
            None
        } else {
            let port = port(is, &step.each).ok_or(DecodeError::Port(index + 1))?;
            Some(Each { port, limit: EACH_MAX })
        };
        Ok(Node { capability: id, inputs, each, guard: None, after: Vec::new() })
    }

    /// `step.output` as a source; the output may be left out where there is one.
    fn source(&self, text: &str) -> Option<Source> {
        let (step, output) = text.split_once('.').unwrap_or((text, ""));
        let (node, is) = self.steps.get(step)?;
        let position = match output {
            "" if is.outputs.len() == 1 => 0,
            name => is.outputs.iter().position(|port| port.name == name)?,
        };
        Some(Source { node: *node, port: PortIndex(u16::try_from(position).ok()?) })
    }

    fn constant(&self, kind: Kind, text: &str, ty: &Type) -> Option<Constant> {
        let value = match (kind, ty) {
            (Kind::File, Type::Handle { .. }) => {
                let token = self.tokens.iter().find(|token| token.name == text)?;
                let literal = self.turn.contains(&token.path);
                let origin = if literal { ConstantOrigin::UserTurn } else { ConstantOrigin::Observed };
                return Some(Constant { value: Value::Text(token.path.clone()), origin });
            }
            (Kind::Text, Type::Text { max, .. }) if u64::try_from(text.len()).is_ok_and(|bytes| bytes <= *max) => {
                Value::Text(text.to_owned())
            }
            (Kind::Number, Type::Int { min, max }) => {
                Value::Int(text.parse().ok().filter(|number| number >= min && number <= max)?)
            }
            (Kind::Number, Type::Float) => Value::Float(text.parse().ok().filter(|number: &f64| number.is_finite())?),
            (Kind::Flag, Type::Bool) => Value::Bool(text.parse().ok()?),
            (Kind::Case, Type::Variant(_)) => crate::plan::case(ty, text)?,
            _ => return None,
        };
        let literal = matches!(value, Value::Text(_) | Value::Int(_) | Value::Float(_))
            && !text.is_empty()
            && self.turn.contains(text);
        Some(Constant { value, origin: if literal { ConstantOrigin::UserTurn } else { ConstantOrigin::Planner } })
    }
}

fn port(is: &Descriptor, name: &str) -> Option<PortIndex> {
    let position = is.inputs.iter().position(|port| port.name == name)?;
    u16::try_from(position).ok().map(PortIndex)
}
