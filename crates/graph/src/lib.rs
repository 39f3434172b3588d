//! Types τ, labels, effects and bounds over graphs; the validator that turns a proposed graph into a sealed plan.
//!
//! 1. **Pure and total.** No I/O, no clock, no panic on any input; the same inputs give the same answer.
//! 2. **Unknown means refuse.** Every rule is written as "accept only if".
//! 3. **One constructor for [`Plan`]**: [`validate`]. Whoever holds a plan holds a proof that the rules were checked.
//! 4. **The first failing rule is the answer**, with a stable code, the edge, and the way out.
#![forbid(unsafe_code)]

mod context;
pub mod flow;
mod graph;
pub mod origin;
pub mod path;
mod plan;
pub mod scope;
mod violation;

pub use context::{Catalogue, Context, ResourceLabels};
pub use graph::{Constant, ConstantOrigin, Each, Graph, Input, Node, Source};
pub use plan::{Plan, PlannedEffect, validate};
pub use violation::{Place, Violation};
