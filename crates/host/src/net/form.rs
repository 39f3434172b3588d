//! The form of a page that asks for a password, as a browser would fill it in.

use html5gum::{DefaultEmitter, HtmlString, StartTag, Token, Tokenizer};
use std::collections::BTreeMap;

/// Fields of a form that are looked at.
const FIELDS_MAX: usize = 256;

/// A form to log in with.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Form {
    /// Where it is sent: as the page writes it, empty for the page itself.
    pub(super) action: String,
    /// What the page would have all its addresses start from.
    pub(super) base: Option<String>,
    /// Fields with values of their own, in order; the user's name and the password are empty.
    fields: Vec<(String, String)>,
    user: usize,
    password: usize,
}

impl Form {
    /// The form as `application/x-www-form-urlencoded`.
    pub(super) fn filled(&self, user: &str, password: &str) -> String {
        let pairs = self.fields.iter().enumerate().map(|(at, (name, value))| {
            let value = match at {
                _ if at == self.user => user,
                _ if at == self.password => password,
                _ => value.as_str(),
            };
            format!("{}={}", encoded(name), encoded(value))
        });
        pairs.collect::<Vec<_>>().join("&")
    }
}

/// A form while the page is read.
struct Open {
    action: String,
    /// Why it cannot be filled in, if so.
    unfit: Option<&'static str>,
    fields: Vec<(String, String)>,
    /// The last field that a user's name may go in, and the one before the password.
    named: Option<usize>,
    user: Option<usize>,
    passwords: Vec<usize>,
    sends: bool,
}

/// The first form of the page that asks for one password.
pub(super) fn log_in(page: &str) -> Result<Form, &'static str> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut base = None;
    let mut open: Option<Open> = None;
    let mut forms: Vec<Open> = Vec::new();
    for token in Tokenizer::new_with_emitter(page, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => match tag.name.as_slice() {
                b"base" if base.is_none() => base = attribute(&tag, b"href"),
                b"form" if open.is_none() => open = Some(Open::of(&tag)),
                b"input" | b"button" => {
                    if let Some(form) = open.as_mut() {
                        form.field(&tag);
                    }
                }
                _ => {}
            },
            Token::EndTag(tag) if tag.name.as_slice() == b"form" => forms.extend(open.take()),
            _ => {}
        }
    }
    forms.extend(open);
    // Two passwords are a new account or a change of the old one.
    let form =
        forms.into_iter().find(|form| form.passwords.len() == 1).ok_or("it has no form that asks for a password")?;
    match (form.unfit, form.user, form.passwords.first()) {
        (Some(why), ..) => Err(why),
        (None, Some(user), Some(&password)) => {
            Ok(Form { action: form.action, base, fields: form.fields, user, password })
        }
        _ => Err("its form asks for no user's name"),
    }
}

impl Open {
    fn of(tag: &StartTag<()>) -> Self {
        let lower = |name: &[u8]| attribute(tag, name).unwrap_or_default().trim().to_ascii_lowercase();
        let unfit = match (lower(b"method").as_str(), lower(b"enctype").as_str()) {
            ("post", "" | "application/x-www-form-urlencoded") => None,
            ("post", _) => Some("its form is sent in a way that is not supported"),
            _ => Some("its form would put the password into an address"),
        };
        let action = attribute(tag, b"action").unwrap_or_default().trim().to_owned();
        let (fields, passwords) = (Vec::new(), Vec::new());
        Self { action, unfit, fields, named: None, user: None, passwords, sends: false }
    }

    fn field(&mut self, tag: &StartTag<()>) {
        let Some(name) = attribute(tag, b"name").filter(|name| !name.is_empty()) else { return };
        if self.fields.len() >= FIELDS_MAX || tag.attributes.contains_key(b"disabled".as_slice()) {
            return;
        }
        let value = attribute(tag, b"value").unwrap_or_default();
        let kind = attribute(tag, b"type").unwrap_or_default().to_ascii_lowercase();
        let button = tag.name.as_slice() == b"button";
        let at = self.fields.len();
        match kind.as_str() {
            "password" if !button => {
                self.passwords.push(at);
                self.user = self.user.or(self.named);
                self.fields.push((name, String::new()));
            }
            // The button that a person would press.
            "submit" | "image" => self.press(name, value),
            "" if button => self.press(name, value),
            _ if button => {}
            "hidden" => self.fields.push((name, value)),
            "checkbox" | "radio" if tag.attributes.contains_key(b"checked".as_slice()) => {
                let value = if value.is_empty() { "on".to_owned() } else { value };
                self.fields.push((name, value));
            }
            "checkbox" | "radio" | "file" | "button" | "reset" => {}
            _ => {
                if matches!(kind.as_str(), "" | "text" | "email" | "tel") {
                    self.named = Some(at);
                }
                self.fields.push((name, value));
            }
        }
    }

    fn press(&mut self, name: String, value: String) {
        if !std::mem::replace(&mut self.sends, true) {
            self.fields.push((name, value));
        }
    }
}

fn attribute(tag: &StartTag<()>, name: &[u8]) -> Option<String> {
    let attributes: &BTreeMap<HtmlString, _> = &tag.attributes;
    let value = attributes.get(name)?;
    Some(String::from_utf8_lossy(&value.value).into_owned())
}

/// A name or value as the URL standard writes it in forms.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_filled_in_as_a_browser_does() {
        let page = r#"<!doctype html><script>"<form><input type=password name=fake></form>"</script>
            <form action="/find"><input name=q></form>
            <form method=POST action="/in?x=1&amp;y=2"><input type="hidden" name="csrf" value="a&amp;b">
            <INPUT NAME=mail TYPE=email><input type=checkbox name=stay checked><input type=checkbox name=news>
            <input type=password name="pass word"><input type=text name=code><button name=go value=1>Log in</button>
            <button name=other>x</button></form>"#;
        let form = log_in(page).unwrap();
        assert_eq!(form.action, "/in?x=1&y=2");
        assert_eq!(
            form.filled("ada lo@x.org", "p&=ü"),
            "csrf=a%26b&mail=ada+lo%40x.org&stay=on&pass+word=p%26%3D%C3%BC&code=&go=1"
        );
    }

    #[test]
    fn what_is_no_log_in_is_told() {
        for (page, why) in [
            ("<p>hello", "no form"),
            (
                "<form method=post><input name=u><input type=password name=a><input type=password name=b></form>",
                "no form",
            ),
            ("<form><input name=u><input type=password name=p></form>", "into an address"),
            (
                "<form method=post enctype=multipart/form-data><input name=u><input type=password name=p>",
                "not supported",
            ),
            ("<form method=post><input type=password name=p><input name=u></form>", "no user"),
            ("<!-- <form method=post><input name=u><input type=password name=p></form> -->", "no form"),
        ] {
            let told = log_in(page).unwrap_err();
            assert!(told.contains(why), "{page}: {told}");
        }
    }

    #[test]
    fn deep_and_broken_pages_end() {
        assert!(log_in(&"<form>".repeat(100_000)).is_err());
        assert!(log_in(&"<".repeat(100_000)).is_err());
        let many = format!("<form method=post>{}<input type=password name=p></form>", "<input name=u>".repeat(100_000));
        assert!(log_in(&many).is_err(), "fields beyond the bound are not seen");
    }
}
