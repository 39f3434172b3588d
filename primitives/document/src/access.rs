//! `json.get`, `json.set` and `json.remove`: one value of a document.

use crate::locate::{Place, locate, value_at};
use crate::path::{Reading, Segment, Step, at_mut, readings, spell};
use crate::read::{DEPTH_MAX, Style, kind, read};
use crate::whole::one;
use serde_json::Value as Json;
use telos_pack::{Args, Failure, Running, Value};

/// Longest line given of a value, in bytes; what is longer is cut and ends in `…`.
const LINE_BYTES_MAX: usize = 16_000;

pub(crate) fn get(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let path = args.text(1)?;
    Ok(one(move |text, out| {
        let document = read(text, 1)?;
        let (steps, value) = value_at(&document, &path)?;
        Style::usual().give(value, 0, out)?;
        out.value(1, &Value::Text(line(value)));
        out.value(2, &Value::Text(cut(spell(&steps))));
        Ok(())
    }))
}

/// A text that is one line as it is; anything else as compact JSON, which always is one.
fn line(value: &Json) -> String {
    cut(match value {
        Json::String(text) if !text.contains(['\n', '\r']) => text.clone(),
        other => other.to_string(),
    })
}

fn cut(mut line: String) -> String {
    if line.len() > LINE_BYTES_MAX {
        let mut end = LINE_BYTES_MAX;
        while !line.is_char_boundary(end) {
            end -= 1;
        }
        line.truncate(end);
        line.push('…');
    }
    line
}

pub(crate) fn set(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let path = args.text(1)?;
    let written = args.text(2)?;
    let value = serde_json::from_str(&written).unwrap_or(Json::String(written));
    Ok(one(move |text, out| {
        let mut document = read(text, 1)?;
        put(&mut document, &path, value.clone())?;
        Style::of(text).give(&document, 0, out)
    }))
}

/// Replaces the value at `path`; where there is none, makes it and the objects on the way to it.
fn put(document: &mut Json, path: &str, value: Json) -> Result<(), Failure> {
    let steps = match locate(document, path) {
        Place::Found(steps) => steps,
        Place::Several(failure) => return Err(failure),
        Place::Missing => {
            let Some(Reading { segments, .. }) = readings(path).into_iter().next() else {
                return Err(Failure::bad("the path is empty"));
            };
            return make(document, &segments, value);
        }
    };
    let place = at_mut(document, &steps);
    *place.ok_or_else(|| Failure::Internal(format!("`{path}` was found but is not there")))? = value;
    Ok(())
}

/// Makes the value under the longest beginning of the path that is somewhere in the document.
fn make(document: &mut Json, segments: &[Segment], value: Json) -> Result<(), Failure> {
    if segments.len() > DEPTH_MAX {
        return Err(Failure::Limit(format!("the path has more than {DEPTH_MAX} parts")));
    }
    let mut base = (Vec::new(), segments);
    for length in (1..segments.len()).rev() {
        let (beginning, rest) = segments.split_at(length);
        match locate(document, &written(beginning)) {
            Place::Found(steps) => {
                base = (steps, rest);
                break;
            }
            Place::Several(failure) => return Err(failure),
            Place::Missing => {}
        }
    }
    let (mut steps, rest) = base;
    let mut place = at_mut(document, &steps).ok_or_else(|| Failure::Internal(String::from("a place is gone")))?;
    for segment in rest {
        let (step, next) = enter(place, segment, &steps)?;
        steps.push(step);
        place = next;
    }
    *place = value;
    Ok(())
}

/// Segments as a path that is read back as the same.
fn written(segments: &[Segment]) -> String {
    let steps = segments.iter().map(|segment| match segment {
        Segment::Name(name) | Segment::Quoted(name) => Step::Key(name.clone()),
        Segment::Position(at) => usize::try_from(*at).map_or_else(|_| Step::Key(at.to_string()), Step::At),
    });
    spell(&steps.collect::<Vec<Step>>())
}

/// Goes into `place`, which becomes an object or array if it is null, and makes the entry if there is none.
fn enter<'a>(place: &'a mut Json, segment: &Segment, steps: &[Step]) -> Result<(Step, &'a mut Json), Failure> {
    if place.is_null() {
        *place = match segment {
            Segment::Position(_) => Json::Array(Vec::new()),
            _ => Json::Object(serde_json::Map::new()),
        };
    }
    let kind = kind(place);
    let here = || if steps.is_empty() { String::from("the document") } else { format!("`{}`", spell(steps)) };
    let key = match segment {
        Segment::Name(name) | Segment::Quoted(name) => name.clone(),
        Segment::Position(at) => at.to_string(),
    };
    match place {
        Json::Object(entries) => Ok((Step::Key(key.clone()), entries.entry(key).or_insert(Json::Null))),
        Json::Array(items) => {
            let length = items.len();
            let at = key.parse().ok().filter(|at| *at <= length).ok_or_else(|| {
                Failure::bad(format!("{} is an array of {length} items; `{key}` is no place in it", here()))
            })?;
            if at == length {
                items.push(Json::Null);
            }
            let item = items.get_mut(at).ok_or_else(|| Failure::Internal(String::from("an item is gone")))?;
            Ok((Step::At(at), item))
        }
        _ => Err(Failure::bad(format!("{} is a {kind}, so there can be no `{key}` in it", here()))),
    }
}

pub(crate) fn remove(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let path = args.text(1)?;
    Ok(one(move |text, out| {
        let mut document = read(text, 1)?;
        let (steps, _) = value_at(&document, &path)?;
        let Some((last, above)) = steps.split_last() else {
            return Err(Failure::bad("the whole document cannot be removed from itself; name a part of it"));
        };
        match (at_mut(&mut document, above), last) {
            (Some(Json::Object(entries)), Step::Key(key)) => drop(entries.shift_remove(key)),
            (Some(Json::Array(items)), Step::At(at)) if *at < items.len() => drop(items.remove(*at)),
            _ => return Err(Failure::Internal(format!("`{path}` was found but is not there"))),
        }
        Style::of(text).give(&document, 0, out)
    }))
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use proptest::prelude::*;
    use telos_pack::testing::run;
    use telos_pack::{Failure, Value};

    fn call(name: &str, json: &str, arguments: &[(&str, &str)]) -> Result<String, Failure> {
        let arguments: Vec<(&str, Value)> =
            arguments.iter().map(|(port, text)| (*port, Value::Text((*text).into()))).collect();
        run(&PACK, name, json.as_bytes(), 7, &arguments).map(|given| given.text("json"))
    }

    fn value(json: &str, path: &str) -> String {
        match run(&PACK, "json.get", json.as_bytes(), 5, &[("path", Value::Text(path.into()))]) {
            Ok(given) => match &given.values["value"] {
                Value::Text(text) => text.clone(),
                other => panic!("{other:?}"),
            },
            Err(failure) => failure.to_string(),
        }
    }

    #[test]
    fn one_value_is_given_as_json_and_as_a_line() {
        let json =
            r#"{"server":{"port":8080,"host":"a b","note":"x\ny","big":1.10,"on":true,"off":null,"l":[1,{"k":"v"}]}}"#;
        assert_eq!(value(json, "port"), "8080");
        assert_eq!(value(json, "server.host"), "a b");
        assert_eq!(value(json, "note"), r#""x\ny""#);
        assert_eq!(value(json, "big"), "1.10");
        assert_eq!(value(json, "on"), "true");
        assert_eq!(value(json, "off"), "null");
        assert_eq!(value(json, "l"), r#"[1,{"k":"v"}]"#);
        assert_eq!(call("json.get", json, &[("path", "l")]).unwrap(), "[\n  1,\n  {\n    \"k\": \"v\"\n  }\n]\n");
        assert!(value(json, "prt").contains("near it are `port`"));
        let long = format!("[\"{}\"]", "é".repeat(20_000));
        assert_eq!(value(&long, "[0]").chars().count(), 8_001);
        for bad in ["", "{", "no"] {
            assert!(matches!(call("json.get", bad, &[("path", "a")]), Err(Failure::BadInput(_))));
        }
        let deep = "[".repeat(100_000);
        assert!(matches!(call("json.get", &deep, &[("path", "a")]), Err(Failure::Limit(_))));
    }

    #[test]
    fn setting_replaces_or_makes() {
        let set = |json: &str, path: &str, value: &str| {
            call("json.set", json, &[("path", path), ("value", value)]).unwrap_or_else(|failure| failure.to_string())
        };
        assert_eq!(set("{\"a\":1}", "a", "2"), "{\"a\":2}\n");
        assert_eq!(set("{\"a\":1}", "b", "two words"), "{\"a\":1,\"b\":\"two words\"}\n");
        assert_eq!(set("{\"s\":{\"port\":1}}", "port", "2"), "{\"s\":{\"port\":2}}\n");
        assert_eq!(set("{\"s\":{\"port\":1}}", "s.host", "h"), "{\"s\":{\"port\":1,\"host\":\"h\"}}\n");
        assert_eq!(set("{\"x\":{\"s\":{}}}", "s/host", "h"), "{\"x\":{\"s\":{\"host\":\"h\"}}}\n");
        assert_eq!(
            set("{}", "a.b[0].c", "[1]"),
            "{\n  \"a\": {\n    \"b\": [\n      {\n        \"c\": [\n          1\n        ]\n      }\n    ]\n  }\n}\n"
        );
        assert_eq!(set("{\n \"a\": null\n}", "a.b", "true"), "{\n \"a\": {\n  \"b\": true\n }\n}\n");
        assert_eq!(set("[1,2]", "[2]", "3"), "[1,2,3]\n");
        assert_eq!(set("[1,2]", "[-1]", "3"), "[1,3]\n");
        assert!(set("[1,2]", "[9]", "3").contains("array of 2 items"));
        assert!(set("{\"a\":1}", "a.b", "3").contains("`a` is a number"));
        assert!(set("{\"a\":{\"k\":1},\"b\":{\"k\":1}}", "k", "3").contains("2 places"));
        let nested = ["a"; 200].join(".");
        assert!(set("{}", &nested, "1").contains("a.a"), "more parts than a path has are one key");
        let nested = ["a"; 128].join(".");
        assert!(set("{}", &nested, "1").contains("more than 127 parts"));
    }

    #[test]
    fn removing_takes_one_place() {
        let remove = |json: &str, path: &str| {
            call("json.remove", json, &[("path", path)]).unwrap_or_else(|failure| failure.to_string())
        };
        assert_eq!(remove("{\"a\":1,\"b\":2,\"c\":3}", "a"), "{\"b\":2,\"c\":3}\n");
        assert_eq!(remove("{\"l\":[1,2,3]}", "l[1]"), "{\"l\":[1,3]}\n");
        assert_eq!(remove("{\"x\":{\"deep\":1}}", "deep"), "{\"x\":{}}\n");
        assert!(remove("{\"a\":1}", "z").contains("not in the document"));
        assert!(remove("{\"a\":1}", "").contains("whole document"));
    }

    proptest! {
        #[test]
        fn what_was_set_is_got(path in "[a-d]{1,2}(\\.[a-d]{1,2}){0,3}", number in any::<i64>()) {
            let json = call("json.set", "{\"z\":0}", &[("path", &path), ("value", &number.to_string())]).unwrap();
            prop_assert_eq!(value(&json, &path), number.to_string());
            let without = call("json.remove", &json, &[("path", &path)]).unwrap();
            prop_assert!(value(&without, &path).contains("not in the document"));
        }
    }
}
