//! The translator's proposal: the likeliest sketch that grounds, types and passes the validator.

use super::alike;
use super::build::{self, Fault};
use super::choose::{Candidate, likeliest, tried};
use super::ground::{Ground, Ungrounded};
use super::left_out::LeftOut;
use super::{Argument, Sketch, Source, Statement, Step};
use crate::learned::{self, Piece, Said};
use crate::plan::lexicon::Lexicon;
use crate::read::Reading;
use crate::turn::{Check, History, Proposed, Question, Surroundings, Trial, Turn};
use std::ops::Range;
use telos_graph::Graph;

/// Share of the likelihood from which on a graph is carried out whatever the search says.
pub(crate) const SURE: f32 = 0.7;
/// Share from which on a graph is preferred to a different one that the search found.
pub(crate) const LIKELY: f32 = 0.5;
/// Share from which on a sketch counts: what it lacks is asked for.
pub(super) const ASKED: f32 = 0.15;
/// Share from which on a request that nothing registered does is not carried out, whatever the search makes of it. Where the
/// translator would ask, the search may know: it explains "delete all log files" word by word.
const REFUSED: f32 = 0.9;
/// What the translator makes of a turn.
#[derive(Default)]
pub(crate) struct Heard {
    /// The likeliest graph that types and that the validator accepts; its confidence is the share of the likelihood that all
    /// sketches of it have.
    pub(crate) graph: Option<Box<Proposed>>,
    /// Whether the likeliest sketch, which is sure, names what is not here: what else would be done is likely to be something
    /// else.
    pub(crate) elsewhere: bool,
    /// What the likeliest sketch lacks, if a person can say it.
    pub(crate) question: Option<Question>,
    /// Why nothing registered does it, for a person, if the translator thinks so.
    pub(crate) nothing: Option<String>,
    /// Whether it would ask what exactly is meant.
    asks: bool,
    /// Whether it is sure that nothing registered does it.
    pub(crate) refuses: bool,
    /// What it is sure is asked of earlier runs.
    pub(crate) history: Option<History>,
}

/// Proposes what the translator makes of the turn.
pub(crate) fn propose(
    turn: &Turn,
    reading: &Reading<'_>,
    around: &dyn Surroundings,
    lexicon: &Lexicon<'_>,
    (check, trial): (&Check<'_>, Option<&Trial<'_>>),
) -> Heard {
    let hearing = |firm: bool| {
        let (said, pieces) = learned::translate(reading, firm);
        let denies = denies(reading.text);
        let mut hearing = Hearing {
            turn,
            reading,
            around,
            lexicon,
            check,
            trial,
            pieces,
            denies,
            heard: Heard::default(),
            candidates: Vec::new(),
            all: 0.0,
            impossible: 0.0,
            absent: Vec::new(),
        };
        for said in said {
            hearing.hear(&said);
        }
        hearing
    };
    let mut first = hearing(false);
    let mut heard = std::mem::take(&mut first.heard);
    if heard.nothing.is_none() {
        heard.graph = first.likeliest();
    } else if heard.asks && heard.history.is_none() {
        // It would ask which file, because it does not know what is here.
        heard.graph = hearing(true).likeliest_of_its_own();
    }
    heard
}

/// What has been heard of the sketches so far.
struct Hearing<'a> {
    turn: &'a Turn,
    reading: &'a Reading<'a>,
    around: &'a dyn Surroundings,
    lexicon: &'a Lexicon<'a>,
    check: &'a Check<'a>,
    trial: Option<&'a Trial<'a>>,
    pieces: Vec<Piece>,
    /// Whether the request says what is not to be done.
    denies: bool,
    heard: Heard,
    candidates: Vec<Candidate>,
    /// Share of all sketches.
    all: f32,
    /// Share of the sketches that cannot be meant, because they make no sense with what is here.
    impossible: f32,
    /// Shares of sketches that name what is not here, and the words they name it by.
    absent: Vec<(f32, String)>,
}

impl<'a> Hearing<'a> {
    /// Takes account of one sketch; the likeliest come first.
    fn hear(&mut self, said: &Said) {
        let share = said.log_share.exp();
        self.all += share;
        let Some(sketch) = super::parse(&said.words, &self.pieces) else {
            self.impossible += share;
            return;
        };
        let heard = &mut self.heard;
        let first = self.candidates.is_empty() && heard.question.is_none() && heard.nothing.is_none();
        let statements = match sketch {
            Sketch::Statements(statements) => alike::without_repeats(statements),
            none_or_ask => {
                let reason = match &none_or_ask {
                    Sketch::None => "nothing that is registered does this",
                    _ => "what exactly it is about is not said; name the file or what to do with it",
                };
                heard.asks |= first && none_or_ask == Sketch::Ask;
                heard.refuses |= share >= REFUSED && none_or_ask == Sketch::None;
                heard.nothing = first.then(|| reason.to_owned()).or(heard.nothing.take());
                return;
            }
        };
        if let Some(asked) = super::history(&statements) {
            heard.history = heard.history.or((share >= SURE).then_some(asked));
            return;
        }
        self.weigh(&statements, share, first);
    }

    /// Builds a sketch, and says what it is worth.
    fn weigh(&mut self, statements: &[Statement], share: f32, first: bool) {
        let reading = self.reading;
        let spoken = taken(statements);
        let loose = loose(reading, &self.pieces, &spoken);
        let found = statements.iter().any(|statement| statement.sources.contains(&Source::Found));
        let ground = Ground { reading, around: self.around, turn: self.turn, taken: spoken.clone() };
        match build::build(statements, self.lexicon, &ground) {
            // What a request forbids is seldom in a sketch, so only what leaves all that is here as it is is safe from it.
            // Nor is a file changed that nobody named.
            Ok(built)
                if loose
                    || built.replaces && found
                    || built.replaces && self.denies
                    || self.leaves_out(&built.graph, &spoken) => {}
            Ok(built) if crate::plan::takes_twice(&built.graph) || (self.check)(&built.graph).is_err() => {
                self.impossible += share;
            }
            Ok(built) => {
                let evident = built.evident;
                let proposed = Proposed {
                    graph: built.graph,
                    confidence: share,
                    readings: built.readings,
                    outputs: built.outputs,
                };
                let (bare, essence) =
                    (alike::bare(&proposed.graph), alike::essence(statements, self.lexicon, reading.text));
                let text = |bytes: &Range<usize>| reading.text.get(bytes.clone()).unwrap_or("").to_owned();
                let words = spoken.iter().map(text).collect();
                self.candidates.push(Candidate { proposed, bare, essence, words, evident, tried: None });
            }
            Err(fault) => {
                self.heard.elsewhere |= share >= SURE && matches!(fault, Fault::Ungrounded(_));
                if share >= ASKED && first {
                    self.heard.question = question(&fault, reading);
                }
                match fault {
                    Fault::Ungrounded(Ungrounded::Absent { said, .. }) => self.absent.push((share, said)),
                    Fault::Unregistered(_)
                    | Fault::Ungrounded(Ungrounded::Several { .. } | Ungrounded::Unnamed { .. }) => {}
                    _ => self.impossible += share,
                }
            }
        }
    }

    fn leaves_out(&self, graph: &Graph, taken: &[Range<usize>]) -> bool {
        let Self { reading, around, lexicon, .. } = *self;
        LeftOut { graph, reading, around, lexicon, taken }.something()
    }

    /// The likeliest graph of all that was heard.
    fn likeliest(mut self) -> Option<Box<Proposed>> {
        // What one sketch finds here and another does not is only read wrongly by the other.
        let candidates = &self.candidates;
        let found = |said: &String| {
            candidates.iter().any(|candidate| candidate.words.iter().any(|words| words.contains(said.as_str())))
        };
        self.impossible += self.absent.iter().filter(|(_, said)| found(said)).map(|(share, _)| share).sum::<f32>();
        let (candidates, impossible) = tried(self.candidates, self.impossible, self.trial);
        likeliest(candidates, impossible)
    }

    /// The likeliest graph where the translator would rather ask: its share is that of what else it says, and only a file that
    /// alone has what is said of it settles what there was to ask.
    fn likeliest_of_its_own(self) -> Option<Box<Proposed>> {
        let all = self.all.max(f32::MIN_POSITIVE);
        let relative = |mut candidate: Candidate| {
            candidate.proposed.confidence /= all;
            candidate
        };
        let candidates = self.candidates.into_iter().filter(|candidate| candidate.evident).map(relative).collect();
        likeliest(candidates, 0.0)
    }
}

/// Whether the request says what is not to be done, or that something is to stay as it is.
fn denies(text: &str) -> bool {
    let lower = text.to_lowercase().replace('\u{2019}', "'");
    let words: Vec<&str> = lower.split(|letter: char| !letter.is_alphanumeric() && letter != '\'').collect();
    let alone = ["don't", "dont", "never", "mustn't", "unchanged", "untouched", "preview"];
    let denied = |pair: &[&str]| {
        matches!(
            pair,
            ["do" | "does" | "must" | "should", "not"]
                | ["only" | "just", "show" | "tell" | "display" | "look"]
                | ["stay" | "stays" | "remain" | "remains", "as" | "like"]
                | ["without", "changing" | "touching" | "modifying" | "altering" | "saving" | "overwriting"]
                | ["not", "change" | "touch" | "modify" | "alter" | "overwrite" | "save"]
                | ["no", "changes"]
                | ["only" | "but", "if"]
        )
    };
    // What has never happened is told, not forbidden.
    let told = |pair: &[&str]| {
        let past = ["did", "had", "has", "have", "was", "were", "got", "came", "went", "worked", "quite", "really"];
        matches!(pair, ["never", after] if past.contains(after))
    };
    let forbidden = |at: usize| alone.contains(&words[at]) && !words.get(at..at + 2).is_some_and(told);
    (0..words.len()).any(forbidden) || words.windows(2).any(denied)
}

/// Whether a file or address that the request names plays no part.
fn loose(reading: &Reading<'_>, pieces: &[Piece], taken: &[Range<usize>]) -> bool {
    let word = |piece: &Piece| reading.text.get(piece.start..piece.end).unwrap_or("");
    let held = |piece: &Piece| taken.iter().any(|bytes| bytes.start < piece.end && piece.start < bytes.end);
    pieces.iter().filter(|piece| learned::named(word(piece)) && !held(piece)).any(|piece| {
        // Said twice, used once.
        let again = |bytes: &Range<usize>| {
            let used = reading.text.get(bytes.clone()).unwrap_or("");
            used.contains(word(piece)) || word(piece).ends_with(used)
        };
        !taken.iter().any(again)
    })
}

/// Bytes of the request that slots take.
fn taken(statements: &[Statement]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut source = |source: &Source| {
        if let Source::Slot(slot) = source {
            out.push(slot.bytes.clone());
        }
    };
    for statement in statements {
        statement.sources.iter().for_each(&mut source);
        for step in &statement.steps {
            match step {
                Step::Save(slot) => source(&Source::Slot(slot.clone())),
                Step::Fill(into) => source(into),
                Step::Over => {}
                Step::Run(operation) => {
                    for argument in operation.settings.iter().flat_map(|(_, arguments)| arguments) {
                        match argument {
                            Argument::Source(from) => source(from),
                            Argument::Made(_, slot) => source(&Source::Slot(slot.clone())),
                            Argument::Literal(_) => {}
                        }
                    }
                }
            }
        }
    }
    out
}

/// The question that would settle what is missing.
fn question(fault: &Fault, reading: &Reading<'_>) -> Option<Question> {
    let place = |said: &str| {
        let at = reading.text.find(said)?;
        Some(at..at + said.len())
    };
    let end = reading.text.len();
    let (text, choices, slot) = match fault {
        Fault::Ungrounded(Ungrounded::Absent { said, near }) => {
            let text = match near.first() {
                Some(first) => format!("There is no “{said}” here. Did you mean “{first}”?"),
                None => format!("There is no “{said}” here. Which file do you mean?"),
            };
            (text, near.clone(), place(said))
        }
        Fault::Ungrounded(Ungrounded::Unnamed { choices }) => {
            (String::from("Which file is it about?"), choices.clone(), None)
        }
        Fault::Ungrounded(Ungrounded::Several { said, choices }) => {
            (format!("Which file do you mean by “{said}”?"), choices.clone(), place(said))
        }
        Fault::Ungrounded(Ungrounded::Unknown { said, known }) => {
            let known: Vec<String> = known.iter().take(8).cloned().collect();
            (format!("There is no “{said}” in it. Which do you mean?"), known, place(said))
        }
        Fault::Ungrounded(Ungrounded::NoBookmark { said, known }) => {
            let next = if known.is_empty() { "There are none yet; what is its address?" } else { "Which do you mean?" };
            let known: Vec<String> = known.iter().take(8).cloned().collect();
            (format!("No bookmark is called “{said}”. {next}"), known, place(said))
        }
        Fault::NoNumber(said) => (format!("What number is “{said}”?"), Vec::new(), place(said)),
        Fault::Unset { setting, .. } if !setting.is_empty() => (format!("What is the {setting}?"), Vec::new(), None),
        _ => return None,
    };
    Some(Question { text, choices, slot: slot.unwrap_or(end..end) })
}
