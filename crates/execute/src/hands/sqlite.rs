//! Databases, which are held whole: a page of one may be anywhere in it.

use crate::{HostCall, Sink, Step, StepError};
use telos_abi::{ByteText, Effect, Facts, Label, PortIndex, Value};
use telos_policy::Permit;
use telos_sqlite::{Database, Limits, make};

const FIRST: PortIndex = PortIndex(0);
const COUNT: PortIndex = PortIndex(1);
/// Bytes of a result that are handed on at once.
const PIECE_BYTES: usize = telos_abi::limit::CHUNK_BYTES;

/// Data that is gathered, up to the size of a database.
#[derive(Default)]
struct Gathered(Vec<u8>);

impl Gathered {
    fn push(&mut self, chunk: &[u8]) -> Result<(), StepError> {
        let most = Limits::default().image_bytes;
        if chunk.len() > most - self.0.len().min(most) {
            return Err(format!("a database may have at most {} MiB", most >> 20).into());
        }
        self.0.extend_from_slice(chunk);
        Ok(())
    }
}

/// What is wanted of a database.
enum Wanted {
    Tables,
    Schema(Option<String>),
    Table(Option<String>),
    Query(String),
}

/// `sqlite.tables`, `sqlite.schema`, `sqlite.table`, `sqlite.query`.
pub(super) struct Read {
    image: Gathered,
    wanted: Wanted,
}

impl Read {
    pub(super) fn tables() -> Self {
        Self { image: Gathered::default(), wanted: Wanted::Tables }
    }

    pub(super) fn schema(call: &HostCall<'_>) -> Self {
        Self { image: Gathered::default(), wanted: Wanted::Schema(said(call, 1)) }
    }

    pub(super) fn table(call: &HostCall<'_>) -> Self {
        Self { image: Gathered::default(), wanted: Wanted::Table(said(call, 1)) }
    }

    pub(super) fn query(call: &HostCall<'_>) -> Result<Self, StepError> {
        let query = said(call, 1).ok_or("there is no query; write one like SELECT * FROM a_table")?;
        Ok(Self { image: Gathered::default(), wanted: Wanted::Query(query) })
    }
}

/// A text argument, if it says anything.
fn said(call: &HostCall<'_>, input: usize) -> Option<String> {
    match call.arguments.get(input).copied().flatten() {
        Some(Value::Text(text)) if !text.trim().is_empty() => Some(text.clone()),
        _ => None,
    }
}

fn give(out: &mut dyn Sink, bytes: &[u8]) -> Result<(), StepError> {
    for piece in bytes.chunks(PIECE_BYTES) {
        out.chunk(FIRST, piece)?;
    }
    Ok(())
}

impl Step for Read {
    fn target(&self) -> Option<ByteText> {
        None
    }

    fn push(&mut self, _: PortIndex, chunk: &[u8]) -> Result<(), StepError> {
        self.image.push(chunk)
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        Ok(Vec::new())
    }

    fn label(&self) -> Result<Label, StepError> {
        Ok(Label::BOTTOM)
    }

    fn act(self: Box<Self>, _: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        let database = Database::load(self.image.0).map_err(|error| told(&error))?;
        let (bytes, count) = match &self.wanted {
            Wanted::Schema(table) => {
                return give(out, database.schema(table.as_deref()).map_err(|error| told(&error))?.as_bytes());
            }
            Wanted::Tables => database.tables().map(|(bytes, count)| (bytes, count as u64)),
            Wanted::Table(name) => database.table(name.as_deref()),
            Wanted::Query(sql) => database.query(sql),
        }
        .map_err(|error| told(&error))?;
        give(out, &bytes)?;
        out.value(COUNT, Value::Int(i64::try_from(count).unwrap_or(i64::MAX)))
    }
}

/// `sqlite.make`.
pub(super) struct Make {
    rows: Gathered,
    table: String,
}

impl Make {
    pub(super) fn new(call: &HostCall<'_>) -> Self {
        Self { rows: Gathered::default(), table: said(call, 1).unwrap_or_default() }
    }
}

impl Step for Make {
    fn target(&self) -> Option<ByteText> {
        None
    }

    fn push(&mut self, _: PortIndex, chunk: &[u8]) -> Result<(), StepError> {
        self.rows.push(chunk)
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        Ok(Vec::new())
    }

    fn label(&self) -> Result<Label, StepError> {
        Ok(Label::BOTTOM)
    }

    fn act(self: Box<Self>, _: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        give(out, &make(&self.rows.0, &self.table).map_err(|error| told(&error))?)
    }
}

fn told(error: &telos_sqlite::SqliteError) -> StepError {
    error.to_string().into()
}
