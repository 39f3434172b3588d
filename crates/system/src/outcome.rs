//! What a front door is told about a run.

use serde::Serialize;
use telos_abi::{ByteText, Rule, Status};
use telos_surface::{Diagram, Scene};

/// A plan, for people and programs.
#[derive(Clone, Debug, Serialize)]
pub struct PlanView {
    /// The seal.
    pub hash: String,
    /// Its nodes, in the order they can run.
    pub nodes: Vec<NodeView>,
    /// What it may do to the machine.
    pub effects: Vec<EffectView>,
    /// How parts of the phrase were understood.
    pub readings: Vec<String>,
    /// Who proposed it: `cache`, `offline` or the provider's name.
    pub proposed_by: String,
}

/// One node of a plan.
#[derive(Clone, Debug, Serialize)]
pub struct NodeView {
    /// Its number.
    pub node: u32,
    /// The primitive.
    pub capability: String,
    /// Each input: `name = value` or `name ← node.output`.
    pub inputs: Vec<String>,
    /// Labels of its outputs, in words.
    pub labels: Vec<String>,
}

/// One effect of a plan, as far as it is known beforehand.
#[derive(Clone, Debug, Serialize)]
pub struct EffectView {
    /// The node.
    pub node: u32,
    /// Its kind.
    pub kind: String,
    /// On what.
    pub on: String,
    /// What the policy answers now: `permit`, `ask` or `refuse`.
    pub verdict: String,
    /// By which rule.
    pub rule: String,
    /// Why, when it is not a permit.
    pub reason: Option<String>,
    /// Whether it goes over a network that anyone on the way can read.
    pub in_the_clear: bool,
    /// Whether an earlier answer is used and nobody is asked.
    pub from_cache: bool,
    /// Whether the host is told who asks, because the person is logged in there.
    pub with_session: bool,
}

impl PlanView {
    /// One line for each node and effect.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let nodes = self.nodes.iter().map(|node| {
            let inputs = node.inputs.join(", ");
            let labels = node.labels.join("; ");
            format!("{}  {}({inputs})  [{labels}]", node.node, node.capability)
        });
        nodes.chain(self.effects.iter().map(|effect| format!("   {}", effect.line()))).collect()
    }
}

impl EffectView {
    /// What would happen to what, and what the policy answers.
    #[must_use]
    pub fn line(&self) -> String {
        let way = if self.in_the_clear { ", unencrypted: anyone on the way can read it" } else { "" };
        let kept = if self.from_cache { ", from the cache: an earlier answer is still fresh" } else { "" };
        let known = if self.with_session { ", with your session there" } else { "" };
        format!("{} {}: {} ({}){way}{kept}{known}", self.kind, self.on, self.verdict, self.rule)
    }
}

/// How an intent ended.
#[derive(Clone, Debug)]
pub struct Report {
    /// How.
    pub status: Status,
    /// The outcome as data.
    pub result: serde_json::Value,
    /// The outcome, question, refusal or failure in words.
    pub text: String,
    /// The outcome as a scene; empty unless done.
    pub scene: Scene,
    /// What was written, and what of it remains.
    pub files_written: Vec<ByteText>,
    /// Names that are gone.
    pub files_removed: Vec<ByteText>,
    /// The plan, once there was one.
    pub plan: Option<PlanView>,
    /// The plan as a picture, if nothing but the plan was asked for.
    pub diagram: Option<Diagram>,
    /// The run, if one was begun.
    pub run: Option<String>,
    /// The rule, if it was refused.
    pub rule: Option<Rule>,
    /// Likely answers, if it asks.
    pub choices: Vec<String>,
}

impl Report {
    /// A report with nothing but words.
    pub(crate) fn words(status: Status, text: impl Into<String>) -> Self {
        Self {
            status,
            result: serde_json::Value::Null,
            text: text.into(),
            scene: Scene::default(),
            files_written: Vec::new(),
            files_removed: Vec::new(),
            plan: None,
            diagram: None,
            run: None,
            rule: None,
            choices: Vec::new(),
        }
    }

    /// The exit code of the command-line contract.
    #[must_use]
    pub const fn exit(&self) -> i32 {
        exit_code(self.status)
    }
}

/// The exit code that belongs to a status.
#[must_use]
pub const fn exit_code(status: Status) -> i32 {
    match status {
        Status::Done | Status::Planned => 0,
        Status::Ask => 3,
        Status::Refused => 4,
        Status::Failed => 5,
        Status::Cancelled => 130,
    }
}
