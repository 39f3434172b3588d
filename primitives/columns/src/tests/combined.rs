//! Two tables.

use super::*;
use proptest::prelude::*;
use telos_describe::choose;

const LEFT: &str = "id,name,v\n1,a,x\n2,b,y\n,c,z\n2,d,\n";
const RIGHT: &str = "Id,v,price\n2,p,20\n3,q,30\n2,r,\"2,2\"\n,s,0\n";

fn joined(kind: &str) -> (String, i64) {
    let arguments = [("by", names(&["id"])), ("kind", choose(kind))];
    let given = both("table.join", LEFT, RIGHT, &arguments).unwrap();
    (given.text("table"), given.int("count").unwrap())
}

#[test]
fn joins_keep_what_their_kind_says() {
    let header = "id,name,v,v-2,price\n";
    let pairs = "2,b,y,p,20\n2,b,y,r,\"2,2\"\n2,d,,p,20\n2,d,,r,\"2,2\"\n";
    assert_eq!(joined("inner"), (format!("{header}{pairs}"), 4));
    let left = "1,a,x,,\n2,b,y,p,20\n2,b,y,r,\"2,2\"\n,c,z,,\n2,d,,p,20\n2,d,,r,\"2,2\"\n";
    assert_eq!(joined("left"), (format!("{header}{left}"), 6));
    let alone = "3,,,q,30\n,,,s,0\n";
    assert_eq!(joined("right"), (format!("{header}{pairs}{alone}"), 6));
    assert_eq!(joined("outer"), (format!("{header}{left}{alone}"), 8));
    assert_eq!(joined("anti"), (String::from("id,name,v\n1,a,x\n,c,z\n"), 2));
}

#[test]
fn shared_columns_are_the_key_unless_others_are_named() {
    let shared = both("table.join", "a,B,c\n1,2,3\n1,9,4\n", "b,a,d\n2,1,5\n", &[]).unwrap();
    assert_eq!(shared.text("table"), "a,B,c,d\n1,2,3,5\n");
    let arguments = [("by", names(&["a"])), ("right-by", names(&["k"]))];
    let named = both("table.join", "a\n1\n", "k,x\n1 ,y\n", &arguments).unwrap();
    assert_eq!(named.text("table"), "a,x\n1,y\n");
    let one = both("table.join", "a\n1\n2\n", "a\n2\n", &[]).unwrap();
    assert_eq!(one.text("table"), "a\n2\n");
}

#[test]
fn tables_that_do_not_fit_are_told_why() {
    let told = |left: &str, right: &str, arguments: &[(&str, Value)]| {
        both("table.join", left, right, arguments).unwrap_err().to_string()
    };
    assert!(told("a\n", "b\n", &[]).contains("no column is in both tables; the left one has a, the right one b"));
    assert!(told("a\n", "b\n", &[("by", names(&["a"]))]).contains("in the right table: the table has no column `a`"));
    assert!(told("", "b\n", &[]).contains("the left table is empty"));
    assert!(told("a\n", "a\n", &[("right-by", names(&["a", "b"]))]).contains("1 columns"));
}

#[test]
fn a_join_that_would_explode_is_stopped() {
    let side = |name: &str| format!("k,{name}\n{}", format!("1,{}\n", "x".repeat(20)).repeat(4_000));
    let failure = run_with(&PACK, "table.join", &[(0, side("a").as_bytes()), (1, side("b").as_bytes())], 1 << 20, &[]);
    assert!(matches!(failure, Err(Failure::Limit(_))));
}

#[test]
fn appended_tables_share_their_columns() {
    let given = both("table.append", "a,b\n1,2\n", "B,c\n3,\"x\ny\"\n", &[]).unwrap();
    assert_eq!((given.text("table").as_str(), given.int("count")), ("a,b,c\n1,2,\n,3,\"x\ny\"\n", Some(2)));
    let doubled = both("table.append", "a\n1\n", "a,A\n2,3\n", &[]).unwrap();
    assert_eq!(doubled.text("table"), "a,A\n1,\n2,3\n");
    let long = String::from("a\n") + &format!("{}\n", "x".repeat(50_000)).repeat(700);
    let failure = run_with(&PACK, "table.append", &[(0, long.as_bytes()), (1, long.as_bytes())], 1 << 20, &[]);
    assert!(matches!(failure, Err(Failure::Limit(_))));
}

proptest! {
    #[test]
    fn a_join_agrees_with_two_loops(
        left in prop::collection::vec(0..4_u8, 0..8), right in prop::collection::vec(0..4_u8, 0..8),
    ) {
        let side = |name: &str, keys: &[u8]| {
            let rows = keys.iter().enumerate().map(|(row, key)| format!("{key},{name}{row}\n"));
            std::iter::once(format!("k,{name}\n")).chain(rows).collect::<String>()
        };
        let mut expected = String::from("k,l,r\n");
        for (row, key) in left.iter().enumerate() {
            for (other, same) in right.iter().enumerate() {
                if key == same { expected += &format!("{key},l{row},r{other}\n"); }
            }
        }
        let given = both("table.join", &side("l", &left), &side("r", &right), &[]).unwrap();
        prop_assert_eq!(given.text("table"), expected);
    }
}
