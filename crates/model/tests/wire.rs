//! What is sent is what each vendor documents: the requests are read with types that allow those fields and no others, and
//! the schema keeps to the part of JSON Schema that constrained decoding supports everywhere.

mod support;

use serde::Deserialize;
use serde_json::{Value as Json, json};
use support::server::{config, good, serve, wrap};
use support::{Shelf, Tree, turn};
use telos_model::{Answer, Cascade, Proposal, ProviderConfig, ProviderError, ProviderKind, Tier};

const TURN: &str = "enumerate newline-terminated records held by app.log";
const KINDS: [ProviderKind; 3] = [ProviderKind::OpenAi, ProviderKind::Anthropic, ProviderKind::Ollama];

/// OpenAI, Chat Completions, structured outputs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "reading it is the test")]
struct ChatRequest {
    model: String,
    messages: Vec<Said>,
    max_completion_tokens: u32,
    response_format: ResponseFormat,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ResponseFormat {
    #[serde(rename = "type")]
    kind: String,
    json_schema: Named,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
    strict: bool,
    schema: Json,
}

/// Anthropic, Messages, a forced tool.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "reading it is the test")]
struct MessagesRequest {
    model: String,
    max_tokens: u32,
    system: String,
    messages: Vec<Said>,
    tools: Vec<Tool>,
    tool_choice: ToolChoice,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "reading it is the test")]
struct Tool {
    name: String,
    description: String,
    input_schema: Json,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ToolChoice {
    #[serde(rename = "type")]
    kind: String,
    name: String,
}

/// Ollama, chat with a format.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "reading it is the test")]
struct OllamaRequest {
    model: String,
    messages: Vec<Said>,
    format: Json,
    stream: bool,
    options: Json,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    role: String,
    content: String,
}

/// Strict mode: every object lists all of its properties as required and allows no others; no keyword beyond these.
fn assert_strict(schema: &Json) {
    let fields = schema.as_object().expect("a schema is an object");
    let known = ["type", "properties", "required", "additionalProperties", "items", "enum"];
    assert!(fields.keys().all(|key| known.contains(&key.as_str())), "{schema}");
    match schema["type"].as_str().expect("every schema has a type") {
        "object" => {
            assert_eq!(schema["additionalProperties"], json!(false));
            let properties = schema["properties"].as_object().expect("an object has properties");
            let mut required: Vec<&str> =
                schema["required"].as_array().expect("a list").iter().filter_map(Json::as_str).collect();
            required.sort_unstable();
            let mut names: Vec<&str> = properties.keys().map(String::as_str).collect();
            names.sort_unstable();
            assert_eq!(required, names);
            properties.values().for_each(assert_strict);
        }
        "array" => assert_strict(&schema["items"]),
        kind => assert_eq!(kind, "string"),
    }
}

/// Roles as the vendors demand: a system message first where it is a message, then person and model in turns.
fn assert_turns(said: &[Said], with_system: bool) {
    let roles: Vec<&str> = said.iter().map(|said| said.role.as_str()).collect();
    let spoken = if with_system { roles.strip_prefix(&["system"]).expect("a system message") } else { &roles };
    assert!(spoken.iter().enumerate().all(|(at, role)| *role == ["user", "assistant"][at % 2]), "{roles:?}");
    assert_eq!(spoken.len() % 2, 1, "the last word is the person's");
    assert!(said.iter().all(|said| !said.content.is_empty()));
}

fn ask(config: ProviderConfig) -> Answer {
    Cascade::new(None, Some(config)).propose(&turn(TURN), &Tree::home(), &Shelf::standard(), &|_| Ok(()))
}

#[test]
fn every_request_is_one_that_its_vendor_documents() {
    for kind in KINDS {
        // A first reply that is refused, so that the correction is seen too.
        let server = serve(vec![Some((200, "", wrap(kind, &json!({})))), Some((200, "", wrap(kind, &good())))]);
        assert_eq!(ask(config(kind, &server.url)).tier, Tier::Model);
        for (head, body) in server.asked.try_iter() {
            let head = head.to_lowercase();
            assert!(head.contains("content-type: application/json"), "{head}");
            match kind {
                ProviderKind::OpenAi => {
                    let request: ChatRequest = serde_json::from_value(body).expect("a chat request");
                    assert!(head.starts_with("post /v1/chat/completions http/1.1"), "{head}");
                    assert!(head.contains("authorization: bearer k-123"), "{head}");
                    assert_eq!(request.response_format.kind, "json_schema");
                    let format = request.response_format.json_schema;
                    assert!(format.strict && format.name.bytes().all(|byte| byte.is_ascii_alphanumeric()));
                    assert_strict(&format.schema);
                    assert_turns(&request.messages, true);
                }
                ProviderKind::Anthropic => {
                    let request: MessagesRequest = serde_json::from_value(body).expect("a messages request");
                    assert!(head.starts_with("post /v1/messages http/1.1"), "{head}");
                    assert!(
                        head.contains("x-api-key: k-123") && head.contains("anthropic-version: 2023-06-01"),
                        "{head}"
                    );
                    assert_eq!(request.tool_choice.kind, "tool");
                    assert_eq!(request.tool_choice.name, request.tools[0].name);
                    assert_strict(&request.tools[0].input_schema);
                    assert_turns(&request.messages, false);
                }
                ProviderKind::Ollama => {
                    let request: OllamaRequest = serde_json::from_value(body).expect("a chat request");
                    assert!(head.starts_with("post /api/chat http/1.1"), "{head}");
                    assert!(!request.stream, "one reply, not many");
                    assert_strict(&request.format);
                    assert_turns(&request.messages, true);
                }
            }
        }
    }
}

/// A reply that the vendor cut at its token limit: the JSON ends in the middle.
fn cut(kind: ProviderKind) -> String {
    let half = &good().to_string()[..90];
    match kind {
        ProviderKind::OpenAi => {
            json!({ "choices": [{ "finish_reason": "length", "message": { "role": "assistant", "content": half } }] })
        }
        ProviderKind::Anthropic => json!({
            "stop_reason": "max_tokens",
            "content": [{ "type": "tool_use", "id": "t", "name": "graph", "input": { "steps": [] } }],
        }),
        ProviderKind::Ollama => {
            json!({ "done_reason": "length", "done": true, "message": { "role": "assistant", "content": half } })
        }
    }
    .to_string()
}

#[test]
fn a_reply_that_was_cut_gives_no_graph_and_a_whole_one_after_it_does() {
    for kind in KINDS {
        let server = serve(vec![Some((200, "", cut(kind))), Some((200, "", wrap(kind, &good())))]);
        assert_eq!(ask(config(kind, &server.url)).tier, Tier::Model, "{kind:?}");
        let server = serve(vec![Some((200, "", cut(kind))), Some((200, "", cut(kind))), Some((200, "", cut(kind)))]);
        let answer = ask(config(kind, &server.url));
        assert!(matches!(answer.proposal, Proposal::Abstain { .. }), "{kind:?}");
        assert!(matches!(answer.model_error, Some(ProviderError::Unusable { .. })), "{:?}", answer.model_error);
    }
}

#[test]
fn every_vendor_is_told_apart_when_it_refuses() {
    let said = |kind| match kind {
        ProviderKind::Ollama => json!({ "error": "model 'm' not found" }),
        _ => json!({ "type": "error", "error": { "type": "t", "message": "model 'm' not found\u{1b}[2J" } }),
    };
    for kind in KINDS {
        for status in [401, 403] {
            let server = serve(vec![Some((status, "", said(kind).to_string()))]);
            let error = ask(config(kind, &server.url)).model_error;
            assert!(matches!(error, Some(ProviderError::Denied { status: got, .. }) if got == status), "{error:?}");
        }
        let server = serve(vec![Some((404, "", said(kind).to_string()))]);
        let error = ask(config(kind, &server.url)).model_error.expect("refused").to_string();
        assert!(error.contains("HTTP 404 (“model 'm' not found") && !error.contains('\u{1b}'), "{error}");
        let busy = |status| Some((status, "retry-after: 0\r\n", String::from("<html>busy</html>")));
        let server = serve(vec![busy(429), busy(500), busy(529)]);
        let error = ask(config(kind, &server.url)).model_error;
        assert!(matches!(error, Some(ProviderError::Status { status: 529, .. })), "{error:?}");
        assert_eq!(server.asked.try_iter().count(), 3, "asked three times and no more");
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let server = serve(vec![Some((307, "location: http://127.0.0.1:9/elsewhere\r\n", String::new()))]);
    let error = ask(config(ProviderKind::OpenAi, &server.url)).model_error;
    assert!(matches!(error, Some(ProviderError::Status { status: 307, .. })), "{error:?}");
    assert_eq!(server.asked.try_iter().count(), 1);
}
