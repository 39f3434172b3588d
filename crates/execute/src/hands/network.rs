//! Fetching from and sending to other hosts.

use super::At;
use crate::{HostCall, Sink, Step, StepError};
use telos_abi::{ByteText, Digest, Effect, EffectKind, Facts, Label, PortIndex, Value};
use telos_host::net::{PreparedSend, Url};
use telos_policy::Permit;

const CONTENT: PortIndex = PortIndex(0);
const STATUS: PortIndex = PortIndex(1);
const SENT: PortIndex = PortIndex(0);

fn url(call: &HostCall<'_>, input: usize) -> Result<Url, StepError> {
    match call.arguments.get(input) {
        Some(Some(Value::Text(text))) => Ok(Url::parse(text)?),
        _ => Err(format!("input {input} of `{}` is not a URL", call.primitive).into()),
    }
}

/// `http.get`.
pub(super) struct Fetch<'h> {
    at: At<'h>,
    url: Url,
}

impl<'h> Fetch<'h> {
    pub(super) fn new(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        Ok(Self { at, url: url(call, 0)? })
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
        let mut fetched = self.at.host.get(permit, &self.url)?;
        out.value(STATUS, Value::Int(i64::from(fetched.status())))?;
        let mut chunk = Vec::new();
        while fetched.next_chunk(&mut chunk)? {
            out.chunk(CONTENT, &chunk)?;
        }
        Ok(())
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
