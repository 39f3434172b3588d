//! What one decision costs: the permit path of a plan and of an agent with a large grant and policy, and a refusal.

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use telos_abi::{ByteText, Effect, EffectKind, Facts, HostName, Label, Resource, Secrecy, Taint, Timestamp};
use telos_policy::{
    AgentReach, FileKind, Policy, PolicyFile, PolicyPlaces, Request, Subject, agent_grant, decide, default_grant,
};

fn effect(kind: EffectKind, path: &str) -> Effect {
    Effect { kind, resource: Resource::Path(path.into()) }
}

fn policy() -> Policy {
    let places = PolicyPlaces { homes: vec!["/home/ann".into()], own: vec!["/home/ann/.local/share/telos".into()] };
    let rules: String = (0..10).map(|n| format!("[[ask]]\nkinds = [\"write\"]\nunder = [\"~/keep{n}\"]\n")).collect();
    let file =
        PolicyFile { name: "policy.toml", text: rules.as_bytes(), base: &ByteText::from("/"), kind: FileKind::User };
    Policy::new(&places).with(&file).expect("a valid policy")
}

fn benches(bench: &mut Criterion) {
    let policy = policy();
    let now = Timestamp(1);
    let directory = ByteText::from("/home/ann/projects/report");
    let grant = default_grant(&directory, &[]);
    let create = effect(EffectKind::FileCreate, "/home/ann/projects/report/out/2026/summary.csv");
    let plan = Subject::Plan {
        authority: Label::BOTTOM,
        payload: Label::tainted(Taint::FILE_CONTENT),
        control: Label::BOTTOM,
        history: Label::tainted(Taint::FILE_CONTENT),
    };
    let request = Request { effect: &create, subject: plan, facts: Facts::default() };
    bench.bench_function("plan creates a file", |timer| {
        timer.iter(|| decide(&policy, &grant, black_box(&request), now));
    });

    let readable: Vec<ByteText> = (0..16).map(|n| format!("/opt/tools{n}").as_str().into()).collect();
    let reach = AgentReach { readable: &readable, ..AgentReach::default() };
    let wide = agent_grant(&directory, &reach);
    let read = effect(EffectKind::FileRead, "/opt/tools15/lib/python3/site/json.py");
    let request = Request {
        effect: &read,
        subject: Subject::Agent { process: Label::tainted(Taint::AGENT) },
        facts: Facts::default(),
    };
    bench.bench_function("agent reads a file, last of 20 rows", |timer| {
        timer.iter(|| decide(&policy, &wide, black_box(&request), now));
    });

    let send = Effect {
        kind: EffectKind::NetSend,
        resource: Resource::Host(HostName { name: "drop.example.com".into(), port: Some(443) }),
    };
    let request = Request {
        effect: &send,
        subject: Subject::Agent { process: Label::secret(Secrecy::CREDENTIAL).join(Label::tainted(Taint::AGENT)) },
        facts: Facts::default(),
    };
    bench.bench_function("agent's exfiltration is refused, with its sentence", |timer| {
        timer.iter(|| decide(&policy, &wide, black_box(&request), now));
    });
}

criterion_group!(decisions, benches);
criterion_main!(decisions);
