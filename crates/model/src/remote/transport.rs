//! One HTTP POST with limits. Plain HTTP is allowed to this machine only: a key must not cross a network in the open.

use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use ureq::Agent;
use ureq::tls::{TlsConfig, TlsProvider};

/// Largest reply read, in bytes.
const REPLY_BYTES_MAX: u64 = 1 << 20;

/// A reply.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after_s: Option<u64>,
    pub(crate) body: Vec<u8>,
}

/// Why there is no reply.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum TransportError {
    #[error("{0} is not an address that can be asked")]
    Address(String),
    #[error("plain http is used with this machine only")]
    Plain,
    #[error("no answer in time")]
    Timeout,
    #[error("the reply is larger than {REPLY_BYTES_MAX} bytes")]
    TooLarge,
    #[error("{0}")]
    Failed(String),
}

/// Sends requests to one provider.
pub(crate) struct Transport {
    agent: Agent,
}

impl Transport {
    pub(crate) fn new() -> Self {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls =
            TlsConfig::builder().provider(TlsProvider::Rustls).unversioned_rustls_crypto_provider(provider).build();
        let config = Agent::config_builder().http_status_as_error(false).max_redirects(0).tls_config(tls).build();
        Self { agent: Agent::new_with_config(config) }
    }

    /// Posts `body` and reads the reply whole, within `timeout`.
    pub(crate) fn post(
        &self,
        url: &str,
        headers: &[(&str, String)],
        body: &[u8],
        timeout: Duration,
    ) -> Result<Reply, TransportError> {
        if url.starts_with("http://") && !is_local(url) {
            return Err(TransportError::Plain);
        }
        let request = self.agent.post(url).config().timeout_global(Some(timeout)).build();
        let mut request = request.header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, value.as_str());
        }
        let mut response = request.send(body).map_err(|error| failure(error, url))?;
        let status = response.status().as_u16();
        let retry_after_s = response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        let body = response
            .body_mut()
            .with_config()
            .limit(REPLY_BYTES_MAX)
            .read_to_vec()
            .map_err(|error| failure(error, url))?;
        Ok(Reply { status, retry_after_s, body })
    }
}

fn is_local(url: &str) -> bool {
    let rest = url.strip_prefix("http://").unwrap_or(url);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    if authority.contains('@') {
        return false;
    }
    let host = if let Some(end) = authority.find(']') {
        &authority[..=end]
    } else {
        authority.split(':').next().unwrap_or("")
    };
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

fn failure(error: ureq::Error, url: &str) -> TransportError {
    match error {
        ureq::Error::BadUri(_) => TransportError::Address(url.to_owned()),
        ureq::Error::Timeout(_) => TransportError::Timeout,
        ureq::Error::BodyExceedsLimit(_) => TransportError::TooLarge,
        other => TransportError::Failed(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_local() {
        for local in ["http://localhost:1/x", "http://127.0.0.1:11434", "http://[::1]:9/"] {
            assert!(is_local(local), "{local}");
        }
        for remote in ["http://example.com", "http://127.0.0.1.example.com", "http://localhost@example.com/"] {
            assert!(!is_local(remote), "{remote}");
        }
    }
}
