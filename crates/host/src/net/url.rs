//! Addresses to ask.

use super::{NetError, URL_BYTES_MAX};
use telos_abi::{Effect, EffectKind, HostName, Resource};
use telos_graph::scope::parse_url;
use ureq::http::Uri;

/// An absolute `http` or `https` URL whose host the rules and the client read alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    text: String,
    host: HostName,
    encrypted: bool,
}

impl Url {
    /// Reads a URL. Its fragment, which stays with whoever asks, is cut off.
    ///
    /// # Errors
    /// [`NetError::BadUrl`] for anything that two programs could read in two ways.
    pub fn parse(text: &str) -> Result<Self, NetError> {
        let bad = |why| {
            let url = telos_abi::ByteText::from(text.get(..text.len().min(200)).unwrap_or("")).to_string();
            NetError::BadUrl { url, why }
        };
        if text.len() > URL_BYTES_MAX {
            return Err(bad("it is too long"));
        }
        let text = text.split('#').next().unwrap_or("");
        let host = parse_url(text).ok_or_else(|| bad("it is not a plain http or https URL"))?;
        let uri: Uri = text.parse().map_err(|_| bad("it holds letters that must be percent-encoded"))?;
        let named = uri.host().map(|name| name.trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase());
        let encrypted = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if encrypted { 443 } else { 80 });
        let same_name = named.is_some_and(|name| name == host.name || same_address(&name, &host.name));
        if !same_name || host.port != Some(port) {
            return Err(bad("its host can be read in two ways"));
        }
        Ok(Self { text: text.to_owned(), host, encrypted })
    }

    /// The host and port it leads to.
    #[must_use]
    pub fn host(&self) -> &HostName {
        &self.host
    }

    /// Whether the way there is encrypted.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// What asking it is, for a decision.
    #[must_use]
    pub fn effect(&self, kind: EffectKind) -> Effect {
        Effect { kind, resource: Resource::Host(self.host.clone()) }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Its path, without the query.
    pub(super) fn path(&self) -> &str {
        let (_, path) = self.origin_and_path();
        match path.split('?').next() {
            Some("") | None => "/",
            Some(path) => path,
        }
    }

    /// Scheme and authority, and all that follows.
    fn origin_and_path(&self) -> (&str, &str) {
        let authority_at = self.text.find("://").map_or(0, |at| at + "://".len());
        let rest = self.text.get(authority_at..).unwrap_or("");
        self.text.split_at(authority_at + rest.find(['/', '?']).unwrap_or(rest.len()))
    }

    /// Whether it leads to this machine.
    pub(super) fn is_local(&self) -> bool {
        let name = self.host.name.as_str();
        let loopback = name.parse::<core::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        loopback || name == "localhost" || name.ends_with(".localhost")
    }

    /// Host and port as people read them.
    pub(super) fn shown_host(&self) -> String {
        Resource::Host(self.host.clone()).to_string()
    }

    /// Where a `Location` of an answer from here leads, if that is the same host by the same protocol.
    pub(super) fn redirected(&self, location: &str) -> Result<Self, NetError> {
        let scheme = if self.encrypted { "https:" } else { "http:" };
        let (origin, path) = self.origin_and_path();
        let beneath = path.split('?').next().and_then(|path| path.rsplit_once('/')).map_or("", |(above, _)| above);
        let target = if location.contains("://") {
            location.to_owned()
        } else if location.starts_with("//") {
            format!("{scheme}{location}")
        } else if location.starts_with('/') {
            format!("{origin}{location}")
        } else if location.is_empty() || location.starts_with('?') {
            let query = if location.is_empty() { path } else { location };
            format!("{origin}{}{query}", if location.is_empty() { "" } else { self.path() })
        } else {
            format!("{origin}{beneath}/{location}")
        };
        match Self::parse(&target) {
            Ok(url) if url.host == self.host && url.encrypted == self.encrypted => Ok(url),
            _ => Err(NetError::Redirected {
                host: self.shown_host(),
                to: telos_abi::ByteText::from(target.get(..target.len().min(200)).unwrap_or("elsewhere")).to_string(),
            }),
        }
    }
}

/// Whether two spellings are of one address.
fn same_address(left: &str, right: &str) -> bool {
    let address = |text: &str| text.parse::<core::net::IpAddr>().ok();
    address(left).is_some_and(|left| address(right) == Some(left))
}
