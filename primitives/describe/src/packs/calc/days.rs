//! Days of the calendar and times of day.

use super::of_settings;
use crate::{Input, choice, choose, count, flag, float, input, line, output};
use telos_abi::{Descriptor, Value};

pub(super) fn descriptors() -> Vec<Descriptor> {
    vec![weekday(), difference(), shift(), format(), week(), leap(), time_difference(), time_shift(), time_convert()]
}

fn date(name: &str, meaning: &str) -> Input {
    input(name, line(), meaning)
}

fn weekday() -> Descriptor {
    of_settings("date.weekday")
        .does("Tell which day of the week a date is.", &["calculation", "date", "weekday"])
        .words(&["day of the week", "weekday", "which day", "what day", "which weekday"])
        .examples(&[
            "what day of the week was 14 March 2023",
            "which weekday is 2026-12-24",
            "on what day does 1 May 2030 fall",
            "weekday of 20 July 1969",
            "is 2024-02-29 a monday",
        ])
        .takes(date("date", "date to name the day of").words(&["of", "on", "was", "is"]))
        .gives(output("weekday", line(), "the day of the week"))
        .build()
}

fn difference() -> Descriptor {
    of_settings("date.difference")
        .does(
            "Count the days, weeks, months or years from one date to another.",
            &["calculation", "date", "difference"],
        )
        .words(&["days between", "how many days", "how long", "until", "since", "days from", "age", "weeks between"])
        .examples(&[
            "how many days between 2024-01-01 and 2024-03-15",
            "days until 24 December 2026",
            "how many weeks from 1 May to 1 August 2025",
            "how old is somebody born on 3 June 1990",
            "working days from 2026-01-05 to 2026-02-02",
        ])
        .takes(date("from", "date to count from").words(&["from", "between", "since"]))
        .takes(date("to", "date to count to").words(&["to", "and", "until", "till"]))
        .takes(
            input(
                "unit",
                choice(&["days", "hours", "months", "weekdays", "weeks", "years"]),
                "what to count; only whole ones count",
            )
            .words(&["in"])
            .default(choose("days")),
        )
        .gives(output("difference", line(), "how far apart the dates are"))
        .gives(output("count", count(0), "how far apart the dates are, as a number"))
        .build()
}

fn shift() -> Descriptor {
    of_settings("date.shift")
        .does(
            "Find the date that is some days, weeks, months or years after or before another.",
            &["calculation", "date", "shift"],
        )
        .words(&["days after", "days from", "days before", "weeks from", "add days", "later", "earlier", "ago"])
        .examples(&[
            "what date is 45 days after 2024-03-01",
            "3 weeks before 24 December 2026",
            "date 6 months from 31 August 2025",
            "10 working days after 2026-07-03",
            "two years before 29 February 2024",
        ])
        .takes(date("date", "date to start from").words(&["from", "after", "before", "of"]))
        .takes(input("amount", count(0), "how many").words(&["add", "plus", "minus"]))
        .takes(
            input("unit", choice(&["days", "months", "weekdays", "weeks", "years"]), "of what")
                .words(&["days", "weeks", "months", "years", "working days"])
                .default(choose("days")),
        )
        .takes(input("back", flag(), "count back").words(&["before", "ago", "earlier"]).default(Value::Bool(false)))
        .gives(output("date", line(), "the date"))
        .gives(output("weekday", line(), "its day of the week"))
        .build()
}

fn format() -> Descriptor {
    let forms = ["european", "full", "german", "iso", "long", "short", "us"];
    of_settings("date.format")
        .does("Write a date in another form.", &["calculation", "date", "form"])
        .words(&["write the date", "date as", "date in", "iso date", "long date", "format the date"])
        .examples(&[
            "write 3/14/2023 as an iso date",
            "14 March 2023 the american way",
            "2024-05-01 as a long date",
            "put 1.5.2024 in iso form",
            "date 2026-12-24 in full with the weekday",
        ])
        .takes(date("date", "date to write").words(&["date"]))
        .takes(input("format", choice(&forms), "the form").words(&["as", "in"]).default(choose("iso")))
        .gives(output("written", line(), "the date in that form"))
        .build()
}

fn week() -> Descriptor {
    of_settings("date.week")
        .does("Tell the week of the year that a date is in (ISO 8601).", &["calculation", "date", "week"])
        .words(&["week number", "calendar week", "which week", "what week", "iso week"])
        .examples(&[
            "which calendar week is 2024-05-01",
            "week number of 24 December 2026",
            "what week of the year was 3 January 2021",
            "iso week of 2025-12-30",
            "in which week does 1 July 2026 lie",
        ])
        .takes(date("date", "date to find the week of").words(&["of", "is"]))
        .gives(output("week", count(1), "the week of the year"))
        .gives(output("year", count(0), "the year that week belongs to"))
        .build()
}

fn leap() -> Descriptor {
    of_settings("date.leap")
        .does("Tell whether a year is a leap year.", &["calculation", "date", "leap"])
        .words(&["leap year", "leap", "has 366 days", "has 29 february", "leap day"])
        .examples(&[
            "is 2024 a leap year",
            "was 1900 a leap year",
            "does 2028 have a 29 February",
            "leap year 2100?",
            "tell me if 2000 had 366 days",
        ])
        .takes(input("year", count(1), "the year").words(&["is", "was", "year"]))
        .gives(output("leap", flag(), "whether it is a leap year"))
        .build()
}

fn time_difference() -> Descriptor {
    of_settings("time.difference")
        .does("Tell how long it is from one time of day to another.", &["calculation", "time", "difference"])
        .words(&["hours between", "how long from", "minutes between", "time between", "how long between"])
        .examples(&[
            "how long is it from 9:15 to 17:40",
            "minutes between 10:50 and 11:35",
            "how many hours from 22:00 to 6:30",
            "time between 8am and 1:20pm",
            "from 7:45 till noon, how long",
        ])
        .takes(input("from", line(), "time of day to count from, as a date has it").words(&["from", "between"]))
        .takes(input("to", line(), "time of day to count to, as a date has it").words(&["to", "and", "till", "until"]))
        .gives(output("duration", line(), "how long it is"))
        .gives(output("minutes", float(), "how long it is in minutes"))
        .gives(output("hours", float(), "how long it is in hours"))
        .build()
}

fn time_shift() -> Descriptor {
    of_settings("time.shift")
        .does(
            "Tell what time it is some minutes or hours after or before a time of day.",
            &["calculation", "time", "shift"],
        )
        .words(&["minutes after", "hours after", "minutes before", "add minutes", "plus minutes", "hours before"])
        .examples(&[
            "what time is it 90 minutes after 22:15",
            "45 minutes before 9:30",
            "add 2 hours to 11:50",
            "8:20 plus 35 minutes",
            "when is it over if it starts at 19:30 and takes 140 minutes",
        ])
        .takes(input("time", line(), "time of day to start from, as a date has it").words(&["from", "after", "to"]))
        .takes(input("amount", float(), "how many").words(&["add", "plus"]))
        .takes(
            input("unit", choice(&["hours", "minutes", "seconds"]), "of what")
                .words(&["minutes", "hours", "seconds"])
                .default(choose("minutes")),
        )
        .takes(input("back", flag(), "count back").words(&["before", "earlier"]).default(Value::Bool(false)))
        .gives(output("said", line(), "the time, and the day if it is another"))
        .gives(output("time", line(), "the time of day"))
        .build()
}

fn time_convert() -> Descriptor {
    of_settings("time.convert")
        .does(
            "Tell what time it is in one time zone when it is a time of day in another.",
            &["calculation", "time", "zone"],
        )
        .words(&["time zone", "time in", "what time is it in", "in local time", "timezone", "zone", "convert time"])
        .examples(&[
            "what is 15:00 in New York in Berlin time",
            "convert 9am EST to London",
            "14:30 UTC in Tokyo",
            "when it is noon in Sydney, what time is it in Paris",
            "8:15 Pacific time in Central European time",
            "3pm in Chicago on 4 July 2026 to UTC",
        ])
        .takes(
            input("time", line(), "time of day to convert, as a date has it; the day may stand with it")
                .words(&["convert"]),
        )
        .takes(
            input("from", line(), "time zone it is said in; none for the one written with it, or UTC")
                .words(&["from", "in"])
                .default(Value::Text(String::new())),
        )
        .takes(input("to", line(), "time zone to tell it in").words(&["to", "in", "into"]))
        .takes(
            input("date", line(), "day it is on, which decides about summer time; none for any day")
                .words(&["on"])
                .default(Value::Text(String::new())),
        )
        .gives(output("said", line(), "the time, and its day; every time that it may be where no day is said"))
        .gives(output("time", line(), "the time of day on most days, or on the day that was said"))
        .build()
}
