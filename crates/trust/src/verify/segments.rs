//! Checking segments against their own chain and against what checkpoints say of them.

use super::chain::Chain;
use super::{FindingKind, Place, Report};
use crate::checkpoint::{Entry, EntryState};
use crate::error::LogError;
use crate::files;
use crate::keys::PublicKeys;
use crate::log::{OPEN, SEGMENTS, runs_in};
use crate::segment::{Damage, HeaderFault, OpenFault, SegmentHeader, Shape, Step, Walker};
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use telos_abi::{Digest, RunId};

/// A segment's file.
pub(super) struct Listed {
    path: PathBuf,
    open: bool,
    dir: PathBuf,
}

/// All segments of a log. A run in both directories is a finding of `check`: the covered one is read.
pub(super) fn list(dir: &Path) -> Result<BTreeMap<RunId, Listed>, LogError> {
    let mut out = BTreeMap::new();
    for (place, open) in [(OPEN, true), (SEGMENTS, false)] {
        match runs_in(&dir.join(place)) {
            Ok(runs) => {
                let dir = dir.to_path_buf();
                out.extend(runs.into_iter().map(|(run, path)| (run, Listed { path, open, dir: dir.clone() })));
            }
            // An exported log need not hold an empty directory.
            Err(LogError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(out)
}

pub(super) fn check(
    listed: &BTreeMap<RunId, Listed>,
    keys: &PublicKeys,
    chain: &Chain,
    report: &mut Report,
) -> Result<(), LogError> {
    let mut runs: Vec<RunId> = listed.keys().chain(chain.entries.keys()).copied().collect();
    runs.sort_unstable();
    runs.dedup();
    for run in runs {
        let entries = chain.entries.get(&run).map(Vec::as_slice).unwrap_or_default();
        let pruned = entries.last().is_some_and(|entry| entry.state == EntryState::Pruned);
        let start = Place::Segment { run, seq: 0, offset: 0 };
        if pruned {
            report.pruned += 1;
            let records = entries.last().map_or(0, |entry| entry.records);
            report.notice(FindingKind::Pruned, start, format!("retention dropped {records} records"));
        }
        let file = match listed.get(&run).map(open).transpose() {
            Ok(Some(Some(file))) => file,
            Ok(_) if pruned => continue,
            Ok(_) if entries.is_empty() => continue,
            Ok(_) => {
                let records = entries.last().map_or(0, |entry| entry.records);
                let detail = format!("the segment is missing with its {records} signed records");
                report.tampering(FindingKind::Truncation, start, detail);
                continue;
            }
            Err(error) => {
                report.tampering(FindingKind::Unreadable, start, format!("the segment cannot be read: {error}"));
                continue;
            }
        };
        let open = listed.get(&run).is_some_and(|one| one.open);
        let mut segment = Segment { run, entries, open, keys, chain, report };
        segment.check(file).map_err(|error| match listed.get(&run) {
            Some(one) => LogError::io("read", &one.path)(error),
            None => LogError::NoSuchRun { run },
        })?;
    }
    Ok(())
}

/// Opens a segment wherever it is now: it may have moved since it was listed.
fn open(listed: &Listed) -> io::Result<Option<File>> {
    let name = listed.path.file_name().unwrap_or_default();
    for path in [listed.path.clone(), listed.dir.join(SEGMENTS).join(name), listed.dir.join(OPEN).join(name)] {
        match files::open_regular(&path, false) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            done => return done.map(Some),
        }
    }
    Ok(None)
}

struct Segment<'a> {
    run: RunId,
    entries: &'a [Entry],
    open: bool,
    keys: &'a PublicKeys,
    chain: &'a Chain,
    report: &'a mut Report,
}

impl Segment<'_> {
    fn check(&mut self, file: File) -> io::Result<()> {
        self.report.segments += 1;
        let mut walker = match Walker::new(file) {
            Ok(walker) => walker,
            Err(OpenFault::Io(error)) => return Err(error),
            Err(OpenFault::Header(fault)) => {
                self.bad_header(fault);
                return Ok(());
            }
        };
        let header = *walker.header();
        if !self.header(&header) {
            return Ok(());
        }
        self.records(&mut walker)
    }

    fn bad_header(&mut self, fault: HeaderFault) {
        let place = self.place(0, 0);
        match fault {
            HeaderFault::Short if self.entries.is_empty() && self.open => {
                self.report.notice(FindingKind::TornTail, place, "killed before anything was recorded");
            }
            HeaderFault::Short => {
                self.report.tampering(FindingKind::Truncation, place, "the segment ends within its header");
            }
            HeaderFault::Damaged => {
                self.report.tampering(FindingKind::Edit, place, "the header was changed");
            }
            HeaderFault::Version(version) => {
                let detail = format!("format version {version}; this program reads version 1");
                self.report.tampering(FindingKind::Unreadable, place, detail);
            }
        }
    }

    /// Whether the segment belongs where it lies, so that its records are worth comparing.
    fn header(&mut self, header: &SegmentHeader) -> bool {
        let place = self.place(0, 0);
        if self.chain.log.is_some_and(|log| log != header.log) {
            self.report.tampering(FindingKind::Splice, place, format!("a segment of log {}", header.log));
            return false;
        }
        if header.run != self.run {
            let detail = format!("the file of this run holds the segment of run {}", header.run);
            self.report.tampering(FindingKind::Reorder, place, detail);
            return false;
        }
        if header.key != self.keys.id() {
            let detail = format!("begun under key {}", header.key.0.short());
            self.report.tampering(FindingKind::ForeignKey, place, detail);
        }
        if let Some(index) = header.checkpoints_before.checked_sub(1) {
            match self.chain.digests.get(&index) {
                Some(digest) if *digest == header.checkpoint_before => {}
                Some(_) => {
                    let detail = format!("it was begun after another checkpoint {index} than the log's");
                    self.report.tampering(FindingKind::Fork, place, detail);
                }
                None => {
                    let detail = format!("it was begun after checkpoint {index}, which the log does not hold");
                    self.report.tampering(FindingKind::Rollback, place, detail);
                }
            }
        }
        true
    }

    fn records(&mut self, walker: &mut Walker<File>) -> io::Result<()> {
        let mut against = Against { entries: self.entries, agreed: 0, wrong: Vec::new() };
        let (mut whole, mut damaged, mut ended_damaged) = (0, false, false);
        let signed = self.entries.iter().map(|entry| entry.records).max().unwrap_or(0);
        loop {
            // Sound stretches on all cores; what is left, and a segment with damage in it, record by record.
            if !damaged {
                let passed = walker.stride(|seq, offset, hash| against.record(seq, offset, hash))?;
                whole += passed;
                if passed > 0 {
                    continue;
                }
            }
            match walker.step()? {
                Step::End => break,
                Step::Record(record) => {
                    against.record(record.seq, record.offset, record.hash);
                    whole += 1;
                }
                Step::Damage(damage) => {
                    damaged = true;
                    self.damage(&damage, signed, walker.length());
                    let Some(next) = damage.next else {
                        ended_damaged = true;
                        break;
                    };
                    walker.pass(&next)?;
                }
            }
        }
        for (from, seq, offset) in against.wrong {
            let detail = format!("records {from} to {seq} are chained anew: the signed chain hash is another");
            self.report.tampering(FindingKind::Edit, self.place(from, offset), detail);
        }
        self.report.records += whole;
        self.report.records_signed += whole.min(signed);
        if !ended_damaged && walker.seq() < signed {
            let detail = format!("{} signed records are missing at the end", signed - walker.seq());
            self.report.tampering(FindingKind::Truncation, self.place(walker.seq(), walker.offset()), detail);
        }
        self.tail(walker.seq(), signed, walker.offset());
        Ok(())
    }

    fn damage(&mut self, damage: &Damage, signed: u64, length: u64) {
        let place = self.place(damage.seq, damage.offset);
        // A closed segment was complete when it was signed: nothing of it was being written afterwards.
        let closed = self.entries.last().is_some_and(|entry| entry.state == EntryState::Closed);
        if damage.seq >= signed && closed && !self.open {
            let detail = "bytes follow the end that was signed";
            return self.report.tampering(FindingKind::Splice, place, detail);
        }
        if damage.seq >= signed && damage.may_be_torn() {
            let detail = format!("{} bytes of a write that was cut short", length - damage.offset);
            return self.report.notice(FindingKind::TornTail, place, detail);
        }
        let cut = damage.next.is_none() && self.entries.iter().any(|entry| entry.bytes > length);
        let (kind, detail) = match damage.shape {
            Shape::Changed if cut => (FindingKind::Truncation, "the segment is cut off within this record".to_owned()),
            Shape::Changed => (FindingKind::Edit, "bytes were changed".to_owned()),
            Shape::Missing(count) => (FindingKind::Truncation, format!("{count} records are missing here")),
            Shape::Reordered => (FindingKind::Reorder, "records are not in their order".to_owned()),
            Shape::Foreign => (FindingKind::Splice, "a record of another segment stands here".to_owned()),
        };
        self.report.tampering(kind, place, detail);
    }

    /// Records after the last one that was signed.
    fn tail(&mut self, records: u64, signed: u64, offset: u64) {
        let place = self.place(signed, offset);
        let Some(extra) = records.checked_sub(signed).filter(|extra| *extra > 0 || self.entries.is_empty()) else {
            return;
        };
        if self.open {
            let detail = format!("{extra} records are not signed yet: the run goes on, or was killed");
            self.report.notice(FindingKind::UnsignedTail, place, detail);
        } else if self.entries.is_empty() {
            let detail = "no checkpoint covers this segment: newer checkpoints were removed, or the file was put here";
            self.report.tampering(FindingKind::Rollback, place, detail);
        } else {
            let detail = format!("{extra} records follow the end that was signed");
            self.report.tampering(FindingKind::Splice, place, detail);
        }
    }

    const fn place(&self, seq: u64, offset: u64) -> Place {
        Place::Segment { run: self.run, seq, offset }
    }
}

/// Whole records compared with what checkpoints say of the chain at some of them.
struct Against<'a> {
    entries: &'a [Entry],
    /// Records up to the last entry passed.
    agreed: u64,
    /// Stretches that end with another hash than was signed: first record, last record, offset of the last.
    wrong: Vec<(u64, u64, u64)>,
}

impl Against<'_> {
    fn record(&mut self, seq: u64, offset: u64, hash: Digest) {
        while let Some((entry, later)) = self.entries.split_first().filter(|(entry, _)| entry.records <= seq + 1) {
            if entry.records == seq + 1 && entry.head != hash {
                self.wrong.push((self.agreed, seq, offset));
            }
            self.agreed = entry.records;
            self.entries = later;
        }
    }
}
