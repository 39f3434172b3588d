//! Requests that nobody has planned before, as whole processes.

use crate::Result;
use crate::child;
use crate::figure::{Figure, Target};
use crate::place::Place;
use crate::sample::{Samples, ms};

const STATE: &str = "novel";
/// Each is asked once, so that none is in the plan cache. What they need is compiled before, as after a first day of use.
const REQUESTS: [&str; 12] = [
    "which three customers have the highest amount in orders.csv",
    "sum of amount per city in orders.csv",
    "show the orders from Leeds",
    "how many different cities are in orders.csv",
    "sort orders.csv by amount, largest first, and save it as sorted.csv",
    "the average amount in orders.csv",
    "lines of notes.txt that mention paint",
    "how many words are in notes.txt",
    "the longest line of notes.txt",
    "sha256 of notes.txt",
    "convert orders.csv to json and save it as orders.json",
    "orders with an amount of more than 150, only customer and city, as big.csv",
];

/// Most of them that may end with a question.
const UNANSWERED_MAX: usize = 3;

pub(crate) fn figures(place: &Place) -> Result<Vec<Figure>> {
    let mut orders = String::from("id,customer,city,amount\n");
    for row in 0..200 {
        let city = ["Leeds", "York", "Hull"][row % 3];
        orders.push_str(&format!("{row},Customer {},{city},{}\n", row % 17, row * 7 % 211));
    }
    std::fs::write(place.work().join("orders.csv"), orders)?;
    std::fs::write(place.work().join("notes.txt"), "buy paint\ncall Ann about the paint\nnothing else\n")?;
    for warm in ["how many rows are in orders.csv", "how many lines are in notes.txt", "md5 of notes.txt"] {
        place.carry_out(STATE, warm)?;
    }
    let mut times = Vec::new();
    let mut unanswered = Vec::new();
    for request in REQUESTS {
        match place.carry_out(STATE, request) {
            Ok(ended) => times.push(ms(ended.wall)),
            // What is asked about took as long, but is no figure.
            Err(_) => unanswered.push(request),
        }
    }
    if unanswered.len() > UNANSWERED_MAX {
        return Err(format!("not answered: {}", unanswered.join("; ")).into());
    }
    let nothing: Vec<f64> =
        (0..REQUESTS.len()).map(|_| Ok(ms(child::run(&mut place.tool("true", &[]))?.wall))).collect::<Result<_>>()?;
    Ok(vec![
        Figure::new("novel offline intent, whole process", "ms", Samples::new(times)?)
            .target(Target::AtMost(150.0))
            .beside("true", Some(&Samples::new(nothing)?)),
    ])
}
