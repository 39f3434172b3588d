//! Tables in aligned columns, cut to the width of the terminal.

use crate::text::{Glyphs, line, more, paint};
use crate::{TextStyle, printable};
use anstyle::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Widest cell, in columns; longer ones end in an ellipsis.
const CELL_COLUMNS_MAX: usize = 60;
/// Narrowest that a cell is cut to; what has no room then is counted.
const CELL_COLUMNS_MIN: usize = 8;
/// Widest cell that is left whole while longer ones can be cut: a name, a time, the id of a run.
const CELL_COLUMNS_KEPT: usize = 24;
/// Space between columns.
const GAP: &str = "  ";

/// Prints rows below a header that is set off by a rule. Numbers end where their column ends.
pub(crate) fn aligned(out: &mut String, columns: &[String], rows: &[Vec<String>], style: TextStyle) {
    let header: Vec<String> = columns.iter().map(|name| printable(name, false)).collect();
    let body: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| printable(cell, false)).collect()).collect();
    let widths: Vec<usize> = (0..header.len())
        .map(|index| body.iter().chain([&header]).filter_map(|row| row.get(index)).map(|cell| cell.width()).max())
        .map(|widest| widest.unwrap_or(0).min(CELL_COLUMNS_MAX))
        .collect();
    let widths = fitting(&widths, style.columns);
    let numeric: Vec<bool> = (0..widths.len())
        .map(|index| !body.is_empty() && body.iter().all(|row| row.get(index).is_some_and(|cell| is_number(cell))))
        .collect();
    let print = |row: &[String]| {
        let cells = row.iter().zip(&widths).zip(&numeric).map(|((cell, width), right)| {
            let cell = shorten(cell, *width, style.glyphs);
            let space = " ".repeat(width.saturating_sub(cell.width()));
            if *right { format!("{space}{cell}") } else { format!("{cell}{space}") }
        });
        cells.collect::<Vec<_>>().join(GAP).trim_end().to_owned()
    };
    line(out, &paint(&print(&header), Style::new().bold(), style));
    let rule = if style.glyphs == Glyphs::Unicode { "─" } else { "-" };
    let rules: Vec<String> = widths.iter().map(|width| rule.repeat(*width)).collect();
    line(out, &paint(&rules.join(GAP), Style::new().dimmed(), style));
    for row in &body {
        line(out, &print(row));
    }
    more(out, header.len() - widths.len(), "columns", style);
}

/// The widths that are left where the widest are cut until all fit, and the last dropped where that is not enough.
fn fitting(widths: &[usize], columns: usize) -> Vec<usize> {
    let cut = |widths: &[usize], kept: usize, most: usize| -> Vec<usize> {
        widths.iter().map(|width| if *width <= kept { *width } else { *width.min(&most) }).collect()
    };
    let fits = |cut: &Vec<usize>| cut.iter().sum::<usize>() + GAP.len() * cut.len().saturating_sub(1) <= columns;
    let room = |count: &usize| fits(&cut(&widths[..*count], 0, CELL_COLUMNS_MIN));
    let shown = (1..=widths.len()).rev().find(room).unwrap_or(1).min(widths.len());
    let ways = [CELL_COLUMNS_KEPT, 0]
        .into_iter()
        .flat_map(|kept| (CELL_COLUMNS_MIN..=CELL_COLUMNS_MAX).rev().map(move |most| (kept, most)));
    let found = ways.map(|(kept, most)| cut(&widths[..shown], kept, most)).find(fits);
    found.unwrap_or_else(|| cut(&widths[..shown], 0, CELL_COLUMNS_MIN))
}

/// The beginning of a text that takes at most `columns`, with a mark where some is left out.
fn shorten(text: &str, columns: usize, glyphs: Glyphs) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut used = 0;
    let kept = text.chars().take_while(|letter| {
        used += letter.width().unwrap_or(0);
        used < columns
    });
    let mut short: String = kept.collect();
    short.push(if glyphs == Glyphs::Unicode { '…' } else { '~' });
    short
}

fn is_number(cell: &str) -> bool {
    !cell.is_empty() && cell.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::{aligned, fitting, shorten};
    use crate::{Glyphs, TextStyle};
    use unicode_width::UnicodeWidthStr;

    const STYLE: TextStyle = TextStyle { terminal: true, colour: false, columns: 40, glyphs: Glyphs::Unicode };

    fn drawn(columns: &[&str], rows: &[&[&str]], style: TextStyle) -> String {
        let own = |row: &[&str]| row.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let mut out = String::new();
        aligned(&mut out, &own(columns), &rows.iter().map(|row| own(row)).collect::<Vec<_>>(), style);
        out
    }

    #[test]
    fn columns_line_up_and_numbers_stand_to_the_right() {
        let out = drawn(&["name", "size"], &[&["a", "10"], &["longer", "9"]], STYLE);
        assert_eq!(out, "name    size\n──────  ────\na         10\nlonger     9\n");
    }

    #[test]
    fn the_widest_are_cut_to_the_width_with_a_mark() {
        let long = "x".repeat(50);
        let out = drawn(&["a", "b", "c"], &[&["1", &long, "short"]], STYLE);
        assert!(out.lines().all(|line| line.width() <= STYLE.columns), "{out}");
        assert!(out.contains('…') && out.contains("short"), "{out}");
    }

    #[test]
    fn names_and_times_stay_whole_while_sentences_can_be_cut() {
        let (id, long) = ("01a1fd0a995ddc5e5b8e", "count the lines of every file below here");
        let out = drawn(&["run", "request"], &[&[id, long]], STYLE);
        assert!(out.contains(id) && out.contains("count the lines o…"), "{out}");
        assert_eq!(fitting(&[20, 20, 20], 40), [12, 12, 12]);
    }

    #[test]
    fn columns_without_room_are_counted() {
        let names: Vec<String> = (0..20).map(|number| format!("column-{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let out = drawn(&names, &[], STYLE);
        assert!(out.lines().all(|line| line.width() <= STYLE.columns), "{out}");
        assert!(out.contains("… and 16 more columns"), "{out}");
    }

    #[test]
    fn wide_letters_count_twice() {
        assert_eq!(shorten("日本語日本語", 5, Glyphs::Unicode), "日本…");
        assert_eq!(shorten("abc", 2, Glyphs::Ascii), "a~");
    }
}
