//! Fetching from and sending to other hosts.

use super::changing::{next, takes_no_data};
use super::finding::table;
use super::{At, Secrets};
use crate::{HostCall, Sink, Step, StepError};
use telos_abi::{ByteText, Digest, Effect, EffectKind, Facts, Label, PortIndex, Value};
use telos_host::Host;
use telos_host::net::{LogInPage, PreparedSend, Url};
use telos_policy::Permit;

const CONTENT: PortIndex = PortIndex(0);
const STATUS: PortIndex = PortIndex(1);
const SENT: PortIndex = PortIndex(0);
const TABLE: PortIndex = PortIndex(0);
const COUNT: PortIndex = PortIndex(1);
const SESSION: PortIndex = PortIndex(0);

pub(super) fn url(call: &HostCall<'_>, input: usize) -> Result<Url, StepError> {
    match call.arguments.get(input) {
        Some(Some(Value::Text(text))) => Ok(Url::parse(text)?),
        _ => Err(format!("input {input} of `{}` is not a URL", call.primitive).into()),
    }
}

/// `http.get`, `web.open`.
pub(super) struct Fetch<'h> {
    at: At<'h>,
    url: Url,
    max_age_s: u64,
}

impl<'h> Fetch<'h> {
    pub(super) fn new(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        let max_age_s = match call.arguments.get(1) {
            Some(Some(Value::Int(seconds))) => u64::try_from(*seconds).unwrap_or(0),
            _ => u64::MAX,
        };
        Ok(Self { at, url: url(call, 0)?, max_age_s })
    }
}

impl Step for Fetch<'_> {
    fn target(&self) -> Option<ByteText> {
        None
    }

    fn push(&mut self, _: PortIndex, _: &[u8]) -> Result<(), StepError> {
        Err("fetching takes no data".into())
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        Ok(vec![(self.url.effect(EffectKind::NetGet), Facts::default())])
    }

    fn label(&self) -> Result<Label, StepError> {
        Ok(Label::BOTTOM)
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        let permit = permits.into_iter().next().ok_or("an effect has no permit")?;
        let mut fetched = self.at.host.get(permit, &self.url, self.max_age_s)?;
        out.value(STATUS, Value::Int(i64::from(fetched.status())))?;
        let mut chunk = Vec::new();
        while fetched.next_chunk(&mut chunk)? {
            out.chunk(CONTENT, &chunk)?;
        }
        Ok(())
    }
}

/// `http.headers`.
pub(super) struct Headers<'h> {
    at: At<'h>,
    url: Url,
}

impl<'h> Headers<'h> {
    pub(super) fn new(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        Ok(Self { at, url: url(call, 0)? })
    }
}

impl Step for Headers<'_> {
    fn target(&self) -> Option<ByteText> {
        None
    }

    fn push(&mut self, _: PortIndex, _: &[u8]) -> Result<(), StepError> {
        takes_no_data()
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        Ok(vec![(self.url.effect(EffectKind::NetGet), Facts::default())])
    }

    fn label(&self) -> Result<Label, StepError> {
        Ok(Label::BOTTOM)
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        let headers = self.at.host.head(next(&mut permits.into_iter())?, &self.url)?;
        let rows = headers.iter().map(|(name, value)| [name.as_str(), value.as_str()]);
        out.chunk(TABLE, table(["name", "value"], rows).as_bytes())?;
        out.value(COUNT, Value::Int(i64::try_from(headers.len()).unwrap_or(i64::MAX)))
    }
}

/// `web.log-in`.
pub(super) struct LogIn<'h> {
    at: At<'h>,
    secrets: &'h dyn Secrets,
    url: Url,
    user: String,
    page: Option<LogInPage>,
}

impl<'h> LogIn<'h> {
    pub(super) fn new(at: At<'h>, secrets: &'h dyn Secrets, call: &HostCall<'_>) -> Result<Self, StepError> {
        let user = match call.arguments.get(1) {
            Some(Some(Value::Text(user))) if !user.trim().is_empty() => user.trim().to_owned(),
            _ => return Err(format!("`{}` was given no user's name", call.primitive).into()),
        };
        Ok(Self { at, secrets, url: url(call, 0)?, user, page: None })
    }
}

impl Step for LogIn<'_> {
    fn target(&self) -> Option<ByteText> {
        None
    }

    /// The page, for its form.
    fn looks(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        Ok(vec![(self.url.effect(EffectKind::NetGet), Facts::default())])
    }

    fn look(&mut self, permits: Vec<Permit>) -> Result<(), StepError> {
        self.page = Some(self.at.host.log_in_page(next(&mut permits.into_iter())?, &self.url)?);
        Ok(())
    }

    fn push(&mut self, _: PortIndex, _: &[u8]) -> Result<(), StepError> {
        takes_no_data()
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        let send = self.url.effect(EffectKind::NetSend);
        Ok(vec![(send, Facts::default()), (Host::session_effect(), Facts::default())])
    }

    fn label(&self) -> Result<Label, StepError> {
        Ok(Label::BOTTOM)
    }

    fn content_of(&self, effect: usize) -> Option<Digest> {
        self.page.as_ref().filter(|_| effect == 0).map(|page| page.content(&self.user))
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        let mut permits = permits.into_iter();
        let both = (next(&mut permits)?, next(&mut permits)?);
        let page = self.page.ok_or("the page was not looked at")?;
        let password = self.secrets.password(&self.url.host().name, &self.user)?;
        self.at.host.log_in(both, page, (&self.user, &password), Some(self.at.node))?;
        out.value(SESSION, Value::Bool(true))
    }
}

/// `web.log-out`.
pub(super) struct LogOut<'h> {
    at: At<'h>,
    url: Url,
}

impl<'h> LogOut<'h> {
    pub(super) fn new(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        Ok(Self { at, url: url(call, 0)? })
    }
}

impl Step for LogOut<'_> {
    fn target(&self) -> Option<ByteText> {
        None
    }

    fn push(&mut self, _: PortIndex, _: &[u8]) -> Result<(), StepError> {
        takes_no_data()
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        Ok(vec![(Host::session_effect(), Facts::default())])
    }

    fn label(&self) -> Result<Label, StepError> {
        Ok(Label::BOTTOM)
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        let had = self.at.host.log_out(next(&mut permits.into_iter())?, &self.url)?;
        out.value(SESSION, Value::Bool(had))
    }
}

/// `http.post`.
pub(super) struct Post<'h> {
    at: At<'h>,
    url: Url,
    body: PreparedSend,
    media_type: &'static str,
}

impl<'h> Post<'h> {
    pub(super) fn new(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        let media_type = match call.arguments.get(2) {
            Some(Some(Value::Variant(name, _))) => media_type(name),
            _ => return Err(format!("input 2 of `{}` is not a kind of content", call.primitive).into()),
        };
        Ok(Self { at, url: url(call, 0)?, body: PreparedSend::new(), media_type })
    }
}

fn media_type(kind: &str) -> &'static str {
    match kind {
        "text" => "text/plain; charset=utf-8",
        "json" => "application/json",
        "csv" => "text/csv; charset=utf-8",
        _ => "application/octet-stream",
    }
}

impl Step for Post<'_> {
    /// Resume finds what was sent by host and content: several bodies may go to one URL.
    fn target(&self) -> Option<ByteText> {
        None
    }

    fn push(&mut self, _: PortIndex, chunk: &[u8]) -> Result<(), StepError> {
        Ok(self.body.write_all(chunk)?)
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        Ok(vec![(self.url.effect(EffectKind::NetSend), Facts::default())])
    }

    fn label(&self) -> Result<Label, StepError> {
        Ok(Label::BOTTOM)
    }

    fn content(&self) -> Option<Digest> {
        Some(self.body.content())
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        let permit = permits.into_iter().next().ok_or("an effect has no permit")?;
        self.at.host.send(permit, &self.url, &self.body, self.media_type, Some(self.at.node))?;
        out.value(SENT, Value::Bool(true))
    }
}
