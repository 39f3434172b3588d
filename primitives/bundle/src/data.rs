//! `data.compare`: whether two inputs are the same, and where they first differ.
//!
//! The inputs come in any turns. Of the one that is ahead the bytes are held that the other has not reached, up to a
//! limit; beyond it digests of blocks are, which tell the place less exactly.

use crate::blocks::{BLOCK_BYTES, Blocks};
use std::collections::VecDeque;
use telos_pack::{Args, Failure, Out, Running, Value};

/// Most bytes held. Growing takes half as much again for a moment.
const HELD_BYTES_MAX: usize = 256 << 20;

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn start(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Compare::new(HELD_BYTES_MAX)))
}

struct Compare {
    /// Most bytes held.
    limit: usize,
    /// Bytes that came on each side.
    came: [u64; 2],
    /// Bytes of the side that is ahead.
    held: VecDeque<u8>,
    /// Bytes found equal, and line feeds in them. Those that are known by digests do not count.
    equal: u64,
    line_feeds: u64,
    /// What came after the limit was reached, side by side; where it began.
    blocks: Option<(u64, [Blocks; 2])>,
    difference: Option<String>,
}

impl Compare {
    fn new(limit: usize) -> Self {
        Self { limit, came: [0; 2], held: VecDeque::new(), equal: 0, line_feeds: 0, blocks: None, difference: None }
    }

    /// Compares `bytes` with what is held and takes that away. `bytes` is not longer.
    fn against_held(&mut self, bytes: &[u8]) {
        let (front, back) = self.held.as_slices();
        let (first, second) = bytes.split_at(front.len().min(bytes.len()));
        let differs =
            first_difference(first, front).or_else(|| first_difference(second, back).map(|at| first.len() + at));
        let same = &bytes[..differs.unwrap_or(bytes.len())];
        self.equal += same.len() as u64;
        self.line_feeds += memchr::memchr_iter(b'\n', same).count() as u64;
        if differs.is_some() {
            self.tell(format!("differ at byte {} (line {})", self.equal + 1, self.line_feeds + 1));
        } else {
            self.held.drain(..bytes.len());
        }
    }

    fn tell(&mut self, difference: String) {
        self.difference = Some(difference);
        self.held = VecDeque::new();
        self.blocks = None;
    }

    /// Takes what is ahead of the other side.
    fn ahead(&mut self, side: usize, bytes: &[u8]) {
        let room = if self.blocks.is_some() { 0 } else { self.limit - self.held.len() };
        let (now, later) = bytes.split_at(room.min(bytes.len()));
        self.held.extend(now);
        if later.is_empty() {
            return;
        }
        let from = self.equal + self.held.len() as u64;
        let (from, blocks) = self.blocks.get_or_insert_with(|| (from, Default::default()));
        let from = *from;
        blocks[side].push(later);
        self.by_blocks(from);
    }

    /// Compares the blocks that are there on both sides.
    fn by_blocks(&mut self, from: u64) {
        let longer = self.came[0].max(self.came[1]);
        let Some((_, [first, second])) = &mut self.blocks else { return };
        let mut at = from;
        while let (Some(one), Some(other)) = (first.done.front(), second.done.front()) {
            if one != other {
                let end = longer.min(at + BLOCK_BYTES as u64);
                self.tell(format!("differ between byte {} and byte {end}", at + 1));
                return;
            }
            first.done.pop_front();
            second.done.pop_front();
            at += BLOCK_BYTES as u64;
        }
        if let Some((from, _)) = &mut self.blocks {
            *from = at;
        }
    }

    /// Both sides ended, and no difference was found as far as both go.
    fn ended(&mut self) -> String {
        if let Some((from, mut blocks)) = self.blocks.take() {
            // The last block of the shorter side is compared only where the longer one ends there too.
            if self.came[0] == self.came[1] {
                blocks.iter_mut().for_each(Blocks::finish);
            }
            self.blocks = Some((from, blocks));
            self.by_blocks(from);
        }
        if let Some(difference) = self.difference.take() {
            return difference;
        }
        let (shorter, name, other) = match self.came[0].cmp(&self.came[1]) {
            std::cmp::Ordering::Equal => return String::from("identical"),
            std::cmp::Ordering::Less => (self.came[0], "first", "second"),
            std::cmp::Ordering::Greater => (self.came[1], "second", "first"),
        };
        if shorter == 0 {
            return format!("the {name} is empty, the {other} is not");
        }
        let whole = self.equal == shorter;
        let line = if whole { format!(" (line {})", self.line_feeds + 1) } else { String::new() };
        let alike = if whole { "" } else { " at the latest" };
        format!("differ after byte {shorter}{line}{alike}, where the {name} ends")
    }
}

fn first_difference(one: &[u8], other: &[u8]) -> Option<usize> {
    let length = one.len().min(other.len());
    if one[..length] == other[..length] {
        return None;
    }
    one.iter().zip(other).position(|(one, other)| one != other)
}

impl Running for Compare {
    fn push(&mut self, port: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        let side = usize::from(port.min(1));
        let behind = self.came[1 - side].saturating_sub(self.came[side]);
        self.came[side] = self.came[side].saturating_add(chunk.len() as u64);
        if self.difference.is_some() {
            return Ok(());
        }
        let mut rest = chunk;
        if behind > 0 && !self.held.is_empty() {
            let (now, later) = rest.split_at(self.held.len().min(rest.len()));
            self.against_held(now);
            rest = later;
        }
        if !rest.is_empty() && self.difference.is_none() {
            self.ahead(side, rest);
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let difference = self.difference.take().unwrap_or_else(|| self.ended());
        out.value(0, &Value::Bool(difference == "identical"));
        out.value(1, &Value::Text(difference));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK_BYTES, Compare};
    use crate::PACK;
    use proptest::prelude::*;
    use telos_pack::testing::run_with;
    use telos_pack::{Out, Running, Value};

    fn compared(first: &[u8], second: &[u8], chunk: usize) -> String {
        let given = run_with(&PACK, "data.compare", &[(0, first), (1, second)], chunk, &[]).unwrap();
        let Value::Text(difference) = &given.values["difference"] else { panic!("not a text") };
        assert_eq!(given.values["same"], Value::Bool(first == second));
        difference.clone()
    }

    #[test]
    fn the_first_difference_is_told() {
        let cases = [
            ("", "", "identical"),
            ("a\nb\n", "a\nb\n", "identical"),
            ("a\nb\nxcd", "a\nb\nyce", "differ at byte 5 (line 3)"),
            ("", "a", "the first is empty, the second is not"),
            ("a", "", "the second is empty, the first is not"),
            ("ab\n", "ab\nc", "differ after byte 3 (line 2), where the first ends"),
            ("abc", "ab", "differ after byte 2 (line 1), where the second ends"),
            ("x", "abc", "differ at byte 1 (line 1)"),
        ];
        for (first, second, expected) in cases {
            for chunk in [1, 2, 100] {
                assert_eq!(compared(first.as_bytes(), second.as_bytes(), chunk), expected);
            }
        }
    }

    /// Pushes in turns that `turns` tells, with little that is held.
    fn in_turns(limit: usize, sides: [&[u8]; 2], turns: &[(bool, usize)]) -> String {
        let mut compare = Compare::new(limit);
        let mut rest = sides;
        let (mut out, rounds) = (Out::new(), turns.iter().copied().chain([(false, usize::MAX), (true, usize::MAX)]));
        for (second, length) in rounds {
            let side = usize::from(second);
            let (now, later) = rest[side].split_at(length.min(rest[side].len()));
            compare.push(u16::from(second), now, &mut out).unwrap();
            rest[side] = later;
        }
        compare.difference.take().unwrap_or_else(|| compare.ended())
    }

    #[test]
    fn what_is_too_long_to_be_held_is_compared_by_blocks() {
        let first = vec![b'a'; 5 * BLOCK_BYTES + 10];
        let mut second = first.clone();
        assert_eq!(in_turns(100, [&first, &second], &[]), "identical");
        second[3 * BLOCK_BYTES] = b'b';
        let expected = format!("differ between byte {} and byte {}", 2 * BLOCK_BYTES + 101, 3 * BLOCK_BYTES + 100);
        assert_eq!(in_turns(100, [&first, &second], &[]), expected);
        let mut last = first.clone();
        last[5 * BLOCK_BYTES + 9] = b'b';
        assert!(in_turns(100, [&first, &last], &[]).starts_with("differ between byte"));
        assert!(in_turns(100, [&first, &first[..first.len() - 1]], &[]).ends_with("where the second ends"));
    }

    proptest! {
        #[test]
        fn turns_and_limits_change_only_how_exactly_the_place_is_told(
            first in "[ab\n]{0,40}", changed in prop::option::of((any::<prop::sample::Index>(), 0..3_usize)),
            turns in prop::collection::vec((any::<bool>(), 0..12_usize), 0..20), limit in 0..50_usize,
        ) {
            let mut second = first.clone().into_bytes();
            match changed {
                Some((at, 0)) if !second.is_empty() => { let at = at.index(second.len()); second[at] = b'x'; }
                Some((at, 1)) => second.truncate(at.index(first.len() + 1)),
                Some((_, 2)) => second.push(b'y'),
                _ => {}
            }
            let told = in_turns(limit, [first.as_bytes(), &second], &turns);
            prop_assert_eq!(told == "identical", first.as_bytes() == second.as_slice());
            prop_assert_eq!(in_turns(1_000, [first.as_bytes(), &second], &turns), compared(first.as_bytes(), &second, 1_000));
        }
    }
}
