//! `telos cap`: the registry for people.

use crate::{SystemError, Telos};
use serde::Serialize;
use std::collections::BTreeMap;
use telos_abi::{Body, CapabilityId, Descriptor, Digest, PortIndex, Type};
use telos_engine::{CallError, Emission, Engine, EngineConfig, Pack as Loaded, Stop};
use telos_policy::effect_row;
use telos_registry::{Registry, RunError, Runner, Statement, evidence_for};

/// A capability as it is shown.
#[derive(Clone, Debug, Serialize)]
pub struct CapabilityView {
    /// Name.
    pub name: String,
    /// Version.
    pub version: u32,
    /// Identity by content.
    pub id: String,
    /// One sentence.
    pub summary: String,
    /// Inputs.
    pub inputs: Vec<PortView>,
    /// Outputs.
    pub outputs: Vec<PortView>,
    /// Effects, with what each acts on.
    pub effects: Vec<String>,
    /// Evidence level.
    pub evidence: String,
    /// `host`, or the digest of its component.
    pub code: String,
    /// Bounds: fuel, memory and output as fixed + per input byte; milliseconds.
    pub bounds: String,
}

/// A port as it is shown.
#[derive(Clone, Debug, Serialize)]
pub struct PortView {
    /// Name.
    pub name: String,
    /// Type, in words.
    pub ty: String,
    /// What it is for.
    pub meaning: String,
    /// Whether it must be given.
    pub required: bool,
}

/// What checking a capability again found.
#[derive(Clone, Debug, Serialize)]
pub struct CapabilityCheck {
    /// Its name.
    pub name: String,
    /// Whether everything held.
    pub ok: bool,
    /// What was checked, or what failed.
    pub found: String,
}

impl Telos {
    /// All capabilities in order of name.
    ///
    /// # Errors
    /// When the registry cannot be opened.
    pub fn capabilities(&self) -> Result<Vec<CapabilityView>, SystemError> {
        Ok(self.registry()?.iter().map(|entry| view(entry.id(), entry.descriptor())).collect())
    }

    /// The capability with this name or beginning of an id.
    ///
    /// # Errors
    /// When none fits; near names are listed.
    pub fn capability(&self, name: &str) -> Result<CapabilityView, SystemError> {
        let registry = self.registry()?;
        if let Some(entry) = registry.by_name(name) {
            return Ok(view(entry.id(), entry.descriptor()));
        }
        let by_id = registry.iter().find(|entry| name.len() >= 6 && entry.id().0.to_string().starts_with(name));
        if let Some(entry) = by_id {
            return Ok(view(entry.id(), entry.descriptor()));
        }
        let near: Vec<String> = self.search_capabilities(name)?.into_iter().take(3).map(|found| found.name).collect();
        let hint = if near.is_empty() {
            String::from("`telos cap ls` lists all")
        } else {
            format!("near: {}", near.join(", "))
        };
        Err(SystemError::Usage(format!("no capability `{name}`; {hint}")))
    }

    /// Capabilities whose description fits the words, best first.
    ///
    /// # Errors
    /// When the registry cannot be opened.
    pub fn search_capabilities(&self, words: &str) -> Result<Vec<CapabilityView>, SystemError> {
        let registry = self.registry()?;
        let hits = registry.search(words).into_iter();
        Ok(hits.filter_map(|hit| registry.get(&hit.id)).map(|entry| view(entry.id(), entry.descriptor())).collect())
    }

    /// Checks digests, structure and evidence of packs again, by running them against their references.
    ///
    /// # Errors
    /// When the registry or engine cannot be opened; a failed check is a finding.
    pub fn check_capabilities(&self, name: Option<&str>) -> Result<Vec<CapabilityCheck>, SystemError> {
        let wanted = name.map(|name| self.capability(name)).transpose()?;
        let registry = self.registry()?;
        // Compiled anew: a check must not trust the cache it may be asked to judge.
        let engine = Engine::new(EngineConfig::uncached()).map_err(SystemError::room)?;
        let mut checks = Vec::new();
        let mut packs: BTreeMap<Digest, Result<Vec<Statement>, String>> = BTreeMap::new();
        for entry in registry.iter() {
            let descriptor = entry.descriptor();
            if wanted.as_ref().is_some_and(|wanted| wanted.name != descriptor.name) {
                continue;
            }
            let found = match &descriptor.body {
                Body::Host => Ok(String::from("part of this binary; each effect needs a permit")),
                Body::Pack { component } => {
                    let statements = packs.entry(*component).or_insert_with(|| check(registry, &engine, *component));
                    statements.as_ref().map_err(Clone::clone).map(|statements| {
                        let own = statements.iter().find(|statement| statement.primitive == descriptor.name);
                        own.map_or_else(String::new, |own| format!("L{}: {}", own.level as u8, own.property))
                    })
                }
            };
            let (ok, found) = found.map_or_else(|problem| (false, problem), |found| (true, found));
            checks.push(CapabilityCheck { name: descriptor.name.clone(), ok, found });
        }
        Ok(checks)
    }
}

/// Runs cases of evidence on an engine.
struct EngineRunner<'a>(&'a Engine);

/// Bytes of a piece of input: small, so that primitives meet boundaries inside lines and characters.
const PIECE_BYTES: usize = 61;

impl EngineRunner<'_> {
    fn load(&self, component: &[u8]) -> Result<std::sync::Arc<Loaded>, RunError> {
        let digest = Digest(*blake3::hash(component).as_bytes());
        self.0.load(digest, || Some(component.into())).map_err(|error| RunError::Failed(error.to_string()))
    }
}

impl Runner for EngineRunner<'_> {
    fn describe(&self, component: &[u8]) -> Result<Vec<u8>, RunError> {
        self.load(component)?.describe().map_err(|error| RunError::Failed(error.to_string()))
    }

    fn call(
        &self,
        component: &[u8],
        descriptor: &Descriptor,
        export: u32,
        arguments: &[u8],
        inputs: &[(PortIndex, Vec<u8>)],
    ) -> Result<Vec<Vec<u8>>, RunError> {
        let refused = |error: CallError| match error {
            CallError::BadInput { text } => RunError::Refused(text),
            other => RunError::Failed(other.to_string()),
        };
        let pack = self.load(component)?;
        let stop = Stop::new();
        let mut call = pack.call(export, arguments, &descriptor.bounds, &stop).map_err(refused)?;
        let mut outputs = vec![Vec::new(); descriptor.outputs.len()];
        let mut take = |emissions: Vec<Emission>, piece: &[u8]| {
            for emission in emissions {
                if let Some(output) = outputs.get_mut(usize::from(emission.port.0)) {
                    output.extend_from_slice(emission.bytes.of(piece));
                }
            }
        };
        for (port, input) in inputs {
            for piece in input.chunks(PIECE_BYTES) {
                take(call.push(*port, piece).map_err(refused)?, piece);
            }
        }
        take(call.finish().map_err(refused)?.0, &[]);
        Ok(outputs)
    }
}

/// Checks every pack's component once: digest, structure, and each primitive against its reference.
fn check(registry: &Registry, engine: &Engine, component: Digest) -> Result<Vec<Statement>, String> {
    let bytes = registry.component(&component).ok_or("its component is missing or damaged")?;
    if Digest(*blake3::hash(&bytes).as_bytes()) != component {
        return Err(String::from("its component does not have the digest that its descriptor names"));
    }
    let mut own: Vec<(u32, Descriptor)> = registry
        .iter()
        .filter(|entry| entry.descriptor().body == Body::Pack { component })
        .filter_map(|entry| Some((registry.export_index(&entry.id())?, entry.descriptor().clone())))
        .collect();
    own.sort_by_key(|(export, _)| *export);
    let descriptors: Vec<Descriptor> = own.into_iter().map(|(_, descriptor)| descriptor).collect();
    evidence_for(&bytes, &descriptors, &EngineRunner(engine)).map_err(|error| error.to_string())
}

fn view(id: CapabilityId, descriptor: &Descriptor) -> CapabilityView {
    let bounds = &descriptor.bounds;
    CapabilityView {
        name: descriptor.name.clone(),
        version: descriptor.version,
        id: id.0.to_string(),
        summary: descriptor.semantics.summary.clone(),
        inputs: descriptor
            .inputs
            .iter()
            .map(|port| PortView {
                name: port.name.clone(),
                ty: type_words(&port.ty),
                meaning: port.meaning.clone(),
                required: port.default.is_none(),
            })
            .collect(),
        outputs: descriptor
            .outputs
            .iter()
            .map(|port| PortView {
                name: port.name.clone(),
                ty: type_words(&port.ty),
                meaning: port.meaning.clone(),
                required: true,
            })
            .collect(),
        effects: descriptor.effects.iter().map(|effect| effect_row(effect.kind).name.to_owned()).collect(),
        evidence: format!("L{}", descriptor.evidence as u8),
        code: match &descriptor.body {
            Body::Host => String::from("host"),
            Body::Pack { component } => component.to_string(),
        },
        bounds: format!(
            "fuel {} + {}/byte, memory {} + {}/byte, output {} + {}/byte, {} ms",
            bounds.fuel.fixed,
            bounds.fuel.per_input_byte,
            bounds.memory_bytes.fixed,
            bounds.memory_bytes.per_input_byte,
            bounds.output_bytes.fixed,
            bounds.output_bytes.per_input_byte,
            bounds.wall_ms
        ),
    }
}

/// A type in words. Types are data of this binary or of a verified pack, so their depth is limited.
pub(crate) fn type_words(ty: &Type) -> String {
    match ty {
        Type::Bool => String::from("yes or no"),
        Type::Int { min, max } if (*min, *max) == (i64::MIN, i64::MAX) => String::from("integer"),
        Type::Int { min, max } => format!("integer {min}…{max}"),
        Type::Float => String::from("number"),
        Type::Text { refinement, .. } => format!("text ({})", refinement_word(*refinement)),
        Type::Blob { refinement, .. } => format!("data ({})", refinement_word(*refinement)),
        Type::List { item, .. } => format!("list of {}", type_words(item)),
        Type::Stream { item, .. } => format!("stream of {}", type_words(item)),
        Type::Record(fields) => {
            let fields = fields.iter().map(|(name, field)| format!("{name}: {}", type_words(&field.ty)));
            format!("record {{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        Type::Variant(cases) => cases.keys().cloned().collect::<Vec<_>>().join(" | "),
        Type::Handle { kind, .. } => format!("{kind:?}").to_lowercase(),
    }
}

fn refinement_word(refinement: telos_abi::Refinement) -> String {
    format!("{refinement:?}").to_lowercase()
}
