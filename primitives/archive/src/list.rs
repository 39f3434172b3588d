//! `archive.list`.

use crate::source::{Kind, Member, Source, Visit};
use telos_pack::{Args, EMIT_BYTES, Failure, Out, Running};
use telos_table::write_row;

pub(crate) fn start(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let mut table = Vec::new();
    write_row(&mut table, ["name", "size", "modified", "kind"]);
    Ok(Box::new(Source::new(List { table, files: 0, bytes: 0, made: 0 })))
}

struct List {
    table: Vec<u8>,
    files: u64,
    bytes: u64,
    made: usize,
}

impl Visit for List {
    fn begin(&mut self, member: &Member, out: &mut Out) -> Result<bool, Failure> {
        let name = member.name.strip_prefix("./").unwrap_or(&member.name);
        write_row(&mut self.table, [name, &member.size.to_string(), &member.modified, member.kind.name()]);
        self.files += u64::from(member.kind == Kind::File);
        self.bytes = self.bytes.saturating_add(member.size);
        if self.table.len() >= EMIT_BYTES {
            self.made += self.table.len();
            out.bytes(0, std::mem::take(&mut self.table));
        }
        Ok(false)
    }

    fn data(&mut self, _: &[u8], _: &mut Out) -> Result<(), Failure> {
        Ok(())
    }

    fn end(&mut self, _: &mut Out) -> Result<(), Failure> {
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        out.bytes(0, std::mem::take(&mut self.table));
        out.count(1, self.files);
        out.count(2, self.bytes);
        Ok(())
    }

    fn made(&mut self) -> &mut usize {
        &mut self.made
    }
}
