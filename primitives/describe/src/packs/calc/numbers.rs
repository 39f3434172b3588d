//! Numbers: arithmetic, percentages, units, bases, statistics.

use super::of_settings;
use crate::packs::WHOLE_BYTES;
use crate::{Builder, Input, blob, choice, choose, count, flag, float, input, line, output, primitive};
use telos_abi::{Descriptor, Refinement, Value};

pub(super) fn descriptors() -> Vec<Descriptor> {
    vec![
        compute(),
        percent(),
        add_percent(),
        take_percent(),
        share(),
        change(),
        round(),
        test(),
        not(),
        factors(),
        divisor(),
        of_count(),
        whole(),
        read(),
        write(),
        base(),
        roman(),
        spell(),
        convert(),
        statistics(),
    ]
}

fn number(name: &str, meaning: &str) -> Input {
    input(name, float(), meaning).words(&["number", "amount"])
}

/// The result as a text with all its digits, and as a number.
fn results(builder: Builder, meaning: &str) -> Descriptor {
    builder.gives(output("result", line(), meaning)).gives(output("number", float(), "the result as a number")).build()
}

fn compute() -> Descriptor {
    let builder = of_settings("number.compute")
        .does("Compute arithmetic, written in signs or words.", &["number", "calculation", "arithmetic"])
        .words(&["compute", "calculate", "what is", "how much is", "work out", "evaluate", "calc", "result of"])
        .examples(&[
            "what is 12 * (3 + 4)",
            "calculate 17.5 / 2.5",
            "how much is 144 divided by 12",
            "work out 2^10 - 1",
            "seven times eight plus three",
        ])
        .takes(input("expression", line(), "arithmetic to compute").words(&["of", "is"]))
        .takes(
            number("number", "the number that arithmetic which begins with an operation goes on from")
                .default(Value::Float(0.0)),
        );
    results(builder, "the result of the arithmetic")
}

fn percent() -> Descriptor {
    let builder = of_settings("number.percent")
        .does("Compute so many per cent of a number.", &["number", "calculation", "percentage"])
        .words(&["percent of", "per cent of", "% of", "percentage", "percents"])
        .examples(&[
            "17 percent of 300",
            "what is 8% of 1250",
            "how much is 2.5 per cent of 80",
            "15% of the bill of 62",
            "give me 30 percent of 990",
        ])
        .takes(number("percent", "per cent").words(&["percent", "%"]))
        .takes(number("of", "number of which").words(&["of", "from"]));
    results(builder, "that part of the number")
}

fn add_percent() -> Descriptor {
    let builder = of_settings("number.add-percent")
        .does("Add so many per cent to a number, as tax or a tip is.", &["number", "calculation", "percentage"])
        .words(&["plus tax", "with tax", "with vat", "add vat", "add a tip", "increase by", "raise by", "plus percent"])
        .examples(&[
            "80 plus 19% vat",
            "add a 15 percent tip to 62",
            "raise 2400 by 3%",
            "what is 250 with 7% tax",
            "increase 40 by 12.5 percent",
        ])
        .takes(number("number", "number to add to").words(&["to", "of"]))
        .takes(number("percent", "per cent to add").words(&["by", "percent", "%"]));
    results(builder, "the number with the percentage added")
}

fn take_percent() -> Descriptor {
    let builder = of_settings("number.take-percent")
        .does("Take so many per cent off a number, as a discount is.", &["number", "calculation", "percentage"])
        .words(&["off", "discount", "less percent", "reduce by", "decrease by", "reduced by", "cut by"])
        .examples(&[
            "20% off 80",
            "what is 59.90 with a discount of 15 percent",
            "reduce 1200 by 10%",
            "price 35 less 5 percent",
            "cut 640 by a quarter percent",
        ])
        .takes(number("number", "number to take from").words(&["from", "of", "off"]))
        .takes(number("percent", "per cent to take off").words(&["by", "percent", "%"]));
    results(builder, "what is left of the number")
}

fn share() -> Descriptor {
    let builder = of_settings("number.share")
        .does("Tell what percentage one number is of another.", &["number", "calculation", "percentage"])
        .words(&["what percentage", "what percent", "share of", "out of", "as a percentage"])
        .examples(&[
            "what percentage of 80 is 12",
            "18 out of 24 as a percentage",
            "what share of 1500 is 375",
            "how many percent is 7 of 50",
            "42 of 60 in percent",
        ])
        .takes(number("part", "the part"))
        .takes(number("whole", "the whole").words(&["of", "out"]));
    results(builder, "the share in per cent")
}

fn change() -> Descriptor {
    let builder = of_settings("number.change")
        .does("Tell by how many per cent a number grew or fell.", &["number", "calculation", "percentage"])
        .words(&["percentage change", "change in percent", "grew", "rise", "fell", "growth", "increase from"])
        .examples(&[
            "percentage change from 80 to 100",
            "from 250 to 200, how many percent is that",
            "growth from 1200 to 1500 in percent",
            "by how much percent did it fall from 40 to 30",
            "rent went from 900 to 945, what rise is that",
        ])
        .takes(number("from", "number before").words(&["from"]))
        .takes(number("to", "number after").words(&["to"]));
    results(builder, "the change in per cent")
}

fn round() -> Descriptor {
    let builder = of_settings("number.round")
        .does("Round a number to decimals, halves away from zero.", &["number", "calculation", "rounding"])
        .words(&["round", "round off", "rounded", "rounding", "to the nearest"])
        .examples(&[
            "round 3.14159 to 2 places",
            "2.675 rounded to two decimals",
            "round off 17.5",
            "7.049 to one decimal place",
            "round 1234.5678 to 3 digits after the point",
        ])
        .takes(number("number", "number to round"))
        .takes(
            input("places", count(0), "how many decimals").words(&["to", "places", "decimals"]).default(Value::Int(0)),
        );
    results(builder, "the number, rounded")
}

fn factors() -> Descriptor {
    of_settings("number.factors")
        .fuel(2_000_000_000, 0)
        .does("Take a whole number apart into its prime factors.", &["number", "calculation", "primes"])
        .words(&["prime factors", "factorise", "factorize", "factors", "is it prime", "prime"])
        .examples(&[
            "prime factors of 360",
            "is 97 a prime number",
            "factorise 1001",
            "which primes divide 84",
            "factors of 65536",
        ])
        .takes(input("number", count(0), "whole number to take apart").words(&["of", "number"]))
        .gives(output("factors", line(), "the prime factors"))
        .gives(output("prime", flag(), "whether the number is prime"))
        .build()
}

fn divisor() -> Descriptor {
    of_settings("number.divisor")
        .does(
            "Compute the greatest common divisor and the least common multiple of two whole numbers.",
            &["number", "calculation", "divisor"],
        )
        .words(&["greatest common divisor", "gcd", "common factor", "least common multiple", "lcm", "hcf"])
        .examples(&[
            "gcd of 84 and 36",
            "greatest common divisor of 100 and 75",
            "least common multiple of 6 and 8",
            "lcm 12 18",
            "highest common factor of 27 and 45",
        ])
        .takes(input("first", count(0), "first whole number").words(&["of"]))
        .takes(input("second", count(0), "second whole number").words(&["and"]))
        .gives(output("divisor", count(0), "the greatest common divisor"))
        .gives(output("multiple", count(0), "the least common multiple"))
        .build()
}

fn test() -> Descriptor {
    of_settings("number.test")
        .does("Tell whether a number compares with another one as asked.", &["number", "calculation", "condition"])
        .words(&[
            "whether",
            "is there more than",
            "are there more than",
            "is it at least",
            "does it exceed",
            "are there any",
        ])
        .examples(&[
            "are there more than 100 errors in app.log",
            "whether data.csv has at least 10 rows",
            "is 17 less than 4 squared",
            "does the total exceed 500",
            "delete it only if the file has no lines",
        ])
        .takes(number("number", "the number to test"))
        .takes(
            input(
                "comparison",
                choice(&["at-least", "at-most", "equals", "greater", "less", "not-equals"]),
                "how to compare",
            )
            .default(choose("greater"))
            .words(&[
                "more than",
                "over",
                "less than",
                "under",
                "at least",
                "at most",
                "exactly",
                "exceeds",
                "not",
            ]),
        )
        .takes(
            input("than", float(), "the number to compare with")
                .default(Value::Float(0.0))
                .words(&["than", "over", "under"]),
        )
        .gives(output("holds", flag(), "whether it does"))
        .build()
}

fn not() -> Descriptor {
    of_settings("truth.not")
        .does("Tell the opposite of whether something holds.", &["condition", "calculation"])
        .words(&["unless", "if it is not", "whether it is not", "otherwise", "the opposite", "if there is no"])
        .examples(&[
            "unless a.txt and b.txt are the same copy a.txt",
            "make todo.txt if it is not there",
            "otherwise leave it",
            "whether the archive is not whole",
        ])
        .takes(input("holds", flag(), "whether something holds").words(&["it", "that", "whether"]))
        .gives(output("opposite", flag(), "whether it does not"))
        .build()
}

fn of_count() -> Descriptor {
    of_settings("number.of-count")
        .does("Take a count as a number to compute with.", &["number", "calculation", "count"])
        .words(&["as a number", "the count", "number of", "twice the count", "times the count"])
        .examples(&[
            "the number of lines times three",
            "twice the count",
            "how many files there are, halved",
            "the row count plus ten",
            "12 for each of them",
        ])
        .takes(input("count", count(i64::MIN), "the count").words(&["count"]))
        .gives(output("number", float(), "the count as a number"))
        .build()
}

fn whole() -> Descriptor {
    of_settings("number.whole")
        .does("Take a number without decimals as a whole number.", &["number", "calculation", "literal"])
        .words(&["as a whole number", "whole number of", "as a count", "without decimals", "as an integer"])
        .examples(&[
            "7 times 8 times 9 in words",
            "prime factors of the sum",
            "the total as a count",
            "spell out the number of rows times two",
            "the product as a whole number",
        ])
        .takes(number("number", "the number"))
        .gives(output("count", count(0), "the number as a whole number"))
        .build()
}

fn read() -> Descriptor {
    primitive("number.read")
        .does("Read the one number that a text or a table with one row has.", &["number", "calculation", "literal"])
        .words(&["as a number", "the number in", "the figure in", "the value in", "its number"])
        .examples(&[
            "twice the number in total.txt",
            "19 percent of the sum of amounts",
            "the figure in result.txt plus ten",
            "the value in count.txt in words",
            "convert the total to miles",
        ])
        .takes(input("text", blob(Refinement::Utf8), "text with one number").words(&["in", "of", "text"]))
        .gives(output("number", float(), "the number"))
        .memory(64 << 20)
        .wall_ms(600_000)
        .fuel(20_000_000, 6_000)
        .produces(1_024, 0)
        .build()
}

fn write() -> Descriptor {
    of_settings("number.write")
        .does("Write a number in digits as a text.", &["number", "calculation", "literal"])
        .words(&["write the number", "as text", "the number as", "put the number", "in digits"])
        .examples(&[
            "write the median to median.txt",
            "save the number of lines as count.txt",
            "put the mean into mean.txt",
            "the total as a text",
            "keep the sum in sum.txt",
        ])
        .takes(number("number", "the number"))
        .gives(output("digits", line(), "the number in decimal digits"))
        .build()
}

const BASES: [&str; 4] = ["binary", "decimal", "hexadecimal", "octal"];

fn base() -> Descriptor {
    let from = [BASES.as_slice(), &["told-by-its-digits"]].concat();
    of_settings("number.base")
        .does("Write a whole number in another base.", &["number", "calculation", "base"])
        .words(&[
            "in binary",
            "in hex",
            "to binary",
            "to decimal",
            "to hexadecimal",
            "in octal",
            "base",
            "hex to decimal",
        ])
        .examples(&[
            "255 in hexadecimal",
            "what is 0x1f4 in decimal",
            "binary of 42",
            "101101 binary to decimal",
            "write 493 in octal",
        ])
        .takes(input("number", line(), "whole number to write").words(&["number", "of"]))
        .takes(
            input("from", choice(&from), "the base it is written in")
                .words(&["from"])
                .default(choose("told-by-its-digits")),
        )
        .takes(input("to", choice(&BASES), "the base to write it in").words(&["to", "in", "as"]))
        .gives(output("digits", line(), "the number in that base"))
        .build()
}

fn roman() -> Descriptor {
    of_settings("number.roman")
        .does("Write a number as a Roman numeral, or read one.", &["number", "calculation", "roman"])
        .words(&["roman", "roman numeral", "roman numerals", "roman number", "in roman"])
        .examples(&[
            "1994 in roman numerals",
            "what is MCMXCIV in arabic numbers",
            "roman numeral for 49",
            "XLII as a number",
            "write 2024 the roman way",
        ])
        .takes(input("number", line(), "number or Roman numeral").words(&["number", "of", "for"]))
        .gives(output("written", line(), "the Roman numeral or the number"))
        .build()
}

fn spell() -> Descriptor {
    of_settings("number.spell")
        .does("Write a whole number out in English words.", &["number", "calculation", "words"])
        .words(&["in words", "spell out", "spell", "write out", "written out"])
        .examples(&[
            "1234 in words",
            "spell out 45",
            "write 100000 in words",
            "how do you say 7019 in english words",
            "number 88 written out",
        ])
        .takes(input("number", count(0), "whole number to write out").words(&["number"]))
        .gives(output("words", line(), "the number in words"))
        .build()
}

fn convert() -> Descriptor {
    let builder = of_settings("unit.convert")
        .does("Convert an amount to another unit of measure.", &["number", "calculation", "unit"])
        .words(&["convert", "how many", "in", "how much is", "conversion"])
        .examples(&[
            "5 miles in km",
            "convert 72 fahrenheit to celsius",
            "how many ounces are 250 grams",
            "3 cups in ml",
            "100 km/h to mph",
            "2.5 GB in MB",
        ])
        .takes(number("amount", "the amount").default(Value::Float(1.0)))
        .takes(input("from", line(), "unit of measure it is in").words(&["from"]))
        .takes(input("to", line(), "unit of measure to convert to").words(&["to", "in", "into"]));
    results(builder, "the amount in the other unit")
}

fn statistics() -> Descriptor {
    let figure = |name: &str, meaning: &str| output(name, float(), meaning);
    primitive("numbers.statistics")
        .does(
            "Summarise the numbers of a text, one a line: mean, median, sum, least, greatest, standard deviation, variance, \
             mode, range.",
            &["number", "calculation", "statistics"],
        )
        .words(&["statistics", "mean", "average", "median", "standard deviation", "variance", "mode", "range", "sum up"])
        .examples(&[
            "median of the numbers in times.txt",
            "what is the average of readings.txt",
            "standard deviation of the values in samples.txt",
            "sum of all numbers in costs.txt",
            "the most common number in dice.txt",
        ])
        .takes(input("numbers", blob(Refinement::Utf8), "text with a number on each line").words(&["of", "in"]))
        .gives(figure("mean", "the mean"))
        .gives(figure("median", "the median"))
        .gives(figure("sum", "the sum"))
        .gives(figure("min", "the least"))
        .gives(figure("max", "the greatest"))
        .gives(figure("deviation", "the standard deviation of a sample"))
        .gives(figure("variance", "the variance of a sample"))
        .gives(figure("mode", "the most frequent"))
        .gives(figure("range", "the greatest less the least"))
        .gives(output("count", count(0), "how many numbers there are"))
        .gives(output("skipped", count(0), "how many lines have no number"))
        .memory(WHOLE_BYTES)
        .wall_ms(600_000)
        .fuel(20_000_000, 6_000)
        .produces(1_024, 0)
        .build()
}
