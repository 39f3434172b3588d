//! How often primitives are used again: the plans of the requests that are worked on, and who asks for them.

use crate::Result;
use crate::figure::{Figure, Target};
use crate::place::Place;
use crate::sample::Samples;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::Stdio;
use telos_registry::Registry;

const STATE: &str = "reuse";
/// The batches that are worked on; the others are held out, and nobody looks at what they are planned as.
const BATCHES: [&str; 7] = ["a", "c", "e", "g", "i", "k", "m"];
/// Requests, and the files that they are about.
const DATA: [(&str, &str); 7] = [
    (include_str!("../../system/tests/data/intents.jsonl"), include_str!("../../system/tests/data/desk.json")),
    (include_str!("../../system/tests/data/requests.jsonl"), include_str!("../../system/tests/data/study.json")),
    (include_str!("../../system/tests/data/office.jsonl"), include_str!("../../system/tests/data/office-desk.json")),
    (include_str!("../../system/tests/data/lab.jsonl"), include_str!("../../system/tests/data/lab-desk.json")),
    (include_str!("../../system/tests/data/garden.jsonl"), include_str!("../../system/tests/data/garden-desk.json")),
    (
        include_str!("../../system/tests/data/pharmacy.jsonl"),
        include_str!("../../system/tests/data/pharmacy-desk.json"),
    ),
    (
        include_str!("../../system/tests/data/dialects.jsonl"),
        include_str!("../../system/tests/data/dialects-desk.json"),
    ),
];

/// What uses one primitive.
#[derive(Default)]
struct Uses {
    plans: f64,
    families: BTreeSet<String>,
}

pub(crate) fn figures(place: &Place) -> Result<Vec<Figure>> {
    let mut uses: BTreeMap<String, Uses> = BTreeMap::new();
    let mut plans = 0.0;
    for (requests, desk) in DATA {
        lay(place, desk)?;
        for line in requests.lines() {
            let request: serde_json::Value = serde_json::from_str(line)?;
            let text = |key: &str| request[key].as_str().unwrap_or_default();
            // What depends on requests before it, or should be asked about, is no plan of its own.
            if !BATCHES.contains(&text("batch")) || request["before"].is_array() || request["ask"] == true {
                continue;
            }
            let used = planned(place, text("say"), request["stdin"].as_str())?;
            plans += if used.is_empty() { 0.0 } else { 1.0 };
            for name in used {
                let uses = uses.entry(name).or_default();
                uses.plans += 1.0;
                uses.families.extend(Some(text("family").to_owned()).filter(|family| !family.is_empty()));
            }
        }
    }
    let registry = crate::packs::registry()?;
    let pure = pure(&registry);
    let used: Vec<&Uses> = uses.iter().filter(|(name, _)| pure.contains(name.as_str())).map(|(_, uses)| uses).collect();
    let families = |uses: &&Uses| f64::from(u32::try_from(uses.families.len()).unwrap_or(u32::MAX));
    let count = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let mean = |sum: f64| Samples::one(sum / count(used.len()).max(1.0));
    Ok(vec![
        Figure::new("requests that are planned", "", Samples::one(plans)),
        Figure::new("pure primitives that plans use", "", Samples::one(count(used.len())))
            .beside("pure primitives", Some(&Samples::one(count(pure.len())))),
        Figure::new(
            "plans of a pure primitive, mean of those used",
            "",
            mean(used.iter().map(|uses| uses.plans).sum()),
        ),
        Figure::new("families of a pure primitive, mean of those used", "", mean(used.iter().map(families).sum()))
            .target(Target::AtLeast(3.0)),
    ])
}

/// Names of the primitives that compute and do nothing else.
fn pure(registry: &Registry) -> BTreeSet<&str> {
    let descriptors = registry.iter().map(telos_registry::Entry::descriptor);
    descriptors.filter(|one| one.effects.is_empty()).map(|one| one.name.as_str()).collect()
}

/// Lays out the files of a desk in an empty directory. What is no text there only has to be there.
fn lay(place: &Place, desk: &str) -> Result<()> {
    std::fs::remove_dir_all(place.work())?;
    std::fs::create_dir(place.work())?;
    let files: BTreeMap<String, String> = serde_json::from_str(desk)?;
    for (name, content) in files {
        let path = place.work().join(name);
        std::fs::create_dir_all(path.parent().ok_or("a file without a directory")?)?;
        std::fs::write(path, content)?;
    }
    Ok(())
}

/// The primitives that a request is planned with, each once; none if it is asked about.
fn planned(place: &Place, say: &str, stdin: Option<&str>) -> Result<BTreeSet<String>> {
    let mut command = place.telos(STATE, &["do", "--plan", "--json", "--", say]);
    command.stdin(if stdin.is_some() { Stdio::piped() } else { Stdio::null() });
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    if let (Some(data), Some(mut pipe)) = (stdin, child.stdin.take()) {
        // Planning reads no data, so the pipe may be closed already.
        let _ = pipe.write_all(data.as_bytes());
    }
    let said: serde_json::Value = serde_json::from_slice(&child.wait_with_output()?.stdout)?;
    let nodes = said["plan"]["nodes"].as_array().into_iter().flatten();
    Ok(nodes.filter_map(|node| Some(node["capability"].as_str()?.to_owned())).collect())
}
