//! `config.toml`: which model is asked when the offline planner abstains. The environment wins over the file.

use crate::telos::{path_text, read_if_present};
use crate::{Places, SystemError};
use serde::Deserialize;
use std::time::Duration;
use telos_abi::limit::POLICY_BYTES_MAX;
use telos_model::{ProviderConfig, ProviderKind, Secret};

/// Longest wait for one reply unless configured, in seconds.
const TIMEOUT_SECONDS: u64 = 60;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    model: Model,
}

/// The `[model]` table.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Model {
    /// `openai`, `anthropic`, `ollama` or `none`.
    provider: Option<String>,
    /// The model's name, as the provider knows it.
    name: Option<String>,
    /// Where the service is.
    base_url: Option<String>,
    /// Environment variable that holds the key.
    key_variable: Option<String>,
    /// Longest wait for one reply.
    timeout_seconds: Option<u64>,
}

/// Reads the provider, if one is configured. Without configuration no model is asked and nothing leaves the machine,
/// even if keys happen to be in the environment: `TELOS_MODEL` or the file must name a model.
pub(crate) fn provider(
    places: &Places,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<ProviderConfig>, SystemError> {
    let path = places.config_file();
    let name = path_text(&path).to_string();
    let bytes = read_if_present(&path, POLICY_BYTES_MAX)?.unwrap_or_default();
    let text = String::from_utf8(bytes).map_err(|_| SystemError::Usage(format!("{name}: not UTF-8")))?;
    let file: File = toml::from_str(&text).map_err(|error| SystemError::Usage(format!("{name}: {error}")))?;
    let model = Model {
        provider: variable("TELOS_PROVIDER").or(file.model.provider),
        name: variable("TELOS_MODEL").or(file.model.name),
        ..file.model
    };
    let Some(kind) = kind(model.provider.as_deref(), &name)? else { return Ok(None) };
    let Some(model_name) = model.name else {
        return Err(SystemError::Usage(format!(
            "{name}: a provider is configured but no model; set `name` under [model], or TELOS_MODEL"
        )));
    };
    let base = match kind {
        ProviderKind::OpenAi => variable("OPENAI_BASE_URL"),
        ProviderKind::Anthropic => variable("ANTHROPIC_BASE_URL"),
        ProviderKind::Ollama => variable("OLLAMA_HOST").map(|host| with_scheme(&host)),
    };
    let base_url = base.or(model.base_url).unwrap_or_else(|| kind.default_base_url().to_owned());
    let key_variable = model.key_variable.as_deref().or(kind.key_variable());
    Ok(Some(ProviderConfig {
        kind,
        base_url: base_url.trim_end_matches('/').to_owned(),
        key: key_variable.and_then(variable).map(|key| Secret::new(&key)),
        model: model_name,
        timeout: Duration::from_secs(model.timeout_seconds.unwrap_or(TIMEOUT_SECONDS)),
    }))
}

fn kind(provider: Option<&str>, file: &str) -> Result<Option<ProviderKind>, SystemError> {
    match provider {
        None | Some("none") => Ok(None),
        Some("openai") => Ok(Some(ProviderKind::OpenAi)),
        Some("anthropic") => Ok(Some(ProviderKind::Anthropic)),
        Some("ollama") => Ok(Some(ProviderKind::Ollama)),
        Some(other) => Err(SystemError::Usage(format!(
            "{file}: provider `{other}` is not known; use openai, anthropic, ollama or none"
        ))),
    }
}

/// `OLLAMA_HOST` may be given as host and port alone.
fn with_scheme(host: &str) -> String {
    if host.contains("://") { host.to_owned() } else { format!("http://{host}") }
}
