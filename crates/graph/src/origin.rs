//! Where labels come from: the documented table of origins, and the names people read instead of bits.
//!
//! | origin | bit | who sets it |
//! |---|---|---|
//! | a file matched by a sensitivity rule | secrecy `CREDENTIAL`, `PERSONAL`, `FINANCIAL`, `USER_MARKED`, `TELOS_STATE` | `policy`, through [`crate::ResourceLabels`] |
//! | a file written from labelled data | the writer's label | `host`, through [`crate::ResourceLabels`] |
//! | reading a file | taint `FILE_CONTENT` | the validator, from the effect [`of_effect`] |
//! | listing a directory | taint `FILE_NAME` | the validator, from the effect |
//! | talking to a host | taint `NETWORK` | the validator, from the effect |
//! | running a program | taint `AGENT` | the validator, from the effect; `guard` for its processes |
//! | asking a quarantined model | taint `QUARANTINED_MODEL` | the validator, from the effect |
//! | piped standard input | taint `STDIN` | the descriptor of the primitive that reads it |
//! | a constant not found in the turn | taint `PLANNER` | the validator (R3) |
//! | a constant matched to a name or column | taint `OBSERVED` | the validator (R3) |

use telos_abi::{EffectKind, Label, Origin, Secrecy, Taint};

/// Every origin that has a name, secrecy first. Bits that are not here are printed by number.
pub const ORIGINS: [Origin; 13] = [
    secret("credentials", Secrecy::CREDENTIAL),
    secret("personal data", Secrecy::PERSONAL),
    secret("financial data", Secrecy::FINANCIAL),
    secret("data your policy marks secret", Secrecy::USER_MARKED),
    secret("Telos' own state", Secrecy::TELOS_STATE),
    tainted("file content", Taint::FILE_CONTENT),
    tainted("file names", Taint::FILE_NAME),
    tainted("network data", Taint::NETWORK),
    tainted("the planner's own words", Taint::PLANNER),
    tainted("a quarantined model's answer", Taint::QUARANTINED_MODEL),
    tainted("piped input", Taint::STDIN),
    tainted("a program's output", Taint::AGENT),
    tainted("names observed here", Taint::OBSERVED),
];

const fn secret(name: &'static str, secrecy: Secrecy) -> Origin {
    Origin { name, label: Label::secret(secrecy) }
}

const fn tainted(name: &'static str, taint: Taint) -> Origin {
    Origin { name, label: Label::tainted(taint) }
}

/// The label that performing an effect of this kind gives to everything the primitive puts out, whatever its
/// descriptor declares. A descriptor may add to it and cannot take away.
#[must_use]
pub const fn of_effect(kind: EffectKind) -> Label {
    match kind {
        EffectKind::FileRead => Label::tainted(Taint::FILE_CONTENT),
        EffectKind::FileList => Label::tainted(Taint::FILE_NAME),
        EffectKind::NetConnect | EffectKind::NetGet | EffectKind::NetSend | EffectKind::NetListen => {
            Label::tainted(Taint::NETWORK)
        }
        EffectKind::Exec | EffectKind::Privileged => Label::tainted(Taint::AGENT),
        EffectKind::ModelQuarantine => Label::tainted(Taint::QUARANTINED_MODEL),
        EffectKind::ModelIntent => Label::tainted(Taint::PLANNER),
        EffectKind::FileCreate
        | EffectKind::FileOverwrite
        | EffectKind::FileDelete
        | EffectKind::FileMove
        | EffectKind::DirCreate
        | EffectKind::LinkCreate
        | EffectKind::FileMeta
        | EffectKind::Clock
        | EffectKind::Random
        | EffectKind::Show
        | EffectKind::Signal
        // What is in a cell carries the cell's own label.
        | EffectKind::CellRead
        | EffectKind::CellWrite => Label::BOTTOM,
    }
}

/// The label in words ("credentials, file content"), or "nothing" for [`Label::BOTTOM`]. All 64 bits of a set print
/// as "everything secret" or "every untrusted origin"; unnamed bits print as "category 17" or "origin 17".
#[must_use]
pub fn describe(label: Label) -> String {
    let mut words: Vec<String> = Vec::new();
    let (mut secrecy, mut taint) = (label.secrecy.0, label.taint.0);
    if label.secrecy == Secrecy::ALL {
        words.push("everything secret".into());
        secrecy = 0;
    }
    let untrusted = label.taint == Taint::ALL;
    if untrusted {
        taint = 0;
    }
    for origin in &ORIGINS {
        let bits = origin.label;
        if bits.secrecy.0 & secrecy != 0 || bits.taint.0 & taint != 0 {
            words.push(origin.name.into());
            secrecy &= !bits.secrecy.0;
            taint &= !bits.taint.0;
        }
    }
    if untrusted {
        words.push("every untrusted origin".into());
    }
    let unnamed = |bits: u64| (0..64).filter(move |bit| bits & (1 << bit) != 0);
    words.extend(unnamed(secrecy).map(|bit| format!("category {bit}")));
    words.extend(unnamed(taint).map(|bit| format!("origin {bit}")));
    if words.is_empty() {
        return "nothing".into();
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_read_as_words() {
        let label = Label::secret(Secrecy::CREDENTIAL).join(Label::tainted(Taint::FILE_CONTENT));
        assert_eq!(describe(label), "credentials, file content");
        assert_eq!(describe(Label::BOTTOM), "nothing");
        assert_eq!(describe(Label::TOP), "everything secret, every untrusted origin");
        assert_eq!(describe(Label::secret(Secrecy(1 << 40))), "category 40");
        assert_eq!(describe(Label::tainted(Taint(1 << 63))), "origin 63");
    }

    #[test]
    fn origins_do_not_share_bits() {
        let mut seen = Label::BOTTOM;
        for origin in ORIGINS {
            let bits = origin.label.secrecy.0.count_ones() + origin.label.taint.0.count_ones();
            assert_eq!(bits, 1, "{}", origin.name);
            assert!(!origin.label.flows_to(seen), "{}", origin.name);
            seen = seen.join(origin.label);
        }
    }
}
