//! `reader.render`: rows and matches as the view that a surface shows, and the session goes on from.

use crate::rows::{Collected, number, tables, text};
use serde_json::{Value as Json, json};
use telos_pack::{Args, Failure, Running};

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (size, feeds, first) = (args.count(2)?, args.count(3)?, args.count(4)?);
    Ok(tables(move |[rows, matches]: [Collected; 2], out| {
        let matches: Vec<Json> = matches.rows.iter().map(|row| json!([number(row, 0), number(row, 1)])).collect();
        let view = json!({
            "size": size,
            "feeds": feeds,
            "lines": lines(&rows, first),
            "above": above(&rows),
            "next": rows.rows.iter().find(|row| text(row, 2) == "next").map(|row| number(row, 0)),
            "matches": matches,
        });
        out.bytes(0, view.to_string().into_bytes());
        Ok(())
    }))
}

/// The shown rows, with the numbers of their lines if that of the first is known.
fn lines(rows: &Collected, first: u64) -> Vec<Json> {
    let shown = rows.rows.iter().filter(|row| text(row, 2) == "shown");
    let mut line = first;
    let numbered = shown.enumerate().map(|(at, row)| {
        let starts = text(row, 1) == "1";
        if at > 0 && starts && first > 0 {
            line += 1;
        }
        let marks: Vec<Json> = text(row, 4).split(' ').filter_map(range).collect();
        json!({"offset": number(row, 0), "line": line, "starts": starts, "text": text(row, 3), "marks": marks})
    });
    numbered.collect()
}

fn range(mark: &str) -> Option<Json> {
    let (from, to) = mark.split_once('-')?;
    Some(json!([from.parse::<u64>().ok()?, to.parse::<u64>().ok()?]))
}

/// Where the rows above the first shown begin, from near to far, and whether a line begins there.
fn above(rows: &Collected) -> Vec<Json> {
    let above = rows.rows.iter().rev().filter(|row| text(row, 2) == "above");
    above.map(|row| json!([number(row, 0), text(row, 1) == "1"])).collect()
}
