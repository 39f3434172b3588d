//! What makes another picture of one.

use crate::picture::{PIXELS_MAX, fits, format, read, write};
use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat};
use telos_pack::{Args, EMIT_BYTES, Failure, Held, Out, Running};

/// What is done to the picture; nothing changes its format but `Convert`.
enum Change {
    /// To a width, a height or a share in per cent; 0 is not said.
    Resize {
        width: u32,
        height: u32,
        percent: f64,
    },
    /// To fit a square, never larger than it is.
    Thumbnail(u32),
    Convert(ImageFormat),
    /// Clockwise, by quarters.
    Rotate(u32),
    FlipAcross,
    FlipDown,
    /// The middle of it.
    Crop(u32, u32),
    Grayscale,
}

struct Changing {
    held: Held,
    change: Change,
}

fn start(change: Change) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Changing { held: Held::new(), change }))
}

fn side(args: &mut Args, port: usize) -> Result<u32, Failure> {
    u32::try_from(args.count(port)?).map_err(|_| Failure::Limit("no picture has sides that long".to_owned()))
}

pub(crate) fn resize(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (width, height, percent) = (side(args, 1)?, side(args, 2)?, args.float(3)?);
    if width == 0 && height == 0 && percent <= 0.0 {
        return Err(Failure::bad("say how wide or high the picture is to be, or to how many per cent of its size"));
    }
    start(Change::Resize { width, height, percent })
}

pub(crate) fn thumbnail(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    start(Change::Thumbnail(side(args, 1)?.max(1)))
}

pub(crate) fn convert(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    start(Change::Convert(format(&args.choice(1)?)?))
}

pub(crate) fn rotate(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let degrees = args.float(1)?;
    let quarters = (degrees / 90.0).rem_euclid(4.0);
    let turns = (0..4_u32).find(|turns| (quarters - f64::from(*turns)).abs() < 1e-9);
    let turns = turns.ok_or_else(|| Failure::bad("pictures can be turned by 90, 180 or 270 degrees"))?;
    start(Change::Rotate(turns))
}

pub(crate) fn flip(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    start(if args.choice(1)? == "vertical" { Change::FlipDown } else { Change::FlipAcross })
}

pub(crate) fn crop(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    start(Change::Crop(side(args, 1)?, side(args, 2)?))
}

pub(crate) fn grayscale(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    start(Change::Grayscale)
}

impl Running for Changing {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.held.push(chunk)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let (picture, own) = read(&self.held.take())?;
        let target = if let Change::Convert(format) = self.change { format } else { own };
        let changed = changed(picture, &self.change)?;
        let bytes = write(&changed, target)?;
        for piece in bytes.chunks(EMIT_BYTES) {
            out.bytes(0, piece.to_vec());
        }
        out.count(1, u64::from(changed.width()));
        out.count(2, u64::from(changed.height()));
        Ok(())
    }
}

fn changed(picture: DynamicImage, change: &Change) -> Result<DynamicImage, Failure> {
    let (width, height) = (picture.width(), picture.height());
    Ok(match *change {
        Change::Resize { width: wide, height: high, percent } => {
            let (wide, high) = sides((width, height), (wide, high), percent);
            fits(wide, high)?;
            picture.resize_exact(wide, high, FilterType::CatmullRom)
        }
        Change::Thumbnail(most) if width.max(height) <= most => picture,
        Change::Thumbnail(most) => picture.resize(most, most, FilterType::CatmullRom),
        Change::Convert(_) => picture,
        Change::Rotate(1) => picture.rotate90(),
        Change::Rotate(2) => picture.rotate180(),
        Change::Rotate(3) => picture.rotate270(),
        Change::Rotate(_) => picture,
        Change::FlipAcross => picture.fliph(),
        Change::FlipDown => picture.flipv(),
        Change::Crop(wide, high) => {
            if wide == 0 || high == 0 || wide > width || high > height {
                return Err(Failure::bad(format!("{wide} × {high} cannot be cut out of {width} × {height}")));
            }
            picture.crop_imm((width - wide) / 2, (height - high) / 2, wide, high)
        }
        Change::Grayscale => picture.grayscale(),
    })
}

/// The sides that a picture gets: what is not said keeps its proportions.
fn sides((width, height): (u32, u32), (wide, high): (u32, u32), percent: f64) -> (u32, u32) {
    let scaled = |side: u32, share: f64| {
        let scaled = (f64::from(side) * share).round().clamp(1.0, PIXELS_MAX as f64);
        format!("{scaled:.0}").parse().unwrap_or(u32::MAX)
    };
    match (wide, high) {
        (0, 0) => (scaled(width, percent / 100.0), scaled(height, percent / 100.0)),
        (0, high) => (scaled(width, f64::from(high) / f64::from(height)), high),
        (wide, 0) => (wide, scaled(height, f64::from(wide) / f64::from(width))),
        both => both,
    }
}
