//! The one flow rule: which labels may meet which effect. The validator asks it of every effect of a graph before
//! anything runs; `policy::decide` asks it of every effect of a plan or agent when it happens. Both show the same
//! sentence, because [`FlowBreach`] writes it.
//!
//! | class | kinds | authority, taint (R5) | authority, secrecy (R6) | payload, secrecy (R6) | payload, taint (R7) | control (R10) | rule of two (R12) |
//! |---|---|---|---|---|---|---|---|
//! | inward | read, list, clock, random, read of a cell | names only | free | – | free | names only | – |
//! | local | create, overwrite, delete, move, make directory, link, metadata, write of a cell | names only | cleared | free: the file keeps the label | free | names only, cleared | – |
//! | outward | connect, get, send, listen, exec, quarantined model, privileged, signal | none | cleared | cleared | free | none, cleared | applies |
//! | instruction | model asked with trusted text | none | cleared | cleared | none | none, cleared | applies |
//! | person | show | free | free | free | free | free | – |
//!
//! "Names only" is [`NAMES`]: a file name, or a constant matched to one, chooses *among* the resources of a granted
//! directory; the right to touch them comes from the directory (handles are made by the host alone). Anything else in
//! the taint set is refused. "Cleared" means within the clearance that the user's own word gives the sink
//! ([`crate::scope::clearance`]); with no such word, nothing secret passes. A person at the terminal is the data's
//! owner and is cleared for all of it. A name made from secret data would publish it to whoever can list the
//! directory, so local effects check the secrecy of what chose the name although the content stays labelled.
//!
//! An agent's authority is its grant and its control flow is its own, so for an agent R5 and R10 are vacuous; R6, R7
//! and R12 apply to the join of all it may have read ([`Flow::agent`]).
//!
//! Not promised: freedom from timing and termination channels.

use crate::origin::describe;
use core::fmt;
use telos_abi::{EffectKind, Label, Refinement, Rule, Secrecy, Taint, Type};

/// Taint that may choose among the resources of a granted directory.
pub const NAMES: Taint = Taint(Taint::FILE_NAME.0 | Taint::OBSERVED.0);

/// Where an effect's data ends up; decides which flow rules apply to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SinkClass {
    /// Brings data into the run and leaves nothing outside changed.
    Inward,
    /// Changes files; what is written keeps its label.
    Local,
    /// Reaches beyond what keeps labels: another host, program or provider.
    Outward,
    /// As outward, and read there as an instruction.
    Instruction,
    /// The person at the terminal.
    Person,
}

impl SinkClass {
    /// The class of every kind; see the table of this module.
    #[must_use]
    pub const fn of(kind: EffectKind) -> Self {
        match kind {
            EffectKind::FileRead
            | EffectKind::FileList
            | EffectKind::Clock
            | EffectKind::Random
            | EffectKind::CellRead => Self::Inward,
            EffectKind::FileCreate
            | EffectKind::FileOverwrite
            | EffectKind::FileDelete
            | EffectKind::FileMove
            | EffectKind::DirCreate
            | EffectKind::LinkCreate
            | EffectKind::FileMeta
            | EffectKind::CellWrite => Self::Local,
            EffectKind::NetConnect
            | EffectKind::NetGet
            | EffectKind::NetSend
            | EffectKind::NetListen
            | EffectKind::Exec
            | EffectKind::ModelQuarantine
            | EffectKind::Privileged
            | EffectKind::Signal => Self::Outward,
            EffectKind::ModelIntent => Self::Instruction,
            EffectKind::Show => Self::Person,
        }
    }

    /// Whether data leaves through it to where labels are not kept.
    #[must_use]
    pub const fn is_outward(self) -> bool {
        matches!(self, Self::Outward | Self::Instruction)
    }

    /// The taint that may choose the resource, or decide whether the effect happens.
    const fn taint_accepted(self) -> Taint {
        match self {
            Self::Inward | Self::Local => NAMES,
            Self::Outward | Self::Instruction => Taint::NONE,
            Self::Person => Taint::ALL,
        }
    }

    /// Whether what chooses and decides must be cleared, given that others can observe it.
    const fn is_observed(self) -> bool {
        matches!(self, Self::Local | Self::Outward | Self::Instruction)
    }
}

/// What a value does in a flow that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FlowRole {
    /// It chose the resource.
    Authority,
    /// It was carried there.
    Payload,
    /// It decided whether the effect happens.
    Control,
    /// It was read by the same run.
    History,
}

/// The labels that meet an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Label of what selects the resource; `None` where the grant itself does (an agent).
    pub authority: Option<Label>,
    /// Label of what is carried.
    pub payload: Label,
    /// Label of what decided that this happens; `None` where that is the subject's own affair (an agent).
    pub control: Option<Label>,
    /// Join of what was read by the run, or by the part of it that the effect is connected to.
    pub history: Label,
}

impl Flow {
    /// The flow of an effect that a node of a plan performs.
    #[must_use]
    pub const fn plan(authority: Label, payload: Label, control: Label, history: Label) -> Self {
        Self { authority: Some(authority), payload, control: Some(control), history }
    }

    /// The flow of an effect of a guarded process whose label is `process`: all it may have read is carried by
    /// whatever it does.
    #[must_use]
    pub const fn agent(process: Label) -> Self {
        Self { authority: None, payload: process, control: None, history: process }
    }
}

/// A flow that a rule refuses. `Display` is the sentence people read; [`FlowBreach::way_out`] says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowBreach {
    /// R5, R6, R7, R10 or R12. A person may be asked about R12; the others are refused.
    pub rule: Rule,
    /// The effect.
    pub kind: EffectKind,
    /// What the offending value does.
    pub role: FlowRole,
    /// The categories and origins that must not be there.
    pub offending: Label,
}

/// Whether these labels may meet an effect of this kind at a sink cleared for `clearance`. The first breach in the
/// order R5, R6, R7, R10, R12. O(1), no allocation.
///
/// # Errors
/// The breach.
pub const fn sink(kind: EffectKind, clearance: Secrecy, flow: &Flow) -> Result<(), FlowBreach> {
    let class = SinkClass::of(kind);
    let accepted = class.taint_accepted();
    if let Some(authority) = flow.authority {
        if let Some(taint) = taint_beyond(authority, accepted) {
            return breach(Rule::R5, kind, FlowRole::Authority, taint);
        }
        if let (true, Some(secrecy)) = (class.is_observed(), secrecy_beyond(authority, clearance)) {
            return breach(Rule::R6, kind, FlowRole::Authority, secrecy);
        }
    }
    if let (true, Some(secrecy)) = (class.is_outward(), secrecy_beyond(flow.payload, clearance)) {
        return breach(Rule::R6, kind, FlowRole::Payload, secrecy);
    }
    let obeyed = matches!(class, SinkClass::Instruction);
    if let (true, Some(taint)) = (obeyed, taint_beyond(flow.payload, Taint::NONE)) {
        return breach(Rule::R7, kind, FlowRole::Payload, taint);
    }
    if let Some(control) = flow.control {
        if let Some(taint) = taint_beyond(control, accepted) {
            return breach(Rule::R10, kind, FlowRole::Control, taint);
        }
        if let (true, Some(secrecy)) = (class.is_observed(), secrecy_beyond(control, clearance)) {
            return breach(Rule::R10, kind, FlowRole::Control, secrecy);
        }
    }
    let both = flow.history.secrecy.0 != 0 && flow.history.taint.0 != 0;
    if class.is_outward() && both {
        return breach(Rule::R12, kind, FlowRole::History, flow.history);
    }
    Ok(())
}

const fn breach(rule: Rule, kind: EffectKind, role: FlowRole, offending: Label) -> Result<(), FlowBreach> {
    Err(FlowBreach { rule, kind, role, offending })
}

/// The taint of `label` that `accepted` does not hold.
pub(crate) const fn taint_beyond(label: Label, accepted: Taint) -> Option<Label> {
    match label.taint.0 & !accepted.0 {
        0 => None,
        beyond => Some(Label::tainted(Taint(beyond))),
    }
}

/// The secrecy of `label` that `clearance` does not hold.
pub(crate) const fn secrecy_beyond(label: Label, clearance: Secrecy) -> Option<Label> {
    match label.secrecy.0 & !clearance.0 {
        0 => None,
        beyond => Some(Label::secret(Secrecy(beyond))),
    }
}

/// The taint that may enter an authority port of this type (R5). A handle chooses among granted resources and a
/// column among those of a table, so names that were observed there are accepted; every other type takes none.
#[must_use]
pub fn authority_accepts(ty: &Type) -> Taint {
    match ty {
        Type::Handle { .. } => NAMES,
        Type::List { item, .. } if matches!(**item, Type::Handle { .. }) => NAMES,
        Type::Text { refinement: Refinement::Path, .. } => NAMES,
        Type::Text { refinement: Refinement::Column, .. } => Taint::OBSERVED,
        Type::List { item, .. } => match **item {
            Type::Text { refinement: Refinement::Column, .. } => Taint::OBSERVED,
            _ => Taint::NONE,
        },
        _ => Taint::NONE,
    }
}

/// What an effect of this kind does, as the end of "… would …".
#[must_use]
pub const fn verb(kind: EffectKind) -> &'static str {
    match kind {
        EffectKind::FileRead => "read a file",
        EffectKind::FileList => "list a directory",
        EffectKind::FileCreate => "create a file",
        EffectKind::FileOverwrite => "overwrite a file",
        EffectKind::FileDelete => "delete a file",
        EffectKind::FileMove => "move a file",
        EffectKind::DirCreate => "make a directory",
        EffectKind::LinkCreate => "make a link",
        EffectKind::FileMeta => "change a file's metadata",
        EffectKind::NetConnect => "connect to another host",
        EffectKind::NetGet => "fetch from another host",
        EffectKind::NetSend => "send data to another host",
        EffectKind::NetListen => "accept connections",
        EffectKind::Exec => "start a program",
        EffectKind::ModelIntent => "instruct a model",
        EffectKind::ModelQuarantine => "show data to a model",
        EffectKind::Clock => "read the clock",
        EffectKind::Random => "draw randomness",
        EffectKind::Show => "show a value to you",
        EffectKind::Privileged => "change this machine's settings",
        EffectKind::Signal => "signal another process",
        EffectKind::CellRead => "read what is kept",
        EffectKind::CellWrite => "change what is kept",
    }
}

impl fmt::Display for FlowBreach {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = verb(self.kind);
        let what = describe(self.offending);
        match (self.rule, self.role) {
            (Rule::R5, _) => write!(out, "{what} would choose where to {verb}"),
            (Rule::R6, FlowRole::Authority) => {
                write!(out, "{what} would show in the name used to {verb}")
            }
            (Rule::R6, _) => {
                // A connection carries whatever its owner has read: it is refused for what would be sent over it, so
                // that an agent is told the sentence that a plan would have been told.
                let verb = if self.kind == EffectKind::NetConnect { self::verb(EffectKind::NetSend) } else { verb };
                write!(out, "{what} would leave: this would {verb}, which is not cleared for it")
            }
            (Rule::R7, _) => write!(out, "{what} would be read as an instruction: this would {verb}"),
            (Rule::R10, _) => write!(out, "{what} would decide whether to {verb}"),
            _ => write!(out, "untrusted input and secret data ({what}) meet an outward effect: this would {verb}"),
        }
    }
}

impl FlowBreach {
    /// Whether a person may let it happen (R12); the other rules refuse. A plan with such an effect is accepted and
    /// says so ([`crate::PlannedEffect::asks`]), and `policy::decide` asks when the effect is due.
    #[must_use]
    pub const fn asks(&self) -> bool {
        matches!(self.rule, Rule::R12)
    }

    /// What would make it acceptable.
    #[must_use]
    pub const fn way_out(&self) -> &'static str {
        match (self.rule, self.role) {
            (Rule::R5, _) => "name the target yourself in the request",
            (Rule::R6, FlowRole::Authority) => "choose a name that does not come from the secret data",
            (Rule::R6, _) => "leave the secret data out, or clear this destination for it in your policy file",
            (Rule::R7, _) => "instruct the model in your own words, or use a quarantined model for this data",
            (Rule::R10, _) => "decide it yourself: look at the data first, then ask for the effect",
            _ => "do it in two runs, or approve this one effect",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: Label = Label::secret(Secrecy::CREDENTIAL);
    const CONTENT: Label = Label::tainted(Taint::FILE_CONTENT);
    const NAME: Label = Label::tainted(Taint::FILE_NAME);

    fn rule(kind: EffectKind, flow: Flow) -> Option<Rule> {
        sink(kind, Secrecy::PUBLIC, &flow).err().map(|breach| breach.rule)
    }

    fn plan(authority: Label, payload: Label, control: Label) -> Flow {
        Flow::plan(authority, payload, control, Label::BOTTOM)
    }

    #[test]
    fn exfiltration_reads_the_same_for_plans_and_agents() {
        let read = SECRET.join(CONTENT);
        let planned = Flow::plan(Label::BOTTOM, read, Label::BOTTOM, read);
        let as_plan = sink(EffectKind::NetSend, Secrecy::PUBLIC, &planned);
        let as_agent = sink(EffectKind::NetSend, Secrecy::PUBLIC, &Flow::agent(read));
        assert_eq!(as_plan, as_agent);
        let breach = as_plan.expect_err("exfiltration");
        assert_eq!(breach.rule, Rule::R6);
        assert_eq!(
            breach.to_string(),
            "credentials would leave: this would send data to another host, which is not cleared for it"
        );
    }

    #[test]
    fn local_effects_keep_labels_and_take_names() {
        let bottom = Label::BOTTOM;
        let create = EffectKind::FileCreate;
        assert_eq!(rule(create, plan(NAME, SECRET.join(CONTENT), NAME)), None);
        assert_eq!(rule(create, plan(CONTENT, bottom, bottom)), Some(Rule::R5));
        assert_eq!(rule(create, plan(SECRET, bottom, bottom)), Some(Rule::R6));
        assert_eq!(rule(create, plan(bottom, bottom, CONTENT)), Some(Rule::R10));
        assert_eq!(rule(create, plan(bottom, bottom, SECRET)), Some(Rule::R10));
        assert_eq!(rule(EffectKind::FileRead, plan(SECRET, bottom, SECRET)), None);
    }

    #[test]
    fn outward_effects_take_no_taint_in_authority_and_no_uncleared_secret() {
        let bottom = Label::BOTTOM;
        let send = EffectKind::NetSend;
        assert_eq!(rule(send, plan(NAME, bottom, bottom)), Some(Rule::R5));
        assert_eq!(rule(send, plan(SECRET, bottom, bottom)), Some(Rule::R6));
        assert_eq!(rule(send, plan(bottom, CONTENT, bottom)), None);
        assert_eq!(rule(send, plan(bottom, bottom, NAME)), Some(Rule::R10));
        let cleared = Flow::plan(bottom, SECRET, bottom, SECRET.join(CONTENT));
        let breach = sink(send, Secrecy::CREDENTIAL, &cleared);
        assert_eq!(breach.map_err(|breach| breach.rule), Err(Rule::R12));
        let intent = plan(bottom, NAME, bottom);
        assert_eq!(rule(EffectKind::ModelIntent, intent), Some(Rule::R7));
    }

    #[test]
    fn a_person_sees_everything() {
        let flow = Flow::plan(Label::TOP, Label::TOP, Label::TOP, Label::TOP);
        assert_eq!(rule(EffectKind::Show, flow), None);
    }

    #[test]
    fn raising_a_label_never_admits() {
        let labels = [Label::BOTTOM, NAME, CONTENT, SECRET, SECRET.join(CONTENT), Label::TOP];
        for kind in EffectKind::ALL {
            for low in labels {
                for raise in labels {
                    let high = low.join(raise);
                    for (a, b) in [
                        (Flow::agent(low), Flow::agent(high)),
                        (plan(low, low, low), plan(high, low, low)),
                        (plan(low, low, low), plan(low, high, low)),
                        (plan(low, low, low), plan(low, low, high)),
                    ] {
                        if rule(kind, a).is_some() {
                            assert!(rule(kind, b).is_some(), "{kind:?} {a:?} {b:?}");
                        }
                    }
                }
            }
        }
    }
}
