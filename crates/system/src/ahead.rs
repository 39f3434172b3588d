//! What is done in the idle time after a run, so that the next intent does not wait for it: code of packs that no run has needed
//! yet, and plans of the intents that have followed this one before.
//!
//! Nothing is run, asked or recorded. A plan that is prepared is only one that the planner finds at once: it is validated and
//! decided like any other when its words are said.

use crate::intent::Intent;
use crate::telos::private_directory;
use crate::{SystemError, Telos};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::File;
use telos_abi::{RunKind, Status};
use telos_engine::Stop;
use telos_model::Proposal;
use telos_registry_packs::PACKS;

/// Runs that are looked through for what followed what.
const RUNS_MAX: usize = 300;
/// Intents that are planned.
const INTENTS_MAX: usize = 4;

/// What was prepared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Prepared {
    /// Packs whose code is at hand.
    pub packs: usize,
    /// Intents that are planned, the likeliest first.
    pub intents: Vec<String>,
}

impl Telos {
    /// Prepares what is likely to be needed next in this directory. Does nothing where another process is at it.
    ///
    /// # Errors
    /// When Telos' own state cannot be used.
    pub fn prepare(&self, zone: Option<&str>, stop: &Stop) -> Result<Prepared, SystemError> {
        let mut prepared = Prepared::default();
        private_directory(&self.places().state)?;
        let path = self.places().state.join("prepare.lock");
        let lock = File::create(&path).map_err(SystemError::file(&path))?;
        if lock.try_lock().is_err() {
            return Ok(prepared);
        }
        for text in self.likely_next()? {
            if stop.is_raised() {
                return Ok(prepared);
            }
            let intent = Intent { text, plan_only: true, stdin_piped: false, zone: zone.map(str::to_owned) };
            let words = self.own_words(&intent.text)?;
            let (answer, _) = self.propose(&intent.text, &words, &intent)?;
            if matches!(answer.proposal, Proposal::Graph(_)) {
                prepared.intents.push(intent.text);
            }
        }
        let (engine, registry) = (self.engine()?, self.registry()?);
        for pack in PACKS {
            if stop.is_raised() {
                break;
            }
            engine.load(pack.digest, || registry.component(&pack.digest)).map_err(SystemError::room)?;
            prepared.packs += 1;
        }
        Ok(prepared)
    }

    /// Intents that followed the last one before, the most frequent first; of equals the most recent.
    fn likely_next(&self) -> Result<Vec<String>, SystemError> {
        let mut runs = self.runs(RUNS_MAX)?;
        runs.retain(|run| {
            run.kind == RunKind::Intent && run.directory == *self.directory() && run.status == Some(Status::Done)
        });
        let said = |text: &str| text.split_whitespace().map(str::to_lowercase).collect::<Vec<String>>();
        let Some(last) = runs.first().map(|run| said(&run.request)) else { return Ok(Vec::new()) };
        let mut followers: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        // Runs come newest first: what followed stands before.
        for (age, pair) in runs.windows(2).enumerate() {
            if let [next, before] = pair
                && said(&before.request) == last
            {
                followers.entry(&next.request).or_insert((0, age)).0 += 1;
            }
        }
        let mut ranked: Vec<(&str, (usize, usize))> = followers.into_iter().collect();
        ranked.sort_by_key(|(_, (times, age))| (std::cmp::Reverse(*times), *age));
        Ok(ranked.into_iter().take(INTENTS_MAX).map(|(text, _)| text.to_owned()).collect())
    }
}
