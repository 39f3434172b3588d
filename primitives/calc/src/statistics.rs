//! `numbers.statistics`: a list of numbers, one a line, in a few figures.

use std::collections::BTreeMap;
use telos_pack::{Args, Failure, LineSink, Lines, Out, Running, Value};
use telos_table::Sum;

/// Most numbers held: the middle one needs them all.
const NUMBERS_MAX: usize = 16 << 20;

#[derive(Default)]
struct Numbers {
    sum: Sum,
    held: Vec<f64>,
    skipped: u64,
}

impl LineSink for Numbers {
    /// The first number of each line; lines without one are counted.
    fn lines(&mut self, block: &[u8]) -> Result<(), Failure> {
        for line in String::from_utf8_lossy(block).lines().filter(|line| !line.trim().is_empty()) {
            let Some(range) = telos_numerals::numbers(line).next() else {
                self.skipped += 1;
                continue;
            };
            let plain = telos_numerals::plain(&line[range]);
            if self.held.len() == NUMBERS_MAX {
                return Err(Failure::Limit(format!("at most {NUMBERS_MAX} numbers can be summarised")));
            }
            match plain.parse::<f64>() {
                Ok(value) if self.sum.add(&plain) => self.held.push(value),
                _ => self.skipped += 1,
            }
        }
        Ok(())
    }
}

struct Statistics {
    lines: Lines,
    numbers: Numbers,
}

pub(crate) fn start(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Statistics { lines: Lines::new(), numbers: Numbers::default() }))
}

impl Running for Statistics {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.lines.push(chunk, &mut self.numbers)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.lines.finish(&mut self.numbers)?;
        let numbers = &mut self.numbers.held;
        numbers.sort_by(f64::total_cmp);
        let (Some(least), Some(greatest)) = (numbers.first().copied(), numbers.last().copied()) else {
            return Err(Failure::bad("there is no number in this"));
        };
        let count = numbers.len();
        let sum = self.numbers.sum.value();
        let mean = sum / count as f64;
        let median = f64::midpoint(numbers[(count - 1) / 2], numbers[count / 2]);
        let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
        // Of a sample: one number has no spread that could be told.
        let variance = if count > 1 { squares / (count - 1) as f64 } else { 0.0 };
        let figures = [mean, median, sum, least, greatest, variance.sqrt(), variance, mode(numbers), greatest - least];
        for (port, figure) in (0..).zip(figures) {
            out.value(port, &Value::Float(tidy(figure)));
        }
        out.count(9, u64::try_from(count).unwrap_or(u64::MAX));
        out.count(10, self.numbers.skipped);
        Ok(())
    }
}

/// The most frequent of sorted numbers; the least of those that tie.
fn mode(sorted: &[f64]) -> f64 {
    let mut counts: BTreeMap<u64, (usize, f64)> = BTreeMap::new();
    for number in sorted {
        counts.entry(number.to_bits()).or_insert((0, *number)).0 += 1;
    }
    let best = counts.into_values().max_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    best.map_or(f64::NAN, |(_, number)| number)
}

/// Fifteen significant digits: what a double holds of a decimal, without the dust of computing.
fn tidy(value: f64) -> f64 {
    format!("{value:.14e}").parse().unwrap_or(value)
}
