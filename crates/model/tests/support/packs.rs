//! The primitives the tests plan over: the host's and the built-in packs' own descriptors, and a few more.

use telos_abi::{Descriptor, Refinement, Value};
use telos_describe::{blob, choice, choose, column, count, input, line, output, primitive, texts};

/// Everything registered by default.
pub fn all() -> Vec<Descriptor> {
    let mut out = telos_registry::native::descriptors();
    for (_, descriptors) in telos_describe::packs::ALL {
        out.extend(descriptors());
    }
    for more in [table(), data()].concat() {
        if !out.iter().any(|is| is.name == more.name) {
            out.push(more);
        }
    }
    out
}

fn rows() -> telos_describe::Input {
    input("table", blob(Refinement::Table), "table to work on").words(&["table", "rows", "csv", "it"])
}

fn table() -> Vec<Descriptor> {
    vec![
        primitive("table.parse")
            .does("Read comma or tab separated values as a table.", &["table", "csv", "parse"])
            .words(&["csv", "tsv", "spreadsheet", "comma separated", "parse"])
            .examples(&["show sales.csv as a table", "sum a column of people.csv"])
            .takes(input("text", blob(Refinement::Utf8), "text to read").words(&["text", "csv"]))
            .gives(output("table", blob(Refinement::Table), "the table"))
            .introduces(&[Refinement::Table])
            .build(),
        primitive("table.filter")
            .does("Keep the rows whose column satisfies a comparison.", &["table", "filter"])
            .words(&["filter", "where", "rows", "only", "keep", "whose", "with", "records"])
            .examples(&["rows of sales.csv where amount is over 100", "people older than 30 in people.csv"])
            .takes(rows())
            .takes(input("column", column(), "column that is compared").words(&["where", "whose", "column", "with", "field"]))
            .takes(input(
                "comparison",
                choice(&["equal", "not-equal", "less", "at-most", "greater", "at-least", "contains", "starts-with"]),
                "comparison with the value",
            ).default(choose("equal")).words(&["is", "equals", "over", "under"]))
            .takes(input("value", line(), "value to compare with").words(&["is", "than", "to", "equals", "over", "under", "above", "below"]))
            .gives(output("table", blob(Refinement::Table), "the rows that were kept"))
            .gives(output("count", count(0), "number of rows kept"))
            .introduces(&[Refinement::Table])
            .build(),
        primitive("table.group")
            .does("Group rows by a column and aggregate another in each group.", &["table", "group", "aggregate"])
            .words(&["group", "group by", "per", "by", "for each", "each", "breakdown", "pivot"])
            .examples(&["total amount per region in sales.csv", "average age by city", "how many orders per customer"])
            .takes(rows())
            .takes(input("by", column(), "column to group by").words(&["by", "per", "for each", "each", "every"]))
            .takes(input("how", choice(&["count", "sum", "mean", "min", "max"]), "how each group is aggregated")
                .default(choose("count")).words(&["total", "average", "sum", "number of"]))
            .takes(input("column", column(), "column to aggregate").default(Value::Text(String::new()))
                .words(&["total", "sum of", "average", "of", "mean", "sum", "most", "highest"]))
            .gives(output("table", blob(Refinement::Table), "table with the group and its value"))
            .introduces(&[Refinement::Table])
            .build(),
        primitive("table.aggregate")
            .does("Aggregate one column to a number.", &["table", "aggregate", "statistics"])
            .words(&["sum", "total", "average", "mean", "minimum", "maximum", "add up", "highest", "lowest", "what is the"])
            .examples(&["sum the amount column of sales.csv", "average age in people.csv", "what is the highest temperature"])
            .takes(rows())
            .takes(input("column", column(), "column to aggregate").words(&["of", "column", "the", "total", "average", "sum"]))
            .takes(input("how", choice(&["sum", "mean", "min", "max", "count"]), "how it is aggregated")
                .default(choose("sum")).words(&["total", "average", "highest"]))
            .gives(output("value", telos_describe::float(), "the result"))
            .build(),
        primitive("table.sort")
            .does("Sort the rows by a column.", &["table", "sort"])
            .words(&["sort", "order", "sorted", "ordered", "rank", "by", "largest", "highest", "newest", "oldest", "smallest"])
            .examples(&["sort sales.csv by amount, highest first", "the five largest files", "order people by age"])
            .takes(rows())
            .takes(input("by", column(), "column to sort by").words(&["by", "on", "column"]))
            .takes(input("descending", telos_describe::flag(), "greatest first").default(Value::Bool(false))
                .words(&["descending", "largest first", "highest first", "reverse", "desc", "top", "highest"]))
            .gives(output("table", blob(Refinement::Table), "the rows in order"))
            .introduces(&[Refinement::Table])
            .build(),
        primitive("table.head")
            .does("Keep the first rows.", &["table", "part"])
            .words(&["first", "top", "head", "limit"])
            .examples(&["first 5 rows of sales.csv", "top 3 regions by amount"])
            .takes(rows())
            .takes(input("count", count(0), "number of rows").default(Value::Int(10)).words(&["rows", "number", "first", "top"]))
            .gives(output("table", blob(Refinement::Table), "the first rows"))
            .introduces(&[Refinement::Table])
            .build(),
    ]
}

fn data() -> Vec<Descriptor> {
    vec![
        primitive("json.parse")
            .does("Read JSON.", &["json", "parse"])
            .words(&["json", "parse", "pretty"])
            .examples(&["show orders.json"])
            .takes(input("text", blob(Refinement::Utf8), "text to read").words(&["json"]))
            .gives(output("json", blob(Refinement::Json), "the document"))
            .introduces(&[Refinement::Json])
            .build(),
        primitive("json.query")
            .does("Take values out of JSON with a jq filter.", &["json", "query"])
            .words(&["query", "jq", "extract", "get", "select", "values of", "field", "key"])
            .examples(&["get .name from package.json", "the customer of every order in orders.json"])
            .takes(input("json", blob(Refinement::Json), "document to query").words(&["json"]))
            .takes(input("filter", texts(Refinement::JsonQuery), "jq filter or path of keys").words(&["get", "extract", "key", "field", "query"]))
            .gives(output("json", blob(Refinement::Json), "the values found"))
            .introduces(&[Refinement::Json])
            .build(),
        primitive("data.hash")
            .does("Compute a digest.", &["digest", "hash"])
            .words(&["hash", "digest", "checksum", "sha256", "sha-256", "blake3", "fingerprint"])
            .examples(&["sha256 of photo.jpg", "checksum of old.bak"])
            .takes(input("data", blob(Refinement::Bytes), "bytes to hash").words(&["of", "file"]))
            .takes(input("algorithm", choice(&["sha256", "sha512", "blake3"]), "which digest").default(choose("sha256")).words(&["with", "using"]))
            .gives(output("digest", texts(Refinement::Hex), "the digest"))
            .build(),
        primitive("chart.svg")
            .does("Draw a chart of a table.", &["chart", "graph", "svg"])
            .words(&["chart", "plot", "graph", "draw", "bar chart", "visualise", "visualize", "line chart", "pie chart"])
            .examples(&["chart amount per region", "plot temp_c by day as a line chart into plot.svg"])
            .takes(input("table", blob(Refinement::Table), "table to draw").words(&["table", "it"]))
            .takes(input("kind", choice(&["bar", "line", "pie"]), "kind of chart").default(choose("bar")).words(&["chart", "as a"]))
            .takes(input("label", column(), "column of labels").default(Value::Text(String::new())).words(&["by", "per", "against", "over"]))
            .takes(input("value", column(), "column of values").default(Value::Text(String::new())).words(&["chart", "plot", "of"]))
            .gives(output("svg", blob(Refinement::Svg), "the drawing"))
            .introduces(&[Refinement::Svg])
            .build(),
    ]
}
