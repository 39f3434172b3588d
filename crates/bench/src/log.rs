//! The log: appending in batches, verification.

use crate::Result;
use crate::figure::{Figure, Target};
use crate::place::Place;
use crate::sample::Samples;
use std::time::Instant;
use telos_abi::{Durability, RunId, Timestamp};
use telos_trust::{Keys, Log, Sealing, verify};

const RECORDS: u32 = 500_000;
/// Of one record's payload: a receipt with a path or two.
const PAYLOAD_BYTES: usize = 256;
const RUNS: u32 = 5;

pub(crate) fn figures(place: &Place) -> Result<Vec<Figure>> {
    let keys = Keys::open_or_create(&place.path("log-keys"), &Sealing::KeyFile(place.path("log-seal")))?;
    let (mut append, mut check) = (Vec::new(), Vec::new());
    for run in 0..RUNS {
        let folder = place.path(&format!("log-{run}"));
        append.push(appended(&Log::open(&folder)?, &keys)?);
        let began = Instant::now();
        let report = verify(&folder, keys.public(), None)?;
        check.push(per_second(began));
        if !report.is_sound() || report.records_signed != u64::from(RECORDS) {
            return Err("the log that was just written does not verify".into());
        }
        std::fs::remove_dir_all(&folder)?;
    }
    Ok(vec![
        Figure::new("log: append, batched and signed", "receipts/s", Samples::new(append)?)
            .target(Target::AtLeast(200_000.0)),
        Figure::new("log: verify", "receipts/s", Samples::new(check)?).target(Target::AtLeast(1_000_000.0)),
    ])
}

fn appended(log: &Log, keys: &Keys) -> Result<f64> {
    let began = Instant::now();
    let mut writer = log.begin(RunId { started_ms: 1, nonce: 1 }, Timestamp(1), keys.id())?;
    for _ in 0..RECORDS {
        writer.append(1, &[7; PAYLOAD_BYTES], Durability::Batched)?;
    }
    writer.finish(keys, Timestamp(2))?;
    Ok(per_second(began))
}

fn per_second(began: Instant) -> f64 {
    f64::from(RECORDS) / began.elapsed().as_secs_f64()
}
