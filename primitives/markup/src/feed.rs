//! `feed.items` and `feed.title`: RSS 2.0, RSS 1.0 and Atom (RFC 4287).

use crate::date::rfc3339;
use crate::html::words_of;
use crate::whole::{Table, collapsed, one, one_line};
use crate::xml::walk::{Part, walk};
use telos_pack::{Args, Failure, Running};

/// Most items.
const ITEMS_MAX: usize = 200_000;
/// Most bytes that are read of a field.
const FIELD_BYTES_MAX: usize = 1 << 20;

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn items(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(one(|text, out| {
        let feed = read(text)?;
        let mut table = Table::new(["title", "link", "date", "author", "summary"]);
        for item in &feed.items {
            let summary = if item.summary.trim().is_empty() { &item.content } else { &item.summary };
            table.row([
                words_of(&item.title)?.as_str(),
                item.link.trim(),
                &rfc3339(&item.date),
                &collapsed(&item.author),
                &words_of(summary)?,
            ])?;
        }
        let count = table.give(0, out);
        out.count(1, count);
        Ok(())
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "one signature for all primitives")]
pub(crate) fn title(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(one(|text, out| {
        let feed = read(text)?;
        let title = words_of(&feed.title)?;
        if title.is_empty() {
            return Err(Failure::bad("the feed has no title"));
        }
        out.value(0, &one_line(&title));
        Ok(())
    }))
}

#[derive(Default)]
struct Item {
    title: String,
    link: String,
    date: String,
    /// How much better than others the date is: published before updated.
    date_rank: u8,
    author: String,
    summary: String,
    content: String,
}

#[derive(Default)]
struct Feed {
    is_feed: bool,
    title: String,
    items: Vec<Item>,
    /// Names of the elements that are open, without prefixes.
    open: Vec<String>,
    /// The depth of the item that is read.
    depth: Option<usize>,
}

fn read(text: &str) -> Result<Feed, Failure> {
    let mut feed = Feed::default();
    walk(text, |part, depth| feed.take(&part, depth))?;
    if feed.is_feed {
        return Ok(feed);
    }
    Err(Failure::bad("this is neither an RSS nor an Atom feed: the root element is not `rss`, `feed` or `RDF`"))
}

impl Feed {
    fn take(&mut self, part: &Part<'_>, depth: usize) -> Result<(), Failure> {
        match part {
            Part::Start { name, attributes, .. } => {
                let local = name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase();
                if depth == 1 {
                    self.is_feed = matches!(local.as_str(), "rss" | "feed" | "rdf");
                }
                if self.depth.is_none() && depth > 1 && matches!(local.as_str(), "item" | "entry") {
                    if self.items.len() >= ITEMS_MAX {
                        return Err(Failure::Limit(format!("the feed has more than {ITEMS_MAX} items")));
                    }
                    self.depth = Some(depth);
                    self.items.push(Item::default());
                }
                self.begin(&local, attributes, depth);
                // Prefixed names that mean something else than the plain ones keep their prefix.
                let is_media = name.starts_with("media:") || name.starts_with("itunes:");
                self.open.push(if is_media { (*name).to_owned() } else { local });
                Ok(())
            }
            Part::End => {
                self.open.pop();
                if self.depth == Some(depth) {
                    self.depth = None;
                }
                Ok(())
            }
            Part::Text(text) => {
                self.text(text, depth);
                Ok(())
            }
            Part::Raw(_) | Part::Other(_) => Ok(()),
        }
    }

    /// What an element's attributes say: Atom's links, and which date is being read.
    fn begin(&mut self, local: &str, attributes: &[(String, String)], depth: usize) {
        let (Some(top), Some(item)) = (self.depth, self.items.last_mut()) else { return };
        if depth != top + 1 {
            return;
        }
        let attribute =
            |wanted: &str| attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        if local == "link"
            && let Some(url) = attribute("href")
            && (item.link.is_empty() || attribute("rel") == Some("alternate"))
            && !matches!(attribute("rel"), Some("self" | "edit" | "enclosure" | "replies"))
        {
            url.clone_into(&mut item.link);
        }
        let rank = match local {
            "published" | "pubdate" | "issued" => 3,
            "date" => 2,
            "updated" | "modified" => 1,
            _ => 0,
        };
        if rank > item.date_rank {
            item.date_rank = rank;
            item.date.clear();
        }
    }

    fn text(&mut self, text: &str, depth: usize) {
        let Some(top) = self.depth else {
            // The feed's own title: in the root of Atom, in the channel of RSS.
            let is_title = matches!(self.open.as_slice(), [.., title] if title == "title");
            let is_own = matches!(self.open.as_slice(), [_, _] | [_, _, _] if self.open.get(1).is_some_and(|name| {
                name == "title" || name == "channel"
            }));
            if is_title && is_own {
                add(&mut self.title, text);
            }
            return;
        };
        let (Some(item), Some(name)) = (self.items.last_mut(), self.open.get(top)) else { return };
        let is_direct = depth == top + 1;
        let field = match name.as_str() {
            "title" if is_direct => &mut item.title,
            "link" if is_direct => &mut item.link,
            "guid" if is_direct && item.link.is_empty() && text.starts_with("http") => &mut item.link,
            "pubdate" | "published" | "issued" if is_direct && item.date_rank == 3 => &mut item.date,
            "date" if is_direct && item.date_rank == 2 => &mut item.date,
            "updated" | "modified" if is_direct && item.date_rank == 1 => &mut item.date,
            "creator" if is_direct => &mut item.author,
            "author" if is_direct || self.open.last().is_some_and(|inner| inner == "name") => &mut item.author,
            "description" | "summary" => &mut item.summary,
            "content" | "encoded" => &mut item.content,
            _ => return,
        };
        add(field, text);
    }
}

fn add(field: &mut String, text: &str) {
    if field.len() + text.len() <= FIELD_BYTES_MAX {
        field.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use crate::PACK;
    use telos_pack::testing::{Given, run};
    use telos_pack::{Failure, Value};

    const RSS: &str = "<?xml version='1.0'?><rss version='2.0' xmlns:dc='d' xmlns:content='c'><channel><title>The &a\
        mp; feed</title>\
        <link>http://f</link><image><title>no</title></image>\
        <item><title>One &lt;b&gt;bold&lt;/b&gt;</title><link> http://a/?x=1&amp;y </link><pubDate>Tue, 10 Jun 2003 \
        04:00:00 GMT</pubDate>\
        <dc:creator>Ann</dc:creator><description><![CDATA[<p>Some <i>text</i>,</p><p>more</p>]]></description></item>\
        <item><guid>http://b</guid><title>Two</title><author>b@c</author><content:encoded>full</content:encoded></item>\
        </channel></rss>";
    const ATOM: &str = "<feed xmlns='http://www.w3.org/2005/Atom'><title type='text'>Atom</title><entry><title>A</ti\
        tle>\
        <link rel='self' href='/self'/><link href='/a'/><updated>2004-01-01T00:00:00Z</updated>\
        <published>2003-12-13T18:30:02Z</published><author><name>Joe</name><uri>u</uri></author>\
        <summary type='xhtml'><div>s <b>t</b></div></summary></entry></feed>";

    fn call(name: &str, xml: &str) -> Result<Given, Failure> {
        run(&PACK, name, xml.as_bytes(), 11, &[])
    }

    #[test]
    fn items_are_listed() {
        let given = call("feed.items", RSS).unwrap();
        let expected = "title,link,date,author,summary\nOne bold,http://a/?x=1&y,2003-06-10T04:00:00Z,Ann,\"Some tex\
            t, more\"\n\
                        Two,http://b,,b@c,full\n";
        assert_eq!((given.text("table").as_str(), given.int("count")), (expected, Some(2)));
        let expected = "title,link,date,author,summary\nA,/a,2003-12-13T18:30:02Z,Joe,s t\n";
        assert_eq!(call("feed.items", ATOM).unwrap().text("table"), expected);
        assert_eq!(call("feed.items", "<rss/>").unwrap().int("count"), Some(0));
    }

    #[test]
    fn the_title_is_the_feeds_own() {
        let title = |xml: &str| call("feed.title", xml).map(|given| given.values["title"].clone());
        assert_eq!(title(RSS).unwrap(), Value::Text("The & feed".into()));
        assert_eq!(title(ATOM).unwrap(), Value::Text("Atom".into()));
        assert!(title("<rss/>").is_err());
    }

    #[test]
    fn other_documents_are_refused() {
        for xml in ["<html/>", "", "<rss>", "{}"] {
            assert!(matches!(call("feed.items", xml), Err(Failure::BadInput(_))), "{xml}");
        }
    }
}
