//! Lists of checksums as the usual programs write them.

use telos_pack::Failure;

/// Lengths of digests in bytes: MD5, SHA-1, SHA-256 and BLAKE3, SHA-512.
const LENGTHS: [usize; 4] = [16, 20, 32, 64];
/// Bytes of a line that a message shows.
const SHOWN_LETTERS: usize = 60;

/// A file that is listed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) digest: Vec<u8>,
    pub(crate) name: String,
}

/// Reads a list. Empty lines and those that begin with `#` are passed over; any other that is no checksum is refused,
/// because a file that seems checked and is not is worse than an error.
pub(crate) fn parse(text: &str) -> Result<Vec<Listed>, Failure> {
    let mut listed = Vec::new();
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let entry = entry(line).ok_or_else(|| {
            let shown: String = line.chars().take(SHOWN_LETTERS).collect();
            Failure::bad(format!(
                "line {} of the checksums is `{shown}`; expected a digest in 32, 40, 64 or 128 hexadecimal digits and \
                 the name of a file",
                number + 1
            ))
        })?;
        listed.push(entry);
    }
    if listed.is_empty() {
        return Err(Failure::bad("there are no checksums in the list"));
    }
    Ok(listed)
}

fn entry(line: &str) -> Option<Listed> {
    let (line, escaped) = match line.strip_prefix('\\') {
        Some(rest) => (rest, true),
        None => (line, false),
    };
    let (digest, name) = plain(line).or_else(|| tagged(line))?;
    let name = if escaped { unescaped(name)? } else { name.to_owned() };
    if name.is_empty() { None } else { Some(Listed { digest, name }) }
}

/// `digest  name`, or `digest *name` for what was read as binary.
fn plain(line: &str) -> Option<(Vec<u8>, &str)> {
    let (digits, name) = line.split_once([' ', '\t'])?;
    let name = name.strip_prefix([' ', '*', '\t']).unwrap_or(name);
    Some((digest(digits)?, name))
}

/// `SHA256 (name) = digest`, as BSD's programs write it, and openssl without the blanks.
fn tagged(line: &str) -> Option<(Vec<u8>, &str)> {
    let (algorithm, rest) = line.split_once('(')?;
    let (name, digits) = rest.rsplit_once(')')?;
    let digits = digits.trim_start().strip_prefix('=')?.trim();
    let known = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    if algorithm.trim_end().is_empty() || !algorithm.trim_end().chars().all(known) {
        return None;
    }
    Some((digest(digits)?, name))
}

fn digest(digits: &str) -> Option<Vec<u8>> {
    let value = |letter: u8| char::from(letter).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    if !rest.is_empty() || !LENGTHS.contains(&pairs.len()) {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(value(*high)? << 4 | value(*low)?)).collect()
}

fn unescaped(name: &str) -> Option<String> {
    let mut letters = name.chars();
    let mut plain = String::with_capacity(name.len());
    while let Some(letter) = letters.next() {
        plain.push(match letter {
            '\\' => match letters.next()? {
                'n' => '\n',
                'r' => '\r',
                '\\' => '\\',
                _ => return None,
            },
            other => other,
        });
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MD5: &str = "900150983cd24fb0d6963f7d28e17f72";

    fn names(text: &str) -> Vec<String> {
        parse(text).unwrap().into_iter().map(|listed| listed.name).collect()
    }

    #[test]
    fn the_usual_formats_are_read() {
        let list = format!(
            "# made today\n\n{MD5}  a b.txt\r\n{MD5} *b.iso\n{upper}  c\nMD5 (d (1).txt) = {MD5}\nMD5(e)= {MD5}\n\\{MD5}  f\\ng\\\\h\n{MD5}  last",
            upper = MD5.to_uppercase()
        );
        assert_eq!(names(&list), ["a b.txt", "b.iso", "c", "d (1).txt", "e", "f\ng\\h", "last"]);
        assert!(parse(&list).unwrap().iter().all(|listed| listed.digest.len() == 16 && listed.digest[0] == 0x90));
    }

    #[test]
    fn what_is_no_checksum_is_refused_with_its_line() {
        for bad in ["hello", "abc  name", &format!("{MD5}0  name"), MD5, &format!("{MD5}  "), "SHA256 (a) = 12", "\\x"]
        {
            let told = parse(&format!("{MD5}  a\n{bad}\n")).unwrap_err().to_string();
            assert!(told.contains("line 2"), "{told}");
        }
        assert!(parse("").is_err() && parse("# nothing\n").is_err());
        assert!(parse(&format!("{MD5}é  a")).is_err());
    }
}
