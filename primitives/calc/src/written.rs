//! `number.read` and `number.write`: a number as a text has it, and as a text shows it.

use crate::answer::{Answer, text};
use telos_pack::{Args, Failure, LineSink, Lines, Out, Running, Value};

/// The numbers of the lines so far.
#[derive(Default)]
struct Found {
    number: Option<f64>,
    /// Whether there is more than one.
    more: bool,
}

impl LineSink for Found {
    fn lines(&mut self, block: &[u8]) -> Result<(), Failure> {
        for line in String::from_utf8_lossy(block).lines() {
            for range in telos_numerals::numbers(line) {
                let number = telos_numerals::plain(&line[range]).parse::<f64>();
                self.more |= self.number.is_some();
                self.number = self.number.or(number.ok());
            }
        }
        Ok(())
    }
}

struct Read {
    lines: Lines,
    found: Found,
}

pub(crate) fn read(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Read { lines: Lines::new(), found: Found::default() }))
}

impl Running for Read {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.lines.push(chunk, &mut self.found)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.lines.finish(&mut self.found)?;
        match self.found {
            Found { number: Some(number), more: false } => {
                out.value(0, &Value::Float(number));
                Ok(())
            }
            Found { number: Some(_), .. } => Err(Failure::bad("one number is needed, and there are several in this")),
            Found { number: None, .. } => Err(Failure::bad("one number is needed, and there is none in this")),
        }
    }
}

pub(crate) fn write(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Answer::ready([text(args.float(0)?.to_string())])
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use telos_pack::testing::run;
    use telos_pack::{Failure, Value};

    fn read(text: &str) -> Result<Value, Failure> {
        run(&PACK, "number.read", text.as_bytes(), 3, &[]).map(|given| given.values["number"].clone())
    }

    #[test]
    fn only_one_number_is_read() {
        assert_eq!(read("sum of net\n1250.5\n"), Ok(Value::Float(1250.5)));
        assert_eq!(read("-3"), Ok(Value::Float(-3.0)));
        for wrong in ["", "none\n", "1\n2\n", "3 and 4"] {
            assert!(matches!(read(wrong), Err(Failure::BadInput(_))), "{wrong}");
        }
    }
}
