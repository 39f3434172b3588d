//! References of pack `archive`: archives written byte by byte, as POSIX.1-1988 (tar) and PKWARE's note (zip) say.

use super::data::crc32;
use super::seed::Seed;
use super::table::csv;
use super::{Reference, case, count, refusal, text};
use crate::canonical::canonical;
use crate::evidence::Case;
use telos_abi::{Descriptor, Value};

pub(super) const ALL: &[(&str, Reference)] =
    &[("archive.list", list), ("archive.unpack", unpack), ("archive.member", member), ("archive.test", test)];

/// Seconds since 1970 of 2024-05-01T09:30:00Z, and the same as zip archives write it: days from 1980, and two seconds.
const SECONDS: u32 = 1_714_555_800;
const ZIP_DATE: u16 = (44 << 9) | (5 << 5) | 1;
const ZIP_CLOCK: u16 = (9 << 11) | (30 << 5);

/// A name and a content; a name that ends with a slash is a directory's.
type Member = (String, Vec<u8>);

fn members(seed: &mut Seed) -> Vec<Member> {
    let mut members = Vec::new();
    for number in 0..seed.below(6) {
        let folder = seed.pick(&["", "docs/", "docs/old/", "src/"]);
        let size = seed.below(4) * seed.below(700);
        let content = (0..size).map(|_| [b'a', b'\n', 0, 200][seed.below(4)]).collect();
        members.push((format!("{folder}file-{number}.txt"), content));
        if seed.below(3) == 0 {
            members.push((format!("folder-{number}/"), Vec::new()));
        }
    }
    members
}

/// A header and its content, filled up.
fn tar_member((name, content): &Member) -> Vec<u8> {
    let mut header = [0_u8; 512];
    let mut put = |at: usize, field: &str| header[at..at + field.len()].copy_from_slice(field.as_bytes());
    let (kind, mode) = if name.ends_with('/') { ("5", "0000755") } else { ("0", "0000644") };
    for (at, field) in [(0, name.as_str()), (100, mode), (108, "0000000"), (116, "0000000"), (156, kind)] {
        put(at, field);
    }
    put(124, &format!("{:011o}", content.len()));
    put(136, &format!("{SECONDS:011o}"));
    put(148, "        ");
    put(257, "ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:07o}\0").as_bytes());
    let mut member = [&header[..], content].concat();
    member.resize(member.len().next_multiple_of(512), 0);
    member
}

fn tar(members: &[Member]) -> Vec<u8> {
    let mut archive: Vec<u8> = members.iter().flat_map(tar_member).collect();
    archive.resize(archive.len() + 1_024, 0);
    archive
}

/// An archive whose members are stored as they are.
fn zip(members: &[Member]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    let number = |value: usize| u32::try_from(value).unwrap_or(0).to_le_bytes();
    let short = |value: usize| u16::try_from(value).unwrap_or(0).to_le_bytes();
    for (name, content) in members {
        let sizes = [crc32(content).to_le_bytes(), number(content.len()), number(content.len())].concat();
        let times = [ZIP_CLOCK.to_le_bytes(), ZIP_DATE.to_le_bytes()].concat();
        let common = [&[20, 0, 0, 0, 0, 0], &times[..], &sizes, &short(name.len()), &[0, 0]].concat();
        let mode: u32 = if name.ends_with('/') { 0o040_755 } else { 0o100_644 };
        let place = [&[0; 6][..], &(mode << 16).to_le_bytes(), &number(archive.len())].concat();
        directory.extend([b"PK\x01\x02\x14\x03", &common[..], &place, name.as_bytes()].concat());
        archive.extend([b"PK\x03\x04", &common[..], name.as_bytes(), content].concat());
    }
    let count = short(members.len());
    let end = [&b"PK\x05\x06\0\0\0\0"[..], &count, &count, &number(directory.len()), &number(archive.len()), &[0, 0]];
    [archive, directory, end.concat()].concat()
}

/// Members, an archive of them, and whether its times are told to be UTC.
fn archive(seed: &mut Seed) -> (Vec<Member>, Vec<u8>, bool) {
    let members = members(seed);
    let is_tar = seed.flag();
    let archive = if is_tar { tar(&members) } else { zip(&members) };
    (members, archive, is_tar)
}

fn is_file((name, _): &&Member) -> bool {
    !name.ends_with('/')
}

fn list(seed: u64, descriptor: &Descriptor) -> Case {
    let (members, input, is_utc) = archive(&mut Seed::new(seed));
    let time = if is_utc { "2024-05-01T09:30:00Z" } else { "2024-05-01T09:30:00" };
    let rows = members.iter().map(|member| {
        let kind = if is_file(&member) { "file" } else { "directory" };
        [member.0.clone(), member.1.len().to_string(), time.to_owned(), kind.to_owned()]
    });
    let table = csv(&["name", "size", "modified", "kind"], rows, b',');
    let bytes = members.iter().map(|(_, content)| content.len()).sum();
    case(descriptor, &[], input, vec![table, count(members.iter().filter(is_file).count()), count(bytes)])
}

fn unpack(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (members, input, _) = archive(&mut seed);
    if seed.below(5) == 0 {
        let outside = (String::from(seed.pick(&["../a", "/a", "b/../../a"])), Vec::new());
        let members = [&members[..], &[outside]].concat();
        return refusal(descriptor, &[], if seed.flag() { tar(&members) } else { zip(&members) });
    }
    let files = members.iter().filter(is_file).count();
    case(descriptor, &[], input, vec![tar(&members), count(files), count(0)])
}

fn member(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (members, input, _) = archive(&mut seed);
    let name = format!("file-{}.txt", seed.below(6));
    let found = members.iter().find(|(known, _)| known.ends_with(&name));
    match found {
        Some((known, content)) => {
            let wanted = if seed.flag() { known } else { &name };
            case(descriptor, &[("name", text(wanted))], input, vec![content.clone()])
        }
        None => refusal(descriptor, &[("name", text(&name))], input),
    }
}

fn test(seed: u64, descriptor: &Descriptor) -> Case {
    let (members, input, _) = archive(&mut Seed::new(seed));
    let outputs =
        vec![canonical(&Value::Bool(true)), canonical(&text("")), count(members.iter().filter(is_file).count())];
    case(descriptor, &[], input, outputs)
}
