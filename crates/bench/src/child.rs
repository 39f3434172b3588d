//! A child process with what it used.
#![expect(unsafe_code, reason = "the standard library waits without telling what the child used")]

use crate::Result;
use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A child that has ended.
pub(crate) struct Ended {
    /// From before the fork until after the wait.
    pub(crate) wall: Duration,
    /// Its peak resident memory.
    pub(crate) peak_bytes: u64,
    /// What it wrote.
    pub(crate) output: String,
}

/// Runs `command` with no input and without its error stream.
///
/// # Errors
/// When it cannot be started or does not end with 0.
pub(crate) fn run(command: &mut Command) -> Result<Ended> {
    let began = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    let mut output = String::new();
    let read = child.stdout.take().map_or(Ok(0), |mut stdout| stdout.read_to_string(&mut output));
    let (status, peak_bytes) = wait(child.id())?;
    let wall = began.elapsed();
    read?;
    if status != 0 {
        return Err(format!("{command:?} ended with wait status {status}: {output}").into());
    }
    Ok(Ended { wall, peak_bytes, output })
}

/// Waits for a child; its wait status and peak resident memory.
fn wait(child: u32) -> Result<(i32, u64)> {
    let child = i32::try_from(child)?;
    let mut status = 0;
    // SAFETY: 1. `rusage` is plain integers, for which zero is a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    loop {
        // SAFETY: 1. `child` was started by this process and nobody else waits for it, so the number is not reused.
        // 2. Both pointers are to live locals of the types that the call fills in.
        let waited = unsafe { libc::wait4(child, &raw mut status, 0, &raw mut usage) };
        if waited == child {
            break;
        }
        let error = std::io::Error::last_os_error();
        if error.kind() != std::io::ErrorKind::Interrupted {
            return Err(error.into());
        }
    }
    Ok((status, u64::try_from(usage.ru_maxrss)?.saturating_mul(1024)))
}

#[cfg(test)]
mod tests {
    use super::run;
    use std::process::Command;

    #[test]
    fn a_child_tells_its_output_and_what_it_used() {
        let ended = run(Command::new("echo").arg("here")).expect("it ends with 0");
        assert_eq!(ended.output, "here\n");
        assert!(ended.peak_bytes > 4_096 && !ended.wall.is_zero());
    }

    #[test]
    fn a_child_that_fails_is_an_error() {
        let error = run(&mut Command::new("false")).err().expect("it ends with 1");
        assert!(error.to_string().contains("wait status 256"), "{error}");
    }
}
