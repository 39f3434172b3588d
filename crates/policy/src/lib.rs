//! Grants, sensitivity rules and the one decision function.
//!
//! 1. **Pure and total.** Same inputs, same decision; no I/O, no clock, no panic on any input.
//! 2. **Only this crate makes a [`Permit`].** `host` and `guard` act on nothing else.
//! 3. **Plans and agents are decided by the same function** under the same flow rules of `telos-graph`.
//! 4. **Rights come from the grant alone.** A user's policy file widens the root grant ([`Policy::apply`]) and turns
//!    questions into permits; it lifts neither flow rules nor protected places. A project's file only tightens.
//! 5. **One table of effects** ([`EFFECTS`]) is read by the decision, by policy files, by `docs/effects.md` and by
//!    the tests.
//!
//! Not promised: that a path means the same file later (`host` and `guard` resolve it and act on what they resolved),
//! and that an approval came from a person (front doors obtain it).
#![forbid(unsafe_code)]

mod decide;
mod evaluate;
mod explain;
mod file;
mod grant;
mod place;
mod policy;
mod problem;
mod protected;
mod reason;
mod schema;
mod sensitivity;
mod table;

pub use decide::{Approval, Decision, Permit, Question, Refusal, Request, Subject, decide};
pub use explain::{Explanation, Step, explain};
pub use file::{FileKind, POLICY_RESOURCES_MAX, PolicyFile};
pub use grant::{AgentReach, DEFAULT_BUDGET, INTENT_HOSTS_MAX, agent_grant, default_grant, hosts_named, places_named};
pub use policy::{Policy, PolicyPlaces, PolicySummary};
pub use problem::{PolicyError, PolicyProblem};
pub use table::{Acts, Class, EFFECTS, EffectRow, effect_row, effects_document, kinds_named, verdict_name};
