//! Two tables as one.

use super::{COLUMNS_MAX, gives_table, whole};
use crate::{blob, choice, choose, column, count, input, list, output};
use telos_abi::{Descriptor, Refinement, Value};

pub(super) fn join() -> Descriptor {
    let builder = whole("table.join")
        .does("Join two tables: rows with equal values in the columns they share become one.", &["table", "join"])
        .words(&[
            "join",
            "joined",
            "join on",
            "merge on",
            "merge by",
            "match up",
            "combine by",
            "look up",
            "lookup",
            "vlookup",
            "link tables",
            "inner join",
            "left join",
            "outer join",
            "enrich",
            "relate",
        ])
        .examples(&[
            "join orders.csv and customers.csv on customer_id",
            "look up the price of each item of cart.csv in prices.csv",
            "left join people.csv with cities.csv by city",
            "merge sales.csv with regions.csv by region",
            "which orders have no customer: anti join orders.csv and customers.csv",
        ])
        .takes(
            input("left", blob(Refinement::Table), "first table, whose columns come first")
                .words(&["left", "first", "join", "rows", "table", "csv"]),
        )
        .takes(
            input("right", blob(Refinement::Table), "second table, which is looked up")
                .words(&["right", "second", "with", "and", "in", "table", "csv"]),
        )
        .takes(
            input("by", list(column(), COLUMNS_MAX), "columns that must be equal; none for all that both tables have")
                .default(Value::List(Vec::new()))
                .words(&["on", "by", "using", "via", "column", "key", "matching"]),
        )
        .takes(
            input(
                "kind",
                choice(&["anti", "inner", "left", "right", "outer"]),
                "which rows without a partner are kept; anti: only rows of the first table that have none",
            )
            .default(choose("inner"))
            .words(&["inner", "left", "right", "outer", "full", "keep all", "anti", "without a match"]),
        )
        .takes(
            input("right-by", list(column(), COLUMNS_MAX), "the same columns by their names in the second table")
                .default(Value::List(Vec::new()))
                .words(&["equals", "with its", "right column", "second column"]),
        );
    gives_table(builder, "the joined rows with the columns of both tables")
        .gives(output("count", count(0), "number of joined rows"))
        .fuel(5_000_000_000, 20_000)
        .produces(96 << 20, 0)
        .build()
}

pub(super) fn append() -> Descriptor {
    let builder = whole("table.append")
        .does("Put the rows of one table below those of another.", &["table", "row", "append"])
        .words(&[
            "append",
            "append rows",
            "concatenate",
            "stack",
            "union",
            "combine rows",
            "add the rows",
            "put together",
            "one table",
            "below each other",
            "merge the rows",
            "combine",
        ])
        .examples(&[
            "append new.csv to all.csv",
            "combine january.csv and february.csv into one table",
            "stack the rows of a.csv and b.csv",
            "concatenate the tables north.csv and south.csv",
        ])
        .takes(
            input("first", blob(Refinement::Table), "table whose rows come first")
                .words(&["to", "first", "rows", "table", "csv", "above"]),
        )
        .takes(
            input("second", blob(Refinement::Table), "table whose rows come after them")
                .words(&["append", "and", "second", "with", "table", "csv", "below"]),
        );
    gives_table(builder, "the rows of both tables; columns of the same name are one")
        .gives(output("count", count(0), "number of rows of both tables"))
        .fuel(5_000_000_000, 4_000)
        .produces(96 << 20, 0)
        .build()
}
