//! What people ask, in many voices, judged by the shape of the graph.
//!
//! Each case names fragments that the printed graph must hold, in any order; a leading `!` forbids one.

mod support;

use support::{Shelf, Tree, print, turn};
use telos_model::{Cascade, Proposal};

const CASES: &[(&str, &[&str])] = &[
    ("count the lines in app.log", &["text.count.lines(", "file.read(file=app.log)", "!search"]),
    ("how many words are in notes.txt?", &["text.count.words(", "file=notes.txt"]),
    ("cuont the wrods in notes.txt", &["text.count.words(", "file=notes.txt"]),
    ("number of characters in draft.md", &["text.count.characters(", "file=draft.md"]),
    ("show notes.txt", &["file.read(file=notes.txt)"]),
    ("find lines with error in app.log", &["text.search.lines(", "pattern=error", "file=app.log"]),
    (
        "find the lines containing \"connection refused\" in server.log",
        &["text.search.lines(", "pattern=connection refused", "file=server.log"],
    ),
    ("grep timeout server.log", &["text.search.lines(", "pattern=timeout", "file=server.log"]),
    ("how many lines in server.log mention timeout", &["count", "text.search", "pattern=timeout"]),
    ("count lines with ERROR in app.log", &["pattern=ERROR", "file=app.log", "count"]),
    ("lines of app.log that do not contain debug", &["text.search.lines(", "pattern=debug", "invert=true"]),
    ("search notes.txt for meeting ignoring case", &["text.search", "pattern=meeting", "ignore-case=true"]),
    ("sort names.txt", &["text.sort(text.decode(file.read(file=names.txt)))"]),
    ("sort names.txt in reverse", &["text.sort(", "descending=true"]),
    (
        "sort the names in names.txt and save them to sorted.txt",
        &["file.write(file=sorted.txt, text.sort(", "file=names.txt"],
    ),
    ("remove duplicate lines from emails.txt", &["text.unique.lines(", "file=emails.txt", "!delete"]),
    ("unique lines of emails.txt, sorted", &["text.sort(text.unique", "file=emails.txt"]),
    ("how many distinct lines are in emails.txt", &["file=emails.txt", "!&", "!text.count.lines(text.decode"]),
    ("first 5 lines of app.log", &["text.head(", "count=5", "file=app.log"]),
    ("last 20 lines of server.log", &["text.tail(", "count=20", "file=server.log"]),
    ("show me the last ten lines of app.log", &["text.tail(", "count=10"]),
    ("most common words in notes.txt", &["text.frequencies.table(", "of=words", "file=notes.txt"]),
    ("list the files here", &["file.list"]),
    ("what is in the data folder", &["file.list", "directory=data"]),
    ("find all csv files", &["file.find", "extension=csv"]),
    ("which files are larger than 10 MB", &["file.find", "min-size=10000000"]),
    ("files changed in the last 7 days", &["file.find", "newer-than=604800"]),
    ("delete old.bak", &["file.delete(file=old.bak)"]),
    ("rename draft.md to final.md", &["file.rename(file=draft.md, target=final.md)"]),
    ("move app.log into archive", &["file.move(file=app.log, directory=archive)"]),
    ("make a folder called reports/2026", &["directory.make(directory=reports/2026)"]),
    ("remove every .bak file", &["file.delete(", "bak"]),
    ("sum the amount column of sales.csv", &["table.aggregate(", "column=amount", "file=sales.csv", "!function=m"]),
    ("average age in people.csv", &["table.aggregate(", "column=age", "function=mean", "file=people.csv"]),
    ("total amount by region in sales.csv", &["table.aggregate(", "by=region", "column=amount", "!function=m"]),
    ("what's the highest temp_c in data/temps.csv", &["table.aggregate(", "column=temp_c", "function=max"]),
    ("rows of sales.csv where amount > 100", &["table.filter", "column=amount", "comparison=greater", "value=100"]),
    ("show people.csv where city is London", &["table.filter", "column=city", "!comparison=not", "value=London"]),
    ("sort sales.csv by amount descending", &["table.sort(", "column=amount", "descending=true", "!text.sort"]),
    ("top 3 rows of sales.csv by amount", &["table.top(", "count=3", "column=amount"]),
    (
        "chart total amount per region from sales.csv into plot.svg",
        &["file.write(file=plot.svg, chart.draw(", "table.aggregate(", "by=region"],
    ),
    (
        "plot temp_c by day from data/temps.csv as a line chart",
        &["chart.draw(", "kind=line", "label=day", "values=temp_c"],
    ),
    ("get .customer from orders.json", &["json.", "customer", "file=orders.json"]),
    ("sha256 of old.bak", &["data.hash(", "!algorithm=sha5", "!blake3", "file=old.bak"]),
    ("checksum for \"photo one.jpg\" with blake3", &["data.hash(", "algorithm=blake3", "file=photo one.jpg"]),
    (
        "filter sales.csv for amount at least 50, then sort by date and save it as big.csv",
        &["file.write(file=big.csv, table.sort(", "table.filter", "comparison=at-least", "value=50", "column=date"],
    ),
    ("keep rows of people.csv where age is over 30 and count them", &["table.filter", "count", "value=30"]),
    (
        "find errors in app.log, sort them and save to errors.txt",
        &["file.write(file=errors.txt, text.sort(text.search", "file=app.log"],
    ),
    ("count the lines of all csv files", &["lines", "extension=csv"]),
    ("search every log file for timeout", &["search", "pattern=timeout", "extension=log"]),
    ("pls gimme number of line in notes.txt", &["text.count.lines(", "file=notes.txt"]),
    ("wc app.log", &["text.count", "file=app.log"]),
    (
        "write the unique lines of emails.txt to clean.txt",
        &["file.write(file=clean.txt, text.unique", "file=emails.txt"],
    ),
    (
        "count how many times each word occurs in notes.txt and chart it",
        &["chart.draw(", "text.frequencies", "of=words"],
    ),
    ("the five largest files here", &["table.top(file.", "column=size", "count=5", "!smallest"]),
    ("list the newest files", &["file.", "column=modified"]),
    (
        "take names.txt, sort it, drop the duplicates and write the result into uniq.txt",
        &["file.write(file=uniq.txt, text.unique", "text.sort("],
    ),
    (
        "average amount of sales.csv where region is North",
        &["table.aggregate(", "table.filter", "value=North", "function=mean"],
    ),
    ("group people.csv by city", &["by=city", "file=people.csv"]),
    ("how many people per city in people.csv", &["table.count", "by=city", "!text.count"]),
    ("show the first 3 rows of people.csv", &["count=3", "file=people.csv"]),
    (
        "count words in notes.txt and lines in app.log",
        &["text.count.words(", "text.count.lines(", "file=notes.txt", "file=app.log"],
    ),
    ("copy of names.txt sorted numerically", &["text.sort(", "numeric=true"]),
];

/// Requests that must not be answered by a graph.
const NOT_NOW: &[&str] = &[
    "",
    "hello there",
    "book a flight to Lisbon",
    "translate notes.txt into French",
    "count the lines in missing.log",
    "delete everything on the internet",
    "send sales.csv to bob@example.com",
    "what is the weather tomorrow",
    "sum the bananas column of sales.csv",
    "compress app.log",
    "play some music",
    "don't delete old.bak",
    "sort",
    "asdf qwer zxcv",
    "delete app.lg",
    "who wrote notes.txt",
    "email people.csv to my boss",
    "run main.rs",
];

fn answer(text: &str, shelf: &Shelf) -> Result<String, String> {
    match Cascade::default().propose(&turn(text), &Tree::home(), shelf, &|_| Ok(())).proposal {
        Proposal::Graph(proposed) => Ok(print(&proposed.graph, shelf)),
        Proposal::History(asked) => Err(format!("history: {asked:?}")),
        Proposal::Question(question) => Err(format!("ask: {}", question.text)),
        Proposal::Abstain { reason, .. } => Err(format!("abstain: {reason}")),
    }
}

fn right(graph: &str, fragments: &[&str]) -> bool {
    fragments.iter().all(|fragment| match fragment.strip_prefix('!') {
        Some(forbidden) => !graph.contains(forbidden),
        None => graph.contains(fragment),
    })
}

#[test]
fn most_requests_become_the_right_graph() {
    let shelf = Shelf::standard();
    let mut wrong = Vec::new();
    let mut unanswered = Vec::new();
    for (text, fragments) in CASES {
        match answer(text, &shelf) {
            Ok(graph) if right(&graph, fragments) => {}
            Ok(graph) => wrong.push(format!("{text}\n    {graph}")),
            Err(reason) => unanswered.push(format!("{text}\n    {reason}")),
        }
    }
    let total = CASES.len();
    println!(
        "wrong ({}):\n{}\nunanswered ({}):\n{}",
        wrong.len(),
        wrong.join("\n"),
        unanswered.len(),
        unanswered.join("\n")
    );
    assert!(
        (wrong.len() + unanswered.len()) * 10 <= total,
        "{} wrong, {} unanswered of {total}",
        wrong.len(),
        unanswered.len()
    );
}

#[test]
fn what_cannot_be_done_is_not_guessed() {
    let shelf = Shelf::standard();
    let guessed: Vec<String> = NOT_NOW
        .iter()
        .filter_map(|text| answer(text, &shelf).ok().map(|graph| format!("{text}\n    {graph}")))
        .collect();
    println!("{}", guessed.join("\n"));
    assert!(guessed.len() <= 1, "{} answered", guessed.len());
}
