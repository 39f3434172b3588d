//! One request and its answer.

use super::address::{Pinned, pinned};
use super::{CONNECT_WAIT, NetError, READ_WAIT, RECEIVED_BYTES_MAX, REDIRECTS_MAX, SENT_BYTES_MAX, TOTAL_WAIT, Url};
use crate::HostError;
use crate::host::{Host, check_permit};
use std::io::{self, Read};
use std::sync::Arc;
use telos_abi::{Act, Digest, EffectKind, Label, NodeIndex, Taint, limit};
use telos_policy::Permit;
use ureq::http::Response;
use ureq::tls::{TlsConfig, TlsProvider};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body, BodyReader, Error, Timeout};

/// An answer on its way in.
pub struct Fetched {
    status: u16,
    body: BodyReader<'static>,
    left: u64,
    host: String,
    label: Label,
}

impl Fetched {
    /// The HTTP status, 200 to 299.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The label of everything read from here.
    #[must_use]
    pub fn label(&self) -> Label {
        self.label
    }

    /// Fills `chunk` with the next bytes, at most [`limit::CHUNK_BYTES`], and says whether there were any.
    ///
    /// # Errors
    /// If the answer breaks off, is too slow or too large.
    pub fn next_chunk(&mut self, chunk: &mut Vec<u8>) -> Result<bool, HostError> {
        chunk.clear();
        let room = limit::CHUNK_BYTES as u64;
        let read = (&mut self.body).take(room).read_to_end(chunk);
        let read = read.map_err(|error| NetError::Broken { host: self.host.clone(), why: error.to_string() })?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| NetError::TooLarge { host: self.host.clone() })?;
        Ok(read > 0)
    }
}

/// A body on its way out: held whole, and gone without a trace when dropped.
#[derive(Debug, Default)]
pub struct PreparedSend {
    body: Vec<u8>,
}

impl PreparedSend {
    /// Nothing to send yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a piece of any size.
    ///
    /// # Errors
    /// If it becomes larger than [`SENT_BYTES_MAX`].
    pub fn write_all(&mut self, piece: &[u8]) -> Result<(), HostError> {
        if piece.len() > SENT_BYTES_MAX - self.body.len() {
            return Err(NetError::BodyTooLarge.into());
        }
        self.body.extend_from_slice(piece);
        Ok(())
    }

    /// BLAKE3 of the body.
    #[must_use]
    pub fn content(&self) -> Digest {
        Digest(blake3::hash(&self.body).into())
    }
}

impl Host {
    /// Asks for what is at `url` (HTTP GET). Redirects are followed on the same host and port only. The answer is
    /// tainted as network data, whatever it says of itself.
    ///
    /// # Errors
    /// If the permit is for another effect, the host cannot be reached, points elsewhere or does not answer with
    /// success.
    pub fn get(&self, permit: Permit, url: &Url) -> Result<Fetched, HostError> {
        check_permit(&permit, &url.effect(EffectKind::NetGet))?;
        let label = permit.label().join(Label::tainted(Taint::NETWORK));
        drop(permit);
        let agent = agent(pinned(url.host())?);
        let host = url.shown_host();
        let mut url = url.clone();
        for _ in 0..=REDIRECTS_MAX {
            let answer = agent.get(url.as_str()).call().map_err(|error| unanswered(&host, &error))?;
            if let Some(location) = location(&answer) {
                url = url.redirected(&location)?;
                continue;
            }
            let status = success(&host, &answer)?;
            let announced = answer.body().content_length();
            if announced.is_some_and(|announced| announced > RECEIVED_BYTES_MAX) {
                return Err(NetError::TooLarge { host }.into());
            }
            let body = answer.into_body().into_reader();
            return Ok(Fetched { status, body, left: RECEIVED_BYTES_MAX, host, label });
        }
        Err(NetError::Redirects { host }.into())
    }

    /// Sends `prepared` to `url` (HTTP POST), once, and says with which status the host took it. Journalled before;
    /// what a redirect points to is never sent anything.
    ///
    /// # Errors
    /// If the permit is for another effect or content, the host cannot be reached, or it does not answer with
    /// success: then it may have received the body all the same, and the journal says so.
    pub fn send(
        &self,
        permit: Permit,
        url: &Url,
        prepared: &PreparedSend,
        media_type: &'static str,
        node: Option<NodeIndex>,
    ) -> Result<u16, HostError> {
        check_permit(&permit, &url.effect(EffectKind::NetSend))?;
        let host = url.shown_host();
        let content = prepared.content();
        if permit.value().is_some_and(|approved| approved != content) {
            return Err(NetError::OtherContent { host }.into());
        }
        let label = permit.label();
        drop(permit);
        let agent = agent(pinned(url.host())?);
        let what = Act::Send { to: url.host().clone(), content };
        let answer = self.journal(node, &what, label, |_| {
            let request = agent.post(url.as_str()).header("content-type", media_type);
            request.send(prepared.body.as_slice()).map_err(|error| unsent(&host, &error).into())
        })?;
        if let Some(location) = location(&answer) {
            url.redirected(&location)?;
        }
        Ok(success(&host, &answer)?)
    }
}

/// A client for one operation: it connects to these addresses and nowhere else.
fn agent(addresses: Pinned) -> Agent {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = TlsConfig::builder().provider(TlsProvider::Rustls).unversioned_rustls_crypto_provider(provider).build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .proxy(None)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("telos/", env!("CARGO_PKG_VERSION")))
        .timeout_connect(Some(CONNECT_WAIT))
        .timeout_per_read(Some(READ_WAIT))
        .timeout_global(Some(TOTAL_WAIT))
        .build();
    Agent::with_parts(config, DefaultConnector::default(), addresses)
}

/// Where a redirect points to. One that does not say is no redirect.
fn location(answer: &Response<Body>) -> Option<String> {
    let redirects = matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = answer.headers().get("location").filter(|_| redirects)?;
    Some(String::from_utf8_lossy(location.as_bytes()).into_owned())
}

fn success(host: &str, answer: &Response<Body>) -> Result<u16, NetError> {
    let status = answer.status();
    if status.is_success() {
        Ok(status.as_u16())
    } else {
        Err(NetError::Status { host: host.to_owned(), status: status.as_u16() })
    }
}

fn unanswered(host: &str, error: &Error) -> NetError {
    let (host, why) = (host.to_owned(), error.to_string());
    if no_connection(error) { NetError::Unreachable { host, why } } else { NetError::Broken { host, why } }
}

fn unsent(host: &str, error: &Error) -> NetError {
    let (host, why) = (host.to_owned(), error.to_string());
    if no_connection(error) { NetError::Unreachable { host, why } } else { NetError::InDoubt { host, why } }
}

/// Whether the request certainly did not begin. Anything not listed may have come after.
fn no_connection(error: &Error) -> bool {
    match error {
        Error::HostNotFound | Error::ConnectionFailed | Error::BadUri(_) => true,
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => true,
        Error::Io(error) => {
            use io::ErrorKind as Kind;
            let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
            let unknown_host = matches!(tls, Some(rustls::Error::InvalidCertificate(_)));
            let refused = [Kind::ConnectionRefused, Kind::HostUnreachable, Kind::NetworkUnreachable];
            unknown_host || refused.contains(&error.kind()) || error.kind() == Kind::AddrNotAvailable
        }
        Error::Rustls(rustls::Error::InvalidCertificate(_)) => true,
        _ => false,
    }
}
