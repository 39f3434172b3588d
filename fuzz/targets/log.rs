//! Everything that verification reads from a log that somebody else may have written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use telos_trust::{Head, PublicKeys, SegmentHeader, Step, Walker, check_checkpoint_bytes};

fuzz_target!(|bytes: &[u8]| {
    let _ = SegmentHeader::parse(bytes);
    let _ = check_checkpoint_bytes(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = PublicKeys::parse(text);
        let _ = Head::parse(text);
    }
    walk(bytes);
    // A valid header in front lets the input be records.
    walk(&[include_bytes!("../seeds/log/segment").as_slice(), bytes].concat());
});

/// Walks a segment as verification does: past damage, to the end.
fn walk(bytes: &[u8]) {
    let Ok(mut walker) = Walker::new(bytes) else {
        return;
    };
    loop {
        let before = walker.offset();
        let next = match walker.step().expect("memory can be read") {
            Step::End => break,
            Step::Damage(damage) => damage.next,
            Step::Record(_) => continue,
        };
        let Some(next) = next else { break };
        walker.pass(&next).expect("memory can be read");
        assert!(walker.offset() > before, "a walk goes forward");
    }
}
