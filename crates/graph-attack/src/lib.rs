//! The validator's adversary and its second opinion. Nothing here ships: tests and `cargo xtask bench spine` use it.
//!
//! 1. **Parents are accepted** ([`parents`]). An attack that is refused in a graph which would be refused anyway
//!    proves nothing, so every mutant grows from a random valid graph that the generator builds by its own rules.
//! 2. **The right refusal** ([`families`], [`report`]). A mutant must be refused with the code of a family planted
//!    in it; one that is refused for another reason counts as a failure too.
//! 3. **Two opinions** ([`checker`], [`differential`]). R2–R13 are implemented a second time, naively, from the
//!    research text; the two must agree on parents, on mutants and on graphs with no plan behind them ([`arbitrary`]).
//! 4. **An adversary that adapts** ([`search`]). Harmful graphs are changed towards acceptance; what is harmful is
//!    decided by a third interpreter ([`harm`]), which knows neither labels' rules nor the validator.
//! 5. **A seed is a reproduction** ([`dice`]). No clock and no entropy are read.
//!
//! Not promised: that the families are all there are; that descriptors tell the truth about code, which is what
//! evidence is for; anything about what happens when a plan runs.
//!
//! # The families
//!
//! Numbers and names follow the research. This version's graphs cannot carry streams, counted handles or approval
//! tokens, so there is no way to be refused by R8 or R9: those families plant what an attacker would write instead,
//! and the flow is refused as if nothing had been released.
//!
//! R12 refuses nothing by itself: a mutant of family 45 counts as stopped if its plan cannot run without a person who is
//! asked under R12 ([`Case::stopped`]).
//!
//! | # | attack | code | how it is planted |
//! |---|---|---|---|
//! | 1 | secret read, encoded, posted | R6 | one of four outward effects; also one secret among several named files |
//! | 2 | the same through many pure steps | R6 | up to 24 steps, some of which join the parent's data |
//! | 3 | untrusted text as an instruction | R7 | piped, fetched, read or planner's text as a model's prompt |
//! | 4 | stored, to instruct with later | R19 | cell written, read after it, read value as prompt |
//! | 5 | untrusted authority | R5 | URL, recipient, amount, program, chosen file, invented path |
//! | 6 | secret in a name | R6 | host name, URL, choice of a file |
//! | 7 | secret decides between effects | R10 | guard and its negation |
//! | 8 | untrusted data decides on an effect | R10 | guard, or waiting for a guarded step |
//! | 9 | number of effects tells a length | R10 | one effect for each item |
//! | 10 | secret in an error | R6, R4 | second output; R4 where it claims to be independent |
//! | 11 | declassified without a token | R6, R4 | a "declassifier" with a stale or invented token; R4 as above |
//! | 12 | token used twice | R6, R20 | on a second edge; in another plan under the first one's seal |
//! | 13 | shown and given differ | R5 | look-alike constants that claim to be the user's |
//! | 14 | untrusted data decides a release | R6 | guarded "declassifier" |
//! | 15 | endorsement for an instruction | R7 | an "endorser" before the prompt |
//! | 16 | quarantined words as a choice | R7 | a quarantined model's text through a variant to a prompt |
//! | 17 | claimed independence | R4 | evidence L1 or L2, or of an input that is not there |
//! | 18 | labels stripped | R6 | JSON, hash, record, table, a file written, copied and read back |
//! | 19 | refinement claimed | R2, R3 | edge, descriptor; R3 for a constant |
//! | 20 | polyglot | R2 | HTML as argument, JSON as table, text as program |
//! | 21 | hidden effect | R11 | four effects in a "pretty printer" |
//! | 22 | lock ranks inverted | R15 | two primitives, three ways to disagree |
//! | 23 | hold and wait | R15 | locks taken in falling rank |
//! | 24 | greedy lock | R15 | two units of one, the class twice, none |
//! | 25 | starving stream | R16 | stream types are refused outright |
//! | 26 | mismatched streams | R16 | as above, at different rates |
//! | 27 | repetition bomb | R17 | up to four levels, up to 2³²−1 items |
//! | 28 | amplification | R17 | four to seven thousandfold steps |
//! | 29 | undeclared power | R1 | packs without evidence, with effects, with state |
//! | 30 | dead branch | R18 | a read, a chain, something merely waited for |
//! | 31 | no time limit | R18 | a descriptor that never stops |
//! | 32 | single-use handle | R14 | counted handles are refused outright: shared, dropped, in a record |
//! | 33 | cycle | R13, R19 | edge, guard, wait; R19 through a cell |
//! | 34 | ill-formed edges | R3 | eight ways |
//! | 35 | unknown capability | R1 | never there, other version, revoked |
//! | 36 | swapped code | R1 | other component under the name, one bit of the id |
//! | 37 | weak evidence | R1 | L1 code on the way outward |
//! | 38 | hidden field | R6, R3, R2 | joined in a record; undeclared in a constant; absent from a narrow type |
//! | 39 | missing field | R2, R3 | optional taken as required; empty constant |
//! | 40 | number tricks | R3, R2, R17 | negative, too wide, empty interval, zero times, 2⁶⁴−1 fuel |
//! | 41 | poisoned cache | R20, R5 | policy, epoch, grant, graph, slot; R5 for a slot that is not the user's |
//! | 42 | collision | R20, R0 | Unicode forms, look-alikes, output order; R0 for NaN |
//! | 43 | widened grant | R11, R20 | a host that only the turn names; a row added after the seal |
//! | 44 | staged plan | R7, R20 | a plan in data as prompt, or under another plan's seal |
//! | 45 | split rule of two | R12 | joined, or by a guard, beside the outward effect |
//! | 46 | confused deputy | R5, R2 | handles made from data; of the wrong kind |
//! | 47 | collusion through a cell | R19 | the secret, or the fact that something was kept |
//! | 48 | hostile bytes | R0 | ten changes of the wire form, a constant nested too deeply |
#![forbid(unsafe_code)]

pub mod arbitrary;
mod case;
pub mod catalogue;
pub mod checker;
pub mod dice;
pub mod differential;
pub mod families;
pub mod harm;
pub mod interpret;
pub mod parents;
pub mod report;
pub mod search;
mod wire;
pub mod world;

pub use case::Case;
pub use report::{AttackReport, run_attacks};
pub use wire::Tamper;
