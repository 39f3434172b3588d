//! Numbers and times of a column.

use super::{day_first, gives_table, some_columns, streaming, table, whole};
use crate::{Input, choice, choose, column, count, float, input, line, list};
use telos_abi::{Descriptor, Value};

pub(super) fn compute() -> Descriptor {
    let builder =
        streaming("table.compute")
            .does(
                "Add a column that is computed from others by arithmetic.",
                &["table", "column", "compute", "arithmetic"],
            )
            .words(&[
                "compute",
                "calculate",
                "add a column",
                "new column",
                "computed column",
                "multiply",
                "multiplied by",
                "times",
                "divide",
                "divided by",
                "plus",
                "minus",
                "subtract",
                "difference",
                "product",
                "ratio",
                "formula",
                "expression",
            ])
            .examples(&[
                "add a column total that is \"price * quantity\" to orders.csv",
                "compute \"revenue - cost\" as profit",
                "calculate price times quantity for each row",
                "new column \"(high + low) / 2\" called middle",
                "multiply the amount by 1.19",
            ])
            .takes(table())
            .takes(
                input("expression", line(), "arithmetic over columns and numbers with + - * / % and parentheses")
                    .words(&["compute", "calculate", "is", "as", "formula", "expression", "equal to", "=", "of", "by"]),
            )
            .takes(
                input("name", line(), "name of the new column").default(Value::Text(String::from("result"))).words(&[
                    "called",
                    "named",
                    "as",
                    "column",
                    "name",
                    "new column",
                ]),
            );
    gives_table(
        builder,
        "the table with one more column, `{name}`; empty where a value is missing or a divisor is zero",
    )
    .fuel(50_000_000, 40_000)
    .produces(1 << 20, 24)
    .build()
}

pub(super) fn round() -> Descriptor {
    let builder = streaming("table.round")
        .does("Round the numbers of some columns or of all.", &["table", "column", "round"])
        .words(&[
            "round",
            "rounded",
            "round to",
            "decimals",
            "decimal places",
            "whole numbers",
            "to the nearest",
            "fewer digits",
            "two decimals",
            "precision",
        ])
        .examples(&[
            "round the price column of sales.csv to 2 decimals",
            "round all numbers in data.csv",
            "give me the averages with one decimal place",
            "round temperature to whole numbers",
        ])
        .takes(table())
        .takes(some_columns("columns to round; none for every number"))
        .takes(input("decimals", count(0), "number of decimal places").default(Value::Int(0)).words(&[
            "decimals",
            "decimal places",
            "digits",
            "places",
            "to",
            "with",
        ]));
    gives_table(builder, "the table with rounded numbers; halves are rounded away from zero")
        .fuel(50_000_000, 6_000)
        .produces(1 << 20, 4)
        .build()
}

pub(super) fn share() -> Descriptor {
    let builder = whole("table.share")
        .does("Add what percentage of the column's total each row is.", &["table", "column", "percent", "statistics"])
        .words(&[
            "share",
            "percent",
            "percentage",
            "percentages",
            "proportion",
            "percent of total",
            "share of the total",
            "fraction of",
            "what percentage",
            "market share",
            "contribution",
            "relative frequency",
        ])
        .examples(&[
            "what percentage of the total is each product's revenue in sales.csv",
            "share of orders per country",
            "show the proportion of each category by amount",
            "percentage of votes for each party",
        ])
        .takes(table())
        .takes(input("column", column(), "column of numbers whose total is 100 percent").words(&[
            "of",
            "column",
            "share",
            "percentage",
            "by",
            "proportion",
            "total",
        ]));
    gives_table(builder, "the table with one more column, `share`, in percent of the total, to two decimals")
        .fuel(50_000_000, 20_000)
        .produces(1 << 20, 16)
        .build()
}

pub(super) fn running_total() -> Descriptor {
    let builder = streaming("table.running-total")
        .does(
            "Add the running total of a column: the sum of all rows so far.",
            &["table", "column", "sum", "cumulative"],
        )
        .words(&[
            "running total",
            "cumulative",
            "cumulative sum",
            "running sum",
            "accumulated",
            "accumulate",
            "running balance",
            "total so far",
            "cumulate",
            "sum up to each row",
        ])
        .examples(&[
            "running total of amount in payments.csv",
            "cumulative sum of sales by day",
            "show the balance after each transaction as a running total",
            "accumulated rainfall",
        ])
        .takes(table())
        .takes(input("column", column(), "column to add up").words(&[
            "of",
            "column",
            "total",
            "sum",
            "cumulative",
            "the",
        ]));
    gives_table(builder, "the table with one more column, `running-total`")
        .fuel(50_000_000, 20_000)
        .produces(1 << 20, 30)
        .build()
}

pub(super) fn describe() -> Descriptor {
    let builder = whole("table.describe")
        .does(
            "Summarise each column of numbers by count, sum, mean, median, least, greatest and standard deviation.",
            &["table", "column", "statistics", "summary"],
        )
        .words(&[
            "describe",
            "summary statistics",
            "statistics",
            "summarise",
            "summarize",
            "summary",
            "stats",
            "standard deviation",
            "key figures",
            "profile",
            "overview",
            "descriptive statistics",
            "spread",
            "deviation",
        ])
        .examples(&[
            "describe sales.csv",
            "summary statistics of the columns in data.csv",
            "standard deviation of the temperature in weather.csv",
            "give me an overview of the numbers",
            "stats for price and quantity",
        ])
        .takes(table())
        .takes(some_columns("columns to describe; none for every column of numbers"));
    gives_table(
        builder,
        "table of the columns of numbers: `column`, `count`, `sum`, `mean`, `median`, `min`, `max` and \
         `standard-deviation` (of a sample)",
    )
    .fuel(50_000_000, 8_000)
    .produces(1 << 20, 128)
    .shown_by_structure()
    .build()
}

pub(super) fn bin() -> Descriptor {
    let builder =
        whole("table.bin")
            .does(
                "Count how many numbers of a column lie in each interval.",
                &["table", "column", "count", "histogram"],
            )
            .words(&[
                "bin",
                "bins",
                "histogram",
                "intervals",
                "buckets",
                "bucket",
                "distribution",
                "ranges",
                "brackets",
                "age groups",
                "groups of",
                "in steps of",
                "frequency distribution",
                "classes",
            ])
            .examples(&[
                "histogram of the ages in people.csv",
                "distribution of prices in steps of 10",
                "put salary into buckets of 5000",
                "how many people are in each age group",
                "bin the temperatures into 20 intervals",
            ])
            .takes(table())
            .takes(input("column", column(), "column of numbers").words(&["of", "column", "the", "by", "field"]))
            .takes(
                input("width", float(), "width of an interval; 0 for a suitable one")
                    .default(Value::Float(0.0))
                    .words(&["steps of", "width", "groups of", "buckets of", "wide", "intervals of", "every", "size"]),
            )
            .takes(
                input("bins", count(1), "number of intervals, about, where no width is given")
                    .default(Value::Int(10))
                    .words(&["bins", "intervals", "buckets", "into", "bars", "classes"]),
            );
    gives_table(builder, "table of the intervals: `from`, `to` (not included) and `count`")
        .fuel(100_000_000, 2_000)
        .produces(4 << 20, 0)
        .build()
}

pub(super) fn by_time() -> Descriptor {
    let builder = streaming("table.by-time")
        .does(
            "Add the hour, day, week, month, quarter, year or weekday that a date lies in, to group by.",
            &["table", "column", "date", "time", "group"],
        )
        .words(&[
            "per hour",
            "per day",
            "per week",
            "per month",
            "per quarter",
            "per year",
            "by hour",
            "by day",
            "by week",
            "by month",
            "by year",
            "by weekday",
            "hourly",
            "daily",
            "weekly",
            "monthly",
            "quarterly",
            "yearly",
            "annual",
            "each month",
            "each day",
            "each hour",
            "each year",
            "day of the week",
            "time of day",
            "month of",
            "over time",
        ])
        .examples(&[
            "total sales per month in orders.csv",
            "how many errors per hour",
            "number of visitors by weekday",
            "average temperature for each week",
            "monthly revenue by country",
            "files changed per day",
        ])
        .takes(table())
        .takes(unit())
        .takes(
            input("column", list(column(), 1), "column of dates or times; none for the first that holds them")
                .default(Value::List(Vec::new()))
                .words(&["of", "column", "date", "time", "from", "field"]),
        )
        .takes(day_first());
    gives_table(
        builder,
        "the table with one more column named like the unit: `minute`, `hour`, `day`, `week`, `month`, `quarter`, \
         `year`, `weekday` or `hour-of-day`",
    )
    .fuel(50_000_000, 10_000)
    .produces(1 << 20, 12)
    .build()
}

fn unit() -> Input {
    input(
        "unit",
        choice(&["minute", "hour", "day", "week", "month", "quarter", "year", "weekday", "hour-of-day"]),
        "unit of time: the name of the new column",
    )
    .default(choose("day"))
    .words(&["per", "by", "each", "for each", "every", "a", "of the"])
}
