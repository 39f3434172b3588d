//! The translator's proposal: the likeliest sketch that grounds, types and passes the validator.

use super::build::{self, Fault};
use super::ground::{Ground, Ungrounded};
use super::{Argument, Sketch, Source, Statement, Step};
use crate::learned::{self, Piece};
use crate::plan::lexicon::Lexicon;
use crate::read::Reading;
use crate::turn::{Check, Proposed, Question, Surroundings, Turn};
use std::ops::Range;

/// Share of the likelihood from which on a graph is carried out whatever the search says.
pub(crate) const SURE: f32 = 0.7;
/// Share from which on a graph is preferred to a different one that the search found.
pub(crate) const LIKELY: f32 = 0.55;
/// Share from which on a sketch counts: what it lacks is asked for.
const ASKED: f32 = 0.15;

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
}

/// Proposes what the translator makes of the turn.
pub(crate) fn propose(
    turn: &Turn,
    reading: &Reading<'_>,
    around: &dyn Surroundings,
    lexicon: &Lexicon<'_>,
    check: &Check<'_>,
) -> Heard {
    let (said, pieces) = learned::translate(reading);
    let mut heard = Heard::default();
    let mut graphs: Vec<Proposed> = Vec::new();
    let denies = denies(reading.text);
    for candidate in said {
        let share = candidate.log_share.exp();
        let Some(sketch) = super::parse(&candidate.words, &pieces) else { continue };
        let first = graphs.is_empty() && heard.question.is_none() && heard.nothing.is_none();
        let statements = match sketch {
            Sketch::Statements(statements) => statements,
            none_or_ask => {
                let reason = match none_or_ask {
                    Sketch::None => "nothing that is registered does this",
                    _ => "what exactly it is about is not said; name the file or what to do with it",
                };
                heard.nothing = first.then(|| reason.to_owned()).or(heard.nothing);
                continue;
            }
        };
        let taken = taken(&statements);
        let loose = loose(reading, &pieces, &taken);
        let ground = Ground { reading, around, turn, taken };
        match build::build(&statements, lexicon, &ground) {
            // What a request forbids is seldom in a sketch, so only what changes nothing is safe from it.
            Ok(built) if loose || built.changes && denies => {}
            Ok(built) => match graphs.iter_mut().find(|other| other.graph == built.graph) {
                // Two ways to say the same.
                Some(same) => same.confidence += share,
                None => graphs.push(Proposed {
                    graph: built.graph,
                    confidence: share,
                    readings: built.readings,
                    outputs: built.outputs,
                }),
            },
            Err(fault) => {
                heard.elsewhere |= share >= SURE && matches!(fault, Fault::Ungrounded(_));
                if share >= ASKED && first {
                    heard.question = question(&fault, reading);
                }
            }
        }
    }
    if heard.nothing.is_none() {
        graphs.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        let best = graphs.into_iter().find(|proposed| check(&proposed.graph).is_ok());
        heard.graph = best.filter(|best| best.confidence >= ASKED).map(|mut best| {
            best.confidence = best.confidence.clamp(0.0, 1.0);
            Box::new(best)
        });
    }
    heard
}

/// Whether the request says what is not to be done.
fn denies(text: &str) -> bool {
    let lower = text.to_lowercase().replace('’', "'");
    let words: Vec<&str> = lower.split(|letter: char| !letter.is_alphanumeric() && letter != '\'').collect();
    let negated = |pair: &[&str]| matches!(pair, ["do" | "does" | "must" | "should", "not"]);
    words.iter().any(|word| matches!(*word, "don't" | "dont" | "never" | "mustn't")) || words.windows(2).any(negated)
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
        Fault::Ungrounded(Ungrounded::Several { said, choices }) => {
            (format!("Which file do you mean by “{said}”?"), choices.clone(), place(said))
        }
        Fault::Ungrounded(Ungrounded::Unknown { said, known }) => {
            let known: Vec<String> = known.iter().take(8).cloned().collect();
            (format!("There is no “{said}” in it. Which do you mean?"), known, place(said))
        }
        Fault::NoNumber(said) => (format!("What number is “{said}”?"), Vec::new(), place(said)),
        Fault::Unset { setting, .. } if !setting.is_empty() => (format!("What is the {setting}?"), Vec::new(), None),
        _ => return None,
    };
    Some(Question { text, choices, slot: slot.unwrap_or(end..end) })
}
