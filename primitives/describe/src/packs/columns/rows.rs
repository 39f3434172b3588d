//! Rows by what their fields hold, and fields that hold nothing.

use super::{COLUMNS_MAX, day_first, gives_table, some_columns, streaming, table, whole};
use crate::{Input, choice, choose, column, count, flag, input, line, list, output};
use telos_abi::{Descriptor, Value};

pub(super) fn distinct() -> Descriptor {
    let builder = whole("table.distinct")
        .does("Keep the first of rows that are equal, in all columns or in some.", &["table", "row", "unique"])
        .words(&[
            "distinct",
            "unique",
            "unique rows",
            "distinct rows",
            "different",
            "remove duplicates",
            "duplicate rows",
            "duplicates",
            "without duplicates",
            "dedupe",
            "deduplicate",
            "only once",
            "one row per",
            "first row for each",
            "distinct values",
        ])
        .examples(&[
            "remove duplicate rows from people.csv",
            "how many distinct customers are in orders.csv",
            "one row per email address in contacts.csv",
            "unique combinations of city and country",
            "dedupe data.csv by id",
        ])
        .takes(table())
        .takes(
            input("by", list(column(), COLUMNS_MAX), "columns that are compared; none for all")
                .default(Value::List(Vec::new()))
                .words(&["by", "per", "for each", "of", "distinct", "unique", "different", "combinations of", "same"]),
        );
    gives_table(builder, "the distinct rows, in the order they first occur")
        .gives(output("count", count(0), "number of distinct rows"))
        .fuel(50_000_000, 4_000)
        .produces(1 << 20, 2)
        .build()
}

pub(super) fn missing() -> Descriptor {
    let builder = streaming("table.missing")
        .does("Keep the rows that lack a value, in any column or in some.", &["table", "row", "missing", "filter"])
        .words(&[
            "missing",
            "rows with missing",
            "missing values",
            "incomplete",
            "incomplete rows",
            "blank",
            "blanks",
            "lacking",
            "lack",
            "no value",
            "not filled in",
            "null",
            "nulls",
            "gaps",
            "without an",
            "without a",
        ])
        .examples(&[
            "which rows of people.csv have missing values",
            "rows with a missing email",
            "how many entries are incomplete",
            "people without an address in contacts.csv",
            "orders where the date is blank",
        ])
        .takes(table())
        .takes(some_columns("columns that are looked at; none for any").words(&[
            "missing",
            "blank",
            "without",
            "lack",
            "lacking",
            "no",
            "column",
            "columns",
            "in",
            "incomplete",
        ]));
    gives_table(builder, "the rows that lack a value")
        .gives(output("count", count(0), "number of rows that lack a value"))
        .fuel(50_000_000, 2_000)
        .produces(1 << 20, 2)
        .build()
}

pub(super) fn missing_counts() -> Descriptor {
    let builder = streaming("table.missing-counts")
        .does("Count the missing values of each column.", &["table", "column", "missing", "count"])
        .words(&[
            "missing values per column",
            "count missing",
            "how many missing",
            "missing values",
            "missing per column",
            "missing counts",
            "empty cells",
            "blank cells",
            "nulls per column",
            "completeness",
            "data quality",
            "number of missing",
        ])
        .examples(&[
            "how many missing values are in each column of people.csv",
            "count the empty cells per column",
            "which column has the most missing values",
            "check data.csv for completeness",
        ])
        .takes(table())
        .takes(some_columns("columns to count in; none for all"));
    gives_table(builder, "table of the columns: `column` and `missing`, the number of rows that lack its value")
        .gives(output("count", count(0), "number of missing values in all columns together"))
        .fuel(50_000_000, 2_000)
        .produces(1 << 20, 16)
        .build()
}

fn ignore_case(unless_said: bool) -> Input {
    input("ignore-case", flag(), "whether upper and lower case are the same")
        .default(Value::Bool(unless_said))
        .words(&["ignore case", "ignoring case", "case insensitive", "regardless of case"])
}

pub(super) fn one_of() -> Descriptor {
    let builder = streaming("table.one-of")
        .does("Keep the rows whose column is one of several values.", &["table", "row", "filter", "any"])
        .words(&[
            "one of",
            "any of",
            "either",
            "is one of",
            "among",
            "is either",
            "in the list",
            "or",
            "whose value is any of",
        ])
        .examples(&[
            "orders whose country is one of France, Spain, Italy",
            "rows of tasks.csv where status is either open or blocked",
            "people whose city is any of Paris, Rome",
            "entries with a code among 404, 500, 503",
        ])
        .takes(table())
        .takes(input("column", column(), "column to compare").words(&["column", "where", "whose", "with", "field"]))
        .takes(
            input("values", list(line(), COLUMNS_MAX), "values to keep")
                .words(&["one of", "any of", "either", "or", "among", "values", "in", "is"]),
        )
        .takes(ignore_case(false));
    gives_table(builder, "the rows that were kept")
        .gives(output("count", count(0), "number of rows kept"))
        .fuel(50_000_000, 8_000)
        .produces(1 << 20, 2)
        .build()
}

pub(super) fn search() -> Descriptor {
    let builder = streaming("table.search")
        .does("Keep the rows in which a text occurs, in any column or in some.", &["table", "row", "filter", "search"])
        .words(&[
            "rows that mention",
            "rows about",
            "rows with",
            "entries that mention",
            "anywhere in the row",
            "in any column",
            "mentioning",
        ])
        .examples(&[
            "rows of orders.csv that mention Berlin",
            "entries about printers in tickets.csv",
            "which rows of staff.tsv have Wei anywhere",
            "look for acme in any column of invoices.csv",
        ])
        .takes(table())
        .takes(input("pattern", line(), "text to look for").words(&[
            "mention",
            "mentioning",
            "about",
            "with",
            "for",
            "containing",
            "text",
        ]))
        .takes(some_columns("columns to look in; all if none is given"))
        .takes(ignore_case(true))
        .takes(
            input("invert", flag(), "keep the rows in which it does not occur").default(Value::Bool(false)).words(&[
                "without",
                "except",
                "not about",
            ]),
        );
    gives_table(builder, "the rows that were kept")
        .gives(output("count", count(0), "number of rows kept"))
        .fuel(50_000_000, 8_000)
        .produces(1 << 20, 2)
        .build()
}

pub(super) fn between() -> Descriptor {
    let builder = streaming("table.between")
        .does(
            "Keep the rows whose column lies between two numbers, dates or times of day, both included.",
            &["table", "row", "filter", "range"],
        )
        .words(&[
            "between",
            "range",
            "from to",
            "in the range",
            "within",
            "date range",
            "time range",
            "period",
            "since until",
            "ranging from",
        ])
        .examples(&[
            "rows of sales.csv with a price between 10 and 20",
            "orders between 2024-01-01 and 2024-03-31",
            "people whose age is from 18 to 30",
            "entries of the log between 10:00 and 11:30",
            "how many bookings were made between 2024-05 and 2024-07",
        ])
        .takes(table())
        .takes(
            input("from", line(), "least value: number, date or time of day")
                .words(&["between", "from", "since", "after"]),
        )
        .takes(
            input("to", line(), "greatest value: number, date or time of day")
                .words(&["and", "to", "until", "till", "through", "before"]),
        )
        .takes(
            input("column", list(column(), 1), "column to compare; none for the first that holds dates")
                .default(Value::List(Vec::new()))
                .words(&["column", "where", "whose", "with", "field", "a", "by"]),
        )
        .takes(day_first());
    gives_table(builder, "the rows between both values")
        .gives(output("count", count(0), "number of rows between both values"))
        .fuel(50_000_000, 6_000)
        .produces(1 << 20, 2)
        .build()
}

pub(super) fn fill() -> Descriptor {
    let builder = whole("table.fill")
        .does("Fill in missing values.", &["table", "column", "missing", "fill"])
        .words(&[
            "fill",
            "fill in",
            "fill missing",
            "fill gaps",
            "fill blanks",
            "fill down",
            "impute",
            "replace missing",
            "replace blanks",
            "replace empty",
            "missing values with",
            "default value",
            "forward fill",
            "carry forward",
        ])
        .examples(&[
            "fill the missing values of data.csv with 0",
            "replace blanks in the city column with unknown",
            "fill the gaps with the previous value",
            "impute missing ages with the mean",
            "fill down the category column",
        ])
        .takes(table())
        .takes(
            input("value", line(), "value to fill in; none for what the method gives")
                .default(Value::Text(String::new()))
                .words(&["with", "by", "as", "value"]),
        )
        .takes(
            input("method", choice(&["zero", "previous", "mean"]), "what is filled in where no value is given")
                .default(choose("zero"))
                .words(&["with", "by", "the", "zero", "previous", "last", "down", "forward", "mean", "average"]),
        )
        .takes(
            some_columns("columns to fill; none for all").words(&["column", "columns", "in", "of", "missing", "field"]),
        );
    gives_table(builder, "the table with missing values filled in")
        .gives(output("count", count(0), "number of values filled in"))
        .fuel(50_000_000, 6_000)
        .produces(1 << 20, 300)
        .build()
}
