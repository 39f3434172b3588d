//! `image.list`: the pictures among the files of a bundle, with their sizes in pixels.

use crate::listing::Listing;
use crate::tar::{Entry, Walk, Walked};
use imagesize::ImageType;
use telos_pack::{Args, Failure, Out, Running};

/// Bytes at the beginning of a file in which its format and size must stand: what a camera writes before them fits.
const HEAD_BYTES_MAX: usize = 256 << 10;

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn list(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let table = Listing::table(0, &["name", "format", "width", "height", "size"]);
    Ok(Walked::start(Pictures { table, count: 0, name: String::new(), size: 0, head: Vec::new() }))
}

struct Pictures {
    table: Listing,
    count: u64,
    name: String,
    size: u64,
    /// The beginning of the file that is being read.
    head: Vec<u8>,
}

impl Walk for Pictures {
    fn begin(&mut self, entry: &Entry<'_>, _: &mut Out) -> Result<(), Failure> {
        entry.name.clone_into(&mut self.name);
        self.size = entry.size;
        self.head.clear();
        Ok(())
    }

    fn data(&mut self, bytes: &[u8], _: &mut Out) -> Result<(), Failure> {
        let room = HEAD_BYTES_MAX - self.head.len();
        self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        Ok(())
    }

    fn end(&mut self, _: &mut Out) -> Result<(), Failure> {
        // What is no picture, or a broken one, is not listed.
        if let Some(format) = format(&self.head)
            && let Ok(size) = imagesize::blob_size(&self.head)
        {
            let cells = [size.width.to_string(), size.height.to_string(), self.size.to_string()];
            self.table.row(&[&self.name, format, &cells[0], &cells[1], &cells[2]]);
            self.count += 1;
        }
        Ok(())
    }

    fn pause(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.table.pause(out);
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.table.flush(out);
        out.count(1, self.count);
        Ok(())
    }
}

/// The name of a format that the pack `image` reads.
fn format(head: &[u8]) -> Option<&'static str> {
    Some(match imagesize::image_type(head).ok()? {
        ImageType::Png => "png",
        ImageType::Jpeg => "jpeg",
        ImageType::Gif => "gif",
        ImageType::Webp => "webp",
        ImageType::Bmp => "bmp",
        ImageType::Tiff => "tiff",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use crate::testing::{archive, file};
    use telos_pack::testing::run;

    #[test]
    fn pictures_are_listed_with_their_sizes_and_other_files_are_not() {
        let gif = "GIF89a\u{10}\0\u{8}\0\0\0\0";
        let bundle = archive(&[file("a.gif", gif), file("notes.txt", "no picture"), file("cut.gif", "GIF89a\u{10}")]);
        for chunk in [1, 513, 100_000] {
            let given = run(&PACK, "image.list", &bundle, chunk, &[]).unwrap();
            assert_eq!(given.text("table"), "name,format,width,height,size\na.gif,gif,16,8,13\n");
            assert_eq!(given.int("count"), Some(1));
        }
    }
}
