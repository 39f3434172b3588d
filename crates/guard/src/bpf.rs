//! A small assembler for seccomp programs, and (for tests) an interpreter that runs them.
//!
//! Existing crates either lack the user-notification action or link a C library; what is needed here is little:
//! compare the call's number, test an argument, return an action.

/// One classic BPF instruction, laid out as the kernel's `struct sock_filter`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instruction {
    code: u16,
    on_true: u8,
    on_false: u8,
    operand: u32,
}

const LOAD_WORD: u16 = 0x20; // BPF_LD | BPF_W | BPF_ABS
const JUMP_EQUAL: u16 = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const JUMP_GREATER_EQUAL: u16 = 0x35; // BPF_JMP | BPF_JGE | BPF_K
const JUMP_ANY_BIT: u16 = 0x45; // BPF_JMP | BPF_JSET | BPF_K
const RETURN: u16 = 0x06; // BPF_RET | BPF_K

const OFFSET_NUMBER: u32 = 0;
const OFFSET_ARCH: u32 = 4;
const OFFSET_ARGUMENTS: u32 = 16;

/// First number of the x32 calls, an alternative table on `x86_64` that no filter by number would see.
const X32_BIT: u32 = 0x4000_0000;

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Goes on.
    Allow,
    /// Fails with this error number.
    Fail(u16),
    /// Waits for the supervisor's answer.
    Notify,
}

impl Action {
    const fn encode(self) -> u32 {
        match self {
            Self::Allow => 0x7fff_0000,
            Self::Fail(errno) => 0x0005_0000 | errno as u32,
            Self::Notify => 0x7fc0_0000,
        }
    }
}

/// A test of one argument, numbered from 0. Only the low 32 bits are looked at unless said otherwise: the kernel
/// truncates the arguments named here (flags, commands, families) to `int`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Test {
    /// No condition.
    Always,
    /// Any of these bits is set.
    AnyBit(u8, u32),
    /// The value is one of these.
    OneOf(u8, &'static [u32]),
    /// The value is none of these.
    NoneOf(u8, &'static [u32]),
    /// The whole 64-bit value is not zero (a pointer is given).
    NotNull(u8),
}

/// One line of a filter: for this call, if the test holds, this action. A call without a line is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Call number.
    pub(crate) number: u32,
    /// Condition.
    pub(crate) test: Test,
    /// Action.
    pub(crate) action: Action,
}

/// Assembles the lines for one architecture. Lines of the same call must be adjacent and are tried in order; a call
/// whose tests all fail is allowed. Calls of another architecture or of the x32 table fail with `foreign`.
pub(crate) fn assemble(arch: u32, lines: &[Line], foreign: u16) -> Vec<Instruction> {
    let mut out = vec![
        load(OFFSET_ARCH),
        jump(JUMP_EQUAL, arch, 1, 0),
        ret(Action::Fail(foreign)),
        load(OFFSET_NUMBER),
        jump(JUMP_GREATER_EQUAL, X32_BIT, 0, 1),
        ret(Action::Fail(foreign)),
    ];
    for group in lines.chunk_by(|one, next| one.number == next.number) {
        let mut body = Vec::new();
        for line in group {
            test(line.test, line.action, &mut body);
        }
        body.push(ret(Action::Allow));
        let skip = u8::try_from(body.len()).expect("a call has few lines");
        out.push(jump(JUMP_EQUAL, group[0].number, 0, skip));
        out.append(&mut body);
    }
    out.push(ret(Action::Allow));
    out
}

/// Appends "if the test holds, return the action"; falls through otherwise.
fn test(test: Test, action: Action, out: &mut Vec<Instruction>) {
    match test {
        Test::Always => out.push(ret(action)),
        Test::AnyBit(argument, mask) => {
            out.extend([load(low(argument)), jump(JUMP_ANY_BIT, mask, 0, 1), ret(action)]);
        }
        Test::OneOf(argument, values) => {
            out.push(load(low(argument)));
            for value in values {
                out.extend([jump(JUMP_EQUAL, *value, 0, 1), ret(action)]);
            }
        }
        Test::NoneOf(argument, values) => {
            out.push(load(low(argument)));
            let mut left = u8::try_from(values.len()).expect("a test has few values");
            for value in values {
                // To just after the return, which follows the remaining comparisons.
                out.push(jump(JUMP_EQUAL, *value, left, 0));
                left -= 1;
            }
            out.push(ret(action));
        }
        Test::NotNull(argument) => out.extend([
            load(low(argument)),
            jump(JUMP_EQUAL, 0, 0, 2),
            load(low(argument) + 4),
            jump(JUMP_EQUAL, 0, 1, 0),
            ret(action),
        ]),
    }
}

const fn low(argument: u8) -> u32 {
    OFFSET_ARGUMENTS + 8 * argument as u32
}

const fn load(offset: u32) -> Instruction {
    Instruction { code: LOAD_WORD, on_true: 0, on_false: 0, operand: offset }
}

const fn jump(code: u16, operand: u32, on_true: u8, on_false: u8) -> Instruction {
    Instruction { code, on_true, on_false, operand }
}

const fn ret(action: Action) -> Instruction {
    Instruction { code: RETURN, on_true: 0, on_false: 0, operand: action.encode() }
}

// Both supported architectures are little-endian: the low word of an argument comes first.
const _: () = assert!(cfg!(target_endian = "little"));
const _: () = assert!(size_of::<Instruction>() == 8);

#[cfg(test)]
pub(crate) mod interpret {
    use super::{Instruction, JUMP_ANY_BIT, JUMP_EQUAL, JUMP_GREATER_EQUAL, LOAD_WORD, RETURN};

    /// Runs a program as the kernel would. `None` if it leaves its own code or loads outside the call's data.
    pub(crate) fn run(program: &[Instruction], number: u32, arch: u32, arguments: [u64; 6]) -> Option<u32> {
        let mut data = Vec::new();
        data.extend(number.to_le_bytes());
        data.extend(arch.to_le_bytes());
        data.extend(0_u64.to_le_bytes());
        arguments.iter().for_each(|argument| data.extend(argument.to_le_bytes()));
        let (mut at, mut accumulator) = (0_usize, 0_u32);
        loop {
            let now = program.get(at)?;
            at += 1;
            let holds = match now.code {
                LOAD_WORD => {
                    let offset = now.operand as usize;
                    accumulator = u32::from_le_bytes(data.get(offset..offset + 4)?.try_into().ok()?);
                    continue;
                }
                RETURN => return Some(now.operand),
                JUMP_EQUAL => accumulator == now.operand,
                JUMP_GREATER_EQUAL => accumulator >= now.operand,
                JUMP_ANY_BIT => accumulator & now.operand != 0,
                _ => return None,
            };
            at += usize::from(if holds { now.on_true } else { now.on_false });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::interpret::run;
    use super::*;
    use proptest::prelude::*;

    const ARCH: u32 = 0xc000_003e;
    const LINES: [Line; 6] = [
        Line { number: 2, test: Test::AnyBit(1, 0b11), action: Action::Notify },
        Line { number: 41, test: Test::NoneOf(0, &[1, 2, 10]), action: Action::Fail(97) },
        Line { number: 41, test: Test::OneOf(2, &[262, 300]), action: Action::Fail(93) },
        Line { number: 44, test: Test::NotNull(4), action: Action::Notify },
        Line { number: 101, test: Test::Always, action: Action::Fail(1) },
        Line { number: 135, test: Test::NoneOf(0, &[]), action: Action::Fail(1) },
    ];

    /// The meaning of the lines, written a second time without BPF.
    fn reference(number: u32, arch: u32, arguments: [u64; 6]) -> Action {
        if arch != ARCH || number >= X32_BIT {
            return Action::Fail(38);
        }
        let word = |argument: u8| (arguments[usize::from(argument)] & 0xffff_ffff) as u32;
        for line in LINES.iter().filter(|line| line.number == number) {
            let holds = match line.test {
                Test::Always => true,
                Test::AnyBit(argument, mask) => word(argument) & mask != 0,
                Test::OneOf(argument, values) => values.contains(&word(argument)),
                Test::NoneOf(argument, values) => !values.contains(&word(argument)),
                Test::NotNull(argument) => arguments[usize::from(argument)] != 0,
            };
            if holds {
                return line.action;
            }
        }
        Action::Allow
    }

    fn interesting() -> impl Strategy<Value = u64> {
        prop_oneof![
            prop::sample::select(vec![0, 1, 2, 3, 4, 10, 262, 300, 1 << 32, (1 << 32) | 262, u64::MAX]),
            any::<u64>()
        ]
    }

    proptest! {
        #[test]
        fn programs_mean_what_their_lines_say(
            number in prop_oneof![
                prop::sample::select(vec![0, 2, 41, 44, 101, 135, 136, X32_BIT, X32_BIT | 2]),
                any::<u32>()
            ],
            arch in prop_oneof![Just(ARCH), any::<u32>()],
            arguments in prop::array::uniform6(interesting()),
        ) {
            let program = assemble(ARCH, &LINES, 38);
            prop_assert_eq!(
                run(&program, number, arch, arguments),
                Some(reference(number, arch, arguments).encode())
            );
        }
    }
}
