//! `number.test`: whether a number compares with another one as asked. `truth.not`: the opposite of a truth.

use crate::answer::Answer;
use telos_pack::{Args, Failure, Running, Value};

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (number, comparison, than) = (args.float(0)?, args.choice(1)?, args.float(2)?);
    let order = number.partial_cmp(&than).ok_or_else(|| Failure::bad("what is no number cannot be compared"))?;
    let holds = match comparison.as_str() {
        "equals" => order.is_eq(),
        "not-equals" => order.is_ne(),
        "less" => order.is_lt(),
        "at-most" => order.is_le(),
        "greater" => order.is_gt(),
        "at-least" => order.is_ge(),
        other => return Err(Failure::Internal(format!("`{other}` is not a comparison"))),
    };
    Answer::ready([Value::Bool(holds)])
}

pub(crate) fn not(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Answer::ready([Value::Bool(!args.flag(0)?)])
}
