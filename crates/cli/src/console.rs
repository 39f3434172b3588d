//! Printing: what goes where, in which colours.

use crate::arguments::{Arguments, Colour};
use anstyle::{AnsiColor, Style};
use serde::Serialize;
use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use telos_surface::{TextStyle, printable};

/// Set when standard output refused a part of the outcome (a full disk). There is one standard output.
static OUTCOME_LOST: AtomicBool = AtomicBool::new(false);

/// How this process prints.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Console {
    json: bool,
    quiet: bool,
    colour_out: bool,
    colour_err: bool,
    terminal_out: bool,
}

impl Console {
    pub(crate) fn new(arguments: &Arguments) -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let colour = |terminal: bool| match arguments.color {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => terminal && !plain,
        };
        let terminal_out = std::io::stdout().is_terminal();
        Self {
            json: arguments.json,
            quiet: arguments.quiet,
            colour_out: colour(terminal_out),
            colour_err: colour(std::io::stderr().is_terminal()),
            terminal_out,
        }
    }

    pub(crate) const fn json(&self) -> bool {
        self.json
    }

    pub(crate) const fn quiet(&self) -> bool {
        self.quiet
    }

    /// How scenes are printed on stdout.
    pub(crate) const fn style(&self) -> TextStyle {
        TextStyle { terminal: self.terminal_out, colour: self.colour_out }
    }

    /// Whether a session may take the terminal that standard output is.
    pub(crate) fn has_screen(&self) -> bool {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
        !self.json && self.terminal_out && !dumb && std::io::stdin().is_terminal()
    }

    /// Prints the outcome. A reader that went away is not an error; an outcome that could not be kept is one.
    pub(crate) fn out(&self, text: &str) {
        let mut stdout = std::io::stdout().lock();
        if let Err(error) = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush())
            && error.kind() != ErrorKind::BrokenPipe
            && !OUTCOME_LOST.swap(true, Ordering::Relaxed)
        {
            self.error(&format!("the outcome could not be written: {error}"));
        }
    }

    /// Whether some of the outcome did not reach standard output, though somebody waits for it.
    pub(crate) fn outcome_lost() -> bool {
        OUTCOME_LOST.load(Ordering::Relaxed)
    }

    /// Prints one line of the outcome, with whatever a terminal would obey made visible.
    pub(crate) fn line(&self, text: &str) {
        self.out(&format!("{}\n", printable(text, true)));
    }

    /// Prints one JSON object, and its line end.
    pub(crate) fn object(&self, value: &impl Serialize) {
        // Everything printed is made of strings, numbers and lists: it has a JSON form.
        let text = serde_json::to_string_pretty(value).unwrap_or_else(|error| format!("\"{error}\""));
        self.out(&format!("{text}\n"));
    }

    /// Prints one line of the story.
    pub(crate) fn story(&self, text: &str) {
        if !self.quiet {
            self.err(&printable(text, true));
        }
    }

    /// Prints a line of the story in faint letters.
    pub(crate) fn aside(&self, text: &str) {
        if !self.quiet {
            self.err(&self.paint(&printable(text, true), Style::new().dimmed()));
        }
    }

    /// Prints an error: always, also when quiet.
    pub(crate) fn error(&self, text: &str) {
        let head = self.paint("telos:", Style::new().bold().fg_color(Some(AnsiColor::Red.into())));
        self.err(&format!("{head} {}", printable(text, true)));
    }

    fn paint(&self, text: &str, style: Style) -> String {
        if self.colour_err { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn err(&self, text: &str) {
        let mut stderr = std::io::stderr().lock();
        let _ = writeln!(stderr, "{text}");
    }
}
