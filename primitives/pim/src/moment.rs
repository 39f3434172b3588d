//! Dates and times: as calendars write them, as tables write them, and the arithmetic between.

/// Seconds of a day.
const DAY: i64 = 86_400;
/// Longest duration that is added, in seconds: ten thousand years.
const DURATION_MAX: i64 = 10_000 * 366 * DAY;

/// A date, or a date and time, in the proleptic Gregorian calendar, of years 0 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Days since 1970-01-01.
    days: i64,
    /// Seconds since midnight; `None` for a date alone.
    seconds: Option<i64>,
    /// Whether the time is UTC; else it is that of some place.
    universal: bool,
}

impl Moment {
    /// Reads what calendars write: `20240501`, `20240501T093000`, `20240501T093000Z`.
    pub(crate) fn basic(text: &str) -> Option<Self> {
        let (date, time) = text.split_once(['T', 't']).map_or((text, None), |(date, time)| (date, Some(time)));
        let (year, rest) = digits(date, 4)?;
        let (month, rest) = digits(rest, 2)?;
        let (day, "") = digits(rest, 2)? else { return None };
        let days = days_of(year, month, day)?;
        let Some(time) = time else {
            return Some(Self { days, seconds: None, universal: false });
        };
        let (time, universal) = time.strip_suffix(['Z', 'z']).map_or((time, false), |time| (time, true));
        let (hour, rest) = digits(time, 2)?;
        let (minute, rest) = digits(rest, 2)?;
        let (second, rest) = if rest.is_empty() { (0, rest) } else { digits(rest, 2)? };
        let seconds = rest.is_empty().then(|| seconds_of(hour, minute, second))??;
        Some(Self { days, seconds: Some(seconds), universal })
    }

    /// Reads what tables write: `2024-05-01`, `2024-05-01T09:30:00+02:00`, `2024-05-01 09:30`, and the basic form.
    pub(crate) fn written(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() == 8 || text.get(8..9).is_some_and(|letter| letter.eq_ignore_ascii_case("t")) {
            return Self::basic(text);
        }
        let (date, time) = text.split_once(['T', 't', ' ']).map_or((text, None), |(date, time)| (date, Some(time)));
        let (year, rest) = digits(date, 4)?;
        let (month, rest) = digits(rest.strip_prefix('-')?, 2)?;
        let (day, "") = digits(rest.strip_prefix('-')?, 2)? else { return None };
        let days = days_of(year, month, day)?;
        let Some(time) = time else {
            return Some(Self { days, seconds: None, universal: false });
        };
        let (seconds, rest) = clock(time.trim_start())?;
        let at = Self { days, seconds: Some(seconds), universal: false };
        match rest.trim_start() {
            "" => Some(at),
            "Z" | "z" => Some(Self { universal: true, ..at }),
            offset => {
                let (sign, offset) =
                    offset.strip_prefix('+').map(|offset| (1, offset)).or(offset.strip_prefix('-').map(|o| (-1, o)))?;
                let (hours, rest) = digits(offset, 2)?;
                let (minutes, "") = digits(rest.strip_prefix(':').unwrap_or(rest), 2)? else { return None };
                let offset = seconds_of(hours, minutes, 0)?;
                Some(Self { universal: true, ..at.plus(-sign * offset)? })
            }
        }
    }

    /// The same day at a time such as `09:30`.
    pub(crate) fn at(self, time: &str) -> Option<Self> {
        let (seconds, "") = clock(time.trim())? else { return None };
        Some(Self { seconds: Some(seconds), ..self })
    }

    /// Whether it is a date alone.
    pub(crate) fn is_date(self) -> bool {
        self.seconds.is_none()
    }

    /// So many seconds later. A date alone moves by whole days.
    pub(crate) fn plus(self, seconds: i64) -> Option<Self> {
        let total = self.seconds.unwrap_or(0).checked_add(seconds)?;
        let days = self.days.checked_add(total.div_euclid(DAY))?;
        let kept = self.seconds.map(|_| total.rem_euclid(DAY));
        let within = (days_of(0, 1, 1)?..=days_of(9999, 12, 31)?).contains(&days);
        within.then_some(Self { days, seconds: kept, ..self })
    }

    /// So many days later.
    pub(crate) fn plus_days(self, days: i64) -> Option<Self> {
        self.plus(days.checked_mul(DAY)?)
    }

    /// The form of tables (RFC 3339), without zone where none is known.
    pub(crate) fn to_table(self) -> String {
        self.with("-", ":")
    }

    /// The form of calendars.
    pub(crate) fn to_calendar(self) -> String {
        self.with("", "")
    }

    fn with(self, dash: &str, colon: &str) -> String {
        let (year, month, day) = date_of(self.days);
        let date = format!("{year:04}{dash}{month:02}{dash}{day:02}");
        let Some(seconds) = self.seconds else { return date };
        let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        let zone = if self.universal { "Z" } else { "" };
        format!("{date}T{hour:02}{colon}{minute:02}{colon}{second:02}{zone}")
    }
}

/// Seconds of a duration such as `P1DT2H30M`, `-PT15M` or `P2W`.
pub(crate) fn duration(text: &str) -> Option<i64> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mut rest, mut total, mut in_time) = (rest.strip_prefix(['P', 'p'])?, 0_i64, false);
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(['T', 't']) {
            (rest, in_time) = (after, true);
            continue;
        }
        let end = rest.find(|letter: char| !letter.is_ascii_digit())?;
        let number: i64 = rest[..end].parse().ok()?;
        let unit = match (rest[end..].chars().next()?.to_ascii_uppercase(), in_time) {
            ('W', false) => 7 * DAY,
            ('D', false) => DAY,
            ('H', true) => 3_600,
            ('M', true) => 60,
            ('S', true) => 1,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(unit)?).filter(|total| *total <= DURATION_MAX)?;
        rest = &rest[end + 1..];
    }
    Some(sign * total)
}

/// Reads `count` digits. Gives their number and what follows.
fn digits(text: &str, count: usize) -> Option<(i64, &str)> {
    let (digits, rest) = (text.get(..count)?, text.get(count..)?);
    let numeric = digits.bytes().all(|byte| byte.is_ascii_digit());
    numeric.then(|| digits.parse().ok())?.map(|number| (number, rest))
}

/// Reads `09:30` or `09:30:15.250`; fractions of a second are dropped.
fn clock(text: &str) -> Option<(i64, &str)> {
    let (hour, rest) = digits(text, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(':')?, 2)?;
    let (second, rest) = rest.strip_prefix(':').map_or(Some((0, rest)), |rest| digits(rest, 2))?;
    let rest =
        rest.strip_prefix('.').map_or(rest, |part| part.trim_start_matches(|letter: char| letter.is_ascii_digit()));
    Some((seconds_of(hour, minute, second)?, rest))
}

/// Seconds since midnight. A leap second counts as the one before it.
fn seconds_of(hour: i64, minute: i64, second: i64) -> Option<i64> {
    let valid = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..=60).contains(&second);
    valid.then(|| hour * 3_600 + minute * 60 + second.min(59))
}

/// Days since 1970-01-01 of a date, if there is such a date. Counts from March, so that a leap day is a year's last.
fn days_of(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let shifted = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    (date_of(days) == (year, month, day)).then_some(days)
}

/// Year, month and day of a number of days since 1970-01-01.
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let years = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * years + years / 4 - years / 100);
    let shifted = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * shifted + 2) / 5 + 1, if shifted < 10 { shifted + 3 } else { shifted - 9 });
    (years + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_form_is_read_and_nonsense_is_not() {
        let table = |text: &str| Moment::written(text).map(Moment::to_table);
        assert_eq!(table("2024-02-29").as_deref(), Some("2024-02-29"));
        assert_eq!(table("2024-05-01 9:30"), None);
        assert_eq!(table(" 2024-05-01 09:30 ").as_deref(), Some("2024-05-01T09:30:00"));
        assert_eq!(table("2024-01-01T00:30:15.25+02:00").as_deref(), Some("2023-12-31T22:30:15Z"));
        assert_eq!(table("20240501t093000z").as_deref(), Some("2024-05-01T09:30:00Z"));
        for text in [
            "",
            "2023-02-29",
            "2024-13-01",
            "2024-05-01T25:00",
            "2024-05-01T09:30x",
            "tomorrow",
            "€€€€€€€€",
            "2024-05-0é",
        ] {
            assert_eq!(Moment::written(text), None, "{text}");
            assert_eq!(Moment::basic(text), None, "{text}");
        }
    }

    #[test]
    fn durations_add_up_or_are_refused() {
        assert_eq!(duration("P1DT2H30M"), Some(95_400));
        assert_eq!(duration("-P2W"), Some(-1_209_600));
        for text in ["", "P1M", "PT1", "PT99999999999999999999H", "P9999999999999999D", "P1é"] {
            assert_eq!(duration(text), None, "{text}");
        }
        assert_eq!(Moment::basic("99991231").unwrap().plus_days(1), None);
    }

    proptest! {
        #[test]
        fn dates_and_days_are_each_others_inverse(days in -719_528..2_932_896_i64) {
            let (year, month, day) = date_of(days);
            prop_assert_eq!(days_of(year, month, day), Some(days));
            let next = date_of(days + 1);
            prop_assert!(next > (year, month, day));
        }

        #[test]
        fn both_forms_say_the_same(days in 0..2_900_000_i64, second in 0..DAY, universal: bool) {
            let moment = Moment { days, seconds: Some(second), universal };
            prop_assert_eq!(Moment::written(&moment.to_table()), Some(moment));
            prop_assert_eq!(Moment::basic(&moment.to_calendar()), Some(moment));
        }

        #[test]
        fn any_text_gives_an_answer(text in "\\PC{0,24}") {
            let _ = (Moment::written(&text), Moment::basic(&text), duration(&text));
        }
    }
}
