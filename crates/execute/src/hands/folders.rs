//! Which folder a file belongs to.

use super::finding::time;

/// Folders for kinds of files, with the extensions of each.
const KINDS: &[(&str, &[&str])] = &[
    ("images", &["jpg", "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff", "svg", "heic", "raw", "cr2", "nef", "ico"]),
    ("documents", &["pdf", "doc", "docx", "odt", "rtf", "txt", "md", "tex", "epub", "pages", "html", "htm"]),
    ("tables", &["csv", "tsv", "xls", "xlsx", "ods", "numbers"]),
    ("presentations", &["ppt", "pptx", "odp", "key"]),
    ("audio", &["mp3", "wav", "flac", "ogg", "m4a", "aac", "opus", "aiff"]),
    ("video", &["mp4", "mov", "mkv", "avi", "webm", "m4v", "mpg"]),
    ("archives", &["zip", "tar", "gz", "tgz", "bz2", "xz", "zst", "7z", "rar"]),
    (
        "data",
        &["json", "jsonl", "yaml", "yml", "toml", "xml", "ini", "sqlite", "db", "ics", "vcf", "eml", "mbox", "log"],
    ),
    ("code", &["rs", "py", "js", "ts", "c", "h", "cpp", "java", "go", "rb", "sh", "css", "php", "sql"]),
];
/// Where what belongs nowhere else goes.
const OTHER: &str = "other";

/// The name of the folder for a file of this name, last changed then. A dot that the name begins with begins no extension.
pub(super) fn folder(by: &str, name: &[u8], changed_ns: i128) -> String {
    let name = String::from_utf8_lossy(name).to_lowercase();
    let end = name.rsplit_once('.').filter(|(stem, end)| !stem.is_empty() && !end.is_empty()).map(|(_, end)| end);
    match by {
        // Year and month, in UTC as in listings.
        "date" => time(changed_ns).get(..7).unwrap_or(OTHER).to_owned(),
        "extension" => end.unwrap_or(OTHER).to_owned(),
        _ => {
            let kind = KINDS.iter().find(|(_, ends)| end.is_some_and(|end| ends.contains(&end)));
            kind.map_or(OTHER, |(folder, _)| folder).to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_a_folder() {
        let changed = 1_700_000_000 * 1_000_000_000;
        assert_eq!(folder("kind", b"Photo.JPG", changed), "images");
        assert_eq!(folder("kind", b"README", changed), "other");
        assert_eq!(folder("extension", b"a.tar.gz", changed), "gz");
        assert_eq!(folder("extension", b".bashrc", changed), "other");
        assert_eq!(folder("date", b"a", changed), "2023-11");
        let all: Vec<&str> = KINDS.iter().flat_map(|(_, ends)| ends.iter().copied()).collect();
        let distinct: std::collections::BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(all.len(), distinct.len());
    }
}
