//! `text.index`: where a text occurs in the pieces of a window.
//!
//! Case does not matter unless the text has capitals. A match lies within one piece: within one line, and without broken
//! bytes.

use crate::rows::{Collected, number, tables, text};
use memchr::memmem::Finder;
use telos_pack::{Args, Failure, Running};
use telos_table::write_row;

/// Most matches of one window.
const MATCHES_MAX: usize = 1 << 16;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let pattern = args.text(1)?;
    let exact = pattern.chars().any(char::is_uppercase);
    let wanted = if exact { pattern } else { folded(&pattern).0 };
    Ok(tables(move |[pieces]: [Collected; 1], out| {
        let mut table = b"start,end\n".to_vec();
        let finder = Finder::new(wanted.as_bytes());
        let mut count = 0;
        for row in pieces.rows.iter().filter(|_| !wanted.is_empty()) {
            let (offset, line) = (number(row, 0), text(row, 1));
            let (searched, places) = if exact { (line.to_owned(), None) } else { fold_places(line) };
            let mut from = 0;
            while let Some(found) = finder.find(&searched.as_bytes()[from..]) {
                let start = from + found;
                let end = start + wanted.len();
                from = end;
                let place = |at: usize| match &places {
                    Some(places) => places.get(at).copied().unwrap_or(line.len()),
                    None => at,
                };
                count += 1;
                if count <= MATCHES_MAX {
                    let [start, end] = [place(start), place(end)].map(|at| (offset + at as u64).to_string());
                    write_row(&mut table, [start.as_str(), end.as_str()]);
                }
            }
        }
        out.bytes(0, table);
        out.count(1, count as u64);
        Ok(())
    }))
}

/// The text with case folded; and if that moves bytes, the byte of the text that each folded byte comes from.
fn fold_places(line: &str) -> (String, Option<Vec<usize>>) {
    if line.is_ascii() {
        return (line.to_ascii_lowercase(), None);
    }
    let (folded, places) = folded(line);
    (folded, Some(places))
}

fn folded(line: &str) -> (String, Vec<usize>) {
    let mut out = String::with_capacity(line.len());
    let mut places = Vec::with_capacity(line.len());
    for (at, letter) in line.char_indices() {
        for lower in letter.to_lowercase() {
            out.push(lower);
            places.resize(out.len(), at);
        }
    }
    (out, places)
}
