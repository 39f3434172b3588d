//! Sessions and kept answers against servers of this machine.

use super::tests::{answer, get, server, url};
use super::{NetError, PreparedSend, Url};
use crate::testing::{Place, permit};
use crate::{Host, HostError};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use telos_abi::{EffectKind, Facts, Receipt};

const FORM: &str = "<form method=post action=/in><input name=csrf type=hidden value=t1><input name=user>\
                    <input type=password name=pass></form>";

fn log_in(host: &Host, url: &Url, password: &str) -> Result<(), HostError> {
    let page = host.log_in_page(permit(&url.effect(EffectKind::NetGet), Facts::default()), url)?;
    let send = permit(&url.effect(EffectKind::NetSend), Facts::default());
    let keep = permit(&Host::session_effect(), Facts::default());
    host.log_in((send, keep), page, ("ada", password), None)
}

fn not_logged_in(error: &HostError) -> bool {
    matches!(error, HostError::Network(NetError::NotLoggedIn { .. }))
}

#[test]
fn a_session_begins_with_a_log_in_goes_along_is_renewed_and_ends() {
    let place = Place::new();
    let (host, memory) = place.host(1);
    let (address, asked) = server(vec![
        answer("200 OK", "set-cookie: visit=v\r\n", FORM),
        answer("303 See Other", "location: /home\r\nset-cookie: id=s3cret; Path=/; HttpOnly\r\n", ""),
        answer("200 OK", "", "welcome"),
        answer("200 OK", "set-cookie: id=n3wer; Path=/\r\n", "a"),
        answer("201 Created", "", ""),
        answer("200 OK", "", "b"),
        answer("200 OK", "set-cookie: id=again\r\n", "c"),
        answer("200 OK", "", "d"),
    ]);
    let page = url(address, "/login");
    log_in(&host, &page, "p&ss").unwrap();
    assert!(host.is_logged_in(&page));
    assert_eq!(get(&host, &url(address, "/a")).unwrap().0, "a");
    let mut body = PreparedSend::new();
    body.write_all(b"x").unwrap();
    let send = permit(&page.effect(EffectKind::NetSend), Facts::default());
    assert_eq!(host.send(send, &url(address, "/post"), &body, "text/plain", None).unwrap(), 201);
    // Another run goes on with it.
    assert_eq!(get(&place.host(2).0, &url(address, "/b")).unwrap().0, "b");
    let forget = || permit(&Host::session_effect(), Facts::default());
    assert!(host.log_out(forget(), &page).unwrap());
    assert!(!host.log_out(forget(), &page).unwrap());
    assert_eq!(get(&host, &url(address, "/c")).unwrap().0, "c");
    assert_eq!(get(&host, &url(address, "/d")).unwrap().0, "d");
    let asked = asked.join().unwrap();
    assert!(asked[1].ends_with("csrf=t1&user=ada&pass=p%26ss") && asked[1].contains("cookie: visit=v"), "{}", asked[1]);
    for (at, cookie) in [(2, "id=s3cret"), (3, "id=s3cret"), (4, "id=n3wer"), (5, "id=n3wer")] {
        assert!(asked[at].contains(cookie), "{at}: {}", asked[at]);
    }
    assert!(asked[6..].iter().all(|request| !request.contains("cookie:")), "who is not logged in is not known");
    let told = format!("{:?}", memory.all());
    assert!(!told.contains("s3cret") && !told.contains("p&ss") && !told.contains("p%26ss"), "{told}");
    let whole = telos_abi::Digest(blake3::hash(b"csrf=t1&user=ada&pass=p%26ss").into());
    assert!(
        !memory.all().iter().any(|receipt| matches!(
            receipt,
            Receipt::Intended { what: telos_abi::Act::Send { content, .. }, .. } if *content == whole
        )),
        "a digest of the password could be guessed from"
    );
}

#[test]
fn sessions_are_private_to_the_person_and_to_the_host() {
    let place = Place::new();
    let (host, _) = place.host(1);
    let ends = || vec![answer("200 OK", "", FORM), answer("200 OK", "set-cookie: id=one\r\n", "welcome")];
    let (address, _asked) = server(ends());
    log_in(&host, &url(address, "/login"), "p").unwrap();
    let mode = std::fs::metadata(place.state().join("sessions.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // Another port of the same machine is another host.
    let (other, asked) = server(vec![answer("200 OK", "set-cookie: id=two\r\n", "x")]);
    get(&host, &url(other, "/")).unwrap();
    assert!(!asked.join().unwrap()[0].contains("cookie:"));
    assert!(!host.is_logged_in(&url(other, "/")));
}

#[test]
fn a_failed_log_in_is_told_and_keeps_nothing() {
    let place = Place::new();
    let (host, _) = place.host(1);
    let cookie = "set-cookie: id=1\r\n";
    for refused in [
        answer("401 Unauthorized", cookie, "no"),
        answer("200 OK", cookie, FORM),
        answer("500 Oops", cookie, ""),
        answer("200 OK", "", "welcome, but no cookie"),
    ] {
        let (address, _asked) = server(vec![answer("200 OK", "", FORM), refused]);
        let error = log_in(&host, &url(address, "/"), "wrong").unwrap_err();
        assert!(not_logged_in(&error), "{error}");
        assert!(!host.is_logged_in(&url(address, "/")));
    }
    let (address, _asked) = server(vec![
        answer("200 OK", "", FORM),
        answer("302 Found", &format!("location: http://127.0.0.1:1/\r\n{cookie}"), ""),
    ]);
    let error = log_in(&host, &url(address, "/"), "right").unwrap_err();
    assert!(matches!(error, HostError::Network(NetError::Redirected { .. })), "{error}");
    assert!(!host.is_logged_in(&url(address, "/")));
}

#[test]
fn a_form_that_leaves_the_host_is_not_filled_in() {
    let place = Place::new();
    let (host, _) = place.host(1);
    let form = |head: &str, action: &str| {
        format!("{head}<form method=post action=\"{action}\"><input name=u><input type=password name=p></form>")
    };
    for page in [
        form("", "http://127.0.0.1:1/steal"),
        form("", "//evil.example/steal"),
        form("", "javascript:alert(1)//://"),
        form("<base href=\"http://127.0.0.1:1/\">", "in"),
    ] {
        let (address, asked) = server(vec![answer("200 OK", "", &page)]);
        let error = log_in(&host, &url(address, "/"), "p").unwrap_err();
        assert!(matches!(error, HostError::Network(NetError::NoForm { .. })), "{page}: {error}");
        assert_eq!(asked.join().unwrap().len(), 1, "nothing was sent");
    }
    let plain = Url::parse("http://site.example/login").unwrap();
    let error = log_in(&host, &plain, "p").unwrap_err();
    assert!(error.to_string().contains("unencrypted"), "{error}");
}

#[test]
fn what_was_fetched_is_asked_once_while_it_is_fresh() {
    let place = Place::new();
    let (host, _) = place.host(1);
    let again = |host: &Host, url: &Url, max_age_s| {
        let mut fetched = host.get(permit(&url.effect(EffectKind::NetGet), Facts::default()), url, max_age_s).unwrap();
        let (mut whole, mut chunk) = (Vec::new(), Vec::new());
        while fetched.next_chunk(&mut chunk).unwrap() {
            whole.extend_from_slice(&chunk);
        }
        String::from_utf8(whole).unwrap()
    };
    let (address, asked) = server(vec![
        answer("200 OK", "etag: \"v1\"\r\n", "one"),
        "HTTP/1.1 304 Not Modified\r\nconnection: close\r\n\r\n".to_owned(),
        answer("200 OK", "etag: \"v2\"\r\n", "two"),
    ]);
    let page = url(address, "/page");
    assert!(!host.is_kept(&page, u64::MAX));
    assert_eq!(again(&host, &page, u64::MAX), "one");
    assert!(host.is_kept(&page, u64::MAX) && !host.is_kept(&page, 0));
    assert_eq!(again(&place.host(2).0, &page, u64::MAX), "one", "another run uses it");
    assert_eq!(again(&host, &page, 0), "one", "the host says that it has not changed");
    assert_eq!(again(&host, &page, 0), "two");
    assert_eq!(again(&host, &page, u64::MAX), "two");
    let asked = asked.join().unwrap();
    assert!(asked[1].contains("if-none-match: \"v1\"") && asked[2].contains("if-none-match: \"v1\""), "{asked:?}");
}

#[test]
fn what_was_not_meant_to_be_kept_is_asked_again() {
    let place = Place::new();
    let (host, _) = place.host(1);
    let whole = answer("200 OK", "", "0123456789");
    for twice in [
        answer("200 OK", "cache-control: no-store\r\n", "x"),
        answer("200 OK", "set-cookie: a=1\r\n", "x"),
        answer("404 Not Found", "", "x"),
        whole[..whole.len() - 3].to_owned(),
    ] {
        let (address, asked) = server(vec![twice.clone(), twice]);
        let (first, second) = (get(&host, &url(address, "/")), get(&host, &url(address, "/")));
        assert_eq!(first.is_ok(), second.is_ok());
        assert_eq!(asked.join().unwrap().len(), 2);
    }
}

#[test]
fn ten_thousand_cookies_and_endless_pages_end() {
    let place = Place::new();
    let (host, _) = place.host(1);
    let flood: String = (0..10_000).map(|number| format!("set-cookie: c{number}=1\r\n")).collect();
    let (address, _asked) = server(vec![answer("200 OK", "", FORM), answer("200 OK", &flood, "welcome")]);
    let flooded = log_in(&host, &url(address, "/"), "p");
    // More than a client reads is an error; never more is kept than may be.
    let kept = std::fs::metadata(place.state().join("sessions.json")).map_or(0, |meta| meta.len());
    assert!(flooded.is_err() || kept < 8 << 10, "{kept}");
    let endless = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}", "<p>on and on ".repeat(400_000));
    let (address, _asked) = server(vec![endless]);
    let error = log_in(&host, &url(address, "/"), "p").unwrap_err();
    assert!(error.to_string().contains("too large"), "{error}");
}

#[test]
fn headers_are_listed_without_what_proves_who_asks() {
    let place = Place::new();
    let (host, _) = place.host(1);
    let says = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nset-cookie: id=1\r\nconnection: close\r\n\r\n";
    let (address, asked): (SocketAddr, _) = server(vec![says.to_owned()]);
    let page = url(address, "/");
    let headers = host.head(permit(&page.effect(EffectKind::NetGet), Facts::default()), &page).unwrap();
    assert!(headers.contains(&("content-type".to_owned(), "text/html".to_owned())));
    assert!(!headers.iter().any(|(name, _)| name == "set-cookie"));
    assert!(asked.join().unwrap()[0].starts_with("HEAD / "));
}
