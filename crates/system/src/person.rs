//! The port to the person at the front door.

use telos_abi::{Effect, NodeIndex, Rule};
use telos_session::Event;
use telos_surface::{Block, Screen};

/// One effect that needs consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The effect, as resolved by the host; never text that an agent or file supplied.
    pub effect: Effect,
    /// The rule that asks.
    pub rule: Rule,
    /// Why.
    pub reason: String,
}

/// How a request for consent was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// Yes, at the terminal.
    Granted,
    /// Yes, beforehand, by `--yes`.
    GrantedBeforehand,
    /// No.
    Denied,
    /// Nobody could be asked.
    NobodyThere,
}

impl Consent {
    /// Whether it is a yes.
    #[must_use]
    pub const fn granted(self) -> bool {
        matches!(self, Self::Granted | Self::GrantedBeforehand)
    }

    /// The word recorded in the log.
    #[must_use]
    pub const fn by(self) -> &'static str {
        match self {
            Self::Granted | Self::Denied => "terminal",
            Self::GrantedBeforehand => "--yes",
            Self::NobodyThere => "nobody",
        }
    }
}

/// A step of a run, for progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A plan was sealed: one line for each node.
    Planned(Vec<String>),
    /// A node began.
    Began(NodeIndex),
    /// A reading node is going to produce this many bytes.
    Expected(NodeIndex, u64),
    /// A reading node produced this many further bytes.
    Bytes(NodeIndex, u64),
    /// A node is done.
    Ended(NodeIndex),
}

/// A part of an outcome, while the work goes on. The report at the end has all of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Further blocks of the scene, and more will come.
    Blocks(Vec<Block>),
    /// More of the text that is the scene's first block.
    Text(String),
}

/// Who asks for the work. The command line's implementation asks on the terminal; tests script it.
pub trait Person: Sync {
    /// Asks for consent to all of these at once; one answer each, in order.
    fn consent(&self, asks: &[Ask]) -> Vec<Consent>;

    /// Whether `consent` would now wait for somebody at the controlling terminal.
    fn at_terminal(&self) -> bool {
        false
    }

    /// Asks a question in words. `None` when nobody is there or they do not want to answer.
    fn answer(&self, question: &str, choices: &[String]) -> Option<String>;

    /// Asks for what is not shown while it is typed, and kept nowhere. `None` when nobody is there to give it.
    fn secret(&self, question: &str) -> Option<String> {
        let _ = question;
        None
    }

    /// A screen to hold a session on; `None` when nobody looks at one.
    fn surface(&self) -> Option<Box<dyn Surface>> {
        None
    }

    /// Shows what there is of the outcome before the rest of it. Called in order, by one thread; may block.
    fn shown(&self, part: &Part) {
        let _ = part;
    }

    /// Tells how far the work is. Called from several threads; must not block.
    fn progress(&self, step: Step);
}

/// A screen with keys. Taken from the person when first shown to, and given back when dropped.
pub trait Surface {
    /// Columns and rows.
    fn size(&self) -> (u16, u16);

    /// Shows this instead of what was shown.
    fn show(&mut self, screen: &Screen);

    /// The next event; `None` if there is none yet. With `wait` it may take a moment before it says so.
    fn next(&mut self, wait: bool) -> Option<Event>;
}
