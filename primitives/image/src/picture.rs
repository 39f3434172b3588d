//! A picture in memory.

use image::{DynamicImage, ImageFormat, ImageReader, Limits};
use std::io::Cursor;
use telos_pack::Failure;

/// Most pixels of a picture: what a good camera makes.
pub(crate) const PIXELS_MAX: u64 = 50_000_000;
/// Longest side in pixels.
pub(crate) const SIDE_MAX: u32 = 30_000;
/// Most bytes that unpacking may hold.
const ALLOC_MAX: u64 = 600 << 20;
/// Quality of JPEG files that are written, of 100.
const QUALITY: u8 = 90;

/// Formats that can be read and written, by name.
const FORMATS: [(&str, ImageFormat); 6] = [
    ("png", ImageFormat::Png),
    ("jpeg", ImageFormat::Jpeg),
    ("gif", ImageFormat::Gif),
    ("webp", ImageFormat::WebP),
    ("bmp", ImageFormat::Bmp),
    ("tiff", ImageFormat::Tiff),
];

/// The format of a name.
pub(crate) fn format(name: &str) -> Result<ImageFormat, Failure> {
    let known = FORMATS.iter().find(|(known, _)| *known == name).map(|(_, format)| *format);
    known.ok_or_else(|| Failure::Internal(format!("`{name}` is no format of pictures")))
}

/// The name of a format.
pub(crate) fn name(format: ImageFormat) -> &'static str {
    FORMATS.iter().find(|(_, known)| *known == format).map_or("unknown", |(name, _)| name)
}

/// What reads a picture out of memory.
type Reader<'b> = ImageReader<Cursor<&'b [u8]>>;

fn reader(bytes: &[u8]) -> Result<(Reader<'_>, ImageFormat), Failure> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| bad(&error))?;
    let format = reader.format().filter(ImageFormat::reading_enabled);
    let format = format.ok_or_else(|| Failure::bad("this is no picture in PNG, JPEG, GIF, WebP, BMP or TIFF"))?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(ALLOC_MAX);
    reader.limits(limits);
    Ok((reader, format))
}

fn bad(error: &dyn std::fmt::Display) -> Failure {
    Failure::bad(format!("the picture cannot be read: {error}"))
}

/// Format, width and height, from the header alone.
pub(crate) fn header(bytes: &[u8]) -> Result<(ImageFormat, u32, u32), Failure> {
    let (reader, format) = reader(bytes)?;
    let (width, height) = reader.into_dimensions().map_err(|error| bad(&error))?;
    Ok((format, width, height))
}

/// The picture and its format.
pub(crate) fn read(bytes: &[u8]) -> Result<(DynamicImage, ImageFormat), Failure> {
    let (format, width, height) = header(bytes)?;
    fits(width, height)?;
    let (reader, _) = reader(bytes)?;
    Ok((reader.decode().map_err(|error| bad(&error))?, format))
}

/// Whether a picture of this size can be held.
pub(crate) fn fits(width: u32, height: u32) -> Result<(), Failure> {
    if u64::from(width) * u64::from(height) > PIXELS_MAX || width > SIDE_MAX || height > SIDE_MAX {
        let most = PIXELS_MAX / 1_000_000;
        return Err(Failure::Limit(format!(
            "a picture may have at most {most} million pixels and sides of {SIDE_MAX}; this is {width} × {height}"
        )));
    }
    if width == 0 || height == 0 {
        return Err(Failure::bad("a picture has at least one pixel"));
    }
    Ok(())
}

/// The picture as a file. What a format cannot hold (transparency in JPEG) is given up, on white.
pub(crate) fn write(picture: &DynamicImage, format: ImageFormat) -> Result<Vec<u8>, Failure> {
    let mut out = Cursor::new(Vec::new());
    let wrote = match format {
        ImageFormat::Jpeg => {
            let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, QUALITY);
            on_white(picture).write_with_encoder(encoder)
        }
        ImageFormat::Png => picture.write_to(&mut out, format),
        // These hold eight bits a colour.
        _ => DynamicImage::ImageRgba8(picture.to_rgba8()).write_to(&mut out, format),
    };
    wrote.map_err(|error| Failure::Limit(format!("the picture cannot be written: {error}")))?;
    Ok(out.into_inner())
}

fn on_white(picture: &DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return DynamicImage::ImageRgb8(picture.to_rgb8());
    }
    let mut flat = image::RgbImage::new(picture.width(), picture.height());
    for (pixel, from) in flat.pixels_mut().zip(picture.to_rgba8().pixels()) {
        let [red, green, blue, alpha] = from.0.map(u32::from);
        let over = |colour: u32| u8::try_from((colour * alpha + 255 * (255 - alpha)) / 255).unwrap_or(255);
        pixel.0 = [over(red), over(green), over(blue)];
    }
    DynamicImage::ImageRgb8(flat)
}
