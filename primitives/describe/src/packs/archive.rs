//! Pack `archive`: compressed data and archives.

use super::WHOLE_BYTES;
use crate::{Builder, Input, blob, choice, choose, count, flag, input, line, output, primitive};
use telos_abi::{Descriptor, Refinement};

/// The pack's descriptors.
#[must_use]
pub fn descriptors() -> Vec<Descriptor> {
    vec![compress(), decompress(), list(), unpack(), member(), test(), to_zip(), to_tar()]
}

/// Output that an input of any size may give, and how many times its size beyond: the limits of the pack.
const FREE_BYTES: u64 = 160 << 20;
const RATIO: u64 = 260;

fn streaming(name: &str) -> Builder {
    primitive(name).memory(WHOLE_BYTES).wall_ms(600_000)
}

/// Its fuel follows what comes out, which is more than what goes in.
fn expanding(name: &str) -> Builder {
    streaming(name).fuel(60_000_000_000, 100_000)
}

fn archive() -> Input {
    input("archive", blob(Refinement::Bytes), "zip or tar archive, the latter compressed or not").words(&[
        "archive", "zip", "tar", "tgz", "tar.gz", "tar.xz", "tar.bz2", "tar.zst", "tbz2", "txz", "jar", "package",
    ])
}

fn bundle() -> Input {
    input("bundle", blob(Refinement::Bundle), "files to put into the archive").words(&[
        "files",
        "folder",
        "directory",
        "bundle",
        "everything",
    ])
}

fn compress() -> Descriptor {
    streaming("data.compress")
        .does("Compress data.", &["data", "compress"])
        .words(&[
            "compress",
            "compressed",
            "gzip",
            "gz",
            "shrink",
            "make smaller",
            "squeeze",
            "xz",
            "zstd",
            "zst",
            "bzip2",
            "bz2",
            "lz4",
            "deflate",
            "zlib",
        ])
        .examples(&[
            "compress app.log",
            "gzip server.log",
            "make dump.sql smaller and save it as dump.sql.xz",
            "compress big.csv with zstd",
            "how small does notes.txt become when compressed with bzip2",
        ])
        .takes(input("data", blob(Refinement::Bytes), "bytes to compress").words(&["file", "data", "it"]))
        .takes(
            input("form", choice(&["gzip", "zlib", "bzip2", "xz", "zstd", "lz4"]), "form of the compressed data")
                .default(choose("gzip"))
                .words(&["gzip", "gz", "bzip2", "bz2", "xz", "zstd", "zst", "lz4", "zlib", "with", "using", "as"]),
        )
        .gives(output("data", blob(Refinement::Bytes), "the compressed data"))
        .fuel(2_000_000_000, 12_000)
        .produces(1 << 20, 2)
        .shown_by_structure()
        .build()
}

fn decompress() -> Descriptor {
    expanding("data.decompress")
        .does("Expand compressed data (gzip, zlib, bzip2, xz, zstd or lz4).", &["data", "decompress"])
        .words(&[
            "decompress",
            "uncompress",
            "expand",
            "gunzip",
            "unxz",
            "bunzip2",
            "unzstd",
            "inflate",
            "compressed",
            "extract",
            "unpack",
            "read the compressed",
        ])
        .examples(&[
            "decompress app.log.gz",
            "gunzip server.log.gz and count the lines",
            "how many lines with error are in app.log.xz",
            "expand dump.sql.zst to dump.sql",
            "show the first lines of data.csv.gz",
        ])
        .takes(input("data", blob(Refinement::Bytes), "compressed data").words(&[
            "compressed",
            "gz",
            "xz",
            "bz2",
            "zst",
            "lz4",
            "zlib",
            "gzip",
        ]))
        .gives(output("data", blob(Refinement::Bytes), "the data as it was before"))
        .produces(FREE_BYTES, RATIO)
        .shown_by_structure()
        .build()
}

fn list() -> Descriptor {
    expanding("archive.list")
        .does("List what is in an archive as a table.", &["archive", "list", "table"])
        .words(&[
            "archive",
            "what is in",
            "what is inside",
            "contents",
            "contained",
            "contains",
            "files in the archive",
            "files in the zip",
            "list the archive",
            "members",
            "entries",
            "packed",
        ])
        .examples(&[
            "what is in backup.zip",
            "list the files in photos.tar.gz",
            "how many files does release.tar.xz contain",
            "the ten largest files in backup.zip",
            "which pdf files are inside documents.zip",
            "total size of the contents of site.tgz",
        ])
        .takes(archive())
        .gives(output(
            "table",
            blob(Refinement::Table),
            "table of what is in the archive: `name`, `size` (bytes), `modified`, `kind` (file, directory, link or other)",
        ))
        .gives(output("count", count(0), "number of files"))
        .gives(output("bytes", count(0), "bytes of all files together, unpacked"))
        .introduces(&[Refinement::Table])
        .produces(64 << 20, RATIO)
        .build()
}

fn unpack() -> Descriptor {
    expanding("archive.unpack")
        .does("Unpack an archive into a bundle of files.", &["archive", "unpack"])
        .words(&[
            "unpack",
            "unzip",
            "untar",
            "extract",
            "extract all",
            "unarchive",
            "decompress",
            "open the archive",
            "expand the archive",
            "inflate",
        ])
        .examples(&[
            "unzip backup.zip",
            "extract photos.tar.gz into the folder photos",
            "unpack release.tar.xz here",
            "untar source.tgz to src",
            "which files in logs.zip contain the word error",
        ])
        .takes(archive())
        .gives(output("bundle", blob(Refinement::Bundle), "the files and directories of the archive"))
        .gives(output("count", count(0), "number of files"))
        .gives(output("skipped", count(0), "number of links and the like, which are left out"))
        .introduces(&[Refinement::Bundle])
        .produces(FREE_BYTES, 2_000)
        .build()
}

fn member() -> Descriptor {
    expanding("archive.member")
        .does("Take one file out of an archive.", &["archive", "unpack", "part"])
        .words(&[
            "from the archive",
            "from the zip",
            "out of the zip",
            "out of the archive",
            "inside",
            "in the archive",
            "in the zip",
            "single file",
            "take",
            "extract",
            "get",
            "read",
        ])
        .examples(&[
            "extract readme.txt from release.zip",
            "get config.json out of backup.tar.gz",
            "how many lines does log.txt in logs.zip have",
            "show notes.md inside archive.tar.xz",
            "take report.pdf out of documents.zip and save it",
        ])
        .takes(archive())
        .takes(
            input("name", line(), "name of the wanted file in the archive, with or without its folders")
                .words(&["file", "named", "called", "extract", "member", "entry", "the"]),
        )
        .gives(output("data", blob(Refinement::Bytes), "the content of the file"))
        .produces(FREE_BYTES, RATIO)
        .build()
}

fn test() -> Descriptor {
    expanding("archive.test")
        .does("Check whether an archive is whole and undamaged.", &["archive", "check"])
        .words(&[
            "test",
            "check",
            "verify",
            "intact",
            "damaged",
            "corrupt",
            "corrupted",
            "broken",
            "integrity",
            "valid archive",
            "complete",
            "is the archive ok",
        ])
        .examples(&[
            "is backup.zip intact",
            "test the archive photos.tar.gz",
            "check whether release.tar.xz is corrupted",
            "verify the integrity of backup.zip",
        ])
        .takes(archive())
        .gives(output("intact", flag(), "whether the archive is whole and every checksum is right"))
        .gives(output("problem", line(), "what is wrong with it; empty where nothing is"))
        .gives(output("count", count(0), "number of files that were looked at"))
        .produces(1 << 16, 0)
        .introduces(&[Refinement::Line])
        .build()
}

fn to_zip() -> Descriptor {
    streaming("bundle.to-zip")
        .does("Put files into a zip archive.", &["archive", "pack", "zip"])
        .words(&["zip", "zip up", "zip file", "zip archive", "pack", "archive", "put into a zip", "compress", "as zip"])
        .examples(&[
            "zip the folder photos",
            "make a zip archive of reports",
            "pack everything in docs into docs.zip",
            "zip all pdf files into papers.zip",
            "convert source.tar.gz to zip",
        ])
        .takes(bundle())
        .gives(output("archive", blob(Refinement::Bytes), "the zip archive"))
        .gives(output("count", count(0), "number of files in it"))
        .fuel(2_000_000_000, 4_000)
        .produces(1 << 20, 3)
        .shown_by_structure()
        .build()
}

fn to_tar() -> Descriptor {
    streaming("bundle.to-tar")
        .does("Put files into a tar archive, compressed or not.", &["archive", "pack", "tar"])
        .words(&[
            "tar",
            "tarball",
            "tar archive",
            "tar.gz",
            "tgz",
            "tar.xz",
            "tar.bz2",
            "tar.zst",
            "pack",
            "archive",
            "put into a tarball",
            "as tar",
        ])
        .examples(&[
            "tar the folder src",
            "make a tarball of docs",
            "pack the project into project.tar.gz",
            "archive logs as logs.tar.xz",
            "convert source.zip to tar.gz",
        ])
        .takes(bundle())
        .takes(
            input(
                "form",
                choice(&["tar", "gzip", "bzip2", "xz", "zstd"]),
                "how the archive is compressed; tar for not at all",
            )
            .default(choose("gzip"))
            .words(&[
                "gzip",
                "gz",
                "tar.gz",
                "tgz",
                "bzip2",
                "tar.bz2",
                "xz",
                "tar.xz",
                "zstd",
                "tar.zst",
                "uncompressed",
                "with",
                "using",
            ]),
        )
        .gives(output("archive", blob(Refinement::Bytes), "the tar archive"))
        .gives(output("count", count(0), "number of files in it"))
        .fuel(2_000_000_000, 12_000)
        .produces(1 << 20, 3)
        .shown_by_structure()
        .build()
}
