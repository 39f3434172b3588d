//! `data.type`: what kind of data it is, by how it begins and, for text, by what is in it.

use crate::signs;
use crate::text::Seen;
use telos_pack::{Args, Failure, Out, Running, Value};

/// Bytes that are looked at. Documents that are archives tell what they are within them.
const LOOKED_AT: usize = 64 << 10;

pub(crate) fn start(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Kind { prefix: Vec::new(), seen: Seen::new() }))
}

struct Kind {
    prefix: Vec<u8>,
    seen: Seen,
}

impl Running for Kind {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        let wanted = (LOOKED_AT - self.prefix.len()).min(chunk.len());
        self.prefix.extend_from_slice(&chunk[..wanted]);
        self.seen.take(chunk);
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let (media, description, extension) = self.told();
        out.value(0, &Value::Text(media.to_owned()));
        out.value(1, &Value::Text(description));
        out.value(2, &Value::Text(extension.to_owned()));
        Ok(())
    }
}

impl Kind {
    /// Media type, description and usual extension.
    fn told(&self) -> (&'static str, String, &'static str) {
        if self.prefix.is_empty() {
            return ("application/x-empty", String::from("nothing: it is empty"), "");
        }
        // Signatures of text come first: they are longer than those of the programs' formats.
        if let Some(encoding) = self.seen.encoding() {
            let (media, description, extension) = signs::text(&self.prefix);
            return (media, format!("{description}, {encoding}"), extension);
        }
        match infer::get(&self.prefix) {
            Some(kind) => {
                let media = kind.mime_type();
                (media, signs::described(media, kind.extension()), kind.extension())
            }
            None => ("application/octet-stream", String::from("binary data of an unknown kind"), "bin"),
        }
    }
}
