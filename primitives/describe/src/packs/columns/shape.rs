//! The columns themselves.

use super::{COLUMNS_MAX, gives_table, streaming, table, whole};
use crate::{column, count, input, line, list, output};
use telos_abi::Descriptor;

pub(super) fn columns() -> Descriptor {
    let builder = streaming("table.columns")
        .does("List the columns of a table with what kind of values they hold.", &["table", "column", "schema"])
        .words(&[
            "which columns",
            "what columns",
            "list columns",
            "column names",
            "names of columns",
            "columns does",
            "columns are",
            "columns in",
            "header",
            "headers",
            "schema",
            "structure",
            "how many columns",
            "number of columns",
            "field names",
            "data types",
        ])
        .examples(&[
            "which columns does sales.csv have",
            "list the column names of people.csv",
            "how many columns are in data.csv",
            "what is the schema of orders.csv",
            "what kind of values does each column hold",
        ])
        .takes(table());
    gives_table(builder, "table of the columns: `column`, `position` and `kind` (number, date, truth, text or empty)")
        .gives(output("count", count(0), "number of columns"))
        .fuel(50_000_000, 8_000)
        .produces(1 << 20, 16)
        .shown_by_structure()
        .build()
}

pub(super) fn rename() -> Descriptor {
    let builder = streaming("table.rename")
        .does("Give a column another name.", &["table", "column", "rename"])
        .words(&[
            "rename",
            "rename column",
            "call the column",
            "change the name",
            "relabel",
            "new name",
            "name the column",
            "change header",
        ])
        .examples(&[
            "rename the column amount to price",
            "rename qty to quantity in orders.csv",
            "call the column dob birthday",
            "change the name of the header mail to email",
        ])
        .takes(table())
        .takes(input("column", column(), "column to rename").words(&["column", "rename", "field", "header", "from"]))
        .takes(
            input("name", line(), "new name of the column").words(&["to", "into", "as", "called", "name", "new name"]),
        );
    gives_table(builder, "the table with the column renamed").fuel(50_000_000, 2_000).produces(1 << 20, 2).build()
}

pub(super) fn drop() -> Descriptor {
    let builder = streaming("table.drop")
        .does("Remove some columns and keep the others.", &["table", "column", "remove"])
        .words(&[
            "drop",
            "drop column",
            "remove column",
            "remove columns",
            "delete column",
            "without the column",
            "without",
            "all columns except",
            "all but",
            "except",
            "leave out",
            "omit",
            "hide column",
            "strip column",
        ])
        .examples(&[
            "drop the column notes from people.csv",
            "remove the columns email and phone",
            "staff.csv without salary",
            "show all columns except id",
            "leave out the comments field",
        ])
        .takes(table())
        .takes(
            input("columns", list(column(), COLUMNS_MAX), "columns to remove")
                .words(&["columns", "column", "fields", "without", "except", "but", "drop", "remove"]),
        );
    gives_table(builder, "the table with the other columns").fuel(50_000_000, 2_000).produces(1 << 20, 2).build()
}

pub(super) fn transpose() -> Descriptor {
    let builder = whole("table.transpose")
        .does("Turn a table around: rows become columns and columns rows.", &["table", "transpose"])
        .words(&[
            "transpose",
            "flip",
            "turn around",
            "rotate table",
            "swap rows and columns",
            "rows become columns",
            "columns become rows",
            "rows to columns",
            "columns to rows",
            "pivot the table sideways",
        ])
        .examples(&[
            "transpose matrix.csv",
            "swap rows and columns of results.csv",
            "flip the table on its side",
            "turn the rows of totals.csv into columns",
        ])
        .takes(table());
    gives_table(builder, "the table turned around; values of the first column name the new columns")
        .fuel(100_000_000, 4_000)
        .produces(1 << 20, 16)
        .build()
}
