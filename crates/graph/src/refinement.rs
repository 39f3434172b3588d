//! The declared order of refinements: what knowing one property of bytes says about others.
//!
//! ```text
//!                    bytes
//!                      │
//!                     utf8
//!    ┌─────┬─────┬──────┼────────┬─────┐
//!  json  table  svg  html-safe  regex  line        json-query ⇒ utf8
//!                                       │
//!                              ┌────────┼─────┐
//!                            column    hex   url
//!  html, markdown, xml, yaml, toml ⇒ utf8; image, bundle ⇒ bytes
//!  path ⇒ bytes: a Linux path is any bytes but NUL, and may hold a line feed.
//! ```
//! As a *text* a path is UTF-8 all the same: every `Type::Text` is. That belongs to the type, not to the order.

use telos_abi::Refinement;

/// For each refinement, by discriminant, the ones it implies directly.
const DIRECT: [&[Refinement]; Refinement::ALL.len()] = [
    &[],                  // bytes
    &[Refinement::Bytes], // utf8
    &[Refinement::Utf8],  // line
    &[Refinement::Utf8],  // json
    &[Refinement::Utf8],  // table
    &[Refinement::Utf8],  // svg
    &[Refinement::Utf8],  // html-safe
    &[Refinement::Bytes], // path
    &[Refinement::Utf8],  // regex
    &[Refinement::Line],  // column
    &[Refinement::Utf8],  // json-query
    &[Refinement::Line],  // hex
    &[Refinement::Line],  // url
    &[Refinement::Utf8],  // html
    &[Refinement::Utf8],  // markdown
    &[Refinement::Utf8],  // xml
    &[Refinement::Utf8],  // yaml
    &[Refinement::Utf8],  // toml
    &[Refinement::Bytes], // image
    &[Refinement::Bytes], // bundle
];

/// For each refinement the set of all it implies, itself included, one bit each.
const CLOSURE: [u32; Refinement::ALL.len()] = closure();

const fn closure() -> [u32; Refinement::ALL.len()] {
    let mut sets = [0_u32; Refinement::ALL.len()];
    let mut round = 0;
    // The order is shallower than it has elements, so this many rounds reach the fixed point.
    while round < sets.len() {
        let mut index = 0;
        while index < sets.len() {
            sets[index] |= 1 << index;
            let mut next = 0;
            while next < DIRECT[index].len() {
                sets[index] |= sets[DIRECT[index][next] as usize];
                next += 1;
            }
            index += 1;
        }
        round += 1;
    }
    sets
}

/// Whether bytes known to be `stronger` are thereby known to be `weaker`. Reflexive, transitive, antisymmetric. O(1).
#[must_use]
pub const fn implies(stronger: Refinement, weaker: Refinement) -> bool {
    CLOSURE[stronger as usize] & (1 << weaker as usize) != 0
}

/// Whether the property says more than the encoding does, so that somebody must have checked or produced it (R2).
#[must_use]
pub const fn needs_introduction(refinement: Refinement) -> bool {
    !matches!(refinement, Refinement::Bytes | Refinement::Utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_partial_order_with_bytes_at_the_top() {
        for a in Refinement::ALL {
            assert!(implies(a, a));
            assert!(implies(a, Refinement::Bytes));
            for b in Refinement::ALL {
                assert!(a == b || !(implies(a, b) && implies(b, a)), "{a:?} {b:?}");
                for c in Refinement::ALL {
                    assert!(!(implies(a, b) && implies(b, c)) || implies(a, c));
                }
            }
        }
    }

    #[test]
    fn declared_implications_hold_and_others_do_not() {
        assert!(implies(Refinement::Column, Refinement::Utf8));
        assert!(implies(Refinement::Hex, Refinement::Line));
        assert!(!implies(Refinement::HtmlSafe, Refinement::Line));
        assert!(!implies(Refinement::Path, Refinement::Line));
        assert!(!implies(Refinement::Json, Refinement::Table));
        assert!(!implies(Refinement::Utf8, Refinement::Json));
    }

    #[test]
    fn the_table_is_indexed_by_discriminant() {
        for (index, refinement) in Refinement::ALL.into_iter().enumerate() {
            assert_eq!(index, refinement as usize);
        }
    }
}
