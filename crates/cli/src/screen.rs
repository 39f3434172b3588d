//! A session's screen on the terminal: drawn as a whole, and given back whatever happens.

use crate::console::Console;
use crossterm::event::{self, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::style::{Attribute, Color, Print, SetAttribute, SetBackgroundColor, SetForegroundColor};
use crossterm::terminal::{self, Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{cursor, execute, queue};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::cell::Cell;
use std::io::{self, Stdout, Write};
use std::sync::Once;
use std::time::Duration;
use telos_surface::{Line, Role, clipped, columns, printable};
use telos_system::{Event, Key, Surface};

/// How long a wait for a key lasts before the session looks whether it is to stop.
const WAIT: Duration = Duration::from_millis(250);

/// The terminal, taken when something is first shown.
pub(crate) struct Screen {
    colour: bool,
    taken: bool,
    /// The size that the session knows. The terminal's is compared with it: the signal of a change is heard only once keys are
    /// waited for, and a change before that would be missed.
    told: Cell<(u16, u16)>,
    /// The terminal has put what was drawn elsewhere.
    resized: bool,
    /// The terminal is gone.
    lost: bool,
}

impl Screen {
    /// The terminal, if a person looks at it.
    pub(crate) fn open(console: Console) -> Option<Self> {
        console.has_screen().then(|| Self {
            colour: console.style().colour,
            taken: false,
            told: Cell::new(size()),
            resized: false,
            lost: false,
        })
    }

    fn draw(&mut self, screen: &telos_surface::Screen) -> io::Result<()> {
        if !self.taken {
            self.taken = true;
            take()?;
        }
        let (width, height) = size();
        let mut out = Vec::new();
        if std::mem::take(&mut self.resized) {
            queue!(out, Clear(ClearType::All))?;
        }
        for (row, line) in (0_u16..).zip(rows(screen, usize::from(width), usize::from(height))) {
            // Before it is written: after a full row the cursor still stands in its last column.
            queue!(out, cursor::MoveTo(0, row), Clear(ClearType::UntilNewLine))?;
            for (text, style) in line {
                style.begin(&mut out, self.colour)?;
                queue!(out, Print(text), SetAttribute(Attribute::Reset))?;
            }
        }
        let mut stdout = io::stdout().lock();
        stdout.write_all(&out)?;
        stdout.flush()
    }
}

/// Columns and rows of the terminal.
fn size() -> (u16, u16) {
    terminal::size().unwrap_or((80, 24))
}

/// Raw mode on the other screen. Also arranges that a panic gives the terminal back before it is told.
fn take() -> io::Result<()> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let told = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            give_back(&mut io::stdout());
            told(panic);
        }));
    });
    terminal::enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen, cursor::Hide, Clear(ClearType::All))
}

/// The terminal as it was. Nothing is left to be done where even that fails.
fn give_back(stdout: &mut Stdout) {
    let _ = execute!(stdout, cursor::Show, LeaveAlternateScreen);
    let _ = terminal::disable_raw_mode();
}

impl Drop for Screen {
    fn drop(&mut self) {
        if self.taken {
            give_back(&mut io::stdout());
        }
    }
}

impl Surface for Screen {
    fn size(&self) -> (u16, u16) {
        self.told.set(size());
        self.told.get()
    }

    fn show(&mut self, screen: &telos_surface::Screen) {
        self.lost = self.lost || self.draw(screen).is_err();
    }

    fn next(&mut self, wait: bool) -> Option<Event> {
        // crossterm waits by reading from a terminal that is gone again and again: it is asked only for what is there.
        let terminal = io::stdout();
        self.lost = self.lost || gone(&terminal, Duration::ZERO);
        if wait && !self.lost && event::poll(Duration::ZERO).is_ok_and(|there| !there) {
            self.lost = gone(&terminal, WAIT);
        }
        if self.lost {
            return Some(Event::Leave);
        }
        let (columns, rows) = size();
        if self.told.replace((columns, rows)) != (columns, rows) {
            self.resized = true;
            return Some(Event::Resize { columns, rows });
        }
        match event::poll(Duration::ZERO) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(_) => return Some(Event::Leave),
        }
        match event::read() {
            Ok(event::Event::Key(key)) if key.kind != KeyEventKind::Release => pressed(key),
            // A change of size is told above.
            Ok(_) => None,
            Err(_) => Some(Event::Leave),
        }
    }
}

/// Waits until something was typed, the time is over or a signal came; tells whether the terminal's other side is closed.
fn gone(terminal: &Stdout, wait: Duration) -> bool {
    let mut watched = [PollFd::new(terminal, PollFlags::IN)];
    let most = Timespec { tv_sec: 0, tv_nsec: i64::from(wait.subsec_nanos()) };
    let told = poll(&mut watched, Some(&most)).is_ok();
    told && watched[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)
}

fn pressed(key: KeyEvent) -> Option<Event> {
    let control = key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    Some(Event::Key(match key.code {
        KeyCode::Char('c' | 'd') if control => return Some(Event::Leave),
        KeyCode::Char(letter) if !control => Key::Letter(letter),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Escape,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        _ => return None,
    }))
}

/// How a piece of a row is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// Title or status.
    Bar,
    Of(Role),
}

impl Style {
    /// Without colours a role is told by weight and inversion.
    fn begin(self, out: &mut Vec<u8>, colour: bool) -> io::Result<()> {
        match self {
            Self::Of(Role::Text) => Ok(()),
            Self::Of(Role::Aside) if colour => queue!(out, SetForegroundColor(Color::DarkGrey)),
            Self::Of(Role::Aside) => queue!(out, SetAttribute(Attribute::Dim)),
            Self::Of(Role::Match) if colour => {
                queue!(out, SetForegroundColor(Color::Black), SetBackgroundColor(Color::Yellow))
            }
            Self::Of(Role::Heading) => queue!(out, SetAttribute(Attribute::Bold)),
            Self::Bar | Self::Of(Role::Match | Role::Chosen) => queue!(out, SetAttribute(Attribute::Reverse)),
        }
    }
}

type Row = Vec<(String, Style)>;

/// Title, lines and status as rows of exactly this height, none wider than this. In one row there is room for a line alone.
fn rows(screen: &telos_surface::Screen, width: usize, height: usize) -> Vec<Row> {
    let bar = |text: &str| {
        let text = format!(" {}", printable(text, false));
        let shown = clipped(&text, width);
        vec![(format!("{shown}{}", " ".repeat(width - columns(shown))), Style::Bar)]
    };
    let (title, status) = (usize::from(height > 2), usize::from(height > 1));
    let lines = screen.lines.iter().map(|line| spans(line, width)).chain(std::iter::repeat(Row::new()));
    let title = std::iter::once(bar(&screen.title)).take(title);
    let status_row = std::iter::once(bar(&screen.status)).take(status);
    title.chain(lines).take(height - status.min(height)).chain(status_row).collect()
}

fn spans(line: &Line, width: usize) -> Row {
    let mut left = width;
    let spans = line.spans.iter().map(|span| {
        let shown = clipped(&span.text, left);
        left -= columns(shown).min(left);
        (shown.to_owned(), Style::Of(span.role))
    });
    spans.collect()
}

#[cfg(test)]
mod tests {
    use super::{pressed, rows};
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use telos_surface::{Line, Role, Screen};
    use telos_system::{Event, Key};

    fn drawn(width: usize, height: usize) -> Vec<String> {
        let lines = vec![Line::new("one", Role::Text), Line::new("two", Role::Match)];
        let screen = Screen { title: String::from("notes.txt"), lines, status: String::from("1 of 2") };
        let rows = rows(&screen, width, height).into_iter();
        rows.map(|row| row.into_iter().map(|(text, _)| text).collect()).collect()
    }

    #[test]
    fn title_lines_and_status_fit_whatever_the_size() {
        assert_eq!(drawn(8, 5), [" notes.t", "one", "two", "", " 1 of 2 "]);
        assert_eq!(drawn(2, 2), ["on", " 1"]);
        assert_eq!(drawn(4, 1), ["one"]);
        assert_eq!(drawn(0, 0), Vec::<String>::new());
    }

    #[test]
    fn control_c_leaves_and_other_controls_are_no_letters() {
        let key = |code, modifiers| pressed(KeyEvent::new(code, modifiers));
        assert_eq!(key(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Event::Leave));
        assert_eq!(key(KeyCode::Char('a'), KeyModifiers::CONTROL), None);
        assert_eq!(key(KeyCode::Char('G'), KeyModifiers::SHIFT), Some(Event::Key(Key::Letter('G'))));
    }
}
