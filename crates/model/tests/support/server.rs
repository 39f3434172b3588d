//! A scripted server that speaks as a provider would.

use serde_json::{Value as Json, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;
use telos_model::{ProviderConfig, ProviderKind, Secret};

/// A server that gives one scripted reply to each request and tells what it was asked.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) asked: Receiver<(String, Json)>,
    /// Gives back the connections it kept open, so that they stay open until it is joined.
    pub(crate) thread: JoinHandle<Vec<TcpStream>>,
}

/// A scripted reply: status, further header lines, body. `None` keeps the connection open without a word.
pub(crate) type Script = Option<(u16, &'static str, String)>;

pub(crate) fn serve(script: Vec<Script>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    let (tell, asked) = channel();
    let thread = std::thread::spawn(move || {
        let mut silent = Vec::new();
        for reply in script {
            let Ok((stream, _)) = listener.accept() else {
                return silent;
            };
            let mut reader = BufReader::new(stream);
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
                    break;
                }
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().expect("a length");
                }
                head.push_str(&line);
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("the body");
            tell.send((head, serde_json::from_slice(&body).expect("requests are JSON"))).ok();
            let mut stream = reader.into_inner();
            let Some((status, headers, body)) = reply else {
                silent.push(stream);
                continue;
            };
            let text = format!(
                "HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(text.as_bytes()).ok();
        }
        silent
    });
    Server { url, asked, thread }
}

pub(crate) fn config(kind: ProviderKind, url: &str) -> ProviderConfig {
    let base_url = if kind == ProviderKind::OpenAi { format!("{url}/v1") } else { url.to_owned() };
    ProviderConfig {
        kind,
        base_url,
        key: Some(Secret::new("k-123")),
        model: "m".into(),
        timeout: Duration::from_secs(20),
    }
}

pub(crate) fn wrap(kind: ProviderKind, graph: &Json) -> String {
    match kind {
        ProviderKind::OpenAi => json!({ "choices": [{ "message": { "role": "assistant", "content": graph.to_string() } }] }),
        ProviderKind::Anthropic => json!({ "content": [{ "type": "text", "text": "…" }, { "type": "tool_use", "id": "t", "name": "graph", "input": graph }] }),
        ProviderKind::Ollama => json!({ "message": { "role": "assistant", "content": graph.to_string() }, "done": true }),
    }
    .to_string()
}

/// What a model proposes for counting the lines of the first file, where it can be done.
pub(crate) fn good() -> Json {
    let step = |id: &str, primitive: &str, port: &str, kind: &str, value: &str| json!({ "id": id, "use": primitive, "each": "", "inputs": [{ "port": port, "kind": kind, "value": value }] });
    json!({
        "steps": [
            step("a", "file.read", "file", "file", "f1"),
            step("b", "text.decode", "data", "step", "a.content"),
            step("c", "text.count", "text", "step", "b.text"),
        ],
        "show": ["c.lines"],
        "cannot": "",
    })
}
