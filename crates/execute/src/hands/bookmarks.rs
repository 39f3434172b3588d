//! Addresses that the person keeps by names, in a cell.

use super::changing::{next, takes_no_data};
use super::finding::{table, time};
use super::records::{self, Record, Records};
use super::{At, network};
use crate::{HostCall, Sink, Step, StepError};
use telos_abi::limit::{BOOKMARK_NAME_BYTES_MAX, BOOKMARKS_MAX};
use telos_abi::{ByteText, Effect, Facts, Label, PortIndex, Value};
use telos_graph::folded;
use telos_host::Host;
use telos_policy::Permit;

/// Names that are told where one is not known.
const NEAR_MAX: usize = 3;
/// How alike a name must be to be told, from 0 to 1.
const NEAR: f64 = 0.75;

const TABLE: PortIndex = PortIndex(0);
const COUNT: PortIndex = PortIndex(1);

/// One bookmark.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Bookmark {
    name: String,
    url: String,
    /// When it was kept, RFC 3339.
    at: String,
}

impl Record for Bookmark {
    const CELL: &'static str = "bookmarks";
    const CALLED: &'static str = "the bookmarks";
}

/// Names and addresses of the bookmarks, if the host may be asked under the permit that `permit` gives for it. They are the
/// person's own words only as long as the cell carries no label: else there are none.
pub fn bookmarked(host: &Host, permit: impl FnOnce(&Effect) -> Option<Permit>) -> Vec<(String, String)> {
    let known: Vec<Bookmark> = records::known(host, permit, |label| label == Label::BOTTOM);
    known.into_iter().map(|bookmark| (bookmark.name, bookmark.url)).collect()
}

/// The names most like one that is not there.
fn near(name: &str, all: &[Bookmark]) -> String {
    let likeness = |other: &str| strsim::jaro_winkler(&folded(name), &folded(other));
    let mut names: Vec<(f64, &str)> = all.iter().map(|one| (likeness(&one.name), one.name.as_str())).collect();
    names.retain(|(likeness, _)| *likeness >= NEAR);
    names.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let names: Vec<String> = names.iter().take(NEAR_MAX).map(|(_, name)| format!("“{name}”")).collect();
    if names.is_empty() {
        return "telos do \"list my bookmarks\" shows all".to_owned();
    }
    format!("did you mean {}?", names.join(" or "))
}

fn tell(bookmarks: &[Bookmark], out: &mut dyn Sink) -> Result<(), StepError> {
    let rows = bookmarks.iter().map(|one| [one.name.as_str(), one.url.as_str(), one.at.as_str()]);
    out.chunk(TABLE, table(["name", "url", "added"], rows).as_bytes())?;
    out.value(COUNT, Value::Int(i64::try_from(bookmarks.len()).unwrap_or(i64::MAX)))
}

/// `web.bookmarks`.
pub(super) struct List<'h> {
    bookmarks: Records<'h, Bookmark>,
}

impl<'h> List<'h> {
    pub(super) fn new(at: At<'h>) -> Result<Self, StepError> {
        Ok(Self { bookmarks: Records::open(at)? })
    }
}

impl Step for List<'_> {
    fn target(&self) -> Option<ByteText> {
        None
    }

    fn push(&mut self, _: PortIndex, _: &[u8]) -> Result<(), StepError> {
        takes_no_data()
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        self.bookmarks.reading()
    }

    fn label(&self) -> Result<Label, StepError> {
        self.bookmarks.label()
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        tell(&self.bookmarks.read(next(&mut permits.into_iter())?)?, out)
    }
}

/// What is to become of the bookmarks.
enum Change {
    Keep { name: String, url: String },
    Forget { name: String },
}

/// `web.bookmark`, `web.forget`.
pub(super) struct Revise<'h> {
    bookmarks: Records<'h, Bookmark>,
    change: Change,
}

impl<'h> Revise<'h> {
    pub(super) fn keep(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        // What is no address now is none later.
        network::url(call, 0)?;
        let url = match call.arguments.first() {
            Some(Some(Value::Text(url))) => url.clone(),
            _ => return Err(format!("`{}` was given no address", call.primitive).into()),
        };
        Self::new(at, Change::Keep { name: name(call, 1)?, url })
    }

    pub(super) fn forget(at: At<'h>, call: &HostCall<'_>) -> Result<Self, StepError> {
        Self::new(at, Change::Forget { name: name(call, 0)? })
    }

    fn new(at: At<'h>, change: Change) -> Result<Self, StepError> {
        Ok(Self { bookmarks: Records::open(at)?, change })
    }

    /// The bookmark that is kept or forgotten, and those that are there then.
    fn revise(&self, mut held: Vec<Bookmark>) -> Result<(Bookmark, Vec<Bookmark>), StepError> {
        match &self.change {
            Change::Keep { name, url } => {
                let new = Bookmark { name: name.clone(), url: url.clone(), at: time(self.bookmarks.now_ns()) };
                held.retain(|old| folded(&old.name) != folded(name));
                if held.len() >= BOOKMARKS_MAX {
                    return Err(
                        format!("there are {BOOKMARKS_MAX} bookmarks, which is the most; forget one first").into()
                    );
                }
                held.push(new.clone());
                Ok((new, held))
            }
            Change::Forget { name } => {
                let Some(at) = held.iter().position(|old| folded(&old.name) == folded(name)) else {
                    return Err(format!("no bookmark is called “{name}”; {}", near(name, &held)).into());
                };
                Ok((held.remove(at), held))
            }
        }
    }
}

/// The name at an input, if a bookmark may have it.
fn name(call: &HostCall<'_>, input: usize) -> Result<String, StepError> {
    let Some(Some(Value::Text(name))) = call.arguments.get(input) else {
        return Err(format!("`{}` was given no name", call.primitive).into());
    };
    let name = name.trim();
    if folded(name).is_empty() || name.len() > BOOKMARK_NAME_BYTES_MAX || name.chars().any(char::is_control) {
        return Err(format!(
            "“{}” is no name for a bookmark: it needs a letter or digit, and may have {BOOKMARK_NAME_BYTES_MAX} bytes",
            name.chars().take(BOOKMARK_NAME_BYTES_MAX).filter(|letter| !letter.is_control()).collect::<String>()
        )
        .into());
    }
    Ok(name.to_owned())
}

impl Step for Revise<'_> {
    fn target(&self) -> Option<ByteText> {
        Some(self.bookmarks.path())
    }

    fn push(&mut self, _: PortIndex, _: &[u8]) -> Result<(), StepError> {
        takes_no_data()
    }

    fn effects(&mut self) -> Result<Vec<(Effect, Facts)>, StepError> {
        self.bookmarks.revising()
    }

    fn label(&self) -> Result<Label, StepError> {
        self.bookmarks.label()
    }

    fn act(self: Box<Self>, permits: Vec<Permit>, out: &mut dyn Sink) -> Result<(), StepError> {
        let mut permits = permits.into_iter();
        let (changed, all) = self.revise(self.bookmarks.read(next(&mut permits)?)?)?;
        self.bookmarks.write(next(&mut permits)?, &all)?;
        tell(&[changed], out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bookmark(name: &str) -> Bookmark {
        Bookmark { name: name.into(), url: "https://a.example/".into(), at: String::new() }
    }

    #[test]
    fn names_are_matched_without_case_and_near_ones_are_told() {
        assert_eq!(folded("My Dash-board"), folded("my dashboard"));
        let all = [bookmark("news"), bookmark("dashboard"), bookmark("dash two")];
        assert!(near("dashbord", &all).starts_with("did you mean “dashboard” or “dash two”"));
        assert!(near("zzz", &all).contains("list my bookmarks"));
    }
}
