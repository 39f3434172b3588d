//! Pack `svg`: drawings as pictures.
//!
//! Nothing from elsewhere enters a picture: no file, no address, no font but the one that is in the pack (Tuffy, in the
//! public domain: Latin, Greek and Cyrillic letters). Letters that it lacks become boxes.
#![deny(unsafe_code)]

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Source;
use resvg::usvg::{FontResolver, ImageHrefResolver, Options, Tree};
use std::sync::Arc;
use telos_pack::{Args, EMIT_BYTES, Failure, Held, Out, Pack, Running};

/// The pack.
pub const PACK: Pack = Pack { descriptors: telos_describe::packs::svg::descriptors, primitives: &[start] };

telos_pack::export_pack!(crate::PACK);

const FONT: &[u8] = include_bytes!("../font/Tuffy.ttf");
/// Most pixels of a picture.
const PIXELS_MAX: u64 = 16_000_000;
/// Largest drawing, in bytes; what it takes to hold one is many times that.
const SVG_BYTES_MAX: usize = 8 << 20;

struct Drawing {
    held: Held,
    /// In pixels; 0 for the drawing's own.
    width: u64,
}

fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Drawing { held: Held::new(), width: args.count(1)? }))
}

impl Running for Drawing {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.held.push(chunk)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let bytes = self.held.take();
        if bytes.len() > SVG_BYTES_MAX {
            return Err(Failure::Limit(format!("a drawing may have at most {} MiB", SVG_BYTES_MAX >> 20)));
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| Failure::bad("this is no drawing in SVG: it is no text"))?;
        let picture = picture(text, self.width)?;
        let png = picture.encode_png().map_err(|error| Failure::Internal(error.to_string()))?;
        for piece in png.chunks(EMIT_BYTES) {
            out.bytes(0, piece.to_vec());
        }
        out.count(1, u64::from(picture.width()));
        out.count(2, u64::from(picture.height()));
        Ok(())
    }
}

fn picture(text: &str, width: u64) -> Result<Pixmap, Failure> {
    let tree = Tree::from_str(text, &options())
        .map_err(|error| Failure::bad(format!("the drawing cannot be read: {error}")))?;
    let own = tree.size();
    let wanted = if width == 0 { f64::from(own.width()) } else { whole(width) };
    let scale = wanted / f64::from(own.width());
    let (wide, high) = (pixels(wanted)?, pixels(f64::from(own.height()) * scale)?);
    if u64::from(wide) * u64::from(high) > PIXELS_MAX {
        return Err(too_large());
    }
    let mut picture = Pixmap::new(wide, high).ok_or_else(too_large)?;
    #[expect(clippy::cast_possible_truncation, reason = "a scale needs few digits")]
    let scale = scale as f32;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut picture.as_mut());
    Ok(picture)
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    let fonts = options.fontdb_mut().load_font_source(Source::Binary(Arc::new(FONT)));
    let only = fonts.first().copied();
    options.font_resolver =
        FontResolver { select_font: Box::new(move |_, _| only), select_fallback: Box::new(|_, _, _| None) };
    options.image_href_resolver =
        ImageHrefResolver { resolve_data: Box::new(|_, _, _| None), resolve_string: Box::new(|_, _| None) };
    options
}

/// The least number of pixels that has room for a side.
fn pixels(side: f64) -> Result<u32, Failure> {
    let side = side.ceil().max(1.0);
    if !(1.0..=whole(PIXELS_MAX)).contains(&side) {
        return Err(too_large());
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and the limit")]
    Ok(side as u32)
}

fn too_large() -> Failure {
    Failure::Limit(format!("a picture of a drawing may have at most {} million pixels", PIXELS_MAX / 1_000_000))
}

#[expect(clippy::cast_precision_loss, reason = "what is beyond the limit is refused")]
fn whole(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests;
