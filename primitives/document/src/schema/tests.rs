//! Schemas through the pack's interface.

use crate::PACK;
use telos_pack::testing::run_with;
use telos_pack::{Failure, Value};

fn checked(document: &str, schema: &str) -> Result<(String, bool), Failure> {
    let given = run_with(&PACK, "json.validate", &[(0, document.as_bytes()), (1, schema.as_bytes())], 6, &[])?;
    Ok((given.text("table"), given.values["valid"] == Value::Bool(true)))
}

fn holds(document: &str, schema: &str) -> bool {
    let (table, valid) = checked(document, schema).unwrap_or_else(|failure| panic!("{schema}: {failure}"));
    assert_eq!(valid, table == "path,problem\n", "{table}");
    valid
}

/// A schema, documents that fit it, and documents that do not.
type Example = (&'static str, &'static [&'static str], &'static [&'static str]);

const EXAMPLES: &[Example] = &[
    ("true", &["1", "{}"], &[]),
    ("false", &[], &["1"]),
    ("{}", &["null"], &[]),
    (r#"{"type":"integer"}"#, &["1", "1.0", "1e2"], &["1.5", "\"1\"", "null"]),
    (r#"{"type":["string","null"]}"#, &["\"\"", "null"], &["1", "[]"]),
    (r#"{"enum":[1,"a",{"b":[2]}]}"#, &["1.0", "\"a\"", "{\"b\":[2]}"], &["2", "{\"b\":[3]}"]),
    (r#"{"const":{"a":1,"b":2}}"#, &["{\"b\":2.0,\"a\":1}"], &["{}"]),
    (r#"{"minimum":1,"exclusiveMaximum":2.5}"#, &["1", "2.4", "\"x\""], &["0.99", "2.5", "1e9"]),
    (r#"{"maximum":3,"exclusiveMinimum":0}"#, &["3"], &["0", "3.0001"]),
    (r#"{"multipleOf":0.01}"#, &["0.07", "19.99", "4"], &["0.075"]),
    (r#"{"minLength":2,"maxLength":3}"#, &["\"éé\"", "\"abc\"", "7"], &["\"a\"", "\"abcd\""]),
    (r#"{"pattern":"^a\\d+$"}"#, &["\"a12\""], &["\"ba12\"", "\"a\""]),
    (r#"{"items":{"type":"number"},"minItems":1}"#, &["[1,2]"], &["[]", "[1,\"x\"]"]),
    (r#"{"prefixItems":[{"type":"string"}],"items":false}"#, &["[\"a\"]", "[]"], &["[1]", "[\"a\",1]"]),
    (r#"{"items":[{"type":"string"}],"additionalItems":{"type":"null"}}"#, &["[\"a\",null]"], &["[1]", "[\"a\",1]"]),
    (r#"{"uniqueItems":true}"#, &["[1,2,\"1\"]"], &["[1,1.0]", "[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1}]"]),
    (r#"{"contains":{"const":1},"maxContains":2}"#, &["[1]", "[0,1,1]"], &["[]", "[1,1,1]"]),
    (r#"{"properties":{"a":{"type":"number"}},"required":["b"]}"#, &["{\"b\":1}"], &["{}", "{\"a\":\"x\",\"b\":1}"]),
    (
        r#"{"properties":{"a":true},"patternProperties":{"^x-":{"type":"string"}},"additionalProperties":false}"#,
        &["{\"a\":1,\"x-y\":\"z\"}"],
        &["{\"b\":1}", "{\"x-y\":1}"],
    ),
    (
        r#"{"additionalProperties":{"type":"number"},"maxProperties":1}"#,
        &["{\"a\":1}"],
        &["{\"a\":\"x\"}", "{\"a\":1,\"b\":2}"],
    ),
    (r#"{"propertyNames":{"maxLength":2}}"#, &["{\"ab\":1}"], &["{\"abc\":1}"]),
    (r#"{"dependentRequired":{"a":["b"]}}"#, &["{\"b\":1}", "{\"a\":1,\"b\":1}"], &["{\"a\":1}"]),
    (r#"{"dependentSchemas":{"a":{"maxProperties":1}}}"#, &["{\"a\":1}", "{\"b\":1,\"c\":1}"], &["{\"a\":1,\"b\":1}"]),
    (r#"{"allOf":[{"minimum":1},{"maximum":2}]}"#, &["1"], &["0", "3"]),
    (r#"{"anyOf":[{"type":"string"},{"minimum":5}]}"#, &["\"a\"", "6"], &["4"]),
    (r#"{"oneOf":[{"type":"number"},{"minimum":5}]}"#, &["4", "\"a\""], &["6"]),
    (r#"{"not":{"type":"string"}}"#, &["1"], &["\"a\""]),
    (r#"{"if":{"type":"number"},"then":{"minimum":1},"else":{"minLength":1}}"#, &["1", "\"a\""], &["0", "\"\""]),
    (
        r##"{"$defs":{"n":{"type":"object","properties":{"next":{"$ref":"#/$defs/n"}},"additionalProperties":false}},"$ref":"#/$defs/n"}"##,
        &["{\"next\":{\"next\":{}}}"],
        &["{\"next\":{\"other\":1}}"],
    ),
    (r##"{"$defs":{"a/b c":{"type":"null"}},"$ref":"#/$defs/a~1b%20c"}"##, &["null"], &["1"]),
    (r#"{"format":"email","title":"t","default":1}"#, &["\"no\""], &[]),
];

#[test]
fn keywords_hold_as_specified() {
    for (schema, good, bad) in EXAMPLES {
        for document in *good {
            assert!(holds(document, schema), "{schema} should take {document}");
        }
        for document in *bad {
            assert!(!holds(document, schema), "{schema} should refuse {document}");
        }
    }
}

#[test]
fn problems_are_told_with_their_place() {
    let schema =
        r#"{"properties":{"users":{"items":{"required":["id"],"properties":{"age":{"type":"integer","minimum":0}}}}}}"#;
    let document = r#"{"users":[{"id":1,"age":-3},{"age":"old"}]}"#;
    let (table, valid) = checked(document, schema).unwrap();
    let expected = "path,problem\nusers[0].age,-3 is not at least 0\nusers[1],the key `id` is missing\n\
                    users[1].age,\"\"\"old\"\" is a text, expected: whole number\"\n";
    assert_eq!((table.as_str(), valid), (expected, false));
    let many = format!("[{}0]", "1,".repeat(12_000));
    let (table, _) = checked(&many, r#"{"items":{"type":"string"}}"#).unwrap();
    assert_eq!(table.lines().count(), 10_001);
}

#[test]
fn schemas_that_cannot_be_checked_are_refused() {
    let told = |schema: &str| checked("1", schema).unwrap_err().to_string();
    assert!(
        told(r#"{"properties":{"a":{"unevaluatedProperties":false}}}"#)
            .contains("`properties.a.unevaluatedProperties`")
    );
    assert!(told(r#"{"minimum":"1"}"#).contains("`minimum`"));
    assert!(told(r#"{"type":"text"}"#).contains("`type`"));
    assert!(told(r#"{"pattern":"(?=a)"}"#).contains("(?=a)"));
    assert!(told(r#"{"$ref":"https://example.org/s"}"#).contains("refers to no schema"));
    assert!(told(r##"{"$ref":"#/nowhere"}"##).contains("refers to no schema"));
    assert!(told("3").contains("number"));
    assert!(told("{").contains("the schema"));
    assert!(checked("{", "{}").unwrap_err().to_string().contains("JSON"));
}

#[test]
fn schemas_without_end_are_stopped() {
    assert!(matches!(checked("1", r##"{"$ref":"#"}"##), Err(Failure::Limit(_))));
    let widening = r##"{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}"##;
    assert!(matches!(checked("1", widening), Err(Failure::Limit(_))));
    let items: String =
        std::iter::repeat_n("{\"allOf\":[", 60).chain(["{}"]).chain(std::iter::repeat_n("]}", 60)).collect();
    assert!(holds("1", &items));
}

#[test]
fn a_document_that_fits_is_given_as_it_came_and_another_refused_by_its_place() {
    let conform = |document: &str, schema: &str| {
        let inputs = [(0, document.as_bytes()), (1, schema.as_bytes())];
        run_with(&PACK, "json.conform", &inputs, 3, &[]).map(|given| given.text("json")).map_err(|why| why.to_string())
    };
    let schema = r#"{"properties":{"wrap":{"type":"boolean"},"tabs":{"items":{"type":"integer"}}}}"#;
    assert_eq!(conform("{\"wrap\":  true}", schema).unwrap(), "{\"wrap\":  true}");
    let told = conform(r#"{"wrap":3,"tabs":[1,"2"]}"#, schema).unwrap_err();
    assert!(told.contains("`wrap` does not fit the schema") && told.contains("1 more"), "{told}");
    let told = conform(r#"{"tabs":[1,"2"]}"#, schema).unwrap_err();
    assert!(told.contains("`tabs[1]`"), "{told}");
    assert!(conform("3", r#"{"type":"string"}"#).unwrap_err().contains("the document does not fit"));
}
