//! Every parser answers on any bytes. Fuzz targets call the same functions.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up its scene fails")]

mod common;

use common::Bench;
use proptest::prelude::*;
use std::fs;
use telos_trust::{Head, PublicKeys, SegmentHeader, Step, Walker, check_checkpoint_bytes, verify};

/// Walks to the end; answers how many records are whole.
fn walk(bytes: &[u8]) -> Option<u64> {
    let mut walker = Walker::new(bytes).ok()?;
    let mut count = 0;
    loop {
        match walker.step().unwrap() {
            Step::Record(_) => count += 1,
            Step::End => return Some(count),
            Step::Damage(damage) => match damage.next {
                Some(next) => walker.pass(&next).unwrap(),
                None => return Some(count),
            },
        }
    }
}

fn sample() -> &'static (Vec<u8>, Vec<u8>) {
    static SAMPLE: std::sync::OnceLock<(Vec<u8>, Vec<u8>)> = std::sync::OnceLock::new();
    SAMPLE.get_or_init(|| {
        let bench = Bench::new();
        bench.finished(0, 8);
        (fs::read(bench.segment(0)).unwrap(), fs::read(bench.checkpoints()).unwrap())
    })
}

#[test]
fn the_sample_is_whole() {
    assert_eq!((walk(&sample().0), check_checkpoint_bytes(&sample().1)), (Some(8), Some(1)));
}

proptest! {
    #[test]
    fn any_bytes_are_judged(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert_eq!(walk(&bytes), None);
        prop_assert_eq!(check_checkpoint_bytes(&bytes), None);
        prop_assert!(SegmentHeader::parse(&bytes).is_err());
        let text = String::from_utf8_lossy(&bytes);
        prop_assert!(PublicKeys::parse(&text).is_err() && Head::parse(&text).is_none());
    }

    #[test]
    fn anything_after_a_header_is_judged(tail in prop::collection::vec(any::<u8>(), 1..400)) {
        let (segment, checkpoints) = sample();
        prop_assert_eq!(walk(&[&segment[..160], &tail].concat()), Some(0));
        prop_assert_eq!(check_checkpoint_bytes(&[&checkpoints[..64], &tail].concat()), Some(0));
        // Real records, cut anywhere, shuffled: never more of them than there were.
        let cut = 160 + tail.len() % (segment.len() - 160);
        let shuffled = [&segment[..160], &segment[cut..], &tail, &segment[160..]].concat();
        prop_assert!(walk(&shuffled).is_some_and(|count| count <= 16));
    }

    #[test]
    fn a_directory_of_anything_is_judged(segment in prop::collection::vec(any::<u8>(), 0..300), checkpoints in prop::collection::vec(any::<u8>(), 0..300)) {
        let root = tempfile::tempdir().unwrap();
        let keys = PublicKeys::parse(include_str!("data/v1/public-key")).unwrap();
        fs::create_dir(root.path().join("segments")).unwrap();
        fs::write(root.path().join("segments/00000000000000000000.seg"), segment).unwrap();
        fs::write(root.path().join("checkpoints"), checkpoints).unwrap();
        prop_assert!(!verify(root.path(), &keys, None).unwrap().is_sound());
    }
}
