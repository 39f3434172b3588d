//! Pack `image`. The bounds are for fifty million pixels; these have one or two, and take their share of the fuel.

use crate::{Case, Machine, one};
use telos_abi::Value;
use telos_describe::choose;

const WIDTH: u32 = 1_200;
const HEIGHT: u32 = 900;

/// An uncompressed BMP of three bytes a pixel (BITMAPINFOHEADER), one colour or noise.
fn bitmap(is_noise: bool) -> Vec<u8> {
    let size = 54 + WIDTH * HEIGHT * 3;
    let mut file = Vec::new();
    file.extend_from_slice(b"BM");
    for number in [size, 0, 54, 40, WIDTH, HEIGHT] {
        file.extend_from_slice(&number.to_le_bytes());
    }
    file.extend_from_slice(&[1, 0, 24, 0]);
    file.extend_from_slice(&[0; 24]);
    let mut state = 1_u32;
    file.extend((0..WIDTH * HEIGHT * 3).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        if is_noise { state.to_be_bytes()[0] } else { 127 }
    }));
    file
}

pub(super) fn cases(machine: &Machine) -> Vec<Case> {
    let mut cases = Vec::new();
    for bitmap in [bitmap(false), bitmap(true)] {
        for format in ["png", "jpeg", "gif", "webp", "bmp", "tiff"] {
            let convert = || [("format", choose(format))];
            cases.push(one("image.convert", &convert(), bitmap.clone()));
            let file = machine.made(&one("image.convert", &convert(), bitmap.clone()));
            cases.push(one("image.grayscale", &[], file.clone()));
            for name in ["image.size", "image.metadata"] {
                cases.push(one(name, &[], file.clone()));
            }
        }
        let int = |name, value| (name, Value::Int(value));
        for (name, given) in [
            ("image.resize", vec![("percent", Value::Float(120.0))]),
            ("image.resize", vec![int("width", 3), int("height", 3_000)]),
            ("image.thumbnail", vec![int("size", 1_000)]),
            ("image.rotate", vec![("degrees", Value::Float(270.0))]),
            ("image.flip", vec![("direction", choose("vertical"))]),
            ("image.crop", vec![int("width", 1_199), int("height", 899)]),
        ] {
            cases.push(one(name, &given, bitmap.clone()));
        }
    }
    cases
}
