//! `json.query`: jq filters.
//!
//! The interpreter's values are a superset of JSON; results are written by a strict writer of our own, which refuses
//! what JSON cannot say. The functions that reach outside (`env`, `halt`, the clock) are left out: undefined, they are
//! refused before anything runs.

use crate::document::check;
use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Ctx, Vars, data, unwrap_valr};
use jaq_json::{Num, Val};
use telos_pack::{Args, Failure, Held, Out, Running};

/// Deepest nesting of a result.
const DEPTH_MAX: usize = 128;
/// Most bytes of results: both outputs leave together, in one return of at most 64 MiB.
const RESULT_BYTES_MAX: usize = 30 << 20;

/// Functions that would reach outside.
const OUTSIDE_FUNCTIONS: [&str; 7] =
    ["now", "env", "halt", "localtime", "strflocaltime", "debug_empty", "stderr_empty"];
/// Definitions that use them.
const OUTSIDE_DEFINITIONS: [&str; 4] = ["debug", "stderr", "halt", "halt_error"];

pub(crate) fn start(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Query { filter: args.text(1)?, held: Held::new() }))
}

struct Query {
    filter: String,
    held: Held,
}

impl Running for Query {
    fn push(&mut self, _: u16, chunk: &[u8], _: &mut Out) -> Result<(), Failure> {
        self.held.push(chunk)
    }

    fn finish(&mut self, out: &mut Out) -> Result<(), Failure> {
        let text = self.held.take();
        check(&text)?;
        let input = jaq_json::read::parse_single(&text).map_err(|error| Failure::bad(error.to_string()))?;
        drop(text);
        let results = run(&self.filter, input)?;
        out.bytes(0, results.json());
        out.bytes(1, results.lines);
        out.count(2, results.count);
        Ok(())
    }
}

fn run(code: &str, input: Val) -> Result<Results, Failure> {
    let refused = |what: &str| Failure::bad(format!("`{code}` is not a usable jq filter: {what}"));
    let standard = jaq_std::defs().filter(|definition| !OUTSIDE_DEFINITIONS.contains(&definition.name));
    let definitions = jaq_core::defs().chain(standard).chain(jaq_json::defs());
    let arena = Arena::default();
    let modules =
        Loader::new(definitions).load(&arena, File { code, path: () }).map_err(|_| refused("its syntax is wrong"))?;
    let standard = jaq_std::funs().filter(|(name, ..)| !OUTSIDE_FUNCTIONS.contains(name));
    let functions = jaq_core::funs().chain(standard).chain(jaq_json::funs());
    let filter = jaq_core::Compiler::default().with_funs(functions).compile(modules).map_err(|errors| {
        let names: Vec<&str> =
            errors.iter().flat_map(|(_, undefined)| undefined.iter().map(|(name, _)| *name)).collect();
        refused(&format!("it uses {}, which is not defined", names.join(", ")))
    })?;
    let context = Ctx::<data::JustLut<Val>>::new(&filter.lut, Vars::new([]));
    let mut results = Results::default();
    for result in filter.id.run((context, input)).map(unwrap_valr) {
        let value = result.map_err(|error| Failure::bad(format!("the filter failed: {error}")))?;
        results.add(&value)?;
    }
    Ok(results)
}

#[derive(Default)]
struct Results {
    /// The results as JSON with commas between them.
    joined: Vec<u8>,
    lines: Vec<u8>,
    count: u64,
}

impl Results {
    fn add(&mut self, value: &Val) -> Result<(), Failure> {
        if self.count > 0 {
            self.joined.extend_from_slice(b",\n");
        }
        let start = self.joined.len();
        write(value, 0, &mut self.joined)?;
        match value {
            Val::TStr(text) => self.lines.extend_from_slice(String::from_utf8_lossy(text).as_bytes()),
            _ => self.lines.extend_from_slice(&self.joined[start..]),
        }
        self.lines.push(b'\n');
        self.count += 1;
        self.within_limit()
    }

    fn within_limit(&self) -> Result<(), Failure> {
        if self.joined.len() > RESULT_BYTES_MAX {
            let most = RESULT_BYTES_MAX >> 20;
            return Err(Failure::Limit(format!("the results take more than {most} MiB; make the filter narrower")));
        }
        Ok(())
    }

    /// The only result itself; otherwise all as one array.
    fn json(&self) -> Vec<u8> {
        if self.count == 1 {
            [&self.joined, b"\n".as_slice()].concat()
        } else {
            [b"[", self.joined.as_slice(), b"]\n"].concat()
        }
    }
}

/// Writes a value as JSON. Recursion ends at [`DEPTH_MAX`].
fn write(value: &Val, depth: usize, out: &mut Vec<u8>) -> Result<(), Failure> {
    if depth > DEPTH_MAX {
        return Err(Failure::Limit(format!("a result nests deeper than {DEPTH_MAX} levels")));
    }
    if out.len() > RESULT_BYTES_MAX {
        return Err(Failure::Limit(format!("a result takes more than {} MiB", RESULT_BYTES_MAX >> 20)));
    }
    match value {
        Val::Null => out.extend_from_slice(b"null"),
        Val::Bool(truth) => out.extend_from_slice(if *truth { b"true" } else { b"false" }),
        Val::Num(number) => write_number(number, out)?,
        Val::TStr(text) => write_text(text, out)?,
        Val::BStr(_) => {
            return Err(Failure::bad("a result is a byte string, which JSON cannot say"));
        }
        Val::Arr(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(item, depth + 1, out)?;
            }
            out.push(b']');
        }
        Val::Obj(entries) => {
            out.push(b'{');
            for (index, (key, item)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                let Val::TStr(key) = key else {
                    return Err(Failure::bad("a result has a key that is not a text"));
                };
                write_text(key, out)?;
                out.push(b':');
                write(item, depth + 1, out)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

/// What JSON cannot say of numbers becomes null, as jq does for NaN.
fn write_number(number: &Num, out: &mut Vec<u8>) -> Result<(), Failure> {
    let text = number.to_string();
    if check(text.as_bytes()).is_ok() {
        out.extend_from_slice(text.as_bytes());
        return Ok(());
    }
    match number {
        Num::Float(value) if value.is_nan() => out.extend_from_slice(b"null"),
        _ => {
            return Err(Failure::bad(format!("a result holds the number {text}, which JSON cannot say")));
        }
    }
    Ok(())
}

fn write_text(text: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
    serde_json::to_writer(out, &String::from_utf8_lossy(text)).map_err(|error| Failure::Internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use telos_pack::testing::run;
    use telos_pack::{Failure, Value};

    fn query(json: &str, filter: &str) -> Result<(String, String, i64), Failure> {
        let given = run(&PACK, "json.query", json.as_bytes(), 4, &[("filter", Value::Text(filter.into()))])?;
        Ok((given.text("json"), given.text("lines"), given.int("count").unwrap()))
    }

    #[test]
    fn one_result_stays_itself_and_several_become_an_array() {
        assert_eq!(query("{\"a\":\"x\"}", ".a").unwrap(), ("\"x\"\n".into(), "x\n".into(), 1));
        assert_eq!(query("[1,\"b\"]", ".[]").unwrap(), ("[1,\n\"b\"]\n".into(), "1\nb\n".into(), 2));
        assert_eq!(query("[]", ".[]").unwrap(), ("[]\n".into(), String::new(), 0));
        assert_eq!(query("[3,1,2]", "sort | map(. * 2) | add").unwrap().0, "12\n");
    }

    #[test]
    fn what_is_wrong_is_told() {
        let message = |filter: &str| query("{}", filter).unwrap_err().to_string();
        assert!(message(".a[").contains("syntax"));
        assert!(message("nonsense").contains("nonsense"));
        assert!(message("error(\"mine\")").contains("mine"));
        assert!(message("infinite").contains("JSON cannot say"));
        assert!(matches!(query("{", "."), Err(Failure::BadInput(_))));
    }

    #[test]
    fn nothing_outside_is_reachable() {
        for filter in ["now", "env", "$ENV", "input", "input_filename", "halt", "localtime", "debug"] {
            assert!(query("null", filter).is_err(), "{filter}");
        }
    }

    #[test]
    fn deep_results_are_refused() {
        assert!(matches!(query("0", "reduce range(1000) as $i (0; [.])"), Err(Failure::Limit(_))));
    }
}
