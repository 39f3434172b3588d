//! Pack `table`: delimited text to canonical tables, and what is done with them.

use super::{STREAM_BYTES, WHOLE_BYTES};
use crate::{Builder, Input, blob, choice, choose, column, count, flag, input, line, list, output, primitive};
use telos_abi::{Descriptor, Refinement, Value};

/// Most columns that one call selects or groups by.
const COLUMNS_MAX: u32 = 256;

/// The pack's descriptors.
#[must_use]
pub fn descriptors() -> Vec<Descriptor> {
    vec![
        parse(),
        filter(),
        filter_columns(),
        select(),
        count_rows(),
        aggregate(),
        sort(),
        top(),
        to_json(),
        format(),
        head(),
        tail(),
    ]
}

fn streaming(name: &str) -> Builder {
    primitive(name).memory(STREAM_BYTES).wall_ms(600_000)
}

fn whole(name: &str) -> Builder {
    primitive(name).memory(WHOLE_BYTES).wall_ms(120_000)
}

fn table() -> Input {
    input("table", blob(Refinement::Table), "table to work on")
        .words(&["table", "rows", "data", "csv", "records", "it"])
}

fn groups() -> Input {
    input("by", list(column(), COLUMNS_MAX), "columns to group by; none for the whole table")
        .default(Value::List(Vec::new()))
        .words(&["by", "per", "for each", "each", "grouped by", "group by", "every", "broken down by"])
}

fn gives_table(builder: Builder, meaning: &str) -> Builder {
    builder.gives(output("table", blob(Refinement::Table), meaning)).introduces(&[Refinement::Table])
}

fn parse() -> Descriptor {
    let builder = streaming("table.parse")
        .does("Read delimited text (CSV, TSV and the like) as a table.", &["table", "csv", "parse", "lossless"])
        .words(&[
            "csv",
            "tsv",
            "table",
            "spreadsheet",
            "delimited",
            "columns",
            "rows",
            "column",
            "row",
            "comma separated",
            "tab separated",
            "parse",
        ])
        .examples(&[
            "sum the price column of orders.csv",
            "show the rows of people.tsv where age is over 30",
            "convert data.csv to json",
            "average salary per department in staff.csv",
        ])
        .takes(input("text", blob(Refinement::Utf8), "delimited text").words(&["csv", "tsv", "file", "text"]))
        .takes(
            input("delimiter", line(), "character between fields; empty to recognise , ; | or tab")
                .default(Value::Text(String::new()))
                .words(&["separated by", "delimiter", "delimited by", "separator", "split by"]),
        )
        .takes(input("header", flag(), "whether the first row names the columns").default(Value::Bool(true)).words(&[
            "header",
            "headers",
            "first row",
            "column names",
        ]));
    gives_table(builder, "the table")
        .gives(output("rows", count(0), "number of rows, the header not counted"))
        .fuel(50_000_000, 2_000)
        .produces(1 << 20, 4)
        .build()
}

fn comparison() -> Input {
    input(
        "comparison",
        choice(&[
            "equals",
            "not-equals",
            "less",
            "at-most",
            "greater",
            "at-least",
            "contains",
            "not-contains",
            "starts-with",
            "ends-with",
        ]),
        "how the column is compared with the value; as numbers where both are",
    )
    .default(choose("equals"))
    .words(&[
        "is",
        "equals",
        "equal to",
        "is not",
        "less than",
        "under",
        "below",
        "at most",
        "greater than",
        "over",
        "above",
        "more than",
        "at least",
        "contains",
        "containing",
        "starting with",
        "ending with",
    ])
}

fn filter() -> Descriptor {
    let builder = streaming("table.filter")
        .does("Keep the rows whose column satisfies a comparison.", &["table", "row", "filter"])
        .words(&[
            "where",
            "rows",
            "filter",
            "with",
            "whose",
            "keep",
            "only",
            "having",
            "select",
            "entries",
            "records",
            "which have",
            "exclude",
        ])
        .examples(&[
            "rows of sales.csv where amount is greater than 100",
            "people older than 30",
            "orders whose country is France",
            "only entries with status failed",
            "products not containing sale in the name",
            "how many rows have an empty email",
        ])
        .takes(table())
        .takes(input("column", column(), "column to compare").words(&["column", "where", "whose", "with", "field"]))
        .takes(comparison())
        .takes(input("value", line(), "value to compare with").words(&[
            "is",
            "than",
            "to",
            "over",
            "under",
            "above",
            "below",
            "containing",
            "value",
        ]))
        .takes(
            input("ignore-case", flag(), "whether upper and lower case are the same")
                .default(Value::Bool(false))
                .words(&["ignore case", "ignoring case", "case insensitive", "regardless of case"]),
        );
    gives_table(builder, "the rows that were kept")
        .gives(output("count", count(0), "number of rows kept"))
        .fuel(50_000_000, 2_000)
        .produces(1 << 20, 2)
        .build()
}

fn filter_columns() -> Descriptor {
    let builder = streaming("table.filter-columns")
        .does("Keep the rows where one column compares with another one as asked.", &["table", "row", "filter"])
        .words(&[
            "where",
            "rows",
            "keep",
            "below their",
            "above their",
            "filter",
            "compared with the column",
            "which have",
        ])
        .examples(&[
            "rows of stock.csv where quantity is below minimum",
            "items that cost more than their budget",
            "which loans have returned after due",
            "lines of orders.csv where ordered differs from delivered",
            "how many rows have a start equal to the end",
        ])
        .takes(table())
        .takes(input("column", column(), "column to compare").words(&["column", "where", "whose", "with", "field"]))
        .takes(comparison())
        .takes(input("other", column(), "column to compare it with").words(&["than", "to", "its", "their", "from"]));
    gives_table(builder, "the rows that were kept")
        .gives(output("count", count(0), "number of rows kept"))
        .fuel(50_000_000, 2_000)
        .produces(1 << 20, 2)
        .build()
}

fn select() -> Descriptor {
    let builder = streaming("table.select")
        .does("Keep some columns, in the order given.", &["table", "column", "select"])
        .words(&["columns", "column", "only the columns", "fields", "select", "extract", "take", "keep", "show only"])
        .examples(&[
            "show name and email of people.csv",
            "extract the date column",
            "keep only the columns city and population",
        ])
        .takes(table())
        .takes(
            input("columns", list(column(), COLUMNS_MAX), "columns to keep")
                .words(&["columns", "column", "fields", "only", "the"]),
        );
    gives_table(builder, "the columns that were kept").fuel(50_000_000, 2_000).produces(1 << 20, 2).build()
}

fn count_rows() -> Descriptor {
    let builder = streaming("table.count")
        .does("Count the rows of a table, for each group if columns are given.", &["table", "row", "count", "group"])
        .words(&["count", "how many", "number of", "rows", "records", "entries", "tally", "frequency", "total number"])
        .examples(&[
            "how many rows are in data.csv",
            "number of orders per country",
            "count the users by city",
            "how many entries for each status",
        ])
        .takes(table())
        .takes(groups());
    gives_table(builder, "table of the groups with a column `count`; without groups one row")
        .gives(output("count", count(0), "number of rows in the whole table"))
        .fuel(50_000_000, 4_000)
        .produces(1 << 20, 12)
        .memory(WHOLE_BYTES)
        .build()
}

fn aggregate() -> Descriptor {
    let builder = whole("table.aggregate")
        .does(
            "Compute the sum, mean, least, greatest or median of a column, for each group if columns are given.",
            &["table", "column", "aggregate", "group", "statistics"],
        )
        .words(&[
            "sum",
            "total",
            "add up",
            "average",
            "mean",
            "minimum",
            "maximum",
            "min",
            "max",
            "median",
            "smallest",
            "largest",
            "lowest",
            "highest",
            "per",
            "group",
            "statistics",
        ])
        .examples(&[
            "sum of amount in sales.csv",
            "average salary per department",
            "total revenue by month",
            "what is the highest temperature for each city",
            "median age of the patients",
        ])
        .takes(table())
        .takes(input("column", column(), "column to compute with").words(&["of", "column", "the", "field"]))
        .takes(
            input("function", choice(&["sum", "mean", "min", "max", "median"]), "what to compute")
                .default(choose("sum"))
                .words(&["sum", "total", "average", "mean", "minimum", "lowest", "maximum", "highest", "median"]),
        )
        .takes(groups());
    gives_table(builder, "table of the groups with a column `{function} of {column}`")
        .fuel(50_000_000, 6_000)
        .produces(1 << 20, 12)
        .build()
}

fn sort() -> Descriptor {
    let builder = whole("table.sort")
        .does("Put the rows of a table in order of a column.", &["table", "row", "sort"])
        .words(&["sort", "order", "arrange", "rank", "sorted", "ordered", "order by", "sort by", "arranged"])
        .examples(&[
            "sort people.csv by age",
            "order the sales by date, newest first",
            "rank the countries by population descending",
        ])
        .takes(table())
        .takes(input("column", column(), "column to sort by").words(&["by", "on", "column", "order of"]))
        .takes(input("descending", flag(), "greatest first").default(Value::Bool(false)).words(&[
            "descending",
            "reverse",
            "largest first",
            "highest first",
            "newest first",
            "biggest first",
        ]));
    gives_table(builder, "the rows in order; numbers come before text, empty fields last")
        .fuel(50_000_000, 3_000)
        .produces(1 << 20, 2)
        .build()
}

fn top() -> Descriptor {
    let builder = streaming("table.top")
        .does("Keep the rows with the greatest or least values of a column.", &["table", "row", "sort", "part"])
        .words(&[
            "top", "largest", "biggest", "highest", "most", "greatest", "best", "smallest", "lowest", "least", "worst",
            "newest", "oldest", "latest", "bottom",
        ])
        .examples(&[
            "the five largest files",
            "top 10 customers by revenue",
            "which three cities have the lowest rent",
            "the newest entry",
        ])
        .takes(table())
        .takes(input("column", column(), "column to compare").words(&["by", "with", "column", "in"]))
        .takes(
            input("count", count(0), "number of rows to keep")
                .default(Value::Int(10))
                .words(&["top", "first", "number", "rows"]),
        )
        .takes(
            input("smallest", flag(), "keep the least instead of the greatest")
                .default(Value::Bool(false))
                .words(&["smallest", "lowest", "least", "bottom", "worst", "oldest", "fewest", "shortest"]),
        );
    gives_table(builder, "the rows kept, the most extreme first")
        .fuel(50_000_000, 1_500)
        .produces(1 << 20, 2)
        .memory(WHOLE_BYTES)
        .build()
}

fn to_json() -> Descriptor {
    streaming("table.to-json")
        .does("Write a table as a JSON array of objects.", &["table", "json", "convert"])
        .words(&["json", "as json", "to json", "convert", "turn", "transform", "export", "objects"])
        .examples(&["convert people.csv to json", "give me the totals as json", "export the table as json"])
        .takes(table())
        .gives(output("json", blob(Refinement::Json), "one object for each row; numbers as numbers, empty as null"))
        .introduces(&[Refinement::Json])
        .fuel(50_000_000, 3_000)
        // A row of commas alone repeats every column's name, so what the output may be does not follow the bytes.
        .produces(1 << 30, 8)
        .build()
}

fn format() -> Descriptor {
    whole("table.format")
        .does("Write a table as tab-separated text, Markdown or aligned columns.", &["table", "text", "convert"])
        .words(&[
            "tsv",
            "markdown",
            "pretty",
            "aligned",
            "tab separated",
            "convert",
            "turn",
            "format",
            "print",
            "as a table",
        ])
        .examples(&["convert data.csv to tsv", "show the totals as a markdown table", "print the table aligned"])
        .takes(table())
        .takes(
            input("format", choice(&["tsv", "markdown", "aligned"]), "form of the text")
                .default(choose("aligned"))
                .words(&["tsv", "tab", "markdown", "aligned", "as", "to"]),
        )
        .gives(output("text", blob(Refinement::Utf8), "the text"))
        .fuel(50_000_000, 4_000)
        .produces(1 << 30, 8)
        .shown_by_structure()
        .build()
}

fn how_many() -> Input {
    input("count", count(0), "number of rows")
        .default(Value::Int(10))
        .words(&["rows", "records", "entries", "number", "how many", "few"])
}

fn head() -> Descriptor {
    let builder = streaming("table.head")
        .does("Keep the first rows of a table; its header is no row.", &["table", "row", "part"])
        .words(&[
            "first rows",
            "first",
            "head",
            "top rows",
            "rows",
            "records",
            "entries",
            "beginning",
            "start",
            "leading",
        ])
        .examples(&[
            "show the first 5 rows of data.csv",
            "first three records of orders.csv",
            "the beginning of the table",
        ])
        .takes(table())
        .takes(how_many());
    gives_table(builder, "the first rows").fuel(50_000_000, 2_000).produces(1 << 20, 2).build()
}

fn tail() -> Descriptor {
    let builder = streaming("table.tail")
        .does("Keep the last rows of a table.", &["table", "row", "part"])
        .words(&["last rows", "last", "tail", "bottom rows", "rows", "records", "entries", "end", "final"])
        .examples(&["show the last 5 rows of data.csv", "the final two records of orders.csv", "the end of the table"])
        .takes(table())
        .takes(how_many());
    gives_table(builder, "the last rows").fuel(50_000_000, 3_000).produces(1 << 20, 2).memory(WHOLE_BYTES).build()
}
