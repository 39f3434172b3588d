//! Reproducible choices: SplitMix64 (Steele, Lea and Flood 2014).

/// A stream of choices.
pub(super) struct Seed(u64);

impl Seed {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `limit`, which is not zero.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        let limit = limit.max(1) as u64;
        usize::try_from(self.next() % limit).unwrap_or(0)
    }

    pub(super) fn flag(&mut self) -> bool {
        self.below(2) == 1
    }

    pub(super) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    /// Up to `most` pieces, joined.
    pub(super) fn text(&mut self, most: usize, pieces: &[&str]) -> String {
        let count = self.below(most + 1);
        (0..count).map(|_| self.pick(pieces)).collect()
    }

    /// Lines of letters that cross chunks, repeat, are empty, lack the last line feed, and are not ASCII.
    pub(super) fn lines(&mut self) -> String {
        self.text(400, &["a", "b", "B", "ab", "foo", " ", "é", "€", "1", "-2", "10", "\n", "\n", "a b\n", "foo\n"])
    }
}
