//! Times of members.

/// Seconds since 1970 as RFC 3339; empty beyond the year 9999.
pub(crate) fn told(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let Some((year, month, day)) = date(days) else { return String::new() };
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3_600, rest / 60 % 60, rest % 60)
}

/// Year, month and day of a number of days since 1970; `None` beyond the year 9999. Counts from March, so that a leap
/// day is a year's last.
pub(crate) fn date(days: u64) -> Option<(u64, u64, u64)> {
    let days = days.checked_add(719_468)?;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let years = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * years + years / 4 - years / 100);
    let shifted = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * shifted + 2) / 5 + 1, if shifted < 10 { shifted + 3 } else { shifted - 9 });
    let year = years + era * 400 + u64::from(month <= 2);
    (year <= 9_999).then_some((year, month, day))
}

/// Days from 1970 to a date of that year or later.
pub(crate) fn days(year: u64, month: u64, day: u64) -> u64 {
    let shifted = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let (era, of_era) = (shifted / 400, shifted % 400);
    (era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year).saturating_sub(719_468)
}

#[cfg(test)]
mod tests {
    use super::{date, days, told};

    #[test]
    fn dates_and_days_are_each_others_inverse() {
        for day in 0..200_000 {
            let (year, month, of_month) = date(day).unwrap();
            assert_eq!(days(year, month, of_month), day);
        }
    }

    #[test]
    fn known_times_are_told() {
        assert_eq!(told(0), "1970-01-01T00:00:00Z");
        assert_eq!(told(951_827_696), "2000-02-29T12:34:56Z");
        assert_eq!(told(253_402_300_799), "9999-12-31T23:59:59Z");
        assert_eq!(told(253_402_300_800), "");
        assert_eq!(told(u64::MAX), "");
    }
}
