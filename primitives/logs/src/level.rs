//! How grave an entry is, by the words that loggers use for it.

/// Words that loggers use, the one level that each means, and whether it is nothing else in a sentence.
const WORDS: &[(&str, &str, bool)] = &[
    ("TRACE", "trace", true),
    ("TRC", "trace", true),
    ("FINEST", "trace", false),
    ("FINER", "trace", false),
    ("VERBOSE", "trace", false),
    ("SILLY", "trace", false),
    ("DEBUG", "debug", true),
    ("DBG", "debug", true),
    ("DEBG", "debug", true),
    ("FINE", "debug", false),
    ("INFO", "info", true),
    ("INF", "info", true),
    ("INFORMATION", "info", false),
    ("INFORMATIONAL", "info", false),
    ("NOTICE", "info", false),
    ("CONFIG", "info", false),
    ("LOG", "info", false),
    ("NOTE", "info", false),
    ("SUCCESS", "info", false),
    ("WARN", "warn", true),
    ("WARNING", "warn", true),
    ("WRN", "warn", true),
    ("ERROR", "error", true),
    ("ERR", "error", true),
    ("SEVERE", "error", false),
    ("FATAL", "fatal", true),
    ("CRITICAL", "fatal", true),
    ("CRIT", "fatal", true),
    ("FTL", "fatal", true),
    ("EMERG", "fatal", true),
    ("EMERGENCY", "fatal", false),
    ("ALERT", "fatal", false),
    ("PANIC", "fatal", false),
    ("DPANIC", "fatal", false),
];

/// A level as a logger writes it: its own word where that is in capitals, else the one spelling that tables have. `strict` leaves
/// out what may also be an ordinary word of a sentence.
pub(crate) fn of_word(word: &str, strict: bool) -> Option<&'static str> {
    let (own, level, plain) = WORDS.iter().find(|(own, ..)| own.eq_ignore_ascii_case(word))?;
    (*plain || !strict).then_some(if word == *own { own } else { level })
}

/// The one level that a word of a table means.
pub(crate) fn meant(level: &str) -> &str {
    WORDS.iter().find(|(own, ..)| own.eq_ignore_ascii_case(level)).map_or(level, |(_, meant, _)| meant)
}

/// A level by its first letter, as terse loggers write it.
pub(crate) fn of_letter(letter: char) -> Option<&'static str> {
    Some(match letter {
        'T' | 'V' => "trace",
        'D' => "debug",
        'I' | 'N' => "info",
        'W' => "warn",
        'E' => "error",
        'F' | 'C' => "fatal",
        _ => return None,
    })
}

/// A level by a syslog severity (RFC 5424, section 6.2.1), from 0 to 7.
pub(crate) fn of_severity(severity: u64) -> &'static str {
    match severity {
        0..=2 => "fatal",
        3 => "error",
        4 => "warn",
        5 | 6 => "info",
        _ => "debug",
    }
}

/// A level by the numbers that loggers of JSON write, of which each step is 10.
pub(crate) fn of_number(number: u64) -> &'static str {
    match number {
        0..=7 => of_severity(number),
        8..20 => "trace",
        20..30 => "debug",
        30..40 => "info",
        40..50 => "warn",
        50..60 => "error",
        _ => "fatal",
    }
}
