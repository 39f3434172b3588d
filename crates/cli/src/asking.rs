//! The person at the terminal: questions, consent, progress.

use crate::console::Console;
use crate::screen::Screen;
use indicatif::{ProgressBar, ProgressStyle};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};
use telos_abi::limit::APPROVAL_WAIT_MS;
use telos_surface::{Printer, printable};
use telos_system::{Ask, Consent, Part, Person, Report, Step, Surface};

/// Work shorter than this shows no progress.
const QUIET_FOR: Duration = Duration::from_millis(800);
/// Longest answer read.
const ANSWER_BYTES_MAX: u64 = 8 << 10;
/// Environment variable with the password of a log-in that nobody is there to type.
const PASSWORD: &str = "TELOS_PASSWORD";
/// Effects listed in one question; the rest is counted.
const ASKS_SHOWN_MAX: usize = 30;

/// Asks on the controlling terminal, so that standard input stays data.
pub(crate) struct Terminal {
    console: Console,
    yes: bool,
    show_plan: bool,
    progress: Mutex<Progress>,
    /// Prints the outcome; nothing if it is shown elsewhere, or whole.
    printer: Option<Mutex<Printer>>,
}

struct Progress {
    began: Instant,
    bytes: u64,
    /// Bytes that will be read, as far as that is known.
    expected: u64,
    bar: Option<ProgressBar>,
}

impl Terminal {
    pub(crate) fn new(console: Console, yes: bool, show_plan: bool) -> Self {
        let progress = Progress { began: Instant::now(), bytes: 0, expected: 0, bar: None };
        Self { console, yes, show_plan, progress: Mutex::new(progress), printer: None }
    }

    /// The same, and the outcome is printed as it comes.
    pub(crate) fn printing(self) -> Self {
        Self { printer: Some(Mutex::new(Printer::new(self.console.style()))), ..self }
    }

    /// Prints what is left of the outcome, and says so where there is nothing to print.
    pub(crate) fn outcome(&self, report: &Report) {
        let whole = || telos_surface::text(&report.scene, self.console.style());
        let printed = self.printer.as_ref().and_then(|printer| printer.lock().ok());
        self.console.out(&printed.map_or_else(whole, |mut printer| printer.rest(&report.scene)));
        if let Some(nothing) = report.scene.emptiness() {
            self.console.aside(nothing);
        }
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
        self.prompt_for(prompt, |line| line.trim().to_owned())
    }

    fn prompt_for(&self, prompt: &str, read: impl FnOnce(&str) -> String) -> Option<String> {
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
        (reader.read_line(&mut line).ok()? > 0).then(|| read(&line))
    }
}

/// A terminal that does not show what is typed, until this is dropped.
struct Hidden<'a> {
    terminal: &'a File,
    before: Termios,
}

impl<'a> Hidden<'a> {
    fn begin(terminal: &'a File) -> Option<Self> {
        let before = tcgetattr(terminal).ok()?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(terminal, OptionalActions::Flush, &silent).ok()?;
        Some(Self { terminal, before })
    }
}

impl Drop for Hidden<'_> {
    fn drop(&mut self) {
        let _ = tcsetattr(self.terminal, OptionalActions::Flush, &self.before);
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

    /// The environment or what is piped in answers for somebody who is not there.
    fn secret(&self, question: &str) -> Option<String> {
        if let Some(password) = std::env::var_os(PASSWORD).filter(|password| !password.is_empty()) {
            return password.into_string().ok();
        }
        if crate::doing::stdin_is_data() {
            let mut line = String::new();
            let mut input = BufReader::new(std::io::Read::take(std::io::stdin(), ANSWER_BYTES_MAX));
            input.read_line(&mut line).ok()?;
            return Some(line.trim_end_matches(['\n', '\r']).to_owned());
        }
        let terminal = self.open()?;
        let hidden = Hidden::begin(&terminal)?;
        let answer = self.prompt_for(&format!("{}: ", printable(question, false)), |line| {
            line.trim_end_matches(['\n', '\r']).to_owned()
        });
        drop(hidden);
        // The line end was not shown either.
        let _ = (&terminal).write_all(b"\n");
        answer
    }

    fn surface(&self) -> Option<Box<dyn Surface>> {
        Screen::open(self.console).map(|screen| Box::new(screen) as Box<dyn Surface>)
    }

    fn shown(&self, part: &Part) {
        let Some(mut printer) = self.printer.as_ref().and_then(|printer| printer.lock().ok()) else { return };
        let text = match part {
            Part::Blocks(blocks) => printer.blocks(blocks),
            Part::Text(text) => printer.text(text),
        };
        let bar = self.progress.lock().ok().and_then(|progress| progress.bar.clone());
        match bar {
            Some(bar) => bar.suspend(|| self.console.out(&text)),
            None => self.console.out(&text),
        }
    }

    fn progress(&self, step: Step) {
        if let Step::Planned(lines) = &step {
            if self.show_plan {
                lines.iter().for_each(|line| self.console.aside(line));
            }
            return;
        }
        let Ok(mut progress) = self.progress.lock() else { return };
        match step {
            Step::Bytes(_, bytes) => progress.bytes += bytes,
            Step::Expected(_, bytes) => progress.expected += bytes,
            Step::Planned(_) | Step::Began(_) | Step::Ended(_) => {}
        }
        let visible = !self.console.quiet() && !self.console.json() && std::io::stderr().is_terminal();
        if visible && progress.bar.is_none() && progress.began.elapsed() > QUIET_FOR {
            let bar = ProgressBar::no_length();
            bar.enable_steady_tick(Duration::from_millis(120));
            progress.bar = Some(bar);
        }
        if let Some(bar) = &progress.bar {
            let style = ProgressStyle::with_template(shape(progress.bytes, progress.expected));
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.set_length(progress.expected);
            bar.set_position(progress.bytes);
        }
    }
}

/// What is told of work that goes on: the time that is left where the end of reading is known and not reached.
const fn shape(bytes: u64, expected: u64) -> &'static str {
    if expected > bytes {
        "{spinner} {elapsed} {bytes} of {total_bytes} read ({bytes_per_sec}), {eta} left"
    } else if expected == bytes && bytes > 0 {
        "{spinner} {elapsed} all {bytes} read, working on it"
    } else {
        "{spinner} {elapsed} {bytes} read ({bytes_per_sec})"
    }
}

#[cfg(test)]
mod tests {
    use super::{ProgressStyle, shape};

    #[test]
    fn time_left_is_told_where_the_end_is_known() {
        assert!(shape(5, 10).contains("{eta} left"));
        assert!(shape(10, 10).contains("working") && !shape(10, 10).contains("eta"));
        // Piped input has no size, and a log that grows has more than was seen.
        assert!(!shape(5, 0).contains("eta") && !shape(11, 10).contains("eta") && !shape(0, 0).contains("eta"));
        for (bytes, expected) in [(0, 0), (1, 2), (2, 2)] {
            assert!(ProgressStyle::with_template(shape(bytes, expected)).is_ok());
        }
    }
}
