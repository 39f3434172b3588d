//! `directory.tree`: paths of files as the tree that they are in.

use crate::pick::within_limit;
use std::collections::BTreeMap;
use telos_pack::{Args, Failure, Out, Running};
use telos_table::{Header, Row, StreamedTable, TableSink};

/// Deepest directory that is drawn; what is deeper stands in one line with its directories.
const DEPTH_MAX: usize = 64;

pub(crate) fn start(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(StreamedTable::new(Tree::default())))
}

/// A directory, or a file if nothing is in it.
#[derive(Default)]
struct Place {
    within: BTreeMap<String, Place>,
}

#[derive(Default)]
struct Tree {
    path: usize,
    top: Place,
    bytes: usize,
}

impl TableSink for Tree {
    fn header(&mut self, header: &Header, _: &mut Vec<u8>) -> Result<(), Failure> {
        self.path = header.find("path")?;
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, _: &mut Vec<u8>) -> Result<(), Failure> {
        let path = row.get(self.path).replace(['\n', '\r'], "\u{fffd}");
        self.bytes += path.len() + size_of::<Place>();
        within_limit(self.bytes, "paths")?;
        let mut place = &mut self.top;
        for part in path.splitn(DEPTH_MAX, '/').filter(|part| !part.is_empty()) {
            place = place.within.entry(part.to_owned()).or_default();
        }
        Ok(())
    }

    fn end(&mut self, written: &mut Vec<u8>, _: &mut Out) -> Result<(), Failure> {
        draw(&self.top, "", written);
        Ok(())
    }
}

/// Draws what is within a place, each line after `before`. Depth is bounded, so the stack is.
fn draw(place: &Place, before: &str, written: &mut Vec<u8>) {
    let last = place.within.len();
    for (number, (name, inner)) in (1..).zip(&place.within) {
        let (branch, below) = if number == last { ("└── ", "    ") } else { ("├── ", "│   ") };
        let slash = if inner.within.is_empty() { "" } else { "/" };
        written.extend_from_slice(format!("{before}{branch}{name}{slash}\n").as_bytes());
        draw(inner, &format!("{before}{below}"), written);
    }
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use telos_pack::Failure;
    use telos_pack::testing::run;

    fn drawn(table: &str) -> Result<String, Failure> {
        run(&PACK, "directory.tree", table.as_bytes(), 3, &[]).map(|given| given.text("tree"))
    }

    #[test]
    fn files_hang_below_their_directories() {
        let table = "size,path\n1,b/z.txt\n2,a.txt\n3,b/c/y.txt\n4,\"b/new\nline\"\n";
        let tree = "├── a.txt\n└── b/\n    ├── c/\n    │   └── y.txt\n    ├── new\u{fffd}line\n    └── z.txt\n";
        assert_eq!(drawn(table), Ok(tree.to_owned()));
        assert_eq!(drawn("path\n"), Ok(String::new()));
    }

    #[test]
    fn the_deepest_paths_stay_within_the_stack() {
        let deep = format!("path\n{}\n", "a/".repeat(30_000));
        assert_eq!(drawn(&deep).map(|tree| tree.lines().count()), Ok(super::DEPTH_MAX));
    }
}
