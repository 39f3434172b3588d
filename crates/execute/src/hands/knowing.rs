//! What is known of a file without reading it, and what time it is.

use super::changing::{next, takes_no_data};
use super::finding::{cell, kind_name, time};
use super::{At, path};
use crate::{HostCall, Sink, Step, StepError};
use jiff::tz::TimeZone;
use telos_abi::{ByteText, Effect, EffectKind, Facts, Label, PortIndex, Resource, Value};
use telos_policy::Permit;

const INFORMATION: PortIndex = PortIndex(0);
const SIZE: PortIndex = PortIndex(1);
const DATE: PortIndex = PortIndex(0);
const TIME: PortIndex = PortIndex(1);

/// `file.information`.
pub(super) struct Information<'h> {
    at: At<'h>,
    path: ByteText,
}

impl<'h> Information<'h> {
    pub(super) fn new(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        Ok(Self { at, path: path(call, 0)? })
    }
}

impl Step for Information<'_> {
    fn target(&self) -> Option<ByteText> {
        None
    }

    fn push(&mut self, _: PortIndex, _: &[u8]) -> Result<(), StepError> {
        Err("looking at a file takes no data".into())
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        let located = self.at.look(&self.path)?;
        Ok(vec![self.at.facts(&located, located.list_effect()?)])
    }

    fn label(&self) -> Result<Label, StepError> {
        Ok(self.at.host.label_of(&self.at.look(&self.path)?)?)
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        let permit = permits.into_iter().next().ok_or("an effect has no permit")?;
        let located = self.at.look(&self.path)?;
        let meta = self.at.host.look(permit, &located)?;
        let path = self.at.view(&located.path())?;
        let path = if path.is_empty() { b".".to_vec() } else { path };
        let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or(&[]);
        let mut table = String::from("name,path,size,modified,kind\n");
        cell(&mut table, &String::from_utf8_lossy(name));
        table.push(',');
        cell(&mut table, &String::from_utf8_lossy(&path));
        table.push_str(&format!(",{},{},{}\n", meta.size, time(meta.mtime_ns), kind_name(meta.kind)));
        out.chunk(INFORMATION, table.as_bytes())?;
        out.value(SIZE, Value::Int(i64::try_from(meta.size).unwrap_or(i64::MAX)))
    }
}

/// `file.exists`.
pub(super) struct Exists<'h> {
    at: At<'h>,
    path: ByteText,
}

impl<'h> Exists<'h> {
    pub(super) fn new(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        Ok(Self { at, path: path(call, 0)? })
    }
}

impl Step for Exists<'_> {
    fn target(&self) -> Option<ByteText> {
        None
    }

    fn push(&mut self, _: PortIndex, _: &[u8]) -> Result<(), StepError> {
        takes_no_data()
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        let located = self.at.look(&self.path)?;
        let effect = located.presence_effect();
        Ok(vec![self.at.facts(&located, effect)])
    }

    fn label(&self) -> Result<Label, StepError> {
        Ok(Label::BOTTOM)
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        let permit = next(&mut permits.into_iter())?;
        let there = self.at.host.exists(permit, &self.at.look(&self.path)?)?;
        out.value(PortIndex(0), Value::Bool(there))
    }
}

/// `clock.today`.
pub(super) struct Today<'h>(At<'h>);

impl<'h> Today<'h> {
    pub(super) fn new(at: At<'h>) -> Self {
        Self(at)
    }
}

impl Step for Today<'_> {
    fn target(&self) -> Option<ByteText> {
        None
    }

    fn push(&mut self, _: PortIndex, _: &[u8]) -> Result<(), StepError> {
        Err("the clock takes no data".into())
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        Ok(vec![(Effect { kind: EffectKind::Clock, resource: Resource::None }, Facts::default())])
    }

    fn label(&self) -> Result<Label, StepError> {
        Ok(Label::BOTTOM)
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        let permit = permits.into_iter().next().ok_or("an effect has no permit")?;
        let now = self.0.host.read_clock(permit)?;
        // The zone is the machine's setting, as in every other program; where there is none, UTC.
        let (date, time) = spelled(now.0, TimeZone::system())?;
        out.value(DATE, Value::Text(date))?;
        out.value(TIME, Value::Text(time))
    }
}

/// Date and RFC 3339 time, to the second, of milliseconds since the epoch.
fn spelled(now_ms: u64, zone: TimeZone) -> Result<(String, String), StepError> {
    let seconds = i64::try_from(now_ms / 1_000)?;
    let here = jiff::Timestamp::from_second(seconds)?.to_zoned(zone);
    Ok((here.strftime("%Y-%m-%d").to_string(), here.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_is_the_one_of_the_place() {
        let late_ms = 1_714_606_200_123;
        let east = TimeZone::fixed(jiff::tz::offset(2));
        let in_utc = ("2024-05-01".into(), "2024-05-01T23:30:00+00:00".into());
        assert_eq!(spelled(late_ms, TimeZone::UTC).expect("a date"), in_utc);
        let in_east = ("2024-05-02".into(), "2024-05-02T01:30:00+02:00".into());
        assert_eq!(spelled(late_ms, east).expect("a date"), in_east);
        assert!(spelled(u64::MAX, TimeZone::UTC).is_err());
    }
}
