//! Any bytes as a database: an answer or an error, within bounds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use telos_sqlite::{Database, Limits, make};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { steps: 200_000, memory_bytes: 256 << 20, ..Limits::default() };
    if let Ok(database) = Database::load_within(bytes.to_vec(), limits) {
        let _ = database.tables();
        let _ = database.schema(None);
        for (table, _) in database.columns().unwrap_or_default() {
            let _ = database.table(Some(&table));
        }
        let _ = database.query("SELECT * FROM crew ORDER BY age");
    }
    if let Ok(image) = make(bytes, "data") {
        assert!(Database::load(image).is_ok(), "what was made can be read");
    }
});
