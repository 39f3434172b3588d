//! SQLite databases through the binary.

mod support;

use support::Place;

/// A place with a database of two tables.
fn place() -> Place {
    let place = Place::new();
    let path = place.path("shop.sqlite");
    let connection = rusqlite::Connection::open(&path).expect("a database can be made here");
    connection
        .execute_batch(
            "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT, total REAL);
             INSERT INTO orders VALUES (1, 'Ada', 12.5), (2, 'Bo', 7), (3, 'Ada', 30.25);
             CREATE TABLE customers (name TEXT, city TEXT);
             INSERT INTO customers VALUES ('Ada', 'Oslo'), ('Bo', 'Bergen');",
        )
        .expect("its tables can be made");
    place
}

#[test]
fn tables_are_listed() {
    let said = place().intent(&["which tables are in shop.sqlite"]).exits(0);
    assert!(said.out.contains("orders") && said.out.contains("customers"), "{}", said.out);
}

#[test]
fn a_query_reads_and_only_reads() {
    let place = place();
    let sql = "select customer, sum(total) as spent from orders group by customer order by customer";
    let said = place.intent(&[&format!("run the sql query \"{sql}\" on shop.sqlite")]).exits(0);
    assert!(said.out.contains("Ada") && said.out.contains("42.75"), "{}", said.out);
    let before = std::fs::read(place.path("shop.sqlite")).expect("it is there");
    place.intent(&["run the sql query \"delete from orders\" on shop.sqlite"]).exits(5);
    place.intent(&["run the sql query \"attach 'other.db' as other\" on shop.sqlite"]).exits(5);
    assert!(!place.exists("other.db"));
    assert_eq!(std::fs::read(place.path("shop.sqlite")).expect("it is there"), before);
}

#[test]
fn a_table_is_exported_and_imported() {
    let place = place();
    place.intent(&["export the customers table of shop.sqlite as customers.csv"]).exits(0);
    let csv = std::fs::read_to_string(place.path("customers.csv")).expect("written");
    assert_eq!(csv, "name,city\nAda,Oslo\nBo,Bergen\n");
    place.file("stock.csv", "item,count\nnails,500\nscrews,70\n");
    place.intent(&["import stock.csv into a sqlite database called stock.sqlite"]).exits(0);
    let connection = rusqlite::Connection::open(place.path("stock.sqlite")).expect("a database");
    let sum: i64 = connection.query_row("SELECT sum(count) FROM data", [], |row| row.get(0)).expect("numbers");
    assert_eq!(sum, 570);
}

#[test]
fn what_is_no_database_is_told_so() {
    let place = Place::new();
    place.file("fake.sqlite", "SQLite format 3\0 and then nothing that makes sense");
    place.intent(&["which tables are in fake.sqlite"]).exits(5).tells("damaged");
}
