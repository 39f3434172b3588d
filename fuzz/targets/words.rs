//! What a phrase, a flag or a URL names: hosts, places and quantities. Whatever is named is in the one spelling that
//! rules compare.
#![no_main]

use libfuzzer_sys::fuzz_target;
use telos_abi::{ByteText, Effect, EffectKind, Facts, HostName, Label, Resource, Rule, Scope, Timestamp, Value};
use telos_graph::scope::{covers, host_matches, parse_host, parse_url};
use telos_graph::{path, said};
use telos_policy::{Decision, Policy, PolicyPlaces, Request, Subject, decide, default_grant, hosts_named, places_named};

fuzz_target!(|text: &str| {
    for host in [parse_host(text), parse_url(text)].into_iter().flatten().chain(hosts_named(text)) {
        known(&host);
    }
    let (directory, home) = (ByteText::from("/home/ann/p"), ByteText::from("/home/ann"));
    for row in places_named(text, &directory, Some(&home)) {
        let (Scope::Under(place) | Scope::Path(place)) = &row.scope else { panic!("a place is a path") };
        assert!(path::is_normal(place.as_bytes()), "{place}");
    }
    if let Ok(joined) = path::join(&directory, text.as_bytes()) {
        assert!(path::is_normal(joined.as_bytes()), "{joined}");
    }
    let _ = said(&Value::Text(text.chars().take(5).collect()), text);
    let _ = said(&Value::Int(2_000_000), text);
});

/// A host that was read is read again as itself, is in its own scope, and has a spelling that the policy accepts.
fn known(host: &HostName) {
    let name = if host.name.contains(':') { format!("[{}]", host.name) } else { host.name.clone() };
    let spelled = host.port.map_or(name.clone(), |port| format!("{name}:{port}"));
    assert_eq!(parse_host(&spelled).as_ref(), Some(host), "{spelled}");
    assert!(host_matches(host, host), "{spelled}");
    let resource = Resource::Host(host.clone());
    assert!(covers(&Scope::Host(host.clone()), &resource), "{spelled}");
    let policy = Policy::new(&PolicyPlaces { homes: vec!["/home/ann".into()], own: vec!["/home/ann/telos".into()] });
    let grant = default_grant(&"/home/ann/p".into(), std::slice::from_ref(host));
    let effect = Effect { kind: EffectKind::NetGet, resource };
    let request = Request { effect: &effect, subject: Subject::Agent { process: Label::BOTTOM }, facts: Facts::default() };
    if let Decision::Refuse(refusal) = decide(&policy, &grant, &request, Timestamp(0)) {
        assert_ne!(refusal.rule, Rule::R0, "{spelled}: {}", refusal.reason);
    }
}
