//! `yaml.parse` and `yaml.write`: YAML 1.2 with the core schema.

pub(crate) mod read;
mod scalar;
mod write;

pub(crate) use read::start as parse;
pub(crate) use write::start as write;

#[cfg(test)]
mod tests {
    use crate::PACK;
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};
    use telos_pack::Failure;
    use telos_pack::testing::run;

    fn parsed(yaml: &str) -> Result<Json, Failure> {
        let given = run(&PACK, "yaml.parse", yaml.as_bytes(), 3, &[])?;
        Ok(serde_json::from_str(&given.text("json")).unwrap())
    }

    fn written(json: &Json) -> String {
        run(&PACK, "yaml.write", json.to_string().as_bytes(), 3, &[]).unwrap().text("yaml")
    }

    #[test]
    fn documents_become_json() {
        let yaml = "a: 1\nb:\n  - x\n  - 'y z'\n  - {k: \"v\\n\"}\nc: |\n  l1\n  l2\nd: >-\n  f\n  g\n? e\n: ~\n";
        let expected = json!({"a": 1, "b": ["x", "y z", {"k": "v\n"}], "c": "l1\nl2\n", "d": "f g", "e": null});
        assert_eq!(parsed(yaml).unwrap(), expected);
        assert_eq!(parsed("").unwrap(), Json::Null);
        assert_eq!(parsed("plain").unwrap(), json!("plain"));
        assert_eq!(parsed("--- 1\n--- 2\n...\n").unwrap(), json!([1, 2]));
        assert_eq!(parsed("\u{feff}a: 1").unwrap(), json!({"a": 1}));
        let count = run(&PACK, "yaml.parse", b"--- a\n--- b\n", 3, &[]).unwrap().int("documents");
        assert_eq!(count, Some(2));
    }

    #[test]
    fn scalars_follow_the_core_schema() {
        for (yaml, expected) in [
            ("[true, False, yes, on, null, NULL, ~, '']", json!([true, false, "yes", "on", null, null, null, ""])),
            ("[0x1F, 0o17, 017, +3, 1_000]", json!([31, 15, 17, 3, "1_000"])),
            ("['1', \"true\", !!str 2, !own 3, ! 4]", json!(["1", "true", "2", 3, "4"])),
            (
                "[.inf, .NaN, 1e3, .5, 1., 12:30:45, 2024-01-02]",
                json!([".inf", ".NaN", 1e3, 0.5, 1.0, "12:30:45", "2024-01-02"]),
            ),
            ("{1: a, true: b, null: c}", json!({"1": "a", "true": "b", "null": "c"})),
            ("!!int '7'", json!(7)),
        ] {
            let left = parsed(yaml).unwrap().to_string().replace("1e+3", "1000.0").replace("1e3", "1000.0");
            assert_eq!(left, expected.to_string(), "{yaml}");
        }
        let digits = run(&PACK, "yaml.parse", b"[123456789012345678901234567890, 1.10]", 9, &[]).unwrap().text("json");
        assert!(digits.contains("123456789012345678901234567890") && digits.contains("1.10"));
    }

    #[test]
    fn anchors_are_followed_up_to_a_limit() {
        let yaml = "base: &b {x: 1, y: 2}\none: *b\ntwo:\n  <<: *b\n  y: 3\nthree:\n  <<: [*b, {z: 4}]\n";
        let expected = json!({
            "base": {"x": 1, "y": 2}, "one": {"x": 1, "y": 2}, "two": {"y": 3, "x": 1}, "three": {"x": 1, "y": 2, "z": 4}
        });
        assert_eq!(parsed(yaml).unwrap(), expected);
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let before = level - 1;
            bomb.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{before}"); 9].join(", ")));
        }
        assert!(matches!(parsed(&bomb), Err(Failure::Limit(_))));
        assert!(matches!(parsed("a: &a [*a]"), Err(Failure::BadInput(_))));
        assert!(matches!(parsed("a: *b"), Err(Failure::BadInput(_))));
        let chain: String = (1..200).map(|at| format!("- &a{at} [*a{}]\n", at - 1)).collect();
        assert!(matches!(parsed(&format!("- &a0 []\n{chain}")), Err(Failure::Limit(_))), "aliases nest");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let told = |yaml: &str| parsed(yaml).unwrap_err().to_string();
        assert!(told("a: 1\nb: [1, 2\n").contains("line"), "{}", told("a: 1\nb: [1, 2\n"));
        assert!(told("a: 1\na: 2\n").contains("line 2") && told("a: 1\na: 2\n").contains("`a`"));
        assert!(told("[a]: 1").contains("key"));
        assert!(told("a: b: c").contains("line 1"));
        assert!(told("\ta: 1\n\tb: 2").contains("line"));
        for deep in ["[".repeat(100_000), "- ".repeat(100_000), "a: {".repeat(10_000), "? ".repeat(50_000)] {
            assert!(parsed(&deep).is_err());
        }
    }

    #[test]
    fn json_is_written_as_people_write_yaml() {
        let json = json!({"name": "x", "list": [1, {"a": true, "b": []}, ["m"]], "empty": {}, "text": "l1\nl2\n", "no": "no",
            "n": "1", "date": "2024-01-02", "colon": "a: b", "null": null});
        let expected = "name: x\nlist:\n- 1\n- a: true\n  b: []\n- - m\nempty: {}\ntext: |\n  l1\n  l2\n\"no\": \"no\"\nn: \"1\"\n\
             date: \"2024-01-02\"\ncolon: \"a: b\"\n\"null\": null\n";
        assert_eq!(written(&json).replace("\"n\":", "n:"), expected);
        assert_eq!(written(&json!("x")), "x\n");
        assert_eq!(written(&json!([])), "[]\n");
    }

    fn any_json() -> impl Strategy<Value = Json> {
        let text = prop_oneof![
            "[a-c:#\\-?\\[\\]{},&*!|>'\"%@` \n\t~.0-9\u{85}é\u{feff}\u{2028}]{0,8}",
            "(yes|No|ON|null|true|~|0x1|1e5|1_0|2024-01-02|<<|=|---|\\.\\.\\.|\\.inf)",
        ];
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            text.prop_map(Json::from)
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            let keys = "[a-c:#\\- \n?1<~]{0,3}";
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
                prop::collection::vec((keys, inner), 0..4)
                    .prop_map(|entries| Json::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn what_is_written_is_read_back(json in any_json()) {
            let yaml = written(&json);
            prop_assert_eq!(parsed(&yaml).unwrap(), json, "{}", yaml);
        }

        #[test]
        fn no_text_is_too_strange_to_answer(yaml in "[a\\-:?&*!|>'\"\\[\\]{}, \n\t#%@]{0,40}") {
            let _ = parsed(&yaml);
        }
    }
}
