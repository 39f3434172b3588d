//! One request and its answer.

use super::address::{Pinned, pinned};
use super::cache::{Cache, Entry, Head, Keeping};
use super::jar::Jar;
use super::{CONNECT_WAIT, NetError, READ_WAIT, RECEIVED_BYTES_MAX, REDIRECTS_MAX, SENT_BYTES_MAX, TOTAL_WAIT, Url};
use crate::HostError;
use crate::host::{Host, check_permit};
use std::io::{self, Read};
use std::sync::Arc;
use telos_abi::{Act, Digest, EffectKind, Label, NodeIndex, Taint, limit};
use telos_policy::Permit;
use ureq::http::Response;
use ureq::tls::{TlsConfig, TlsProvider};
use ureq::typestate::WithoutBody;
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body, Error, RequestBuilder, Timeout};

/// An answer on its way in, from the host or from what was kept of it.
pub struct Fetched {
    status: u16,
    body: Box<dyn Read + Send>,
    left: u64,
    host: String,
    label: Label,
    /// Where it is kept on its way.
    keeping: Option<Keeping>,
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
        match self.keeping.take() {
            Some(keeping) if read == 0 => keeping.finish(),
            Some(mut keeping) => self.keeping = keeping.add(chunk).then_some(keeping),
            None => {}
        }
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
    /// tainted as network data, whatever it says of itself. One that was kept is given unasked while it is fresh and not
    /// older than `max_age_s` seconds. Where the person is logged in the session goes along, and nothing is kept.
    ///
    /// # Errors
    /// If the permit is for another effect, the host cannot be reached, points elsewhere or does not answer with
    /// success.
    pub fn get(&self, permit: Permit, url: &Url, max_age_s: u64) -> Result<Fetched, HostError> {
        check_permit(&permit, &url.effect(EffectKind::NetGet))?;
        let label = permit.label().join(Label::tainted(Taint::NETWORK));
        drop(permit);
        let host = url.shown_host();
        let session = self.session(url.host())?;
        let cache = Cache::new(&self.config.state);
        let known = if session.is_none() { cache.look(url, max_age_s, self.now_s()) } else { None };
        let known = match known {
            Some(entry) if entry.fresh => return Ok(Fetched::of_entry(entry, host, label, None)),
            known => known,
        };
        let mut visit = Visit::to(url, session.clone(), self.now_s())?;
        let (at, answer) = visit.get(url, known.as_ref().and_then(Entry::etag))?;
        let session_less = session.is_none();
        self.keep_session(url, session.as_ref(), visit.jar.take())?;
        if let Some(entry) = known.filter(|_| answer.status() == 304) {
            let keeping = entry.renewed(answer.headers(), visit.now_s).and_then(|head| cache.keep(url, &head));
            return Ok(Fetched::of_entry(entry, host, label, keeping));
        }
        let status = success(&host, &answer)?;
        let announced = answer.body().content_length();
        if announced.is_some_and(|announced| announced > RECEIVED_BYTES_MAX) {
            return Err(NetError::TooLarge { host }.into());
        }
        let lasting = status == 200 && session_less && at == *url;
        let head = if lasting { Head::of(answer.headers(), label, visit.now_s) } else { None };
        let keeping = head.and_then(|head| cache.keep(url, &head));
        let body = Box::new(answer.into_body().into_reader());
        Ok(Fetched { status, body, left: RECEIVED_BYTES_MAX, host, label, keeping })
    }

    /// Whether [`Host::get`] would now give a kept answer without asking.
    #[must_use]
    pub fn is_kept(&self, url: &Url, max_age_s: u64) -> bool {
        let entry = || Cache::new(&self.config.state).look(url, max_age_s, self.now_s());
        !self.is_logged_in(url) && entry().is_some_and(|entry| entry.fresh)
    }

    /// Asks what the host says of `url` beside its content (HTTP HEAD): names in lower case and values, in order.
    ///
    /// # Errors
    /// As [`Host::get`].
    pub fn head(&self, permit: Permit, url: &Url) -> Result<Vec<(String, String)>, HostError> {
        check_permit(&permit, &url.effect(EffectKind::NetGet))?;
        drop(permit);
        let session = self.session(url.host())?;
        let mut visit = Visit::to(url, session.clone(), self.now_s())?;
        let (_, answer) = visit.follow(url, |agent, url| agent.head(url))?;
        self.keep_session(url, session.as_ref(), visit.jar.take())?;
        success(&url.shown_host(), &answer)?;
        // What proves who asks is for this host alone.
        let told = answer.headers().iter().filter(|(name, _)| *name != "set-cookie");
        Ok(told
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect())
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
        // Before the name is looked up: that is seen outside.
        check_permit(&permit, &url.effect(EffectKind::NetSend))?;
        let session = self.session(url.host())?;
        let mut visit = Visit::to(url, session.clone(), self.now_s())?;
        let posted = Posted { url, body: &prepared.body, media_type, content: prepared.content() };
        let answer = self.post(permit, &mut visit, &posted, node)?;
        self.keep_session(url, session.as_ref(), visit.jar.take())?;
        if let Some(location) = location(&answer) {
            url.redirected(&location)?;
        }
        Ok(success(&url.shown_host(), &answer)?)
    }

    /// One body, sent once and journalled before.
    pub(super) fn post(
        &self,
        permit: Permit,
        visit: &mut Visit,
        posted: &Posted<'_>,
        node: Option<NodeIndex>,
    ) -> Result<Response<Body>, HostError> {
        let Posted { url, content, .. } = *posted;
        check_permit(&permit, &url.effect(EffectKind::NetSend))?;
        let host = url.shown_host();
        if permit.value().is_some_and(|approved| approved != content) {
            return Err(NetError::OtherContent { host }.into());
        }
        let label = permit.label();
        drop(permit);
        let what = Act::Send { to: url.host().clone(), content };
        let answer = self.journal(node, &what, label, |_| {
            let request = visit.agent.post(url.as_str()).header("content-type", posted.media_type);
            let request = with_cookies(request, visit.jar.as_ref(), url, visit.now_s);
            request.send(posted.body).map_err(|error| unsent(&host, &error).into())
        })?;
        visit.take(&answer, url);
        Ok(answer)
    }

    /// Keeps what an exchange made of a session; only a log-in begins one.
    fn keep_session(&self, url: &Url, before: Option<&Jar>, after: Option<Jar>) -> Result<(), HostError> {
        if before.is_some() && before != after.as_ref() {
            // Logged out meanwhile by another run is logged out.
            self.change_session(url.host(), |held| held.and(after))?;
        }
        Ok(())
    }

    pub(super) fn now_s(&self) -> u64 {
        self.now().0 / 1000
    }
}

impl Fetched {
    fn of_entry(entry: Entry, host: String, label: Label, keeping: Option<Keeping>) -> Self {
        let label = entry.head.label.join(label);
        Self { status: 200, body: Box::new(entry.body), left: RECEIVED_BYTES_MAX, host, label, keeping }
    }
}

/// A body and where it goes.
#[derive(Clone, Copy)]
pub(super) struct Posted<'a> {
    pub(super) url: &'a Url,
    pub(super) body: &'a [u8],
    pub(super) media_type: &'static str,
    /// What the journal and the person's consent know it by.
    pub(super) content: Digest,
}

/// Requests to one host, one after the other, with its cookies.
pub(super) struct Visit {
    agent: Agent,
    /// Nothing where no cookies are sent or taken.
    pub(super) jar: Option<Jar>,
    now_s: u64,
}

impl Visit {
    /// To the host of `url`.
    pub(super) fn to(url: &Url, jar: Option<Jar>, now_s: u64) -> Result<Self, NetError> {
        Ok(Self { agent: agent(pinned(url.host())?), jar, now_s })
    }

    /// The answer to a GET, and where it came from in the end.
    pub(super) fn get(&mut self, url: &Url, etag: Option<&str>) -> Result<(Url, Response<Body>), NetError> {
        self.follow(url, |agent, asked| {
            let request = agent.get(asked);
            match etag.filter(|_| asked == url.as_str()) {
                Some(etag) => request.header("if-none-match", etag),
                None => request,
            }
        })
    }

    /// Follows redirects on the same host.
    fn follow(
        &mut self,
        url: &Url,
        ask: impl Fn(&Agent, &str) -> RequestBuilder<WithoutBody>,
    ) -> Result<(Url, Response<Body>), NetError> {
        let host = url.shown_host();
        let mut url = url.clone();
        for _ in 0..=REDIRECTS_MAX {
            let request = with_cookies(ask(&self.agent, url.as_str()), self.jar.as_ref(), &url, self.now_s);
            let answer = request.call().map_err(|error| unanswered(&host, &error))?;
            self.take(&answer, &url);
            match location(&answer) {
                Some(location) => url = url.redirected(&location)?,
                None => return Ok((url, answer)),
            }
        }
        Err(NetError::Redirects { host })
    }

    fn take(&mut self, answer: &Response<Body>, url: &Url) {
        if let Some(jar) = &mut self.jar {
            jar.take(answer.headers(), url, self.now_s);
        }
    }
}

fn with_cookies<B>(request: RequestBuilder<B>, jar: Option<&Jar>, url: &Url, now_s: u64) -> RequestBuilder<B> {
    match jar.and_then(|jar| jar.header(url, now_s)) {
        Some(cookies) => request.header("cookie", cookies),
        None => request,
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
pub(super) fn location(answer: &Response<Body>) -> Option<String> {
    let redirects = matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = answer.headers().get("location").filter(|_| redirects)?;
    Some(String::from_utf8_lossy(location.as_bytes()).into_owned())
}

pub(super) fn success(host: &str, answer: &Response<Body>) -> Result<u16, NetError> {
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
