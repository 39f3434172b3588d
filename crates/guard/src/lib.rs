//! Native agents: any program, run so that what it does to the machine was decided first.
//!
//! 1. **The floor is static.** Before the program runs, namespaces, mounts, Landlock and a call filter fix everything
//!    it could ever reach. Nothing that happens later widens it.
//! 2. **Decisions come from `policy`.** Calls that change files or name hosts wait for the one `decide`; this crate
//!    only carries questions and answers, and records what was refused.
//! 3. **The host is untouched until a commit.** Changes under the working directory go to a copy-on-write workspace;
//!    changes to the home directory and temporary files end with the run.
//! 4. **Nothing is left out silently.** A host that cannot enforce a plane is told which, why and how to mend it, and
//!    the program does not start.
//! 5. **The agent dies with its guard**, and everything it started dies with it.
//!
//! Not promised: that one user's agents are hidden from each other by the kernel's user ids (they share the caller's);
//! quotas; protection from a kernel flaw; that content readable by the agent stays out of what it writes. The floor
//! decides reads: a read that it denies is listed as withheld, not asked.
//!
//! `docs/guard.md` tells what an agent sees and why "let the call go on" is safe.

mod bpf;
mod call;
mod environment;
mod error;
mod filter;
mod launch;
mod mounts;
mod network;
mod probe;
mod resolve;
mod run;
mod secrets;
mod spec;
mod supervise;
mod sys;
mod terminal;
mod view;
pub mod workspace;

pub use error::{GuardError, Plane};
pub use probe::{HostSupport, Offer, probe};
pub use run::run;
pub use spec::{AgentEnd, AgentSpec, Asker, Decider, Exit, Ports, Refused, Streams, Tier, Withheld, WorkspaceMode};
