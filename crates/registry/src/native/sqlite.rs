//! Primitives on SQLite databases. They compute and touch nothing; they are the host's because SQLite is written in C.

use super::on_host;
use telos_abi::limit::BLOB_BYTES_MAX;
use telos_abi::{Descriptor, Refinement, Value};
use telos_describe::{Builder, Input, blob, count, input, line, output, texts};

/// Memory: the image, what SQLite holds beside it, and a result (`telos_sqlite::Limits`).
const MEMORY_BYTES: u64 = 2 << 30;

fn of_database(name: &str) -> Builder {
    on_host(name).memory(MEMORY_BYTES).takes(
        input("database", blob(Refinement::Bytes), "SQLite database")
            .words(&["database", "sqlite", "db", "sqlite3", "in", "of", "from"]),
    )
}

fn named_table(meaning: &str) -> Input {
    input("table", line(), meaning).words(&["table"]).default(Value::Text(String::new()))
}

fn gives_table(builder: Builder, meaning: &str, counted: &str) -> Descriptor {
    builder
        .gives(output("table", blob(Refinement::Table), meaning))
        .gives(output("count", count(0), counted))
        .introduces(&[Refinement::Table])
        .produces(BLOB_BYTES_MAX, 0)
        .build()
}

pub(super) fn tables() -> Descriptor {
    let builder = of_database("sqlite.tables")
        .does("List the tables and views of a database.", &["data", "database", "tables"])
        .words(&["tables", "list tables", "which tables", "what tables", "views", "what is in the database"])
        .examples(&[
            "which tables are in shop.sqlite",
            "list the tables of members.db",
            "what is in the database stock.sqlite3",
            "how many tables has crm.db",
            "tables in library.db with their row counts",
        ]);
    gives_table(builder, "the tables and views: `name`, `kind`, `rows`, `columns`", "number of tables and views")
}

pub(super) fn schema() -> Descriptor {
    of_database("sqlite.schema")
        .does("Show how the tables of a database, or one of them, were made.", &["data", "database", "schema"])
        .words(&["schema", "structure", "create statements", "ddl", "how is the table made", "definition"])
        .examples(&[
            "schema of shop.sqlite",
            "how is the table orders in shop.db defined",
            "show the create statements of members.db",
            "structure of the books table in library.sqlite",
            "ddl of crm.sqlite3",
        ])
        .takes(named_table("the table; all if none is named"))
        .gives(output("sql", blob(Refinement::Utf8), "the SQL that makes them"))
        .introduces(&[Refinement::Utf8])
        .produces(BLOB_BYTES_MAX, 0)
        .build()
}

pub(super) fn table() -> Descriptor {
    let builder = of_database("sqlite.table")
        .does("Read a table of a database.", &["data", "database", "table"])
        .words(&["read table", "table", "rows of", "show table", "export table", "dump", "out of the database"])
        .examples(&[
            "show the table orders of shop.db",
            "export the customers table of crm.sqlite as customers.csv",
            "rows of the books table in library.db",
            "dump members from club.sqlite3",
            "read readings out of sensors.db",
        ])
        .takes(named_table("the table; without a name the only one"));
    gives_table(builder, "the rows of the table", "number of rows")
}

pub(super) fn query() -> Descriptor {
    let builder = of_database("sqlite.query")
        .does("Ask a database with SQL; it can only read.", &["data", "database", "query"])
        .words(&["sql", "query", "run the query", "run sql", "ask with sql", "select"])
        .examples(&[
            "run \"select name from users\" on app.db",
            "query shop.sqlite with 'SELECT count(*) FROM orders'",
            "sql on crm.db: select city, count(*) from customers group by city",
            "ask members.db \"select * from members where paid = 0\"",
            "select the first rows of logs in audit.sqlite3 with sql",
        ])
        .takes(input("query", texts(Refinement::Utf8), "SQL query").words(&["query", "sql", "with", "run"]));
    gives_table(builder, "what the query gives", "number of rows")
}

pub(super) fn make() -> Descriptor {
    on_host("sqlite.make")
        .memory(MEMORY_BYTES)
        .does("Make a database of a table.", &["data", "database", "make"])
        .words(&["into a database", "as sqlite", "to sqlite", "import into", "make a database", "as a database"])
        .examples(&[
            "turn orders.csv into a database orders.sqlite",
            "import people.csv into people.db",
            "make a sqlite database of stock.csv",
            "save members.csv as members.sqlite3",
            "put readings.tsv in a database",
        ])
        .takes(input("rows", blob(Refinement::Table), "table whose rows to put in").words(&["table", "rows", "of"]))
        .takes(
            input("table", line(), "name that the table gets in the database")
                .words(&["table", "called", "named"])
                .default(Value::Text(String::from("data"))),
        )
        .gives(output("database", blob(Refinement::Bytes), "the database"))
        .produces(BLOB_BYTES_MAX, 0)
        .build()
}
