//! `archive.member`: one file of an archive.

use crate::source::{Kind, Member, Source, Visit};
use telos_pack::{Args, EMIT_BYTES, Failure, Out, Running};

/// Names that a message about a missing member tells.
const NAMES_TOLD: usize = 10;
/// Most bytes held of a member that is found by the last part of its name: another may be there, further on.
const HELD_BYTES_MAX: usize = telos_pack::Held::BYTES_MAX - (1 << 20);

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let wanted = args.text(1)?;
    let wanted = wanted.trim().trim_start_matches("./").to_owned();
    if wanted.is_empty() {
        return Err(Failure::bad("the name of the wanted file is empty"));
    }
    let found = Found::Nothing;
    let one = One { wanted, found, held: Vec::new(), alike: Vec::new(), others: Vec::new(), made: 0 };
    Ok(Box::new(Source::new(one)))
}

/// What was found so far.
#[derive(Clone, Copy, PartialEq)]
enum Found {
    Nothing,
    /// A member with the wanted last part of its name. It is held, because a better one may come.
    Alike,
    /// The member with exactly the wanted name. It is handed over as it comes.
    Exact,
}

struct One {
    wanted: String,
    found: Found,
    held: Vec<u8>,
    /// Names of which the last part is the wanted one.
    alike: Vec<String>,
    /// Other names.
    others: Vec<String>,
    made: usize,
}

impl One {
    fn flush(&mut self, out: &mut Out) {
        self.made += self.held.len();
        out.bytes(0, std::mem::take(&mut self.held));
    }
}

impl Visit for One {
    fn begin(&mut self, member: &Member, _: &mut Out) -> Result<bool, Failure> {
        if member.kind != Kind::File || self.found == Found::Exact {
            return Ok(false);
        }
        let name = member.name.trim_start_matches("./");
        if name == self.wanted {
            self.held.clear();
            self.found = Found::Exact;
            return Ok(true);
        }
        if name.ends_with(&self.wanted) && name[..name.len() - self.wanted.len()].ends_with('/') {
            if self.alike.len() < NAMES_TOLD {
                self.alike.push(name.to_owned());
            }
            // Of several, none is chosen; the first is still held then, and dropped at the end.
            let first = self.found == Found::Nothing;
            self.found = Found::Alike;
            return Ok(first);
        }
        if self.others.len() < NAMES_TOLD {
            self.others.push(name.to_owned());
        }
        Ok(false)
    }

    fn data(&mut self, bytes: &[u8], out: &mut Out) -> Result<(), Failure> {
        if self.found == Found::Alike && bytes.len() > HELD_BYTES_MAX - self.held.len() {
            let most = HELD_BYTES_MAX >> 20;
            let name = self.alike.first().map_or("", String::as_str);
            return Err(Failure::Limit(format!("`{name}` is larger than {most} MiB; name it with its folders")));
        }
        self.held.extend_from_slice(bytes);
        if self.found == Found::Exact && self.held.len() >= EMIT_BYTES {
            self.flush(out);
        }
        Ok(())
    }

    fn end(&mut self, _: &mut Out) -> Result<(), Failure> {
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        if self.found == Found::Nothing {
            let names = if self.others.is_empty() { String::from("no file") } else { self.others.join(", ") };
            return Err(Failure::bad(format!("there is no `{}` in the archive; it holds: {names}", self.wanted)));
        }
        if self.found == Found::Alike && self.alike.len() > 1 {
            let names = self.alike.join(", ");
            return Err(Failure::bad(format!("several files in the archive are called `{}`: {names}", self.wanted)));
        }
        self.flush(out);
        Ok(())
    }

    fn made(&mut self) -> &mut usize {
        &mut self.made
    }
}
