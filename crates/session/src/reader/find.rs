//! Searching: window after window, from where one is to the end and on from the beginning, or the other way round.

use super::{Reader, SEEK_BYTES, Task, View};

/// Bytes of a window that is searched backwards: few enough that its last match is always among those listed.
const BACK_BYTES: u64 = 64 << 10;
/// Bytes by which windows overlap: a match may lie across two.
const OVERLAP_BYTES: u64 = 2 << 10;

/// A search under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Find {
    forward: bool,
    /// Forward, matches from here on are wanted; backward, those before.
    at: u64,
    /// Where it began: it ends there the second time.
    origin: u64,
    wrapped: bool,
    size: u64,
}

impl Find {
    /// The first match from `at` on in a file of this size.
    pub(super) fn from(at: u64, size: u64) -> Self {
        Self { forward: true, at, origin: at, wrapped: false, size }
    }

    /// The last match before `at`.
    pub(super) fn before(at: u64, size: u64) -> Self {
        Self { forward: false, at, origin: at, wrapped: false, size }
    }

    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Offset and length of the window to search.
    pub(super) fn window(&self) -> (u64, u64) {
        if self.forward {
            return (self.at, SEEK_BYTES);
        }
        let offset = self.at.saturating_sub(BACK_BYTES);
        (offset, self.at - offset + OVERLAP_BYTES)
    }

    /// Where to search on; `None` if everything was.
    fn on(mut self) -> Option<Self> {
        let (offset, length) = self.window();
        if self.forward {
            let end = offset.saturating_add(length);
            if end < self.size {
                self.at = end - OVERLAP_BYTES;
            } else if self.wrapped {
                return None;
            } else {
                (self.at, self.wrapped) = (0, true);
            }
            return Some(self).filter(|find| !find.wrapped || find.at < find.origin);
        }
        if offset > 0 {
            self.at = offset;
        } else if self.wrapped {
            return None;
        } else {
            (self.at, self.wrapped) = (self.size, true);
        }
        Some(self).filter(|find| !find.wrapped || find.at > find.origin)
    }
}

impl Reader {
    /// A window was searched.
    pub(super) fn searched(&mut self, find: Find, view: &View) {
        let found = match find.forward {
            true => view.matches.iter().find(|(start, _)| *start >= find.at),
            false => view.matches.iter().rev().find(|(start, _)| *start < find.at),
        };
        if let Some(&(start, end)) = found {
            self.found = Some((start, end));
            if find.wrapped {
                let way = if find.forward { "beginning" } else { "end" };
                self.message = Some(format!("searched on from the {way}"));
            }
            let in_sight = self.anchor() <= start && self.view.next.unwrap_or(self.view.size) > start;
            let in_sight = in_sight && !self.view.lines.is_empty();
            self.task = if in_sight { Task::Look(self.anchor()) } else { Task::Place(start) };
            return;
        }
        let find = Find { size: view.size, ..find };
        self.task = match find.on() {
            Some(find) => Task::Find(find),
            None => {
                self.message = Some(format!("“{}” is not in the file", self.pattern()));
                self.found = None;
                Task::Look(self.anchor())
            }
        };
    }

    /// Goes to the next match, or the last one.
    pub(super) fn find_next(&mut self, forward: bool) {
        if self.pattern().is_empty() {
            self.message = Some(String::from("nothing was searched for; / searches"));
            return;
        }
        let size = self.view.size;
        self.task = Task::Find(match (forward, self.found) {
            (true, Some((start, _))) => Find::from(start + 1, size),
            (true, None) => Find::from(self.anchor(), size),
            (false, Some((start, _))) => Find::before(start, size),
            (false, None) => Find::before(self.anchor(), size),
        });
    }

    /// The text that is searched for changed while it is typed: the first match from where one was.
    pub(super) fn find_as_typed(&mut self, origin: u64) {
        self.found = None;
        self.task = match self.pattern().is_empty() {
            true => Task::Look(origin),
            false => Task::Find(Find::from(origin, self.view.size)),
        };
    }
}
