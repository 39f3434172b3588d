//! What each registered primitive says of itself, stemmed, and how well the words of a turn fit it.

use super::slot::Tokens;
use crate::read::words::{distance, forgiven, is_file_noun, is_function, parts, same_meaning, stem};
use crate::read::{Fact, Reading, Shape};
use crate::turn::Library;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use telos_abi::{CapabilityId, Descriptor, EffectKind, HandleKind, Refinement, State, Taint, Target, Type, Value};

/// Evidence from which on a word is said to name the action.
pub(crate) const STRONG: f32 = 0.7;

/// How much a word in each part of a descriptor says about the action.
mod field {
    pub(super) const WORDS: f32 = 1.0;
    pub(super) const NAME: f32 = 0.85;
    pub(super) const CASE: f32 = 0.6;
    pub(super) const TAG: f32 = 0.55;
    pub(super) const OUTPUT: f32 = 0.5;
    pub(super) const SUMMARY: f32 = 0.4;
    pub(super) const PORT: f32 = 0.35;
    pub(super) const EXAMPLE: f32 = 0.3;
}

/// A phrase as stems.
pub(crate) type Phrase = Vec<String>;

/// A primitive with its words prepared.
pub(crate) struct Entry<'a> {
    pub(crate) id: CapabilityId,
    pub(crate) is: &'a Descriptor,
    /// Phrases of σ that name the action.
    phrases: Vec<Phrase>,
    /// First words of those phrases as they are written: a verb is among them in the form it is ordered in.
    verbs: BTreeSet<String>,
    /// Every other word, with the strength of its best field.
    words: HashMap<String, f32>,
    /// For each input, the phrases that announce it.
    pub(crate) announce: Vec<Vec<Phrase>>,
    /// For each input, the stems of its name and meaning.
    pub(crate) meaning: Vec<Vec<String>>,
    /// For each output, the stems of its name and of its meaning.
    outputs: Vec<(Vec<String>, Vec<String>)>,
    columns: Vec<Derived>,
    /// For each input, the ends of file names among its words.
    kinds: Vec<Vec<String>>,
    /// Stems of the content words of each example.
    examples: Vec<Vec<String>>,
}

/// A column that the meaning of a table output names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Derived {
    pub(crate) name: String,
    pub(crate) stem: String,
    /// Values it may hold, where the meaning lists them in parentheses after the name.
    pub(crate) values: Vec<String>,
}

/// Everything registered, ready for retrieval.
pub(crate) struct Lexicon<'a> {
    pub(crate) entries: Vec<Entry<'a>>,
    /// In how many primitives a stem occurs in a strong field.
    spread: BTreeMap<String, usize>,
}

fn phrase(text: &str) -> Phrase {
    text.split_whitespace().map(stem).collect()
}

fn stems(text: &str) -> Vec<String> {
    let plain = |word: &str| word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase();
    text.split(|letter: char| letter.is_whitespace() || letter == '-' || letter == '/')
        .map(plain)
        .filter(|word| !word.is_empty() && !is_function(word))
        .map(|word| stem(&word))
        .collect()
}

/// Columns that the meanings of table outputs name between backticks, with their stems. A name may be made from
/// inputs: "`{function} of {column}`".
fn columns(is: &Descriptor) -> Vec<Derived> {
    let table = |ty: &Type| matches!(ty, Type::Blob { refinement: Refinement::Table, .. });
    let mut out: Vec<Derived> = Vec::new();
    for port in is.outputs.iter().filter(|port| table(&port.ty)) {
        let pieces: Vec<&str> = port.meaning.split('`').collect();
        for pair in pieces[1..].chunks(2) {
            let name = pair[0];
            out.push(Derived {
                name: name.to_owned(),
                stem: stem(name),
                values: pair.get(1).map_or_else(Vec::new, |after| listed(after)),
            });
        }
    }
    out.sort();
    out.dedup();
    out
}

/// The words listed in parentheses right after a column's name: "(trace, debug or info)". A single one is an explanation.
fn listed(after: &str) -> Vec<String> {
    let inside = after.strip_prefix(" (").and_then(|rest| rest.split_once(')')).map_or("", |(inside, _)| inside);
    let words: Vec<String> = inside.split(", ").flat_map(|part| part.split(" or ")).map(str::to_owned).collect();
    let plain = words.len() > 1 && words.iter().all(|word| !word.is_empty() && !word.contains(' '));
    if plain { words } else { Vec::new() }
}

/// Every word of a descriptor with the strength of its best field.
fn words(is: &Descriptor) -> HashMap<String, f32> {
    let mut words = HashMap::new();
    let mut add = |stems: Vec<String>, strength: f32| {
        for stem in stems {
            let slot = words.entry(stem).or_insert(0.0);
            *slot = strength.max(*slot);
        }
    };
    let name: Vec<String> = parts(&is.name);
    // "Total" alone does not name `table.running-total`.
    let whole = is.name.rsplit('.').next().is_some_and(|end| parts(end).len() == 1);
    let last = name.len().saturating_sub(1);
    for (position, part) in name.iter().enumerate() {
        add(vec![stem(part)], if position == last && whole { field::NAME } else { field::TAG });
    }
    is.semantics.tags.iter().for_each(|tag| add(stems(tag), field::TAG));
    add(stems(&is.semantics.summary), field::SUMMARY);
    is.semantics.examples.iter().for_each(|example| add(stems(example), field::EXAMPLE));
    for port in &is.inputs {
        add(stems(&port.meaning), field::PORT);
        if let Type::Variant(cases) = &port.ty {
            cases.keys().for_each(|case| add(stems(case), field::CASE));
        }
    }
    for port in &is.outputs {
        add(stems(&port.name), field::OUTPUT);
        add(stems(&port.meaning), field::SUMMARY);
    }
    words
}

/// Ends of file names among the words of an input that reads files as they are. A table or document comes from any format.
fn kinds(port: &telos_abi::InputPort) -> Vec<String> {
    let raw = matches!(port.ty, Type::Blob { refinement: Refinement::Utf8 | Refinement::Bytes, .. });
    port.words.iter().filter(|word| raw && crate::read::is_kind(word)).cloned().collect()
}

fn distinct(mut stems: Vec<String>) -> Vec<String> {
    stems.sort();
    stems.dedup();
    stems
}

/// Most tokens that a phrase of σ is looked for in.
const PHRASE_TOKENS_MAX: usize = 8;

/// The tokens of `phrase` from `at`, if it stands there. An article or "all" may stand between its words: "remove the
/// duplicate lines" says "remove duplicates".
fn stands(phrase: &Phrase, reading: &Reading<'_>, at: usize) -> Option<Vec<usize>> {
    let mut steps: Vec<usize> = Vec::with_capacity(phrase.len());
    let mut next = at;
    for word in phrase {
        let between = |at: usize| {
            let article =
                |token: &crate::read::Token| matches!(token.lower.as_str(), "the" | "a" | "an" | "all" | "any");
            // "How many *markdown* files" speaks of how many files.
            let kind = |fact: &Fact| matches!(fact, Fact::Extension { .. });
            reading.tokens.get(at).is_some_and(|token| {
                token.stem != *word && (article(token) || !is_file_noun(&token.lower) && reading.covered_by(at, kind))
            })
        };
        while !steps.is_empty() && between(next) {
            next += 1;
        }
        let token = reading.tokens.get(next)?;
        if token.stem != *word || token.shape == Shape::Quoted {
            return None;
        }
        steps.push(next);
        next += 1;
    }
    Some(steps)
}

impl<'a> Entry<'a> {
    fn new(id: CapabilityId, is: &'a Descriptor) -> Self {
        let announce = |port: &telos_abi::InputPort| port.words.iter().map(|words| phrase(words)).collect();
        let meaning = |port: &telos_abi::InputPort| {
            let mut out = stems(&port.name);
            out.extend(stems(&port.meaning));
            out
        };
        Self {
            id,
            is,
            phrases: is.semantics.words.iter().map(|words| phrase(words)).filter(|phrase| !phrase.is_empty()).collect(),
            verbs: is.semantics.words.iter().filter_map(|words| words.split(' ').next()).map(str::to_owned).collect(),
            words: words(is),
            announce: is.inputs.iter().map(announce).collect(),
            meaning: is.inputs.iter().map(meaning).collect(),
            columns: columns(is),
            kinds: is.inputs.iter().map(kinds).collect(),
            examples: is.semantics.examples.iter().map(|example| distinct(stems(example))).collect(),
            outputs: is.outputs.iter().map(|port| (stems(&port.name), stems(&port.meaning))).collect(),
        }
    }

    /// Names that the meanings of its table outputs mention, as candidates for columns, with their stems.
    pub(crate) fn columns(&self) -> &[Derived] {
        &self.columns
    }

    /// The name of a column that it makes, with what enters its inputs for their names between braces: "`{function} of {column}`".
    pub(crate) fn made_name<'v>(&self, name: &str, set: impl Fn(usize) -> Option<&'v Value>) -> String {
        let mut out = name.to_owned();
        for (port, input) in self.is.inputs.iter().enumerate() {
            if let Some(Value::Text(text) | Value::Variant(text, _)) = set(port) {
                out = out.replace(&format!("{{{}}}", input.name), text);
            }
        }
        out
    }

    /// Whether output `port` has the columns that enter and one more.
    pub(crate) fn adds_column(&self, port: usize) -> bool {
        self.is.outputs.get(port).is_some_and(|output| output.meaning.contains("one more column"))
    }

    /// Whether input `port` names columns that are left out, rather than kept.
    pub(crate) fn drops(&self, port: usize) -> bool {
        self.meaning[port].iter().any(|word| matches!(word.as_str(), "drop" | "remov" | "leav"))
    }

    /// Whether a phrase of σ begins with exactly this word.
    pub(crate) fn says(&self, word: &str) -> bool {
        self.verbs.contains(word)
    }

    /// Ends of file names that input `port` is meant for, by its own words.
    pub(crate) fn kinds(&self, port: usize) -> &[String] {
        &self.kinds[port]
    }

    /// The inputs of a primitive that tests rows: the column, and the value it is compared with.
    pub(crate) fn row_test(&self) -> Option<(usize, usize)> {
        let required = |port: &&(usize, &telos_abi::InputPort)| port.1.default.is_none();
        let inputs: Vec<(usize, &telos_abi::InputPort)> = self.is.inputs.iter().enumerate().collect();
        let mut columns = inputs
            .iter()
            .filter(required)
            .filter(|(_, port)| matches!(port.ty, Type::Text { refinement: Refinement::Column, .. }));
        let (column, None) = (columns.next()?.0, columns.next()) else { return None };
        let value = inputs.iter().filter(required).find(|(at, port)| {
            let line = matches!(port.ty, Type::Text { refinement: Refinement::Line | Refinement::Utf8, .. });
            line && self.meaning[*at].iter().any(|word| word == "valu")
        });
        Some((column, value?.0))
    }

    /// Whether a phrase of several words that names this primitive covers token `at`.
    pub(crate) fn names_with(&self, reading: &Reading<'_>, at: usize) -> bool {
        let long = self.phrases.iter().filter(|phrase| phrase.len() > 1);
        let from = at.saturating_sub(PHRASE_TOKENS_MAX);
        long.flat_map(|phrase| (from..=at).filter_map(|start| stands(phrase, reading, start)))
            .any(|steps| steps.contains(&at))
    }

    /// Whether the effect `kind` acts on input `port`.
    pub(crate) fn acts(&self, port: usize, kind: EffectKind) -> bool {
        self.is.effects.iter().any(|effect| {
            effect.kind == kind && matches!(effect.target, Target::Input(index) if usize::from(index.0) == port)
        })
    }

    /// Whether it changes or sends anything: such a primitive is used only where the person's own words name it.
    pub(crate) fn changes_things(&self) -> bool {
        use EffectKind as E;
        let harmless = [E::FileRead, E::FileList, E::Clock, E::Random, E::Show, E::CellRead];
        self.is.effects.iter().any(|effect| !harmless.contains(&effect.kind))
    }

    /// Whether all it does to the world is to ask other hosts for what it gives.
    pub(crate) fn only_fetches(&self) -> bool {
        self.is.effects.iter().all(|effect| effect.kind == EffectKind::NetGet)
    }

    /// Whether it changes what is kept for the person beyond the run.
    pub(crate) fn keeps(&self) -> bool {
        matches!(self.is.state, State::Cell { writes: true, .. } | State::Session { writes: true, .. })
    }

    /// Whether it takes away or sends away: deletes, moves, overwrites without creating, network, programs.
    pub(crate) fn destroys(&self) -> bool {
        use EffectKind as E;
        let mild = [
            E::FileRead,
            E::FileList,
            E::Clock,
            E::Random,
            E::Show,
            E::CellRead,
            E::FileCreate,
            E::FileOverwrite,
            E::DirCreate,
        ];
        self.is.effects.iter().any(|effect| !mild.contains(&effect.kind))
            || self.is.effects.iter().any(|effect| effect.kind == E::FileOverwrite)
                && !self.is.effects.iter().any(|effect| effect.kind == E::FileCreate)
    }

    /// Whether it gives what is piped in.
    pub(crate) fn reads_stdin(&self) -> bool {
        self.is.outputs.iter().any(|port| port.source.taint.0 & Taint::STDIN.0 != 0)
    }

    /// Whether a search may try it. Any text could come from what gives words of the request as data, a whole directory
    /// is moved for nobody's guess, and what shows a session is added to what asks for one.
    pub(crate) fn searched(&self) -> bool {
        let directory =
            |port: &telos_abi::InputPort| matches!(port.ty, Type::Handle { kind: HandleKind::Directory, .. });
        let mut ports = self.is.inputs.iter().enumerate();
        let of_session = self.is.semantics.tags.iter().any(|tag| tag == crate::session::TAG);
        !self.literal()
            && !of_session
            && !ports.any(|(at, port)| directory(port) && self.acts(at, EffectKind::FileMove))
    }

    /// Whether it gives words of the request as data.
    pub(crate) fn literal(&self) -> bool {
        self.is.semantics.tags.iter().any(|tag| tag == "literal")
    }

    /// Whether it gives what entered in another form, by its own word. Nothing else enters a plan unasked.
    pub(crate) fn lossless(&self) -> bool {
        self.is.semantics.tags.iter().any(|tag| tag == "lossless")
    }

    pub(crate) fn introduces(&self, refinement: Refinement) -> bool {
        self.is.introduces.contains(&refinement)
    }

    /// The token that names output `port` and none of its siblings, beside those in `claimed`.
    pub(crate) fn output_named(&self, port: usize, reading: &Reading<'_>, claimed: Tokens) -> Option<usize> {
        let (name, _) = self.outputs.get(port)?;
        let says = |names: &[String], stem: &str| names.iter().any(|name| same_meaning(name, stem));
        let elsewhere = |stem: &str| {
            self.outputs
                .iter()
                .enumerate()
                .any(|(other, (names, _))| other != port && names.iter().any(|name| name == stem))
        };
        reading.tokens.iter().enumerate().position(|(at, token)| {
            token.shape == Shape::Word && claimed >> at & 1 == 0 && says(name, &token.stem) && !elsewhere(&token.stem)
        })
    }

    /// How much of the meaning of output `port`, beside its name, the turn speaks of.
    pub(crate) fn output_meant(&self, port: usize, reading: &Reading<'_>) -> bool {
        let Some((_, meaning)) = self.outputs.get(port) else {
            return false;
        };
        let elsewhere = |stem: &String| {
            self.outputs
                .iter()
                .enumerate()
                .any(|(other, (names, words))| other != port && (names.contains(stem) || words.contains(stem)))
        };
        reading
            .tokens
            .iter()
            .any(|token| token.shape == Shape::Word && meaning.contains(&token.stem) && !elsewhere(&token.stem))
    }

    /// How much the turn is like the nearest of σ's examples: shared stems over all stems, in `[0, 1]`.
    pub(crate) fn likeness(&self, reading: &Reading<'_>) -> f32 {
        let turn: BTreeSet<&str> = reading
            .tokens
            .iter()
            .filter(|token| token.shape == Shape::Word && !is_function(&token.lower))
            .map(|token| token.stem.as_str())
            .collect();
        let like = |example: &Vec<String>| {
            let shared = example.iter().filter(|stem| turn.contains(stem.as_str())).count();
            let all = turn.len() + example.len() - shared;
            ratio(shared, all)
        };
        self.examples.iter().map(like).fold(0.0, f32::max)
    }

    /// Whether σ names this word, as it names the format "csv".
    pub(crate) fn speaks_of(&self, stem: &str) -> bool {
        self.words.get(stem).is_some_and(|strength| *strength >= field::TAG)
            || self.phrases.iter().any(|phrase| phrase.len() == 1 && phrase[0] == stem)
    }

    /// The part of the name before the last dot.
    pub(crate) fn family(&self) -> &str {
        self.is.name.rsplit_once('.').map_or("", |(family, _)| family)
    }
}

fn ratio(part: usize, whole: usize) -> f32 {
    let small = |count: usize| u16::try_from(count).map_or(f32::from(u16::MAX), f32::from);
    if whole == 0 { 0.0 } else { small(part) / small(whole) }
}

impl<'a> Lexicon<'a> {
    /// Prepares everything in `library`. O(total size of σ).
    pub(crate) fn new(library: &'a dyn Library) -> Self {
        let mut entries = Vec::new();
        library.visit(&mut |id, is| entries.push(Entry::new(id, is)));
        let mut spread = BTreeMap::new();
        for entry in &entries {
            let mut strong: Vec<&String> = entry.phrases.iter().flatten().collect();
            strong.extend(entry.words.iter().filter(|(_, strength)| **strength >= field::TAG).map(|(stem, _)| stem));
            strong.sort();
            strong.dedup();
            for stem in strong {
                *spread.entry(stem.clone()).or_insert(0) += 1;
            }
        }
        Self { entries, spread }
    }

    /// Replaces words that nobody knows by the nearest known one, where only a typing error lies between.
    pub(crate) fn forgive_typos(&self, reading: &mut Reading<'_>) {
        for at in 0..reading.tokens.len() {
            let token = &reading.tokens[at];
            let length = token.lower.chars().count();
            let limit = forgiven(length);
            let question = ["which", "what", "where"].iter().find(|word| distance(word, &token.lower, 1) == Some(1));
            if let (0, Some(word)) = (at, question) {
                (*word).clone_into(&mut reading.tokens[at].lower);
                (*word).clone_into(&mut reading.tokens[at].stem);
                continue;
            }
            let known = self.knows(&token.stem) || is_function(&token.lower) || reading.covered_by(at, |_| true);
            if token.shape != Shape::Word || known || limit == 0 {
                continue;
            }
            let best = self
                .spread
                .keys()
                .filter(|stem| stem.len() > 3 && stem.bytes().next() == token.stem.bytes().next())
                .filter_map(|stem| distance(stem, &token.stem, limit).map(|far| (far, stem)))
                .min();
            if let Some((_, stem)) = best {
                reading.tokens[at].stem = stem.clone();
            }
        }
    }

    /// Whether some primitive has this stem in a strong field, or an input announces itself by it.
    pub(crate) fn knows(&self, stem: &str) -> bool {
        self.spread.contains_key(stem)
            || self
                .entries
                .iter()
                .any(|entry| entry.announce.iter().flatten().any(|phrase| phrase.iter().any(|word| word == stem)))
    }

    /// How much each token speaks for each primitive, in `[0, 1]`.
    pub(crate) fn evidence(&self, reading: &Reading<'_>) -> Vec<Vec<f32>> {
        self.entries.iter().map(|entry| self.entry_evidence(entry, reading)).collect()
    }

    fn entry_evidence(&self, entry: &Entry<'_>, reading: &Reading<'_>) -> Vec<f32> {
        let tokens = &reading.tokens;
        let mut out: Vec<f32> = tokens
            .iter()
            .enumerate()
            .map(|(at, token)| {
                // "Every markdown file" speaks of files, not of writing Markdown.
                let kind = reading.covered_by(at, |fact| matches!(fact, Fact::Extension { .. }))
                    && !is_file_noun(&token.lower);
                let function = kind
                    || is_function(&token.lower)
                    || matches!(token.shape, Shape::Break | Shape::Sign | Shape::Quoted);
                let base = entry.words.get(&token.stem).copied().unwrap_or(0.0);
                if function { 0.0 } else { base * self.rarity(&token.stem, base) }
            })
            .collect();
        for phrase in &entry.phrases {
            for (at, token) in tokens.iter().enumerate() {
                let kind = |fact: &Fact| matches!(fact, Fact::Extension { .. });
                let single_function = phrase.len() == 1
                    && (is_function(&token.lower) || reading.covered_by(at, kind) && !is_file_noun(&token.lower));
                if !single_function && let Some(steps) = stands(phrase, reading, at) {
                    steps.into_iter().for_each(|step| out[step] = out[step].max(field::WORDS));
                }
            }
        }
        out
    }

    /// How much a word tells primitives apart, in `(0, 1]`: the rarer the more.
    pub(crate) fn specificity(&self, stem: &str) -> f32 {
        let spread = u16::try_from(self.spread.get(stem).copied().unwrap_or(1)).unwrap_or(u16::MAX);
        1.0 / (1.0 + f32::from(spread.max(1)).ln())
    }

    /// A word that many primitives share says less about each, except where it names the action.
    fn rarity(&self, stem: &str, base: f32) -> f32 {
        let spread = self.spread.get(stem).copied().unwrap_or(1);
        if base >= STRONG || self.entries.is_empty() || spread * 4 <= self.entries.len() { 1.0 } else { 0.7 }
    }
}
