//! What a slot names among what is here: files, directories, columns, values, keys.

use super::Slot;
use crate::read::words::{distance, forgiven, is_file_noun, is_function, parts, stem};
use crate::read::{Fact, Reading, near};
use crate::turn::{Column, Entry, EntryKind, Surroundings, Turn};

/// Share of a description's words that a file has to answer to.
const DESCRIBED_MIN: f32 = 0.5;
/// How far the best file has to be ahead of the next.
const AHEAD_MIN: f32 = 0.08;
/// Bytes between a slot and the directory that it is said to be in.
const NEAR_BYTES: usize = 48;

/// Why a slot names nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ungrounded {
    /// Nothing here is called this; these names are near it.
    Absent { said: String, near: Vec<String> },
    /// Several things here may be meant.
    Several { said: String, choices: Vec<String> },
    /// The request names no file, and none or several of those here have what it speaks of: these.
    Unnamed { choices: Vec<String> },
    /// There is no such column or key; these are there.
    Unknown { said: String, known: Vec<String> },
    /// No bookmark is called this; these are there, the likeliest first.
    NoBookmark { said: String, known: Vec<String> },
}

/// Finds what slots name.
pub(crate) struct Ground<'a> {
    pub(crate) reading: &'a Reading<'a>,
    pub(crate) around: &'a dyn Surroundings,
    pub(crate) turn: &'a Turn,
    /// Bytes of the request that slots of the sketch take.
    pub(crate) taken: Vec<std::ops::Range<usize>>,
}

impl Ground<'_> {
    /// Seconds since the Unix epoch.
    pub(crate) fn now_s(&self) -> i64 {
        i64::try_from(self.turn.now.0 / 1_000).unwrap_or(i64::MAX)
    }

    /// A slot's words.
    pub(crate) fn text(&self, slot: &Slot) -> &str {
        self.reading.text.get(slot.bytes.clone()).unwrap_or("")
    }

    /// The web address that words are, or that the person gave them as the name of a bookmark.
    pub(crate) fn address(&self, said: &str) -> Result<String, Ungrounded> {
        if said.contains("://") {
            return Ok(said.to_owned());
        }
        let bookmarks = self.around.bookmarks();
        crate::read::address(&bookmarks, said).ok_or_else(|| {
            let mut known: Vec<String> = bookmarks.into_iter().map(|(name, _)| name).collect();
            known.sort_by(|one, other| likeness(other, said).total_cmp(&likeness(one, said)));
            Ungrounded::NoBookmark { said: said.to_owned(), known }
        })
    }

    /// Facts that share bytes with the slot, the longest first.
    pub(crate) fn facts(&self, slot: &Slot) -> Vec<(&Fact, f32)> {
        let mut found: Vec<(usize, &Fact, f32)> = Vec::new();
        for span in &self.reading.spans {
            let bytes = self.reading.bytes(&span.tokens);
            if bytes.start < slot.bytes.end && slot.bytes.start < bytes.end {
                found.push((bytes.len(), &span.fact, span.trust));
            }
        }
        found.sort_by(|a, b| b.0.cmp(&a.0).then(b.2.total_cmp(&a.2)));
        found.into_iter().map(|(_, fact, trust)| (fact, trust)).collect()
    }

    /// Directories that the request names outside the slots, near this one, nearest first.
    fn places(&self, slot: &Slot) -> Vec<String> {
        let mut found: Vec<(usize, String)> = Vec::new();
        for span in &self.reading.spans {
            let Fact::Directory { path } = &span.fact else { continue };
            let bytes = self.reading.bytes(&span.tokens);
            let free = !self.taken.iter().any(|taken| taken.start < bytes.end && bytes.start < taken.end);
            let far = bytes.start.saturating_sub(slot.bytes.end).max(slot.bytes.start.saturating_sub(bytes.end));
            if free && far <= NEAR_BYTES && path != "." {
                found.push((far, path.clone()));
            }
        }
        found.sort();
        found.into_iter().map(|(_, path)| path).collect()
    }

    /// The file that is meant. `kinds` are ends of names that suit what is to be done with it.
    pub(crate) fn file(&self, slot: &Slot, kinds: &[String]) -> Result<String, Ungrounded> {
        let said = self.text(slot);
        let places = self.places(slot);
        for place in &places {
            let joined = format!("{place}/{said}");
            if let Some(entry) = self.around.lookup(&joined).filter(|entry| entry.kind == EntryKind::File) {
                return Ok(entry.path);
            }
        }
        if let Some(entry) = self.around.lookup(said.trim_start_matches("./"))
            && entry.kind == EntryKind::File
        {
            return Ok(entry.path);
        }
        let named = self.facts(slot).into_iter().find_map(|(fact, trust)| match fact {
            Fact::File { path } if trust >= 0.85 => Some(path.clone()),
            _ => None,
        });
        if let Some(path) = named {
            return Ok(path);
        }
        self.described(slot, kinds, &places)
    }

    /// The one file that a description fits best.
    fn described(&self, slot: &Slot, kinds: &[String], places: &[String]) -> Result<String, Ungrounded> {
        let said = self.text(slot).to_owned();
        let named = said.contains(['.', '/']) && !said.contains(' ');
        let mut ranked: Vec<(f32, &Entry)> = Vec::new();
        for entry in self.reading.entries.iter().filter(|entry| entry.kind == EntryKind::File) {
            let fit = if named { same_name(&entry.path, &said) } else { fit(&entry.path, &said) };
            if fit <= 0.0 {
                continue;
            }
            let end = end(&entry.path);
            let kind = self.reading.kinds.get(&entry.path).copied().or_else(|| self.around.kind(&entry.path));
            let suits =
                kinds.is_empty() || kinds.contains(&end) || kind.is_some_and(|kind| kinds.iter().any(|k| k == kind));
            let place = places.iter().any(|place| entry.path.starts_with(&format!("{place}/")));
            let depth = entry.path.matches('/').count();
            let bonus = if suits { 0.2 } else { -0.2 } + if place { 0.3 } else { 0.0 }
                - 0.02 * f32::from(u8::try_from(depth).unwrap_or(u8::MAX));
            ranked.push((fit + bonus, entry));
        }
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.path.cmp(&b.1.path)));
        match ranked.as_slice() {
            [(best, entry), rest @ ..] if *best >= DESCRIBED_MIN => {
                let next = rest.first().map_or(0.0, |(next, _)| *next);
                if best - next < AHEAD_MIN {
                    let choices = ranked.iter().take(5).map(|(_, entry)| entry.path.clone()).collect();
                    return Err(Ungrounded::Several { said, choices });
                }
                Ok(entry.path.clone())
            }
            _ => {
                let near = near(&self.reading.entries, &said).into_iter().map(|(_, path)| path).collect();
                Err(Ungrounded::Absent { said, near })
            }
        }
    }

    /// The directory that is meant.
    pub(crate) fn directory(&self, slot: &Slot) -> Result<String, Ungrounded> {
        let said = self.text(slot);
        let is = |entry: &Entry| entry.kind == EntryKind::Directory;
        if matches!(said.to_lowercase().as_str(), "." | "here" | "this folder" | "this directory" | "current directory")
        {
            return Ok(".".to_owned());
        }
        for place in self.places(slot) {
            if let Some(entry) = self.around.lookup(&format!("{place}/{said}")).filter(is) {
                return Ok(entry.path);
            }
        }
        if let Some(entry) = self.around.lookup(said.trim_start_matches("./").trim_end_matches('/')).filter(is) {
            return Ok(entry.path);
        }
        // The directory of a file that is named is not what is named.
        let whole = said.trim_start_matches("./").trim_end_matches('/');
        let part = |path: &str| whole.contains('/') && path != whole;
        let named = self.facts(slot).into_iter().find_map(|(fact, _)| match fact {
            Fact::Directory { path } if !part(path) => Some(path.clone()),
            _ => None,
        });
        if let Some(path) = named {
            return Ok(path);
        }
        let mut ranked: Vec<(f32, &Entry)> = self
            .reading
            .entries
            .iter()
            .filter(|entry| is(entry) && !whole.contains(['/', '.']))
            .map(|entry| (fit(&entry.path, said), entry))
            .filter(|(fit, _)| *fit >= DESCRIBED_MIN)
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.path.len().cmp(&b.1.path.len())));
        match ranked.first() {
            Some((_, entry)) => Ok(entry.path.clone()),
            None => {
                let near = near(&self.reading.entries, said).into_iter().map(|(_, path)| path).collect();
                Err(Ungrounded::Absent { said: said.to_owned(), near })
            }
        }
    }

    /// Whether the words before a name say that it is to be where the file it is made of is.
    pub(super) fn says_beside(&self, slot: &Slot) -> bool {
        const BESIDE: &[&str] = &[
            "next to it",
            "beside it",
            "alongside",
            "next to the original",
            "beside the original",
            "in the same folder",
            "in the same directory",
            "in the same place",
        ];
        let text = self.reading.text.to_lowercase();
        let near = |at: usize| at.abs_diff(slot.bytes.start) <= 2 * NEAR_BYTES;
        BESIDE.iter().any(|words| text.match_indices(words).any(|(at, _)| near(at)))
    }

    /// The path that is to be made: as it is said, below the directory it is said to be in. `beside` is the directory of
    /// the file that gets another name.
    pub(crate) fn made(&self, slot: &Slot, beside: Option<&str>) -> String {
        let said = self.text(slot).trim_start_matches("./").trim_end_matches('/').to_owned();
        if said.contains('/') || said.starts_with('~') {
            return said;
        }
        if let Some(directory) = beside.filter(|directory| !directory.is_empty()) {
            return format!("{directory}/{said}");
        }
        let after = self.reading.text.get(slot.bytes.end..).unwrap_or("").trim_start().to_lowercase();
        let before = self.reading.text.get(..slot.bytes.start).unwrap_or("").trim_end().to_lowercase();
        let within = ["in ", "inside ", "into ", "under ", "within ", "to ", "of ", "on "]
            .iter()
            .any(|word| after.starts_with(word));
        let led =
            ["called", "named", "as", "file", "name", "folder", "directory"].iter().any(|word| before.ends_with(word));
        match self.places(slot).first() {
            Some(place) if within || led => {
                // A folder that is said as the source of other files is not the place of this one.
                let adjoining =
                    after.get(..NEAR_BYTES.min(after.len())).is_some_and(|rest| rest.contains(place.as_str()));
                if within && adjoining || inside_phrase(&before, place) { format!("{place}/{said}") } else { said }
            }
            _ => said,
        }
    }
}

/// Whether "in PLACE" or "inside PLACE" leads up to a name.
fn inside_phrase(before: &str, place: &str) -> bool {
    let tail: String = before.chars().rev().take(NEAR_BYTES).collect::<Vec<char>>().into_iter().rev().collect();
    ["in ", "inside ", "into ", "within "]
        .iter()
        .any(|word| ["", "the ", "my ", "our "].iter().any(|article| tail.contains(&format!("{word}{article}{place}"))))
}

/// The end of a file's name, in lower case.
pub(crate) fn end(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or_else(String::new, |(_, end)| end.to_lowercase())
}

/// How well a path's last part answers to a name that may be mistyped or lack its end.
fn same_name(path: &str, said: &str) -> f32 {
    let (path, said) = (path.to_lowercase(), said.to_lowercase());
    let name = path.rsplit('/').next().unwrap_or(&path);
    if path == said || name == said {
        return 1.0;
    }
    // "logs/app" for logs/app.log; a misspelt name is asked about, not guessed.
    if name.rsplit_once('.').is_some_and(|(stem, _)| stem == said) { 0.6 } else { 0.0 }
}

/// Words that people say for kinds of files, beside the ends of their names.
const CALLED: &[(&str, &[&str])] = &[
    ("table", &["csv", "tsv"]),
    ("spreadsheet", &["csv", "tsv"]),
    ("sheet", &["csv", "tsv"]),
    ("list", &["csv", "txt", "tsv", "json", "md"]),
    ("register", &["csv"]),
    ("calendar", &["ics"]),
    ("diary", &["ics"]),
    ("agenda", &["ics", "md", "txt"]),
    ("contact", &["vcf"]),
    ("address", &["vcf"]),
    ("mailbox", &["mbox"]),
    ("mail", &["eml", "mbox"]),
    ("email", &["eml", "mbox"]),
    ("inbox", &["mbox"]),
    ("letter", &["eml", "txt", "md"]),
    ("page", &["html", "htm"]),
    ("website", &["html", "htm"]),
    ("feed", &["xml", "rss", "atom"]),
    ("picture", &["png", "jpg", "jpeg", "gif", "bmp", "webp"]),
    ("photo", &["jpg", "jpeg", "png"]),
    ("image", &["png", "jpg", "jpeg", "gif", "bmp", "webp"]),
    ("logo", &["png", "svg", "jpg"]),
    ("archive", &["zip", "tar", "gz", "tgz"]),
    ("backup", &["zip", "tar", "gz", "tgz", "bak"]),
    ("config", &["toml", "yaml", "yml", "json", "ini", "conf"]),
    ("configuration", &["toml", "yaml", "yml", "json", "ini", "conf"]),
    ("setting", &["toml", "yaml", "yml", "json", "ini", "conf"]),
    ("database", &["sqlite", "db"]),
    ("note", &["txt", "md"]),
    ("readme", &["md", "txt"]),
    ("markdown", &["md"]),
    ("text", &["txt"]),
    ("log", &["log"]),
    ("minute", &["md", "txt"]),
    ("draft", &["md", "txt"]),
    ("recipe", &["md", "txt"]),
];

/// How well a path answers to a description: the share of the description's words that its parts or its kind explain.
fn fit(path: &str, said: &str) -> f32 {
    let lower = path.to_lowercase();
    let end = end(&lower);
    let names: Vec<String> = parts(&lower).iter().map(|part| stem(part)).collect();
    let joined = names.concat();
    let mut total: f32 = 0.0;
    let mut matched: f32 = 0.0;
    let mut named = false;
    for word in said.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let lower = word.to_lowercase();
        if is_function(&lower) {
            continue;
        }
        let stem = stem(&lower);
        let noun = is_file_noun(&lower) || matches!(lower.as_str(), "data" | "document" | "doc");
        let weight = if noun { 0.2 } else { 1.0 };
        total += weight;
        let same = names.iter().any(|name| *name == stem || mistyped(name, &stem));
        let within = stem.len() > 3 && joined.contains(&stem)
            || names.iter().any(|name| name.len() > 3 && (stem.starts_with(name.as_str()) || name.starts_with(&stem)));
        let called = lower == end
            || stem == end
            || CALLED.iter().any(|(word, ends)| (*word == lower || *word == stem) && ends.contains(&end.as_str()));
        if same || within {
            named = true;
            matched += weight * if same { 1.0 } else { 0.9 };
        } else if called {
            matched += weight * 0.8;
        } else if noun {
            matched += weight * 0.5;
        }
    }
    if total == 0.0 {
        return 0.0;
    }
    // A kind alone ("the csv") names a file only where it is the only one: then nothing else comes near it.
    let share = matched / total;
    if named { share } else { share * 0.75 }
}

/// Whether one word is the other with a slip of the finger. First letters are seldom mistyped, and "weight" is not "height".
fn mistyped(one: &str, other: &str) -> bool {
    let limit = forgiven(one.len().min(other.len()));
    one.chars().next() == other.chars().next() && distance(one, other, limit).is_some()
}

/// How well a column or key answers to words, in `[0, 1]`.
pub(crate) fn likeness(name: &str, said: &str) -> f32 {
    if name == said {
        return 1.0;
    }
    let (low, low_said) = (name.to_lowercase(), said.to_lowercase());
    if low == low_said {
        return 0.98;
    }
    let stems = |text: &str| -> Vec<String> {
        let words = parts(text).into_iter().filter(|word| !is_function(word));
        words.map(|word| stem(&word)).collect()
    };
    let (mut own, theirs) = (stems(name), stems(said));
    // "height_cm" is a height.
    if own.len() > 1
        && own.last().is_some_and(|last| UNITS.contains(&last.as_str()))
        && !theirs.contains(&own[own.len() - 1])
    {
        own.pop();
    }
    if own.is_empty() || theirs.is_empty() {
        return 0.0;
    }
    if own == theirs || own.concat() == theirs.concat() {
        return 0.95;
    }
    let alike = |a: &String, b: &String| {
        let same = a == b
            || a.len() > 3 && b.len() > 3 && (a.starts_with(b.as_str()) || b.starts_with(a.as_str()))
            || mistyped(a, b);
        // Words of one property are not the same word: "batch number" is no quantity.
        let ring = || SAME.iter().any(|ring| in_ring(ring, a) && in_ring(ring, b));
        if same {
            1.0
        } else if ring() {
            0.5
        } else {
            0.0
        }
    };
    let count = |of: &[String], among: &[String]| {
        let hits = of.iter().map(|a| among.iter().map(|b| alike(a, b)).fold(0.0, f32::max)).sum::<f32>();
        hits / f32::from(u8::try_from(of.len()).unwrap_or(u8::MAX))
    };
    let (forth, back) = (count(&own, &theirs), count(&theirs, &own));
    if forth == 0.0 {
        // A slip shows in the whole word where its stem has become too short to tell.
        return if mistyped(&low, &low_said) { 0.85 } else { 0.0 };
    }
    0.45 * forth + 0.45 * back
}

/// Whether a stem is that of a word in the ring.
fn in_ring(ring: &[&str], stemmed: &str) -> bool {
    ring.iter().any(|word| stem(word) == stemmed || word.len() > 4 && mistyped(word, stemmed))
}

/// Units that names of columns end in, as stems.
const UNITS: &[&str] = &[
    "cm", "mm", "m", "km", "kg", "g", "mg", "ml", "l", "ms", "s", "sec", "min", "h", "pct", "percent", "eur", "usd",
    "gbp", "c",
];

/// Words that name the same property.
const SAME: &[&[&str]] = &[
    &["old", "older", "oldest", "young", "younger", "youngest", "age"],
    &["price", "cost", "cheap", "cheaper", "cheapest", "expensive", "dear", "dearer", "dearest", "amount"],
    &["tall", "taller", "tallest", "high", "higher", "highest", "height"],
    &["heavy", "heavier", "heaviest", "light", "lighter", "lightest", "weight", "mass"],
    &["long", "longer", "longest", "short", "shorter", "shortest", "length", "duration"],
    &["big", "bigger", "biggest", "large", "larger", "largest", "small", "smaller", "smallest", "size"],
    &["wide", "wider", "widest", "narrow", "width"],
    &["fast", "faster", "fastest", "slow", "slower", "slowest", "speed", "duration", "time"],
    &["new", "newer", "newest", "recent", "latest", "earliest", "date", "modified", "time", "day"],
    &["phone", "telephone", "mobile", "tel", "number"],
    &["mail", "email", "e-mail", "address"],
    &["company", "organization", "organisation", "employer", "firm"],
    &["place", "location", "room", "where"],
    &["topic", "subject", "title", "summary"],
    &["sender", "from", "author"],
    &["amount", "sum", "total", "value", "price"],
    &["count", "number", "quantity", "qty"],
    &["surname", "lastname", "last"],
    &["person", "people", "name", "who"],
    &["stock", "quantity"],
    &["mark", "score", "grade", "point"],
    &["pay", "salary", "wage"],
    &["spend", "spent", "expense", "expenditure", "amount", "cost", "price"],
    &["kind", "type", "sort", "category"],
];

/// The column that is meant among these, if one answers best.
pub(crate) fn column(columns: &[Column], said: &str) -> Option<String> {
    best(columns.iter().map(|column| column.name.as_str()), said).map(str::to_owned)
}

/// The best name, if it is good enough and not tied.
fn best<'n>(names: impl Iterator<Item = &'n str>, said: &str) -> Option<&'n str> {
    let mut ranked: Vec<(f32, &str)> = names.map(|name| (likeness(name, said), name)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (first, name) = *ranked.first()?;
    let tied = ranked.get(1).is_some_and(|(next, _)| first - next < 0.02 && first < 0.9);
    (first >= 0.4 && !tied).then_some(name)
}

/// The key path that is meant: by its last part, and by the outer parts that are said with it or elsewhere in the request.
pub(crate) fn key(keys: &[String], said: &str, turn: &str) -> Option<String> {
    if let Some(same) = keys.iter().find(|key| *key == said || key.trim_start_matches('.') == said) {
        return Some(same.clone());
    }
    let spoken: Vec<String> = parts(turn).iter().map(|word| stem(word)).collect();
    let mut ranked: Vec<(f32, &String)> = keys
        .iter()
        .map(|key| {
            let last = key.rsplit('.').next().unwrap_or(key).trim_matches(['"', '[', ']']);
            let outer: Vec<String> =
                parts(key.strip_suffix(last).unwrap_or("")).iter().map(|word| stem(word)).collect();
            let whole = likeness(key, said);
            let mentioned = outer.iter().filter(|word| spoken.contains(word)).count();
            let share = match outer.len() {
                0 => 0.5,
                all => {
                    f32::from(u8::try_from(mentioned).unwrap_or(u8::MAX))
                        / f32::from(u8::try_from(all).unwrap_or(u8::MAX))
                }
            };
            let depth = 0.01 * f32::from(u8::try_from(outer.len()).unwrap_or(u8::MAX));
            ((likeness(last, said) + 0.15 * share).max(whole) - depth, key)
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.len().cmp(&b.1.len())));
    let (first, name) = ranked.first()?;
    (*first >= 0.5).then(|| (*name).clone())
}

/// The value that is meant among a column's, as it is written there.
pub(crate) fn value(column: &Column, said: &str) -> Option<String> {
    let low = said.to_lowercase();
    if let Some(same) = column.values.iter().find(|value| *value == said) {
        return Some(same.clone());
    }
    if let Some(same) = column.values.iter().find(|value| value.to_lowercase() == low) {
        return Some(same.clone());
    }
    let stems = |text: &str| -> Vec<String> { parts(text).iter().map(|word| stem(word)).collect() };
    let wanted = stems(said);
    if wanted.is_empty() || wanted.concat().len() < 3 {
        return None;
    }
    column.values.iter().find(|value| stems(value) == wanted).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_answer_to_what_people_call_them() {
        let columns: Vec<Column> = ["id", "net", "customer_name", "age", "height_cm"]
            .into_iter()
            .map(|name| Column { name: name.to_owned(), values: Vec::new() })
            .collect();
        for (said, name) in
            [("net amount", "net"), ("Customer", "customer_name"), ("older", "age"), ("height", "height_cm")]
        {
            assert_eq!(column(&columns, said).as_deref(), Some(name), "{said}");
        }
        for absent in ["colour", "weight"] {
            assert_ne!(column(&columns, absent).as_deref(), Some("height_cm"), "{absent}");
        }
        assert_eq!(column(&columns, "colour"), None);
    }

    #[test]
    fn files_answer_to_descriptions() {
        assert!(fit("staff/staff_list.csv", "the staff list csv") > 0.9);
        assert!(fit("logs/door.log", "the door log") > 0.9);
        assert!(fit("calendar/office.ics", "our office calendar") > 0.9);
        assert!(fit("notes/todo.txt", "the door log") < DESCRIBED_MIN);
    }

    #[test]
    fn keys_are_found_by_their_last_part() {
        let keys: Vec<String> = ["backup.retention_days", "mail.retention_days", "port"].map(str::to_owned).into();
        let turn = "set retention_days in the backup section to 45";
        assert_eq!(key(&keys, "retention_days", turn).as_deref(), Some("backup.retention_days"));
        assert_eq!(key(&keys, "the colour", turn), None);
    }
}
