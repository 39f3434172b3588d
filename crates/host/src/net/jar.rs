//! The cookies of one host (RFC 6265bis), narrower than a browser's: a cookie goes back to the host and port that set it and
//! to no other, whatever its `Domain` says. So no list of public suffixes is needed, and nobody plants a cookie elsewhere.

use super::Url;
use cookie::Cookie;
use serde::{Deserialize, Serialize};
use telos_abi::limit::{COOKIE_BYTES_MAX, COOKIE_S_MAX, COOKIES_MAX, SESSION_S};
use ureq::http::HeaderMap;

/// One cookie. Not `Debug`: nothing prints its value by accident.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    name: String,
    value: String,
    path: String,
    /// Only where the way is encrypted.
    secure: bool,
    /// Seconds since the Unix epoch.
    until_s: u64,
}

/// The cookies of a host, oldest first.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Jar(Vec<Kept>);

impl Jar {
    /// Takes what an answer of `url` sets, or drops.
    pub(super) fn take(&mut self, answer: &HeaderMap, url: &Url, now_s: u64) {
        for set in answer.get_all("set-cookie") {
            let Some(new) = set.to_str().ok().and_then(|text| read(text, url, now_s)) else { continue };
            self.0.retain(|old| old.name != new.name || old.path != new.path);
            self.0.push(new);
        }
        self.0.retain(|cookie| cookie.until_s > now_s);
        let too_many = self.0.len().saturating_sub(COOKIES_MAX);
        self.0.drain(..too_many);
    }

    /// The `Cookie` header of a request to `url`, longest paths first.
    pub(super) fn header(&self, url: &Url, now_s: u64) -> Option<String> {
        let fits = |cookie: &&Kept| {
            cookie.until_s > now_s && beneath(url.path(), &cookie.path) && (url.is_encrypted() || !cookie.secure)
        };
        let mut cookies: Vec<&Kept> = self.0.iter().filter(fits).collect();
        cookies.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let pairs: Vec<String> = cookies.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// Whether nothing in it can still be used.
    pub(super) fn is_over(&self, now_s: u64) -> bool {
        self.0.iter().all(|cookie| cookie.until_s <= now_s)
    }
}

/// The cookie that a `Set-Cookie` means, if this host may set it. One that is over has its end in the past.
fn read(text: &str, url: &Url, now_s: u64) -> Option<Kept> {
    if text.len() > COOKIE_BYTES_MAX {
        return None;
    }
    let cookie = Cookie::parse(text).ok()?;
    let (name, value) = cookie.name_value();
    let plain = |text: &str| text.bytes().all(|byte| (0x20..0x7f).contains(&byte) && byte != b';');
    if name.is_empty() || !plain(name) || !plain(value) {
        return None;
    }
    let domain = cookie.domain().filter(|domain| !domain.is_empty()).map(str::to_ascii_lowercase);
    if domain.as_deref().is_some_and(|domain| !is_of(&url.host().name, domain)) {
        return None;
    }
    let secure = cookie.secure() == Some(true);
    let path = cookie.path().filter(|path| path.starts_with('/')).map_or_else(|| above(url.path()), str::to_owned);
    let host_prefix = name.starts_with("__Host-") && (!secure || domain.is_some() || path != "/");
    if secure && !url.is_encrypted() || name.starts_with("__Secure-") && !secure || host_prefix {
        return None;
    }
    let until_s = match (cookie.max_age(), cookie.expires_datetime()) {
        (Some(age), _) => now_s.saturating_add(u64::try_from(age.whole_seconds()).unwrap_or(0).min(COOKIE_S_MAX)),
        (None, Some(end)) => u64::try_from(end.unix_timestamp()).unwrap_or(0).min(now_s.saturating_add(COOKIE_S_MAX)),
        (None, None) => now_s.saturating_add(SESSION_S),
    };
    Some(Kept { name: name.to_owned(), value: value.to_owned(), path, secure, until_s })
}

/// Whether `domain` is the host's name, or a name above it.
fn is_of(host: &str, domain: &str) -> bool {
    let above = || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    host == domain || above() && host.parse::<core::net::IpAddr>().is_err()
}

/// Whether a request to `path` is for cookies of `of`.
fn beneath(path: &str, of: &str) -> bool {
    path.strip_prefix(of).is_some_and(|rest| rest.is_empty() || of.ends_with('/') || rest.starts_with('/'))
}

/// The directory of a path: where a cookie without `Path` belongs.
fn above(path: &str) -> String {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/".to_owned(),
        Some((above, _)) => above.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_700_000_000;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn jar(from: &str, set: &[&str]) -> Jar {
        let mut headers = HeaderMap::new();
        for text in set {
            headers.append("set-cookie", text.parse().unwrap());
        }
        let mut jar = Jar::default();
        jar.take(&headers, &url(from), NOW);
        jar
    }

    fn sent(jar: &Jar, to: &str) -> String {
        jar.header(&url(to), NOW).unwrap_or_default()
    }

    #[test]
    fn path_and_encryption_decide_where_a_cookie_goes() {
        let jar = jar("https://a.example/in/log", &["w=1; Path=/", "p=2; Path=/in/deep", "d=3", "s=4; Path=/; Secure"]);
        assert_eq!(sent(&jar, "https://a.example/in/deep/x"), "p=2; d=3; w=1; s=4");
        assert_eq!(sent(&jar, "https://a.example/inner"), "w=1; s=4");
        assert_eq!(sent(&jar, "http://a.example/"), "w=1");
    }

    #[test]
    fn a_cookie_ends_when_it_says_and_one_that_says_nothing_after_a_while() {
        let past = "x=; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
        let jar = jar("https://a.example/", &["x=1", past, "y=1; Max-Age=60", "z=1; Max-Age=60; Expires=0", "n=1"]);
        assert_eq!(sent(&jar, "https://a.example/"), "y=1; z=1; n=1");
        let at = |now_s| jar.header(&url("https://a.example/"), now_s).unwrap_or_default();
        assert_eq!((at(NOW + 61), at(NOW + SESSION_S)), ("n=1".to_owned(), String::new()));
        assert!(!jar.is_over(NOW) && jar.is_over(NOW + SESSION_S));
        let long = self::jar("https://a.example/", &["l=1; Max-Age=99999999999"]);
        assert!(long.is_over(NOW + COOKIE_S_MAX));
    }

    #[test]
    fn foreign_unsafe_and_overlong_cookies_are_not_taken() {
        let long = format!("long={}", "x".repeat(COOKIE_BYTES_MAX));
        let set = ["a=1; Domain=evil.example", "b=1; Domain=b.a.example", "c=1; Domain=ample", "=1", "no", &long];
        assert_eq!(sent(&jar("https://a.example/", &set), "https://a.example/"), "");
        let set = ["s=1; Secure", "__Secure-t=1", "__Host-u=1; Path=/"];
        assert_eq!(sent(&jar("http://a.example/", &set), "https://a.example/"), "");
        let set = ["own=1; Domain=.A.example", "above=1; Domain=example", "__Host-h=1; Secure; Path=/"];
        assert_eq!(sent(&jar("https://a.example/", &set), "https://a.example/"), "own=1; above=1; __Host-h=1");
        assert_eq!(sent(&jar("http://127.0.0.1/", &["a=1; Domain=0.0.1"]), "http://127.0.0.1/"), "");
    }

    #[test]
    fn of_ten_thousand_cookies_the_newest_few_stay() {
        let all: Vec<String> = (0..10_000).map(|number| format!("c{number}=1")).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let jar = jar("https://a.example/", &all);
        assert_eq!(jar.0.len(), COOKIES_MAX);
        assert!(sent(&jar, "https://a.example/").contains("c9999=1"));
    }
}
