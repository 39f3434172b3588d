//! Logging in: the page's form, filled in with a name and a password, sent once to the same host.
//!
//! The password is in the request and nowhere else. The journal, and the person's consent, know the form by its digest without it:
//! a digest of the whole would let whoever has the log guess the password.

use super::exchange::{Posted, Visit, location, success};
use super::form::{self, Form};
use super::jar::Jar;
use super::{NetError, Url};
use crate::HostError;
use crate::host::{Host, check_permit};
use std::io::Read;
use telos_abi::limit::LOG_IN_PAGE_BYTES_MAX;
use telos_abi::{Digest, EffectKind, NodeIndex};
use telos_policy::Permit;
use ureq::Body;
use ureq::http::Response;

/// A page with a form to log in with.
pub struct LogInPage {
    /// Where the form goes.
    to: Url,
    form: Form,
    visit: Visit,
}

impl LogInPage {
    /// Digest of what is sent, the password left out.
    #[must_use]
    pub fn content(&self, user: &str) -> Digest {
        Digest(blake3::hash(self.form.filled(user, "").as_bytes()).into())
    }
}

impl Host {
    /// Looks at the page and finds its form. Neither a session nor what was kept is used: it is the page of a stranger.
    ///
    /// # Errors
    /// If the permit is for another effect, the page cannot be had, has no such form, or would have it sent to another
    /// host or without encryption over the network.
    #[expect(clippy::needless_pass_by_value, reason = "a permit is used up")]
    pub fn log_in_page(&self, permit: Permit, url: &Url) -> Result<LogInPage, HostError> {
        check_permit(&permit, &url.effect(EffectKind::NetGet))?;
        let host = url.shown_host();
        let unfit = |why| NetError::NoForm { host: host.clone(), why };
        if !url.is_encrypted() && !url.is_local() {
            return Err(unfit("a password does not go over a network unencrypted; write https://").into());
        }
        let mut visit = Visit::to(url, Some(Jar::default()), self.now_s())?;
        let (at, answer) = visit.get(url, None)?;
        success(&host, &answer)?;
        let page = content(&host, answer)?;
        let form = form::log_in(&page).map_err(unfit)?;
        let elsewhere = |_| unfit("its form goes to another host");
        let base =
            form.base.as_deref().map_or_else(|| Ok(at.clone()), |base| at.redirected(base)).map_err(elsewhere)?;
        let action = if form.action.is_empty() { at.as_str() } else { form.action.as_str() };
        let to = base.redirected(action).map_err(elsewhere)?;
        Ok(LogInPage { to, form, visit })
    }

    /// Sends the form and keeps the session that comes of it.
    ///
    /// # Errors
    /// If a permit is for another effect, or the host does not let the person in: then nothing is kept.
    pub fn log_in(
        &self,
        (send, keep): (Permit, Permit),
        page: LogInPage,
        (user, password): (&str, &str),
        node: Option<NodeIndex>,
    ) -> Result<(), HostError> {
        check_permit(&keep, &Self::session_effect())?;
        drop(keep);
        let content = page.content(user);
        let LogInPage { to, form, mut visit } = page;
        let host = to.shown_host();
        let failed = |why: &str| NetError::NotLoggedIn { host: host.clone(), why: why.to_owned() };
        let body = form.filled(user, password);
        let media_type = "application/x-www-form-urlencoded";
        let posted = Posted { url: &to, body: body.as_bytes(), media_type, content };
        let answer = self.post(send, &mut visit, &posted, node)?;
        let answer = match location(&answer) {
            Some(location) => visit.get(&to.redirected(&location)?, None)?.1,
            None => answer,
        };
        let status = answer.status();
        if !status.is_success() {
            let why =
                if matches!(status.as_u16(), 401 | 403) { "the name or the password is wrong" } else { "it refused" };
            return Err(failed(&format!("{why} (HTTP status {status})")).into());
        }
        if form::log_in(&self::content(&host, answer)?).is_ok() {
            return Err(failed("it asks for the password again; the name or the password is wrong").into());
        }
        let jar = visit.jar.filter(|jar| !jar.is_over(self.now_s()));
        let jar = jar.ok_or_else(|| failed("it gave no cookie to be known by"))?;
        self.change_session(to.host(), |_| Some(jar)).map(drop)
    }
}

/// The text of a page, if it is not too large.
fn content(host: &str, answer: Response<Body>) -> Result<String, NetError> {
    let mut bytes = Vec::new();
    let most = LOG_IN_PAGE_BYTES_MAX as u64 + 1;
    let read = answer.into_body().into_reader().take(most).read_to_end(&mut bytes);
    read.map_err(|error| NetError::Broken { host: host.to_owned(), why: error.to_string() })?;
    if bytes.len() > LOG_IN_PAGE_BYTES_MAX {
        return Err(NetError::NoForm { host: host.to_owned(), why: "it is too large" });
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
