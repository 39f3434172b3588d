//! `archive.test`: whether an archive is whole.

use crate::source::{Kind, Member, Source, Visit};
use telos_pack::{Args, Failure, Out, Running, Value};

/// Longest problem that is told, in bytes.
const PROBLEM_BYTES_MAX: usize = 1_000;

pub(crate) fn start(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Source::new(Test { files: 0, problem: None, made: 0 })))
}

struct Test {
    files: u64,
    problem: Option<String>,
    made: usize,
}

impl Visit for Test {
    fn begin(&mut self, member: &Member, _: &mut Out) -> Result<bool, Failure> {
        self.files += u64::from(member.kind == Kind::File);
        Ok(member.kind == Kind::File)
    }

    fn data(&mut self, _: &[u8], _: &mut Out) -> Result<(), Failure> {
        Ok(())
    }

    fn end(&mut self, _: &mut Out) -> Result<(), Failure> {
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let problem = self.problem.take();
        out.value(0, &Value::Bool(problem.is_none()));
        out.value(1, &Value::Text(problem.unwrap_or_default()));
        out.count(2, self.files);
        Ok(())
    }

    fn made(&mut self) -> &mut usize {
        &mut self.made
    }

    fn damaged(&mut self, failure: Failure) -> Result<(), Failure> {
        let Failure::BadInput(problem) = failure else { return Err(failure) };
        let end = (0..=problem.len().min(PROBLEM_BYTES_MAX)).rev().find(|end| problem.is_char_boundary(*end));
        self.problem = Some(problem[..end.unwrap_or(0)].replace(['\n', '\r'], " "));
        Ok(())
    }
}
