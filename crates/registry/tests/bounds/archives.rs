//! Pack `archive`. What is to be expanded is compressed by the pack itself.

use crate::inputs::{bundle, noise, repeated, repeated_bytes, small_files, text};
use crate::{Case, Machine, one};
use telos_describe::choose;

const FORMS: [&str; 6] = ["gzip", "zlib", "bzip2", "xz", "zstd", "lz4"];

pub(super) fn cases(machine: &Machine) -> Vec<Case> {
    [compressed(), expanded(machine), archives(machine), bundled()].into_iter().flatten().collect()
}

/// What is hard to compress: no order, runs of all lengths, the same everywhere, nearly the same everywhere.
fn hard() -> [Vec<u8>; 4] {
    let nearly: Vec<u8> = noise().into_iter().map(|byte| u8::from(byte < 3)).collect();
    [noise(), repeated("ab"), repeated_bytes(&[0]), nearly]
}

fn compressed() -> Vec<Case> {
    let all =
        FORMS.into_iter().flat_map(|form| hard().map(|input| one("data.compress", &[("form", choose(form))], input)));
    all.collect()
}

fn expanded(machine: &Machine) -> Vec<Case> {
    let all = FORMS.into_iter().flat_map(|form| {
        hard().map(|input| {
            let packed = machine.made(&one("data.compress", &[("form", choose(form))], input));
            one("data.decompress", &[], packed)
        })
    });
    all.collect()
}

fn many() -> Vec<u8> {
    small_files(|number| format!("d/{}{number:x}", "e/".repeat(40)))
}

fn archives(machine: &Machine) -> Vec<Case> {
    let large = || bundle([("d/a", noise())]);
    let mut all = vec![many(), large()];
    for input in [many(), large(), bundle([("d/a", repeated_bytes(&[0]))])] {
        all.push(machine.made(&one("bundle.to-zip", &[], input.clone())));
        for form in ["gzip", "bzip2", "xz", "zstd", "lz4"] {
            all.push(machine.made(&one("data.compress", &[("form", choose(form))], input.clone())));
        }
    }
    let mut cases = Vec::new();
    for archive in all {
        for name in ["archive.list", "archive.unpack", "archive.test"] {
            cases.push(one(name, &[], archive.clone()));
        }
    }
    for input in [large(), machine.made(&one("bundle.to-zip", &[], large()))] {
        cases.push(one("archive.member", &[("name", text("a"))], input.clone()));
        cases.push(one("archive.member", &[("name", text("d/a"))], input));
    }
    let last = format!("d/{}{:x}", "e/".repeat(40), 1);
    cases.push(one("archive.member", &[("name", text(&last))], many()));
    cases.push(one("archive.member", &[("name", text(&last))], machine.made(&one("bundle.to-zip", &[], many()))));
    cases
}

fn bundled() -> Vec<Case> {
    let mut cases = Vec::new();
    for input in [many(), bundle([("a", noise())]), bundle([("a", repeated("ab"))])] {
        cases.push(one("bundle.to-zip", &[], input.clone()));
        for form in ["tar", "gzip", "bzip2", "xz", "zstd"] {
            cases.push(one("bundle.to-tar", &[("form", choose(form))], input.clone()));
        }
    }
    cases
}
