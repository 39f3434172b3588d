//! Connects the rooms.
//!
//! 1. **Order and lifetimes only.** Which room is called with what, and how long it lives; what a room is for is done
//!    there.
//! 2. **Opened when needed.** `telos runs` starts no engine, `telos verify` reads no policy.
//! 3. **One decision point.** Plans, agents, commits and undo all reach `policy::decide` through `gate`.
//! 4. **Every run has an end.** Whatever happens after a run began is recorded in its segment.
#![forbid(unsafe_code)]

mod agent;
mod ahead;
mod capability;
mod codec;
mod config;
mod custody;
mod error;
mod gate;
mod glance;
mod history;
mod intent;
mod look_back;
mod outcome;
mod page;
mod pending;
mod person;
mod places;
mod plan_diagram;
mod plan_view;
mod policy_front;
mod result;
mod resume;
mod rooms;
mod run;
mod session;
mod shelf;
mod surroundings;
mod telling;
mod telos;
mod trial;
mod undo;
mod why;
mod workspace;

pub use agent::{AgentReport, AgentRequest, RefusedLine};
pub use ahead::Prepared;
pub use capability::{CapabilityCheck, CapabilityView, PortView};
pub use codec::{CodecError, decode, encode};
pub use custody::{Dropped, FoundLine, Verification};
pub use error::SystemError;
pub use history::RunSummary;
pub use intent::Intent;
pub use look_back::runs_scene;
pub use outcome::{EffectView, NodeView, PlanView, Report, exit_code};
pub use person::{Ask, Consent, Part, Person, Step, Surface};
pub use places::{NoHome, Places};
pub use policy_front::{CheckedFile, Plane};
pub use telos::Telos;
pub use telos_engine::Stop;
pub use telos_policy::Explanation;
pub use telos_session::{Event, Key};
pub use why::WhyLine;
pub use workspace::ChangeView;

pub(crate) use run::now;
