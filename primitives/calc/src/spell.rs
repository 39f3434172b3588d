//! `number.spell`: a whole number in words.

use crate::answer::{Answer, text};
use crate::words;
use telos_pack::{Args, Failure, Running};

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Answer::ready([text(words::spelt(args.count(0)?))])
}
