//! Copies, bundles and what they are unpacked to, on real files.

use crate::testing::{Build, World, constant, from, shown, source, text};
use crate::{Cause, Outcome};
use std::fs;
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};
use tar::{Archive, Builder, EntryType, Header};
use telos_abi::{Act, ByteText, Label, Receipt, Taint, Value};
use telos_graph::Input;

/// A member as a reader other than ours sees it: name, kind, time, mode, owner, content.
type Member = (Vec<u8>, EntryType, u64, u32, u64, Vec<u8>);

fn members(bundle: &[u8]) -> Vec<Member> {
    let mut archive = Archive::new(bundle);
    let entries = archive.entries().expect("an archive").map(|entry| {
        let mut entry = entry.expect("a member");
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("readable");
        let header = entry.header().clone();
        (
            entry.path_bytes().into_owned(),
            header.entry_type(),
            header.mtime().expect("a time"),
            header.mode().expect("a mode"),
            header.uid().expect("an owner"),
            content,
        )
    });
    entries.collect()
}

fn bundle_of(members: &[(&str, EntryType, &[u8])]) -> Input {
    let mut builder = Builder::new(Vec::new());
    for (name, kind, content) in members {
        let mut header = Header::new_ustar();
        header.as_ustar_mut().expect("ustar").name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_size(content.len() as u64);
        header.set_cksum();
        builder.append(&header, *content).expect("memory");
    }
    constant(Value::Bytes(ByteText(builder.into_inner().expect("memory"))))
}

fn fill(world: &World, members: &[(&str, EntryType, &[u8])], into: &str) -> Result<Outcome, crate::RunFailure> {
    let mut build = Build::default();
    let fill = build.host("directory.fill", vec![bundle_of(members), text(into)]);
    build.show(fill, 1);
    world.run(&build.0)
}

/// A tree with everything in it that a bundle must bear.
fn furnish(world: &World) -> String {
    let long = format!("minutes/{}/{}.md", "a".repeat(120), "b".repeat(120));
    fs::create_dir_all(world.work.join(&long).parent().expect("it has one")).expect("writable");
    fs::create_dir(world.work.join("minutes/empty")).expect("writable");
    world.put("minutes/2024.md", b"what was said");
    world.put("minutes/.hidden", b"and not said");
    world.put("minutes/\u{e4}pfel two.md", b"");
    world.put("minutes/2024-05", &vec![7; (3 << 20) + 5]);
    world.put(&long, b"deep");
    world.put("other", b"not asked for");
    symlink("../other", world.work.join("minutes/link")).expect("writable");
    fs::set_permissions(world.work.join("minutes/2024.md"), fs::Permissions::from_mode(0o4751)).expect("ours");
    let file = fs::File::options().write(true).open(world.work.join("minutes/2024.md")).expect("there");
    file.set_modified(UNIX_EPOCH + Duration::from_secs(1_700_000_000)).expect("ours");
    long
}

#[test]
fn copy_of_a_file_carries_what_the_original_does() {
    let mut world = World::new();
    world.put(".env", b"KEY=1");
    let before = world.tree();
    let mut build = Build::default();
    let copy = build.host("file.copy", vec![text(".env"), text("notes.txt")]);
    build.show(copy, 0);
    let outcome = world.run(&build.0).expect("it runs");
    assert_eq!((world.get(".env"), world.get("notes.txt")), (Some(b"KEY=1".to_vec()), Some(b"KEY=1".to_vec())));
    assert_eq!((outcome.changes.written.len(), outcome.changes.removed.len()), (1, 0));

    let mut build = Build::default();
    let read = build.host("file.read", vec![text("notes.txt")]);
    build.show(read, 0);
    world.sealed = Label::tainted(Taint::ALL);
    let failure = world.run(&build.0).expect_err("the copy is as secret as the original");
    assert!(matches!(failure.cause, Cause::Label { .. }), "{failure}");
    world.undo();
    assert_eq!(world.tree(), before);
}

#[test]
fn each_file_is_copied_into_a_directory_or_none_is() {
    let mut world = World::new();
    for name in ["a.tmp", "b.tmp", "c.txt"] {
        world.put(name, name.as_bytes());
    }
    fs::create_dir_all(world.work.join("old")).expect("writable");
    world.put("old/a.tmp", b"before");
    let before = world.tree();
    let graph = |into: &str| {
        let mut build = Build::default();
        let find = build.host("file.find", vec![text("."), text("*.tmp"), text(""), number(0), number(i64::MAX)]);
        build.node(find).inputs.push((telos_abi::PortIndex(7), constant(Value::Bool(false))));
        let copy = build.host("file.copy-into", vec![from(find), text(into)]);
        build.each(copy, 0);
        build.0
    };
    world.consents = false;
    let failure = world.run(&graph("old")).expect_err("one is there already");
    assert!(matches!(failure.cause, Cause::NotApproved { .. }), "{failure}");
    assert_eq!(world.tree(), before);
    world.run(&graph("new/place")).expect("nothing is there to ask about");
    assert_eq!(world.get("new/place/b.tmp").expect("copied"), b"b.tmp");
    world.undo();
    assert_eq!(world.tree(), before);
    world.receipts.0.lock().expect("ours").clear();
    world.consents = true;
    world.run(&graph("old")).expect("it runs");
    assert_eq!(*world.asked.lock().expect("ours"), [1, 1]);
    for place in ["old", "."] {
        assert_eq!(world.get(&format!("{place}/a.tmp")).expect("copied"), b"a.tmp");
        assert_eq!(world.get(&format!("{place}/b.tmp")).expect("copied"), b"b.tmp");
    }
    world.undo();
    assert_eq!(world.tree(), before);
}

fn number(number: i64) -> Input {
    constant(Value::Int(number))
}

#[test]
fn what_cannot_be_copied_is_told_before_anything_happens() {
    let world = World::new();
    world.put("in", b"data");
    fs::create_dir(world.work.join("d")).expect("writable");
    symlink("in", world.work.join("same")).expect("writable");
    for (from, to) in [("in", "in"), ("in", "same"), ("in", "d"), ("d", "e"), ("none", "e"), ("in", "no/such/place")] {
        let mut build = Build::default();
        build.host("file.copy", vec![text("in"), text("first")]);
        build.host("file.copy", vec![text(from), text(to)]);
        let failure = world.run(&build.0).expect_err("it fails");
        assert!(failure.changes.is_empty(), "{from} {to}: {failure}");
        assert_eq!(world.names(), ["d", "in", "same"], "{from} {to}");
    }
}

#[test]
fn directory_becomes_one_bundle_that_others_read() {
    let world = World::new();
    let long = furnish(&world);
    let mut build = Build::default();
    let whole = build.host("directory.bundle", vec![text("minutes")]);
    let plain = build.host("directory.bundle", vec![text("minutes"), constant(Value::Bool(false))]);
    let here = build.host("directory.bundle", vec![]);
    for (node, port) in [(whole, 0), (whole, 1), (plain, 1), (here, 1)] {
        build.show(node, port);
    }
    let outcome = world.run(&build.0).expect("it runs");
    let bytes = shown(&outcome.outputs[0].content);
    let found = members(&bytes);
    let deep = Path::new(&long).parent().expect("it has one").to_str().expect("plain").to_owned() + "/";
    let names: Vec<&[u8]> = found.iter().map(|member| member.0.as_slice()).collect();
    let expected = [
        b"minutes/.hidden".as_slice(),
        b"minutes/2024-05",
        b"minutes/2024.md",
        deep.as_bytes(),
        long.as_bytes(),
        b"minutes/empty/",
        "minutes/\u{e4}pfel two.md".as_bytes(),
    ];
    assert_eq!(names, expected);
    let said = (b"minutes/2024.md".to_vec(), EntryType::Regular, 1_700_000_000, 0o751, 0, b"what was said".to_vec());
    assert_eq!(found[2], said);
    assert_eq!((found[1].5.len(), found[5].1), ((3 << 20) + 5, EntryType::Directory));
    for (output, count) in outcome.outputs[1..].iter().zip(["Int(5)", "Int(4)", "Int(6)"]) {
        assert_eq!(shown(&output.content), count.as_bytes());
    }
    assert_eq!(bytes.len() % 512, 0);
    let again = world.run(&build.0).expect("it runs");
    assert!(shown(&again.outputs[0].content) == bytes, "the same files give the same bytes");
}

#[test]
fn listed_files_become_one_bundle() {
    let world = World::new();
    furnish(&world);
    let list = |names: &[&str]| constant(Value::List(names.iter().map(|name| Value::Text((*name).into())).collect()));
    let mut build = Build::default();
    let bundle = build.host("file.bundle", vec![list(&["other", "minutes/2024.md", "other", "./other"])]);
    build.show(bundle, 0);
    build.show(bundle, 1);
    let outcome = world.run(&build.0).expect("it runs");
    let found = members(&shown(&outcome.outputs[0].content));
    let names: Vec<&[u8]> = found.iter().map(|member| member.0.as_slice()).collect();
    assert_eq!(names, [b"minutes/2024.md".as_slice(), b"other"]);
    assert_eq!(shown(&outcome.outputs[1].content), b"Int(2)");
    let mut build = Build::default();
    let bundle = build.host("file.bundle", vec![list(&["minutes"])]);
    build.show(bundle, 0);
    world.run(&build.0).expect_err("a directory is no file");
}

#[test]
fn bundle_of_a_secret_is_secret() {
    let mut world = World::new();
    furnish(&world);
    world.put("minutes/.env", b"KEY=1");
    let graph = |primitive: &str, input: Input| {
        let mut build = Build::default();
        let bundle = build.host(primitive, vec![input]);
        build.host("file.write", vec![text("all.tar"), from(bundle)]);
        build.0
    };
    world.sealed = Label::tainted(Taint::ALL);
    let env = constant(Value::List(vec![Value::Text("minutes/.env".into())]));
    for (primitive, input) in [("directory.bundle", text("minutes")), ("file.bundle", env)] {
        let failure = world.run(&graph(primitive, input)).expect_err("credentials were not in the plan");
        assert!(matches!(failure.cause, Cause::Label { .. }), "{failure}");
        assert_eq!(world.names(), ["minutes", "other"]);
    }
    world.sealed = Label::TOP;
    world.run(&graph("directory.bundle", text("minutes"))).expect("now they are");
    world.sealed = Label::tainted(Taint::ALL);
    let mut build = Build::default();
    let read = build.host("file.read", vec![text("all.tar")]);
    build.show(read, 0);
    let failure = world.run(&build.0).expect_err("what was written keeps the label");
    assert!(matches!(failure.cause, Cause::Label { .. }), "{failure}");
}

#[test]
fn what_was_bundled_is_unpacked_and_taken_back() {
    let world = World::new();
    let long = furnish(&world);
    let before = world.tree();
    let mut build = Build::default();
    let bundle = build.host("directory.bundle", vec![text("minutes")]);
    let fill = build.host("directory.fill", vec![from(bundle), text("copy/of")]);
    build.show(fill, 0);
    build.show(fill, 1);
    let outcome = world.run(&build.0).expect("it runs");
    assert_eq!(shown(&outcome.outputs[1].content), b"Int(5)");
    let Some(Value::List(files)) = value(&outcome) else { panic!("a list of files") };
    let Value::Handle(first) = files[0] else { panic!("a handle") };
    let path = outcome.path(first).expect("known").lossy().into_owned();
    assert_eq!((files.len(), path.ends_with("/copy/of/minutes/.hidden")), (5, true));
    for name in ["minutes/2024.md", "minutes/.hidden", "minutes/2024-05", "minutes/\u{e4}pfel two.md", &long] {
        assert!(world.get(&format!("copy/of/{name}")) == world.get(name), "{name}");
    }
    assert!(world.work.join("copy/of/minutes/empty").is_dir());
    assert!(!world.work.join("copy/of/minutes/link").exists());
    world.undo();
    assert_eq!(world.tree(), before);
}

fn value(outcome: &Outcome) -> Option<Value> {
    match &outcome.outputs[0].content {
        crate::Content::Value(value) => Some(Value::clone(value)),
        _ => None,
    }
}

#[test]
fn unpacking_over_files_asks_about_each_and_undo_gives_them_back() {
    let mut world = World::new();
    fs::create_dir_all(world.work.join("d/e")).expect("writable");
    world.put("d/a", b"old a");
    world.put("d/e/b", b"old b");
    let before = world.tree();
    let bundle: &[(&str, EntryType, &[u8])] = &[
        ("a", EntryType::Regular, b"new a"),
        ("e/b", EntryType::Regular, b"new b"),
        ("f/c", EntryType::Regular, b"new c"),
    ];
    world.consents = false;
    let failure = fill(&world, bundle, "d").expect_err("not approved");
    assert!(matches!(failure.cause, Cause::NotApproved { .. }), "{failure}");
    assert_eq!(world.tree(), before);
    world.consents = true;
    fill(&world, bundle, "d").expect("approved");
    assert_eq!(*world.asked.lock().expect("ours"), [2, 2]);
    assert_eq!((world.get("d/a"), world.get("d/f/c")), (Some(b"new a".to_vec()), Some(b"new c".to_vec())));
    let receipts = world.receipts.0.lock().expect("ours").clone();
    let bound = receipts.iter().filter_map(|receipt| match receipt {
        Receipt::Approved(made) if made.granted => made.value,
        _ => None,
    });
    let shown: Vec<_> = bound.collect();
    let digests = [b"new a", b"new b"].map(|bytes| telos_abi::Digest(*blake3::hash(bytes).as_bytes()));
    assert_eq!(shown, digests, "consent is to this content");
    world.undo();
    assert_eq!(world.tree(), before);
}

#[test]
fn bundle_that_leads_out_writes_nothing() {
    let world = World::new();
    fs::create_dir_all(world.work.join("d/taken")).expect("writable");
    world.put("d/file", b"kept");
    fs::create_dir(world.work.join("elsewhere")).expect("writable");
    symlink("../elsewhere", world.work.join("d/out")).expect("writable");
    symlink("../elsewhere/x", world.work.join("d/one")).expect("writable");
    let before = world.tree();
    let ok = ("ok", EntryType::Regular, b"1".as_slice());
    let bad = [
        ("/tmp/x", EntryType::Regular),
        ("../x", EntryType::Regular),
        ("a/../../x", EntryType::Directory),
        ("link", EntryType::Symlink),
        ("hard", EntryType::Link),
        ("device", EntryType::Block),
        ("out/x", EntryType::Regular),
        ("one", EntryType::Regular),
        ("taken", EntryType::Regular),
        ("file", EntryType::Directory),
        ("file/x", EntryType::Regular),
        ("ok", EntryType::Regular),
        ("ok/x", EntryType::Regular),
        ("./ok", EntryType::Directory),
    ];
    for (name, kind) in bad {
        for bundle in [[ok, (name, kind, b"")], [(name, kind, b""), ok]] {
            let failure = fill(&world, &bundle, "d").expect_err("it is refused");
            assert!(failure.changes.is_empty(), "{name}: {failure}");
            assert_eq!(world.tree(), before, "{name}");
        }
    }
    fill(&world, &[ok], "d/file").expect_err("a file is no directory");
    fill(&world, &[], "d").expect("an empty bundle is one");
    assert_eq!(world.tree(), before);
    fill(&world, &[ok], "d/out").expect("the person named the link");
    assert_eq!(world.get("elsewhere/ok").expect("written"), b"1");
}

#[test]
fn interrupted_unpacking_goes_on_and_repeats_nothing() {
    let mut world = World::new();
    let mut build = Build::default();
    let bundle = bundle_of(&[("d/a", EntryType::Regular, b"a"), ("d/b", EntryType::Regular, b"b")]);
    let fill = build.host("directory.fill", vec![bundle, text("new")]);
    build.show(fill, 1);
    world.run(&build.0).expect("it runs");
    let all = world.receipts.0.lock().expect("ours").clone();
    let second = all.iter().position(|receipt| match receipt {
        Receipt::Intended { what: Act::Write { path, .. }, .. } => path.lossy().ends_with("/b"),
        _ => false,
    });
    // As if the run had been killed before its last file.
    fs::remove_file(world.work.join("new/d/b")).expect("there");
    world.put("new/d/a", b"edited since");
    world.consents = false;
    let outcome = world.resume(&build.0, &all[..second.expect("it was written")]).expect("it resumes");
    assert_eq!(shown(&outcome.outputs[0].content), b"Int(2)");
    assert_eq!(world.get("new/d/a").expect("there"), b"edited since");
    assert_eq!(world.get("new/d/b").expect("there"), b"b");
    assert_eq!(outcome.changes.written.len(), 1);
}

#[test]
fn what_was_unpacked_before_a_failure_is_told() {
    let world = World::new();
    let mut build = Build::default();
    let content = constant(Value::Bytes(b"first".as_slice().into()));
    build.host("file.write", vec![text("b"), content]);
    let bundle = bundle_of(&[("a", EntryType::Regular, b"a"), ("b", EntryType::Regular, b"b")]);
    build.host("directory.fill", vec![bundle, text(".")]);
    let failure = world.run(&build.0).expect_err("both make b");
    let names = failure.changes.written.iter().map(|path| path.lossy().into_owned());
    let names: Vec<_> = names.map(|path| path.rsplit('/').next().unwrap_or_default().to_owned()).collect();
    assert_eq!(names, ["b", "a"]);
    assert_eq!((world.get("a"), world.get("b")), (Some(b"a".to_vec()), Some(b"first".to_vec())));
}

#[test]
fn what_is_known_of_a_file_and_the_time() {
    let world = World::new();
    furnish(&world);
    let mut build = Build::default();
    let about = build.host("file.information", vec![text("minutes/2024.md")]);
    let directory = build.host("file.information", vec![text(".")]);
    let today = build.host("clock.today", vec![]);
    build.show(about, 0);
    build.show(about, 1);
    build.show(directory, 0);
    build.0.outputs.extend([source(today, 0), source(today, 1)]);
    let outcome = world.run(&build.0).expect("it runs");
    let outputs: Vec<String> =
        outcome.outputs.iter().map(|output| String::from_utf8_lossy(&shown(&output.content)).into_owned()).collect();
    let row = "2024.md,minutes/2024.md,13,2023-11-14T22:13:20Z,file\n";
    assert_eq!(outputs[0], format!("name,path,size,modified,kind\n{row}"));
    assert_eq!(outputs[1], "Int(13)");
    assert!(outputs[2].contains("\n.,.,") && outputs[2].ends_with(",directory\n"), "{}", outputs[2]);
    let date = outputs[3].strip_prefix("Text(\"").expect("a text").trim_end_matches("\")");
    assert!(date.len() == 10 && outputs[4].contains(&format!("{date}T")), "{outputs:?}");
    let mut build = Build::default();
    let missing = build.host("file.information", vec![text("none")]);
    build.show(missing, 0);
    world.run(&build.0).expect_err("it is not there");
}
