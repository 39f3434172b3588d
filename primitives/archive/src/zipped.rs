//! Zip archives, read by crate `zip` from their directory at the end.

use crate::CALL_BYTES_MAX;
use crate::expand::{FREE_BYTES, RATIO_MAX};
use crate::name::MEMBERS_MAX;
use crate::source::{Kind, Member, Visit, too_much};
use std::fmt::Display;
use std::io::{Cursor, Read};
use telos_pack::{Failure, Out};
use zip::read::ZipFile;
use zip::{DateTime, ZipArchive};

/// Bytes of a content that are read at once.
const PIECE_BYTES: usize = 64 << 10;

type Archive = ZipArchive<Cursor<Vec<u8>>>;

/// Visits every member of an archive.
pub(crate) fn walk(bytes: Vec<u8>, visit: &mut impl Visit, out: &mut Out) -> Result<(), Failure> {
    let allowed = FREE_BYTES + RATIO_MAX * bytes.len() as u64;
    let mut archive = Archive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    if archive.len() as u64 > MEMBERS_MAX {
        return Err(Failure::Limit(format!("the archive has more than {MEMBERS_MAX} members")));
    }
    let mut given = 0;
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index).map_err(|error| damaged(&error))?;
        let member = described(&file);
        drop(file);
        if visit.begin(&member, out)? {
            given += content(&mut archive, index, &member, allowed - given, visit, out)?;
            visit.end(out)?;
        }
    }
    Ok(())
}

fn damaged(error: &impl Display) -> Failure {
    Failure::bad(format!("the zip archive is damaged: {error}"))
}

fn described<R: Read>(file: &ZipFile<'_, R>) -> Member {
    let name = file.name();
    // Some programs write the separators of another system.
    let name = if name.contains('/') { name.to_owned() } else { name.replace('\\', "/") };
    let kind = match file {
        _ if file.is_symlink() => Kind::Link,
        _ if name.ends_with('/') => Kind::Directory,
        _ => Kind::File,
    };
    let modified = file.last_modified().filter(DateTime::is_valid);
    let told = |at: DateTime| {
        let (year, month, day) = (at.year(), at.month(), at.day());
        format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
    };
    Member {
        size: if kind == Kind::File { file.size() } else { 0 },
        modified: modified.map(told).unwrap_or_default(),
        // A zip archive does not say where its times are of; those of UTC are as good as any.
        seconds: modified.map_or(0, |at| seconds(&at)),
        mode: file.unix_mode().map(|mode| mode & 0o777),
        kind,
        name,
    }
}

/// Seconds since 1970 of a time taken to be UTC.
fn seconds(at: &DateTime) -> u64 {
    let (year, month, day) = (u64::from(at.year()), u64::from(at.month()), u64::from(at.day()));
    let clock = u64::from(at.hour()) * 3_600 + u64::from(at.minute()) * 60 + u64::from(at.second());
    crate::time::days(year, month, day) * 86_400 + clock
}

/// Hands over a member's content. Tells how many bytes it has.
fn content(
    archive: &mut Archive,
    index: usize,
    member: &Member,
    allowed: u64,
    visit: &mut impl Visit,
    out: &mut Out,
) -> Result<u64, Failure> {
    let unreadable = |error: &dyn Display| Failure::bad(format!("`{}` in the zip archive: {error}", member.name));
    let mut file = archive.by_index(index).map_err(|error| unreadable(&error))?;
    let (mut piece, mut given) = (vec![0; PIECE_BYTES], 0);
    loop {
        let read = file.read(&mut piece).map_err(|error| unreadable(&error))?;
        if read == 0 {
            break;
        }
        given += read as u64;
        if given > allowed {
            return Err(Failure::Limit(format!(
                "this zip archive expands to more than {RATIO_MAX} times its size; it was made to fill a memory"
            )));
        }
        visit.data(&piece[..read], out)?;
        if *visit.made() > CALL_BYTES_MAX {
            return Err(too_much());
        }
    }
    if given == member.size { Ok(given) } else { Err(unreadable(&"its size is not the one that is told")) }
}
