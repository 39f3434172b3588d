//! Pack `image`: raster pictures.

use super::WHOLE_BYTES;
use crate::{Builder, blob, choice, choose, count, float, input, line, output, primitive};
use telos_abi::{Descriptor, Refinement, Value};

/// The pack's descriptors.
#[must_use]
pub fn descriptors() -> Vec<Descriptor> {
    vec![size(), metadata(), resize(), thumbnail(), convert(), rotate(), flip(), crop(), grayscale()]
}

const FORMATS: [&str; 6] = ["bmp", "gif", "jpeg", "png", "tiff", "webp"];

fn of_picture(name: &str) -> Builder {
    primitive(name)
        .takes(
            input("image", blob(Refinement::Bytes), "picture: PNG, JPEG, GIF, WebP, BMP or TIFF")
                .words(&["picture", "image", "photo", "png", "jpg", "jpeg", "gif", "bmp", "webp", "tiff", "of"]),
        )
        .memory(WHOLE_BYTES)
        .wall_ms(600_000)
}

/// A picture may unpack to fifty million pixels, however few bytes it has; each takes a few hundred steps.
fn changes(name: &str) -> Builder {
    of_picture(name).fuel(60_000_000_000, 10_000)
}

fn gives_picture(builder: Builder) -> Descriptor {
    builder
        .gives(output("image", blob(Refinement::Image), "the picture"))
        .gives(output("width", count(1), "its width in pixels"))
        .gives(output("height", count(1), "its height in pixels"))
        .introduces(&[Refinement::Image])
        .produces(400 << 20, 0)
        .shown_by_structure()
        .build()
}

fn size() -> Descriptor {
    of_picture("image.size")
        .does("Tell how many pixels wide and high a picture is.", &["image", "picture", "size"])
        .words(&["dimensions", "pixels", "how wide", "how high", "how tall", "width", "height", "resolution", "size"])
        .examples(&[
            "how many pixels has logo.png",
            "dimensions of photo.jpg",
            "how wide is banner.gif in pixels",
            "resolution of scan.tiff",
            "height of cover.webp",
        ])
        .gives(output("both", line(), "width and height in pixels"))
        .gives(output("width", count(1), "the width in pixels"))
        .gives(output("height", count(1), "the height in pixels"))
        .introduces(&[Refinement::Line])
        .fuel(200_000_000, 1_000)
        .produces(256, 0)
        .shown_by_structure()
        .build()
}

fn metadata() -> Descriptor {
    of_picture("image.metadata")
        .does("List the format, the size in pixels and the bytes of a picture.", &["image", "picture", "metadata"])
        .words(&["image information", "picture details", "metadata", "what format", "properties"])
        .examples(&[
            "metadata of photo.jpg",
            "what format is picture.bin in",
            "details of the image logo.png",
            "properties of scan.tiff",
            "information about cover.webp",
        ])
        .gives(output("table", blob(Refinement::Table), "what is known: `name`, `value`"))
        .gives(output("count", count(0), "number of properties"))
        .introduces(&[Refinement::Table])
        .fuel(200_000_000, 1_000)
        .produces(1_024, 0)
        .shown_by_structure()
        .build()
}

fn resize() -> Descriptor {
    let side =
        |name: &str, meaning: &str, words: &[&str]| input(name, count(0), meaning).default(Value::Int(0)).words(words);
    gives_picture(
        changes("image.resize")
            .does("Make a picture smaller or larger.", &["image", "picture", "resize"])
            .words(&[
                "resize",
                "scale",
                "shrink",
                "enlarge",
                "make smaller",
                "make larger",
                "half the size",
                "pixels wide",
            ])
            .examples(&[
                "resize photo.jpg to 800 pixels wide as small.jpg",
                "shrink logo.png to 50 percent",
                "scale banner.gif to 600 by 200",
                "make cover.png half as large",
                "enlarge icon.png to 512 pixels high",
            ])
            .takes(side("width", "width in pixels; 0 keeps the proportions", &["width", "wide", "to"]))
            .takes(side("height", "height in pixels; 0 keeps the proportions", &["height", "high", "tall", "by"]))
            .takes(
                input("percent", float(), "per cent of its size, where neither width nor height is said")
                    .default(Value::Float(0.0))
                    .words(&["percent", "%"]),
            ),
    )
}

fn thumbnail() -> Descriptor {
    gives_picture(
        changes("image.thumbnail")
            .does("Make a picture fit into a square; it never grows.", &["image", "picture", "thumbnail"])
            .words(&["thumbnail", "thumb", "preview", "icon of", "at most pixels"])
            .examples(&[
                "thumbnail of photo.jpg as thumb.jpg",
                "make a 128 pixel preview of scan.png",
                "a thumbnail of cover.webp with at most 200 pixels",
                "small preview of banner.gif",
                "thumb of logo.png, 64 pixels",
            ])
            .takes(
                input("size", count(1), "longest side in pixels")
                    .default(Value::Int(200))
                    .words(&["size", "pixels", "at most", "maximum"]),
            ),
    )
}

fn convert() -> Descriptor {
    gives_picture(
        changes("image.convert")
            .does("Write a picture in another format.", &["image", "picture", "convert"])
            .words(&["convert", "as jpg", "as png", "to jpeg", "to webp", "in another format", "turn into"])
            .examples(&[
                "convert photo.png to photo.jpg",
                "save scan.tiff as scan.png",
                "turn logo.gif into a png",
                "picture.bmp as webp",
                "write cover.webp as jpeg",
            ])
            .takes(
                input("format", choice(&FORMATS), "the format")
                    .default(choose("png"))
                    .words(&["to", "as", "into", "format"]),
            ),
    )
}

fn rotate() -> Descriptor {
    gives_picture(
        changes("image.rotate")
            .does("Turn a picture clockwise by quarters.", &["image", "picture", "rotate"])
            .words(&["rotate", "turn", "clockwise", "upside down", "sideways"])
            .examples(&[
                "rotate photo.jpg by 90 degrees",
                "turn scan.png upside down",
                "rotate cover.webp 270 degrees",
                "turn banner.gif by 180",
                "rotate the picture a quarter to the right",
            ])
            .takes(
                input("degrees", float(), "degrees clockwise: 90, 180 or 270")
                    .default(Value::Float(90.0))
                    .words(&["by", "degrees"]),
            ),
    )
}

fn flip() -> Descriptor {
    gives_picture(
        changes("image.flip")
            .does("Mirror a picture.", &["image", "picture", "flip"])
            .words(&["flip", "mirror", "reverse", "flip horizontally", "flip vertically"])
            .examples(&[
                "mirror photo.jpg",
                "flip logo.png vertically",
                "flip scan.tiff horizontally as mirrored.tiff",
                "mirror image of cover.webp",
                "turn banner.gif left to right",
            ])
            .takes(
                input("direction", choice(&["horizontal", "vertical"]), "left to right, or top to bottom")
                    .default(choose("horizontal"))
                    .words(&["horizontally", "vertically"]),
            ),
    )
}

fn crop() -> Descriptor {
    gives_picture(
        changes("image.crop")
            .does("Cut the middle out of a picture.", &["image", "picture", "crop"])
            .words(&["crop", "cut out", "cut", "trim to", "middle of"])
            .examples(&[
                "crop photo.jpg to 400 by 300",
                "cut the middle 100 by 100 pixels out of scan.png",
                "crop cover.webp to 500 x 500",
                "trim banner.gif to 600 by 150 pixels",
                "crop logo.png to 64 times 64",
            ])
            .takes(input("width", count(1), "width in pixels").words(&["width", "to", "wide"]))
            .takes(input("height", count(1), "height in pixels").words(&["height", "by", "high"])),
    )
}

fn grayscale() -> Descriptor {
    gives_picture(
        changes("image.grayscale")
            .does("Take the colour out of a picture.", &["image", "picture", "grayscale"])
            .words(&["grayscale", "greyscale", "black and white", "grey", "gray", "without colour", "monochrome"])
            .examples(&[
                "make photo.jpg black and white",
                "grayscale of scan.png as grey.png",
                "take the colours out of cover.webp",
                "greyscale banner.gif",
                "logo.png in grey",
            ]),
    )
}
