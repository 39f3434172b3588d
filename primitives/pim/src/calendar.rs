//! `calendar.events` and `calendar.tasks`.

use crate::Written;
use crate::contents::{Content, ContentSink, Contents};
use crate::moment::{Moment, duration};
use std::borrow::Cow;
use telos_pack::{Args, Failure, Out, Running};

pub(crate) fn events(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let names = ["start", "end", "summary", "location", "organizer", "description", "all-day", "repeats"];
    Ok(Box::new(Contents::new(Items {
        kind: "VEVENT",
        table: Written::new(&names),
        item: Item::default(),
        row: event,
    })))
}

pub(crate) fn tasks(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let table = Written::new(&["due", "summary", "status"]);
    Ok(Box::new(Contents::new(Items { kind: "VTODO", table, item: Item::default(), row: task })))
}

/// An event or a task.
#[derive(Default)]
struct Item {
    start: String,
    end: String,
    due: String,
    duration: String,
    summary: String,
    location: String,
    organizer: String,
    description: String,
    status: String,
    repeats: String,
    completed: bool,
}

struct Items {
    /// The component that is a row.
    kind: &'static str,
    table: Written,
    item: Item,
    row: fn(&Item, &mut Written, &mut Out),
}

impl ContentSink for Items {
    const OUTERMOST: &'static str = "VCALENDAR";

    fn content(&mut self, components: &[String], content: &Content<'_>, out: &mut Out) -> Result<(), Failure> {
        // What is deeper within, such as an alarm, has a summary and a duration of its own.
        if components.last().map(String::as_str) != Some(self.kind) {
            return Ok(());
        }
        let value = || content.value.trim().to_owned();
        match content.name.as_str() {
            "BEGIN" => self.item = Item::default(),
            "END" => (self.row)(&self.item, &mut self.table, out),
            "DTSTART" => self.item.start = value(),
            "DTEND" => self.item.end = value(),
            "DUE" => self.item.due = value(),
            "DURATION" => self.item.duration = value(),
            "SUMMARY" => self.item.summary = content.text(),
            "LOCATION" => self.item.location = content.text(),
            "ORGANIZER" => self.item.organizer = person(content),
            "DESCRIPTION" => self.item.description = content.text(),
            "STATUS" => self.item.status = value().to_lowercase(),
            "RRULE" => self.item.repeats = value(),
            "COMPLETED" => self.item.completed = true,
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.table.flush(out);
        out.count(1, self.table.rows);
        Ok(())
    }
}

/// The name of a calendar user, else the address.
fn person(content: &Content<'_>) -> String {
    let named = content.parameter("CN").filter(|name| !name.is_empty());
    let value = content.value.trim();
    let address = value.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("mailto:")).map_or(value, |_| &value[7..]);
    named.unwrap_or(address).to_owned()
}

/// A date as tables write it; what is no date as it is.
fn told(text: &str) -> Cow<'_, str> {
    Moment::basic(text).map_or(Cow::Borrowed(text), |moment| Cow::Owned(moment.to_table()))
}

fn event(item: &Item, table: &mut Written, out: &mut Out) {
    let start = Moment::basic(&item.start);
    let all_day = start.is_some_and(Moment::is_date);
    let end = ending(item, start).map_or_else(|| told(&item.end), |end| Cow::Owned(end.to_table()));
    let fields = [
        &*told(&item.start),
        &*end,
        &item.summary,
        &item.location,
        &item.organizer,
        &item.description,
        if all_day { "true" } else { "false" },
        &item.repeats,
    ];
    table.row(&fields, out);
}

/// When an event ends. A calendar names the day after the last one; people name the last one.
fn ending(item: &Item, start: Option<Moment>) -> Option<Moment> {
    let start = start?;
    let end = match (item.end.as_str(), item.duration.as_str()) {
        ("", "") if start.is_date() => return Some(start),
        ("", "") => start,
        ("", length) => start.plus(duration(length)?)?,
        (end, _) => Moment::basic(end)?,
    };
    match end.plus_days(-1) {
        // Some programs write the first day itself as the end.
        Some(last) if end.is_date() => Some(if start.is_date() && end == start { start } else { last }),
        _ => Some(end),
    }
}

fn task(item: &Item, table: &mut Written, out: &mut Out) {
    let due = match (item.due.as_str(), Moment::basic(&item.start), duration(&item.duration)) {
        ("", Some(start), Some(length)) => start.plus(length).map_or_else(String::new, Moment::to_table),
        (due, _, _) => told(due).into_owned(),
    };
    let status = match item.status.as_str() {
        "" if item.completed => "completed",
        "" => "needs-action",
        status => status,
    };
    table.row(&[&due, &item.summary, status], out);
}

#[cfg(test)]
mod tests;
