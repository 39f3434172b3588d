//! The pack through its one interface.

use crate::PACK;
use resvg::tiny_skia::Pixmap;
use telos_pack::testing::{Given, run};
use telos_pack::{Failure, Value};

const SQUARE: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 40 20\" width=\"40\" height=\"20\">\
    <rect width=\"40\" height=\"20\" fill=\"white\"/><rect width=\"20\" height=\"20\" fill=\"#ff0000\"/></svg>";

fn drawn(svg: &str, width: i64) -> Result<Given, Failure> {
    run(&PACK, "svg.to-png", svg.as_bytes(), 7, &[("width", Value::Int(width))])
}

fn picture(svg: &str, width: i64) -> Pixmap {
    Pixmap::decode_png(&drawn(svg, width).unwrap().blobs["image"]).unwrap()
}

fn red(picture: &Pixmap, x: u32, y: u32) -> bool {
    let pixel = picture.pixel(x, y).unwrap();
    (pixel.red(), pixel.green()) == (255, 0)
}

#[test]
fn a_drawing_becomes_a_picture_of_its_own_or_another_size() {
    for (width, wide, high) in [(0, 40, 20), (80, 80, 40)] {
        let given = drawn(SQUARE, width).unwrap();
        assert_eq!((given.int("width"), given.int("height")), (Some(wide), Some(high)));
        let picture = picture(SQUARE, width);
        assert!(red(&picture, 1, 1) && !red(&picture, picture.width() - 1, 1));
    }
}

#[test]
fn letters_are_drawn_in_any_family_and_turned_ones_too() {
    for (text, family) in [("Sales 2026: Zürich, Łódź", "sans-serif"), ("Ελλάδα", "Courier"), ("Привет", "none")]
    {
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"300\" height=\"60\" font-size=\"24\" font-family=\"{family}\">\
             <text x=\"10\" y=\"40\" transform=\"rotate(-5 10 40)\">{text}</text></svg>"
        );
        let inked = picture(&svg, 0).pixels().iter().filter(|pixel| pixel.alpha() > 128).count();
        assert!(inked > 100, "{text}: {inked}");
    }
}

#[test]
fn nothing_from_elsewhere_enters() {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"10\" height=\"10\">\
        <image xlink:href=\"/etc/passwd\" width=\"10\" height=\"10\"/><script>alert(1)</script></svg>";
    assert!(picture(svg, 0).pixels().iter().all(|pixel| pixel.alpha() == 0));
}

#[test]
fn what_is_no_drawing_or_too_large_is_refused() {
    for bad in [
        "",
        "text",
        "<svg",
        "<html></html>",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1e9\" height=\"1e9\"/>",
    ] {
        assert!(drawn(bad, 0).is_err(), "{bad}");
    }
    assert!(matches!(drawn(SQUARE, 100_000), Err(Failure::Limit(_))));
    assert!(run(&PACK, "svg.to-png", b"\xff\xfe<svg/>", 7, &[("width", Value::Int(0))]).is_err());
}

#[test]
fn damage_never_panics() {
    for at in 0..SQUARE.len() {
        let _ = drawn(&SQUARE[..at], 0);
        let _ = drawn(&format!("{}x{}", &SQUARE[..at], &SQUARE[at..]), 0);
    }
}
