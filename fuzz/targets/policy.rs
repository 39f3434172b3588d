//! Policy files, which a person writes and any program may have changed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use telos_abi::{ByteText, Effect, EffectKind, Facts, Label, Resource, Rule, Timestamp};
use telos_policy::{
    Decision, FileKind, Policy, PolicyFile, PolicyPlaces, Request, Subject, decide, default_grant,
};

fuzz_target!(|bytes: &[u8]| {
    if let Err(error) = Policy::check(bytes) {
        assert!(!error.to_string().is_empty(), "a refusal says why");
    }
    let places = PolicyPlaces { homes: vec!["/home/ann".into()], own: vec!["/home/ann/.local/share/telos".into()] };
    let (bare, base) = (Policy::new(&places), ByteText::from("/home/ann/p/.telos"));
    for kind in [FileKind::User, FileKind::Project] {
        let file = PolicyFile { name: "policy.toml", text: bytes, base: &base, kind };
        let Ok(policy) = bare.with(&file) else { continue };
        for effect in effects() {
            let before = answer(&bare, &effect);
            let after = answer(&policy, &effect);
            let tightened = kind == FileKind::Project;
            assert!(!tightened || after.0 >= before.0, "a project's file loosened {effect:?}");
            assert!(before.1 != Rule::P3 || before.0 < 2 || after.0 == 2, "a file opened a protected place: {effect:?}");
        }
    }
});

fn effects() -> Vec<Effect> {
    let paths = ["/home/ann/p/a", "/home/ann/.bashrc", "/home/ann/.local/share/telos/log", "/srv/a"];
    let kinds = [EffectKind::FileRead, EffectKind::FileOverwrite, EffectKind::FileDelete, EffectKind::FileMove];
    let on_paths = paths.iter().flat_map(|path| {
        kinds.iter().map(|kind| Effect { kind: *kind, resource: Resource::Path((*path).into()) })
    });
    let host = Resource::Host(telos_abi::HostName { name: "example.com".into(), port: Some(443) });
    let sent = Effect { kind: EffectKind::NetSend, resource: host };
    on_paths.chain([sent]).collect()
}

/// How strict the answer is, and the rule that gives it.
fn answer(policy: &Policy, effect: &Effect) -> (u8, Rule) {
    let grant = policy.apply(default_grant(&"/home/ann/p".into(), &[]));
    let subject = Subject::Agent { process: Label::BOTTOM };
    let request = Request { effect, subject, facts: Facts::default() };
    match decide(policy, &grant, &request, Timestamp(0)) {
        Decision::Permit(permit) => (0, permit.rule()),
        Decision::Ask(question) => (1, question.rule),
        Decision::Refuse(refusal) => (2, refusal.rule),
    }
}
