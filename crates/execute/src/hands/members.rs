//! The members of a bundle, while it streams past.
//!
//! A bundle comes from outside, so everything in it is a claim: sizes are counted and not believed, names are taken
//! apart, and what is neither a file nor a directory ends it. Memory is bounded by the names, and those are bounded.

use super::bundling::BLOCK;
use crate::StepError;
use blake3::Hasher;
use tar::{EntryType, Header};
use telos_abi::Digest;
use telos_abi::limit::{BLOB_BYTES_MAX, PATH_BYTES_MAX, WALK_ENTRIES_MAX};

/// Most bytes of one member's records: its name, and what other programs note beside it.
const RECORDS_BYTES_MAX: u64 = 1 << 20;
/// Most bytes of all names together.
const NAMES_BYTES_MAX: usize = 256 << 20;
/// Where the header's checksum stands; it counts as blanks.
const CHECKSUM: std::ops::Range<usize> = 148..156;

/// A member.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Member {
    /// Its name: relative, without empty parts, `.` and `..`.
    pub(super) name: Vec<u8>,
    pub(super) content: Content,
}

/// What a member holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    Directory,
    File {
        /// Where in the bundle it begins.
        at: u64,
        /// Bytes.
        size: u64,
        digest: Digest,
    },
}

/// Where in the bundle the next byte belongs.
enum State {
    /// In a header.
    Header,
    /// In the records of the member that follows, or (`kept` is false) in those of nobody in particular.
    Records { left: u64, kept: bool },
    /// In a member's content.
    Content { left: u64 },
    /// Behind the end.
    Over,
}

/// Takes a bundle apart.
pub(super) struct Members {
    state: State,
    /// Bytes seen.
    at: u64,
    /// Bytes that fill up a block and mean nothing.
    padding: u64,
    header: Vec<u8>,
    records: Vec<u8>,
    /// Of the member whose content passes; `None` where it is not wanted.
    file: Option<(Vec<u8>, u64, u64)>,
    hasher: Hasher,
    names_bytes: usize,
    members: Vec<Member>,
}

impl Members {
    pub(super) fn new() -> Self {
        Self {
            state: State::Header,
            at: 0,
            padding: 0,
            header: Vec::with_capacity(BLOCK),
            records: Vec::new(),
            file: None,
            hasher: Hasher::new(),
            names_bytes: 0,
            members: Vec::new(),
        }
    }

    /// The next bytes.
    pub(super) fn push(&mut self, mut chunk: &[u8]) -> Result<(), StepError> {
        while !chunk.is_empty() {
            let taken = self.take(chunk)?;
            self.at += taken as u64;
            chunk = &chunk[taken..];
        }
        Ok(())
    }

    /// All members, in the bundle's order.
    pub(super) fn finish(self) -> Result<Vec<Member>, StepError> {
        match self.state {
            State::Over => Ok(self.members),
            _ => Err("the bundle ends before its end: it is not whole, or not a tar archive".into()),
        }
    }

    /// Takes some bytes of `chunk`, which is not empty, and says how many.
    fn take(&mut self, chunk: &[u8]) -> Result<usize, StepError> {
        let within = |left: u64| usize::try_from(left).unwrap_or(usize::MAX).min(chunk.len());
        let (taken, rest) = match &mut self.state {
            State::Content { left } | State::Records { left, .. } if *left > 0 => {
                let taken = within(*left);
                *left -= taken as u64;
                (taken, *left)
            }
            _ if self.padding > 0 => {
                let taken = within(self.padding);
                self.padding -= taken as u64;
                return Ok(taken);
            }
            State::Over => return Ok(chunk.len()),
            _ => {
                let taken = within((BLOCK - self.header.len()) as u64);
                self.header.extend_from_slice(&chunk[..taken]);
                if self.header.len() == BLOCK {
                    // The header's own bytes are counted when it has been read.
                    self.open(self.at + taken as u64)?;
                    self.header.clear();
                }
                return Ok(taken);
            }
        };
        let bytes = &chunk[..taken];
        match self.state {
            State::Records { kept: true, .. } => self.records.extend_from_slice(bytes),
            State::Content { .. } if self.file.is_some() => {
                self.hasher.update(bytes);
            }
            _ => {}
        }
        if rest == 0 {
            self.close();
        }
        Ok(taken)
    }

    /// The records or the content are over: padding comes, and then a header.
    fn close(&mut self) {
        if let Some((name, at, size)) = self.file.take() {
            let digest = Digest(*self.hasher.finalize().as_bytes());
            self.members.push(Member { name, content: Content::File { at, size, digest } });
        }
        self.state = State::Header;
    }

    /// A header is whole; what it announces begins at `begins`.
    fn open(&mut self, begins: u64) -> Result<(), StepError> {
        if self.header.iter().all(|byte| *byte == 0) {
            self.state = State::Over;
            return Ok(());
        }
        let header = Header::from_byte_slice(&self.header);
        let sum = |sum: u32, byte: &u8| sum + u32::from(*byte);
        let (before, after) = (&self.header[..CHECKSUM.start], &self.header[CHECKSUM.end..]);
        let blanks = u32::from(b' ') * u32::try_from(CHECKSUM.len())?;
        if header.cksum().ok() != Some(before.iter().chain(after).fold(blanks, sum)) {
            let at = begins - BLOCK as u64;
            return Err(
                format!("there is no member at byte {at} of the bundle: it is damaged, or not a tar archive").into()
            );
        }
        let size = header.entry_size()?;
        let kind = header.entry_type();
        if matches!(kind, EntryType::XHeader | EntryType::XGlobalHeader) {
            if size > RECORDS_BYTES_MAX {
                return Err(format!("a member's records are {size} bytes; at most {RECORDS_BYTES_MAX}").into());
            }
            self.records.clear();
            self.pass(State::Records { left: size, kept: kind == EntryType::XHeader }, size);
            return Ok(());
        }
        let records = Records::of(&self.records)?;
        let name = records.path.map_or_else(|| name_of(header), <[u8]>::to_vec);
        let size = records.size.unwrap_or(size);
        if size > BLOB_BYTES_MAX {
            return Err(refused(&name, "it says that it is larger than any bundle"));
        }
        self.records.clear();
        self.member(kind, &name, size, begins)
    }

    fn member(&mut self, kind: EntryType, name: &[u8], size: u64, begins: u64) -> Result<(), StepError> {
        let directory = match kind {
            EntryType::Directory => true,
            // Before there was a kind for directories, a slash at the end of an empty file's name said so.
            EntryType::Regular | EntryType::Continuous => size == 0 && name.ends_with(b"/"),
            EntryType::Link | EntryType::Symlink => {
                return Err(refused(name, "it is a link, and links lead elsewhere"));
            }
            _ => return Err(refused(name, "it is neither a file nor a directory")),
        };
        let name = plain(name)?;
        self.names_bytes += name.len();
        if self.members.len() >= WALK_ENTRIES_MAX || self.names_bytes > NAMES_BYTES_MAX {
            return Err(format!("a bundle may hold {WALK_ENTRIES_MAX} members at most; divide it").into());
        }
        self.hasher.reset();
        match (directory, name.is_empty()) {
            (false, true) => return Err(refused(b".", "a file needs a name")),
            (false, false) => self.file = Some((name, begins, size)),
            // The directory that is filled is there anyway.
            (true, true) => {}
            (true, false) => self.members.push(Member { name, content: Content::Directory }),
        }
        self.pass(State::Content { left: size }, size);
        Ok(())
    }

    /// Lets `size` bytes pass, and what fills up the last block.
    fn pass(&mut self, state: State, size: u64) {
        self.state = state;
        self.padding = size.next_multiple_of(BLOCK as u64).saturating_sub(size);
        if size == 0 {
            self.close();
        }
    }
}

fn refused(name: &[u8], why: &str) -> StepError {
    format!("{} is not unpacked: {why}; nothing was written", String::from_utf8_lossy(name)).into()
}

/// The name as the header has it.
fn name_of(header: &Header) -> Vec<u8> {
    fn field(bytes: &[u8]) -> &[u8] {
        bytes.split(|byte| *byte == 0).next().unwrap_or(&[])
    }
    match header.as_ustar() {
        Some(ustar) if ustar.prefix[0] != 0 => [field(&ustar.prefix), b"/", field(&ustar.name)].concat(),
        _ => field(&header.as_old().name).to_vec(),
    }
}

/// The name without `.` and empty parts; refused if it leads out of the directory it is unpacked in.
fn plain(name: &[u8]) -> Result<Vec<u8>, StepError> {
    if name.starts_with(b"/") {
        return Err(refused(name, "its name is absolute"));
    }
    if name.contains(&0) || name.len() > PATH_BYTES_MAX {
        return Err(refused(&name[..name.len().min(NAME_SHOWN_BYTES)], "no file can have its name"));
    }
    let mut parts = Vec::new();
    for part in name.split(|byte| *byte == b'/') {
        match part {
            b".." => return Err(refused(name, "its name leads out with “..”")),
            b"" | b"." => {}
            part => parts.push(part),
        }
    }
    Ok(parts.join(&b'/'))
}

/// Bytes of a name that cannot be, as shown to people.
const NAME_SHOWN_BYTES: usize = 200;

/// What the records say of the member that follows them.
#[derive(Default)]
struct Records<'r> {
    path: Option<&'r [u8]>,
    size: Option<u64>,
}

impl<'r> Records<'r> {
    /// Reads `length key=value\n` as often as it is there. The length tells where a value ends: it may hold line feeds.
    fn of(mut data: &'r [u8]) -> Result<Self, StepError> {
        let mut records = Self::default();
        while !data.is_empty() {
            let (key, value, rest) = record(data).ok_or("the records of a member are damaged")?;
            match key {
                b"path" => records.path = Some(value),
                b"size" => {
                    let digits = std::str::from_utf8(value).ok().and_then(|digits| digits.parse().ok());
                    records.size = Some(digits.ok_or("the size of a member is not a number")?);
                }
                key if key.starts_with(b"GNU.sparse.") => {
                    return Err("a member is stored without its empty parts, which bundles do not do".into());
                }
                _ => {}
            }
            data = rest;
        }
        Ok(records)
    }
}

/// The first record, and what follows it.
fn record(data: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let blank = data.iter().position(|byte| *byte == b' ')?;
    let length: usize = std::str::from_utf8(&data[..blank]).ok()?.parse().ok()?;
    let line = data.get(blank + 1..length)?.strip_suffix(b"\n")?;
    let equals = line.iter().position(|byte| *byte == b'=')?;
    Some((&line[..equals], &line[equals + 1..], &data[length..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tar::Builder;

    fn header(name: &str, kind: EntryType, size: u64) -> Header {
        let mut header = Header::new_ustar();
        header.as_ustar_mut().expect("ustar").name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(kind);
        header.set_size(size);
        header.set_cksum();
        header
    }

    fn archive(members: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
        let mut builder = Builder::new(Vec::new());
        for (name, kind, content) in members {
            builder.append(&header(name, *kind, content.len() as u64), *content).expect("memory");
        }
        builder.into_inner().expect("memory")
    }

    fn members(bytes: &[u8]) -> Result<Vec<Member>, StepError> {
        let mut members = Members::new();
        members.push(bytes)?;
        members.finish()
    }

    fn why(bytes: &[u8]) -> String {
        members(bytes).expect_err("it is refused").to_string()
    }

    #[test]
    fn files_and_directories_are_found_where_they_are() {
        let bytes = archive(&[
            ("./", EntryType::Directory, b""),
            ("d/", EntryType::Directory, b""),
            ("./d//a", EntryType::Regular, b"hello"),
            ("empty", EntryType::Regular, b""),
            ("old/", EntryType::Regular, b""),
        ]);
        let found = members(&bytes).expect("a bundle");
        let names: Vec<&[u8]> = found.iter().map(|member| member.name.as_slice()).collect();
        assert_eq!(names, [&b"d"[..], b"d/a", b"empty", b"old"]);
        let Content::File { at, size, digest } = found[1].content else { panic!("a file") };
        let at = usize::try_from(at).expect("small");
        assert_eq!((&bytes[at..at + 5], size), (&b"hello"[..], 5));
        assert_eq!(digest, Digest(*blake3::hash(b"hello").as_bytes()));
        assert_eq!((&found[0].content, &found[3].content), (&Content::Directory, &Content::Directory));
    }

    #[test]
    fn what_leads_out_or_is_no_content_is_refused() {
        for (name, says) in [("/etc/x", "absolute"), ("a/../../x", "leads out"), ("..", "leads out"), (".", "a name")] {
            let why = why(&archive(&[("ok", EntryType::Regular, b"1"), (name, EntryType::Regular, b"2")]));
            assert!(why.contains(says), "{name}: {why}");
        }
        for kind in [EntryType::Link, EntryType::Symlink, EntryType::Char, EntryType::Fifo, EntryType::GNULongName] {
            assert!(why(&archive(&[("x", kind, b"")])).contains("is not unpacked"), "{kind:?}");
        }
    }

    #[test]
    fn records_name_what_the_header_cannot() {
        let pax = |records: &[(&str, &[u8])], name: &str, content: &[u8]| {
            let mut builder = Builder::new(Vec::new());
            builder.append_pax_extensions(records.iter().copied()).expect("memory");
            builder.append(&header(name, EntryType::Regular, content.len() as u64), content).expect("memory");
            builder.append(&header("next", EntryType::Regular, 0), &b""[..]).expect("memory");
            builder.into_inner().expect("memory")
        };
        let odd = b"two\nlines/\xff=".as_slice();
        let found = members(&pax(&[("path", odd), ("comment", b"x\n9 y=z\n")], "plain", b"1")).expect("a bundle");
        assert_eq!((found[0].name.as_slice(), found[1].name.as_slice()), (odd, &b"next"[..]));
        assert!(why(&pax(&[("path", b"../x")], "plain", b"1")).contains("leads out"));
        assert!(why(&pax(&[("path", b"/x")], "plain", b"1")).contains("absolute"));
        assert!(why(&pax(&[("path", &[b'a'; PATH_BYTES_MAX + 1])], "plain", b"1")).contains("no file can"));
        assert!(why(&pax(&[("size", b"99999999999999999999")], "plain", b"1")).contains("not a number"));
        assert!(why(&pax(&[("size", b"18446744073709551615")], "plain", b"1")).contains("larger"));
        assert!(why(&pax(&[("GNU.sparse.map", b"0,1")], "plain", b"1")).contains("empty parts"));
        let claimed = header("x", EntryType::XHeader, RECORDS_BYTES_MAX + 1);
        assert!(why(claimed.as_bytes()).contains("records"));
        assert!(
            why(&archive(&[("x", EntryType::XHeader, b"99 path=a\n"), ("y", EntryType::Regular, b"")]))
                .contains("damaged")
        );
    }

    #[test]
    fn what_is_no_bundle_or_not_whole_is_told() {
        let whole = archive(&[("a", EntryType::Regular, b"hello")]);
        assert!(why(b"").contains("not whole"));
        assert!(why(&[b'x'; 2 * BLOCK]).contains("byte 0"));
        for end in [BLOCK / 2, BLOCK, BLOCK + 3, 2 * BLOCK, 2 * BLOCK + 5] {
            assert!(why(&whole[..end]).contains("not whole"), "{end}");
        }
        let mut turned = whole;
        turned[0] = b'b';
        assert!(why(&turned).contains("damaged"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn any_chunks_give_the_same(sizes in proptest::collection::vec(0_usize..1500, 0..6), cut in 1_usize..2000) {
            let contents: Vec<(String, Vec<u8>)> =
                sizes.iter().enumerate().map(|(at, size)| (format!("d/{at}"), vec![b'x'; *size])).collect();
            let rows: Vec<(&str, EntryType, &[u8])> =
                contents.iter().map(|(name, bytes)| (name.as_str(), EntryType::Regular, bytes.as_slice())).collect();
            let bytes = archive(&rows);
            let mut chunked = Members::new();
            bytes.chunks(cut).try_for_each(|chunk| chunked.push(chunk)).expect("a bundle");
            let found = chunked.finish().expect("a bundle");
            prop_assert_eq!(found.len(), sizes.len());
            prop_assert_eq!(found, members(&bytes).expect("a bundle"));
        }

        #[test]
        fn any_bytes_end(mut bytes in proptest::collection::vec(any::<u8>(), 0..3000), at in 0_usize..3000, to: u8) {
            let _ = members(&bytes);
            let mut real = archive(&[("a/b", EntryType::Regular, &bytes), ("c", EntryType::Directory, b"")]);
            let at = at.min(real.len() - 1);
            real[at] = to;
            let _ = members(&real);
            bytes.clear();
        }
    }
}
