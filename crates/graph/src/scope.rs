//! Which resources a scope holds, and which scopes hold which.
//!
//! Every answer is "yes only if": a path that is not normal, a host wildcard on an address and a scope of another
//! sort than the resource all answer no.

use crate::path::{common_directory, is_normal, is_under};
use core::net::IpAddr;
use telos_abi::{ByteText, EffectKind, Grant, HostName, Resource, Scope, Secrecy};

/// Whether `resource` is in `scope`. O(length of the names), no allocation.
#[must_use]
pub fn covers(scope: &Scope, resource: &Resource) -> bool {
    match (scope, resource) {
        (Scope::Any, _) => true,
        (Scope::Under(directory), Resource::Path(path) | Resource::Program(path)) => {
            is_under(path.as_bytes(), directory.as_bytes())
        }
        (Scope::Path(exact), Resource::Path(path) | Resource::Program(path)) => {
            exact == path && is_normal(path.as_bytes())
        }
        (Scope::Host(pattern), Resource::Host(host)) => host_matches(pattern, host),
        (Scope::Named(exact), Resource::Named(name)) => exact == name,
        _ => false,
    }
}

/// Whether every resource of `inner` is in `outer`. Reflexive (for well-formed scopes) and transitive. O(length).
#[must_use]
pub fn scope_within(inner: &Scope, outer: &Scope) -> bool {
    match (inner, outer) {
        (_, Scope::Any) => true,
        (Scope::Under(inner) | Scope::Path(inner), Scope::Under(outer)) => is_under(inner.as_bytes(), outer.as_bytes()),
        (Scope::Path(inner), Scope::Path(outer)) => inner == outer && is_normal(inner.as_bytes()),
        (Scope::Host(inner), Scope::Host(outer)) => host_matches(outer, inner),
        (Scope::Named(inner), Scope::Named(outer)) => inner == outer,
        _ => false,
    }
}

/// The least scope this algebra can express that holds both: the wider one, else their common directory, else
/// [`Scope::Any`].
#[must_use]
pub fn scope_join(left: &Scope, right: &Scope) -> Scope {
    if scope_within(left, right) {
        return right.clone();
    }
    if scope_within(right, left) {
        return left.clone();
    }
    match (path_of(left), path_of(right)) {
        (Some(left), Some(right)) if is_normal(&left.0) && is_normal(&right.0) => {
            Scope::Under(common_directory(left.as_bytes(), right.as_bytes()))
        }
        _ => Scope::Any,
    }
}

fn path_of(scope: &Scope) -> Option<&ByteText> {
    match scope {
        Scope::Under(path) | Scope::Path(path) => Some(path),
        Scope::Any | Scope::Host(_) | Scope::Named(_) => None,
    }
}

/// Whether one row of the grant holds all of `scope` for effects of this kind. O(rows).
#[must_use]
pub fn grants(grant: &Grant, kind: EffectKind, scope: &Scope) -> bool {
    grant.rows.iter().any(|row| row.kinds.contains(kind) && scope_within(scope, &row.scope))
}

/// Whether a plan may contain effects of this kind in all of `scope` (R11): the grant holds them, or the user's own
/// turn named their place, so that a person can be asked. O(rows).
#[must_use]
pub fn plannable(grant: &Grant, kind: EffectKind, scope: &Scope) -> bool {
    grants(grant, kind, scope)
        || grant.askable.iter().any(|row| row.kinds.contains(kind) && scope_within(scope, &row.scope))
}

/// The secrecy that the user's own word lets through sinks of this kind in all of `scope`. O(clearances).
#[must_use]
pub fn clearance(grant: &Grant, kind: EffectKind, scope: &Scope) -> Secrecy {
    clearances(grant, kind, |outer| scope_within(scope, outer))
}

/// [`clearance`] for one resource, as an effect names it.
#[must_use]
pub fn clearance_of(grant: &Grant, kind: EffectKind, resource: &Resource) -> Secrecy {
    clearances(grant, kind, |outer| covers(outer, resource))
}

fn clearances(grant: &Grant, kind: EffectKind, holds: impl Fn(&Scope) -> bool) -> Secrecy {
    let rows = grant.clearances.iter();
    rows.filter(|row| row.kind == kind && holds(&row.scope))
        .fold(Secrecy::PUBLIC, |all, row| Secrecy(all.0 | row.secrecy.0))
}

/// Whether `host` is named by `pattern`: the same name, or beneath the name after a leading `*.`; on the pattern's
/// port if it has one. A wildcard never matches an address, and never the name itself.
#[must_use]
pub fn host_matches(pattern: &HostName, host: &HostName) -> bool {
    if pattern.port.is_some() && pattern.port != host.port {
        return false;
    }
    let Some(suffix) = pattern.name.strip_prefix("*.") else {
        return !pattern.name.is_empty() && pattern.name.eq_ignore_ascii_case(&host.name);
    };
    if suffix.is_empty() || suffix.contains('*') {
        return false;
    }
    let beneath = host.name.strip_prefix("*.").unwrap_or(&host.name);
    let same_wildcard = beneath.len() != host.name.len() && beneath.eq_ignore_ascii_case(suffix);
    let deeper = beneath.len() > suffix.len() + 1
        && beneath.is_char_boundary(beneath.len() - suffix.len())
        && beneath[beneath.len() - suffix.len()..].eq_ignore_ascii_case(suffix)
        && beneath.as_bytes()[beneath.len() - suffix.len() - 1] == b'.';
    (same_wildcard || deeper) && host.name.parse::<IpAddr>().is_err()
}

/// Reads `host`, `host:port` or `[address]:port`, lower-cased and without a trailing dot. `None` for anything that is
/// not a plain DNS name or address.
#[must_use]
pub fn parse_host(text: &str) -> Option<HostName> {
    let (name, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, tail) = rest.split_once(']')?;
            address.parse::<core::net::Ipv6Addr>().ok()?;
            (address, tail.strip_prefix(':').or((!tail.is_empty()).then_some("x")))
        }
        None => match text.rsplit_once(':') {
            Some((name, port)) if !name.contains(':') => (name, Some(port)),
            Some(_) => (text, None),
            None => (text, None),
        },
    };
    let port = match port {
        Some(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => Some(digits.parse::<u16>().ok()?),
        Some(_) => return None,
        None => None,
    };
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    if let Ok(address) = name.parse::<IpAddr>() {
        let name = address.to_string();
        return Some(HostName { name, port });
    }
    // `127.1` and `0x7f000001` are addresses to some resolvers and names to others.
    let last = name.rsplit('.').next().unwrap_or_default();
    if last.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    (name.len() <= 253 && name.split('.').all(label)).then_some(HostName { name, port })
}

/// The host and port that an absolute `http` or `https` URL talks to. `None` for other schemes and for URLs with user
/// information, backslashes, blanks or control characters, which programs read in different ways.
#[must_use]
pub fn parse_url(url: &str) -> Option<HostName> {
    let (scheme, rest) = url.split_once("://")?;
    let default = match scheme.to_ascii_lowercase().as_str() {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    let odd = |letter: char| letter == '\\' || letter.is_whitespace() || letter.is_control();
    if url.contains(odd) {
        return None;
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let mut host = parse_host(&rest[..end])?;
    host.port.get_or_insert(default);
    Some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(name: &str, port: Option<u16>) -> HostName {
        HostName { name: name.into(), port }
    }

    #[test]
    fn wildcards_match_names_beneath_only() {
        let wild = host("*.example.com", None);
        assert!(host_matches(&wild, &host("a.example.com", Some(443))));
        assert!(host_matches(&wild, &host("A.b.Example.com", None)));
        assert!(host_matches(&wild, &wild));
        assert!(host_matches(&wild, &host("*.b.example.com", None)));
        assert!(!host_matches(&wild, &host("example.com", None)));
        assert!(!host_matches(&wild, &host("notexample.com", None)));
        assert!(!host_matches(&wild, &host(".example.com", None)));
        assert!(!host_matches(&host("*.0.0.1", None), &host("127.0.0.1", None)));
        assert!(!host_matches(&host("*.", None), &host("a.b", None)));
        assert!(!host_matches(&host("a", Some(1)), &host("a", Some(2))));
        assert!(!host_matches(&host("a", Some(1)), &host("a", None)));
    }

    #[test]
    fn urls_name_one_host_or_none() {
        let url = |text: &str| parse_url(text).map(|host| host.name);
        assert_eq!(parse_url("https://Ex.com./p?q"), Some(host("ex.com", Some(443))));
        assert_eq!(parse_url("http://[::1]:8/"), Some(host("::1", Some(8))));
        assert_eq!(url("https://good.com@evil.com/"), None);
        assert_eq!(url("https://good.com\\@evil.com/"), None);
        assert_eq!(url("ftp://a.b/"), None);
        assert_eq!(url("https:///p"), None);
        assert_eq!(url("https://a b/"), None);
        assert_eq!(url("https://[::1]x/"), None);
        assert_eq!(url("https://a:99999/"), None);
        assert_eq!(url("https://a:/"), None);
        assert_eq!(url("https://127.1/"), None);
        assert_eq!(url("https://0x7f000001/"), None);
        assert_eq!(url("https://127.0.0.1./"), Some("127.0.0.1".into()));
    }

    #[test]
    fn scopes_nest() {
        let under = |path: &str| Scope::Under(path.into());
        let path = |path: &str| Scope::Path(path.into());
        assert!(scope_within(&path("/a/b"), &under("/a")));
        assert!(scope_within(&under("/a/b"), &under("/a")));
        assert!(!scope_within(&under("/a"), &path("/a")));
        assert!(!scope_within(&under("/a/../.."), &under("/a")));
        assert!(!scope_within(&Scope::Any, &under("/")));
        assert_eq!(scope_join(&path("/a/b"), &path("/a/c")), under("/a"));
        assert_eq!(scope_join(&path("/a/b"), &under("/a")), under("/a"));
        assert_eq!(scope_join(&path("/a"), &Scope::Named("n".into())), Scope::Any);
    }
}
