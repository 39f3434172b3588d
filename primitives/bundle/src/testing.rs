//! Bundles for tests, written by the crate `tar`.

use tar::{Builder, EntryType, Header};

/// What goes into an archive.
pub(crate) struct Put {
    pub(crate) name: String,
    pub(crate) kind: EntryType,
    pub(crate) content: Vec<u8>,
}

pub(crate) fn file(name: &str, content: impl AsRef<[u8]>) -> Put {
    Put { name: name.to_owned(), kind: EntryType::Regular, content: content.as_ref().to_vec() }
}

pub(crate) fn directory(name: &str) -> Put {
    Put { name: name.to_owned(), kind: EntryType::Directory, content: Vec::new() }
}

/// An archive with GNU's headers, which names longer than 100 bytes get a header before.
pub(crate) fn archive(entries: &[Put]) -> Vec<u8> {
    with_headers(entries, Header::new_gnu)
}

pub(crate) fn with_headers(entries: &[Put], header: fn() -> Header) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for put in entries {
        let mut header = header();
        header.set_entry_type(put.kind);
        header.set_size(put.content.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(1_700_000_000);
        builder.append_data(&mut header, &put.name, put.content.as_slice()).unwrap();
    }
    builder.into_inner().unwrap()
}

/// The files of an archive, as the crate `tar` reads them.
pub(crate) fn read(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut reader = tar::Archive::new(archive);
    let entries = reader.entries().unwrap();
    entries
        .map(|entry| {
            let mut entry = entry.unwrap();
            let name = String::from_utf8(entry.path_bytes().into_owned()).unwrap();
            let mut content = Vec::new();
            std::io::Read::read_to_end(&mut entry, &mut content).unwrap();
            (name, content)
        })
        .collect()
}
