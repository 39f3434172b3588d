//! Cells: kept whole, decided by name, given back by undo, and out of every path's reach.

use crate::testing::{Place, permit};
use crate::{Host, HostError};
use std::os::unix::fs::PermissionsExt;
use telos_abi::{EffectKind, Facts, Label, Resource, Secrecy};

fn write(host: &Host, content: &str, label: Label) {
    let cell = host.cell("memory").unwrap();
    let mut prepared = host.prepare_write(&cell).unwrap();
    prepared.write_all(content.as_bytes()).unwrap();
    host.commit_write(permit(&cell.write_effect().unwrap(), Facts::default()), prepared, label).unwrap();
}

fn read(host: &Host) -> Vec<u8> {
    let cell = host.cell("memory").unwrap();
    host.read_cell(permit(&cell.read_effect().unwrap(), Facts::default()), &cell).unwrap()
}

#[test]
fn a_cell_is_empty_until_it_is_written_and_keeps_its_label() {
    let place = Place::new();
    let (host, _) = place.host(1);
    assert!(host.existing_cell("memory").unwrap().is_none());
    assert_eq!(host.label_of_cell("memory").unwrap(), Label::BOTTOM);
    assert_eq!(read(&host), b"");
    let secret = Label::secret(Secrecy::CREDENTIAL);
    write(&host, "one\n", secret);
    assert_eq!((read(&host), host.label_of_cell("memory").unwrap()), (b"one\n".to_vec(), secret));
    let mode = std::fs::metadata(place.state().join("cells")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn acts_on_a_cell_are_decided_by_its_name() {
    let place = Place::new();
    let (host, _) = place.host(1);
    let cell = host.cell("memory").unwrap();
    let (reading, writing) = (cell.read_effect().unwrap(), cell.write_effect().unwrap());
    assert_eq!((reading.kind, writing.kind), (EffectKind::CellRead, EffectKind::CellWrite));
    assert_eq!(writing.resource, Resource::Named("memory".into()));
    let other = host.cell("bookmarks").unwrap();
    let wrong = permit(&other.read_effect().unwrap(), Facts::default());
    assert!(matches!(host.read_cell(wrong, &cell), Err(HostError::WrongPermit { .. })));
    let prepared = host.prepare_write(&cell).unwrap();
    let wrong = permit(&reading, Facts::default());
    assert!(matches!(host.commit_write(wrong, prepared, Label::BOTTOM), Err(HostError::WrongPermit { .. })));
    for name in ["", "..", "a/b", "Memory", "x.y", &"a".repeat(65)] {
        assert!(matches!(host.cell(name), Err(HostError::BadPath { .. })), "{name}");
    }
}

#[test]
fn undo_gives_back_what_a_cell_held() {
    let place = Place::new();
    let (first, _) = place.host(1);
    write(&first, "one\n", Label::BOTTOM);
    let (second, memory) = place.host(2);
    write(&second, "one\ntwo\n", Label::BOTTOM);
    let (undoing, _) = place.host(3);
    let plan = undoing.plan_undo(&memory.all()).unwrap();
    assert_eq!(plan.conflicts(), []);
    let effects = plan.effects();
    assert!(effects.iter().all(|undone| undone.effect == undoing.cell("memory").unwrap().write_effect().unwrap()));
    let permits = effects.iter().map(|undone| permit(&undone.effect, undone.facts)).collect();
    undoing.undo(plan, permits).unwrap();
    assert_eq!(read(&undoing), b"one\n");
}
