//! Names in bundles: relative, of the files a bundle was made from.

use telos_pack::Failure;

/// Longest name, in bytes (Linux `PATH_MAX` less its NUL).
const NAME_BYTES_MAX: usize = 4_095;

/// The name in its plain form: no `.`, no doubled slash, none at the end; empty for the directory itself. A byte that
/// is not UTF-8 becomes `\xff`, so that names which differ stay different.
pub(super) fn relative(bytes: &[u8], at: u64) -> Result<String, Failure> {
    let refuse = |what: &str| {
        let name: String = String::from_utf8_lossy(bytes).chars().take(200).collect();
        Err(Failure::bad(format!("the name `{name}` at byte {at} {what}")))
    };
    if bytes.len() > NAME_BYTES_MAX {
        return refuse(&format!("is longer than {NAME_BYTES_MAX} bytes"));
    }
    if bytes.contains(&0) {
        return refuse("has a NUL");
    }
    if bytes.first() == Some(&b'/') {
        return refuse("is absolute; names in a bundle are relative");
    }
    let mut name = String::with_capacity(bytes.len());
    for part in bytes.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => continue,
            b".." => return refuse("leads out of the bundle"),
            _ => {}
        }
        if !name.is_empty() {
            name.push('/');
        }
        for piece in part.utf8_chunks() {
            name.push_str(piece.valid());
            piece.invalid().iter().for_each(|byte| name.push_str(&format!("\\x{byte:02x}")));
        }
    }
    Ok(name)
}

/// The last part of a name.
pub(crate) fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}
