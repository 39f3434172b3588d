//! Arguments by input port.

use crate::Failure;
use telos_abi::Value;

/// The arguments of a call. A wrong type is the host's fault, because the validator checked it: it is told as
/// [`Failure::Internal`].
pub struct Args {
    values: Vec<Option<Value>>,
}

impl Args {
    /// Arguments in the order of the input ports.
    #[must_use]
    pub fn new(values: Vec<Option<Value>>) -> Self {
        Self { values }
    }

    fn take(&mut self, port: usize, wanted: &str) -> Result<Value, Failure> {
        let value = self.values.get_mut(port).and_then(Option::take);
        value.ok_or_else(|| Failure::Internal(format!("argument {port} ({wanted}) is missing")))
    }

    /// A truth value.
    ///
    /// # Errors
    /// When the argument is missing or of another type, here and below.
    pub fn flag(&mut self, port: usize) -> Result<bool, Failure> {
        match self.take(port, "a truth value")? {
            Value::Bool(value) => Ok(value),
            other => Err(mismatch(port, "a truth value", &other)),
        }
    }

    /// A text.
    ///
    /// # Errors
    /// As [`Args::flag`].
    pub fn text(&mut self, port: usize) -> Result<String, Failure> {
        match self.take(port, "a text")? {
            Value::Text(value) => Ok(value),
            other => Err(mismatch(port, "a text", &other)),
        }
    }

    /// A number that counts something. Negative numbers, which the type excludes, count as none.
    ///
    /// # Errors
    /// As [`Args::flag`].
    pub fn count(&mut self, port: usize) -> Result<u64, Failure> {
        match self.take(port, "a number")? {
            Value::Int(value) => Ok(u64::try_from(value).unwrap_or(0)),
            other => Err(mismatch(port, "a number", &other)),
        }
    }

    /// A whole number that may be negative.
    ///
    /// # Errors
    /// As [`Args::flag`].
    pub fn integer(&mut self, port: usize) -> Result<i64, Failure> {
        match self.take(port, "a number")? {
            Value::Int(value) => Ok(value),
            other => Err(mismatch(port, "a number", &other)),
        }
    }

    /// A finite number.
    ///
    /// # Errors
    /// As [`Args::flag`].
    pub fn float(&mut self, port: usize) -> Result<f64, Failure> {
        match self.take(port, "a number")? {
            Value::Float(value) if value.is_finite() => Ok(value),
            other => Err(mismatch(port, "a finite number", &other)),
        }
    }

    /// The name of the chosen case.
    ///
    /// # Errors
    /// As [`Args::flag`].
    pub fn choice(&mut self, port: usize) -> Result<String, Failure> {
        match self.take(port, "a choice")? {
            Value::Variant(name, _) => Ok(name),
            other => Err(mismatch(port, "a choice", &other)),
        }
    }

    /// A list of texts.
    ///
    /// # Errors
    /// As [`Args::flag`].
    pub fn texts(&mut self, port: usize) -> Result<Vec<String>, Failure> {
        let Value::List(items) = self.take(port, "a list of texts")? else {
            return Err(Failure::Internal(format!("argument {port} is not a list of texts")));
        };
        items
            .into_iter()
            .map(|item| match item {
                Value::Text(text) => Ok(text),
                other => Err(mismatch(port, "a list of texts", &other)),
            })
            .collect()
    }
}

fn mismatch(port: usize, wanted: &str, got: &Value) -> Failure {
    Failure::Internal(format!("argument {port} is not {wanted} but {got:?}"))
}
