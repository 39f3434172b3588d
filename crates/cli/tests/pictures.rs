//! Pictures and charts through the binary.

mod support;

use support::Place;

/// An uncompressed picture of one colour (BITMAPINFOHEADER), rows of four pixels.
fn bitmap(height: u32) -> Vec<u8> {
    let (width, pixels) = (4_u32, 4 * 3 * height);
    let mut file = b"BM".to_vec();
    for number in [54 + pixels, 0, 54, 40, width, height] {
        file.extend_from_slice(&number.to_le_bytes());
    }
    file.extend_from_slice(&[1, 0, 24, 0]);
    file.resize(54, 0);
    file.resize(54 + usize::try_from(pixels).expect("small"), 90);
    file
}

#[test]
fn pictures_are_measured_resized_and_converted() {
    let place = Place::new();
    place.file("scan.bmp", bitmap(2));
    let said = place.intent(&["what are the dimensions of scan.bmp in pixels"]).exits(0);
    assert!(said.out.contains('4') && said.out.contains('2'), "{}", said.out);
    place.intent(&["resize scan.bmp to 2 pixels wide and save it as small.bmp"]).exits(0);
    assert_eq!(place.read("small.bmp")[18..26], [2, 0, 0, 0, 1, 0, 0, 0], "two by one");
    place.intent(&["convert scan.bmp to scan.png"]).exits(0);
    assert!(place.read("scan.png").starts_with(b"\x89PNG"));
    assert_eq!(place.read("scan.bmp"), bitmap(2));
}

#[test]
fn what_is_no_picture_is_told_so() {
    let place = Place::new();
    place.file("fake.png", "this is text");
    place.intent(&["what are the dimensions of fake.png in pixels"]).exits(5).tells("no picture");
}

#[test]
fn a_pie_is_drawn() {
    let place = Place::new();
    place.file("costs.csv", "what,amount\nrent,900\nfood,300\n");
    place.intent(&["draw a pie chart of amount by what from costs.csv as costs.svg"]).exits(0);
    let svg = String::from_utf8(place.read("costs.svg")).expect("text");
    assert!(svg.contains("rent: 75.0 %"), "{svg}");
}
