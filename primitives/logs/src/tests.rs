//! Logs as programs write them.

use crate::PACK;
use crate::messages::shape;
use proptest::prelude::*;
use telos_describe::choose;
use telos_pack::testing::{Given, run};
use telos_pack::{Failure, Value};

fn call(name: &str, input: &str, arguments: &[(&str, Value)]) -> Result<Given, Failure> {
    let whole = run(&PACK, name, input.as_bytes(), usize::MAX, arguments);
    assert_eq!(whole, run(&PACK, name, input.as_bytes(), 7, arguments), "{name} depends on how its input is cut");
    whole
}

fn parsed(input: &str) -> String {
    call("log.parse", input, &[]).unwrap().text("table")
}

/// Time, level, source and message of the one entry in `line`.
fn entry(line: &str) -> String {
    let table = parsed(line);
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(rows.len(), 2, "{table}");
    rows[1].strip_suffix(",1").unwrap().to_owned()
}

#[test]
fn the_layouts_of_common_loggers_are_recognised() {
    let day = "2024-05-01T12:00:00";
    for (line, expected) in [
        ("2024-05-01 12:00:00,123 ERROR app.db: gone", format!("{day}.123,ERROR,app.db,gone")),
        ("2024-05-01 12:00:00,123 - app.db - WARNING - gone - now", format!("{day}.123,WARNING,app.db,gone - now")),
        ("2024-05-01T12:00:00Z INFO started", format!("{day}Z,INFO,,started")),
        ("[2024-05-01 12:00:00] [error] it broke", format!("{day},error,,it broke")),
        ("[2024-05-01T12:00:00Z ERROR my_crate::db] gone", format!("{day}Z,ERROR,my_crate::db,gone")),
        ("2024-05-01T12:00:00.5Z  WARN my_crate::db: gone id=1", format!("{day}.5Z,WARN,my_crate::db,gone id=1")),
        ("ERROR 2024-05-01 12:00:00 out of memory", format!("{day},ERROR,,out of memory")),
        ("ERROR:root:out of memory", "ERROR,root,out of memory".to_owned()),
        ("[WARN] low disk", "WARN,,low disk".to_owned()),
        ("warning: unused variable", "warn,,unused variable".to_owned()),
        ("2024-05-01 12:00:00.123  INFO 123 --- [  main] c.e.App : Up: 1", format!("{day}.123,INFO,c.e.App,Up: 1")),
        ("12:00:00.123 [main] DEBUG com.foo.Bar - hi", "12:00:00.123,DEBUG,com.foo.Bar,hi".to_owned()),
        ("2024-05-01 12:00:00 [worker-1] ERROR lost it", format!("{day},ERROR,worker-1,lost it")),
        ("2024/05/01 12:00:00 [error] 7#0: *1 open() failed", format!("{day},error,,7#0: *1 open() failed")),
        ("[Wed May 01 12:00:00.5 2024] [core:error] [pid 7:tid 8] no", format!("{day}.5,error,core,[pid 7:tid 8] no")),
        ("[2024-05-01 12:00:00 +0000] [7] [INFO] Booting", format!("{day}Z,INFO,,Booting")),
        ("[2024-05-01 12:00:00,123: INFO/MainProcess] ready", format!("{day}.123,INFO,MainProcess,ready")),
        ("2024-05-01T12:00:00.000Z\tinfo\tcmd/main.go:12\tready", format!("{day}Z,info,cmd/main.go:12,ready")),
        ("2024-05-01T12:00:00Z stderr F panic: oh", format!("{day}Z,fatal,,oh")),
        ("2024-05-01T12:00:00+02:00 host sshd[1]: error: no key", format!("{day}+02:00,error,sshd,no key")),
        ("\u{1b}[2m2024-05-01 12:00:00\u{1b}[0m \u{1b}[31mERROR\u{1b}[0m x", format!("{day},ERROR,,x")),
        ("2024-05-01 12:00:00 nothing special: here", format!("{day},,,nothing special: here")),
        ("2024-05-01 12:00:00 UTC [9] LOG:  ready", format!("{day}Z,LOG,,ready")),
        ("May  1 12:00:00 host cron[1]: (root) CMD", "0000-05-01T12:00:00,,cron,(root) CMD".to_owned()),
        ("05-01 12:00:00.1  12  34 E Tag: m", "0000-05-01T12:00:00.1,error,Tag,m".to_owned()),
        ("E0501 12:00:00.1    7 a/b.cc:12] m", "0000-05-01T12:00:00.1,error,a/b.cc:12,m".to_owned()),
        ("<34>May  1 12:00:00 host su: m", "0000-05-01T12:00:00,fatal,su,m".to_owned()),
        ("<165>1 2024-05-01T12:00:00Z host app 7 ID [a b=\"c\"] m", format!("{day}Z,info,app,m")),
    ] {
        assert_eq!(entry(line).trim_start_matches(','), expected, "{line}");
    }
}

#[test]
fn named_fields_are_found() {
    let day = "2024-05-01T12:00:00Z";
    for (line, expected) in [
        (r#"{"time":"2024-05-01T12:00:00Z","level":"ERROR","msg":"a, b","logger":"db"}"#, "ERROR,db,\"a, b\""),
        (r#"{"level":50,"time":1714564800000,"msg":"x","name":"api","pid":1}"#, "error,api,x"),
        (r#"{"ts":1714564800.25,"severity":"warning","message":"x"}"#, "warn,,x"),
        (r#"{"@timestamp":"2024-05-01T12:00:00Z","log":{"level":"info"},"message":"x"}"#, "info,,x"),
        (r#"time="2024-05-01T12:00:00Z" level=info msg="a \"b\"" app=web"#, "info,web,\"a \"\"b\"\"\""),
        ("ts=2024-05-01T12:00:00Z caller=main.go:1 level=warn msg=x", "warn,main.go:1,x"),
    ] {
        assert_eq!(entry(line), format!("{day},{expected}"), "{line}");
    }
    assert_eq!(entry(r#"{"a":1}"#), ",,,\"{\"\"a\"\":1}\"");
    assert_eq!(entry("a=b c=d"), ",,,a=b c=d");
    let deep = "{\"a\":".repeat(10_000);
    assert!(entry(&deep).starts_with(",,,"));
}

#[test]
fn lines_that_go_on_join_their_message() {
    let log = "2024-05-01 12:00:00 ERROR a: failed\nTraceback (most recent call last):\n  File \"x\"\n\nOops\n\
        2024-05-01 12:00:01 INFO a: fine\n";
    let expected = "time,level,source,message,line\n\
        2024-05-01T12:00:00,ERROR,a,\"failed\nTraceback (most recent call last):\n  File \"\"x\"\"\nOops\",1\n\
        2024-05-01T12:00:01,INFO,a,fine,6\n";
    assert_eq!(parsed(log), expected);
    let plain = parsed("one\ntwo\n  more\nERROR three\nfour\n\tat five\n");
    let expected =
        "time,level,source,message,line\n,,,one,1\n,,,\"two\n  more\",2\n,ERROR,,three,4\n,,,\"four\n\tat five\",5\n";
    assert_eq!(plain, expected);
}

#[test]
fn a_message_does_not_grow_without_end() {
    let log = format!("2024-05-01 12:00:00 ERROR x\n{}", "y".repeat(1_000).add_lines(3_000));
    let given = run(&PACK, "log.parse", log.as_bytes(), 1 << 16, &[]).unwrap();
    assert_eq!(given.int("count"), Some(1 + 3_000 - 1_047));
}

trait AddLines {
    fn add_lines(&self, count: usize) -> String;
}

impl AddLines for String {
    fn add_lines(&self, count: usize) -> String {
        format!("{self}\n").repeat(count)
    }
}

#[test]
fn one_level_can_be_asked_for() {
    let log = "ERROR a\nFATAL b\nWARN c\nINFO d\nplain\n";
    let kept = |level: &str| {
        let given = call("log.parse", log, &[("level", choose(level))]).unwrap();
        let messages: Vec<String> =
            given.text("table").lines().skip(1).map(|row| row.split(',').nth(3).unwrap().to_owned()).collect();
        assert_eq!(given.int("count").and_then(|count| usize::try_from(count).ok()), Some(messages.len()));
        messages.concat()
    };
    assert_eq!(
        (kept("error"), kept("warn"), kept("fatal"), kept("trace")),
        ("ab".into(), "c".into(), "b".into(), "".into())
    );
    assert_eq!(kept("all"), "abcdplain");
}

#[test]
fn a_year_can_be_given() {
    let given = call("log.parse", "May  1 12:00:00 h p: x", &[("year", Value::Int(2023))]).unwrap();
    assert!(given.text("table").contains("\n2023-05-01T12:00:00,,p,x,1\n"));
    assert!(call("log.parse", "", &[("year", Value::Int(10_000))]).is_err());
    assert_eq!(parsed(""), "time,level,source,message,line\n");
}

#[test]
fn requests_are_read_in_both_formats() {
    let log = "1.2.3.4 - ann [10/Oct/2000:13:55:36 -0700] \"GET /a?b=c HTTP/1.0\" 200 2326\n\
        ::1 - - [10/Oct/2000:13:55:36 +0000] \"POST /x,y HTTP/2.0\" 404 - \
        \"http://r/\" \"Agent \\\"A\\\" 1.0\" \"-\" 0.012\n\
        not a request\n\n\
        v.example:443 9.9.9.9 - - [10/Oct/2000:13:55:36 +0000] \"\\x16\\x03\" 400 0 \"-\" \"-\" rt=1.5 x\n";
    let given = call("access-log.parse", log, &[]).unwrap();
    let expected = "address,time,method,path,status,bytes,referrer,agent,duration\n\
        1.2.3.4,2000-10-10T13:55:36-07:00,GET,/a?b=c,200,2326,,,\n\
        ::1,2000-10-10T13:55:36Z,POST,\"/x,y\",404,,http://r/,\"Agent \"\"A\"\" 1.0\",0.012\n\
        9.9.9.9,2000-10-10T13:55:36Z,,\\x16\\x03,400,0,,,1.5\n";
    assert_eq!(given.text("table"), expected);
    assert_eq!((given.int("count"), given.int("skipped")), (Some(3), Some(1)));
    let refused = call("access-log.parse", "\nhello\n", &[]).unwrap_err().to_string();
    assert!(refused.contains("line 2 is no request"), "{refused}");
    assert_eq!(call("access-log.parse", "", &[]).unwrap().int("count"), Some(0));
    for line in [
        "[",
        "a b c [x] \"",
        "a - - [10/Oct/2000:13:55:36 +0000] \"GET / HTTP/1.1\" 20 1",
        "a [10/Oct/2000] \"\" 200 1",
    ] {
        assert!(call("access-log.parse", line, &[]).is_err(), "{line}");
    }
}

#[test]
fn messages_differ_by_more_than_numbers() {
    for (message, expected) in [
        ("took 1.5ms at 10:00:01", "took <number>ms at <number>"),
        ("user ann42 from 10.0.0.1:80", "user ann<number> from <number>"),
        ("job 6ba7b810-9dad-11d1-80b4-00c04fd430c8 done", "job <id> done"),
        ("at 0xdeadbeef, commit 3f3f441a", "at <id>, commit <id>"),
        ("file \"a b\" isn't 'c'", "file <text> isn't <text>"),
        ("can't, won't", "can't, won't"),
        ("worker-7: retry 3/5 (12%)", "worker-<number>: retry <number>/<number> (<number>%)"),
        ("2024-05-01 v1.2.3 x", "<number> v<number> x"),
        ("größe 3€ \"", "größe <number>€ \""),
        ("deadbeef decade", "<id>"),
        ("", ""),
    ] {
        let shape = shape(message);
        if message.starts_with("deadbeef") {
            assert_eq!(shape, message, "letters alone are a word");
        } else {
            assert_eq!(shape, expected);
        }
    }
}

#[test]
fn kinds_of_messages_are_counted() {
    let table = "level,message\nerror,lost 1\nerror,\"lost 2\ntrace\"\nwarn,\"a, b\"\ninfo,\n";
    let given = call("log.messages", table, &[]).unwrap();
    assert_eq!(given.text("table"), "message,count\nlost <number>,2\n\"a, b\",1\n");
    assert_eq!(given.int("count"), Some(2));
    let by_level = [("column", Value::List(vec![Value::Text("level".into())]))];
    assert!(call("log.messages", table, &by_level).unwrap().text("table").contains("error,2\n"));
    assert!(call("log.messages", "a\n", &[]).unwrap_err().to_string().contains("no column `message`"));
    assert!(call("log.messages", "", &[]).is_err());
}

proptest! {
    #[test]
    fn any_text_is_a_log(text in "[\\PC\n\t\u{1b}]{0,80}") {
        let _ = call("log.parse", &text, &[]).unwrap();
        let _ = call("access-log.parse", &text, &[]);
        let _ = shape(&text);
    }

    #[test]
    fn any_head_is_read(text in "([\\[\\]<>(){}:|,=\"E0-9 -]|ERROR|info|May|2024-05-01|12:00:00|host|---){0,20}") {
        let _ = parsed(&text);
    }
}
