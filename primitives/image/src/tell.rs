//! `image.size` and `image.metadata`.

use crate::picture::{header, name};
use telos_pack::{Args, Failure, Held, Out, Running, Value};

enum Wanted {
    Size,
    Metadata,
}

struct Tell {
    held: Held,
    wanted: Wanted,
}

pub(crate) fn size(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Tell { held: Held::new(), wanted: Wanted::Size }))
}

pub(crate) fn metadata(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Tell { held: Held::new(), wanted: Wanted::Metadata }))
}

impl Running for Tell {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.held.push(chunk)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let bytes = self.held.take();
        let (format, width, height) = header(&bytes)?;
        match self.wanted {
            Wanted::Size => {
                out.value(0, &Value::Text(format!("{width} × {height}")));
                out.count(1, u64::from(width));
                out.count(2, u64::from(height));
            }
            Wanted::Metadata => {
                let table = format!(
                    "name,value\nformat,{}\nwidth,{width}\nheight,{height}\nbytes,{}\n",
                    name(format),
                    bytes.len()
                );
                out.bytes(0, table.into_bytes());
                out.count(1, 4);
            }
        }
        Ok(())
    }
}
