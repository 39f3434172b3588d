//! Idle time: a process of the least priority that prepares what is likely to be needed next.

use crate::arguments::PrepareArguments;
use crate::console::Console;
use crate::doing::{stop_on_signals, zone};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use telos_system::{SystemError, Telos};

/// Set to anything, nothing is prepared.
const UNWANTED: &str = "TELOS_NO_PREPARE";
/// How much the process gives way to others: most.
const NICENESS: i32 = 19;

/// Begins it, where a person is at the terminal to whom idle time belongs. That it cannot be begun is no error.
pub(crate) fn begin(console: Console) {
    if !console.has_screen() || std::env::var_os(UNWANTED).is_some() {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let mut process = Command::new(program);
    // A group of its own: Ctrl-C at the next prompt is not meant for it.
    process
        .args(["prepare", "--idle"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    drop(process.spawn());
}

/// `telos prepare`.
pub(crate) fn prepare(telos: &Telos, arguments: &PrepareArguments, console: Console) -> Result<i32, SystemError> {
    if arguments.idle {
        // Where priorities cannot be changed it is merely quicker.
        let _ = rustix::process::nice(NICENESS);
    }
    let prepared = telos.prepare(zone().as_deref(), &stop_on_signals()?)?;
    if console.json() {
        console.object(&prepared);
    } else {
        prepared.intents.iter().for_each(|intent| console.story(&format!("planned: {intent}")));
        console.story(&format!("{} packs are compiled", prepared.packs));
    }
    Ok(0)
}
