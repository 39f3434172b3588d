//! Whether two sequences can be compared in reasonable time.
//!
//! The search for the shortest way between two texts is cut short where it takes too long, but its cost still grows
//! faster than the texts. It is let loose on few lines, and on many only where there are few differences.

use hashbrown::HashSet;

/// Lines that are compared whatever their order.
const EASY_LINES: usize = 1 << 18;
/// Most lines to be removed and added for the rest.
const DISTANCE_MAX: usize = 400;

/// Whether numbered lines are too many for how much they differ.
pub(crate) fn too_far(old: &[usize], new: &[usize]) -> bool {
    let prefix = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[prefix..], &new[prefix..]);
    let suffix = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[..old.len() - suffix], &new[..new.len() - suffix]);
    if old.len().max(new.len()) <= EASY_LINES {
        return false;
    }
    // Lines that the other text lacks take no part in the search.
    let (in_old, in_new): (HashSet<_>, HashSet<_>) = (old.iter().collect(), new.iter().collect());
    let old: Vec<usize> = old.iter().copied().filter(|line| in_new.contains(line)).collect();
    let new: Vec<usize> = new.iter().copied().filter(|line| in_old.contains(line)).collect();
    old.len().max(new.len()) > EASY_LINES && farther(&old, &new, DISTANCE_MAX)
}

/// Whether more than `most` removals and additions make `new` from `old`: Myers' greedy search (1986), given up early.
fn farther(old: &[usize], new: &[usize], most: usize) -> bool {
    // For each diagonal, which is the lines taken of `old` less those of `new`, the most lines taken of `old`.
    let mut reached = vec![0_usize; 2 * most + 3];
    let middle = most + 1;
    for distance in 0..=most {
        for diagonal in (middle - distance..=middle + distance).step_by(2) {
            let (below, above) = (reached[diagonal - 1], reached[diagonal + 1]);
            let first = diagonal == middle - distance;
            let last = diagonal == middle + distance;
            let mut taken = if first || !last && below < above { above } else { below + 1 };
            if distance == 0 {
                taken = 0;
            }
            let Some(mut other) = (taken + middle).checked_sub(diagonal) else { continue };
            while taken < old.len() && other < new.len() && old[taken] == new[other] {
                taken += 1;
                other += 1;
            }
            if taken >= old.len() && other >= new.len() {
                return false;
            }
            reached[diagonal] = taken;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Removals and additions by the table that every textbook has.
    fn distance(old: &[usize], new: &[usize]) -> usize {
        let mut row: Vec<usize> = (0..=new.len()).collect();
        for (at, a) in old.iter().enumerate() {
            let mut corner = std::mem::replace(&mut row[0], at + 1);
            for (place, b) in new.iter().enumerate() {
                let best = if a == b { corner } else { 1 + row[place].min(row[place + 1]) };
                corner = std::mem::replace(&mut row[place + 1], best);
            }
        }
        row[new.len()]
    }

    #[test]
    fn many_lines_may_differ_little() {
        let old: Vec<usize> = (0..EASY_LINES * 2).map(|line| line % 7).collect();
        let mut new = old.clone();
        new[1] = 3;
        new[EASY_LINES] = 99;
        new.remove(EASY_LINES * 2 - 2);
        assert!(!too_far(&old, &new));
        let shuffled: Vec<usize> = (0..EASY_LINES * 2).map(|line| line * line % 7).collect();
        assert!(too_far(&old, &shuffled));
    }

    proptest! {
        #[test]
        fn the_distance_is_bounded_exactly(
            old in prop::collection::vec(0..4_usize, 0..15), new in prop::collection::vec(0..4_usize, 0..15), most in 0..20_usize,
        ) {
            prop_assert_eq!(farther(&old, &new, most), distance(&old, &new) > most);
        }
    }
}
