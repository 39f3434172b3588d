//! The run's table of host resources. A handle is an index into it and means nothing elsewhere.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use telos_abi::{ByteText, Handle, HandleKind, Value};

/// What handles stand for.
#[derive(Debug, Default)]
pub(crate) struct Handles(Mutex<Vec<(HandleKind, ByteText)>>);

impl Handles {
    pub(crate) fn mint(&self, kind: HandleKind, path: ByteText) -> Handle {
        let mut table = self.table();
        // The table is filled by listings of at most a million entries and graphs of at most ten thousand nodes.
        let index = u32::try_from(table.len()).unwrap_or(u32::MAX);
        table.push((kind, path));
        Handle(index)
    }

    pub(crate) fn path(&self, handle: Handle) -> Option<ByteText> {
        self.get(handle, |(_, path)| path.clone())
    }

    pub(crate) fn kind(&self, handle: Handle) -> Option<HandleKind> {
        self.get(handle, |(kind, _)| *kind)
    }

    fn get<T>(&self, handle: Handle, take: impl FnOnce(&(HandleKind, ByteText)) -> T) -> Option<T> {
        let table = self.table();
        usize::try_from(handle.0).ok().and_then(|index| table.get(index)).map(take)
    }

    fn table(&self) -> MutexGuard<'_, Vec<(HandleKind, ByteText)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds every handle in `value` to `found`. Not recursive: values come from outside.
pub(crate) fn collect(value: &Value, found: &mut BTreeSet<Handle>) {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Handle(handle) => {
                found.insert(*handle);
            }
            Value::List(items) => open.extend(items),
            Value::Record(fields) => open.extend(fields.values()),
            Value::Variant(_, inner) => open.push(inner),
            _ => {}
        }
    }
}
