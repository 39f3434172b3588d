//! Programs as agents: how long until they run, and what their calls cost.

use crate::Result;
use crate::child;
use crate::figure::{Figure, Target};
use crate::helper::monotonic_ns;
use crate::place::Place;
use crate::sample::Samples;
use std::process::Command;

const STATE: &str = "agent";
const STARTS: usize = 15;
const LOOPS: usize = 7;
/// Where this program's copy lies: the directory of the agent, which it may read.
const HELPER: &str = "./telos-bench-helper";

pub(crate) fn figures(place: &Place) -> Result<Vec<Figure>> {
    std::fs::copy(std::env::current_exe()?, place.work().join(HELPER))?;
    let figures = measured(place);
    std::fs::remove_file(place.work().join(HELPER))?;
    figures
}

fn measured(place: &Place) -> Result<Vec<Figure>> {
    let bare = |words: &[&str]| place.tool(HELPER, &[&["helper"], words].concat());
    let inside = |words: &[&str]| place.telos(STATE, &[&["run", "--", HELPER, "helper"], words].concat());
    // Makes the keys.
    child::run(&mut inside(&["stamp"])).map_err(|error| format!("`telos run` is not usable here: {error}"))?;
    let [mut direct, mut agent, mut other] = [const { Vec::new() }; 3];
    for _ in 0..STARTS {
        direct.push(ready(&mut bare(&["stamp"]))?);
        agent.push(ready(&mut inside(&["stamp"]))?);
        // Where bubblewrap is missing or not permitted, the row says so.
        other.extend(ready(&mut bubblewrap(place)).ok());
    }
    let (direct, agent) = (Samples::new(direct)?, Samples::new(agent)?);
    let other = Samples::new(other).ok().map(|other| other.over(&direct));
    let overlay = |words: &[&str]| on_overlay(place, words);
    let [calls_out, calls_in] = in_turn([&bare, &inside], "calls", 20_000);
    let [files_out, files_overlay, files_in] = in_turn([&bare, &overlay, &inside], "files", 100);
    let (calls_out, files_out) = (calls_out?, files_out?);
    let mut figures = vec![
        Figure::new("telos run: ready, over fork and exec", "ms", agent.over(&direct))
            .target(Target::AtMost(5.0))
            .beside("bwrap", other.as_ref()),
        Figure::new("telos run: ready, from fork", "ms", agent).beside("fork and exec", Some(&direct)),
        Figure::new("untrapped call, over outside, least", "ns", calls_in?.over(&calls_out))
            .target(Target::AtMost(60.0))
            .beside("getppid outside", Some(&calls_out)),
        Figure::new("create, rename, unlink inside, least", "ns", files_in?).beside("outside", Some(&files_out)),
    ];
    // Where no such overlay can be made there is nothing to tell.
    figures.extend(files_overlay.ok().map(|samples| {
        Figure::new("create, rename, unlink on an overlay without a guard, least", "ns", samples)
            .beside("outside", Some(&files_out))
    }));
    Ok(figures)
}

fn bubblewrap(place: &Place) -> Command {
    let mut words = vec!["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--unshare-all"];
    words.extend(["--die-with-parent", HELPER, "helper", "stamp"]);
    place.tool("bwrap", &words)
}

/// Milliseconds from before the fork until the program itself runs.
#[expect(clippy::cast_precision_loss, reason = "a few digits are enough")]
fn ready(command: &mut Command) -> Result<f64> {
    let began = monotonic_ns();
    let stamp: i128 = child::run(command)?.output.trim().parse()?;
    Ok((stamp - began) as f64 / 1e6)
}

/// The helper on an overlay of its own, laid over the work directory as the guard does, with nothing that decides.
fn on_overlay(place: &Place, words: &[&str]) -> Command {
    const SCRIPT: &str = "set -e; mkdir -p ../overlay/upper ../overlay/work ../overlay/both; cd ../overlay
        mount -t overlay overlay -o lowerdir=../work,upperdir=upper,workdir=work,userxattr both
        cd both; exec \"$@\"";
    place.tool("unshare", &[&["-Urm", "sh", "-c", SCRIPT, "sh", HELPER, "helper"], words].concat())
}

/// One way to start the helper with words.
type Way<'a> = &'a dyn Fn(&[&str]) -> Command;

/// What the helper measures, started in each of the ways in turn: the least of all turns.
fn in_turn<const N: usize>(ways: [Way<'_>; N], what: &str, count: u32) -> [Result<Samples>; N] {
    let count = count.to_string();
    let mut all = [const { Vec::<f64>::new() }; N];
    for _ in 0..LOOPS {
        for (way, values) in ways.iter().zip(&mut all) {
            values.extend(
                child::run(&mut way(&[what, &count])).ok().and_then(|ended| ended.output.trim().parse::<f64>().ok()),
            );
        }
    }
    all.map(|values| {
        let least = values.into_iter().reduce(f64::min);
        least.map(Samples::one).ok_or_else(|| format!("the helper could not measure {what}").into())
    })
}
