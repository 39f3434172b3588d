//! Builders for descriptors: everything that most primitives share is the default.

use telos_abi::{
    Body, Bounds, Descriptor, Digest, EffectKind, EffectUse, Evidence, Growth, InputPort, Label, OutputPort, PortIndex,
    PortKind, Refinement, Secrecy, Semantics, State, Target, Type, Value,
};

/// An input port being written. Payload, cleared for every secrecy, required.
pub struct Input(InputPort);

/// An output port being written. Adds no label of its own.
pub struct Output(OutputPort);

/// A descriptor being written: version 1, pure, stateless, in a pack, agreeing with a reference (L2).
pub struct Builder(Descriptor);

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Starts an input: its name, type, and one phrase that says what goes here.
#[must_use]
pub fn input(name: &str, ty: Type, meaning: &str) -> Input {
    Input(InputPort {
        name: name.to_owned(),
        ty,
        kind: PortKind::Payload,
        clearance: Secrecy::ALL,
        default: None,
        meaning: meaning.to_owned(),
        words: Vec::new(),
    })
}

/// Starts an output: its name, type, and one phrase that says what comes out.
#[must_use]
pub fn output(name: &str, ty: Type, meaning: &str) -> Output {
    Output(OutputPort {
        name: name.to_owned(),
        ty,
        source: Label::BOTTOM,
        independent_of: Vec::new(),
        meaning: meaning.to_owned(),
    })
}

/// Starts a primitive by its dotted name.
#[must_use]
pub fn primitive(name: &str) -> Builder {
    let none = Growth { fixed: 0, per_input_byte: 0 };
    Builder(Descriptor {
        name: name.to_owned(),
        version: 1,
        semantics: Semantics { summary: String::new(), tags: Vec::new(), words: Vec::new(), examples: Vec::new() },
        inputs: Vec::new(),
        outputs: Vec::new(),
        effects: Vec::new(),
        bounds: Bounds { fuel: none, memory_bytes: none, output_bytes: none, wall_ms: 60_000 },
        locks: Vec::new(),
        state: State::Stateless,
        introduces: Vec::new(),
        evidence: Evidence::Differential,
        body: Body::Pack { component: Digest::ZERO },
    })
}

impl Input {
    /// The words people use for this input.
    #[must_use]
    pub fn words(mut self, words: &[&str]) -> Self {
        self.0.words = owned(words);
        self
    }

    /// The value when nothing is connected.
    #[must_use]
    pub fn default(mut self, value: Value) -> Self {
        self.0.default = Some(value);
        self
    }

    /// Takes nothing secret: what enters leaves this machine.
    #[must_use]
    pub fn public(mut self) -> Self {
        self.0.clearance = Secrecy::PUBLIC;
        self
    }

    /// Makes the port choose what is acted on.
    #[must_use]
    pub fn authority(mut self) -> Self {
        self.0.kind = PortKind::Authority;
        self
    }
}

impl Output {
    /// The label that this output brings in.
    #[must_use]
    pub fn from_source(mut self, label: Label) -> Self {
        self.0.source = label;
        self
    }
}

impl Builder {
    /// What it does, in one imperative sentence, and its tags from general to special.
    #[must_use]
    pub fn does(mut self, summary: &str, tags: &[&str]) -> Self {
        summary.clone_into(&mut self.0.semantics.summary);
        self.0.semantics.tags = owned(tags);
        self
    }

    /// Words and short phrases for the action.
    #[must_use]
    pub fn words(mut self, words: &[&str]) -> Self {
        self.0.semantics.words = owned(words);
        self
    }

    /// Requests it takes part in.
    #[must_use]
    pub fn examples(mut self, examples: &[&str]) -> Self {
        self.0.semantics.examples = owned(examples);
        self
    }

    /// Adds an input.
    #[must_use]
    pub fn takes(mut self, port: Input) -> Self {
        self.0.inputs.push(port.0);
        self
    }

    /// Adds an output.
    #[must_use]
    pub fn gives(mut self, port: Output) -> Self {
        self.0.outputs.push(port.0);
        self
    }

    /// Adds an effect on the resource that an input names.
    #[must_use]
    pub fn effect(mut self, kind: EffectKind, input: u16) -> Self {
        self.0.effects.push(EffectUse { kind, target: Target::Input(PortIndex(input)) });
        self
    }

    /// Fuel: independent of the input, and for each input byte.
    #[must_use]
    pub fn fuel(mut self, fixed: u64, per_input_byte: u64) -> Self {
        self.0.bounds.fuel = Growth { fixed, per_input_byte };
        self
    }

    /// Most bytes of memory, whatever the input: a primitive that must hold its input refuses more than fits.
    #[must_use]
    pub fn memory(mut self, bytes: u64) -> Self {
        self.0.bounds.memory_bytes = Growth { fixed: bytes, per_input_byte: 0 };
        self
    }

    /// Bytes of all outputs together.
    #[must_use]
    pub fn produces(mut self, fixed: u64, per_input_byte: u64) -> Self {
        self.0.bounds.output_bytes = Growth { fixed, per_input_byte };
        self
    }

    /// Milliseconds before a call is stopped.
    #[must_use]
    pub fn wall_ms(mut self, wall_ms: u64) -> Self {
        self.0.bounds.wall_ms = wall_ms;
        self
    }

    /// Refinements that its outputs have because it checks or produces them.
    #[must_use]
    pub fn introduces(mut self, refinements: &[Refinement]) -> Self {
        self.0.introduces = refinements.to_vec();
        self
    }

    /// Claims no more than what the bytes themselves show (L1), for want of an independent reference.
    #[must_use]
    pub fn shown_by_structure(mut self) -> Self {
        self.0.evidence = Evidence::Structure;
        self
    }

    /// Makes it a function of the host. The host is trusted, so no evidence about wasm is attached.
    #[must_use]
    pub fn on_host(mut self) -> Self {
        self.0.body = Body::Host;
        self.0.evidence = Evidence::None;
        self
    }

    /// The descriptor.
    #[must_use]
    pub fn build(self) -> Descriptor {
        self.0
    }
}
