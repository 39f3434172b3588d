//! Constructors for grants: what an intent or agent starts with, fixed before anything untrusted is read.

use telos_abi::{Budget, ByteText, EffectKind, EffectSet, Grant, GrantRow, HostName, Scope};
use telos_graph::path::{is_under, join};
use telos_graph::scope::{parse_host, parse_url};

use crate::Class;

/// The ceilings of a run that no policy file changes. They stop what runs away, not what is large: every call has
/// its own, much lower bounds.
///
/// | what | ceiling | why there |
/// |---|---|---|
/// | fuel | 10¹⁵ | about ten days of one core |
/// | memory | 16 GiB | the sum over all calls alive at once |
/// | output | 1 TiB | more than most disks have free |
/// | time | 7 days | a run left over a long weekend still ends |
/// | calls | 10⁸ | a map over every file of a large machine, ten steps each |
pub const DEFAULT_BUDGET: Budget = Budget {
    fuel: 1_000_000_000_000_000,
    memory_bytes: 16 << 30,
    output_bytes: 1 << 40,
    wall_ms: 7 * 24 * 60 * 60 * 1000,
    calls: 100_000_000,
};

/// Most hosts taken from one intent. A turn that names more is a list of data, not of destinations.
pub const INTENT_HOSTS_MAX: usize = 16;

/// What an agent may reach besides its directory.
#[derive(Clone, Copy, Debug, Default)]
pub struct AgentReach<'a> {
    /// Directories and files it may read: toolchains, libraries, configuration without secrets.
    pub readable: &'a [ByteText],
    /// Directories it may also write: caches, temporary directories.
    pub writable: &'a [ByteText],
    /// Hosts it may talk to. Sending still asks.
    pub hosts: &'a [HostName],
}

/// The grant of `telos do`: read and write under `directory`, what Telos keeps for the person, the clock, randomness and the terminal; the network
/// only for `hosts`, which [`hosts_named`] took from the user's own turn.
///
/// Loopback is no exception: `localhost` reaches every service of this machine, so it must be named like any host.
#[must_use]
pub fn default_grant(directory: &ByteText, hosts: &[HostName]) -> Grant {
    let any = |kinds| GrantRow { kinds, scope: Scope::Any };
    let mut rows = vec![under(files(), directory), any(Class::Ambient.kinds()), any(Class::Kept.kinds())];
    rows.extend(hosts.iter().map(talk_to));
    Grant { rows, askable: Vec::new(), clearances: Vec::new(), budget: DEFAULT_BUDGET }
}

/// The grant of `telos run`: as [`default_grant`], plus what `reach` lists and starting programs. Which program runs
/// is no boundary (interpreters and copies walk around names); what it may touch is.
#[must_use]
pub fn agent_grant(directory: &ByteText, reach: &AgentReach<'_>) -> Grant {
    let mut grant = default_grant(directory, reach.hosts);
    grant.rows.push(GrantRow { kinds: EffectSet::of(&[EffectKind::Exec]), scope: Scope::Any });
    let read = reach.readable.iter();
    grant.rows.extend(read.map(|place| under(Class::Read.kinds(), place)));
    let write = reach.writable.iter();
    grant.rows.extend(write.map(|place| under(files(), place)));
    grant
}

fn files() -> EffectSet {
    EffectSet(Class::Read.kinds().0 | Class::Write.kinds().0)
}

fn under(kinds: EffectSet, directory: &ByteText) -> GrantRow {
    GrantRow { kinds, scope: Scope::Under(directory.clone()) }
}

fn talk_to(host: &HostName) -> GrantRow {
    GrantRow {
        kinds: EffectSet::of(&[EffectKind::NetConnect, EffectKind::NetGet, EffectKind::NetSend]),
        scope: Scope::Host(host.clone()),
    }
}

/// Top-level domains that make a bare word a host. Short on purpose: endings that are also file endings (`.rs`,
/// `.md`, `.org`, `.zip`, `.sh`, …) need `https://` or `www.` in front.
const DOMAIN_ENDINGS: [&str; 16] =
    ["com", "net", "edu", "gov", "io", "dev", "eu", "uk", "de", "fr", "nl", "ch", "at", "se", "fi", "jp"];

/// The hosts that the user's own turn names: `http` and `https` URLs wherever they stand, and words outside quotes
/// that look like a domain (`api.example.com`, `www.example.org`, with or without a port or path).
///
/// Conservative: what is not clearly a host is not one, and then the network stays closed. E-mail addresses, URLs with
/// user information and addresses written as numbers with missing parts name none. A URL gives its port too. At most
/// [`INTENT_HOSTS_MAX`]; a longer list names none. O(bytes).
#[must_use]
pub fn hosts_named(turn: &str) -> Vec<HostName> {
    let mut hosts = Vec::new();
    let mut quote: Option<char> = None;
    for word in turn.split_whitespace() {
        let (bare, quoted_after) = outside_quotes(word, quote);
        let inside = quote.is_some() || bare != word;
        quote = quoted_after;
        let word = trim(word);
        let host = if word.contains("://") {
            url_host(word)
        } else if inside {
            None
        } else {
            bare_host(word)
        };
        hosts.extend(host);
    }
    hosts.sort();
    hosts.dedup();
    if hosts.len() > INTENT_HOSTS_MAX {
        hosts.clear();
    }
    hosts
}

/// `word` up to its first quote, and the quote that is open after it. An apostrophe inside a word is no quote.
/// Rows for [`Grant::askable`]: the places outside `directory` that the user's own turn names by a path (`/…`, `~/…`,
/// `..`, in quotes or not). They make an effect there askable; none is granted.
///
/// At most [`INTENT_HOSTS_MAX`]; a longer list names none. O(bytes).
#[must_use]
pub fn places_named(turn: &str, directory: &ByteText, home: Option<&ByteText>) -> Vec<GrantRow> {
    let words = turn.split(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'' | '`' | '“' | '”'));
    let mut places: Vec<ByteText> = words
        .map(|word| word.trim_matches([',', ';', '!', '?', '(', ')']))
        .filter(|word| !word.contains("://"))
        .filter_map(|word| place(word, directory, home))
        .filter(|path| !is_under(path.as_bytes(), directory.as_bytes()))
        .collect();
    places.sort();
    places.dedup();
    if places.len() > INTENT_HOSTS_MAX {
        return Vec::new();
    }
    places.iter().map(|path| under(files(), path)).collect()
}

/// The path that a word of the turn names, if it names one that may lie outside.
fn place(word: &str, directory: &ByteText, home: Option<&ByteText>) -> Option<ByteText> {
    let ends_in_dots = word == ".." || word.ends_with("/..");
    let word = if ends_in_dots { word } else { word.trim_end_matches('.') };
    if let Some(rest) = word.strip_prefix('~') {
        let beneath = rest.strip_prefix('/').or_else(|| rest.is_empty().then_some(rest))?;
        return join(home?, beneath.as_bytes()).ok();
    }
    let leaves = word.starts_with('/') || word.split('/').any(|part| part == "..");
    if leaves { join(directory, word.as_bytes()).ok() } else { None }
}

fn outside_quotes(word: &str, mut open: Option<char>) -> (&str, Option<char>) {
    let mut bare_end = word.len();
    let mut before: Option<char> = None;
    for (at, letter) in word.char_indices() {
        match (open, letter) {
            (Some(quote), _) if letter == quote => open = None,
            (None, '"' | '`' | '“' | '«') => {
                bare_end = bare_end.min(at);
                open = Some(match letter {
                    '“' => '”',
                    '«' => '»',
                    same => same,
                });
            }
            (None, '\'') if before.is_none_or(|letter| !letter.is_alphanumeric()) => {
                bare_end = bare_end.min(at);
                open = Some('\'');
            }
            _ => {}
        }
        before = Some(letter);
    }
    (&word[..bare_end], open)
}

/// Punctuation of the sentence around a word.
fn trim(word: &str) -> &str {
    word.trim_matches(|letter: char| {
        matches!(
            letter,
            '"' | '\'' | '`' | '“' | '”' | '«' | '»' | '(' | ')' | '<' | '>' | '{' | '}' | ',' | ';' | '!' | '?'
        )
    })
    .trim_end_matches(['.', ':'])
}

fn url_host(url: &str) -> Option<HostName> {
    let host = parse_url(url)?;
    (!is_odd_number(&host.name)).then_some(host)
}

fn bare_host(word: &str) -> Option<HostName> {
    let end = word.find(['/', '?', '#']).unwrap_or(word.len());
    let host = parse_host(&word[..end])?;
    let (rest, ending) = host.name.rsplit_once('.')?;
    let known = DOMAIN_ENDINGS.contains(&ending)
        || (rest.starts_with("www.") && ending.bytes().all(|byte| byte.is_ascii_alphabetic()));
    known.then_some(host)
}

/// Names that some resolvers read as an address (`127.1`, `0x7f.0.0.1`, `2130706433`).
pub(crate) fn is_odd_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let numeric = last.bytes().all(|byte| byte.is_ascii_digit())
        || last.starts_with("0x") && last[2..].bytes().all(|byte| byte.is_ascii_hexdigit());
    numeric && name.parse::<core::net::IpAddr>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(turn: &str) -> Vec<String> {
        hosts_named(turn).into_iter().map(|host| telos_abi::Resource::Host(host).to_string()).collect()
    }

    #[test]
    fn a_turn_names_places_outside_its_directory() {
        let named = |turn: &str| {
            let rows = super::places_named(turn, &"/home/a/desk".into(), Some(&"/home/a".into()));
            rows.into_iter().map(|row| row.scope).collect::<Vec<_>>()
        };
        let under = |path: &str| Scope::Under(path.into());
        assert_eq!(named("copy notes.txt to /tmp/x.txt."), [under("/tmp/x.txt")]);
        assert_eq!(named("read '~/.profile'"), [under("/home/a/.profile")]);
        assert_eq!(named("list files in .."), [under("/home/a")]);
        assert_eq!(named("read ../b/../c"), [under("/home/a/c")]);
        assert_eq!(named("sort sub/notes.txt, fetch https://example.com/x/../y and save 1/2"), []);
        assert_eq!(named("read /home/a/desk/notes.txt"), []);
    }

    #[test]
    fn urls_and_domains_are_hosts() {
        assert_eq!(named("fetch https://api.example.com/v1?x=1, then tell me"), ["api.example.com:443"]);
        assert_eq!(named("get \"http://Example.org:8080/a\""), ["example.org:8080"]);
        assert_eq!(named("download example.com/data.csv."), ["example.com"]);
        assert_eq!(named("read www.example.org"), ["www.example.org"]);
        assert_eq!(named("talk to (api.example.io:9000)!"), ["api.example.io:9000"]);
        assert_eq!(named("what's on example.com"), ["example.com"]);
    }

    #[test]
    fn files_mail_and_data_are_not() {
        for turn in [
            "count lines in report.py, main.rs, notes.org and README.md",
            "mail bob@example.com the total",
            "search for 'example.com' in app.log",
            "search for \"visit example.com now\" in app.log",
            "open https://good.com@evil.com/",
            "open https://127.1/ and http://0x7f.0.0.1/",
            "open file:///etc/passwd",
            "sum column a.b",
            "",
            "://",
            "https://",
        ] {
            assert_eq!(named(turn), [""; 0], "{turn}");
        }
        let many: String = (0..40).map(|n| format!("h{n}.example.com ")).collect();
        assert_eq!(named(&many), [""; 0]);
    }

    #[test]
    fn the_default_grant_has_no_network() {
        let grant = default_grant(&"/w".into(), &[]);
        let kinds = grant.rows.iter().fold(0, |kinds, row| kinds | row.kinds.0);
        assert_eq!(kinds & Class::Outward.kinds().0, 0);
        assert_eq!(kinds & Class::Exec.kinds().0, 0);
        assert_eq!(kinds & Class::Control.kinds().0, 0);
        assert!(grant.clearances.is_empty());
    }
}
