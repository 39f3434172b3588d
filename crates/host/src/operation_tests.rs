//! Every operation through its public door: what it does, what it refuses, what it leaves behind.

use crate::testing::{Memory, Place, bytes, permit, permit_with, tree};
use crate::{FileKind, Host, HostError, ListOptions};
use std::fs::Permissions;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::sync::Arc;
use telos_abi::{Act, EffectKind, Facts, Label, Outcome, PreImage, Receipt, Resource, Secrecy, Taint};

const SECRET: Label = Label::secret(Secrecy::CREDENTIAL);

fn list(host: &Host, options: ListOptions) -> Result<crate::Listing, HostError> {
    let located = host.find(".");
    let effect = located.list_effect().unwrap();
    host.list(host.allow(&located, &effect), &located, options)
}

#[test]
fn a_permit_is_for_one_effect_on_one_resource() {
    let place = Place::new();
    place.put("a", "A");
    place.put("b", "B");
    let (host, memory) = place.host(1);
    let (a, b) = (host.find("a"), host.find("b"));
    let delete_b = permit(&b.delete_effect().unwrap(), Facts::default());
    assert!(matches!(host.delete(delete_b, &a), Err(HostError::WrongPermit { .. })));
    let read_a = permit(&a.read_effect().unwrap(), Facts::default());
    assert!(matches!(host.delete(read_a, &a), Err(HostError::WrongPermit { .. })));
    let create = permit(&host.find("new").write_effect().unwrap(), Facts::default());
    let prepared = host.prepare_write(&a).unwrap();
    assert!(matches!(host.commit_write(create, prepared, Label::BOTTOM), Err(HostError::WrongPermit { .. })));
    assert_eq!((place.get("a"), place.get("b")), ("A".into(), "B".into()));
    assert_eq!(memory.all(), []);
}

#[test]
fn a_link_is_read_and_written_as_what_it_leads_to() {
    let place = Place::new();
    std::fs::create_dir(place.work().join(".ssh")).unwrap();
    place.put(".ssh/id_rsa", "key");
    symlink(".ssh/id_rsa", place.work().join("notes.txt")).unwrap();
    let (host, _) = place.host(1);
    let located = host.find("notes.txt");
    let real = Resource::Path(place.path(".ssh/id_rsa"));
    assert_eq!(located.read_effect().unwrap().resource, real);
    assert_eq!(located.write_effect().unwrap().resource, real);
    assert_eq!(located.delete_effect().unwrap().resource, Resource::Path(place.path("notes.txt")));
    host.do_delete("notes.txt").unwrap();
    assert_eq!(place.get(".ssh/id_rsa"), "key");
}

#[test]
fn a_window_is_read_from_its_offset_and_ends_with_the_file() {
    let place = Place::new();
    place.put("f", &"0123456789".repeat(20_000));
    let (host, _) = place.host(1);
    let located = host.find("f");
    let reader = host.read(permit(&located.read_effect().unwrap(), Facts::default()), &located).unwrap();
    assert_eq!(reader.window(12, 4).unwrap(), b"2345");
    assert_eq!(reader.window(5, 100_000).unwrap().len(), 100_000);
    assert_eq!(reader.window(199_998, 10).unwrap(), b"89");
    assert_eq!(reader.window(1 << 40, 10).unwrap(), b"");
}

#[test]
fn what_is_swapped_between_decision_and_act_is_left_alone() {
    let place = Place::new();
    place.put("f", "decided on");
    place.put("secret", "do not touch");
    std::fs::create_dir(place.work().join("d")).unwrap();
    place.put("d/x", "in d");
    let (host, _) = place.host(1);
    let f = host.find("f");
    let allowed = |kind: &str| match kind {
        "read" => host.allow(&f, &f.read_effect().unwrap()),
        "write" => host.allow(&f, &f.write_effect().unwrap()),
        _ => host.allow(&f, &f.delete_effect().unwrap()),
    };
    let mut prepared = host.prepare_write(&f).unwrap();
    prepared.write_all(b"new").unwrap();
    std::fs::remove_file(place.work().join("f")).unwrap();
    symlink("secret", place.work().join("f")).unwrap();
    let changed = |result: Result<(), HostError>| {
        assert!(matches!(result, Err(HostError::Changed { .. })), "{result:?}");
    };
    changed(host.read(allowed("read"), &f).map(drop));
    changed(host.commit_write(allowed("write"), prepared, Label::BOTTOM).map(drop));
    changed(host.delete(allowed("delete"), &f));
    assert_eq!(place.get("secret"), "do not touch");

    let x = host.find("d/x");
    let effect = x.read_effect().unwrap();
    std::fs::rename(place.work().join("d"), place.work().join("elsewhere")).unwrap();
    symlink("elsewhere", place.work().join("d")).unwrap();
    changed(host.read(host.allow(&x, &effect), &x).map(drop));
}

#[test]
fn a_new_file_is_not_written_over_one_that_came_first() {
    let place = Place::new();
    let (host, memory) = place.host(1);
    let new = host.find("new");
    let mut prepared = host.prepare_write(&new).unwrap();
    prepared.write_all(b"mine").unwrap();
    assert_eq!(tree(&place.work()).len(), 0, "nothing is visible yet");
    place.put("new", "theirs");
    let result = host.commit_write(host.allow(&new, &new.write_effect().unwrap()), prepared, Label::BOTTOM);
    assert!(matches!(result, Err(HostError::Changed { .. })));
    assert_eq!(place.get("new"), "theirs");
    assert_eq!(memory.all(), []);
}

#[test]
fn pipes_and_directories_are_refused_without_blocking() {
    let place = Place::new();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        place.work().join("pipe"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    std::fs::create_dir(place.work().join("d")).unwrap();
    let (host, _) = place.host(1);
    assert_eq!(host.find("pipe").kind(), Some(FileKind::Pipe));
    for name in ["pipe", "d"] {
        assert!(matches!(host.do_read(name), Err(HostError::WrongKind { .. })));
        assert!(matches!(host.do_write(name, "x"), Err(HostError::WrongKind { .. })));
    }
    assert!(matches!(host.do_delete("pipe"), Err(HostError::WrongKind { .. })));
    assert!(matches!(host.do_read("none"), Err(HostError::NotFound { .. })));
    assert!(matches!(host.do_write("no/such/dir", "x"), Err(HostError::NoParent { .. })));
}

#[test]
fn an_overwritten_file_keeps_its_mode_and_attributes() {
    let place = Place::new();
    place.put("f", "before");
    let path = place.work().join("f");
    std::fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    let flags = rustix::fs::XattrFlags::empty();
    let supported = rustix::fs::setxattr(&path, "user.note", b"kept", flags).is_ok();
    let (host, _) = place.host(1);
    host.do_write("f", "after").unwrap();
    assert_eq!(place.get("f"), "after");
    assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o7777, 0o640);
    if supported {
        let mut value = [0; 8];
        let length = rustix::fs::getxattr(&path, "user.note", &mut value).unwrap();
        assert_eq!(&value[..length], b"kept");
    }
}

#[test]
fn the_journal_comes_first_and_a_full_log_stops_the_act() {
    let place = Place::new();
    place.put("f", "before");
    for room in [0, 1] {
        let memory = Arc::new(Memory { room: Some(room), ..Memory::default() });
        let host = place.host_with(1, memory.clone());
        let result = host.do_write("f", "after");
        match room {
            0 => {
                assert!(matches!(result, Err(HostError::NotJournalled { .. })));
                assert_eq!(place.get("f"), "before");
            }
            _ => {
                assert!(matches!(result, Err(HostError::NotReceipted { .. })));
                assert_eq!(place.get("f"), "after");
                assert!(matches!(
                    memory.all().as_slice(),
                    [Receipt::Intended { what: Act::Write { pre_image: PreImage::Kept { .. }, .. }, .. }]
                ));
            }
        }
        assert_eq!(tree(&place.work()).len(), 1, "no temporary file is left");
    }
}

#[test]
fn labels_stay_with_files() {
    let place = Place::new();
    let (host, first) = place.host(1);
    host.do_write_labelled("f", "secret", SECRET).unwrap();
    let (later, memory) = place.host(2);
    assert_eq!(later.do_read("f").unwrap(), (b"secret".to_vec(), SECRET));
    std::fs::rename(place.work().join("f"), place.work().join("g")).unwrap();
    assert_eq!(later.do_read("g").unwrap().1, SECRET);
    later.do_move("g", "h").unwrap();
    assert_eq!(later.label_of(&later.find("h")).unwrap(), SECRET);
    let h = later.find("h");
    let tainted = Label::tainted(Taint::NETWORK);
    let carried = permit_with(&h.write_effect().unwrap(), later.facts(&h, EffectKind::FileOverwrite), tainted);
    let prepared = later.prepare_write(&h).unwrap();
    later.commit_write(carried, prepared, Label::BOTTOM).unwrap();
    assert_eq!(later.label_of(&later.find("h")).unwrap(), tainted);
    later.do_directory("d").unwrap();
    host.do_write_labelled("d/k", "secret", SECRET).unwrap();
    let (third, moved) = place.host(3);
    third.do_move("d", "e").unwrap();
    let runs = [first.all(), memory.all(), moved.all()];
    later.rebuild_labels(runs.iter().map(Vec::as_slice)).unwrap();
    assert_eq!(later.label_of(&later.find("h")).unwrap(), tainted);
    assert_eq!(later.label_of(&later.find("e/k")).unwrap(), SECRET);
    later.do_delete("h").unwrap();
    later.do_write("h", "anew").unwrap();
    assert_eq!(later.label_of(&later.find("h")).unwrap(), Label::BOTTOM);
}

#[test]
fn the_budget_is_asked_at_the_decision_and_kept_by_the_act() {
    let place = Place::new();
    place.put("small", "12345");
    place.put("large", "1234567890");
    let memory = Arc::new(Memory::default());
    let mut config = place.config();
    config.pre_image_budget_bytes = 9;
    let host = Host::open(config, memory.clone(), crate::testing::run(1)).unwrap();
    let large = host.find("large");
    let blind = permit(&large.delete_effect().unwrap(), Facts::default());
    assert!(matches!(host.delete(blind, &large), Err(HostError::OverBudget { size: 10, left: 9, .. })));
    assert!(!host.facts(&large, EffectKind::FileDelete).undoable);
    assert!(host.facts(&host.find("small"), EffectKind::FileDelete).undoable);
    let told = permit(&large.delete_effect().unwrap(), host.facts(&large, EffectKind::FileDelete));
    host.delete(told, &large).unwrap();
    assert!(memory.all().iter().any(|receipt| matches!(
        receipt,
        Receipt::Intended { what: Act::Delete { pre_image: PreImage::OverBudget { size: 10 }, .. }, .. }
    )));
    host.do_delete("small").unwrap();
    let plan = host.plan_undo(&memory.all()).unwrap();
    assert_eq!(plan.conflicts().len(), 1);
    let rest = plan.without_conflicts();
    let permits = crate::testing::permits_for(&rest);
    host.undo(rest, permits).unwrap();
    assert_eq!(place.get("small"), "12345");
}

#[test]
fn own_files_are_known() {
    let place = Place::new();
    place.put("old", "x");
    let (host, _) = place.host(1);
    host.do_write("new", "1").unwrap();
    host.do_write("new", "2").unwrap();
    let created = |name: &str| host.facts(&host.find(name), EffectKind::FileDelete).created_by_run;
    assert!(created("new"));
    host.do_write("old", "y").unwrap();
    assert!(!created("old"));
}

#[test]
fn listings_are_sorted_bounded_and_complete() {
    let place = Place::new();
    for name in ["b", "a", ".hidden"] {
        place.put(name, "x");
    }
    std::fs::create_dir(place.work().join("d")).unwrap();
    place.put("d/inner", "x");
    let odd = std::ffi::OsStr::from_bytes(b"odd-\xff\n");
    std::fs::write(place.work().join(odd), b"x").unwrap();
    symlink("d", place.work().join("to-d")).unwrap();
    let (host, _) = place.host(1);
    let flat = list(&host, ListOptions::default()).unwrap();
    let names: Vec<&[u8]> = flat.entries.iter().map(|entry| entry.path.as_bytes()).collect();
    assert_eq!(names, [&b"a"[..], b"b", b"d", b"odd-\xff\n", b"to-d"]);
    let deep = ListOptions { recursive: true, hidden: true, ..ListOptions::default() };
    let all = list(&host, deep).unwrap();
    assert_eq!(all.entries.len(), 7);
    assert_eq!(all.skipped, []);
    let few = ListOptions { entries_max: 6, ..deep };
    assert!(matches!(list(&host, few), Err(HostError::TooMany { limit: 6, .. })));
    for path in all.deepest_first() {
        let located = host.inspect(&path).unwrap();
        let effect = located.delete_effect().unwrap();
        host.delete(host.allow(&located, &effect), &located).unwrap();
    }
    assert_eq!(tree(&place.work()).len(), 0);
}

#[test]
fn directories_on_the_way_are_made_one_by_one() {
    let place = Place::new();
    let (host, memory) = place.host(1);
    let deep = host.find("a/b/c");
    assert_eq!(deep.directory_effects().len(), 3);
    assert!(matches!(host.make_directory(Vec::new(), &deep), Err(HostError::PermitCount { needed: 3, given: 0 })));
    host.do_directory("a/b/c").unwrap();
    assert!(place.work().join("a/b/c").is_dir());
    assert_eq!(memory.all().len(), 6);
    assert!(matches!(host.do_directory("a/b"), Err(HostError::WrongKind { .. })));
}

#[test]
fn a_refused_act_has_a_receipt_that_says_so() {
    let place = Place::new();
    std::fs::create_dir(place.work().join("full")).unwrap();
    place.put("full/x", "x");
    let (host, memory) = place.host(1);
    assert!(matches!(host.do_delete("full"), Err(HostError::Io { .. })));
    assert!(matches!(
        memory.all().as_slice(),
        [Receipt::Intended { .. }, Receipt::Acted { outcome: Outcome::Failed(_), .. }]
    ));
}

#[test]
fn a_directory_does_not_go_into_itself() {
    let place = Place::new();
    std::fs::create_dir(place.work().join("d")).unwrap();
    let (host, _) = place.host(1);
    assert!(host.do_move("d", "d/e").is_err());
    assert!(place.work().join("d").is_dir());
}

#[test]
fn an_account_without_permission_is_told() {
    if rustix::process::geteuid().is_root() {
        return; // Root is refused nothing; the ordinary account's run of this test is the one that counts.
    }
    let place = Place::new();
    place.put("f", "x");
    let path = place.work().join("f");
    std::fs::set_permissions(&path, Permissions::from_mode(0o000)).unwrap();
    let (host, _) = place.host(1);
    assert!(matches!(host.do_read("f"), Err(HostError::Io { .. })));
    assert!(matches!(host.do_write("f", "y"), Err(HostError::Io { .. })));
    std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    std::fs::set_permissions(place.work(), Permissions::from_mode(0o500)).unwrap();
    assert!(matches!(host.do_write("f", "y"), Err(HostError::Io { .. })));
    assert!(matches!(host.do_delete("f"), Err(HostError::Io { .. })));
    std::fs::set_permissions(place.work(), Permissions::from_mode(0o700)).unwrap();
    assert_eq!(place.get("f"), "x");
}

#[test]
fn files_move_between_filesystems() {
    let place = Place::new();
    let other = tempfile::tempdir().unwrap();
    place.put("f", "content");
    std::fs::set_permissions(place.work().join("f"), Permissions::from_mode(0o600)).unwrap();
    let before = tree(&place.work());
    let (host, memory) = place.host(1);
    let target = other.path().join("f");
    let name = bytes(&target).lossy().into_owned();
    host.do_move("f", &name).unwrap();
    assert_eq!(std::fs::read(&target).unwrap(), b"content");
    assert_eq!(std::fs::metadata(&target).unwrap().mode() & 0o777, 0o600);
    assert_eq!(tree(&place.work()).len(), 0);
    host.do_undo(&memory.all()).unwrap();
    assert!(!target.exists());
    assert_eq!(tree(&place.work()), before);
}

#[test]
fn a_copy_carries_content_bits_time_and_label() {
    let place = Place::new();
    place.put("f", "content");
    place.put("taken", "before");
    std::fs::set_permissions(place.work().join("f"), Permissions::from_mode(0o750)).unwrap();
    std::fs::set_permissions(place.work().join("taken"), Permissions::from_mode(0o600)).unwrap();
    symlink("f", place.work().join("link")).unwrap();
    let before = tree(&place.work());
    let (host, memory) = place.host(1);
    host.do_copy("f", "new").unwrap();
    host.do_copy("link", "taken").unwrap();
    let [original, copy, taken] = ["f", "new", "taken"].map(|name| std::fs::metadata(place.work().join(name)).unwrap());
    assert_eq!((place.get("new"), place.get("taken")), ("content".into(), "content".into()));
    assert_eq!(copy.mode() & 0o7777, 0o750);
    assert_eq!((copy.mtime(), copy.mtime_nsec()), (original.mtime(), original.mtime_nsec()));
    assert_eq!(taken.mode() & 0o7777, 0o600, "a replaced file keeps its own bits");
    for same in ["f", "link"] {
        assert!(matches!(host.do_copy("f", same), Err(HostError::WrongKind { .. })));
    }
    assert!(matches!(host.do_copy("none", "x"), Err(HostError::NotFound { .. })));
    assert!(matches!(host.do_copy("f", "no/such/place"), Err(HostError::NoParent { .. })));
    assert!(matches!(host.do_copy("f", "."), Err(HostError::WrongKind { .. })));
    host.do_undo(&memory.all()).unwrap();
    assert_eq!(tree(&place.work()), before);

    host.do_write_labelled("secret", "key", SECRET).unwrap();
    host.do_copy("secret", "copy").unwrap();
    assert_eq!(host.label_of(&host.find("copy")).unwrap(), SECRET);
}

#[test]
fn a_copy_needs_both_permits() {
    let place = Place::new();
    place.put("a", "A");
    place.put("b", "B");
    let (host, memory) = place.host(1);
    let (a, b, new) = (host.find("a"), host.find("b"), host.find("new"));
    let read = |located: &crate::Located| permit(&located.read_effect().unwrap(), Facts::default());
    let write = |located: &crate::Located| permit(&located.write_effect().unwrap(), Facts::default());
    assert!(matches!(host.copy(read(&b), write(&new), &a, &new), Err(HostError::WrongPermit { .. })));
    assert!(matches!(host.copy(read(&a), write(&new), &a, &b), Err(HostError::WrongPermit { .. })));
    assert!(matches!(host.look(read(&a), &a), Err(HostError::WrongPermit { .. })));
    assert_eq!((place.get("b"), memory.all()), ("B".into(), Vec::new()));
    let listed = host.look(host.allow(&a, &a.list_effect().unwrap()), &a).unwrap();
    assert_eq!((listed.kind, listed.size), (FileKind::File, 1));
}
