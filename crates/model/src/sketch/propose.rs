//! The translator's proposal: the likeliest sketch that grounds, types and passes the validator.

use super::build::{self, Fault};
use super::ground::{Ground, Ungrounded};
use super::{Argument, Sketch, Source, Statement, Step};
use crate::learned;
use crate::plan::lexicon::Lexicon;
use crate::read::Reading;
use crate::turn::{Check, Proposed, Question, Surroundings, Turn};
use std::ops::Range;

/// Share of the likelihood from which on a sketch is carried out: high, until the share is calibrated.
const SURE: f32 = 0.993;
/// Share from which on a sketch counts: what it lacks is asked for.
const ASKED: f32 = 0.15;

/// What came of translating.
pub(crate) enum Outcome {
    /// A graph.
    Graph(Box<Proposed>),
    /// The likeliest sketch lacks something that a person can say.
    Question(Question),
    /// Nothing registered does it, as far as the translator can tell: why, for a person.
    Nothing(String),
    /// No opinion.
    Unsure,
}

/// Proposes what the translator makes of the turn.
pub(crate) fn propose(
    turn: &Turn,
    reading: &Reading<'_>,
    around: &dyn Surroundings,
    lexicon: &Lexicon<'_>,
    check: &Check<'_>,
) -> Outcome {
    let (said, pieces) = learned::translate(reading);
    let mut first: Option<Outcome> = None;
    let now_s = i64::try_from(turn.now.0 / 1_000).unwrap_or(i64::MAX);
    for candidate in said {
        let share = candidate.log_share.exp();
        let Some(sketch) = super::parse(&candidate.words, &pieces) else { continue };
        let statements = match sketch {
            Sketch::None => {
                first.get_or_insert(Outcome::Nothing("nothing that is registered does this".to_owned()));
                continue;
            }
            Sketch::Ask => {
                let reason = "what exactly it is about is not said; name the file or what to do with it";
                first.get_or_insert(Outcome::Nothing(reason.to_owned()));
                continue;
            }
            Sketch::Statements(statements) => statements,
        };
        let ground = Ground { reading, around, now_s, taken: taken(&statements) };
        match build::build(&statements, lexicon, &ground) {
            Ok(built) => {
                let refused = matches!(first, Some(Outcome::Nothing(_)));
                if share < ASKED || refused || check(&built.graph).is_err() {
                    continue;
                }
                return if share < SURE {
                    Outcome::Unsure
                } else {
                    Outcome::Graph(Box::new(Proposed {
                        graph: built.graph,
                        confidence: share.clamp(0.0, 1.0),
                        readings: built.readings,
                        outputs: built.outputs,
                    }))
                };
            }
            Err(fault) => {
                if share >= ASKED
                    && let Some(question) = question(&fault, reading)
                {
                    first.get_or_insert(Outcome::Question(question));
                }
            }
        }
    }
    first.unwrap_or(Outcome::Unsure)
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
