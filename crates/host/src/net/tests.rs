//! Operations against servers of this machine that say exactly what a test wants.

use super::{NetError, PreparedSend, Url};
use crate::testing::{Memory, Place, permit, run};
use crate::{ActState, Host, HostError};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use telos_abi::{Act, EffectKind, Facts, Label, Outcome, Receipt, Taint};

/// Answers one connection for each of `answers`, and gives what was asked.
pub(super) fn server(answers: Vec<String>) -> (SocketAddr, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let serve = move || {
        let serve = |answer: String| {
            let (stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream);
            let (mut asked, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap() <= 2 {
                    break;
                }
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                asked.push_str(&line);
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
            asked + &String::from_utf8(body).unwrap()
        };
        answers.into_iter().map(serve).collect()
    };
    (address, std::thread::spawn(serve))
}

pub(super) fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}", body.len())
}

pub(super) fn url(address: SocketAddr, path: &str) -> Url {
    Url::parse(&format!("http://{address}{path}")).unwrap()
}

fn host(place: &Place) -> (Host, Arc<Memory>) {
    place.host(1)
}

pub(super) fn get(host: &Host, url: &Url) -> Result<(String, Label), HostError> {
    let permit = permit(&url.effect(EffectKind::NetGet), Facts::default());
    let mut fetched = host.get(permit, url, u64::MAX)?;
    let (mut whole, mut chunk) = (Vec::new(), Vec::new());
    while fetched.next_chunk(&mut chunk)? {
        whole.extend_from_slice(&chunk);
    }
    Ok((String::from_utf8(whole).unwrap(), fetched.label()))
}

fn send(host: &Host, url: &Url, body: &str) -> Result<u16, HostError> {
    let permit = permit(&url.effect(EffectKind::NetSend), Facts::default());
    let mut prepared = PreparedSend::new();
    prepared.write_all(body.as_bytes()).unwrap();
    host.send(permit, url, &prepared, "text/plain", None)
}

#[test]
fn what_comes_in_is_network_data() {
    let place = Place::new();
    let (address, asked) = server(vec![answer("200 OK", "", "a\nb\n")]);
    let (text, label) = get(&host(&place).0, &url(address, "/data.csv?x=1#part")).unwrap();
    assert_eq!((text.as_str(), label), ("a\nb\n", Label::tainted(Taint::NETWORK)));
    assert!(asked.join().unwrap()[0].starts_with("GET /data.csv?x=1 HTTP/1.1"));
}

#[test]
fn redirects_stay_on_the_host_that_was_decided() {
    let place = Place::new();
    let moved = |to: &str| answer("302 Found", &format!("location: {to}\r\n"), "");
    let (address, asked) = server(vec![moved("/b/c"), moved("d?y"), answer("200 OK", "", "here")]);
    assert_eq!(get(&host(&place).0, &url(address, "/a")).unwrap().0, "here");
    assert!(asked.join().unwrap()[2].starts_with("GET /b/d?y "));
    for elsewhere in ["http://127.0.0.1:1/x", "https://example.org/", "//example.org/x", "file:///etc/passwd"] {
        let (address, asked) = server(vec![moved(elsewhere)]);
        let error = get(&host(&place).0, &url(address, "/a")).unwrap_err();
        assert!(matches!(error, HostError::Network(NetError::Redirected { .. })), "{elsewhere}: {error}");
        asked.join().unwrap();
    }
    let (address, asked) = server((0..6).map(|_| moved("/again")).collect());
    let error = get(&host(&place).0, &url(address, "/a")).unwrap_err();
    assert!(matches!(error, HostError::Network(NetError::Redirects { .. })), "{error}");
    asked.join().unwrap();
}

#[test]
fn an_answer_that_is_no_success_or_breaks_off_is_an_error() {
    let place = Place::new();
    let whole = answer("200 OK", "", "0123456789");
    for (says, answer) in [
        ("404", answer("404 Not Found", "", "no\n")),
        ("broke off", whole[..whole.len() - 3].to_owned()),
        ("larger", "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999\r\n\r\n".to_owned()),
        ("read", "no http at all\r\n\r\n".to_owned()),
    ] {
        let (address, asked) = server(vec![answer]);
        let error = get(&host(&place).0, &url(address, "/")).unwrap_err().to_string();
        assert!(error.contains(says), "{says}: {error}");
        asked.join().unwrap();
    }
}

#[test]
fn what_is_sent_is_journalled_before_and_once() {
    let place = Place::new();
    let (host, memory) = host(&place);
    let (address, asked) = server(vec![answer("201 Created", "", ""), answer("500 Oops", "", "")]);
    let url = url(address, "/in");
    assert_eq!(send(&host, &url, "hello").unwrap(), 201);
    let error = send(&host, &url, "again").unwrap_err();
    assert!(error.to_string().contains("500"), "{error}");
    let asked = asked.join().unwrap();
    assert!(asked[0].starts_with("POST /in ") && asked[0].ends_with("hello"), "{}", asked[0]);
    assert!(asked[0].to_lowercase().contains("content-type: text/plain"));
    let receipts = memory.all();
    let sent = Act::Send { to: url.host().clone(), content: telos_abi::Digest(blake3::hash(b"hello").into()) };
    assert!(matches!(&receipts[0], Receipt::Intended { what, .. } if *what == sent));
    // A host that answers with a failure has received it all the same.
    let outcomes: Vec<_> = receipts.iter().filter(|receipt| matches!(receipt, Receipt::Acted { .. })).collect();
    assert!(outcomes.iter().all(|receipt| matches!(receipt, Receipt::Acted { outcome: Outcome::Done, .. })));
    assert_eq!(outcomes.len(), 2);
}

#[test]
fn an_interrupted_request_is_in_doubt_and_a_refused_connection_is_not() {
    let place = Place::new();
    let (broken, memory) = host(&place);
    let (address, asked) = server(vec![String::new()]);
    let error = send(&broken, &url(address, "/"), "hello").unwrap_err();
    assert!(matches!(error, HostError::Network(NetError::InDoubt { .. })), "{error}");
    asked.join().unwrap();
    let resumed = place.host(2).0.resume(run(1), &memory.all()).unwrap();
    assert!(matches!(resumed.acts[0].2, ActState::InDoubt(_)));

    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (closed, memory) = place.host(3);
    let error = send(&closed, &url(free, "/"), "hello").unwrap_err();
    assert!(matches!(error, HostError::Network(NetError::Unreachable { .. })), "{error}");
    assert!(matches!(memory.all()[1], Receipt::Acted { outcome: Outcome::Failed(_), .. }));
    assert_eq!(closed.plan_undo(&memory.all()).unwrap().conflicts(), [], "what never left needs no undo");
}

#[test]
fn a_body_is_never_sent_on_to_where_a_redirect_points() {
    let place = Place::new();
    let (address, asked) = server(vec![answer("307 Temporary Redirect", "location: /other\r\n", "")]);
    let error = send(&host(&place).0, &url(address, "/"), "hello").unwrap_err();
    assert!(error.to_string().contains("307"), "{error}");
    assert_eq!(asked.join().unwrap().len(), 1);
}

#[test]
fn nothing_is_sent_that_the_log_did_not_take_or_the_permit_does_not_name() {
    let place = Place::new();
    let full = Arc::new(Memory { room: Some(0), ..Memory::default() });
    let unlogged = place.host_with(1, full);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = url(listener.local_addr().unwrap(), "/");
    let error = send(&unlogged, &url, "hello").unwrap_err();
    assert!(matches!(error, HostError::NotJournalled { .. }), "{error}");
    let (host, _) = place.host(2);
    let other = Url::parse("http://127.0.0.1:1/").unwrap();
    let permit_for_other = permit(&other.effect(EffectKind::NetSend), Facts::default());
    let error = host.send(permit_for_other, &url, &PreparedSend::new(), "text/plain", None).unwrap_err();
    assert!(matches!(error, HostError::WrongPermit { .. }), "{error}");
    let get_permit = permit(&url.effect(EffectKind::NetGet), Facts::default());
    let error = host.send(get_permit, &url, &PreparedSend::new(), "text/plain", None).unwrap_err();
    assert!(matches!(error, HostError::WrongPermit { .. }), "{error}");
    assert!(listener.accept().is_err(), "nobody connected");
}

#[test]
fn urls_that_programs_read_in_two_ways_are_refused() {
    for odd in [
        "ftp://example.org/",
        "http://user@example.org/",
        "http://example.org\\@evil.org/",
        "http://127.1/",
        "http://0x7f000001/",
        "http://[::1]x/",
        "http://",
        "example.org",
        "http://exa mple.org/",
        "http://example.org/a b",
        "http://ex\u{e4}mple.org/",
        &format!("http://example.org/{}", "a".repeat(9_000)),
    ] {
        assert!(matches!(Url::parse(odd), Err(NetError::BadUrl { .. })), "{odd}");
    }
    let plain = Url::parse("HTTP://Example.ORG./x").unwrap();
    assert_eq!((plain.host().name.as_str(), plain.host().port, plain.is_encrypted()), ("example.org", Some(80), false));
    assert!(Url::parse("https://[2001:DB8::1]:8443/").unwrap().is_encrypted());
}
