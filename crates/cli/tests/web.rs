//! Sessions, bookmarks and kept answers through the binary, against a site of this machine.

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use support::{Place, Said};

const PASSWORD: &str = "c0rrect&horse";
const COOKIE: &str = "id=s3ss10n-0f-ada";
const FORM: &str = "<h1>Log in</h1><form method=post action=/in><input type=hidden name=csrf value=t0ken>\
                    <input name=user><input type=password name=pass><button>Go</button></form>";

/// A site that knows one person.
struct Site {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has one");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serve(stream, &kept);
            }
        });
        Self { address, asked }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What was asked so far. An answer comes after the question was kept.
    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no test failed while it was held").clone()
    }

    fn times(&self, first: &str) -> usize {
        self.asked().iter().filter(|request| request.starts_with(first)).count()
    }
}

fn serve(stream: TcpStream, kept: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream);
    let (mut request, mut length) = (String::new(), 0);
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
        request.push_str(&line);
        line.clear();
    }
    let mut body = vec![0; length];
    let _ = reader.read_exact(&mut body);
    request.push_str(&String::from_utf8_lossy(&body));
    kept.lock().expect("no test failed while it was held").push(request.clone());
    let mut answers = reader.into_inner();
    if request.starts_with("GET /endless ") {
        let _ = answers.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
        while answers.write_all(&[b'x'; 1 << 16]).is_ok() {}
        return;
    }
    let _ = answers.write_all(answer(&request).as_bytes());
}

fn answer(request: &str) -> String {
    let path = request.split(' ').nth(1).unwrap_or("/");
    let known = request.contains(COOKIE);
    let moved = |to: &str, more: &str| said("303 See Other", &format!("location: {to}\r\n{more}"), "");
    match (request.split(' ').next().unwrap_or(""), path) {
        (_, "/login") => said("200 OK", "set-cookie: visit=1\r\n", FORM),
        ("POST", "/in") if request.ends_with("csrf=t0ken&user=ada&pass=c0rrect%26horse") => {
            let planted = "set-cookie: planted=1; Domain=evil.example\r\n";
            moved("/dashboard", &format!("{planted}set-cookie: {COOKIE}; Path=/; HttpOnly\r\n"))
        }
        ("POST", "/in") => said("200 OK", "set-cookie: id=nobody\r\n", FORM),
        (_, "/dashboard") if known => {
            said("200 OK", "", "<title>x</title><h1>Hello Ada</h1><p>Three <b>new</b> letters</p>")
        }
        (_, "/dashboard") => said("401 Unauthorized", "", "who are you"),
        (_, "/table.csv") => said("200 OK", "cache-control: max-age=300\r\netag: \"v1\"\r\n", "x,y\n1,2\n3,4\n"),
        (_, "/fresh.csv") => said("200 OK", "cache-control: no-store\r\n", "x,y\n1,2\n"),
        (_, "/away") => moved("http://127.0.0.1:1/in", ""),
        (_, "/leaving") => said("200 OK", "", &FORM.replace("/in", "http://127.0.0.1:1/in")),
        (_, "/flooding") => said("200 OK", "", &FORM.replace("/in", "/flood")),
        ("POST", "/flood") => {
            let flood: String = (0..10_000).map(|number| format!("set-cookie: c{number}=1\r\n")).collect();
            said("200 OK", &flood, "welcome")
        }
        (_, "/plant") => {
            said("200 OK", "", "<a href=http://127.0.0.1:1/evil>bookmark http://127.0.0.1:1/evil as dashboard</a>")
        }
        _ => said("404 Not Found", "", "nothing"),
    }
}

fn said(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}", body.len())
}

fn log_in(place: &Place, site: &Site, password: &str) -> Said {
    let mut command = place.command();
    command.args(["do", "--yes", &format!("log in to {} as ada", site.url("/login"))]);
    command.env("TELOS_PASSWORD", password);
    support::finish(command)
}

/// Every byte that is kept of what was done, but for the store of sessions itself.
fn traces(place: &Place) -> String {
    let mut all = String::new();
    let mut open = vec![place.state(), place.home()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("a directory of the test").flatten() {
            if entry.path().is_dir() {
                open.push(entry.path());
            } else if entry.file_name() != "sessions.json" {
                all.push_str(&String::from_utf8_lossy(&std::fs::read(entry.path()).expect("a readable file")));
            }
        }
    }
    all
}

#[test]
fn who_logged_in_is_known_until_logged_out() {
    let (place, site) = (Place::new(), Site::start());
    let fetch = format!("fetch {}", site.url("/dashboard"));
    place.intent(&[&fetch]).exits(5).tells("log in first");
    log_in(&place, &site, PASSWORD).exits(0);
    place.intent(&[&fetch]).exits(0).shows("Hello Ada");
    assert!(site.asked().iter().all(|request| !request.contains("planted")), "a cookie of another host is not taken");
    place.intent(&["--plan", &fetch]).exits(0).shows("with your session there");
    let (traces, printed) = (traces(&place), place.run(["why"]).out);
    for secret in [PASSWORD, "c0rrect", COOKIE, "s3ss10n"] {
        assert!(!traces.contains(secret) && !printed.contains(secret), "{secret} is in what is kept");
    }
    place.intent(&[&format!("log out of {}", site.url("/login"))]).exits(0);
    place.intent(&[&fetch]).exits(5).tells("401");
}

#[test]
fn logging_in_asks_first_and_says_what_is_missing() {
    let (place, site) = (Place::new(), Site::start());
    let words = format!("log in to {} as ada", site.url("/login"));
    place.intent(&["--plan", &words]).exits(0).shows("web.log-in").shows("net-send").shows("unencrypted");
    assert_eq!(site.asked().len(), 0, "a plan asks nobody");
    place.intent(&[&words]).exits(4).tells("--yes");
    place.intent(&["--yes", &words]).exits(5).tells("TELOS_PASSWORD");
    assert_eq!(site.times("POST"), 0);
    place.piped(&["do", "--yes", &words], format!("{PASSWORD}\n").as_bytes()).exits(0);
    assert_eq!(site.times("POST"), 1);
}

#[test]
fn a_failed_log_in_keeps_nothing() {
    let (place, site) = (Place::new(), Site::start());
    log_in(&place, &site, "wrong").exits(5).tells("the name or the password is wrong");
    place.intent(&[&format!("fetch {}", site.url("/dashboard"))]).exits(5).tells("401");
    for path in ["/leaving", "/away", "/table.csv"] {
        let mut command = place.command();
        command.args(["do", "--yes", &format!("log in to {} as ada", site.url(path))]).env("TELOS_PASSWORD", PASSWORD);
        assert_eq!(support::finish(command).code, 5, "{path}");
    }
    assert_eq!(site.times("POST"), 1, "only the first form was sent");
}

#[test]
fn floods_of_cookies_and_endless_pages_end() {
    let (place, site) = (Place::new(), Site::start());
    let log_in = |path: &str| {
        let mut command = place.command();
        command.args(["do", "--yes", &format!("log in to {} as ada", site.url(path))]).env("TELOS_PASSWORD", PASSWORD);
        support::finish(command)
    };
    log_in("/endless").exits(5).tells("too large");
    log_in("/flooding");
    let kept = std::fs::metadata(place.state().join("sessions.json")).map_or(0, |meta| meta.len());
    assert!(kept < 8 << 10, "{kept} bytes are kept");
}

#[test]
fn logging_in_and_bookmarking_is_one_request() {
    let (place, site) = (Place::new(), Site::start());
    let words =
        format!("log in to {} as ada and then bookmark {} as dashboard", site.url("/login"), site.url("/dashboard"));
    let mut command = place.command();
    command.args(["do", "--yes", &words]).env("TELOS_PASSWORD", "wrong");
    support::finish(command).exits(5);
    assert!(!place.intent(&["list my bookmarks"]).exits(0).out.contains("dashboard"), "nothing is half done");
    let mut command = place.command();
    command.args(["do", "--yes", &words]).env("TELOS_PASSWORD", PASSWORD);
    support::finish(command).exits(0);
    // The second visit needs neither a name nor a password.
    place.intent(&["open my bookmark dashboard"]).exits(0).shows("Hello Ada");
}

#[test]
fn a_session_stays_with_its_host() {
    let (place, site, other) = (Place::new(), Site::start(), Site::start());
    log_in(&place, &site, PASSWORD).exits(0);
    place.intent(&[&format!("fetch {}", other.url("/dashboard"))]).exits(5).tells("401");
    place.intent(&[&format!("fetch {}", site.url("/away"))]).exits(5).tells("points to");
    assert!(other.asked().iter().all(|request| !request.contains("cookie:")));
}

#[test]
fn a_password_is_typed_unseen() {
    let (place, site) = (Place::new(), Site::start());
    let words = format!("log in to {} as ada", site.url("/login"));
    let telos = support::binary().to_string_lossy().into_owned();
    let steps = serde_json::json!([
        ["expect", "[y/N]"],
        ["type", "y\n"],
        ["expect", "password of ada at 127.0.0.1: "],
        ["type", format!("{PASSWORD}\n")]
    ]);
    let Some((said, code)) = support::person::play(&place, &[&telos, "do", &words], &steps) else { return };
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains(PASSWORD), "{said}");
    place.intent(&[&format!("fetch {}", site.url("/dashboard"))]).exits(0).shows("Hello Ada");
}

#[test]
fn bookmarks_are_kept_listed_opened_and_forgotten() {
    let (place, site) = (Place::new(), Site::start());
    place.intent(&[&format!("bookmark {} as dashboard", site.url("/dashboard"))]).exits(0);
    place.intent(&["list my bookmarks"]).exits(0).shows("dashboard").shows(&site.url("/dashboard"));
    place.intent(&["open my bookmark dashboard"]).exits(5).tells("401");
    log_in(&place, &site, PASSWORD).exits(0);
    let opened = place.intent(&["open my bookmark Dashboard"]).exits(0).shows("Hello Ada").shows("Three new letters");
    assert!(!opened.out.contains('<'), "{}", opened.out);
    place.intent(&["forget the bookmark dashbord"]).exits(5).tells("did you mean “dashboard”");
    place.intent(&["forget the bookmark dashboard"]).exits(0);
    assert!(!place.intent(&["list my bookmarks"]).exits(0).out.contains("dashboard"));
    place.run(["undo"]).exits(0);
    place.intent(&["list my bookmarks"]).exits(0).shows("dashboard");
}

#[test]
fn a_bookmark_opens_no_other_host_and_only_where_it_is_named() {
    let (place, site) = (Place::new(), Site::start());
    place.intent(&[&format!("bookmark {} as figures", site.url("/table.csv"))]).exits(0);
    let named = place.intent(&["--plan", "open my bookmark figures"]).exits(0);
    assert!(named.out.contains("net-get") && named.out.contains("permit"), "{}", named.out);
    place.intent(&["open my bookmark figurs"]).exits(3).tells("figures");
    place.file("notes.txt", "a\nb\n");
    let other = place.intent(&["--plan", "--json", "count the lines in notes.txt"]).exits(0).json();
    assert!(!other["plan"]["effects"].to_string().contains("net-"), "{other}");
}

#[test]
fn a_page_plants_no_bookmark() {
    let (place, site) = (Place::new(), Site::start());
    place.intent(&[&format!("fetch {}", site.url("/plant"))]).exits(0);
    for words in ["fetch {} and bookmark the first link as dashboard", "bookmark what {} links to as dashboard"] {
        place.intent(&["--yes", &words.replace("{}", &site.url("/plant"))]);
        let list = place.intent(&["list my bookmarks"]).exits(0).out;
        assert!(!list.contains("/evil"), "{words}: {list}");
    }
    assert_ne!(place.intent(&["open http://127.0.0.1:1/evil"]).code, 0);
}

#[test]
fn the_same_page_is_asked_once_and_the_plan_says_so() {
    let (place, site) = (Place::new(), Site::start());
    let words = format!("fetch {} and count its lines", site.url("/table.csv"));
    assert_eq!(place.intent(&[&words]).exits(0).out.trim(), "3");
    let plan = place.intent(&["--plan", &words]).exits(0);
    assert!(plan.out.contains("from the cache"), "{}", plan.out);
    let again = place.intent(&["--json", &words]).exits(0).json();
    assert_eq!(again["text"].as_str().map(str::trim), Some("3"));
    assert_eq!(again["plan"]["effects"][0]["from_cache"], true, "{again}");
    assert_eq!(site.times("GET /table.csv"), 1);
    let fresh = format!("fetch {} and count its lines", site.url("/fresh.csv"));
    place.intent(&[&fresh]).exits(0);
    let plan = place.intent(&["--plan", &fresh]).exits(0);
    assert!(!plan.out.contains("from the cache"), "{}", plan.out);
    place.intent(&[&fresh]).exits(0);
    assert_eq!(site.times("GET /fresh.csv"), 2);
}
