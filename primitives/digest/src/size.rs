//! `data.size`: the number of bytes.

use telos_pack::{Args, Failure, Out, Running};

pub(crate) fn start(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Size(0)))
}

struct Size(u64);

impl Running for Size {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.0 += chunk.len() as u64;
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        out.count(0, self.0);
        Ok(())
    }
}
