//! The question that the last intent was left with, so that it can be answered later.

use crate::error::SystemError;
use crate::telos::{Telos, read_if_present};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use telos_model::Question;

/// Most bytes of a kept question: an intent, its question and its choices.
const PENDING_BYTES_MAX: usize = 256 << 10;

/// An intent and what is to be known of it.
#[derive(Serialize, Deserialize)]
struct Pending {
    /// The user's words.
    intent: String,
    /// The directory they were said in.
    directory: telos_abi::ByteText,
    question: String,
    choices: Vec<String>,
    /// Bytes of the words that an answer replaces.
    slot: std::ops::Range<usize>,
}

impl Telos {
    fn pending_file(&self) -> PathBuf {
        self.places().state.join("question.json")
    }

    /// Keeps the question of an intent for `telos do --answer`. Whatever was kept before is forgotten.
    pub(crate) fn keep_question(&self, intent: &str, question: &Question) -> Result<(), SystemError> {
        let pending = Pending {
            intent: intent.to_owned(),
            directory: self.directory().clone(),
            question: question.text.clone(),
            choices: question.choices.clone(),
            slot: question.slot.clone(),
        };
        let bytes = serde_json::to_vec(&pending).map_err(SystemError::room)?;
        let file = self.pending_file();
        let fresh = file.with_extension(format!("json.{}", std::process::id()));
        crate::telos::private_directory(&self.places().state)?;
        std::fs::write(&fresh, bytes).map_err(SystemError::file(&fresh))?;
        std::fs::rename(&fresh, &file).map_err(SystemError::file(&file))
    }

    /// The words of the intent that waits for an answer, with the answer in them. An answer may be the number of a choice.
    ///
    /// # Errors
    /// When nothing waits, or it waits in another directory.
    pub fn with_answer(&self, answer: &str) -> Result<String, SystemError> {
        let none = || SystemError::Usage(String::from("no question is open; say what you want: telos do \"…\""));
        let bytes = read_if_present(&self.pending_file(), PENDING_BYTES_MAX)?.ok_or_else(none)?;
        let pending: Pending = serde_json::from_slice(&bytes).map_err(|_| none())?;
        if pending.directory != *self.directory() {
            return Err(SystemError::Usage(format!(
                "the open question (“{}”) was asked in {}; go there to answer it",
                pending.question, pending.directory
            )));
        }
        let numbered =
            answer.trim().parse::<usize>().ok().and_then(|number| pending.choices.get(number.checked_sub(1)?));
        let question = Question { text: pending.question, choices: Vec::new(), slot: pending.slot };
        Ok(question.answered(&pending.intent, numbered.map_or(answer, String::as_str)))
    }

    /// Forgets the open question: another intent has been said.
    pub(crate) fn forget_question(&self) {
        // One that cannot be removed is replaced by the next.
        let _ = std::fs::remove_file(self.pending_file());
    }
}
