use super::place::{Layout, layout};
use super::{Diagram, DiagramEdge, DiagramLine, DiagramStep, diagram_svg, diagram_text};
use crate::{Glyphs, Level, TextStyle};
use proptest::prelude::*;
use std::collections::BTreeMap;

const PLAIN: TextStyle = TextStyle { terminal: true, colour: false, columns: 80, glyphs: Glyphs::Unicode };

fn diagram(steps: &[&str], edges: &[(usize, usize)]) -> Diagram {
    Diagram {
        title: "a plan".into(),
        steps: steps.iter().map(|title| DiagramStep { title: (*title).into(), lines: vec![] }).collect(),
        edges: edges.iter().map(|(from, to)| DiagramEdge { from: *from, to: *to, order_only: false }).collect(),
        notes: vec![],
    }
}

fn drawn(diagram: &Diagram, columns: usize, glyphs: Glyphs) -> Option<String> {
    diagram_text(diagram, TextStyle { columns, glyphs, ..PLAIN })
}

#[test]
fn a_chain_is_a_straight_line() {
    let mut chain = diagram(&["0 file.read", "1 text.count"], &[(0, 1)]);
    chain.steps[0].lines.push(DiagramLine { text: "file-read a.txt: permit".into(), level: None });
    chain.notes.push("at most 2 calls".into());
    assert_eq!(
        drawn(&chain, 80, Glyphs::Unicode).unwrap(),
        "\
┌─────────────────────────┐
│ 0 file.read             │
│ file-read a.txt: permit │
└─────────────┬───────────┘
              │
      ┌───────▼──────┐
      │ 1 text.count │
      └──────────────┘
at most 2 calls
"
    );
}

#[test]
fn two_sources_meet_in_a_join_and_letters_do_where_there_is_no_more() {
    let join = diagram(&["0 left", "1 right", "2 join"], &[(0, 2), (1, 2)]);
    assert_eq!(
        drawn(&join, 80, Glyphs::Unicode).unwrap(),
        "\
┌────────┐   ┌─────────┐
│ 0 left │   │ 1 right │
└─────┬──┘   └────┬────┘
      └──┐     ┌──┘
       ┌─▼─────▼┐
       │ 2 join │
       └────────┘
"
    );
    let ascii = drawn(&join, 80, Glyphs::Ascii).unwrap();
    assert!(ascii.is_ascii() && ascii.contains("+-v-----v+"), "{ascii}");
}

#[test]
fn what_only_waits_is_dashed_and_long_ways_go_around() {
    let mut skip = diagram(&["0 a", "1 b", "2 c"], &[(0, 1), (1, 2), (0, 2)]);
    skip.edges[2].order_only = true;
    let drawn = drawn(&skip, 80, Glyphs::Unicode).unwrap();
    assert!(drawn.contains('┆') && drawn.contains('│'), "{drawn}");
}

#[test]
fn what_does_not_fit_is_not_drawn_and_what_may_wrap_does() {
    let wide = diagram(&["0 left side of it", "1 right side of it", "2 join"], &[(0, 2), (1, 2)]);
    assert!(drawn(&wide, 20, Glyphs::Unicode).is_none());
    let mut long = diagram(&["0 files.read"], &[]);
    long.steps[0].lines.push(DiagramLine::plain("x".repeat(60)));
    assert!(drawn(&long, 60, Glyphs::Unicode).unwrap().lines().all(|line| line.chars().count() <= 60));
}

#[test]
fn circles_and_edges_to_nowhere_are_not_drawn() {
    assert!(drawn(&diagram(&["a", "b"], &[(0, 1), (1, 0)]), 80, Glyphs::Unicode).is_none());
    assert!(drawn(&diagram(&["a"], &[(0, 0)]), 80, Glyphs::Unicode).is_none());
    assert!(diagram_svg(&diagram(&["a"], &[(0, 1)])).is_none());
    assert!(diagram_svg(&diagram(&vec!["a"; super::DIAGRAM_STEPS_MAX + 1], &[])).is_none());
}

#[test]
fn colours_mark_what_needs_attention() {
    let mut one = diagram(&["0 file.delete"], &[]);
    one.steps[0].lines.push(DiagramLine { text: "file-delete a.txt: ask".into(), level: Some(Level::Warning) });
    let style = TextStyle { colour: true, ..PLAIN };
    let drawn = diagram_text(&one, style).unwrap();
    assert!(drawn.contains("\u{1b}[33mfile-delete a.txt: ask\u{1b}[0m"), "{drawn:?}");
}

#[test]
fn an_svg_stands_alone_and_content_stays_text() {
    let mut one = diagram(&["0 <script>", "1 b"], &[(0, 1)]);
    one.title = "</title><script>".into();
    one.steps[0].lines.push(DiagramLine { text: "a & \"b\"\u{1b}\u{ffff}".into(), level: Some(Level::Error) });
    let svg = diagram_svg(&one).unwrap();
    assert!(!svg.contains("<script") && !svg.contains('\u{1b}') && !svg.contains('\u{ffff}'), "{svg}");
    assert!(svg.contains("&lt;/title&gt;&lt;script&gt;") && svg.contains("a &amp; &quot;b&quot;"), "{svg}");
    for part in ["<title id=", "<desc id=", "prefers-color-scheme:dark", "viewBox="] {
        assert!(svg.contains(part), "{part}: {svg}");
    }
    let reader = svg.matches("http").count();
    assert_eq!(reader, 1, "nothing but the name space is an address: {svg}");
}

/// Graphs whose edges go from lower to higher numbers, and boxes of any size.
fn graphs() -> impl Strategy<Value = (Vec<(usize, usize)>, Vec<DiagramEdge>)> {
    proptest::collection::vec((1_usize..40, 3_usize..8), 2..24).prop_flat_map(|sizes| {
        let steps = sizes.len();
        let edge = (0..steps, 1..steps, any::<bool>()).prop_map(move |(one, apart, order_only)| {
            let other = (one + apart) % steps;
            DiagramEdge { from: one.min(other), to: one.max(other), order_only }
        });
        (Just(sizes), proptest::collection::vec(edge, 0..40))
    })
}

/// How often each cell is used by the edges, upright and flat apart.
fn used(layout: &Layout) -> BTreeMap<(i64, i64, bool), Vec<usize>> {
    let mut used: BTreeMap<(i64, i64, bool), Vec<usize>> = BTreeMap::new();
    for (edge, route) in layout.routes.iter().enumerate() {
        for ends in route.windows(2) {
            let upright = ends[0].x == ends[1].x;
            for x in ends[0].x.min(ends[1].x)..=ends[0].x.max(ends[1].x) {
                for y in ends[0].y.min(ends[1].y)..=ends[0].y.max(ends[1].y) {
                    let edges = used.entry((x, y, upright)).or_default();
                    if edges.last() != Some(&edge) {
                        edges.push(edge);
                    }
                }
            }
        }
    }
    used
}

proptest! {
    #[test]
    fn boxes_never_overlap_and_every_edge_goes_from_its_box_to_its_box((sizes, edges) in graphs()) {
        let layout = layout(&sizes, &edges).expect("no circle");
        for (at, one) in layout.rects.iter().enumerate() {
            prop_assert!(one.x >= 0 && one.y >= 0);
            prop_assert!(one.x + one.width <= layout.width && one.y + one.height <= layout.height);
            for other in &layout.rects[at + 1..] {
                let apart = one.x + one.width <= other.x || other.x + other.width <= one.x
                    || one.y + one.height <= other.y || other.y + other.height <= one.y;
                prop_assert!(apart, "{one:?} {other:?}");
            }
        }
        for (edge, route) in edges.iter().zip(&layout.routes) {
            let (from, to) = (layout.rects[edge.from], layout.rects[edge.to]);
            let (Some(first), Some(last)) = (route.first(), route.last()) else { panic!("not drawn") };
            prop_assert!(first.y == from.y + from.height - 1 && first.x > from.x && first.x < from.x + from.width - 1);
            prop_assert!(last.y == to.y && last.x > to.x && last.x < to.x + to.width - 1, "{last:?} {to:?}");
            prop_assert!(route.windows(2).all(|ends| (ends[0].x == ends[1].x) != (ends[0].y == ends[1].y)));
            prop_assert!(route.windows(2).all(|ends| ends[0].y <= ends[1].y), "upwards: {route:?}");
        }
    }

    #[test]
    fn no_two_edges_share_a_way((sizes, edges) in graphs()) {
        let layout = layout(&sizes, &edges).expect("no circle");
        for (place, users) in used(&layout) {
            prop_assert!(users.len() == 1, "{place:?} is used by {users:?}");
        }
    }

    #[test]
    fn edges_pass_no_box((sizes, edges) in graphs()) {
        let layout = layout(&sizes, &edges).expect("no circle");
        for ((x, y, _), users) in used(&layout) {
            for (step, rect) in layout.rects.iter().enumerate() {
                let inside = x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height;
                let own = users.iter().all(|edge| edges[*edge].from == step || edges[*edge].to == step);
                prop_assert!(!inside || own, "{x},{y} is in box {step}");
            }
        }
    }

    #[test]
    fn any_text_and_any_width_end((text, columns) in (".{0,200}", 0_usize..200)) {
        let mut one = diagram(&["0 a", "1 b"], &[(0, 1)]);
        one.steps[0].lines.push(DiagramLine::plain(text.clone()));
        one.notes.push(text);
        let _ = drawn(&one, columns, Glyphs::Unicode);
        prop_assert!(diagram_svg(&one).is_some());
    }
}

/// The most that is drawn: as many steps and edges as are taken, each with every other.
#[test]
fn the_largest_graph_ends() {
    let steps = super::DIAGRAM_STEPS_MAX;
    let star: Vec<(usize, usize)> = (1..steps).map(|step| (0, step)).collect();
    assert!(diagram_svg(&diagram(&vec!["a"; steps], &star)).is_some_and(|svg| svg.len() < 1 << 20));
    let all: Vec<(usize, usize)> = (0..steps).flat_map(|to| (0..to).map(move |from| (from, to))).collect();
    assert!(diagram_svg(&diagram(&vec!["a"; steps], &all)).is_none());
}
