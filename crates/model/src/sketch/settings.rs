//! Settings of an operation: what slots and literals are as values of a port's type.

use super::arithmetic::minutes;
use super::build::Fault;
use super::columns::Columns;
use super::ground::{self, Ground, Ungrounded};
use super::{Argument, Slot, Source};
use crate::plan::fits::{refinement, setting, takes_column};
use crate::plan::lexicon::Entry;
use crate::read::words::{parts, stem};
use crate::read::{FORMATS, Fact};
use crate::turn::Column;
use telos_abi::{Refinement, Type, Value};
use telos_graph::ConstantOrigin;
use telos_graph::quantity::NUMBER_WORDS;

/// Most letters of a word that may be the end of names though nothing here ends so: longer ones are mostly kinds of things.
const SHORT_END: usize = 4;

/// What a setting depends on beside its own words.
pub(super) struct Context<'c> {
    pub(super) ground: &'c Ground<'c>,
    pub(super) columns: &'c Columns,
    /// The document that keys belong to.
    pub(super) file: Option<&'c str>,
    /// The column of the same operation, for the form of its values.
    pub(super) column: Option<&'c str>,
}

/// A constant and who chose it.
pub(super) struct Set {
    pub(super) value: Value,
    pub(super) origin: ConstantOrigin,
}

impl Context<'_> {
    /// The constant for a port.
    pub(super) fn set(&self, entry: &Entry<'_>, port: usize, arguments: &[Argument]) -> Result<Set, Fault> {
        let input = entry.is.inputs.get(port).ok_or(Fault::Malformed)?;
        let list = matches!(&input.ty, Type::List { item, .. } if matches!(**item, Type::Text { .. }));
        if list {
            let items: Result<Vec<Set>, Fault> =
                arguments.iter().map(|argument| self.one(entry, port, setting(&input.ty), argument)).collect();
            let items = self.with_names(entry, items?);
            let origin = items.iter().map(|item| item.origin).max_by_key(rank).unwrap_or(ConstantOrigin::Planner);
            return Ok(Set { value: Value::List(items.into_iter().map(|item| item.value).collect()), origin });
        }
        let [argument] = arguments else { return Err(Fault::Malformed) };
        self.one(entry, port, &input.ty, argument)
    }

    /// Who asks for the senders of messages wants to see their names as well: columns beside those that are chosen to be shown.
    fn with_names(&self, entry: &Entry<'_>, items: Vec<Set>) -> Vec<Set> {
        if entry.is.name != "table.select" {
            return items;
        }
        let mut out: Vec<Set> = Vec::new();
        for item in items {
            if let Value::Text(name) = &item.value {
                let of = format!("{name}-name");
                if self.columns.get(&of).is_some() {
                    out.push(Set { value: Value::Text(of), origin: ConstantOrigin::Observed });
                }
            }
            out.push(item);
        }
        out
    }

    fn one(&self, entry: &Entry<'_>, port: usize, ty: &Type, argument: &Argument) -> Result<Set, Fault> {
        if takes_column(ty) {
            return self.column(argument);
        }
        match argument {
            Argument::Literal(literal) => {
                let sign = super::signs::sign(entry, &entry.is.inputs[port].name, literal);
                let mut set = self.literal(ty, sign.unwrap_or(literal))?;
                if entry.is.inputs[port].name == "extension" && self.ends_here(literal) {
                    set.origin = ConstantOrigin::Observed;
                }
                Ok(set)
            }
            Argument::Source(Source::Slot(slot)) => self.slot(entry, port, ty, slot),
            Argument::Made(..) | Argument::Source(_) => Err(Fault::Malformed),
        }
    }

    /// A column: by its own name, or made of another.
    fn column(&self, argument: &Argument) -> Result<Set, Fault> {
        let (said, made) = match argument {
            Argument::Literal(name) => ((*name).to_owned(), None),
            Argument::Source(Source::Slot(slot)) => (self.ground.text(slot).to_owned(), None),
            Argument::Made(prefix, slot) => (self.ground.text(slot).to_owned(), Some(*prefix)),
            Argument::Source(_) => return Err(Fault::Malformed),
        };
        let names = self.columns.names();
        if let Some(prefix) = made {
            // "sum of" and the column that was summed, as the table calls it.
            let like = names.iter().filter(|name| name.starts_with(prefix));
            let best = like.max_by(|a, b| {
                let like = |name: &str| ground::likeness(name.trim_start_matches(prefix).trim(), &said);
                like(a).total_cmp(&like(b))
            });
            let name = best.cloned().unwrap_or_else(|| format!("{prefix} {said}"));
            return Ok(Set { value: Value::Text(name), origin: ConstantOrigin::Observed });
        }
        if let Some(name) = self.columns.find(&said) {
            return Ok(Set { value: Value::Text(name), origin: ConstantOrigin::Observed });
        }
        // A column of an aggregate is said by what was aggregated: "the totals", "amount".
        let of = names.iter().find(|name| {
            name.contains(" of ") && {
                let (function, column) = name.split_once(" of ").unwrap_or((name, ""));
                ground::likeness(column, &said) >= 0.4 || ground::likeness(function, &said) >= 0.4
            }
        });
        if let Some(name) = of {
            return Ok(Set { value: Value::Text(name.clone()), origin: ConstantOrigin::Observed });
        }
        if let Some(name) = self.named_like_the_file(&said).or_else(|| self.of_times(&said)) {
            return Ok(Set { value: Value::Text(name), origin: ConstantOrigin::Observed });
        }
        match self.columns {
            Columns::Unknown => Ok(Set { value: Value::Text(said.clone()), origin: self.origin(&said) }),
            Columns::Known(_) => Err(Fault::Ungrounded(Ungrounded::Unknown { said, known: names })),
        }
    }

    /// The column of names, where people say what the rows are: "village" of `villages.json` that has a column `name`.
    fn named_like_the_file(&self, said: &str) -> Option<String> {
        let file = self.file?.rsplit('/').next()?;
        let stems = |text: &str| parts(text).iter().map(|part| stem(part)).collect::<Vec<String>>();
        let (words, own) = (stems(said), stems(file.split('.').next()?));
        let same = words.last().is_some_and(|last| own.contains(last));
        let names = self.columns.names();
        names.into_iter().find(|name| same && matches!(name.to_lowercase().as_str(), "name" | "title" | "label"))
    }

    /// The one column of dates, where people say "time" or "date" and it is called something else.
    fn of_times(&self, said: &str) -> Option<String> {
        const TIMES: &[&str] = &["time", "times", "date", "dates", "day", "days", "when", "timestamp"];
        let named = parts(said).iter().any(|word| TIMES.contains(&word.as_str()));
        let Columns::Known(columns) = self.columns else { return None };
        let dated = |value: &String| {
            let digits = value.bytes().take_while(u8::is_ascii_digit).count();
            matches!(digits, 1 | 2 | 4) && matches!(value.as_bytes().get(digits), Some(b'-' | b'/' | b'.' | b':'))
        };
        let of_dates = |column: &&Column| !column.values.is_empty() && column.values.iter().all(dated);
        let mut found = columns.iter().filter(of_dates);
        match (found.next(), found.next()) {
            (Some(column), None) if named => Some(column.name.clone()),
            _ => None,
        }
    }

    /// Who chose a text: the person, if the request has it letter by letter.
    fn origin(&self, text: &str) -> ConstantOrigin {
        let said = !text.is_empty() && self.ground.reading.text.contains(text);
        if said { ConstantOrigin::UserTurn } else { ConstantOrigin::Planner }
    }

    fn literal(&self, ty: &Type, literal: &str) -> Result<Set, Fault> {
        let value = match ty {
            Type::Bool => Value::Bool(literal == "true"),
            Type::Int { min, max } => {
                let number: i64 = literal.parse().map_err(|_| Fault::Malformed)?;
                if number < *min || number > *max {
                    return Err(Fault::Malformed);
                }
                Value::Int(number)
            }
            Type::Float => Value::Float(literal.parse().map_err(|_| Fault::Malformed)?),
            Type::Variant(_) => crate::plan::case(ty, literal).ok_or(Fault::Malformed)?,
            Type::Text { .. } => Value::Text(self.implied(literal)),
            _ => return Err(Fault::Malformed),
        };
        let origin = match &value {
            Value::Text(text) => self.origin(text),
            _ => ConstantOrigin::Planner,
        };
        Ok(Set { value, origin })
    }

    /// A value that is only implied ("not done"): in the form that the column has it.
    fn implied(&self, literal: &str) -> String {
        if matches!(literal, "today" | "now") {
            return crate::read::today(self.ground.turn).to_string();
        }
        let Some(column) = self.column.and_then(|name| self.columns.get(name)) else { return literal.to_owned() };
        if let Some(value) = ground::value(column, literal) {
            return value;
        }
        const NO: &[&str] = &["false", "no", "n", "open", "unpaid", "pending", "todo", "0", "absent"];
        const YES: &[&str] = &["true", "yes", "y", "done", "paid", "closed", "finished", "complete", "1", "present"];
        let ring = if NO.contains(&literal) {
            NO
        } else if YES.contains(&literal) {
            YES
        } else {
            &[]
        };
        let meant = column.values.iter().find(|value| ring.contains(&value.to_lowercase().as_str()));
        meant.cloned().unwrap_or_else(|| literal.to_owned())
    }

    fn slot(&self, entry: &Entry<'_>, port: usize, ty: &Type, slot: &Slot) -> Result<Set, Fault> {
        let text = self.ground.text(slot).to_owned();
        match ty {
            Type::Int { min, max } => {
                let number = self.amount(entry, port, slot).ok_or_else(|| Fault::NoNumber(text.clone()))?;
                let whole = whole(number).filter(|whole| whole >= min && whole <= max);
                let whole = whole.ok_or(Fault::NoNumber(text))?;
                Ok(Set { value: Value::Int(whole), origin: ConstantOrigin::UserTurn })
            }
            Type::Float => {
                let number = self.amount(entry, port, slot).ok_or(Fault::NoNumber(text))?;
                Ok(Set { value: Value::Float(number), origin: ConstantOrigin::UserTurn })
            }
            Type::Bool => Ok(Set { value: Value::Bool(true), origin: ConstantOrigin::Planner }),
            Type::Variant(cases) => {
                let lower = text.to_lowercase();
                let plain = lower.replace([' ', '_'], "-");
                let case = cases
                    .keys()
                    .find(|name| **name == lower || **name == plain || plain.replace('-', "") == name.replace('-', ""));
                let value = case.and_then(|name| crate::plan::case(ty, name)).ok_or(Fault::Malformed)?;
                Ok(Set { value, origin: ConstantOrigin::Planner })
            }
            Type::Text { .. } => self.text(entry, port, ty, slot, &text),
            _ => Err(Fault::Malformed),
        }
    }

    fn text(&self, entry: &Entry<'_>, port: usize, ty: &Type, slot: &Slot, text: &str) -> Result<Set, Fault> {
        let name = entry.is.inputs[port].name.as_str();
        let named = entry.is.name == "file.change-name";
        // An address is no name or pattern.
        if slot.letter == 'u' && refinement(ty) != Some(Refinement::Url) {
            return Err(Fault::Malformed);
        }
        let said = match slot.letter {
            'v' | 'x' if let Some(sign) = super::signs::sign(entry, name, text) => sign.to_owned(),
            // A new name is spelt as it is said.
            'e' if named => Self::plain(slot, text),
            'k' => self.key(text)?,
            'x' if name == "table" => self.table(text)?,
            'e' => {
                let end = self.extension(slot, text);
                if name == "extension" && !self.is_end(&end) {
                    return Err(Fault::Malformed);
                }
                pattern(&end, name)
            }
            'm' if entry.is.inputs.iter().any(|input| refinement(&input.ty) == Some(Refinement::Table)) => {
                self.arithmetic(slot)
            }
            // Nobody counts from a month that is not over.
            't' if computes(entry) && self.time(slot, text).is_some_and(|time| is_month(&time)) => {
                return Err(Fault::Malformed);
            }
            't' => self.time(slot, text).map_or_else(|| text.to_owned(), |time| self.in_a_year(entry, name, time)),
            'v' | 'x' if self.column.is_some() => {
                let column = self.column.and_then(|name| self.columns.get(name));
                column.and_then(|column| ground::value(column, text)).unwrap_or_else(|| Self::plain(slot, text))
            }
            'n' | 'b' | 'a' => self.digits(slot, text),
            // What is called like a file is one that is not here.
            'x' if entry.literal() && crate::learned::named(text) => return Err(Fault::Malformed),
            // Part of a name.
            'x' if entry.is.name == "file.find" && name == "name" && !text.contains(['*', '?', '.']) => {
                format!("*{text}*")
            }
            'x' if name == "pattern" && entry.is.name.starts_with("bundle.select") && !text.contains('*') => {
                format!("*{text}*")
            }
            _ => Self::plain(slot, text),
        };
        if refinement(ty) == Some(Refinement::Url) {
            // An address of a bookmark is the person's own word from the turn in which it was kept.
            let value = Value::Text(self.ground.address(text)?);
            return Ok(Set { value, origin: ConstantOrigin::UserTurn });
        }
        let origin = self.origin(&said);
        // What is known from the data that is here was found there.
        let seen = matches!(slot.letter, 'k' | 'v') || name == "table" || slot.letter == 'e' && self.ends_here(&said);
        let origin = if origin == ConstantOrigin::Planner && seen { ConstantOrigin::Observed } else { origin };
        Ok(Set { value: Value::Text(said), origin })
    }

    /// A text without marks around it; an amount of money without its sign, a number without thousands marks.
    fn plain(slot: &Slot, text: &str) -> String {
        let stripped = text.trim_matches(|mark| "\"'“”‘’`".contains(mark)).to_owned();
        if slot.letter != 'v' {
            return stripped;
        }
        let digits = stripped.trim_start_matches(['$', '€', '£']).replace(',', "");
        if digits.parse::<f64>().is_ok() { digits } else { stripped }
    }

    /// A table of the database, by its own name.
    fn table(&self, said: &str) -> Result<String, Fault> {
        let tables = self.file.map(|file| self.ground.around.tables(file)).unwrap_or_default();
        let columns: Vec<Column> = tables.into_iter().map(|(name, _)| Column { name, values: Vec::new() }).collect();
        if columns.is_empty() {
            return Ok(said.to_owned());
        }
        ground::column(&columns, said).ok_or_else(|| {
            let known = columns.into_iter().map(|table| table.name).collect();
            Fault::Ungrounded(Ungrounded::Unknown { said: said.to_owned(), known })
        })
    }

    fn key(&self, said: &str) -> Result<String, Fault> {
        let Some(file) = self.file else { return Ok(said.to_owned()) };
        let keys = self.ground.around.keys(file);
        if keys.is_empty() {
            return Ok(said.to_owned());
        }
        ground::key(&keys, said, self.ground.reading.text).ok_or_else(|| {
            let known = keys.iter().take(8).cloned().collect();
            Fault::Ungrounded(Ungrounded::Unknown { said: said.to_owned(), known })
        })
    }

    fn extension(&self, slot: &Slot, text: &str) -> String {
        let found = self.ground.facts(slot).into_iter().find_map(|(fact, _)| match fact {
            Fact::Extension { extension, .. } => Some(extension.clone()),
            Fact::Pattern { glob, .. } => Some(glob.clone()),
            _ => None,
        });
        let plain = text.trim_start_matches('.').to_lowercase();
        found.unwrap_or_else(|| {
            if self.ends_here(&plain) {
                return plain;
            }
            // Not among the formats that a search may take a bare word for: "word" is mostly a word.
            const CALLED: &[(&str, &str)] =
                &[("excel", "xlsx"), ("word", "docx"), ("jpeg", "jpg"), ("temp", "tmp"), ("temporary", "tmp")];
            let mut known = CALLED.iter().chain(FORMATS);
            known.find(|(word, _)| *word == plain).map_or(plain, |(_, end)| (*end).to_owned())
        })
    }

    /// Whether the name of a file that is here ends so.
    fn ends_here(&self, end: &str) -> bool {
        self.ground.reading.entries.iter().any(|entry| ground::end(&entry.path) == end)
    }

    /// Whether names of files end so: here, or anywhere.
    fn is_end(&self, end: &str) -> bool {
        let bare = end.trim_start_matches("*.").trim_start_matches('.').to_lowercase();
        FORMATS.iter().any(|(_, known)| *known == bare)
            || crate::read::is_kind(&bare)
            || self.ground.reading.text.contains(&format!(".{bare}"))
            || (1..=SHORT_END).contains(&bare.len()) && bare.bytes().all(|byte| byte.is_ascii_alphanumeric())
            || self.ground.reading.entries.iter().any(|entry| ground::end(&entry.path) == bare)
    }

    /// A day as ISO 8601 writes it; "March 2024" as its beginning; a time of day as it is.
    fn time(&self, slot: &Slot, text: &str) -> Option<String> {
        for (fact, _) in self.ground.facts(slot) {
            if let Fact::Time { day, .. } = fact {
                // A time of day may stand beside the day.
                let clock = text.split_whitespace().find(|word| word.contains(':'));
                return Some(clock.map_or_else(|| day.clone(), |clock| format!("{day} {clock}")));
            }
        }
        partial_date(text)
    }

    /// A day without a year, where a whole one is needed to compute with: the next that is counted to, the last that is
    /// counted from, else this year's.
    fn in_a_year(&self, entry: &Entry<'_>, port: &str, time: String) -> String {
        let Some(day) = time.strip_prefix('-').filter(|_| computes(entry)) else { return time };
        let today = crate::read::today(self.ground.turn);
        let in_year = |year: i16| format!("{year:04}-{day}");
        let this = in_year(today.year());
        match port {
            "to" if this < today.to_string() => in_year(today.year() + 1),
            "from" if this > today.to_string() => in_year(today.year() - 1),
            _ => this,
        }
    }

    fn digits(&self, slot: &Slot, text: &str) -> String {
        for (fact, _) in self.ground.facts(slot) {
            match fact {
                Fact::Number(number) => return show(*number),
                Fact::Bytes(number) | Fact::Seconds(number) if slot.letter != 'n' => return show(*number),
                _ => {}
            }
        }
        number_word(text).map_or_else(|| text.trim_start_matches(['$', '€', '£']).replace(',', ""), show)
    }

    /// A number in the unit that the port asks for.
    fn amount(&self, entry: &Entry<'_>, port: usize, slot: &Slot) -> Option<f64> {
        let text = self.ground.text(slot);
        for (fact, _) in self.ground.facts(slot) {
            match fact {
                Fact::Number(number) if slot.letter != 'a' => return Some(*number),
                // "3" of "3 days" is a plain number where the sketch says so.
                Fact::Bytes(_) | Fact::Seconds(_) | Fact::Time { .. } if slot.letter == 'n' => {}
                Fact::Bytes(number) => return Some(*number),
                Fact::Seconds(seconds) => return Some(in_unit(entry, port, *seconds)),
                Fact::Time { at, .. } => {
                    let gone = (self.ground.now_s() - at).max(0);
                    return Some(in_unit(entry, port, f64::from(i32::try_from(gone).unwrap_or(i32::MAX))));
                }
                _ => {}
            }
        }
        let plain = text.trim_start_matches(['$', '€', '£']).trim_end_matches(['%', '.']).replace(',', "");
        plain.parse().ok().or_else(|| number_word(text)).or_else(|| minutes(text))
    }
}

/// Whether the operation computes with what it is given.
fn computes(entry: &Entry<'_>) -> bool {
    entry.is.semantics.tags.iter().any(|tag| tag == "calculation")
}

/// Whether a date is a month of a year.
fn is_month(date: &str) -> bool {
    date.len() == 7 && date.split_once('-').is_some_and(|(year, month)| year.len() == 4 && month.len() == 2)
}

/// Planner's constants are the least trusted; a list is as trusted as its least.
fn rank(origin: &ConstantOrigin) -> u8 {
    match origin {
        ConstantOrigin::UserTurn | ConstantOrigin::Default => 0,
        ConstantOrigin::Observed => 1,
        ConstantOrigin::Planner => 2,
    }
}

/// Seconds in the unit that the port's meaning names.
fn in_unit(entry: &Entry<'_>, port: usize, seconds: f64) -> f64 {
    seconds / crate::plan::unit_seconds(entry, port).unwrap_or(1.0)
}

fn whole(number: f64) -> Option<i64> {
    let rounded = number.round();
    if (rounded - number).abs() > 1e-9 {
        return None;
    }
    format!("{rounded:.0}").parse().ok()
}

fn show(number: f64) -> String {
    number.to_string()
}

/// An end of names as a port wants it: bare, or as a pattern.
fn pattern(said: &str, port: &str) -> String {
    let bare = said.trim_start_matches("*.").trim_start_matches('.');
    let glob = said.contains(['*', '?']);
    match port {
        "extension" => bare.to_owned(),
        _ if glob => said.to_owned(),
        _ => format!("*.{bare}"),
    }
}

/// Numbers in words, as far as people write them out.
fn number_word(text: &str) -> Option<f64> {
    const TEENS: [&str; 7] = ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"];
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    const OTHER: [(&str, f64); 9] = [
        ("hundred", 100.0),
        ("thousand", 1_000.0),
        ("million", 1_000_000.0),
        ("dozen", 12.0),
        ("couple", 2.0),
        ("half", 50.0),
        ("single", 1.0),
        ("a", 1.0),
        ("an", 1.0),
    ];
    const ORDINALS: [&str; 10] =
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
    let lower = text.to_lowercase();
    if let Some(at) = ORDINALS.iter().position(|known| *known == lower) {
        return u8::try_from(at + 1).ok().map(f64::from);
    }
    let mut total: Option<f64> = None;
    for word in lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty() && *word != "and")
    {
        let small = |at: usize| f64::from(u8::try_from(at).unwrap_or(0));
        let units = NUMBER_WORDS.iter().chain(&TEENS).position(|known| *known == word);
        let plain = if word == "zero" { Some(0.0) } else { units.map(|at| small(at + 1)) };
        let tens = TENS.iter().position(|known| *known == word).map(|at| small(at + 2) * 10.0);
        let other = OTHER.iter().find(|(known, _)| *known == word).map(|(_, number)| *number);
        total = match (total, plain.or(tens), other) {
            (None, Some(number), _) => Some(number),
            (Some(before), Some(number), _) => Some(before + number),
            (None, None, Some(number)) => Some(number),
            (Some(before), None, Some(number)) if number >= 12.0 => Some(before * number),
            _ => return None,
        };
    }
    total
}

/// "March 2024" as `2024-03`, "14 March" as `-03-14`, "March" as `-03-`: how ISO dates contain it.
pub(super) fn partial_date(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let mut year = None;
    let mut month = None;
    let mut day = None;
    for word in lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let digits = word.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        if let Some(number) = crate::read::month(word) {
            month = Some(number);
        } else if let Ok(number) = digits.parse::<usize>() {
            match number {
                1000..=9999 => year = Some(number),
                1..=31 => day = Some(number),
                _ => return None,
            }
        } else if !matches!(word, "the" | "of" | "in" | "on") {
            return None;
        }
    }
    Some(match (year, month?, day) {
        (Some(year), month, Some(day)) => format!("{year}-{month:02}-{day:02}"),
        (Some(year), month, None) => format!("{year}-{month:02}"),
        (None, month, Some(day)) => format!("-{month:02}-{day:02}"),
        (None, month, None) => format!("-{month:02}-"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_words() {
        for (text, number) in [("three", 3.0), ("sixty", 60.0), ("twenty-five", 25.0), ("two hundred", 200.0)] {
            assert_eq!(number_word(text), Some(number), "{text}");
        }
        assert_eq!(number_word("third"), Some(3.0));
        assert_eq!(number_word("many"), None);
    }

    #[test]
    fn dates_that_leave_something_out() {
        for (text, date) in
            [("March 2024", "2024-03"), ("14 March", "-03-14"), ("march", "-03-"), ("1st of May 2023", "2023-05-01")]
        {
            assert_eq!(partial_date(text).as_deref(), Some(date), "{text}");
        }
        assert_eq!(partial_date("Monday"), None);
    }

    #[test]
    fn ends_of_names_are_bare_or_patterns() {
        assert_eq!(pattern(".csv", "extension"), "csv");
        assert_eq!(pattern("csv", "pattern"), "*.csv");
        assert_eq!(pattern("a*.log", "name"), "a*.log");
    }
}
