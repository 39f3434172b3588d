//! Sketches against a registry and a small tree of files.

use super::build::{Fault, build};
use super::ground::{Ground, Ungrounded};
use super::{Sketch, parse};
use crate::learned::Piece;
use crate::learned::Word;
use crate::plan::lexicon::Lexicon;
use crate::read::read;
use crate::tests_support::{Shelf, Tree, print, turn};

/// The graph of a sketch in the notation of the corpus, with slots as `c[words of the request]`.
fn graph(text: &str, sketch: &'static str) -> Result<String, Fault> {
    let (shelf, tree, turn) = (Shelf::standard(), Tree::home(), turn(text));
    let lexicon = Lexicon::new(&shelf);
    let reading = read(&turn, &tree);
    // Each slot is one piece: its words need not be tokens here.
    let mut pieces = Vec::new();
    let mut words = Vec::new();
    for word in sketch.split(' ') {
        match word.strip_suffix(']').and_then(|word| word.split_once('[')) {
            Some((letter, said)) => {
                let start = text.find(&said.replace('~', " ")).expect("the request has the words of its slots");
                words.push(Word::Slot(letter.chars().next().unwrap(), pieces.len()..pieces.len() + 1));
                pieces.push(Piece { start, end: start + said.len() });
            }
            None => words.push(Word::Name(word)),
        }
    }
    let Some(Sketch::Statements(statements)) = parse(&words, &pieces) else { return Err(Fault::Malformed) };
    let taken = pieces.iter().map(|piece| piece.start..piece.end).collect();
    let ground = Ground { reading: &reading, around: &tree, turn: &turn, taken };
    build(&statements, &lexicon, &ground).map(|built| print(&built.graph, &shelf))
}

#[test]
fn reading_and_parsing_are_implied_by_type() {
    let text = "what do the amounts in sales.csv come to per region";
    assert_eq!(
        graph(text, "f[sales.csv] > table.aggregate function= sum column= c[amounts] by= c[region]").unwrap(),
        "table.aggregate(table.parse.table(text.decode(file.read(file=sales.csv))), column=amount, function=sum, by=region)"
    );
    assert_eq!(
        graph("how many words has draft.md", "f[draft.md] > text.count :words").unwrap(),
        "text.count.words(text.decode(file.read(file=draft.md)))"
    );
}

#[test]
fn a_file_is_written_in_the_form_that_its_name_promises() {
    assert_eq!(
        graph("people.csv as people.yaml", "f[people.csv] > save p[people.yaml]").unwrap(),
        "file.write(file=people.yaml, yaml.write(table.to-json(table.parse.table(text.decode(file.read(file=people.csv))))))"
    );
    let text = "people.csv with tabs, as out.csv";
    assert_eq!(
        graph(text, "f[people.csv] > table.format format= tsv > save p[out.csv]"),
        Err(Fault::NoWay("a table that is already written out"))
    );
}

#[test]
fn later_statements_use_earlier_results_and_come_after_them() {
    let text = "sort names.txt, save it as sorted.txt, then count the lines of that";
    assert_eq!(
        graph(text, "f[names.txt] > text.sort > save p[sorted.txt] ; @1 > text.count :lines").unwrap(),
        "text.count.lines(text.sort(text.decode(file.read(file=names.txt)))) & \
         file.write(file=sorted.txt, text.sort(text.decode(file.read(file=names.txt))))"
    );
}

#[test]
fn what_is_conditional_is_guarded() {
    let text = "delete names.txt only if it is the same as people.csv";
    let sketch = "f[names.txt] > data.compare :same other= f[people.csv] ; if @1 f[names.txt] > file.delete";
    let same = "data.compare.same(file.read(file=names.txt), file.read(file=people.csv))";
    let built = graph(text, sketch).unwrap();
    assert!(built.starts_with(&format!("{same} & ")), "{built}");
    assert!(built.ends_with(&format!("file.delete(file=names.txt) if {same}")), "{built}");
    let text = "unless app.log has more than 3 lines copy names.txt to out.txt";
    let sketch = "f[app.log] > text.count :lines > number.test comparison= greater than= n[3] ; \
                  unless @1 f[names.txt] > file.copy target= p[out.txt]";
    let more = "number.test(number.of-count(text.count.lines(text.decode(file.read(file=app.log)))), \
                comparison=greater, than=3)";
    assert_eq!(
        graph(text, sketch).unwrap(),
        format!("{more} & file.copy(file=names.txt, target=out.txt) if truth.not({more})")
    );
    // Nodes that may be skipped serve nothing else, and only a truth decides.
    let text = "if out.txt is there sort names.txt into it; then count the lines of names.txt";
    let sketch = "file.exists path= p[out.txt] ; if @1 f[names.txt] > text.sort > save p[out.txt] ; \
                  f[names.txt] > text.count :lines";
    let built = graph(text, sketch).unwrap();
    assert!(built.contains("text.count.lines(text.decode(file.read(file=names.txt)))"), "{built}");
    assert!(!built.contains("text.count.lines(text.decode(file.read(file=names.txt))) if"), "{built}");
    let number = "f[names.txt] > text.count :lines ; if @1 f[names.txt] > file.delete";
    assert_eq!(graph("if names.txt has lines delete it", number), Err(Fault::NoWay("a truth to decide by")));
}

#[test]
fn names_are_changed_by_a_rule() {
    let text = "every csv in data should be called txt";
    assert_eq!(
        graph(text, "d[data] > file.find extension= e[csv] > each file.change-name extension= x[txt]").unwrap(),
        "file.change-name(each file.find.files(directory=data, extension=csv), directory=data, extension=txt)"
    );
    assert_eq!(
        graph(
            "hyphens for spaces in the names of data",
            "d[data] > file.change-name find= x[spaces] replacement= x[hyphens]"
        )
        .unwrap(),
        "file.change-name(each file.list.files(directory=data), directory=data, find= , replacement=-)"
    );
}

#[test]
fn what_is_renamed_stays_where_it_is() {
    assert_eq!(
        graph("call data/temps.csv may.csv", "f[data/temps.csv] > file.rename target= p[may.csv]").unwrap(),
        "file.rename(file=data/temps.csv, target=data/may.csv)"
    );
}

#[test]
fn a_file_is_found_by_what_is_said_of_it() {
    let text = "mean age per city of everybody";
    let sketch = "f[everybody] > table.aggregate function= mean column= c[age] by= c[city]";
    assert_eq!(
        graph(text, sketch).unwrap(),
        "table.aggregate(table.parse.table(text.decode(file.read(file=people.csv))), column=age, function=mean, by=city)"
    );
    // Nothing is said of it, and no file has that.
    let count = "f[everybody] > table.count";
    assert!(matches!(graph(text, count), Err(Fault::Ungrounded(_))));
    let other = "mean height per city of everybody";
    let sketch = "f[everybody] > table.aggregate function= mean column= c[height] by= c[city]";
    assert!(matches!(graph(other, sketch), Err(Fault::Ungrounded(_))));
    // A name that was typed is a name.
    let typed = "mean age per city of folk.csv";
    let sketch = "f[folk.csv] > table.aggregate function= mean column= c[age] by= c[city]";
    assert!(matches!(graph(typed, sketch), Err(Fault::Ungrounded(_))));
}

#[test]
fn arithmetic_is_taken_whole_and_by_the_names_of_columns() {
    let whole = "sales.csv with units x amount as value";
    let expected = "table.compute(table.parse.table(text.decode(file.read(file=sales.csv))), \
                    expression=units * amount, name=value)";
    for sketch in [
        "f[sales.csv] > table.compute expression= m[units] name= x[value]",
        "f[sales.csv] > table.compute expression= m[units~x~amount] name= x[value]",
        "f[sales.csv] > table.compute expression= m[amount] name= x[value]",
    ] {
        assert_eq!(graph(whole, sketch).unwrap(), expected, "{sketch}");
    }
}

#[test]
fn results_that_only_serve_another_are_not_shown() {
    let text = "names in names.txt and not in emails.txt";
    let sketch = "f[names.txt] > text.sort ; f[emails.txt] > text.sort ; @1 > text.subtract second= @2";
    let built = graph(text, sketch).unwrap();
    assert!(built.starts_with("text.subtract.lines(") && !built.contains(" & "), "{built}");
}

#[test]
fn what_is_to_lie_beside_its_file_does() {
    let sketch = "f[data/temps.csv] > save p[temps.json]";
    let beside = graph("data/temps.csv as JSON, save next to it as temps.json", sketch).unwrap();
    assert!(beside.contains("file=data/temps.json"), "{beside}");
    let here = graph("data/temps.csv as JSON, save as temps.json", sketch).unwrap();
    assert!(here.contains("file=temps.json"), "{here}");
}

#[test]
fn a_replacement_that_nobody_named_is_asked_for() {
    let sketch = "f[notes.txt] > text.replace find= x[foo] > over";
    assert_eq!(graph("replace foo in notes.txt", sketch), Err(Fault::Malformed));
    assert!(graph("remove foo from notes.txt", sketch).is_ok());
}

#[test]
fn the_most_in_all_is_of_sums() {
    let text = "who has the most amount in all in sales.csv";
    let single = graph(text, "f[sales.csv] > table.top column= c[amount] count= 1");
    assert_eq!(single, Err(Fault::Malformed));
}

#[test]
fn what_is_not_here_is_no_graph() {
    let missing = |sketch| graph("the height in people.csv and prices.csv", sketch);
    assert!(matches!(
        missing("f[people.csv] > table.aggregate function= mean column= c[height]"),
        Err(Fault::Ungrounded(_))
    ));
    assert!(matches!(missing("f[prices.csv] > table.count"), Err(Fault::Ungrounded(_))));
    assert_eq!(missing("f[people.csv] > table.juggle"), Err(Fault::Unregistered("table.juggle")));
    assert!(matches!(missing("f[people.csv] > table.sort"), Err(Fault::Unset { .. })));
}

#[test]
fn what_is_packed_without_a_name_gets_the_name_of_what_it_holds() {
    assert_eq!(
        graph("zip the data folder", "d[data] > bundle.to-zip").unwrap(),
        "file.write(file=data.zip, bundle.to-zip.archive(directory.bundle.bundle(directory=data)))"
    );
    assert_eq!(
        graph("compress app.log with zstd", "f[app.log] > data.compress form= x[zstd]").unwrap(),
        "file.write(file=app.log.zst, data.compress(file.read(file=app.log), form=zstd))"
    );
}

#[test]
fn what_is_saved_in_a_folder_keeps_its_name() {
    assert_eq!(
        graph("sort names.txt into archive", "f[names.txt] > text.sort > save p[archive]").unwrap(),
        "file.write(file=archive/names.txt, text.sort(text.decode(file.read(file=names.txt))))"
    );
    assert_eq!(graph("names.txt as csv", "f[names.txt] > save p[csv]"), Err(Fault::Malformed));
}

#[test]
fn a_comparison_has_to_agree_with_the_words() {
    let rows = |text, sketch| graph(text, sketch);
    let below = "f[sales.csv] > table.filter column= c[amount] comparison= less value= v[50]";
    let turned = rows("sales.csv with amount over 50", below).unwrap();
    assert!(turned.contains("comparison=greater"), "{turned}");
    assert!(rows("sales.csv with amount under 50", below).is_ok());
    let not_above = "f[sales.csv] > table.filter column= c[amount] comparison= at-most value= v[50]";
    assert!(rows("sales.csv with amount not over 50", not_above).is_ok());
}

#[test]
fn who_is_older_has_more_years() {
    let text = "people in people.csv older than 40";
    let turned = graph(text, "f[people.csv] > table.filter column= c[older] comparison= less value= n[40]").unwrap();
    assert!(turned.contains("column=age") && turned.contains("comparison=greater"), "{turned}");
}

#[test]
fn names_that_nobody_has_seen_are_looked_for_within() {
    let graph =
        graph("errors in app.log", "f[app.log] > log.parse > table.filter column= 'source' value= v[errors]").unwrap();
    assert!(graph.contains("comparison=contains") && graph.contains("ignore-case=true"), "{graph}");
}

#[test]
fn another_form_goes_beside_the_file() {
    let graph = graph("compress app.log", "f[app.log] > data.compress > over").unwrap();
    assert!(graph.starts_with("file.write(file=app.log.gz, "), "{graph}");
}

#[test]
fn an_order_has_to_agree_with_the_superlatives() {
    let sorted = |sketch| graph("sales.csv by amount, cheapest first", sketch);
    assert_eq!(sorted("f[sales.csv] > table.sort column= c[amount] descending= true"), Err(Fault::Malformed));
    assert!(sorted("f[sales.csv] > table.sort column= c[amount]").is_ok());
    let top = |sketch| graph("the highest amount in sales.csv", sketch);
    assert_eq!(top("f[sales.csv] > table.top column= c[amount] count= 1 smallest= true"), Err(Fault::Malformed));
    assert!(top("f[sales.csv] > table.top column= c[amount] count= 1").is_ok());
    let ends = |sketch| graph("sales.csv from dearest to cheapest by amount", sketch);
    assert!(ends("f[sales.csv] > table.sort column= c[amount] descending= true").is_ok());
}

#[test]
fn sketches_that_come_to_the_same_have_one_essence() {
    let shelf = Shelf::standard();
    let lexicon = Lexicon::new(&shelf);
    let essence = |sketch: &'static str| {
        let pieces = [Piece { start: 0, end: 5 }, Piece { start: 6, end: 9 }];
        let words: Vec<Word> = sketch
            .split(' ')
            .map(|word| match word {
                "F" => Word::Slot('f', 0..1),
                "V" => Word::Slot('v', 1..2),
                name => Word::Name(name),
            })
            .collect();
        let Some(Sketch::Statements(statements)) = parse(&words, &pieces) else { panic!("no sketch: {sketch}") };
        super::alike::essence(&statements, &lexicon, "")
    };
    let rows = essence("F > mail.messages > table.filter column= 'from' value= V");
    assert_eq!(essence("F > mail.messages > table.filter column= 'from-name' comparison= contains value= V"), rows);
    assert_eq!(
        essence("F > mail.messages > table.filter column= 'from' value= V > table.values column= 'subject'"),
        rows
    );
    assert_ne!(essence("F > mail.messages > table.filter column= 'to' value= V"), rows);
    assert_ne!(essence("F > mail.messages > table.filter column= 'from' comparison= not-equals value= V"), rows);
    assert_eq!(essence("F > table.count :count"), essence("F > table.count"));
    assert_eq!(essence("F > text.sort ; F > text.sort"), essence("F > text.sort"));
    assert_ne!(essence("F > text.sort > save V"), essence("F > text.sort"));
}

#[test]
fn a_day_said_once_is_that_of_both_ends() {
    let text = "app.log between 9:00 and 10:30 on 2024-06-12";
    let graph =
        graph(text, "f[app.log] > log.parse > table.between column= 'time' from= t[9:00] to= t[10:30~on~2024-06-12]");
    assert!(graph.as_ref().is_ok_and(|graph| graph.contains("from=2024-06-12 9:00")), "{graph:?}");
}

#[test]
fn an_operation_on_a_file_of_another_kind_is_no_graph() {
    assert!(matches!(graph("resize draft.md to 30", "f[draft.md] > image.resize width= n[30]"), Err(Fault::NoWay(_))));
    assert!(matches!(
        graph("sort names.txt and rotate it", "f[names.txt] > text.sort > image.rotate degrees= 90"),
        Err(Fault::NoWay(_))
    ));
}

#[test]
fn a_name_of_a_file_is_not_a_text() {
    assert_eq!(
        graph("count the lines in ap.log", "text.from text= x[ap.log] > text.count :lines"),
        Err(Fault::Malformed)
    );
    assert!(graph("write hello to a.txt", "text.from text= x[hello] > save p[a.txt]").is_ok());
    assert_eq!(graph("names.txt and its sha-256", "f[names.txt] > save p[sha-256]"), Err(Fault::Malformed));
}

#[test]
fn a_bound_has_to_agree_with_the_words() {
    let found = |sketch| graph("files smaller than 10 bytes", sketch);
    assert_eq!(found("here > file.find min-size= b[10~bytes]"), Err(Fault::Malformed));
    assert!(found("here > file.find max-size= b[10~bytes]").is_ok());
}

#[test]
fn what_is_unpacked_in_place_goes_beside_its_file() {
    let graph = graph("unpack old.bak", "f[old.bak] > data.decompress > over").unwrap();
    assert_eq!(graph, "file.write(file=old, data.decompress(file.read(file=old.bak)))");
}

#[test]
fn an_address_is_fetched_once_and_posted_to() {
    let url = "http://127.0.0.1/data.csv";
    let text = "fetch http://127.0.0.1/data.csv and count its lines";
    let counted = graph(text, "u[http://127.0.0.1/data.csv] > http.get > text.count :lines").unwrap();
    assert_eq!(counted, format!("text.count.lines(text.decode(http.get.content(url={url})))"));
    let text = "post app.log to http://127.0.0.1/data.csv";
    let saved = graph(text, "f[app.log] > save p[http://127.0.0.1/data.csv]").unwrap();
    assert_eq!(saved, format!("http.post(url={url}, file.read(file=app.log))"));
    let sent = graph(text, "u[http://127.0.0.1/data.csv] > http.post body= f[app.log]").unwrap();
    assert_eq!(sent, format!("http.post(url={url}, file.read(file=app.log))"));
}

#[test]
fn an_address_goes_to_what_asks_for_one() {
    let text = "log in to http://127.0.0.1/home as ada and bookmark it as home page";
    let both = graph(text, "u[http://127.0.0.1/home] > web.log-in user= x[ada] ; @1 > web.bookmark name= x[home~page]");
    let both = both.unwrap();
    for step in ["web.log-in", "user=ada", "web.bookmark", "name=home page", "url=http://127.0.0.1/home"] {
        assert!(both.contains(step), "{step}: {both}");
    }
    assert!(!both.contains("http.get"), "{both}");
    // An address is no name.
    let twice = "u[http://127.0.0.1/home] > web.log-in user= u[http://127.0.0.1/home]";
    assert_eq!(graph(text, twice), Err(Fault::Malformed));
    let text = "fetch http://127.0.0.1/a.csv again, 0 seconds old, and count its lines";
    let fresh = graph(text, "u[http://127.0.0.1/a.csv] > http.get max-age= n[0] > text.count :lines").unwrap();
    assert!(fresh.contains("max-age=0") && fresh.contains("text.count.lines"), "{fresh}");
    let text = "post hello to http://127.0.0.1/in";
    assert!(graph(text, "u[http://127.0.0.1/in] > http.post body= x[hello]").unwrap().contains("http.post"));
}

#[test]
fn a_bookmark_is_an_address_wherever_one_is_asked_for() {
    let text = "open my board and list its links";
    let page = "https://own.example/board";
    let opened = graph(text, "web.open name= x[my~board] > html.links").unwrap();
    assert!(opened.contains(&format!("web.open.content(name={page})")) && opened.contains("html.links"), "{opened}");
    let fetched = graph(text, "u[my~board] > html.links").unwrap();
    assert!(fetched.contains(&format!("http.get.content(url={page})")), "{fetched}");
    let unknown = graph("open my bord", "web.open name= x[my~bord]");
    let known = vec!["My board".to_owned()];
    assert_eq!(unknown, Err(Fault::Ungrounded(Ungrounded::NoBookmark { said: "my bord".into(), known })));
}

#[test]
fn a_file_that_nobody_names_is_the_one_that_has_what_is_spoken_of() {
    let oldest = graph("who is oldest", "found > table.top column= c[oldest] count= 1").unwrap();
    assert!(oldest.contains("file.read(file=people.csv)") && oldest.contains("column=age"), "{oldest}");
    let both = "found > table.aggregate function= sum column= c[units] ; found > table.count";
    let both = graph("how many units were sold, and in how many sales", both).unwrap();
    assert_eq!(both.matches("file.read(file=sales.csv)").count(), 2, "{both}");
    let key = graph("what does the customer pay", "found > json.get path= k[customer]").unwrap();
    assert!(key.contains("file.read(file=orders.json)"), "{key}");
    // Several may be meant, or none.
    let logs = graph("which error is most frequent", "found > log.parse > log.messages > table.head count= 1");
    let choices = ["app.log".to_owned(), "server.log".to_owned()];
    assert!(
        matches!(&logs, Err(Fault::Ungrounded(Ungrounded::Unnamed { choices: both })) if choices.iter().all(|log| both.contains(log))),
        "{logs:?}"
    );
    let absent = graph("who is tallest", "found > table.top column= c[tallest] count= 1");
    assert_eq!(absent, Err(Fault::Ungrounded(Ungrounded::Unnamed { choices: Vec::new() })));
}

#[test]
fn files_are_found_by_the_end_of_their_names() {
    let bak = "here > file.find name= e[.bak] > each file.delete";
    let found = graph("delete everything that ends in .bak", bak).unwrap();
    assert_eq!(found, "file.delete(each file.find.files(directory=., extension=bak))");
}

#[test]
fn time_is_the_column_of_dates() {
    let sorted = "f[temps] > table.sort column= c[time]";
    assert!(graph("temps by time", sorted).unwrap().contains("column=day"));
    let sorted = "f[people.csv] > table.sort column= c[time]";
    assert!(graph("people.csv by time", sorted).is_err());
}

#[test]
fn tables_are_joined_by_what_they_share_where_neither_has_what_is_said() {
    let text = "add the people.csv to sales.csv by rating";
    let joined = graph(text, "f[sales.csv] > table.join right= f[people.csv] by= c[rating]").unwrap();
    assert!(joined.starts_with("table.join") && !joined.contains("by="), "{joined}");
}
