//! `table.values` and `table.from-lines`: one column as text, text as one column.

use telos_pack::{Args, EMIT_BYTES, Failure, LineSink, Lines, Out, Running};
use telos_table::{Header, Row, StreamedTable, TableSink, write_row};

pub(crate) fn values(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let column = args.texts(1)?.into_iter().next();
    Ok(Box::new(StreamedTable::new(Values { column, index: 0, count: 0 })))
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn from_lines(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let mut table = Table { written: Vec::new(), count: 0 };
    write_row(&mut table.written, ["line"]);
    Ok(Box::new(FromLines { lines: Lines::new(), table }))
}

struct Values {
    column: Option<String>,
    index: usize,
    count: u64,
}

impl TableSink for Values {
    fn header(&mut self, header: &Header, _: &mut Vec<u8>) -> Result<(), Failure> {
        self.index = self.column.as_ref().map_or(Ok(0), |column| header.find(column))?;
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, written: &mut Vec<u8>) -> Result<(), Failure> {
        self.count += 1;
        let field = row.get(self.index);
        // A value is one line, so its own line breaks become blanks.
        written.extend(field.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { byte }));
        written.push(b'\n');
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>, out: &mut Out) -> Result<(), Failure> {
        out.count(1, self.count);
        Ok(())
    }
}

struct FromLines {
    lines: Lines,
    table: Table,
}

struct Table {
    written: Vec<u8>,
    count: u64,
}

impl LineSink for Table {
    fn lines(&mut self, block: &[u8]) -> Result<(), Failure> {
        let block = std::str::from_utf8(block);
        let block = block.map_err(|_| Failure::Internal(String::from("the text is not UTF-8")))?;
        for line in block.lines() {
            self.count += 1;
            write_row(&mut self.written, [line]);
        }
        Ok(())
    }
}

impl Running for FromLines {
    fn push(&mut self, _: u16, chunk: &[u8], out: &mut Out) -> Result<(), Failure> {
        self.lines.push(chunk, &mut self.table)?;
        if self.table.written.len() >= EMIT_BYTES {
            out.bytes(0, std::mem::take(&mut self.table.written));
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.lines.finish(&mut self.table)?;
        out.bytes(0, std::mem::take(&mut self.table.written));
        out.count(1, self.table.count);
        Ok(())
    }
}
