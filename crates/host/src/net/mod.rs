//! The network for plans: one request to one host, decided for exactly that host and port.
//!
//! 1. **The host that was decided is the host that is asked.** A permit names a host and port; a redirect to another
//!    one is an error that names it, and no proxy of the environment stands between.
//! 2. **A name is resolved once.** The addresses found are checked (`address`) and pinned for every connection of
//!    the operation, so that an answer that changes meanwhile (rebinding) changes nothing.
//! 3. **What is sent is journalled before**, and is never sent again: whether a host received a request that was
//!    interrupted cannot be seen from here.
//! 4. **Who is logged in is known to that host alone** (`session`): cookies are added here, and leave this room nowhere else.
//! 5. **What was fetched is kept for a while** (`cache`), under the same permit and label.
//! 6. **Everything is bounded**: [`RECEIVED_BYTES_MAX`], [`SENT_BYTES_MAX`], [`REDIRECTS_MAX`] and the times below.
//!
//! Not promised: privacy of plain `http`, which the plan says; that a host which answers with success did anything.

mod address;
mod cache;
mod error;
mod exchange;
mod form;
mod jar;
mod log_in;
mod session;
mod url;

#[cfg(test)]
mod session_tests;
#[cfg(test)]
mod tests;

pub use error::NetError;
pub use exchange::{Fetched, PreparedSend};
pub use log_in::LogInPage;
pub use session::{SESSIONS, SESSIONS_SECRECY};
pub use url::Url;

use std::time::Duration;

/// Largest answer that is taken, in bytes.
pub const RECEIVED_BYTES_MAX: u64 = 4 << 30;
/// Largest body that is sent, in bytes: it is held whole, so that a person can consent to exactly it.
pub const SENT_BYTES_MAX: usize = telos_abi::limit::VALUE_BYTES_MAX;
/// Redirects to the same host that are followed.
pub const REDIRECTS_MAX: usize = 5;
/// Longest URL, in bytes.
pub const URL_BYTES_MAX: usize = 8 << 10;

/// Until a connection stands, TLS included.
const CONNECT_WAIT: Duration = Duration::from_secs(15);
/// Until the next bytes of an answer.
const READ_WAIT: Duration = Duration::from_secs(60);
/// For a whole request and its answer.
const TOTAL_WAIT: Duration = Duration::from_secs(600);
