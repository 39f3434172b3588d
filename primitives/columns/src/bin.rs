//! `table.bin`: how many numbers lie in each interval.

use crate::pick::{is_missing, no_number, shown};
use telos_pack::{Args, Failure, Out, Running};
use telos_table::{Header, Row, StreamedTable, TableSink, number, write_row};

/// Most intervals.
const BINS_MAX: u32 = 10_000;
/// Part of an interval by which a number may miss an edge and still lie on it.
const EDGE: f64 = 1e-9;
/// Most numbers held.
const NUMBERS_MAX: usize = 32 << 20;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let column = args.text(1)?;
    let width = args.float(2)?;
    let bins = u32::try_from(args.count(3)?).unwrap_or(u32::MAX);
    if width < 0.0 {
        return Err(Failure::bad(format!("the width of an interval cannot be {width}; give a number above 0")));
    }
    if bins > BINS_MAX {
        return Err(Failure::Limit(format!("at most {BINS_MAX} intervals can be made")));
    }
    Ok(Box::new(StreamedTable::new(Bin { column, width, bins: bins.max(1), index: 0, numbers: Vec::new(), row: 0 })))
}

struct Bin {
    column: String,
    /// 0 where a suitable one is to be found.
    width: f64,
    bins: u32,
    index: usize,
    numbers: Vec<f64>,
    row: u64,
}

/// The least of 1, 2 and 5 times a power of ten that covers `span` in so many intervals.
fn suitable(span: f64, bins: u32) -> f64 {
    if span <= 0.0 {
        return 1.0;
    }
    let least = span / f64::from(bins);
    // Made from its decimal spelling, so that 0.1 is the double nearest to it.
    let exponent = least.log10().floor();
    let power = |factor: &str| format!("{factor}e{exponent}").parse().unwrap_or(least);
    let steps = ["1", "2", "5", "10"].map(power);
    steps.into_iter().find(|step: &f64| *step >= least).unwrap_or(least)
}

impl Bin {
    /// The intervals' start and width, and the numbers in each.
    fn counts(&self) -> Result<(f64, f64, Vec<u64>), Failure> {
        let least = self.numbers.iter().copied().fold(f64::INFINITY, f64::min);
        let greatest = self.numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let width = if self.width > 0.0 { self.width } else { suitable(greatest - least, self.bins) };
        let start = whole(least, width) * width;
        let last = place(greatest, start, width).ok_or_else(|| {
            let span = format!("{} to {}", shown(least), shown(greatest));
            Failure::bad(format!("intervals of {} from {span} would be more than {BINS_MAX}", shown(width)))
        })?;
        let mut counts = vec![0_u64; last + 1];
        for value in &self.numbers {
            // Rounding could carry a number beyond the greatest one's interval, and it is not.
            let place = place(*value, start, width).unwrap_or(last).min(last);
            counts[place] += 1;
        }
        Ok((start, width, counts))
    }
}

/// How many whole intervals lie below a distance. What is an edge in decimal counts as one though a double misses it.
fn whole(distance: f64, width: f64) -> f64 {
    let intervals = distance / width;
    let near = intervals.round();
    if (intervals - near).abs() < EDGE { near } else { intervals.floor() }
}

/// The interval that a number lies in, if there may be that many.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the number is between 0 and BINS_MAX")]
fn place(value: f64, start: f64, width: f64) -> Option<usize> {
    let place = whole(value - start, width);
    (place < f64::from(BINS_MAX)).then_some(place.max(0.0) as usize)
}

impl TableSink for Bin {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        self.index = header.find(&self.column)?;
        self.column.clone_from(&header.names()[self.index]);
        write_row(written, ["from", "to", "count"]);
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, _: &mut Vec<u8>) -> Result<(), Failure> {
        self.row += 1;
        let field = row.get(self.index);
        match number(field) {
            Some(_) if self.numbers.len() == NUMBERS_MAX => {
                Err(Failure::Limit(format!("at most {NUMBERS_MAX} numbers can be counted by interval")))
            }
            Some(value) => {
                self.numbers.push(value);
                Ok(())
            }
            None if is_missing(field) => Ok(()),
            None => Err(no_number(self.row, field, &self.column)),
        }
    }

    fn end(&mut self, written: &mut Vec<u8>, _: &mut Out) -> Result<(), Failure> {
        if self.numbers.is_empty() {
            return Ok(());
        }
        let (start, width, counts) = self.counts()?;
        for (place, count) in (0_u32..).zip(counts) {
            let edge = |place: u32| shown(start + f64::from(place) * width);
            write_row(written, [edge(place), edge(place + 1), count.to_string()].iter().map(String::as_str));
        }
        Ok(())
    }
}
