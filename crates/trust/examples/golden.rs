//! Makes the log that `tests/data` keeps for each format version: `cargo run --example golden -- DIRECTORY`.
//!
//! It holds a finished run, a killed one and a pruned one. Run it once for a new version; never over an old one.

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use telos_abi::{Durability, RunId, Timestamp};
use telos_trust::{Keys, Log, Retention, Sealing};

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(std::env::args_os().nth(1).ok_or("usage: golden DIRECTORY")?);
    let secrets = std::env::temp_dir().join(format!("golden-keys-{}", std::process::id()));
    let keys = Keys::open_or_create(&secrets, &Sealing::KeyFile(secrets.join("sealing.key")))?;
    let log = Log::open(&out.join("log"))?;
    for (nonce, records) in [(0, 2), (1, 3), (2, 2)] {
        let run = RunId { started_ms: 1_700_000_000_000 + u64::from(nonce), nonce };
        let mut writer = log.begin(run, Timestamp(run.started_ms), keys.id())?;
        for record in 0..records {
            writer.append(record, format!("run {nonce} record {record}").as_bytes(), Durability::Synced)?;
        }
        if nonce < 2 {
            writer.finish(&keys, Timestamp(run.started_ms + 10))?;
        }
    }
    log.checkpoint(&keys, Timestamp(1_700_000_000_100))?;
    let oldest = |run: RunId| run.nonce != 0;
    let nothing = Retention { age_ms_max: Some(0), bytes_max: None };
    log.gc(&keys, &nothing, Timestamp(1_700_000_000_200), &oldest)?;
    let head = log.head()?.ok_or("the log has no checkpoint")?;
    fs::write(out.join("head"), format!("{head}\n"))?;
    fs::write(out.join("public-key"), keys.public().to_string())?;
    fs::remove_dir_all(secrets)?;
    Ok(())
}
