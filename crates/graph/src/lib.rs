//! Types τ, labels, effects and bounds over graphs; the validator that turns a proposed graph into a sealed plan.
//!
//! 1. **Pure and total.** No I/O, no clock, no panic on any input; the same inputs give the same answer.
//! 2. **Unknown means refuse.** Every rule is written as "accept only if".
//! 3. **One constructor for [`Plan`]**: [`validate`]. Whoever holds a plan holds a proof that the rules were checked.
//! 4. **The first failing rule is the answer**, with a stable code, the edge, and the way out.
//! 5. **One flow rule** ([`flow`]) for plans and agents, with one sentence for each refusal.
//!
//! Not promised: freedom from timing and termination channels; anything about a primitive beyond its descriptor,
//! whose evidence the registry checks; that a directory's label covers each file in it (the executor holds every
//! actual label against the planned one, [`Plan::admits`]).
#![forbid(unsafe_code)]

mod canonical;
pub mod codec;
mod context;
pub mod flow;
mod graph;
pub mod origin;
pub mod path;
mod plan;
pub mod quantity;
pub mod refinement;
mod rules;
pub mod scope;
mod shape;
pub mod subtype;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod violation;

pub use context::{Catalogue, Context, ResourceLabels};
pub use graph::{Constant, ConstantOrigin, Each, Graph, Input, Node, Source};
pub use plan::{Plan, PlannedEffect, validate};
pub use rules::said;
pub use violation::{Place, Violation};
