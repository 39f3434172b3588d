//! What a person sees: plans as graphs, tables and charts on a terminal, charts as pictures, and a word where there is
//! nothing to see.

mod support;

use support::person::play;
use support::{Place, finish};

const SALES: &str = "month,sales\njan,10\nfeb,20\nmar,15\n";

/// A place with a file of sales.
fn shop() -> Place {
    let place = Place::new();
    place.file("sales.csv", SALES);
    place
}

/// What a command says on a terminal of 80 columns.
fn on_terminal(place: &Place, arguments: &[&str]) -> Option<String> {
    let telos = support::binary().to_string_lossy().into_owned();
    let words: Vec<&str> = std::iter::once(telos.as_str()).chain(arguments.iter().copied()).collect();
    let (said, code) = play(place, &words, &serde_json::json!([]))?;
    assert_eq!(code, 0, "{said}");
    Some(said.replace("\r\n", "\n"))
}

#[test]
fn a_plan_is_a_graph_with_types_labels_effects_bounds_and_origins() {
    let place = shop();
    let said = place.intent(&["--plan=graph", "total sales in sales.csv saved as total.txt"]).exits(0);
    for part in
        ["file.read", "sales.csv\" (", "your words", "(default)", "[file content]", "data (table)", "file-create"]
    {
        assert!(said.out.contains(part), "{part}:\n{}", said.out);
    }
    for part in ["┌", "▼", "┬", "within ", "all together: at most", "proposed by"] {
        assert!(said.out.contains(part), "{part}:\n{}", said.out);
    }
    assert!(said.out.lines().all(|line| line.chars().count() <= 80), "{}", said.out);
    assert!(!place.exists("total.txt"));
}

#[test]
fn a_plan_is_letters_alone_where_the_locale_has_no_more() {
    let place = shop();
    let mut command = place.command();
    command.env("LC_ALL", "C").args(["do", "--plan=graph", "count the rows of sales.csv"]);
    let said = finish(command).exits(0);
    let lines = said.out.lines().filter(|line| line.starts_with([' ', '+', '|']));
    assert!(said.out.contains("+---") && lines.clone().count() > 4, "{}", said.out);
    assert!(said.out.is_ascii() && said.out.contains("-> "), "{}", said.out);
}

#[test]
fn a_plan_is_an_svg_that_stands_alone() {
    let place = shop();
    place.file("a&b <c>.txt", "one\n");
    let said = place.intent(&["--plan=svg", "count the lines of \"a&b <c>.txt\""]).exits(0);
    assert!(said.out.starts_with("<svg xmlns=") && said.out.ends_with("</svg>\n"), "{}", said.out);
    assert!(said.out.contains("a&amp;b &lt;c&gt;.txt") && !said.out.contains("<c>"), "{}", said.out);
    assert!(said.out.contains("<title id=") && said.out.contains("<desc id="), "{}", said.out);
}

#[test]
fn scripts_get_the_list_and_the_object_that_they_always_got() {
    let place = shop();
    let bare = place.intent(&["--plan", "count the rows of sales.csv"]).exits(0);
    assert_eq!(bare.out, place.intent(&["--plan=list", "count the rows of sales.csv"]).exits(0).out);
    assert!(bare.out.starts_with("0  file.read("), "{}", bare.out);
    let object = place.intent(&["--plan=svg", "--json", "count the rows of sales.csv"]).exits(0).json();
    let keys: Vec<&String> = object["plan"].as_object().expect("a plan").keys().collect();
    assert_eq!(keys, ["effects", "hash", "nodes", "proposed_by", "readings"]);
    place.intent(&["--plan=wrong", "count the rows of sales.csv"]).exits(2).tells("svg");
}

#[test]
fn what_is_asked_of_earlier_runs_has_no_graph() {
    let place = shop();
    place.intent(&["save the first row of sales.csv as one.csv"]).exits(0);
    place.intent(&["--plan=svg", "undo the last run"]).exits(2).tells("no graph");
    place.intent(&["--plan", "undo the last run"]).exits(0).shows("undo run");
}

#[test]
fn on_a_terminal_plans_are_graphs_tables_are_aligned_and_charts_are_shown() {
    let place = shop();
    let Some(plan) = on_terminal(&place, &["do", "--plan", "count the rows of sales.csv"]) else { return };
    assert!(plan.contains('┌') && plan.contains('▼'), "{plan}");
    let Some(table) = on_terminal(&place, &["do", "sort sales.csv by sales"]) else { return };
    assert!(table.contains("month  sales\n─────  ─────\njan       10\nmar       15\nfeb       20\n"), "{table}");
    let Some(chart) = on_terminal(&place, &["do", "draw a bar chart of sales by month from sales.csv"]) else { return };
    assert!(chart.contains("███") && !chart.contains("<svg"), "{chart}");
    for label in ["jan", "feb", "mar", "20"] {
        assert!(chart.contains(label), "{label}: {chart}");
    }
}

#[test]
fn a_pipe_gets_the_chart_itself() {
    let place = shop();
    let said = place.intent(&["draw a bar chart of sales by month from sales.csv"]).exits(0);
    assert!(said.out.starts_with("<svg"), "{}", said.out);
}

#[test]
fn a_chart_is_saved_as_a_picture() {
    let place = shop();
    place.intent(&["draw a bar chart of sales by month from sales.csv and save it as chart.png"]).exits(0);
    let png = place.read("chart.png");
    assert!(png.starts_with(b"\x89PNG"), "{:?}", &png[..8]);
    // Width and height stand in the header (PNG, section 11.2.2).
    assert_eq!(png[16..24], [0, 0, 3, 32, 0, 0, 1, 224]);
    place.intent(&["draw a bar chart of the total sales per month in sales.csv and save it as totals.png"]).exits(0);
    assert!(place.read("totals.png").starts_with(b"\x89PNG"));
    place.intent(&["draw a line chart of sales by month from sales.csv and save it as chart.jpg"]).exits(0);
    assert!(place.read("chart.jpg").starts_with(b"\xff\xd8\xff"));
}

#[test]
fn a_drawing_is_converted() {
    let place = Place::new();
    let square =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"30\" height=\"20\"><rect width=\"9\" height=\"9\"/></svg>";
    place.file("logo.svg", square);
    place.intent(&["convert logo.svg to logo.png"]).exits(0);
    let png = place.read("logo.png");
    assert_eq!((&png[..4], &png[16..24]), (&b"\x89PNG"[..], &[0, 0, 0, 30, 0, 0, 0, 20][..]));
}

#[test]
fn nothing_to_see_is_told_on_standard_error_alone() {
    let place = shop();
    place.file("app.log", "started\nstopped\n");
    let said = place.intent(&["show the lines of app.log that contain nonsense"]).exits(0).tells("nothing matches");
    assert_eq!(said.out, "");
    let said = place.intent(&["--quiet", "show the lines of app.log that contain nonsense"]).exits(0);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("", ""));
    let said = place.intent(&["rows of sales.csv where sales is greater than 99"]).exits(0).tells("no rows");
    assert_eq!(said.out, "month,sales\n");
}
