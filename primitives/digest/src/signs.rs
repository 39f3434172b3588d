//! By what kinds of data are recognised that crate `infer` does not know, and what people call those it does.

/// How texts begin, without white space before: media type, description, extension.
const TEXTS: [(&str, (&str, &str, &str)); 20] = [
    ("%PDF-", ("application/pdf", "PDF document", "pdf")),
    ("%!PS", ("application/postscript", "PostScript document", "ps")),
    ("{\\rtf", ("application/rtf", "RTF document", "rtf")),
    ("<!DOCTYPE html", ("text/html", "HTML document", "html")),
    ("<html", ("text/html", "HTML document", "html")),
    ("<svg", ("image/svg+xml", "SVG picture", "svg")),
    ("<?php", ("application/x-httpd-php", "PHP program", "php")),
    ("#!", ("text/x-shellscript", "script", "sh")),
    ("BEGIN:VCALENDAR", ("text/calendar", "calendar", "ics")),
    ("BEGIN:VCARD", ("text/vcard", "contacts", "vcf")),
    ("-----BEGIN CERTIFICATE", ("application/x-pem-file", "certificate", "pem")),
    ("-----BEGIN PGP", ("application/pgp-encrypted", "OpenPGP data", "asc")),
    ("-----BEGIN", ("application/x-pem-file", "keys or certificates", "pem")),
    ("From ", ("application/mbox", "mailbox", "mbox")),
    ("Return-Path:", ("message/rfc822", "mail", "eml")),
    ("Received:", ("message/rfc822", "mail", "eml")),
    ("#EXTM3U", ("audio/x-mpegurl", "playlist", "m3u")),
    ("WEBVTT", ("text/vtt", "subtitles", "vtt")),
    ("diff --git", ("text/x-diff", "differences between files", "diff")),
    ("--- ", ("text/x-diff", "differences between files", "diff")),
];

/// Descriptions of media types.
const DESCRIPTIONS: [(&str, &str); 56] = [
    ("application/epub+zip", "e-book (EPUB)"),
    ("application/gzip", "data compressed with gzip"),
    ("application/java", "Java program"),
    ("application/msword", "Word document"),
    ("application/pdf", "PDF document"),
    ("application/postscript", "PostScript document"),
    ("application/rtf", "RTF document"),
    ("application/vnd.debian.binary-package", "Debian package"),
    ("application/vnd.microsoft.portable-executable", "Windows program"),
    ("application/vnd.ms-cab-compressed", "Windows cabinet archive"),
    ("application/vnd.ms-excel", "Excel spreadsheet"),
    ("application/vnd.ms-powerpoint", "PowerPoint presentation"),
    ("application/vnd.oasis.opendocument.presentation", "OpenDocument presentation"),
    ("application/vnd.oasis.opendocument.spreadsheet", "OpenDocument spreadsheet"),
    ("application/vnd.oasis.opendocument.text", "OpenDocument text"),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "PowerPoint presentation"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel spreadsheet"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word document"),
    ("application/vnd.rar", "RAR archive"),
    ("application/vnd.sqlite3", "SQLite database"),
    ("application/wasm", "WebAssembly program"),
    ("application/x-7z-compressed", "7-Zip archive"),
    ("application/x-bzip2", "data compressed with bzip2"),
    ("application/x-executable", "program (ELF)"),
    ("application/x-lz4", "data compressed with lz4"),
    ("application/x-mach-binary", "macOS program"),
    ("application/x-ole-storage", "older Office document"),
    ("application/x-rpm", "RPM package"),
    ("application/x-tar", "tar archive"),
    ("application/x-unix-archive", "library or archive (ar)"),
    ("application/x-x509-ca-cert", "certificate"),
    ("application/x-xz", "data compressed with xz"),
    ("application/zip", "zip archive"),
    ("application/zstd", "data compressed with zstd"),
    ("audio/m4a", "AAC audio (M4A)"),
    ("audio/midi", "MIDI music"),
    ("audio/mpeg", "MP3 audio"),
    ("audio/ogg", "Ogg audio"),
    ("audio/x-flac", "FLAC audio"),
    ("audio/x-wav", "WAV audio"),
    ("image/avif", "AVIF image"),
    ("image/bmp", "BMP image"),
    ("image/gif", "GIF image"),
    ("image/heif", "HEIF image"),
    ("image/jpeg", "JPEG image"),
    ("image/jxl", "JPEG XL image"),
    ("image/png", "PNG image"),
    ("image/tiff", "TIFF image"),
    ("image/vnd.adobe.photoshop", "Photoshop image"),
    ("image/vnd.microsoft.icon", "Windows icon"),
    ("image/webp", "WebP image"),
    ("video/mp4", "MP4 video"),
    ("video/quicktime", "QuickTime video"),
    ("video/webm", "WebM video"),
    ("video/x-matroska", "Matroska video"),
    ("video/x-msvideo", "AVI video"),
];

/// Media type, description and extension of a text.
pub(crate) fn text(prefix: &[u8]) -> (&'static str, &'static str, &'static str) {
    let prefix = prefix.strip_prefix("\u{feff}".as_bytes()).unwrap_or(prefix).trim_ascii_start();
    let begins = |sign: &str| prefix.get(..sign.len()).is_some_and(|start| start.eq_ignore_ascii_case(sign.as_bytes()));
    if let Some((_, told)) = TEXTS.iter().find(|(sign, _)| begins(sign)) {
        return *told;
    }
    if begins("<?xml") {
        let holds = |sign: &[u8]| prefix.windows(sign.len()).take(4_096).any(|part| part == sign);
        return match () {
            () if holds(b"<svg") => ("image/svg+xml", "SVG picture", "svg"),
            () if holds(b"<rss") || holds(b"<feed") => ("application/xml", "news feed", "xml"),
            () => ("application/xml", "XML document", "xml"),
        };
    }
    match prefix {
        // An object with a name first, or an array of what JSON has.
        [b'{', rest @ ..] if matches!(rest.trim_ascii_start().first(), Some(b'"' | b'}')) => JSON,
        [b'[', rest @ ..]
            if matches!(rest.trim_ascii_start().first(), Some(b'"' | b'{' | b'[' | b']' | b'0'..=b'9' | b'-')) =>
        {
            JSON
        }
        _ => ("text/plain", "plain text", "txt"),
    }
}

const JSON: (&str, &str, &str) = ("application/json", "JSON document", "json");

/// What people call a media type.
pub(crate) fn described(media: &str, extension: &str) -> String {
    if let Ok(index) = DESCRIPTIONS.binary_search_by_key(&media, |(known, _)| known) {
        return DESCRIPTIONS[index].1.to_owned();
    }
    let class = media.split('/').next().unwrap_or_default();
    let class = if matches!(class, "audio" | "image" | "video") { class } else { "data" };
    format!("{class} ({extension})")
}
