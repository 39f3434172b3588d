//! Databases whole, damaged and hostile.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use proptest::prelude::*;
use std::sync::LazyLock;

static CREW: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(
            "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, pay REAL, photo BLOB);
             INSERT INTO people VALUES (1, 'Ada, the first', 10.5, x'00ff'), (2, NULL, 20, NULL), (3, 'Bo \"B\"', 3e3, NULL);
             CREATE TABLE ships (name TEXT, captain INTEGER);
             INSERT INTO ships VALUES ('Vega', 1), ('Altair', 3);
             CREATE VIEW rich AS SELECT name FROM people WHERE pay > 15;
             CREATE INDEX by_pay ON people (pay);",
        )
        .unwrap();
    connection.serialize("main").unwrap().to_vec()
});

fn crew() -> Database {
    Database::load(CREW.clone()).unwrap()
}

fn asked(sql: &str) -> Result<String, String> {
    crew().query(sql).map(|(csv, _)| String::from_utf8(csv).unwrap()).map_err(|error| error.to_string())
}

#[test]
fn tables_and_views_are_listed_with_their_sizes() {
    let (csv, count) = crew().tables().unwrap();
    assert_eq!(count, 3);
    let expected = "name,kind,rows,columns\npeople,table,3,4\nships,table,2,2\nrich,view,2,1\n";
    assert_eq!(String::from_utf8(csv).unwrap(), expected);
    assert_eq!(crew().columns().unwrap()[1], ("ships".into(), vec!["name".into(), "captain".into()]));
}

#[test]
fn a_table_is_canonical_csv() {
    let (csv, rows) = crew().table(Some("People")).unwrap();
    let expected = "id,name,pay,photo\n1,\"Ada, the first\",10.5,x'00ff'\n2,,20,\n3,\"Bo \"\"B\"\"\",3000,\n";
    assert_eq!((String::from_utf8(csv).unwrap().as_str(), rows), (expected, 3));
    assert!(crew().table(Some("ship")).is_ok(), "one of the ships");
    assert!(crew().table(None).unwrap_err().to_string().contains("people, ships, rich"));
    assert!(crew().table(Some("boats")).unwrap_err().to_string().contains("no table “boats”"));
}

#[test]
fn the_schema_is_that_of_all_or_of_one() {
    assert_eq!(crew().schema(None).unwrap().matches(";\n").count(), 4);
    let people = crew().schema(Some("people")).unwrap();
    assert!(people.starts_with("CREATE TABLE people") && people.contains("CREATE INDEX by_pay"));
}

#[test]
fn queries_read() {
    let sql = "SELECT p.name, s.name FROM people p JOIN ships s ON s.captain = p.id ORDER BY s.name";
    assert_eq!(asked(sql).unwrap(), "name,name_2\n\"Bo \"\"B\"\"\",Altair\n\"Ada, the first\",Vega\n");
    assert_eq!(asked("SELECT count(*) AS n FROM people").unwrap(), "n\n3\n");
    assert_eq!(asked("SELECT NULL AS none").unwrap(), "none\n\"\"\n");
}

#[test]
fn queries_do_nothing_else() {
    for sql in [
        "DELETE FROM people",
        "CREATE TABLE t (a)",
        "ATTACH '/tmp/x.db' AS x",
        "VACUUM INTO '/tmp/x.db'",
        "PRAGMA journal_mode = WAL",
        "PRAGMA database_list",
        "SELECT load_extension('x')",
        "SELECT randomblob(9)",
        "SELECT readfile('/etc/passwd')",
        "SELECT writefile('/tmp/x', 'y')",
        "BEGIN",
        "SELECT 1; DELETE FROM people",
        "CREATE TEMP TABLE t AS SELECT 1",
        "SELECT * FROM pragma_database_list",
        "INSERT INTO people DEFAULT VALUES RETURNING id",
        "nonsense",
        "",
    ] {
        assert!(asked(sql).is_err(), "{sql}: {:?}", asked(sql));
    }
}

#[test]
fn queries_end() {
    let limits = Limits { steps: 3_000_000, result_bytes: 1 << 20, memory_bytes: 64 << 20, ..Limits::default() };
    let count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)";
    for sql in [
        format!("{count} SELECT count(*) FROM n"),
        format!("{count} SELECT i FROM n"),
        format!("{count} SELECT hex(zeroblob(500000)) AS a FROM n ORDER BY a"),
        "SELECT zeroblob(900000000)".to_owned(),
        "SELECT printf('%900000000d', 1)".to_owned(),
    ] {
        let database = Database::load_within(CREW.clone(), limits).unwrap();
        assert!(database.query(&sql).is_err(), "{sql}");
    }
}

#[test]
fn what_is_no_database_is_refused() {
    for bytes in [&b""[..], b"SQLite format", b"PK\x03\x04", &CREW[..50]] {
        assert!(Database::load(bytes.to_vec()).is_err());
    }
    let small = Limits { image_bytes: 100, ..Limits::default() };
    assert!(matches!(Database::load_within(CREW.clone(), small), Err(SqliteError::Limit(_))));
}

#[test]
fn a_database_that_was_written_by_a_log_opens() {
    let mut image = CREW.clone();
    image[18..20].fill(2);
    assert_eq!(Database::load(image).unwrap().tables().unwrap().1, 3);
}

#[test]
fn a_table_becomes_a_database_and_comes_back() {
    let csv = "name,age,share,code,note\nAda,36,0.5,007,\nBo,7,1,12,\"a,b\"\n";
    let image = make(csv.as_bytes(), "crew").unwrap();
    assert_eq!(make(csv.as_bytes(), "crew").unwrap(), image, "the same bytes every time");
    let database = Database::load(image).unwrap();
    let sql = database.schema(None).unwrap();
    assert!(sql.contains("\"age\" INTEGER, \"share\" REAL, \"code\" TEXT, \"note\" TEXT"), "{sql}");
    let (again, _) = database.table(None).unwrap();
    assert_eq!(String::from_utf8(again).unwrap(), csv);
    assert!(make(b"a,a\n1,2\n", "x").is_err() && make(b"a,b\n1\n", "x").is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn damage_never_panics(changes in prop::collection::vec((16..8_192_usize, any::<u8>()), 1..12), cut in 0..9_000_usize) {
        let mut image = CREW.clone();
        for (at, byte) in changes {
            if let Some(place) = image.get_mut(at) {
                *place = byte;
            }
        }
        image.truncate(cut.max(100));
        let limits = Limits { steps: 1_000_000, ..Limits::default() };
        if let Ok(database) = Database::load_within(image, limits) {
            let _ = database.tables();
            let _ = database.schema(None);
            let _ = database.table(Some("people"));
            let _ = database.query("SELECT * FROM people ORDER BY pay");
        }
    }

    #[test]
    fn any_names_and_values_come_back(name in "[^\\x00]{1,12}", values in prop::collection::vec("[^\\x00\r]{1,9}", 1..9)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["value"]).unwrap();
        for value in &values {
            writer.write_record([value]).unwrap();
        }
        let table = writer.into_inner().unwrap();
        prop_assume!(!name.trim().is_empty() && !name.trim().to_lowercase().starts_with("sqlite_"));
        let database = Database::load(make(&table, &name).unwrap()).unwrap();
        let (again, rows) = database.table(None).unwrap();
        prop_assert_eq!(rows, u64::try_from(values.len()).unwrap());
        let numbers = values.iter().all(|value| value.parse::<f64>().is_ok());
        if !numbers {
            prop_assert_eq!(String::from_utf8(again).unwrap(), String::from_utf8(table).unwrap());
        }
    }
}
