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
//!
//! # Properties
//!
//! The research names ten; each has a test that can fail. "Made-up primitives" are those of `graph-attack::interpret`.
//!
//! | property | test |
//! |---|---|
//! | T1 values fit their ports | `graph-attack/tests/running.rs: t1_t6_…` with made-up primitives; `execute: random_graphs_give_…` with real ones |
//! | T2 non-interference | `running.rs: t2_what_others_see_…` (secrets), `t2_what_is_done_…` (untrusted data); statically `graph/tests/properties.rs: unconnected_outputs_keep_their_labels`. That they can fail: `attacks_that_are_refused_would_have_shown` |
//! | T3 less right never admits more | `properties.rs: less_right_never_admits_more`, `flow: raising_a_label_never_admits` |
//! | T4 numbering carries no meaning | `properties.rs: numbering_carries_no_meaning`, `graph/tests/canonical.rs` |
//! | T5 use within bounds | calls: `running.rs: t5_…`; fuel, memory and output are metered per call by `engine/tests/call.rs` and measured against descriptors by `registry/tests/bounds.rs` |
//! | T6 every schedule ends | `running.rs: t1_t6_…`, under random schedules |
//! | T7 a cached plan gets the fresh verdict | `properties.rs: the_cache_gives_the_fresh_verdict` |
//! | T8 attacks are refused with their code | `graph-attack/tests/attacks.rs`; 10⁵ mutants in `cargo xtask bench spine --only attack` |
//! | T9 two implementations agree | `graph-attack/tests/agreement.rs`, `fuzz/targets/plan.rs`; validator and policy in `policy/tests/agreement.rs` |
//! | T10 total, linear | `properties.rs: any_bytes_…`, `each_graph_has_one_spelling`, `fuzz/`; time in `cargo xtask bench spine --only pure` |
#![forbid(unsafe_code)]

mod canonical;
pub mod codec;
mod context;
pub mod flow;
mod graph;
pub mod order;
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
pub use rules::{folded, said};
pub use violation::{Place, Violation};
