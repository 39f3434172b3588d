//! Policy files: what they mean, and what is said of a wrong one.

use proptest::prelude::*;
use telos_abi::{ByteText, Digest, Effect, EffectKind, Facts, Label, Resource, Secrecy, Verdict};
use telos_policy::{FileKind, Policy, PolicyError, PolicyFile, PolicyPlaces, Request, Subject, default_grant, explain};

fn base() -> Policy {
    Policy::new(&PolicyPlaces { homes: vec!["/home/ann".into()], own: vec!["/home/ann/.local/share/telos".into()] })
}

fn with(text: &str, kind: FileKind) -> Result<Policy, PolicyError> {
    base().with(&PolicyFile { name: "p.toml", text: text.as_bytes(), base: &ByteText::from("/home/ann/p"), kind })
}

fn user(text: &str) -> Policy {
    with(text, FileKind::User).expect("a valid policy")
}

fn verdict(policy: &Policy, kind: EffectKind, path: &str) -> Verdict {
    let effect = Effect { kind, resource: Resource::Path(path.into()) };
    let request = Request {
        effect: &effect,
        subject: Subject::Agent { process: Label::BOTTOM },
        facts: Facts { undoable: true, ..Facts::default() },
    };
    let grant = policy.apply(default_grant(&"/home/ann/p".into(), &[]));
    explain(policy, &grant, &request).verdict
}

fn complaint(text: &str) -> String {
    match Policy::check(text) {
        Ok(summary) => format!("accepted: {summary:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn mistakes_are_located_and_corrected() {
    let cases = [
        ("[[alow]]\n", "policy.toml:1:3: `alow` is no key here; did you mean `allow`?"),
        (
            "\n[[ask]]\nkinds = [\"file-reed\"]\n",
            "policy.toml:3:10: `file-reed` is no kind or class of effect; did you mean `file-read`?",
        ),
        ("[[ask]]\nkind = [\"read\"]\n", "policy.toml:2:1: `kind` is no key here; did you mean `kinds`?"),
        (
            "[[sensitive]]\nfiles=[\"x\"]\nsecrecy=\"credentials\"",
            "policy.toml:3:9: `credentials` is no category of secrecy; did you mean `credential`?",
        ),
        ("[[ask]]\nkinds = []\n", "policy.toml:1:1: `kinds` is empty"),
        ("[[refuse]]\nkinds = [\"read\"]\nunder = []\n", "policy.toml:1:1: `under` is empty"),
    ];
    for (text, want) in cases {
        assert_eq!(complaint(text), want);
    }
    let holds = [
        ("[[allow]]\nkinds = [\"read\"]\n", "must say where"),
        ("[[allow]]\nkinds = [\"privileged\"]\n", "cannot be allowed"),
        ("[[ask]]\nkinds = [\"read\"]\nhosts = [\"a.com\"]\n", "`hosts` says nothing about `file-read`"),
        ("[[ask]]\nkinds = [\"read\"]\nunder = [\"a/../b\"]\n", "without `..`"),
        ("[[ask]]\nkinds = [\"read\"]\nunder = [\"/a/*\"]\n", "hold no `*`"),
        ("[[ask]]\nkinds = [\"read\"]\nunder = [\"~bob/x\"]\n", "in full"),
        ("[[ask]]\nkinds = [\"read\"]\npaths = [\"\\u0000\"]\n", "NUL"),
        ("[[ask]]\nkinds = [\"net-get\"]\nhosts = [\"0x7f.1\"]\n", "is no host"),
        ("[[ask]]\nkinds = [\"net-get\"]\nhosts = [\"bücher.de\"]\n", "is no host"),
        ("[[clearance]]\nkinds = [\"file-read\"]\nnames=[\"x\"]\nsecrecy = [\"personal\"]\n", "`names` says nothing"),
        ("[[clearance]]\nkinds = [\"net-send\"]\nhosts=[\"a.com\"]\nsecrecy = []\n", "`secrecy` is empty"),
        ("[[sensitive]]\nfiles = [\"*a*\"]\n", "at most one `*`"),
        ("[[sensitive]]\nreason = \"x\"\n", "must say where"),
        ("[budget]\nfuel = -1\n", "policy.toml:2:8"),
        ("a = ", "policy.toml:1:"),
    ];
    for (text, want) in holds {
        let have = complaint(text);
        assert!(have.contains(want), "{text:?}: {have}");
        assert!(have.starts_with("policy.toml:"), "{have}");
        assert!(!have.contains('\n'), "{have}");
    }
    let large = vec![b'#'; telos_abi::limit::POLICY_BYTES_MAX + 1];
    assert!(Policy::check(&large).is_err());
    assert!(Policy::check(b"a = \"\xff\"").is_err());
    let many = format!("[[ask]]\nkinds=[\"read\"]\npaths=[{}]", "\"a\",".repeat(5000));
    assert!(complaint(&many).contains("resources"));
    let deep = format!("a = {}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(Policy::check(&deep).is_err());
}

#[test]
fn refuse_beats_ask_beats_allow() {
    use EffectKind::{FileDelete, FileList, FileMove, FileRead};
    let policy = user(
        "[[allow]]\nkinds=['read','file-delete']\nunder=['~/data', '.']\n\
         [[ask]]\nkinds=['file-read']\nunder=['~/data/b']\n\
         [[refuse]]\nkinds=['file-read']\nunder=['~/data/b/c']\n",
    );
    assert_eq!(verdict(&policy, FileRead, "/home/ann/data/x"), Verdict::Permit);
    assert_eq!(verdict(&policy, FileRead, "/home/ann/data/b/x"), Verdict::Ask);
    assert_eq!(verdict(&policy, FileList, "/home/ann/data/b/x"), Verdict::Permit);
    assert_eq!(verdict(&policy, FileRead, "/home/ann/data/b/c/x"), Verdict::Refuse);
    assert_eq!(verdict(&policy, FileRead, "/home/ann/other"), Verdict::Ask);
    assert_eq!(verdict(&policy, FileDelete, "/home/ann/p/x"), Verdict::Permit);
    // What may not be read may not be moved to where it may be, nor may what it lies in.
    assert_eq!(verdict(&policy, FileMove, "/home/ann/data/b/c/x"), Verdict::Refuse);
    assert_eq!(verdict(&policy, FileMove, "/home/ann/data"), Verdict::Refuse);
}

#[test]
fn nothing_allows_protected_places() {
    let policy = user("[[allow]]\nkinds=['write']\nunder=['~', '/']\n");
    for path in ["/home/ann/.bashrc", "/home/ann/.ssh/authorized_keys", "/etc/profile"] {
        let have = verdict(&policy, EffectKind::FileOverwrite, path);
        assert_eq!(have, Verdict::Refuse, "{path}");
    }
    let hook = "/home/ann/p/.git/hooks/pre-commit";
    assert_eq!(verdict(&policy, EffectKind::FileCreate, hook), Verdict::Ask);
}

#[test]
fn a_project_only_tightens() {
    for table in [
        "[[allow]]\nkinds=['read']\nunder=['/']\n",
        "[[clearance]]\nkinds=['net-send']\nhosts=['*']\nsecrecy=['credential']\n",
    ] {
        let error = with(table, FileKind::Project).expect_err("it widens");
        assert!(error.to_string().contains("can only tighten"), "{error}");
    }
    let tight = with("[budget]\ncalls = 5\nfuel = 9223372036854775807\n", FileKind::Project);
    let grant = default_grant(&"/p".into(), &[]);
    let budget = tight.expect("valid").apply(grant.clone()).budget;
    assert_eq!(budget.calls, 5);
    assert_eq!(budget.fuel, grant.budget.fuel);
}

#[test]
fn marks_carry_secrecy() {
    let policy = user(
        "[[sensitive]]\nfiles=['*.secret']\nunder=['~/clients']\n\
         [[sensitive]]\npaths=['ledger.db']\nsecrecy='financial'\n",
    );
    let secrecy = |path: &str| policy.sensitivity(&Resource::Path(path.into())).secrecy;
    assert_eq!(secrecy("/tmp/a.SECRET"), Secrecy::USER_MARKED);
    assert_eq!(secrecy("/home/ann/clients/a"), Secrecy::USER_MARKED);
    assert_eq!(secrecy("/home/ann/p/ledger.db"), Secrecy::FINANCIAL);
    assert_eq!(secrecy("/home/ann/p/a"), Secrecy::PUBLIC);
    assert_eq!(secrecy("/home/ann/.local/share/telos/log"), Secrecy::TELOS_STATE);
}

#[test]
fn version_is_of_the_rules() {
    let one = "[[ask]]\nkinds=['read']\nunder=['/a','/b']\n[[ask]]\nkinds=['exec']\n";
    let same = "# said otherwise\n[[ask]]\nkinds=['exec']\nreason='r'\n\
                [[ask]]\nkinds=['file-list','file-read']\nunder=['/b','/a/']\n";
    let other = "[[ask]]\nkinds=['read']\nunder=['/a']\n[[ask]]\nkinds=['exec']\n";
    assert_eq!(user(one).version(), user(same).version());
    let mut seen = vec![Digest::ZERO, base().version(), Policy::default().version()];
    seen.extend([one, other, "[budget]\nfuel=1\n", "[[refuse]]\nkinds=['read']"].map(|text| user(text).version()));
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), count);
}

proptest! {
    #[test]
    fn total_on_arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Policy::check(&bytes);
    }

    #[test]
    fn total_on_nearly_valid_text(text in r#"(\[\[(allow|ask|refuse|sensitive|clearance)\]\]\n((kinds|under|paths|hosts|files|secrecy) ?= ?(\["[a-z~./*:0-9-]{0,12}"\]|"[a-z]{0,6}"|[0-9]{1,3})\n){0,4}){0,4}"#) {
        for kind in [FileKind::User, FileKind::Project] {
            if let Err(error) = with(&text, kind) {
                prop_assert!(error.line <= text.lines().count() + 1, "{error}");
            }
        }
    }
}
