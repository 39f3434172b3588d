//! Matching normalised paths against tables of places, one walk over the components.
//!
//! Names are compared without regard to ASCII case: a rule that protects too much on a case-sensitive file system is
//! better than one that protects nothing on a case-folding one.

/// Where a row's first component must stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// Directly in a home directory.
    Home,
    /// Directly in `/`.
    Root,
    /// Anywhere in the path.
    Anywhere,
}

/// A place and everything beneath it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<T: 'static> {
    pub(crate) at: Anchor,
    /// Components joined by `/`, lower case.
    pub(crate) names: &'static str,
    pub(crate) what: T,
}

/// A table of places, indexed by first component.
#[derive(Debug)]
pub(crate) struct PlaceIndex<T: 'static> {
    rows: &'static [Place<T>],
    /// Row numbers sorted by the hash of the first component.
    by_hash: Vec<(u32, u16)>,
    /// For each first byte, a bit for each length (31 stands for all longer ones). Most components stop here.
    shapes: [u32; 256],
}

impl<T> PlaceIndex<T> {
    pub(crate) fn new(rows: &'static [Place<T>]) -> Self {
        let mut by_hash = Vec::with_capacity(rows.len());
        let mut shapes = [0_u32; 256];
        for (number, row) in (0_u16..).zip(rows) {
            let first = first_name(row.names);
            by_hash.push((hash(first), number));
            if let Some(&letter) = first.first() {
                shapes[usize::from(letter)] |= 1 << first.len().min(31);
            }
        }
        by_hash.sort_unstable();
        Self { rows, by_hash, shapes }
    }

    /// Calls `found` with every row that `path` lies at or beneath. O(components + matching rows).
    pub(crate) fn each_match(&self, path: &[u8], homes: &Homes, mut found: impl FnMut(&'static T)) {
        let inside = homes.starts(path);
        let mut start = usize::from(path.first() == Some(&b'/'));
        while start < path.len() {
            let rest = &path[start..];
            let name = first_name_bytes(rest);
            if self.may_begin(name) {
                let key = hash(name);
                let from = self.by_hash.partition_point(|&(other, _)| other < key);
                for &(_, number) in self.by_hash[from..].iter().take_while(|&&(other, _)| other == key) {
                    let row = &self.rows[usize::from(number)];
                    let anchored = match row.at {
                        Anchor::Anywhere => true,
                        Anchor::Root => start == 1,
                        Anchor::Home => inside.contains(&Some(start)),
                    };
                    if anchored && begins_with(rest, row.names.as_bytes()) {
                        found(&row.what);
                    }
                }
            }
            start += name.len() + 1;
        }
    }

    fn may_begin(&self, name: &[u8]) -> bool {
        name.first().is_some_and(|letter| {
            let shape = self.shapes[usize::from(letter.to_ascii_lowercase())];
            shape & (1 << name.len().min(31)) != 0
        })
    }
}

/// Where the superuser is at home, by the Filesystem Hierarchy Standard 3.0, section 3.14.
pub(crate) const ROOT_HOME: &[u8] = b"/root";

/// Home directories, without trailing slash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Homes(Vec<Vec<u8>>);

impl Homes {
    /// The homes given, without those that are empty or the root (everything would be "in" them).
    pub(crate) fn new(homes: impl IntoIterator<Item = Vec<u8>>) -> Self {
        let mut list: Vec<Vec<u8>> = homes.into_iter().filter(|home| home.len() > 1).collect();
        list.sort();
        list.dedup();
        Self(list)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(Vec::as_slice)
    }

    /// Where the part of `path` begins that is relative to a home: the homes given, `/root`, and any `/home/NAME`.
    pub(crate) fn starts(&self, path: &[u8]) -> [Option<usize>; 3] {
        let given = self.iter().find(|home| is_beneath(path, home)).map(|home| home.len() + 1);
        let usual = path.strip_prefix(b"/home/").and_then(|rest| {
            let name = first_name_bytes(rest);
            (name.len() < rest.len()).then_some(b"/home/".len() + name.len() + 1)
        });
        let root = is_beneath(path, ROOT_HOME).then_some(ROOT_HOME.len() + 1);
        [given, usual, root]
    }
}

/// Whether `path` lies beneath `directory` (and is not `directory` itself). Both absolute and normalised.
pub(crate) fn is_beneath(path: &[u8], directory: &[u8]) -> bool {
    if directory == b"/" {
        return path.len() > 1 && path.starts_with(b"/");
    }
    path.strip_prefix(directory).is_some_and(|rest| rest.first() == Some(&b'/'))
}

/// Whether `path` is `directory` or lies beneath it.
pub(crate) fn is_at_or_beneath(path: &[u8], directory: &[u8]) -> bool {
    path == directory || is_beneath(path, directory)
}

/// The last component. Empty for `/`.
pub(crate) fn last_name(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or(path)
}

/// A name pattern with at most one `*`, which stands for any bytes; compared without ASCII case.
pub(crate) fn name_matches(name: &[u8], pattern: &[u8]) -> bool {
    match pattern.iter().position(|&byte| byte == b'*') {
        None => name.eq_ignore_ascii_case(pattern),
        Some(star) => {
            let (head, tail) = (&pattern[..star], &pattern[star + 1..]);
            name.len() >= head.len() + tail.len()
                && name[..head.len()].eq_ignore_ascii_case(head)
                && name[name.len() - tail.len()..].eq_ignore_ascii_case(tail)
        }
    }
}

fn begins_with(path: &[u8], names: &[u8]) -> bool {
    path.len() >= names.len()
        && path[..names.len()].eq_ignore_ascii_case(names)
        && matches!(path.get(names.len()), None | Some(b'/'))
}

fn first_name(names: &str) -> &[u8] {
    first_name_bytes(names.as_bytes())
}

fn first_name_bytes(path: &[u8]) -> &[u8] {
    let end = path.iter().position(|&byte| byte == b'/');
    &path[..end.unwrap_or(path.len())]
}

/// FNV-1a over the lower-cased bytes; collisions cost a comparison, nothing else.
fn hash(name: &[u8]) -> u32 {
    name.iter()
        .fold(0x811c_9dc5, |state, byte| (state ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193))
}

/// The path of what is beneath the superuser's home.
#[cfg(test)]
pub(crate) fn of_the_superuser(beneath: &str) -> String {
    format!("{}/{beneath}", String::from_utf8_lossy(ROOT_HOME))
}

#[cfg(test)]
mod tests {
    use super::*;

    static ROWS: &[Place<u8>] = &[
        Place { at: Anchor::Home, names: ".ssh", what: 1 },
        Place { at: Anchor::Anywhere, names: ".git/hooks", what: 2 },
        Place { at: Anchor::Root, names: "etc/profile", what: 3 },
        Place { at: Anchor::Anywhere, names: ".git", what: 4 },
    ];

    fn matches(path: &str) -> Vec<u8> {
        let homes = Homes::new([b"/home/ann".to_vec(), b"/srv/ann".to_vec()]);
        let mut seen = Vec::new();
        PlaceIndex::new(ROWS).each_match(path.as_bytes(), &homes, |what| seen.push(*what));
        seen.sort_unstable();
        seen
    }

    #[test]
    fn anchors_hold() {
        assert_eq!(matches("/home/ann/.ssh"), [1]);
        assert_eq!(matches("/home/bob/.SSH/config"), [1]);
        assert_eq!(matches(&of_the_superuser(".ssh/x")), [1]);
        assert_eq!(matches("/srv/ann/.ssh"), [1]);
        assert_eq!(matches("/srv/.ssh"), []);
        assert_eq!(matches("/home/ann/p/.ssh"), []);
        assert_eq!(matches("/w/.git/hooks/pre-commit"), [2, 4]);
        assert_eq!(matches("/w/.git/hooksy"), [4]);
        assert_eq!(matches("/etc/profile"), [3]);
        assert_eq!(matches("/etc/profile.d"), []);
        assert_eq!(matches("/x/etc/profile"), []);
        assert_eq!(matches("/"), []);
        assert_eq!(matches(""), []);
    }

    #[test]
    fn one_star_matches_the_rest() {
        assert!(name_matches(b"key.PEM", b"*.pem"));
        assert!(name_matches(b".env.local", b".env*"));
        assert!(!name_matches(b"a", b"aa*a"));
        assert!(!name_matches(b"aa", b"aa*a"));
        assert!(name_matches(b"aaa", b"aa*a"));
    }
}
