//! A state for each distinct combination of some columns.

use hashbrown::HashMap;
use hashbrown::hash_map::EntryRef;
use telos_pack::Failure;
use telos_table::{Header, Row, compare};

/// Most bytes that the groups' keys and states take.
const GROUPS_BYTES_MAX: usize = 64 << 20;
/// Bytes that a group takes beside its key.
const GROUP_BYTES: usize = 160;

fn account(taken: &mut usize, bytes: usize) -> Result<(), Failure> {
    *taken += bytes;
    if *taken > GROUPS_BYTES_MAX {
        let most = GROUPS_BYTES_MAX >> 20;
        return Err(Failure::Limit(format!("the groups take more than {most} MiB; filter first, or group by less")));
    }
    Ok(())
}

/// The groups of a table.
pub(crate) struct Groups<S> {
    by: Vec<String>,
    indices: Vec<usize>,
    states: HashMap<Vec<String>, S>,
    key: Vec<String>,
    bytes: usize,
}

impl<S: Default> Groups<S> {
    pub(crate) fn new(by: Vec<String>) -> Self {
        Self { by, indices: Vec::new(), states: HashMap::new(), key: Vec::new(), bytes: 0 }
    }

    /// Finds the columns; gives their names as the table spells them.
    pub(crate) fn header<'h>(&mut self, header: &'h Header) -> Result<Vec<&'h str>, Failure> {
        for column in &self.by {
            let index = header.find(column)?;
            if self.indices.contains(&index) {
                return Err(Failure::bad(format!("column `{column}` is named twice")));
            }
            self.indices.push(index);
        }
        Ok(self.indices.iter().map(|index| header.names()[*index].as_str()).collect())
    }

    /// The state of the group that a row belongs to.
    pub(crate) fn state(&mut self, row: Row<'_>) -> Result<&mut S, Failure> {
        self.key.resize(self.indices.len(), String::new());
        for (slot, index) in self.key.iter_mut().zip(&self.indices) {
            slot.clear();
            slot.push_str(row.get(*index));
        }
        match self.states.entry_ref(self.key.as_slice()) {
            EntryRef::Occupied(group) => Ok(group.into_mut()),
            EntryRef::Vacant(group) => {
                let key: usize = self.key.iter().map(|field| field.len() + 24).sum();
                account(&mut self.bytes, GROUP_BYTES + key)?;
                Ok(group.insert(S::default()))
            }
        }
    }

    /// Accounts for memory that a state took.
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), Failure> {
        account(&mut self.bytes, bytes)
    }

    /// Every group, in order of its key. A table that is not grouped has one, even without rows.
    pub(crate) fn finish(&mut self) -> Vec<(Vec<String>, S)> {
        if self.by.is_empty() && self.states.is_empty() {
            return vec![(Vec::new(), S::default())];
        }
        let mut groups: Vec<_> = self.states.drain().collect();
        groups.sort_by(|(a, _), (b, _)| {
            let fields = a.iter().zip(b).map(|(x, y)| compare(x, y)).find(|order| order.is_ne());
            fields.unwrap_or_else(|| a.cmp(b))
        });
        groups
    }
}
