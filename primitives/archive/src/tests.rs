//! The pack through its one interface. Archives to read are written by crates `tar` and `zip` themselves.

use crate::PACK;
use proptest::prelude::*;
use std::io::Write;
use tar::{Builder, EntryType, Header};
use telos_describe::choose;
use telos_pack::testing::{Given, run};
use telos_pack::{Failure, Value};

const FORMS: [&str; 6] = ["gzip", "zlib", "bzip2", "xz", "zstd", "lz4"];
/// 2024-05-01T09:30:00Z.
const SECONDS: u64 = 1_714_555_800;

fn call(name: &str, data: &[u8], arguments: &[(&str, Value)]) -> Result<Given, Failure> {
    run(&PACK, name, data, 1 << 20, arguments)
}

fn packed(data: &[u8], form: &str) -> Vec<u8> {
    let given = call("data.compress", data, &[("form", choose(form))]).unwrap();
    given.blobs.get("data").cloned().unwrap_or_default()
}

fn expanded(data: &[u8], chunk: usize) -> Result<Vec<u8>, Failure> {
    run(&PACK, "data.decompress", data, chunk, &[]).map(|given| given.blobs.get("data").cloned().unwrap_or_default())
}

fn header(kind: EntryType, size: usize) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_size(size as u64);
    header.set_mode(0o640);
    header.set_mtime(SECONDS);
    header
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (name, content) in members {
        let kind = if name.ends_with('/') { EntryType::Directory } else { EntryType::Regular };
        builder.append_data(&mut header(kind, content.len()), name, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

/// A member whose name no well-behaved program would write.
fn forged(name: &str, kind: EntryType, content: &[u8]) -> Vec<u8> {
    let mut header = header(kind, content.len());
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_cksum();
    let mut archive = header.as_bytes().to_vec();
    archive.extend_from_slice(content);
    archive.resize(archive.len().next_multiple_of(512) + 1_024, 0);
    archive
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, content) in members {
        if name.ends_with('/') {
            writer.add_directory(*name, options).unwrap();
        } else {
            writer.start_file(*name, options).unwrap();
            writer.write_all(content).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

const MEMBERS: [(&str, &[u8]); 4] =
    [("docs/", b""), ("docs/a.txt", b"one\n"), ("docs/é\n.txt", b""), ("b.bin", &[7; 1_000])];

/// Every form of the same archive.
fn archives() -> Vec<(String, Vec<u8>)> {
    let tar = tar(&MEMBERS);
    let compressed = FORMS.iter().map(|form| (format!("tar.{form}"), packed(&tar, form)));
    let mut all: Vec<(String, Vec<u8>)> = compressed.collect();
    all.extend([(String::from("tar"), tar.clone()), (String::from("zip"), zip(&MEMBERS))]);
    all
}

#[test]
fn programs_of_others_read_what_is_compressed_and_the_other_way_round() {
    // `printf 'hello hello hello\n' | xz`, `| zstd`, `| bzip2`, `| lz4`, `| gzip -n`.
    let known = include_str!("tests/known.txt");
    for line in known.lines() {
        let (form, hex) = line.split_once(' ').unwrap();
        let bytes: Vec<u8> =
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
        for chunk in [1, 7, 1_000] {
            assert_eq!(expanded(&bytes, chunk).unwrap(), b"hello hello hello\n", "{form}");
            let twice = [bytes.clone(), bytes.clone()].concat();
            if form != "zlib" {
                assert_eq!(expanded(&twice, chunk).unwrap(), b"hello hello hello\nhello hello hello\n", "{form} twice");
            }
        }
    }
}

#[test]
fn what_is_cut_off_damaged_or_not_compressed_is_refused() {
    let data: Vec<u8> =
        (0..20_000_u32).flat_map(|number| (number.wrapping_mul(2_654_435_761) >> 20).to_le_bytes()).collect();
    for form in FORMS {
        let good = packed(&data, form);
        for cut in [1, 5, 9, good.len() / 2] {
            let result = expanded(&good[..good.len() - cut], 1 << 20);
            assert!(
                matches!(result, Err(Failure::BadInput(_))),
                "{form} without {cut}: {:?}",
                result.map(|data| data.len())
            );
        }
        let mut bad = good.clone();
        let middle = bad.len() / 2;
        bad[middle] ^= 0x55;
        assert_ne!(expanded(&bad, 1 << 20).ok(), Some(data.clone()), "{form}");
        assert!(expanded(&[good, b"garbage".to_vec()].concat(), 1 << 20).is_err(), "{form} with garbage");
    }
    for data in [b"".as_slice(), b"plain text", b"\x1f\x8b", b"BZh9", &zip(&MEMBERS), &tar(&MEMBERS)] {
        assert!(matches!(expanded(data, 1 << 20), Err(Failure::BadInput(_))));
    }
    assert_eq!(expanded(&[packed(b"x", "gzip"), vec![0; 600]].concat(), 100).unwrap(), b"x", "a tape's padding");
}

#[test]
fn bombs_are_refused_before_they_fill_memory() {
    let member = packed(&vec![0; 4 << 20], "gzip");
    assert!(matches!(expanded(&member.repeat(40), 1 << 20), Err(Failure::Limit(_))));
    let nested = zip(&[("zeros", &vec![0; 60 << 20])]);
    assert!(matches!(call("archive.unpack", &nested, &[]), Err(Failure::Limit(_))));
    assert_eq!(call("archive.list", &nested, &[]).unwrap().int("count"), Some(1), "a list expands nothing of a zip");
}

#[test]
fn a_list_is_the_same_in_every_form() {
    for (form, archive) in archives() {
        for chunk in [1, 511, 1 << 20] {
            let given = run(&PACK, "archive.list", &archive, chunk, &[]).unwrap();
            let time = if form == "zip" { "1980-01-01T00:00:00" } else { "2024-05-01T09:30:00Z" };
            let expected = format!(
                "name,size,modified,kind\ndocs/,0,{time},directory\ndocs/a.txt,4,{time},file\n\"docs/é\n.txt\",0,{time},file\n\
                 b.bin,1000,{time},file\n"
            );
            assert_eq!(given.text("table"), expected, "{form}");
            assert_eq!((given.int("count"), given.int("bytes")), (Some(3), Some(1_004)), "{form}");
        }
    }
}

#[test]
fn a_bundle_holds_what_the_archive_held() {
    for (form, archive) in archives() {
        let given = run(&PACK, "archive.unpack", &archive, 1_000, &[]).unwrap();
        assert_eq!((given.int("count"), given.int("skipped")), (Some(3), Some(0)), "{form}");
        let mut bundle = tar::Archive::new(given.blobs["bundle"].as_slice());
        let mut names = Vec::new();
        for entry in bundle.entries().unwrap() {
            let entry = entry.unwrap();
            assert!(matches!(entry.header().entry_type(), EntryType::Regular | EntryType::Directory));
            names.push((String::from_utf8_lossy(&entry.path_bytes()).into_owned(), entry.size()));
        }
        // Crate `tar` cannot read a name with a line feed, and shows what stands in for it.
        let expected = [("docs/", 0), ("docs/a.txt", 4), ("docs/___.txt", 0), ("b.bin", 1_000)];
        assert_eq!(names, expected.map(|(name, size)| (name.to_owned(), size)), "{form}");
        let again = call("archive.list", &given.blobs["bundle"], &[]).unwrap().text("table");
        assert!(again.contains("\"docs/é\n.txt\",0"), "{form}: {again}");
        assert_eq!(given.blobs["bundle"].len() % 512, 0);
    }
}

#[test]
fn bundles_come_back_from_zip_and_tar() {
    let bundle = call("archive.unpack", &tar(&MEMBERS), &[]).unwrap().blobs["bundle"].clone();
    for form in ["tar", "gzip", "bzip2", "xz", "zstd"] {
        let given = call("bundle.to-tar", &bundle, &[("form", choose(form))]).unwrap();
        assert_eq!(given.int("count"), Some(3));
        let back = call("archive.unpack", &given.blobs["archive"], &[]).unwrap();
        assert_eq!(back.blobs["bundle"], bundle, "{form}");
    }
    let given = run(&PACK, "bundle.to-zip", &bundle, 300, &[]).unwrap();
    let zipped = &given.blobs["archive"];
    assert_eq!(call("archive.test", zipped, &[]).unwrap().values["intact"], Value::Bool(true));
    let back = call("archive.unpack", zipped, &[]).unwrap();
    assert_eq!(back.blobs["bundle"], bundle, "names, contents, modes and times survive");
    assert!(call("bundle.to-zip", b"not a bundle", &[]).is_err());
    let link = forged("x", EntryType::Symlink, b"");
    assert!(matches!(call("bundle.to-zip", &link, &[]), Err(Failure::BadInput(_))));
}

#[test]
fn a_member_is_found_by_its_name_or_its_last_part() {
    let take = |archive: &[u8], name: &str| call("archive.member", archive, &[("name", Value::Text(name.into()))]);
    for (form, archive) in archives() {
        assert_eq!(take(&archive, "docs/a.txt").unwrap().text("data"), "one\n", "{form}");
        assert_eq!(take(&archive, "a.txt").unwrap().text("data"), "one\n", "{form}");
        assert_eq!(take(&archive, "./b.bin").unwrap().blobs["data"].len(), 1_000, "{form}");
        let message = take(&archive, "missing").unwrap_err().to_string();
        assert!(message.contains("docs/a.txt"), "{form}: {message}");
        assert!(take(&archive, "docs/").is_err() && take(&archive, "").is_err());
    }
    let alike = [("a/x", b"1".as_slice()), ("b/x", b"2"), ("x", b"3")];
    assert_eq!(take(&tar(&alike), "x").unwrap().text("data"), "3");
    assert!(take(&tar(&alike[..2]), "x").unwrap_err().to_string().contains("a/x, b/x"));
    assert_eq!(take(&tar(&alike), "b/x").unwrap().text("data"), "2");
}

#[test]
fn names_that_lead_elsewhere_are_refused_and_links_are_left_out() {
    for name in ["/etc/passwd", "../up", "a/../../up"] {
        let archive = forged(name, EntryType::Regular, b"x");
        assert!(matches!(call("archive.unpack", &archive, &[]), Err(Failure::BadInput(_))), "{name}");
        assert_eq!(call("archive.list", &archive, &[]).unwrap().int("count"), Some(1), "{name}");
        assert!(matches!(call("archive.unpack", &zip(&[(name, b"x")]), &[]), Err(Failure::BadInput(_))), "{name}");
    }
    let link = forged("l", EntryType::Symlink, b"");
    let given = call("archive.unpack", &link, &[]).unwrap();
    assert_eq!((given.int("count"), given.int("skipped")), (Some(0), Some(1)));
    let twice = [&forged("a", EntryType::Regular, b"1")[..1_024], &forged("a", EntryType::Regular, b"2")].concat();
    assert!(call("archive.unpack", &twice, &[]).unwrap_err().to_string().contains("twice"));
    let over = [&forged("a", EntryType::Symlink, b"")[..512], &forged("a/b", EntryType::Regular, b"2")].concat();
    assert_eq!(call("archive.unpack", &over, &[]).unwrap().int("count"), Some(1), "a link is never followed");
}

#[test]
fn a_test_tells_what_is_wrong() {
    for (form, archive) in archives() {
        let given = call("archive.test", &archive, &[]).unwrap();
        assert_eq!((&given.values["intact"], given.int("count")), (&Value::Bool(true), Some(3)), "{form}");
        let cut = call("archive.test", &archive[..archive.len() * 2 / 3], &[]).unwrap();
        assert_eq!(cut.values["intact"], Value::Bool(false), "{form}");
        assert_ne!(cut.values["problem"], Value::Text(String::new()), "{form}");
    }
    let mut wrong = zip(&[("a", b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]);
    let at = wrong.windows(4).position(|four| four == b"PK\x01\x02").unwrap() + 16;
    wrong[at] ^= 1;
    assert_eq!(call("archive.test", &wrong, &[]).unwrap().values["intact"], Value::Bool(false), "another checksum");
    assert_eq!(call("archive.test", b"just text", &[]).unwrap().values["intact"], Value::Bool(false));
}

#[test]
fn empty_archives_are_archives() {
    for archive in [vec![0; 1_024], zip(&[]), packed(&[0; 10_240], "gzip")] {
        assert_eq!(call("archive.list", &archive, &[]).unwrap().int("count"), Some(0));
        assert_eq!(call("archive.unpack", &archive, &[]).unwrap().blobs["bundle"], [0; 1_024]);
    }
    assert!(call("archive.list", b"", &[]).is_err());
    let no_tar = call("archive.list", &packed(b"only text, but long enough to be a header of something", "gzip"), &[]);
    assert!(matches!(no_tar, Err(Failure::BadInput(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn what_was_compressed_comes_back(
        data in prop::collection::vec(prop_oneof![Just(0_u8), Just(1_u8), any::<u8>()], 0..3_000), times in 1..60_usize,
        chunk in 1..5_000_usize, form in 0..6_usize,
    ) {
        let data = data.repeat(times);
        let given = run(&PACK, "data.compress", &data, chunk, &[("form", choose(FORMS[form]))]).unwrap();
        prop_assert_eq!(expanded(&given.blobs["data"], chunk).unwrap(), data);
    }

    #[test]
    fn any_bytes_after_any_magic_give_an_answer(magic in 0..8_usize, data in prop::collection::vec(any::<u8>(), 0..600)) {
        let magics: [&[u8]; 8] = [b"\x1f\x8b\x08\0", b"BZh91AY&SY", b"\xfd7zXZ\0\0\x04", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"PK\x03\x04", b"\x78\x9c", b"\x50\x2a\x4d\x18"];
        let data = [magics[magic], &data].concat();
        for name in ["data.decompress", "archive.list", "archive.unpack", "archive.test"] {
            let _ = run(&PACK, name, &data, 100, &[]);
        }
    }

    #[test]
    fn a_changed_byte_never_breaks_the_reader(at in any::<prop::sample::Index>(), flip in 1..=255_u8, which in 0..8_usize) {
        let (_, mut archive) = archives().swap_remove(which);
        let at = at.index(archive.len());
        archive[at] ^= flip;
        for name in ["archive.list", "archive.unpack", "archive.test"] {
            let _ = run(&PACK, name, &archive, 1 << 20, &[]);
        }
    }
}
