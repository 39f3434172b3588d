//! Dates of feeds: RFC 3339 as it is, RFC 822 (with four-digit years, RFC 2822) as RFC 3339.

/// Names of months as RFC 822 has them.
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// Names of zones as RFC 822 has them, with their distance from UTC.
const ZONES: [(&str, &str); 14] = [
    ("ut", "Z"),
    ("utc", "Z"),
    ("gmt", "Z"),
    ("z", "Z"),
    ("est", "-05:00"),
    ("edt", "-04:00"),
    ("cst", "-06:00"),
    ("cdt", "-05:00"),
    ("mst", "-07:00"),
    ("mdt", "-06:00"),
    ("pst", "-08:00"),
    ("pdt", "-07:00"),
    ("cet", "+01:00"),
    ("cest", "+02:00"),
];

/// The date as RFC 3339, where it is one; else as it is written.
pub(crate) fn rfc3339(written: &str) -> String {
    let written = written.trim();
    rfc822(written).unwrap_or_else(|| written.to_owned())
}

/// Reads `Tue, 10 Jun 2003 04:00:00 GMT`.
fn rfc822(written: &str) -> Option<String> {
    let rest = written.split_once(',').map_or(written, |(_, rest)| rest);
    let mut parts = rest.split_whitespace();
    let day: u32 = parts.next()?.parse().ok().filter(|day| (1..=31).contains(day))?;
    let month = parts.next()?.get(..3)?.to_ascii_lowercase();
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let year = parts.next()?;
    let number: u32 = year.parse().ok().filter(|number| *number < 10_000)?;
    let year = match (year.len(), number) {
        // Two digits mean the years around the turn of the century (RFC 2822, section 4.3).
        (2, 0..=49) => 2000 + number,
        (2, _) => 1900 + number,
        (4, _) => number,
        _ => return None,
    };
    let Some(time) = parts.next() else { return Some(format!("{year:04}-{month:02}-{day:02}")) };
    let mut units = time.split(':').map(|unit| unit.parse::<u32>().ok());
    let (hour, minute) = (units.next()??, units.next()??);
    let second = units.next().unwrap_or(Some(0))?;
    if units.next().is_some() || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let zone = parts.next().map_or(Some(String::new()), zone)?;
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}"))
}

fn zone(written: &str) -> Option<String> {
    if let Some((_, zone)) = ZONES.iter().find(|(name, _)| written.eq_ignore_ascii_case(name)) {
        return Some((*zone).to_owned());
    }
    let digits = written.strip_prefix(['+', '-'])?.replace(':', "");
    let sign = written.get(..1)?;
    let is_distance = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_distance.then(|| match digits.as_str() {
        "0000" => String::from("Z"),
        _ => format!("{sign}{}:{}", digits.get(..2).unwrap_or("00"), digits.get(2..).unwrap_or("00")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read() {
        for (written, expected) in [
            ("Tue, 10 Jun 2003 04:00:00 GMT", "2003-06-10T04:00:00Z"),
            ("1 Jan 99 9:05 EST", "1999-01-01T09:05:00-05:00"),
            ("Sat, 07 September 2002 00:00:01 +0530", "2002-09-07T00:00:01+05:30"),
            ("Sat, 07 Sep 2002", "2002-09-07"),
            ("2003-12-13T18:30:02Z", "2003-12-13T18:30:02Z"),
            ("yesterday", "yesterday"),
            ("Tue, 40 Jun 2003 04:00:00 GMT", "Tue, 40 Jun 2003 04:00:00 GMT"),
            ("Tue, 10 Jun 2003 25:00:00 GMT", "Tue, 10 Jun 2003 25:00:00 GMT"),
            ("", ""),
        ] {
            assert_eq!(rfc3339(written), expected);
        }
    }
}
