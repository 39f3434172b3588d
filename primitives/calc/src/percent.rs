//! `number.percent`, `number.add-percent`, `number.take-percent`, `number.share`, `number.change`.

use crate::answer::{Answer, text};
use crate::fend::{compute, written};
use telos_pack::{Args, Failure, Running, Value};

/// "17 % of 300".
pub(crate) fn of(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (percent, of) = (args.float(0)?, args.float(1)?);
    Answer::ready(compute(&format!("{} / 100 * {}", written(percent), written(of)))?.values())
}

/// "80 with 19 % tax".
pub(crate) fn add(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (number, percent) = (args.float(0)?, args.float(1)?);
    Answer::ready(compute(&format!("{} * (100 + {}) / 100", written(number), written(percent)))?.values())
}

/// "80 less 20 %".
pub(crate) fn take(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (number, percent) = (args.float(0)?, args.float(1)?);
    Answer::ready(compute(&format!("{} * (100 - {}) / 100", written(number), written(percent)))?.values())
}

/// "what percentage of 80 is 12".
pub(crate) fn share(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (part, whole) = (args.float(0)?, args.float(1)?);
    if whole == 0.0 {
        return Err(Failure::bad("nothing is a share of 0"));
    }
    percentage(&format!("{} * 100 / {}", written(part), written(whole)))
}

/// "from 80 to 100 in per cent".
pub(crate) fn change(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (from, to) = (args.float(0)?, args.float(1)?);
    if from == 0.0 {
        return Err(Failure::bad("a change from 0 is no percentage"));
    }
    percentage(&format!("({} - {}) * 100 / {}", written(to), written(from), written(from.abs())))
}

fn percentage(expression: &str) -> Result<Box<dyn Running>, Failure> {
    let computed = compute(expression)?;
    Answer::ready([text(format!("{} %", computed.text)), Value::Float(computed.number)])
}
