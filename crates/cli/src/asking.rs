//! The person at the terminal: questions, consent, progress.

use crate::console::Console;
use crate::screen::Screen;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};
use telos_abi::limit::APPROVAL_WAIT_MS;
use telos_surface::printable;
use telos_system::{Ask, Consent, Person, Step, Surface};

/// Work shorter than this shows no progress.
const QUIET_FOR: Duration = Duration::from_millis(800);
/// Longest answer read.
const ANSWER_BYTES_MAX: u64 = 8 << 10;
/// Effects listed in one question; the rest is counted.
const ASKS_SHOWN_MAX: usize = 30;

/// Asks on the controlling terminal, so that standard input stays data.
pub(crate) struct Terminal {
    console: Console,
    yes: bool,
    show_plan: bool,
    progress: Mutex<Progress>,
}

struct Progress {
    began: Instant,
    bytes: u64,
    bar: Option<ProgressBar>,
}

impl Terminal {
    pub(crate) fn new(console: Console, yes: bool, show_plan: bool) -> Self {
        let progress = Progress { began: Instant::now(), bytes: 0, bar: None };
        Self { console, yes, show_plan, progress: Mutex::new(progress) }
    }

    /// Takes the progress display away.
    pub(crate) fn finish(&self) {
        if let Ok(progress) = self.progress.lock()
            && let Some(bar) = &progress.bar
        {
            bar.finish_and_clear();
        }
    }

    /// The controlling terminal, if the person can see stderr on one.
    fn open(&self) -> Option<File> {
        if self.console.json() || !std::io::stderr().is_terminal() {
            return None;
        }
        File::options().read(true).write(true).open("/dev/tty").ok()
    }

    /// Shows `prompt` and reads a line; `None` when nobody is there, the wait ended or input was closed.
    fn prompt(&self, prompt: &str) -> Option<String> {
        self.finish();
        let mut terminal = self.open()?;
        terminal.write_all(prompt.as_bytes()).ok()?;
        terminal.flush().ok()?;
        let wait = rustix::time::Timespec { tv_sec: i64::try_from(APPROVAL_WAIT_MS / 1000).ok()?, tv_nsec: 0 };
        let mut ready = [rustix::event::PollFd::new(&terminal, rustix::event::PollFlags::IN)];
        if rustix::event::poll(&mut ready, Some(&wait)).ok()? == 0 {
            let _ = terminal.write_all(b"\nno answer; taken as no\n");
            return None;
        }
        let mut line = String::new();
        let mut reader = BufReader::new(std::io::Read::take(terminal, ANSWER_BYTES_MAX));
        (reader.read_line(&mut line).ok()? > 0).then(|| line.trim().to_owned())
    }
}

impl Person for Terminal {
    fn consent(&self, asks: &[Ask]) -> Vec<Consent> {
        if self.yes {
            return vec![Consent::GrantedBeforehand; asks.len()];
        }
        let mut text = String::new();
        for ask in asks.iter().take(ASKS_SHOWN_MAX) {
            text.push_str(&format!("  {}\n", printable(&ask.reason, false)));
        }
        if asks.len() > ASKS_SHOWN_MAX {
            text.push_str(&format!("  … and {} more\n", asks.len() - ASKS_SHOWN_MAX));
        }
        let what = if asks.len() == 1 { "this" } else { "all of these" };
        match self.prompt(&format!("{text}Allow {what}? [y/N] ")) {
            None => vec![Consent::NobodyThere; asks.len()],
            Some(answer) if matches!(answer.to_lowercase().as_str(), "y" | "yes") => vec![Consent::Granted; asks.len()],
            Some(_) => vec![Consent::Denied; asks.len()],
        }
    }

    fn at_terminal(&self) -> bool {
        !self.yes && self.open().is_some()
    }

    fn answer(&self, question: &str, choices: &[String]) -> Option<String> {
        let mut prompt = printable(question, true);
        for (index, choice) in choices.iter().enumerate() {
            prompt.push_str(&format!("\n  {}) {}", index + 1, printable(choice, false)));
        }
        let words = self.prompt(&format!("{prompt}\n> "))?;
        let chosen = words.parse::<usize>().ok().and_then(|number| choices.get(number.checked_sub(1)?));
        let words = chosen.cloned().unwrap_or(words);
        (!words.is_empty()).then_some(words)
    }

    fn surface(&self) -> Option<Box<dyn Surface>> {
        Screen::open(self.console).map(|screen| Box::new(screen) as Box<dyn Surface>)
    }

    fn progress(&self, step: Step) {
        if let Step::Planned(lines) = &step {
            if self.show_plan {
                lines.iter().for_each(|line| self.console.aside(line));
            }
            return;
        }
        let Ok(mut progress) = self.progress.lock() else { return };
        if let Step::Bytes(_, bytes) = step {
            progress.bytes += bytes;
        }
        let visible = !self.console.quiet() && !self.console.json() && std::io::stderr().is_terminal();
        if visible && progress.bar.is_none() && progress.began.elapsed() > QUIET_FOR {
            let style = ProgressStyle::with_template("{spinner} {elapsed} {bytes} read ({bytes_per_sec})");
            let bar = ProgressBar::no_length().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.enable_steady_tick(Duration::from_millis(120));
            progress.bar = Some(bar);
        }
        if let Some(bar) = &progress.bar {
            bar.set_position(progress.bytes);
        }
    }
}
