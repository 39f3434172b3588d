//! Tier 2: a remote or local model, asked only when tier 1 abstains and only if one is configured.

mod config;
mod decode;
mod prompt;
mod transport;
mod wire;

pub use config::{ProviderConfig, ProviderKind, Secret};

use crate::read::Reading;
use crate::turn::{Check, Library, Turn};
use decode::{Decoded, decode};
use std::time::{Duration, Instant};
use telos_abi::Rule;
use telos_graph::{Graph, Place, Violation};
use thiserror::Error;
use transport::{Reply, Transport, TransportError};
use wire::{Exchange, Role};

/// Replies sent back for correction.
const CORRECTIONS_MAX: usize = 2;
/// Attempts while the service is busy.
const BUSY_MAX: usize = 3;
/// Longest pause before an attempt.
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// Why the model gave no graph. Each message says what to set or do.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ProviderError {
    /// No key.
    #[error("the model needs a key: set {variable} or `key` in config.toml")]
    NoKey {
        /// Environment variable to set.
        variable: &'static str,
    },
    /// The service refused the key.
    #[error("{url} refused the key (HTTP {status}): check the key and the account's rights")]
    Denied {
        /// Address asked.
        url: String,
        /// HTTP status.
        status: u16,
    },
    /// The service is busy or broken.
    #[error("{url} answered HTTP {status}{says}: try again later, or set another model in config.toml")]
    Status {
        /// Address asked.
        url: String,
        /// HTTP status.
        status: u16,
        /// What the service says of it in printable words, in brackets; may be empty.
        says: String,
    },
    /// No reply.
    #[error("{url} could not be asked: {why}; check the base URL in config.toml and the network")]
    Unreachable {
        /// Address asked.
        url: String,
        /// What failed.
        why: String,
    },
    /// No reply in time.
    #[error("{url} did not answer within {seconds} s: raise `timeout` in config.toml or choose a faster model")]
    Timeout {
        /// Address asked.
        url: String,
        /// Seconds waited.
        seconds: u64,
    },
    /// Replies, but no graph in them.
    #[error("the model's replies held no usable graph ({why}): rephrase, or set a stronger model in config.toml")]
    Unusable {
        /// What was wrong with the last one.
        why: String,
    },
    /// The model says that it cannot be done.
    #[error("the model found no way to do this with the registered primitives")]
    Cannot,
}

/// Asks the configured model for a graph that `check` accepts.
pub(crate) fn propose(
    config: &ProviderConfig,
    turn: &Turn,
    reading: &Reading<'_>,
    library: &dyn Library,
    check: &Check<'_>,
) -> Result<Graph, ProviderError> {
    if let (Some(variable), None) = (config.kind.key_variable(), &config.key)
        && config.base_url == config.kind.default_base_url()
    {
        return Err(ProviderError::NoKey { variable });
    }
    let transport = Transport::new();
    let deadline = Instant::now() + config.timeout;
    let tokens = prompt::tokens(reading);
    let mut exchange = Exchange {
        instructions: prompt::instructions(reading, library),
        said: vec![(Role::Person, prompt::person(turn, reading, &tokens))],
        schema: prompt::schema(),
    };
    let mut why = String::new();
    for _ in 0..=CORRECTIONS_MAX {
        let reply = ask(config, &transport, &exchange, deadline)?;
        let Some(text) = wire::answer(config.kind, &reply.body) else {
            "no graph in the reply".clone_into(&mut why);
            continue;
        };
        why = match decode(&text, &turn.text, &tokens, library) {
            Ok(Decoded::Cannot) => return Err(ProviderError::Cannot),
            Ok(Decoded::Graph(graph)) => match check(&graph) {
                Ok(()) => return Ok(graph),
                Err(violation) => complaint(&violation),
            },
            Err(error) => error.to_string(),
        };
        exchange.said.push((Role::Model, text));
        exchange.said.push((Role::Person, format!("The graph was refused: {why}. Give a corrected one.")));
    }
    Err(ProviderError::Unusable { why })
}

/// What a model may hear of a violation: the rule and the place. Its message may name files, so it is not passed on.
fn complaint(violation: &Violation) -> String {
    let says = Rule::TABLE.iter().find(|info| info.rule == violation.rule).map_or("", |info| info.says);
    let place = match violation.place {
        Place::Graph => "the graph".to_owned(),
        Place::Node(node) => format!("step number {}", node.0 + 1),
        Place::Port(node, port) => {
            format!("input number {} of step number {}", port.0 + 1, node.0 + 1)
        }
    };
    format!("rule {} at {place}: {says}", violation.rule)
}

/// One reply with status 200; a busy service is asked again.
fn ask(
    config: &ProviderConfig,
    transport: &Transport,
    exchange: &Exchange,
    deadline: Instant,
) -> Result<Reply, ProviderError> {
    let request = wire::request(config, exchange);
    let body = request.body.to_string();
    let url = request.url;
    let seconds = config.timeout.as_secs();
    let (mut status, mut says) = (0, String::new());
    for attempt in 0..BUSY_MAX {
        // What earlier attempts and corrections took is gone: the person waits for all of them together.
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ProviderError::Timeout { url, seconds });
        }
        let reply = transport.post(&url, &request.headers, body.as_bytes(), left).map_err(|error| match error {
            TransportError::Timeout => ProviderError::Timeout { url: url.clone(), seconds },
            other => ProviderError::Unreachable { url: url.clone(), why: other.to_string() },
        })?;
        match reply.status {
            200 => return Ok(reply),
            401 | 403 => {
                return Err(ProviderError::Denied { url, status: reply.status });
            }
            408 | 429 | 500..=599 => {
                (status, says) = (reply.status, wire::complaint(&reply.body));
                let wished = reply.retry_after_s.map_or(Duration::from_millis(200), Duration::from_secs);
                if attempt + 1 < BUSY_MAX {
                    std::thread::sleep(wished.min(PAUSE_MAX).min(deadline.saturating_duration_since(Instant::now())));
                }
            }
            other => return Err(ProviderError::Status { url, status: other, says: wire::complaint(&reply.body) }),
        }
    }
    Err(ProviderError::Status { url, status, says })
}
