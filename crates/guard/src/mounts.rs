//! The mount table, as far as the view depends on it: overlayfs cannot show a directory with mounts beneath it.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// Bytes read at first: the kernel writes its table anew for each read, and most tables are smaller.
const TABLE_BYTES: usize = 64 << 10;

/// The mount points of this process.
#[derive(Debug)]
pub(crate) struct Mounts {
    table: Vec<u8>,
}

impl Mounts {
    /// Reads the table. One that cannot be read counts as empty: the kernel refuses the overlay itself then.
    pub(crate) fn read() -> Self {
        let mut table = Vec::with_capacity(TABLE_BYTES);
        let read = File::open("/proc/self/mountinfo").and_then(|mut file| file.read_to_end(&mut table));
        if read.is_err() {
            table.clear();
        }
        Self { table }
    }

    /// The first mount point strictly beneath a directory, if any.
    pub(crate) fn beneath(&self, directory: &Path) -> Option<PathBuf> {
        points(&self.table).find(|point| point != directory && point.starts_with(directory))
    }
}

/// Mount points of a table in the kernel's format: fifth field of each line, with octal escapes.
fn points(table: &[u8]) -> impl Iterator<Item = PathBuf> {
    table
        .split(|byte| *byte == b'\n')
        .filter_map(|line| line.split(|byte| *byte == b' ').nth(4))
        .map(|field| PathBuf::from(OsString::from_vec(unescape(field))))
}

fn unescape(field: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(field.len());
    let mut rest = field;
    while let [first, tail @ ..] = rest {
        let octal = match tail {
            [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ..] if *first == b'\\' => {
                Some((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'))
            }
            _ => None,
        };
        out.push(octal.unwrap_or(*first));
        rest = if octal.is_some() { &tail[3..] } else { tail };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mount_points_are_read_with_their_escapes() {
        let table =
            b"36 35 98:0 /m /mnt/a\\040b rw - ext4 /d rw\n37 35 98:0 / /mnt\\134x rw - ext4 /d rw\n\nshort line\n";
        let found: Vec<_> = points(table).collect();
        assert_eq!(found, [Path::new("/mnt/a b"), Path::new("/mnt\\x")]);
        assert_eq!(found[0].as_os_str(), "/mnt/a b");
    }

    #[test]
    fn the_root_has_mounts_and_a_file_has_none() {
        let mounts = Mounts::read();
        assert!(mounts.beneath(Path::new("/")).is_some());
        assert_eq!(mounts.beneath(Path::new("/proc/self/mountinfo")), None);
    }
}
