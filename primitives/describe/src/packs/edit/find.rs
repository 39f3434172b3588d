//! What is in a text: things with a form of their own, words, long lines.

use super::{by_expression, by_line, raised, text, whole};
use crate::{blob, choice, choose, count, flag, input, line, output};
use telos_abi::{Descriptor, Refinement, Type, Value};

/// Kinds of things that can be found.
fn kinds() -> Type {
    choice(&[
        "emails",
        "urls",
        "links",
        "ip-addresses",
        "numbers",
        "dates",
        "times",
        "phone-numbers",
        "hashtags",
        "mentions",
        "quoted",
        "words",
        "uuids",
        "prices",
        "card-numbers",
    ])
}

pub(super) fn extract() -> Descriptor {
    by_expression("text.extract")
        .does(
            "Take e-mail addresses, links, numbers, dates and the like out of a text.",
            &["text", "search", "extract"],
        )
        .words(&[
            "extract",
            "pull out",
            "find all",
            "list all",
            "collect",
            "get all",
            "email addresses",
            "e-mail addresses",
            "emails",
            "urls",
            "links",
            "web addresses",
            "ip addresses",
            "numbers",
            "dates",
            "times",
            "phone numbers",
            "telephone numbers",
            "hashtags",
            "mentions",
            "quotations",
            "quoted",
            "uuids",
            "prices",
            "amounts of money",
            "card numbers",
        ])
        .examples(&[
            "extract all email addresses from contacts.txt",
            "which urls are mentioned in notes.txt",
            "list the distinct ip addresses in access.log",
            "how many phone numbers are in letter.txt",
            "pull the dates out of diary.txt",
            "find all hashtags in posts.txt",
            "get every number from report.txt",
        ])
        .takes(text())
        .takes(input("kind", kinds(), "what to take out").words(&["extract", "all", "find", "list", "every", "the"]))
        .takes(raised(
            "distinct",
            "give each only once",
            &["distinct", "unique", "different", "without duplicates", "only once", "each once"],
        ))
        .gives(output("matches", blob(Refinement::Utf8), "what was found, one on each line, in order"))
        .gives(output("count", count(0), "number of matches"))
        .build()
}

pub(super) fn mask() -> Descriptor {
    by_expression("text.mask")
        .does("Hide e-mail addresses, numbers and the like behind a text.", &["text", "edit", "mask"])
        .words(&[
            "mask",
            "redact",
            "hide",
            "censor",
            "anonymise",
            "anonymize",
            "black out",
            "blank out",
            "obscure",
            "make unreadable",
            "sanitize",
            "remove personal data",
        ])
        .examples(&[
            "mask the email addresses in support.log",
            "redact all phone numbers from letter.txt",
            "hide ip addresses in access.log",
            "anonymise the card numbers of orders.txt with XXXX",
        ])
        .takes(text())
        .takes(input("kind", kinds(), "what to hide").words(&["mask", "redact", "hide", "all", "the", "censor"]))
        .takes(input("replacement", line(), "text in its place").default(Value::Text(String::from("***"))).words(&[
            "with",
            "by",
            "behind",
            "as",
            "replaced by",
        ]))
        .gives(output("text", blob(Refinement::Utf8), "the text without them"))
        .gives(output("count", count(0), "number of places that were hidden"))
        .build()
}

pub(super) fn word_frequencies() -> Descriptor {
    whole("text.word-frequencies")
        .does("Count how often each word occurs, most frequent first.", &["text", "word", "count", "frequency"])
        .words(&[
            "word frequencies",
            "word frequency",
            "word counts",
            "most common words",
            "most frequent words",
            "most used words",
            "top words",
            "how often each word",
            "each word",
            "vocabulary",
            "word cloud",
            "different words",
        ])
        .examples(&[
            "what are the ten most common words in book.txt",
            "word frequencies of speech.txt",
            "how often does each word occur in essay.txt",
            "how many different words are in poem.txt",
            "chart the most used words of lyrics.txt",
        ])
        .takes(text())
        .takes(
            input("ignore-case", flag(), "whether upper and lower case are the same")
                .default(Value::Bool(true))
                .words(&["ignore case", "ignoring case", "case insensitive", "regardless of case"]),
        )
        .gives(output("table", blob(Refinement::Table), "table of words: `word`, `count`"))
        .gives(output("distinct", count(0), "number of different words"))
        .produces(super::MADE_FIXED_BYTES, 8)
        .introduces(&[Refinement::Table])
        .build()
}

pub(super) fn longest() -> Descriptor {
    by_line("text.longest")
        .does("Find the longest or shortest lines or words.", &["text", "line", "length"])
        .words(&[
            "longest",
            "longest line",
            "longest lines",
            "longest word",
            "longest words",
            "shortest line",
            "shortest word",
            "shortest",
            "line length",
            "too long",
            "long lines",
        ])
        .examples(&[
            "what is the longest line of main.rs",
            "the five longest words in dictionary.txt",
            "which is the shortest line in poem.txt",
            "how long is the longest line of data.txt",
        ])
        .takes(text())
        .takes(
            input("count", count(0), "number of lines or words")
                .default(Value::Int(10))
                .words(&["top", "number", "longest", "shortest"]),
        )
        .takes(
            input("of", choice(&["lines", "words"]), "what is measured")
                .default(choose("lines"))
                .words(&["longest", "shortest", "of"]),
        )
        .takes(raised(
            "shortest",
            "the shortest instead of the longest; blank ones do not count",
            &["shortest", "smallest", "least"],
        ))
        .gives(output("table", blob(Refinement::Table), "table, the longest first: `line` number, `length`, `text`"))
        .gives(output("length", count(0), "number of characters of the first of them"))
        .introduces(&[Refinement::Table])
        .build()
}
