//! `number.compute`: arithmetic in signs or words.

use crate::answer::Answer;
use crate::{fend, words};
use telos_pack::{Args, Failure, Running};

/// Longest expression in bytes.
const EXPRESSION_MAX: usize = 400;

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let said = args.text(0)?;
    let number = args.float(1)?;
    if said.len() > EXPRESSION_MAX {
        return Err(Failure::Limit(format!("an expression may have at most {EXPRESSION_MAX} bytes")));
    }
    let signs = words::signs(&said).map_err(|why| Failure::bad(format!("“{said}” cannot be computed: {why}")))?;
    if words::is_deep(&signs) {
        return Err(Failure::Limit(
            "this expression has too many brackets within brackets, or signs in a row".to_owned(),
        ));
    }
    // "times three" goes on from a number of a step before.
    let goes_on = signs.trim_start().starts_with(['+', '-', '*', '/', '^', '%']);
    let expression = if goes_on { format!("{} {signs}", fend::written(number)) } else { signs };
    Answer::ready(fend::compute(&expression)?.values())
}
