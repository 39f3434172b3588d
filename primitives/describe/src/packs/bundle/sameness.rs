//! What tells whether contents are the same: checksums, copies, comparisons.

use super::{WHOLE_BYTES, bundle, gives_table, whole};
use crate::{blob, choice, choose, count, flag, input, line, output, primitive};
use telos_abi::{Descriptor, Refinement};

pub(super) fn duplicates() -> Descriptor {
    let builder = whole("bundle.duplicates")
        .does("Find the files of a bundle that have the same content.", &["bundle", "files", "duplicates"])
        .words(&[
            "duplicates",
            "duplicate files",
            "identical files",
            "identical",
            "exact copies",
            "copies",
            "same content",
            "same files",
            "twice",
            "more than once",
            "redundant",
            "wasted space",
        ])
        .examples(&[
            "find duplicate files in photos",
            "are there any identical files in downloads",
            "which documents do I have twice in archive",
            "list exact copies in the music folder",
            "how much space do duplicates take in backup",
        ])
        .takes(bundle());
    gives_table(builder, "table of the files that have copies: `group` of equal files, `name`, `size` in bytes")
        .gives(output("count", count(0), "number of groups of equal files"))
        .gives(output("bytes", count(0), "bytes that would be free with one file kept of each group"))
        .fuel(100_000_000, 1_000)
        .produces(1 << 20, 16)
        .build()
}

pub(super) fn compare() -> Descriptor {
    let builder = whole("bundle.compare")
        .does("Compare two bundles: which files only one has, and which differ.", &["bundle", "files", "compare"])
        .words(&[
            "compare",
            "compare folders",
            "compare directories",
            "compare the folders",
            "difference between",
            "differences",
            "differ",
            "what changed",
            "same files",
            "missing from",
            "in sync",
            "diff",
            "only in",
        ])
        .examples(&[
            "compare the folders minutes and backup/minutes",
            "what is the difference between old and new",
            "are photos and photos-copy the same",
            "which files are missing from the backup of documents",
            "diff the directories v1 and v2",
            "is the mirror in sync with the original",
        ])
        .takes(input("bundle", blob(Refinement::Bundle), "first files to compare").words(&[
            "files",
            "folder",
            "directory",
            "first",
            "compare",
            "between",
            "old",
            "original",
        ]))
        .takes(
            input("other", blob(Refinement::Bundle), "second files to compare with")
                .words(&["with", "and", "to", "second", "other", "new", "copy", "backup", "against"]),
        );
    gives_table(
        builder,
        "table of what differs: `name` below the common directory, `difference` (only in first, only in second, different)",
    )
    .gives(output("same", flag(), "whether both have the same files with the same content"))
    .gives(output("count", count(0), "number of differences"))
    .fuel(100_000_000, 2_000)
    .produces(1 << 20, 16)
    .build()
}

pub(super) fn checksums() -> Descriptor {
    let builder = whole("bundle.checksums")
        .does("Compute the checksum of each file of a bundle.", &["bundle", "files", "checksum"])
        .words(&[
            "checksums",
            "checksum of each",
            "checksum of every",
            "hash all files",
            "hash every file",
            "hashes",
            "digests",
            "fingerprints",
            "sha256sum",
            "sha256sums",
            "md5sum",
            "md5 of all",
            "manifest",
        ])
        .examples(&[
            "checksums of all files in release",
            "write the sha256 sums of the folder dist to sha256sums.txt",
            "md5 of every file in photos",
            "hash all files in backup with blake3",
            "make a manifest of checksums for the folder data",
        ])
        .takes(bundle())
        .takes(
            input("algorithm", choice(&["sha256", "sha512", "md5", "sha1", "blake3"]), "which digest")
                .default(choose("sha256"))
                .words(&[
                    "sha256",
                    "sha-256",
                    "sha512",
                    "sha-512",
                    "md5",
                    "sha1",
                    "sha-1",
                    "blake3",
                    "using",
                    "with",
                    "algorithm",
                ]),
        )
        .gives(output(
            "checksums",
            blob(Refinement::Utf8),
            "a digest and a name on each line, as sha256sum writes them",
        ));
    gives_table(builder, "table of the checksums: `digest`, `name`")
        .introduces(&[Refinement::Utf8, Refinement::Table])
        .fuel(50_000_000, 2_000)
        .produces(1 << 20, 16)
        .build()
}

pub(super) fn check() -> Descriptor {
    let builder = whole("bundle.check")
        .does("Check the files of a bundle against a list of checksums.", &["bundle", "files", "checksum", "verify"])
        .words(&[
            "verify",
            "verify the checksums",
            "verify the files",
            "check the checksums",
            "check against",
            "checksums match",
            "intact",
            "corrupted",
            "damaged",
            "tampered",
            "integrity",
            "sha256sum -c",
            "validate",
        ])
        .examples(&[
            "verify the checksums in sha256sums for the folder release",
            "are the files in backup still intact according to checksums.md5",
            "check downloads against SHA512SUMS",
            "which files of dist do not match sums.txt",
            "did anything in archive get corrupted since manifest.sha256 was written",
        ])
        .takes(bundle())
        .takes(
            input(
                "checksums",
                blob(Refinement::Utf8),
                "list of checksums as sha256sum, md5sum or BSD's programs write it",
            )
            .words(&[
                "checksums",
                "checksum",
                "against",
                "according to",
                "sums",
                "list",
                "manifest",
                "sha256",
                "sha512",
                "sha1",
                "md5",
                "b3",
                "sha256sums",
                "md5sums",
            ]),
        );
    gives_table(builder, "table of the listed files: `name`, `status` (ok, failed, missing)")
        .gives(output("count", count(0), "number of listed files that failed or are missing"))
        .gives(output("valid", flag(), "whether every listed file is there and has its checksum"))
        .fuel(100_000_000, 3_000)
        .produces(1 << 20, 16)
        .build()
}

pub(super) fn compare_data() -> Descriptor {
    primitive("data.compare")
        .does("Tell whether two inputs have the same bytes, and where they first differ.", &["data", "compare"])
        .words(&[
            "compare",
            "same",
            "identical",
            "the same",
            "equal",
            "byte for byte",
            "exact copy",
            "cmp",
            "where do they differ",
            "first difference",
            "differ",
        ])
        .examples(&[
            "are a.iso and b.iso identical",
            "is copy.jpg an exact copy of photo.jpg",
            "compare old.bin with new.bin byte for byte",
            "where do the two dumps first differ",
            "are these two files the same",
        ])
        .takes(
            input("data", blob(Refinement::Bytes), "first bytes to compare")
                .words(&["file", "data", "first", "compare"]),
        )
        .takes(
            input("other", blob(Refinement::Bytes), "second bytes to compare with")
                .words(&["with", "and", "to", "second", "other", "of", "against"]),
        )
        .gives(output("same", flag(), "whether they are the same"))
        .gives(output("difference", line(), "the first difference: byte and line, or identical"))
        .memory(WHOLE_BYTES)
        .wall_ms(600_000)
        .introduces(&[Refinement::Line])
        .fuel(10_000_000, 500)
        .produces(1_024, 0)
        .build()
}
