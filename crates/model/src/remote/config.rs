//! Which model is asked, and how.

use core::fmt;
use std::time::Duration;

/// The wire formats spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderKind {
    /// Chat Completions, as OpenAI and many others offer it.
    OpenAi,
    /// Anthropic Messages.
    Anthropic,
    /// Ollama's chat.
    Ollama,
}

impl ProviderKind {
    /// Where the service is unless configured otherwise.
    #[must_use]
    pub fn default_base_url(self) -> &'static str {
        match self {
            Self::OpenAi => "https://api.openai.com/v1",
            Self::Anthropic => "https://api.anthropic.com",
            Self::Ollama => "http://127.0.0.1:11434",
        }
    }

    /// The environment variable that holds its key; `None` where none is needed.
    #[must_use]
    pub fn key_variable(self) -> Option<&'static str> {
        match self {
            Self::OpenAi => Some("OPENAI_API_KEY"),
            Self::Anthropic => Some("ANTHROPIC_API_KEY"),
            Self::Ollama => None,
        }
    }
}

/// A key. It is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a key; surrounding white space is not part of it.
    #[must_use]
    pub fn new(key: &str) -> Self {
        Self(key.trim().to_owned())
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}

/// A configured provider. `system` reads it from `config.toml` and the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderConfig {
    /// Wire format.
    pub kind: ProviderKind,
    /// Where the service is, without a trailing slash; [`ProviderKind::default_base_url`] unless configured.
    pub base_url: String,
    /// The key, where the service needs one.
    pub key: Option<Secret>,
    /// Name of the model, as the service knows it.
    pub model: String,
    /// Longest wait for one reply.
    pub timeout: Duration,
}
