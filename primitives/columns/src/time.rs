//! `table.by-time`: the hour, day or month that a moment lies in, as a column to group by.

use crate::pick::{Names, beginning, is_missing};
use telos_moment::{DateOrder, Extent, Moment};
use telos_pack::{Args, Failure, Out, Running};
use telos_table::{Header, Row, StreamedTable, TableSink, write_row};

/// Most rows looked at to find the column of dates where none is named.
const LOOK_ROWS: usize = 100;

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

pub(crate) fn by_time(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let unit = args.choice(1)?;
    let column = args.texts(2)?.into_iter().next();
    let order = order(args.flag(3)?);
    let label = label_of(&unit)?;
    let by_time =
        ByTime { unit, label, order, column, index: None, header: Header::default(), waiting: Vec::new(), row: 0 };
    Ok(Box::new(StreamedTable::new(by_time)))
}

pub(crate) fn order(day_first: bool) -> DateOrder {
    if day_first { DateOrder::DayFirst } else { DateOrder::MonthFirst }
}

/// What a unit calls a moment; `None` where the moment does not say so much.
type Label = fn(&Moment) -> Option<String>;

fn label_of(unit: &str) -> Result<Label, Failure> {
    Ok(match unit {
        "minute" => |moment| clock(moment, false),
        "hour" => |moment| clock(moment, true),
        "hour-of-day" => |moment| Some(format!("{:02}", hour(moment)?)),
        "day" => |moment| Some(day(moment)?.to_string()),
        "week" => |moment| {
            let week = day(moment)?.iso_week_date();
            Some(format!("{:04}-W{:02}", week.year(), week.week()))
        },
        "weekday" => |moment| {
            let place = usize::try_from(day(moment)?.weekday().to_monday_zero_offset()).ok()?;
            WEEKDAYS.get(place).map(|name| (*name).to_owned())
        },
        "month" => |moment| {
            let date = moment.date.filter(|_| moment.extent <= Extent::Month)?;
            Some(format!("{:04}-{:02}", date.year(), date.month()))
        },
        "quarter" => |moment| {
            let date = moment.date.filter(|_| moment.extent <= Extent::Month)?;
            Some(format!("{:04}-Q{}", date.year(), (date.month() + 2) / 3))
        },
        "year" => |moment| Some(format!("{:04}", moment.date?.year())),
        other => return Err(Failure::Internal(format!("`{other}` is not a unit of time"))),
    })
}

fn day(moment: &Moment) -> Option<jiff::civil::Date> {
    moment.date.filter(|_| moment.extent <= Extent::Day)
}

/// The hour that a moment lies in; a day begins with its first.
fn hour(moment: &Moment) -> Option<i8> {
    match moment.time {
        Some(time) => Some(time.hour()),
        None => day(moment).map(|_| 0),
    }
}

fn clock(moment: &Moment, whole_hour: bool) -> Option<String> {
    let hour = hour(moment)?;
    let minute = moment.time.filter(|_| !whole_hour).map_or(0, |time| time.minute());
    let date = moment.date.map_or_else(String::new, |date| format!("{date}T"));
    Some(format!("{date}{hour:02}:{minute:02}"))
}

struct ByTime {
    unit: String,
    label: Label,
    order: DateOrder,
    column: Option<String>,
    /// The column of moments, once it is known.
    index: Option<usize>,
    header: Header,
    /// Rows that came before it was known.
    waiting: Vec<Vec<String>>,
    row: u64,
}

/// Whether a field names a moment that cannot be a mere number.
pub(crate) fn is_moment(field: &str, order: DateOrder) -> bool {
    telos_table::number(field).is_none() && Moment::read(field, order).is_some()
}

impl ByTime {
    /// What the unit calls the next row's moment; nothing where none is told.
    fn label(&mut self, index: usize, field: &str) -> Result<String, Failure> {
        self.row += 1;
        if is_missing(field) {
            return Ok(String::new());
        }
        let label = Moment::read(field, self.order).and_then(|moment| (self.label)(&moment));
        label.ok_or_else(|| self.unreadable(field, index))
    }

    fn unreadable(&self, field: &str, index: usize) -> Failure {
        let (row, shown, column, unit) = (self.row, beginning(field), &self.header.names()[index], &self.unit);
        let other = match self.order {
            DateOrder::MonthFirst => DateOrder::DayFirst,
            DateOrder::DayFirst => DateOrder::MonthFirst,
        };
        let hint = if Moment::read(field, other).is_some() { "; do days come first in these dates?" } else { "" };
        Failure::bad(format!("row {row}: `{shown}` in column `{column}` is no date or time that tells a {unit}{hint}"))
    }

    /// Writes the rows that waited for the column to be known.
    fn settle(&mut self, index: usize, written: &mut Vec<u8>) -> Result<(), Failure> {
        self.index = Some(index);
        for fields in std::mem::take(&mut self.waiting) {
            let field = fields.get(index).map_or("", String::as_str);
            let label = self.label(index, field)?;
            write_row(written, fields.iter().map(String::as_str).chain([label.as_str()]));
        }
        Ok(())
    }

    fn no_dates(&self) -> Failure {
        let names: Vec<&str> = self.header.names().iter().take(20).map(String::as_str).collect();
        Failure::bad(format!("no column holds dates; the columns are: {}", names.join(", ")))
    }
}

impl TableSink for ByTime {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        self.index = self.column.as_ref().map(|column| header.find(column)).transpose()?;
        self.header = header.clone();
        let name = Names::of(header).fresh(&self.unit);
        write_row(written, header.names().iter().map(String::as_str).chain([name.as_str()]));
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, written: &mut Vec<u8>) -> Result<(), Failure> {
        if let Some(index) = self.index {
            let label = self.label(index, row.get(index))?;
            write_row(written, row.iter().chain([label.as_str()]));
            return Ok(());
        }
        let found = row.iter().position(|field| is_moment(field, self.order));
        self.waiting.push(row.iter().map(str::to_owned).collect());
        match found {
            Some(index) => self.settle(index, written),
            None if self.waiting.len() == LOOK_ROWS => Err(self.no_dates()),
            None => Ok(()),
        }
    }

    fn end(&mut self, _: &mut Vec<u8>, _: &mut Out) -> Result<(), Failure> {
        if self.waiting.is_empty() { Ok(()) } else { Err(self.no_dates()) }
    }
}
