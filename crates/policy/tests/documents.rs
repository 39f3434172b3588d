//! The pages in `docs/` say what the code does.

use telos_policy::{Policy, PolicySummary, effects_document};

fn page(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
}

#[test]
fn effects_page_is_the_table() {
    let path = page("effects.md");
    let want = effects_document();
    if std::env::var_os("TELOS_WRITE_DOCS").is_some() {
        std::fs::write(&path, &want).expect("docs/effects.md can be written");
    }
    let have = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        have == want,
        "docs/effects.md is not what the table says; write it anew with\n\
         TELOS_WRITE_DOCS=1 cargo test -p telos-policy --test documents"
    );
}

#[test]
fn the_example_of_the_policy_page_is_a_policy() {
    let page = std::fs::read_to_string(page("policy.md")).expect("docs/policy.md");
    let (_, rest) = page.split_once("```toml\n").expect("an example");
    let (example, _) = rest.split_once("```").expect("an end of the example");
    let summary = Policy::check(example).expect("a valid example");
    let want = PolicySummary { refuse: 1, ask: 1, allow: 2, sensitive: 2, clearances: 1 };
    assert_eq!(summary, want);
}
