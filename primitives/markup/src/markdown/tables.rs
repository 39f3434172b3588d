//! `markdown.tables`: one of a document's tables.

use super::{Plain, events};
use crate::whole::{Table, distinct, one};
use pulldown_cmark::{Event, Tag, TagEnd};
use telos_pack::{Args, Failure, Running};

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let number = args.count(1)?;
    Ok(one(move |text, out| {
        let (mut found, mut count) = (None, 0);
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut plain = Plain::default();
        for (event, _) in events(text)? {
            match event {
                Event::Start(Tag::Table(_)) => count += 1,
                Event::Start(Tag::TableHead | Tag::TableRow) if count == number => rows.push(Vec::new()),
                Event::Start(Tag::TableCell) => drop(plain.line()),
                Event::End(TagEnd::TableCell) if count == number => {
                    if let Some(row) = rows.last_mut() {
                        row.push(plain.line());
                    }
                }
                Event::End(TagEnd::Table) if count == number => found = Some(std::mem::take(&mut rows)),
                inside => plain.take(&inside),
            }
        }
        let rows = found.ok_or_else(|| crate::whole::no_table(number, count))?;
        let mut rows = rows.into_iter();
        let names = distinct(rows.next().unwrap_or_default());
        let mut table = Table::new(names.iter().map(String::as_str));
        for row in rows {
            table.row((0..names.len()).map(|index| row.get(index).map_or("", String::as_str)))?;
        }
        let rows = table.give(0, out);
        out.count(1, rows);
        out.count(2, count);
        Ok(())
    }))
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use telos_pack::testing::{Given, run};
    use telos_pack::{Failure, Value};

    fn table(markdown: &str, number: i64) -> Result<Given, Failure> {
        run(&PACK, "markdown.tables", markdown.as_bytes(), 7, &[("number", Value::Int(number))])
    }

    #[test]
    fn a_table_is_chosen_by_its_number() {
        let markdown = "| a | *b* | a |\n|:--|--:|---|\n| 1 | `x|y` \\| z | |\n| only |\n\ntext\n\n|c|\n|-|\n";
        let first = table(markdown, 1).unwrap();
        assert_eq!(first.text("table"), "a,b,a-2\n1,`x,y` | z\nonly,,\n");
        assert_eq!((first.int("rows"), first.int("count")), (Some(2), Some(2)));
        assert_eq!(table(markdown, 2).unwrap().text("table"), "c\n");
        assert!(table(markdown, 3).unwrap_err().to_string().contains("2 tables"));
        assert!(table("none", 1).unwrap_err().to_string().contains("no table"));
    }

    #[test]
    fn wide_tables_end() {
        let wide = format!("{}\n{}\n{}\n", "|a".repeat(20_000), "|-".repeat(20_000), "|b\n".repeat(20_000));
        assert!(matches!(table(&wide, 1), Ok(_) | Err(Failure::Limit(_))));
    }
}
