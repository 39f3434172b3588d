//! From text to a tree, within bounds.
//!
//! The parser's work at a tag grows with the number of elements that are open, so how deep they nest is limited while
//! they are read: the tree's sink notes it and reading stops.

use html5ever::driver::{ParseOpts, parse_document};
use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, QualName};
use scraper::{ElementRef, Html, HtmlTreeSink};
use std::borrow::Cow;
use std::cell::{Cell, Ref};
use std::rc::Rc;
use telos_pack::Failure;

/// Node of the tree.
pub(super) type Node<'a> = ego_tree::NodeRef<'a, scraper::Node>;
/// Step of a walk through the tree.
pub(super) use ego_tree::iter::Edge;

/// Most bytes of a document.
const BYTES_MAX: usize = 8 << 20;
/// Most nodes; a document of this many bytes has fewer, unless its tags are unbalanced to multiply.
const NODES_MAX: usize = 3_000_000;
/// Deepest nesting; browsers stop at as much.
const DEPTH_MAX: usize = 512;
/// Most attributes of a tag, as [`most_attributes`] counts them: each is compared with those before it.
const ATTRIBUTES_MAX: usize = 10_000;
/// Bytes read before the bounds are looked at.
const PIECE_BYTES: usize = 2048;

/// Reads a document.
pub(super) fn parse(text: &str) -> Result<Html, Failure> {
    if text.len() > BYTES_MAX {
        return Err(Failure::Limit(format!("an HTML document may take at most {} MiB", BYTES_MAX >> 20)));
    }
    if most_attributes(text) > ATTRIBUTES_MAX {
        return Err(Failure::Limit(format!("a tag has more than {ATTRIBUTES_MAX} attributes")));
    }
    let bounds = Rc::new(Bounds::default());
    let sink = Guarded { inner: HtmlTreeSink::new(Html::new_document()), bounds: Rc::clone(&bounds) };
    let mut parser = parse_document(sink, ParseOpts::default());
    let mut rest = text;
    while !rest.is_empty() {
        let mut end = rest.len().min(PIECE_BYTES);
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        let (piece, after) = rest.split_at(end);
        parser.process(StrTendril::from_slice(piece));
        bounds.check()?;
        rest = after;
    }
    let html = parser.finish();
    bounds.check()?;
    Ok(html)
}

/// At least the number of attributes that any tag has, at most twice as many: parts between white space, slashes and
/// quotes.
fn most_attributes(text: &str) -> usize {
    let (mut most, mut count) = (0, 0);
    let mut bytes = text.bytes().peekable();
    let mut is_tag = false;
    let mut before = b' ';
    while let Some(byte) = bytes.next() {
        match byte {
            b'<' if !is_tag => {
                is_tag = bytes.peek().is_some_and(|next| next.is_ascii_alphabetic() || *next == b'/');
                count = 0;
            }
            b'>' => is_tag = false,
            b'"' | b'\'' if is_tag && before == b'=' => {
                count += 1;
                while bytes.next().is_some_and(|next| next != byte) {}
            }
            _ if is_tag && (byte.is_ascii_whitespace() || byte == b'/') => {
                // A blank beside `=` does not end an attribute.
                if before == b'=' {
                    continue;
                }
                count += usize::from(!before.is_ascii_whitespace());
            }
            _ => {}
        }
        before = byte;
        most = most.max(count);
    }
    most
}

/// What the tree has come to.
#[derive(Default)]
struct Bounds {
    nodes: Cell<usize>,
    depth: Cell<usize>,
}

impl Bounds {
    fn add(&self) {
        self.nodes.set(self.nodes.get() + 1);
    }

    fn check(&self) -> Result<(), Failure> {
        if self.depth.get() > DEPTH_MAX {
            return Err(Failure::Limit(format!("the elements nest deeper than {DEPTH_MAX} levels")));
        }
        if self.nodes.get() > NODES_MAX {
            return Err(Failure::Limit(format!("the document has more than {NODES_MAX} elements and texts")));
        }
        Ok(())
    }
}

/// The sink of the tree, which notes how large and deep it becomes.
struct Guarded {
    inner: HtmlTreeSink,
    bounds: Rc<Bounds>,
}

impl Guarded {
    fn measure(&self, node: ego_tree::NodeId) {
        let html = self.inner.0.borrow();
        // Past the limit it is enough to know that it was passed.
        let depth = html.tree.get(node).map_or(0, |node| node.ancestors().take(DEPTH_MAX + 1).count());
        self.bounds.depth.set(self.bounds.depth.get().max(depth));
    }
}

impl TreeSink for Guarded {
    type Handle = ego_tree::NodeId;
    type Output = Html;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Html {
        self.inner.finish()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.inner.set_quirks_mode(mode);
    }

    fn get_document(&self) -> Self::Handle {
        self.inner.get_document()
    }

    fn same_node(&self, one: &Self::Handle, other: &Self::Handle) -> bool {
        one == other
    }

    fn elem_name<'a>(&'a self, target: &Self::Handle) -> Ref<'a, QualName> {
        let target = *target;
        Ref::map(self.inner.0.borrow(), |html| {
            let element = html.tree.get(target).and_then(|node| node.value().as_element());
            &element.expect("the parser asks for names of elements alone").name
        })
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, flags: ElementFlags) -> Self::Handle {
        self.bounds.add();
        self.inner.create_element(name, attributes, flags)
    }

    fn create_comment(&self, text: StrTendril) -> Self::Handle {
        self.bounds.add();
        self.inner.create_comment(text)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> Self::Handle {
        self.bounds.add();
        self.inner.create_pi(target, data)
    }

    fn append(&self, parent: &Self::Handle, child: NodeOrText<Self::Handle>) {
        self.bounds.add();
        self.inner.append(parent, child);
        self.measure(*parent);
    }

    fn append_before_sibling(&self, sibling: &Self::Handle, child: NodeOrText<Self::Handle>) {
        self.bounds.add();
        self.inner.append_before_sibling(sibling, child);
    }

    fn append_based_on_parent_node(
        &self,
        element: &Self::Handle,
        previous: &Self::Handle,
        child: NodeOrText<Self::Handle>,
    ) {
        self.bounds.add();
        self.inner.append_based_on_parent_node(element, previous, child);
    }

    fn append_doctype_to_document(&self, name: StrTendril, public_id: StrTendril, system_id: StrTendril) {
        self.inner.append_doctype_to_document(name, public_id, system_id);
    }

    fn remove_from_parent(&self, target: &Self::Handle) {
        self.inner.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &Self::Handle, new_parent: &Self::Handle) {
        self.inner.reparent_children(node, new_parent);
    }

    fn add_attrs_if_missing(&self, target: &Self::Handle, attributes: Vec<Attribute>) {
        self.inner.add_attrs_if_missing(target, attributes);
    }

    fn get_template_contents(&self, target: &Self::Handle) -> Self::Handle {
        self.inner.get_template_contents(target)
    }

    fn mark_script_already_started(&self, node: &Self::Handle) {
        self.inner.mark_script_already_started(node);
    }
}

/// Elements whose content is not shown.
pub(super) fn is_hidden(name: &str) -> bool {
    matches!(name, "head" | "script" | "style" | "template" | "svg" | "iframe" | "noembed" | "noframes" | "datalist")
}

/// The elements of a document in order.
pub(super) fn elements(html: &Html) -> impl Iterator<Item = ElementRef<'_>> {
    html.tree.root().descendants().filter_map(ElementRef::wrap)
}

/// An element's text on one line, without what is not shown.
pub(super) fn line(element: ElementRef<'_>) -> String {
    let mut text = String::new();
    let mut skipped: Option<ego_tree::NodeId> = None;
    for edge in element.traverse() {
        match edge {
            Edge::Open(node) if skipped.is_none() => match node.value() {
                scraper::Node::Text(part) => text.push_str(part),
                scraper::Node::Element(inner) if inner.name() == "br" => text.push(' '),
                scraper::Node::Element(inner) if is_hidden(inner.name()) && node.id() != element.id() => {
                    skipped = Some(node.id());
                }
                scraper::Node::Element(inner) if is_block(inner.name()) => text.push(' '),
                _ => {}
            },
            Edge::Close(node) => {
                if skipped == Some(node.id()) {
                    skipped = None;
                } else if skipped.is_none() && node.value().as_element().is_some_and(|inner| is_block(inner.name())) {
                    text.push(' ');
                }
            }
            Edge::Open(_) => {}
        }
    }
    crate::whole::collapsed(&text)
}

/// Elements that begin and end a line.
pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "button"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "dialog"
            | "dir"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hgroup"
            | "hr"
            | "html"
            | "legend"
            | "li"
            | "main"
            | "menu"
            | "nav"
            | "ol"
            | "optgroup"
            | "option"
            | "p"
            | "pre"
            | "search"
            | "section"
            | "summary"
            | "table"
            | "tbody"
            | "td"
            | "tfoot"
            | "th"
            | "thead"
            | "tr"
            | "ul"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_counted_as_they_are_written() {
        assert_eq!(most_attributes("a < b c d e"), 0);
        assert!((4..=8).contains(&most_attributes("<a b c='x y z' d = \"1\" e=f>")));
        assert!(most_attributes(&format!("<a{}", " b".repeat(100))) >= 99);
        assert!(most_attributes(&format!("<a {}", "b='c'".repeat(100))) >= 99);
        assert!(most_attributes("<path d=\"M 0 0 1 2 3 4 5 6 7 8\">") < 4);
    }

    #[test]
    fn what_grows_without_end_is_refused() {
        for text in [
            "<div>".repeat(100_000),
            "<b><i>".repeat(100_000),
            (0..100_000).map(|at| format!("<b a={at}><p>")).collect(),
            format!("<a{}>", (0..100_000).map(|at| format!(" b{at}")).collect::<String>()),
            "a".repeat(BYTES_MAX + 1),
        ] {
            assert!(matches!(parse(&text), Err(Failure::Limit(_))), "{}", text.get(..30).unwrap_or_default());
        }
    }
}
