//! What `decide` answers, case by case and as laws.

use proptest::prelude::*;
use telos_abi::{
    ByteText, Clearance, Digest, Effect, EffectKind, Facts, Grant, HostName, Label, Resource, Rule, Scope, Secrecy,
    Taint, Timestamp, Verdict, limit::APPROVAL_WAIT_MS,
};
use telos_policy::{
    AgentReach, Decision, EFFECTS, FileKind, Policy, PolicyFile, PolicyPlaces, Question, Request, Subject, agent_grant,
    decide, default_grant, effect_row, explain,
};

const NOW: Timestamp = Timestamp(1_000_000);
const UNDOABLE: Facts = Facts { created_by_run: false, undoable: true, in_workspace: false };

fn policy() -> Policy {
    Policy::new(&PolicyPlaces { homes: vec!["/home/ann".into()], own: vec!["/home/ann/.local/share/telos".into()] })
}

fn host(name: &str) -> Resource {
    Resource::Host(HostName { name: name.into(), port: Some(443) })
}

fn path(path: &str) -> Resource {
    Resource::Path(path.into())
}

fn grant() -> Grant {
    let named = HostName { name: "api.example.com".into(), port: Some(443) };
    default_grant(&"/home/ann/p".into(), &[named])
}

fn plan(authority: Label, payload: Label, history: Label) -> Subject {
    Subject::Plan { authority, payload, control: Label::BOTTOM, history }
}

const CLEAN: Subject =
    Subject::Plan { authority: Label::BOTTOM, payload: Label::BOTTOM, control: Label::BOTTOM, history: Label::BOTTOM };

/// The decision's verdict, rule and reason; the explanation must agree with it.
fn answer(policy: &Policy, grant: &Grant, effect: &Effect, subject: Subject, facts: Facts) -> (Verdict, Rule, String) {
    let request = Request { effect, subject, facts };
    let told = explain(policy, grant, &request);
    let have = match decide(policy, grant, &request, NOW) {
        Decision::Permit(permit) => {
            assert_eq!(permit.effect(), effect);
            (Verdict::Permit, permit.rule(), told.reason.clone())
        }
        Decision::Ask(question) => (Verdict::Ask, question.rule, question.reason),
        Decision::Refuse(refusal) => (Verdict::Refuse, refusal.rule, refusal.reason),
    };
    assert_eq!((told.verdict, told.rule, &told.reason), (have.0, have.1, &have.2));
    let strictest = told.steps.iter().map(|step| strictness(step.verdict)).max();
    assert_eq!(strictest, Some(strictness(have.0)), "{told}");
    have
}

fn ask(kind: EffectKind, resource: Resource, facts: Facts) -> (Verdict, Rule) {
    let effect = Effect { kind, resource };
    let (verdict, rule, _) = answer(&policy(), &grant(), &effect, CLEAN, facts);
    (verdict, rule)
}

const fn strictness(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Permit => 0,
        Verdict::Ask => 1,
        Verdict::Refuse => 2,
    }
}

/// A resource of the right form for the kind, inside or outside the grant.
fn example(kind: EffectKind, inside: bool) -> Resource {
    use telos_policy::Acts::{OnAnything, OnHost, OnNamed, OnPath, OnProgram};
    match (effect_row(kind).acts, inside) {
        (OnPath, true) => path("/home/ann/p/a"),
        (OnPath, false) => path("/srv/a"),
        (OnHost, true) => host("api.example.com"),
        (OnHost, false) => host("other.example.com"),
        (OnProgram, _) => Resource::Program("/usr/bin/env".into()),
        (OnNamed, _) => Resource::Named("provider".into()),
        (OnAnything, _) => Resource::None,
    }
}

#[test]
fn every_kind_gets_its_default_inside_and_outside() {
    for row in &EFFECTS {
        let everything = Grant {
            rows: vec![telos_abi::GrantRow { kinds: telos_abi::EffectSet(u32::MAX), scope: Scope::Any }],
            ..grant()
        };
        let nothing = Grant { rows: Vec::new(), ..grant() };
        let effect = Effect { kind: row.kind, resource: example(row.kind, false) };
        for subject in [CLEAN, Subject::Agent { process: Label::BOTTOM }] {
            let inside = answer(&policy(), &everything, &effect, subject, UNDOABLE);
            assert_eq!((inside.0, inside.1), (row.inside, Rule::P1), "{}", row.name);
            let outside = answer(&policy(), &nothing, &effect, subject, UNDOABLE);
            assert_eq!((outside.0, outside.1), (row.outside, Rule::P2), "{}", row.name);
        }
    }
}

#[test]
fn the_default_grant_reads_and_writes_here_alone() {
    use EffectKind::{DirCreate, FileCreate, FileDelete, FileList, FileMove, FileOverwrite, FileRead};
    for kind in [FileRead, FileList, FileCreate, FileMove, DirCreate] {
        assert_eq!(ask(kind, example(kind, true), UNDOABLE), (Verdict::Permit, Rule::P1));
        assert_eq!(ask(kind, example(kind, false), UNDOABLE), (Verdict::Ask, Rule::P2));
    }
    for kind in [FileDelete, FileOverwrite] {
        let here = || example(kind, true);
        assert_eq!(ask(kind, here(), UNDOABLE), (Verdict::Ask, Rule::P1));
        let made = Facts { created_by_run: true, ..UNDOABLE };
        assert_eq!(ask(kind, here(), made).0, Verdict::Permit);
        let layered = Facts { in_workspace: true, ..Facts::default() };
        assert_eq!(ask(kind, here(), layered).0, Verdict::Permit);
        assert_eq!(ask(kind, example(kind, false), layered), (Verdict::Ask, Rule::P2));
    }
    assert_eq!(ask(EffectKind::NetGet, host("api.example.com"), UNDOABLE).0, Verdict::Permit);
    assert_eq!(ask(EffectKind::NetSend, host("api.example.com"), UNDOABLE), (Verdict::Ask, Rule::P1));
    assert_eq!(ask(EffectKind::NetGet, host("localhost"), UNDOABLE), (Verdict::Ask, Rule::P2));
}

#[test]
fn what_undo_cannot_keep_asks_even_where_a_file_allows() {
    let file = PolicyFile {
        name: "p.toml",
        text: b"[[allow]]\nkinds=['write']\nunder=['/home/ann/p']\n",
        base: &ByteText::from("/"),
        kind: FileKind::User,
    };
    let policy = policy().with(&file).expect("valid");
    let effect = Effect { kind: EffectKind::FileDelete, resource: path("/home/ann/p/a") };
    let allowed = answer(&policy, &grant(), &effect, CLEAN, UNDOABLE);
    assert_eq!((allowed.0, allowed.1), (Verdict::Permit, Rule::P4));
    let lost = answer(&policy, &grant(), &effect, CLEAN, Facts::default());
    assert_eq!((lost.0, lost.1), (Verdict::Ask, Rule::P7));
}

#[test]
fn protected_places_hold_also_when_home_is_the_directory() {
    let grant = agent_grant(&"/home/ann".into(), &AgentReach::default());
    let layered = Facts { in_workspace: true, created_by_run: true, undoable: true };
    for place in [
        "/home/ann/.bashrc",
        "/home/ann/.ssh/authorized_keys",
        "/home/ann/.local/share/telos/keys/a",
        "/home/ann/.claude/settings.json",
        "/home/ann/p/.telos/policy.toml",
    ] {
        let kind = EffectKind::FileOverwrite;
        let effect = Effect { kind, resource: path(place) };
        let have = answer(&policy(), &grant, &effect, CLEAN, layered);
        assert_eq!((have.0, have.1), (Verdict::Refuse, Rule::P3), "{place}");
    }
    let kind = EffectKind::FileRead;
    let keys = Effect { kind, resource: path("/home/ann/.local/share/telos/keys/a") };
    let have = answer(&policy(), &grant, &keys, CLEAN, UNDOABLE);
    assert_eq!((have.0, have.1), (Verdict::Refuse, Rule::P3));
    let kind = EffectKind::FileCreate;
    let hook = Effect { kind, resource: path("/home/ann/p/.git/hooks/pre-push") };
    let commit = answer(&policy(), &grant, &hook, CLEAN, UNDOABLE);
    assert_eq!((commit.0, commit.1), (Verdict::Ask, Rule::P3));
    assert_eq!(answer(&policy(), &grant, &hook, CLEAN, layered).0, Verdict::Permit);
}

#[test]
fn exfiltration_reads_the_same_for_plans_and_agents() {
    let secret = policy().sensitivity(&path("/home/ann/p/.env"));
    assert_eq!(secret.secrecy, Secrecy::CREDENTIAL);
    let read = secret.join(Label::tainted(Taint::FILE_CONTENT));
    let effect = Effect { kind: EffectKind::NetSend, resource: host("api.example.com") };
    let planned = plan(Label::BOTTOM, read, read);
    let as_plan = answer(&policy(), &grant(), &effect, planned, UNDOABLE);
    let agent = Subject::Agent { process: read };
    let as_agent = answer(&policy(), &grant(), &effect, agent, UNDOABLE);
    assert_eq!(as_plan, as_agent);
    assert_eq!((as_plan.0, as_plan.1), (Verdict::Refuse, Rule::R6));
    let line = "[[clearance]] kinds = [\"net-send\"], hosts = [\"api.example.com:443\"], secrecy = [\"credential\"]";
    assert!(as_plan.2.contains(line), "{}", as_plan.2);
}

#[test]
fn the_rule_of_two_asks_once_the_secret_is_cleared() {
    let mut grant = grant();
    grant.clearances.push(Clearance { kind: EffectKind::NetGet, scope: Scope::Any, secrecy: Secrecy::CREDENTIAL });
    let effect = Effect { kind: EffectKind::NetGet, resource: host("api.example.com") };
    let secret = Label::secret(Secrecy::CREDENTIAL);
    let process = secret.join(Label::tainted(Taint::AGENT));
    let both = answer(&policy(), &grant, &effect, Subject::Agent { process }, UNDOABLE);
    assert_eq!((both.0, both.1), (Verdict::Ask, Rule::R12));
    let one = Subject::Agent { process: secret };
    assert_eq!(answer(&policy(), &grant, &effect, one, UNDOABLE).0, Verdict::Permit);
}

#[test]
fn taint_never_chooses_for_a_plan() {
    let content = Label::tainted(Taint::FILE_CONTENT);
    let effect = Effect { kind: EffectKind::FileCreate, resource: path("/home/ann/p/a") };
    let chosen = plan(content, Label::BOTTOM, content);
    let have = answer(&policy(), &grant(), &effect, chosen, UNDOABLE);
    assert_eq!((have.0, have.1), (Verdict::Refuse, Rule::R5));
}

#[test]
fn odd_spellings_are_refused() {
    for name in [
        "",
        "Evil.com",
        "evil.com.",
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "::ffff:10.0.0.1",
        "0::1",
        "*.com",
        "a b",
        "bücher.de",
    ] {
        assert_eq!(ask(EffectKind::NetGet, host(name), UNDOABLE), (Verdict::Refuse, Rule::R0), "{name}");
    }
    for name in ["/home/ann/p/../x", "p", "", "/home/ann/p/", "/home/ann//p", "/home/ann/p/a\0"] {
        assert_eq!(ask(EffectKind::FileRead, path(name), UNDOABLE), (Verdict::Refuse, Rule::R0), "{name}");
    }
    assert_eq!(ask(EffectKind::FileRead, host("a.com"), UNDOABLE), (Verdict::Refuse, Rule::R0));
    assert_eq!(ask(EffectKind::NetGet, host("::1"), UNDOABLE).1, Rule::P2);
}

fn question() -> Question {
    let effect = Effect { kind: EffectKind::FileDelete, resource: path("/home/ann/p/a") };
    let request = Request {
        effect: &effect,
        subject: plan(Label::BOTTOM, Label::tainted(Taint::STDIN), Label::BOTTOM),
        facts: UNDOABLE,
    };
    match decide(&policy(), &grant(), &request, NOW) {
        Decision::Ask(question) => question,
        other => panic!("expected a question, got {other:?}"),
    }
}

#[test]
fn an_approval_is_for_one_effect_on_one_value_in_time() {
    let at = |ms: u64| Timestamp(NOW.0 + ms);
    let asked = question();
    let permit = asked.clone().approve(asked.consent(at(APPROVAL_WAIT_MS))).expect("in time");
    assert_eq!(permit.rule(), Rule::P5);
    assert_eq!(permit.label(), Label::tainted(Taint::STDIN));
    assert!(asked.clone().approve(asked.consent(at(APPROVAL_WAIT_MS + 1))).is_err());
    assert!(asked.clone().approve(asked.consent(Timestamp(NOW.0 - 1))).is_err());

    let value = Digest([7; 32]);
    let shown = asked.clone().about(value);
    assert!(shown.clone().approve(asked.consent(NOW)).is_err());
    assert!(asked.clone().approve(shown.consent(NOW)).is_err());
    assert!(shown.clone().approve(question().about(Digest([8; 32])).consent(NOW)).is_err());
    let permit = shown.clone().approve(shown.consent(NOW)).expect("the value shown");
    assert_eq!(permit.value(), Some(value));

    let mut other = asked.consent(NOW);
    other.effect.resource = path("/home/ann/p/b");
    assert!(asked.approve(other).is_err());
}

fn labels() -> impl Strategy<Value = Label> {
    (0_u64..64, 0_u64..512).prop_map(|(secrecy, taint)| Label { secrecy: Secrecy(secrecy), taint: Taint(taint) })
}

fn paths() -> impl Strategy<Value = Vec<u8>> {
    let part = prop::sample::select(vec![
        "home", "ann", "p", "x", ".git", "hooks", ".ssh", ".bashrc", ".config", "telos", ".env", "etc", "..", "",
    ]);
    let normal = prop::collection::vec(part, 1..6).prop_map(|parts| format!("/{}", parts.join("/")).into_bytes());
    let under = normal.clone().prop_map(|path| [b"/home/ann".as_slice(), &path].concat());
    prop_oneof![4 => normal, 4 => under, 1 => prop::collection::vec(any::<u8>(), 0..20)]
}

fn effects() -> impl Strategy<Value = Effect> {
    let resources = prop_oneof![
        6 => paths().prop_map(|path| Resource::Path(ByteText(path))),
        1 => paths().prop_map(|path| Resource::Program(ByteText(path))),
        3 => prop::sample::select(vec!["api.example.com", "a.com", "localhost", "é", "::1"]).prop_map(host),
        1 => any::<String>().prop_map(|name| Resource::Host(HostName { name, port: None })),
        1 => any::<String>().prop_map(Resource::Named),
        1 => Just(Resource::None),
    ];
    (prop::sample::select(EffectKind::ALL.to_vec()), resources).prop_map(|(kind, resource)| Effect { kind, resource })
}

fn facts() -> impl Strategy<Value = Facts> {
    any::<(bool, bool, bool)>().prop_map(|(created_by_run, undoable, in_workspace)| Facts {
        created_by_run,
        undoable,
        in_workspace,
    })
}

fn subjects() -> impl Strategy<Value = Subject> {
    prop_oneof![
        labels().prop_map(|process| Subject::Agent { process }),
        (labels(), labels(), labels(), labels()).prop_map(|(authority, payload, control, history)| {
            Subject::Plan { authority, payload, control, history }
        }),
    ]
}

fn raised(subject: Subject, by: Label) -> Subject {
    match subject {
        Subject::Agent { process } => Subject::Agent { process: process.join(by) },
        Subject::Plan { authority, payload, control, history } => Subject::Plan {
            authority: authority.join(by),
            payload: payload.join(by),
            control: control.join(by),
            history: history.join(by),
        },
    }
}

/// Policy files that only tighten.
fn tightenings() -> impl Strategy<Value = String> {
    let kinds = prop::sample::select(vec!["read", "write", "file-read", "file-delete", "exec"]);
    let place = prop::sample::select(vec!["~", "~/p", "/etc", "x", "~/p/.git", "/"]);
    let word = prop::sample::select(vec!["refuse", "ask"]);
    let key = prop::sample::select(vec!["under", "paths"]);
    let rule = (word, kinds, key, place)
        .prop_map(|(word, kinds, key, place)| format!("[[{word}]]\nkinds=['{kinds}']\n{key}=['{place}']\n"));
    let mark = Just("[[sensitive]]\nfiles=['x']\n[[ask]]\nkinds=['outward']\n".to_owned());
    prop::collection::vec(prop_oneof![4 => rule, 1 => mark], 0..4).prop_map(|rules| rules.concat())
}

proptest! {
    #[test]
    fn stricter_inputs_never_give_milder_answers(
        effect in effects(),
        subject in subjects(),
        facts in facts(),
        more in labels(),
        drop in 0_usize..8,
        rules in tightenings(),
        cleared in any::<bool>(),
        home in any::<bool>(),
    ) {
        let directory = if home { "/home/ann" } else { "/home/ann/p" };
        let named = [HostName { name: "api.example.com".into(), port: None }];
        let reach = AgentReach { readable: &["/etc".into()], writable: &["/x".into()], hosts: &named };
        let mut grant = agent_grant(&directory.into(), &reach);
        if cleared {
            grant.clearances.push(Clearance {
                kind: effect.kind,
                scope: Scope::Any,
                secrecy: Secrecy(7),
            });
        }
        let policy = policy();
        let before = strictness(answer(&policy, &grant, &effect, subject, facts).0);

        let high = raised(subject, more);
        prop_assert!(strictness(answer(&policy, &grant, &effect, high, facts).0) >= before);

        let mut less = grant.clone();
        if drop < less.rows.len() {
            less.rows.remove(drop);
        } else {
            less.clearances.clear();
        }
        prop_assert!(strictness(answer(&policy, &less, &effect, subject, facts).0) >= before);

        let base = ByteText::from("/home/ann/p");
        let file = PolicyFile { name: "p", text: rules.as_bytes(), base: &base, kind: FileKind::Project };
        let tight = policy.with(&file).expect("a project may tighten");
        let applied = tight.apply(grant.clone());
        prop_assert_eq!(&applied.rows, &grant.rows);
        prop_assert_eq!(&applied.clearances, &grant.clearances);
        prop_assert!(strictness(answer(&tight, &applied, &effect, subject, facts).0) >= before);
        let plain = policy.sensitivity(&effect.resource);
        prop_assert!(plain.flows_to(tight.sensitivity(&effect.resource)));
    }

    #[test]
    fn wall_no_grant_or_policy_writes_protected_places(kind in prop::sample::select(EffectKind::ALL.to_vec()), facts in facts(), subject in subjects()) {
        let row = effect_row(kind);
        prop_assume!(row.class == telos_policy::Class::Write);
        let base = ByteText::from("/");
        let text = b"[[allow]]\nkinds=['read','write']\nunder=['/']\n";
        let file = PolicyFile { name: "p", text, base: &base, kind: FileKind::User };
        let policy = policy().with(&file).expect("valid");
        let grant = policy.apply(default_grant(&"/".into(), &[]));
        for place in policy.protected_places() {
            let effect = Effect { kind, resource: Resource::Path(place) };
            prop_assert_eq!(answer(&policy, &grant, &effect, subject, facts).0, Verdict::Refuse);
        }
    }
}
