//! From a proposed graph through the validator to an outcome, by public interfaces alone.

mod support;

use std::io::Read;
use support::Bench;
use telos_abi::{Label, Taint, Value};
use telos_execute::Content;

#[test]
fn sealed_plan_runs() {
    let bench = Bench::new();
    let plan = bench.chain(&[1; 1_000], 7).expect("it is accepted");
    for _ in 0..3 {
        let outcome = bench.run(&plan).expect("it runs");
        let [blob, count] = &outcome.outputs[..] else {
            panic!("two outputs");
        };
        let Content::Blob(blob) = &blob.content else {
            panic!("a blob");
        };
        let mut bytes = Vec::new();
        blob.reader().read_to_end(&mut bytes).expect("readable");
        assert_eq!(bytes, [8; 1_000]);
        assert!(matches!(&count.content, Content::Value(value) if **value == Value::Int(1_000)));
        assert_eq!(count.label, Label::tainted(Taint::PLANNER));
        assert!(outcome.changes.is_empty());
        assert_eq!(outcome.usage.calls, 8);
    }
}
