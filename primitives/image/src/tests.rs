//! Pictures made here, changed through the pack's interface, and read back.

use crate::PACK;
use crate::picture::{header, read, write};
use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use telos_describe::choose;
use telos_pack::testing::{Given, run};
use telos_pack::{Failure, Value};

/// Six pixels by four, the left half red, a transparent corner.
fn picture() -> DynamicImage {
    let colour = |x: u32, y: u32| match (x, y) {
        (0, 0) => Rgba([0, 0, 0, 0]),
        (0..3, _) => Rgba([255, 0, 0, 255]),
        _ => Rgba([0, 0, 255, 255]),
    };
    DynamicImage::ImageRgba8(RgbaImage::from_fn(6, 4, colour))
}

fn file(format: ImageFormat) -> Vec<u8> {
    write(&picture(), format).unwrap()
}

fn call(name: &str, bytes: &[u8], arguments: &[(&str, Value)]) -> Result<Given, Failure> {
    run(&PACK, name, bytes, 7, arguments)
}

fn sizes(name: &str, arguments: &[(&str, Value)]) -> (u32, u32) {
    let given = call(name, &file(ImageFormat::Png), arguments).unwrap();
    let (format, width, height) = header(&given.blobs["image"]).unwrap();
    assert_eq!(format, ImageFormat::Png, "the format stays");
    let told = (given.int("width").unwrap(), given.int("height").unwrap());
    assert_eq!(told, (i64::from(width), i64::from(height)));
    (width, height)
}

#[test]
fn every_format_is_read_and_written() {
    for name in ["png", "jpeg", "gif", "webp", "bmp", "tiff"] {
        let format = crate::picture::format(name).unwrap();
        let bytes = file(format);
        let size = call("image.size", &bytes, &[]).unwrap();
        assert_eq!((size.int("width"), size.int("height")), (Some(6), Some(4)), "{name}");
        assert_eq!(size.values["both"], Value::Text("6 × 4".into()));
        let back = call("image.convert", &bytes, &[("format", choose("png"))]).unwrap();
        assert_eq!(header(&back.blobs["image"]).unwrap().0, ImageFormat::Png, "{name}");
        let table = call("image.metadata", &bytes, &[]).unwrap().text("table");
        assert!(table.starts_with(&format!("name,value\nformat,{name}\nwidth,6\nheight,4\n")), "{table}");
    }
}

#[test]
fn sizes_keep_their_proportions() {
    let int = |name: &'static str, value| (name, Value::Int(value));
    assert_eq!(sizes("image.resize", &[int("width", 3)]), (3, 2));
    assert_eq!(sizes("image.resize", &[int("height", 8)]), (12, 8));
    assert_eq!(sizes("image.resize", &[int("width", 5), int("height", 5)]), (5, 5));
    assert_eq!(sizes("image.resize", &[("percent", Value::Float(50.0))]), (3, 2));
    assert_eq!(sizes("image.thumbnail", &[int("size", 3)]), (3, 2));
    assert_eq!(sizes("image.thumbnail", &[int("size", 100)]), (6, 4));
    assert_eq!(sizes("image.crop", &[int("width", 2), int("height", 4)]), (2, 4));
    assert_eq!(sizes("image.rotate", &[("degrees", Value::Float(90.0))]), (4, 6));
    assert_eq!(sizes("image.rotate", &[("degrees", Value::Float(-180.0))]), (6, 4));
}

#[test]
fn pixels_go_where_they_should() {
    let pixel = |name: &str, arguments: &[(&str, Value)], x, y| {
        let given = call(name, &file(ImageFormat::Png), arguments).unwrap();
        read(&given.blobs["image"]).unwrap().0.to_rgba8().get_pixel(x, y).0
    };
    assert_eq!(pixel("image.flip", &[("direction", choose("horizontal"))], 5, 3), [255, 0, 0, 255]);
    assert_eq!(pixel("image.flip", &[("direction", choose("vertical"))], 0, 3), [0, 0, 0, 0]);
    assert_eq!(pixel("image.rotate", &[("degrees", Value::Float(90.0))], 3, 0), [0, 0, 0, 0]);
    let [red, green, blue, _] = pixel("image.grayscale", &[], 1, 1);
    assert!(red == green && green == blue);
    let flat = call("image.convert", &file(ImageFormat::Png), &[("format", choose("jpeg"))]).unwrap();
    let corner = read(&flat.blobs["image"]).unwrap().0.to_rgb8().get_pixel(0, 0).0;
    assert!(corner[1] > 60, "what was transparent is not black: {corner:?}");
}

#[test]
fn what_is_no_picture_or_too_large_is_refused() {
    let png = file(ImageFormat::Png);
    for bytes in [&b""[..], b"GIF89a", b"hello", &png[..20], &png[..png.len() / 2]] {
        assert!(call("image.grayscale", bytes, &[]).is_err());
    }
    // A header that claims 100,000 by 100,000 pixels.
    let mut claims = png.clone();
    claims[16..24].copy_from_slice(&[0, 1, 0x86, 0xa0, 0, 1, 0x86, 0xa0]);
    assert!(call("image.grayscale", &claims, &[]).is_err());
    for arguments in [
        vec![("width", Value::Int(40_000))],
        vec![("percent", Value::Float(1e9))],
        vec![],
        vec![("width", Value::Int(i64::MAX))],
    ] {
        assert!(call("image.resize", &png, &arguments).is_err(), "{arguments:?}");
    }
    assert!(call("image.rotate", &png, &[("degrees", Value::Float(45.0))]).is_err());
    assert!(call("image.crop", &png, &[("width", Value::Int(9)), ("height", Value::Int(1))]).is_err());
}

#[test]
fn damage_never_panics() {
    for name in ["png", "jpeg", "gif", "webp", "bmp", "tiff"] {
        let bytes = file(crate::picture::format(name).unwrap());
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0x55;
            let _ = call("image.grayscale", &changed, &[]);
        }
    }
}
