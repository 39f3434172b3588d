//! The three wire formats, as small types of our own. Only what is sent or read is declared.

use super::config::{ProviderConfig, ProviderKind};
use serde::Deserialize;
use serde_json::{Value as Json, json};

/// Most tokens a reply may have.
const REPLY_TOKENS_MAX: u32 = 4_096;

/// Who said something in the exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Person,
    Model,
}

/// An exchange: fixed instructions and what was said since.
pub(crate) struct Exchange {
    pub(crate) instructions: String,
    pub(crate) said: Vec<(Role, String)>,
    pub(crate) schema: Json,
}

/// A request ready to send.
pub(crate) struct Request {
    pub(crate) url: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Json,
}

/// Encodes an exchange for a provider.
pub(crate) fn request(config: &ProviderConfig, exchange: &Exchange) -> Request {
    let base = config.base_url.trim_end_matches('/');
    let key = config.key.as_ref().map(|key| key.reveal().to_owned());
    match config.kind {
        ProviderKind::OpenAi => Request {
            url: format!("{base}/chat/completions"),
            headers: key.map(|key| ("authorization", format!("Bearer {key}"))).into_iter().collect(),
            body: json!({
                "model": config.model,
                "messages": messages(exchange, true),
                "max_completion_tokens": REPLY_TOKENS_MAX,
                "response_format": {
                    "type": "json_schema",
                    "json_schema": { "name": "graph", "strict": true, "schema": exchange.schema },
                },
            }),
        },
        ProviderKind::Anthropic => Request {
            url: format!("{base}/v1/messages"),
            headers: key
                .map(|key| ("x-api-key", key))
                .into_iter()
                .chain([("anthropic-version", "2023-06-01".to_owned())])
                .collect(),
            body: json!({
                "model": config.model,
                "max_tokens": REPLY_TOKENS_MAX,
                "system": exchange.instructions,
                "messages": messages(exchange, false),
                "tools": [{ "name": "graph", "description": "The proposed graph.", "input_schema": exchange.schema }],
                "tool_choice": { "type": "tool", "name": "graph" },
            }),
        },
        ProviderKind::Ollama => Request {
            url: format!("{base}/api/chat"),
            headers: Vec::new(),
            body: json!({
                "model": config.model,
                "messages": messages(exchange, true),
                "format": exchange.schema,
                "stream": false,
                "options": { "temperature": 0 },
            }),
        },
    }
}

fn messages(exchange: &Exchange, with_system: bool) -> Vec<Json> {
    let system = with_system.then(|| json!({ "role": "system", "content": exchange.instructions }));
    let said = exchange.said.iter().map(|(role, text)| {
        let role = match role {
            Role::Person => "user",
            Role::Model => "assistant",
        };
        json!({ "role": role, "content": text })
    });
    system.into_iter().chain(said).collect()
}

#[derive(Deserialize)]
struct ChatReply {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    content: Option<String>,
    #[serde(default)]
    refusal: Option<String>,
}

#[derive(Deserialize)]
struct MessagesReply {
    content: Vec<Block>,
}

#[derive(Deserialize)]
struct Block {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    input: Option<Json>,
}

#[derive(Deserialize)]
struct OllamaReply {
    message: Message,
}

/// The graph's JSON text inside a provider's reply; `None` if the reply has another form.
pub(crate) fn answer(kind: ProviderKind, body: &[u8]) -> Option<String> {
    match kind {
        ProviderKind::OpenAi => {
            let reply: ChatReply = serde_json::from_slice(body).ok()?;
            let message = reply.choices.into_iter().next()?.message;
            message.content.filter(|_| message.refusal.is_none())
        }
        ProviderKind::Anthropic => {
            let reply: MessagesReply = serde_json::from_slice(body).ok()?;
            let input = reply.content.into_iter().find(|block| block.kind == "tool_use")?.input?;
            Some(input.to_string())
        }
        ProviderKind::Ollama => {
            let reply: OllamaReply = serde_json::from_slice(body).ok()?;
            reply.message.content
        }
    }
}

/// What a service says of a request that it did not take, in brackets: all three put it under `error`, as an object with a
/// `message` or as plain text. Empty where there is none.
pub(crate) fn complaint(body: &[u8]) -> String {
    let reply: Option<Json> = serde_json::from_slice(body).ok();
    let error = reply.as_ref().and_then(|reply| reply.get("error"));
    let text = error.and_then(|error| error.as_str().or_else(|| error.get("message")?.as_str()));
    let plain = super::prompt::clean(text.unwrap_or_default());
    if plain.is_empty() { plain } else { format!(" (“{plain}”)") }
}
