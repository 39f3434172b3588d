//! The command line: any words, in any encoding.
#![no_main]

use clap::Parser as _;
use libfuzzer_sys::fuzz_target;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

fuzz_target!(|bytes: &[u8]| {
    let words = bytes.split(|byte| *byte == b'\n' || *byte == 0).map(OsStr::from_bytes);
    if let Err(error) = telos::Arguments::try_parse_from(std::iter::once(OsStr::new("telos")).chain(words)) {
        assert!(matches!(error.exit_code(), 0 | 2), "usage errors end with 2, help and version with 0");
    }
});
