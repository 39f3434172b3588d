//! Printing: what goes where, in which colours.

use crate::arguments::{Arguments, Colour};
use anstyle::{AnsiColor, Style};
use serde::Serialize;
use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use telos_surface::{Glyphs, TextStyle, printable};

/// Set when standard output refused a part of the outcome (a full disk). There is one standard output.
static OUTCOME_LOST: AtomicBool = AtomicBool::new(false);

/// Columns where the terminal does not tell, or there is none.
const COLUMNS: usize = 80;

/// How this process prints.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Console {
    json: bool,
    quiet: bool,
    colour_out: bool,
    colour_err: bool,
    terminal_out: bool,
    columns: usize,
    glyphs: Glyphs,
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
            columns: columns(),
            glyphs: glyphs(|name| std::env::var(name).ok()),
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
        TextStyle { terminal: self.terminal_out, colour: self.colour_out, columns: self.columns, glyphs: self.glyphs }
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

/// The width of the terminal.
fn columns() -> usize {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok();
    size.map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0).unwrap_or(COLUMNS)
}

/// What the locale's encoding can show (POSIX.1-2017, XBD 8.2: the first of these that is set and not empty decides).
fn glyphs(variable: impl Fn(&str) -> Option<String>) -> Glyphs {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable).find(|value| !value.is_empty());
    let utf8 = locale.is_some_and(|locale| locale.to_lowercase().replace('-', "").ends_with("utf8"));
    if utf8 { Glyphs::Unicode } else { Glyphs::Ascii }
}

#[cfg(test)]
mod tests {
    use super::glyphs;
    use telos_surface::Glyphs;

    #[test]
    fn the_locale_says_what_can_be_shown() {
        let locale = |all: &'static str, lang: &'static str| {
            glyphs(move |name| match name {
                "LC_ALL" => Some(all.to_owned()),
                "LANG" => Some(lang.to_owned()),
                _ => None,
            })
        };
        assert_eq!(locale("", "en_GB.UTF-8"), Glyphs::Unicode);
        assert_eq!(locale("C.utf8", "C"), Glyphs::Unicode);
        assert_eq!(locale("C", "en_GB.UTF-8"), Glyphs::Ascii);
        assert_eq!(locale("", ""), Glyphs::Ascii);
    }
}
