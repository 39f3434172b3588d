//! `text.extract` and `text.mask`: what has the form of an address, a number, a date, taken out or made unreadable.

use crate::find::Find;
use crate::lines::{Edited, LineEdit, Made};
use hashbrown::HashSet;
use telos_pack::{Args, Failure, Held, Out, Running};

/// Bytes that a remembered match costs beside its letters.
const ENTRY_BYTES: usize = 32;
/// Most bytes of matches remembered, to tell which have been given already.
const REMEMBERED_BYTES_MAX: usize = 4 * Held::BYTES_MAX;

pub(crate) fn extract(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let find = Find::new(&args.choice(1)?)?;
    let seen = args.flag(2)?.then(HashSet::new);
    Ok(Edited::start(Extract { find, seen, remembered: 0, count: 0 }))
}

pub(crate) fn mask(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Edited::start(Mask { find: Find::new(&args.choice(1)?)?, with: args.text(2)?, count: 0 }))
}

struct Extract {
    find: Find,
    /// What has been given, where each is given once.
    seen: Option<HashSet<Box<str>>>,
    remembered: usize,
    count: u64,
}

impl LineEdit for Extract {
    fn line(&mut self, line: &str, made: &mut Made) -> Result<bool, Failure> {
        let Self { find, seen, remembered, count } = self;
        find.each(line, |range| {
            let text = &line[range];
            if let Some(seen) = seen {
                if seen.contains(text) {
                    return Ok(());
                }
                *remembered += text.len() + ENTRY_BYTES;
                if *remembered > REMEMBERED_BYTES_MAX {
                    let most = REMEMBERED_BYTES_MAX >> 20;
                    return Err(Failure::Limit(format!("the distinct matches take more than {most} MiB")));
                }
                seen.insert(text.into());
            }
            *count += 1;
            made.line(text)
        })?;
        Ok(false)
    }

    fn end(&mut self, _: &mut Made, out: &mut Out) -> Result<(), Failure> {
        out.count(1, self.count);
        Ok(())
    }
}

struct Mask {
    find: Find,
    with: String,
    count: u64,
}

impl LineEdit for Mask {
    fn line(&mut self, line: &str, made: &mut Made) -> Result<bool, Failure> {
        let Self { find, with, count } = self;
        let mut from = 0;
        find.each(line, |range| {
            made.text(&line[from..range.start])?;
            from = range.end;
            *count += 1;
            made.text(with)
        })?;
        made.text(&line[from..])?;
        Ok(true)
    }

    fn end(&mut self, _: &mut Made, out: &mut Out) -> Result<(), Failure> {
        out.count(1, self.count);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{choose, edited, given, text};
    use proptest::prelude::*;
    use telos_pack::{Failure, Value};

    const MAIL: &str = "To: ann@b.org, bob@c.de\r\nCc: ann@b.org";

    #[test]
    fn matches_come_in_order_and_once_if_wanted() {
        let kind = ("kind", choose("emails"));
        let all = given("text.extract", MAIL, 3, std::slice::from_ref(&kind)).unwrap();
        assert_eq!((all.text("matches").as_str(), all.int("count")), ("ann@b.org\nbob@c.de\nann@b.org\n", Some(3)));
        let once = given("text.extract", MAIL, 3, &[kind.clone(), ("distinct", Value::Bool(true))]).unwrap();
        assert_eq!((once.text("matches").as_str(), once.int("count")), ("ann@b.org\nbob@c.de\n", Some(2)));
        assert_eq!(given("text.extract", "", 3, &[kind]).unwrap().int("count"), Some(0));
    }

    #[test]
    fn what_is_masked_is_gone_and_the_rest_stays() {
        let arguments = [("kind", choose("emails")), ("replacement", text("<x>"))];
        let masked = given("text.mask", MAIL, 4, &arguments).unwrap();
        assert_eq!((masked.text("text").as_str(), masked.int("count")), ("To: <x>, <x>\r\nCc: <x>", Some(3)));
        assert_eq!(
            edited("text.mask", "call 0301234567 now\n", 9, &[("kind", choose("phone-numbers"))]),
            "call *** now\n"
        );
    }

    #[test]
    fn a_mask_much_longer_than_what_it_hides_is_refused_where_it_is_too_much() {
        let arguments = [("kind", choose("words")), ("replacement", text(&"x".repeat(16 << 10)))];
        assert!(matches!(given("text.mask", &"a ".repeat(100_000), 4096, &arguments), Err(Failure::Limit(_))));
    }

    proptest! {
        // Each case runs many calls.
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn nothing_is_left_to_extract_after_masking(input in "[a-c1-3@.:/ \n-]{0,80}", chunk in 1..20_usize) {
            for kind in ["emails", "numbers", "words", "ip-addresses"] {
                let kind = ("kind", choose(kind));
                let masked = edited("text.mask", &input, chunk, &[kind.clone(), ("replacement", text(" "))]);
                let found = edited("text.extract", &input, chunk, &[kind]);
                prop_assert!(masked.len() + found.len() <= input.len() + 3 * found.lines().count());
            }
        }
    }
}
