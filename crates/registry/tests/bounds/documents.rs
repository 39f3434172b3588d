//! Pack `document`.

use crate::inputs::{LINES, differing, json_list, json_object, mixed, repeated, text, within};
use crate::{Case, one, two};
use telos_describe::choose;

pub(super) fn cases() -> Vec<Case> {
    [yaml(), formats(), places(), listed(), pairs(), checked()].into_iter().flatten().collect()
}

fn yaml() -> Vec<Case> {
    let keys = differing(LINES / 2, |number| format!("{number:08x}: {number}\n"));
    vec![
        one("yaml.parse", &[], repeated("- a\n")),
        one("yaml.parse", &[], within("[", "1, ", "1]")),
        one("yaml.parse", &[], within("[", "[], aaaa, ", "[]]")),
        one("yaml.parse", &[], keys),
        one("yaml.parse", &[], within("a: |\n", " b\n", "")),
        one("yaml.parse", &[], within("\"", "\\u00e9\\n", "\"\n")),
        one("yaml.parse", &[], within("a", "\n b", "\n")),
        one("yaml.parse", &[], repeated("#\n")),
        one("yaml.parse", &[], repeated("- &a b\n- *a\n")),
        one("yaml.parse", &[], repeated("- - - - a\n")),
        one("yaml.parse", &[], repeated("---\n")),
        one("yaml.parse", &[], repeated("- {a: 0x1f, b: !!str 1}\n")),
        one("yaml.write", &[], json_list("1")),
        one("yaml.write", &[], json_list("\"a\\nb\"")),
        one("yaml.write", &[], json_list("\"\\u0001'#\"")),
        one("yaml.write", &[], json_list("{\"a\":[1]}")),
        one("yaml.write", &[], json_object("\"0x1f\"")),
    ]
}

fn formats() -> Vec<Case> {
    let attributes: String = (0..1_000).map(|number| format!(" a{number:03}=''")).collect();
    let keys = differing(LINES / 2, |number| format!("a{number:08x}=1\n"));
    let dotted = differing(LINES / 5, |number| format!("a.b.c.d.e.f.g{number:08x}.h=[[1]]\n"));
    vec![
        one("toml.parse", &[], keys.clone()),
        one("toml.parse", &[], dotted),
        one("toml.parse", &[], repeated("[[a.b]]\n")),
        one("toml.parse", &[], within("a=[", "1,", "1]\n")),
        one("toml.parse", &[], within("a=[", "{b=''},", "1]\n")),
        one("toml.parse", &[], within("a=\"\"\"", "\\u00e9\n", "\"\"\"\n")),
        one("toml.parse", &[], differing(LINES / 2, |number| format!("[a{number:08x}]\n"))),
        one("toml.write", &[], within("{\"a\":[", "{},", "{}]}")),
        one("toml.write", &[], within("{\"a\":[", "1,", "1]}")),
        one("toml.write", &[], json_object("{}")),
        one("toml.write", &[], json_object("\"'\\n\\u0001\"")),
        one("xml.parse", &[], within("<a>", "<b/>", "</a>")),
        one("xml.parse", &[], within("<a>", &format!("<b{attributes}/>"), "</a>")),
        one("xml.parse", &[], within("<a>", "&amp;", "</a>")),
        one("xml.parse", &[], within("<a>", "<b>\u{e9}<c d='&#233;'>e</c></b>", "</a>")),
        one("ini.parse", &[], keys),
        one("ini.parse", &[], repeated("a=1\n")),
        one("ini.parse", &[], within("[s]\n", "a=\"\\n #\" ;\n", "")),
        one("ini.parse", &[], within("a=", "\\\\\\\n", "\n")),
        one("ini.parse", &[], within("a=", "b\\\n", "\n")),
        one("ini.parse", &[], differing(LINES / 2, |number| format!("[{number:x}]\n"))),
        one("jsonl.parse", &[], repeated("1\n")),
        one("jsonl.parse", &[], repeated("{\"a\":[1e5,\"\\u00e9\"]}\n")),
        one("json.to-lines", &[], json_list("1")),
        one("json.to-lines", &[], json_list("[]")),
        one("json.to-lines", &[], json_list("\"\\u0001\"")),
    ]
}

/// Many keys, and one place that the last way of looking for it finds: as words of what lies around it.
fn hidden() -> Vec<u8> {
    let entries = differing(LINES / 2, |number| format!("\"{number:08x}\":{{\"k_-\":0}},"));
    ["{".as_bytes(), &entries, br#""Aa":{"b":{"Cc":{"d":{"E-e":{"f":{"n":[{"x":1}]}}}}}}}"#].concat()
}

/// Many places of the wanted name that lie deep in something else.
fn buried() -> Vec<u8> {
    let (open, close) = ("{\"x\":".repeat(120), "}".repeat(120));
    let items = repeated("{\"n\":1},");
    [b"{\"z\":{\"n\":[{\"x\":1}]},\"y\":".as_slice(), open.as_bytes(), b"[", &items, b"0]", close.as_bytes(), b"}"]
        .concat()
}

fn places() -> Vec<Case> {
    let at = |path: &'static str| ("path", text(path));
    let paths = ["aa.cc.ee.n", "aa cc ee n"];
    let mut cases = Vec::new();
    for path in paths {
        for name in ["json.get", "json.remove", "json.count", "json.records"] {
            cases.push(one(name, &[at(path)], hidden()));
        }
        cases.push(one("json.set", &[at(path), ("value", text("1"))], hidden()));
        cases.push(one("json.keys", &[at(path)], hidden()));
    }
    for name in ["json.get", "json.remove", "json.count"] {
        cases.push(one(name, &[at("z n")], buried()));
    }
    // Each step is looked for everywhere: a path of a hundred steps is refused for the time it takes.
    let new = ["q"; 10].join(".");
    cases.push(one("json.set", &[("path", text(&new)), ("value", text("[1]"))], json_object("1")));
    cases
}

fn listed() -> Vec<Case> {
    let rows = (0..LINES).map(|row| format!("{{\"a{}\":1}},", row % 95)).collect::<String>();
    let rows = format!("[{rows}{{}}]");
    let wide = (0..4_000).map(|row| format!("{{\"{:08x}\":1}},", mixed(row))).collect::<String>();
    let wide = format!("[{wide}1]");
    vec![
        one("json.get", &[("path", text("[0]"))], json_list("[]")),
        one("json.keys", &[], json_object("\"\u{e9}\"")),
        one("json.keys", &[], rows.clone()),
        one("json.count", &[], json_list("{}")),
        one("json.count", &[], json_object("[]")),
        one("json.flatten", &[], within("{\"a b\":{\"c\":{\"d\":[", "1,", "1]}}}")),
        one("json.flatten", &[], json_object("{}")),
        one("json.records", &[], rows),
        one("json.records", &[], wide),
        one("json.records", &[], json_list("{\"a\":[[\"\\n\"]]}")),
        one("json.sort-keys", &[], json_object("1")),
        one("json.sort-keys", &[], json_list("{\"b\":1,\"a\":1}")),
    ]
}

fn pairs() -> Vec<Case> {
    vec![
        two("json.merge", &[], json_object("1"), json_object("2")),
        two("json.merge", &[], json_object("{}"), json_object("[]")),
        two("json.compare", &[], json_object("1"), json_object("1.0")),
        two("json.compare", &[], json_object("\"a\""), json_object("\"1\"")),
        two("json.compare", &[], json_list("1"), json_list("[]")),
        two(
            "json.compare",
            &[],
            within("{\"a b\":{\"c\":[", "1.50,", "1]}}"),
            within("{\"a b\":{\"c\":[", "1.5,", "1]}}"),
        ),
    ]
}

fn checked() -> Vec<Case> {
    let validate = |document: Vec<u8>, schema: &str| two("json.validate", &[], document, schema);
    let check = |format: &str, input: Vec<u8>| one("data.validate", &[("format", choose(format))], input);
    let distinct = differing(LINES / 2, |number| format!("{number},"));
    let distinct = [b"[".as_slice(), &distinct, b"0.5]"].concat();
    let nested = r##"{"items":{"allOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"}]},
        "$defs":{"a":{"anyOf":[{"type":"string"},{"minimum":2},{"type":"integer"}]}}}"##;
    let object = r#"{"patternProperties":{"[a-f]+[0-9]*$":{"type":"string"}},"propertyNames":{"maxLength":3}}"#;
    vec![
        two("json.conform", &[], json_list("1.5"), r#"{"items":{"multipleOf":0.1,"exclusiveMaximum":3}}"#),
        validate(json_list("1"), r#"{"items":{"type":"string"}}"#),
        validate(json_list("1.5"), r#"{"items":{"multipleOf":0.1,"exclusiveMaximum":3}}"#),
        validate(json_list("\"\u{e9}\""), r#"{"items":{"pattern":"(a|b)*c{1,50}d","maxLength":2}}"#),
        validate(json_list("1"), r#"{"contains":{"const":2},"minContains":0}"#),
        validate(distinct, r#"{"uniqueItems":true}"#),
        validate(json_list("1"), nested),
        validate(json_object("1"), object),
        check("any", repeated("a: 1\n")),
        check("any", within("[", "1,", "1]")),
        check("any", within("[a]\n", "b=1\n", "")),
        check("json", json_list("[]")),
        check("json", json_list("\"\\u00e9\"")),
        check("yaml", repeated("- {a: b}\n")),
        check("toml", repeated("[[a.b]]\n")),
        check("xml", within("<a>", "<b/>", "</a>")),
        check("csv", repeated("\"\"\"\",\n")),
        check("csv", repeated(",,\n")),
    ]
}
