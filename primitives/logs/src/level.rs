//! How grave an entry is, by the words that loggers use for it.

/// A level as a logger writes it, in the one spelling that tables have. `strict` leaves out what may also be an
/// ordinary word of a sentence.
pub(crate) fn of_word(word: &str, strict: bool) -> Option<&'static str> {
    let (level, plain) = match word.to_ascii_lowercase().as_str() {
        "trace" | "trc" => ("trace", true),
        "finest" | "finer" | "verbose" | "silly" => ("trace", false),
        "debug" | "dbg" | "debg" => ("debug", true),
        "fine" => ("debug", false),
        "info" | "inf" => ("info", true),
        "information" | "informational" | "notice" | "config" | "log" | "note" | "success" => ("info", false),
        "warn" | "warning" | "wrn" => ("warn", true),
        "error" | "err" => ("error", true),
        "severe" => ("error", false),
        "fatal" | "critical" | "crit" | "ftl" | "emerg" => ("fatal", true),
        "emergency" | "alert" | "panic" | "dpanic" => ("fatal", false),
        _ => return None,
    };
    (plain || !strict).then_some(level)
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
