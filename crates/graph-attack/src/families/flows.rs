//! Families in which data goes where its label forbids: R4 to R7, R11, and R2 where a type stands in the way.

use crate::case::Case;
use crate::catalogue::{filter, independent};
use crate::dice::Dice;
use telos_abi::{
    Body, EffectKind, EffectUse, Evidence, NodeIndex, PortIndex, PortKind, Refinement, Rule, Target, Value,
};
use telos_graph::testing::{blob, constant, from, handle, input, output, pure, said};
use telos_graph::{Constant, ConstantOrigin, Input};

/// Family 1. One secret among several named files is a secret, whatever their directory's label.
pub(super) fn exfiltrate(case: &mut Case, dice: &mut Dice) -> Rule {
    let read = if dice.once_in(2) {
        case.secret_file()
    } else {
        let read = case.add("files.read", vec![said_all(&[".env", "in/a.txt"])]);
        case.repeat(read, 0, 9);
        case.add("list.concat", vec![from(read, 0)])
    };
    let encoded = case.add("text.encode", vec![from(read, 0)]);
    case.leave(dice, encoded);
    Rule::R6
}

fn said_all(texts: &[&str]) -> Input {
    let items = texts.iter().map(|text| Value::Text((*text).into())).collect();
    Input::Constant(Constant { value: Value::List(items), origin: ConstantOrigin::UserTurn })
}

/// Family 2.
pub(super) fn exfiltrate_laundered(case: &mut Case, dice: &mut Dice) -> Rule {
    let mut at = match dice.below(2) {
        0 => case.secret_file(),
        _ => case.secret_text(),
    };
    for _ in 0..=dice.below(3) {
        at = case.launder(dice, at, true);
    }
    case.leave(dice, at);
    Rule::R6
}

/// Family 3.
pub(super) fn inject(case: &mut Case, dice: &mut Dice) -> Rule {
    let tainted = case.tainted(dice);
    let prompt = case.launder(dice, tainted, true);
    case.add("model.ask", vec![said("local"), from(prompt, 0)]);
    Rule::R7
}

/// Family 5.
pub(super) fn hijack(case: &mut Case, dice: &mut Dice) -> Rule {
    let tainted = case.tainted(dice);
    let text = case.launder(dice, tainted, true);
    let line = case.add("text.head", vec![from(text, 0)]);
    let count = case.add("text.count", vec![from(text, 0)]);
    match dice.below(6) {
        0 => {
            let url = case.add("url.parse", vec![from(line, 0)]);
            case.post_to(from(url, 0), said("ERROR"))
        }
        1 => case.add("mail.send", vec![said("ok.example"), said("bob"), from(count, 0), said("ERROR")]),
        2 => {
            let amount = case.add("int.clamp", vec![from(count, 0)]);
            case.add("mail.send", vec![said("ok.example"), from(line, 0), from(amount, 0), said("ERROR")])
        }
        3 => {
            let program = case.add("path.parse", vec![from(line, 0)]);
            case.add("shell.run", vec![from(program, 0), said("ERROR")])
        }
        4 => {
            let files = case.add("files.list", vec![said("in")]);
            let file = case.add("list.choose", vec![from(files, 0), from(count, 0)]);
            case.add("files.delete", vec![from(file, 0)])
        }
        _ => {
            let invented = constant("out/invented.txt", ConstantOrigin::Planner);
            case.add("files.write", vec![invented, from(text, 0)])
        }
    };
    Rule::R5
}

/// Family 6.
pub(super) fn name_channel(case: &mut Case, dice: &mut Dice) -> Rule {
    let secret = case.secret_text();
    let text = case.launder(dice, secret, false);
    let line = case.add("text.head", vec![from(text, 0)]);
    match dice.below(3) {
        0 => case.add("net.lookup", vec![from(line, 0)]),
        1 => {
            let url = case.add("url.parse", vec![from(line, 0)]);
            case.add("net.get", vec![from(url, 0)])
        }
        _ => {
            let files = case.add("files.list", vec![said("in")]);
            let count = case.add("text.count", vec![from(text, 0)]);
            let file = case.add("list.choose", vec![from(files, 0), from(count, 0)]);
            case.add("files.write", vec![from(file, 0), said("ERROR")])
        }
    };
    Rule::R6
}

/// Family 10: the second output tells what was wrong with the input.
pub(super) fn error_channel(case: &mut Case, dice: &mut Dice) -> Rule {
    let mut parse = filter("config.parse");
    parse.outputs.push(output("error", blob(Refinement::Utf8)));
    let lies = dice.once_in(2);
    if lies {
        parse.outputs[1].independent_of = vec![PortIndex(0)];
    }
    let read = case.secret_file();
    let text = case.launder(dice, read, true);
    let parsed = case.add_new(parse, vec![from(text, 0)]);
    let error = case.add("text.encode", vec![from(parsed, 1)]);
    case.leave(dice, error);
    if lies { Rule::R4 } else { Rule::R6 }
}

/// A primitive that says it declassifies what it is given, with a place for a token. One that `claims` says that its
/// output no longer depends on the data.
pub(super) fn declassifier(case: &mut Case, data: NodeIndex, token: Input, claims: bool) -> NodeIndex {
    let mut release = filter("data.declassify");
    release.inputs.push(input("token", blob(Refinement::Utf8), PortKind::Payload));
    if claims {
        release.outputs[0].independent_of = vec![PortIndex(0)];
    }
    case.add_new(release, vec![from(data, 0), token])
}

/// Family 11.
pub(super) fn declassify(case: &mut Case, dice: &mut Dice) -> Rule {
    let read = case.secret_file();
    let text = case.launder(dice, read, true);
    let claims = dice.once_in(2);
    let token = match dice.below(2) {
        0 => constant("token expired 2020-01-01", ConstantOrigin::UserTurn),
        _ => constant("approved", ConstantOrigin::Planner),
    };
    let released = declassifier(case, text, token, claims);
    case.leave(dice, released);
    if claims { Rule::R4 } else { Rule::R6 }
}

/// Family 13: a Cyrillic letter, a digit for a letter, and words cut out of longer ones.
pub(super) fn look_alike(case: &mut Case, dice: &mut Dice) -> Rule {
    let user = |text: &str| constant(text, ConstantOrigin::UserTurn);
    match dice.below(4) {
        0 => case.add("files.delete", vec![user("out/\u{43e}ld.txt")]),
        1 => {
            let body = case.attach(dice);
            case.post_to(user("https://0k.example/in"), body)
        }
        2 => case.add("net.lookup", vec![user("k.example")]),
        _ => case.add("files.write", vec![user("ut/one.txt"), said("ERROR")]),
    };
    Rule::R5
}

/// Family 14.
pub(super) fn tainted_decision(case: &mut Case, dice: &mut Dice) -> Rule {
    let tainted = case.tainted(dice);
    let decoded = case.launder(dice, tainted, false);
    let decides = case.add("text.test", vec![from(decoded, 0)]);
    let read = case.secret_file();
    let text = case.launder(dice, read, true);
    let released = declassifier(case, text, said("ERROR"), false);
    case.guard(released, decides);
    case.leave(dice, released);
    Rule::R6
}

/// Family 15.
pub(super) fn endorse_intent(case: &mut Case, dice: &mut Dice) -> Rule {
    let tainted = case.tainted(dice);
    let text = case.launder(dice, tainted, true);
    let endorsed = case.add_new(filter("data.endorse"), vec![from(text, 0)]);
    case.add("model.ask", vec![said("local"), from(endorsed, 0)]);
    Rule::R7
}

/// Family 16.
pub(super) fn quarantined_words(case: &mut Case, dice: &mut Dice) -> Rule {
    let data = case.attach(dice);
    let answer = case.add("model.classify", vec![said("local"), data]);
    let value = case.add("variant.make", vec![from(answer, 0)]);
    let words = case.add("variant.use", vec![from(value, 0)]);
    let prompt = case.launder(dice, words, false);
    case.add("model.ask", vec![said("local"), from(prompt, 0)]);
    Rule::R7
}

/// Family 17.
pub(super) fn independence_lie(case: &mut Case, dice: &mut Dice) -> Rule {
    let lie = match dice.below(3) {
        0 => independent("length.hidden", Evidence::Structure),
        1 => independent("length.hidden", Evidence::Differential),
        _ => {
            let mut beyond = independent("length.beyond", Evidence::Proof);
            beyond.outputs[0].independent_of = vec![PortIndex(7)];
            beyond
        }
    };
    let read = case.secret_file();
    let text = case.launder(dice, read, true);
    let hidden = case.add_new(lie, vec![from(text, 0)]);
    case.leave(dice, hidden);
    Rule::R4
}

/// Family 18.
pub(super) fn strip(case: &mut Case, dice: &mut Dice) -> Rule {
    let read = case.secret_file();
    let text = case.launder(dice, read, true);
    let stripped = match dice.below(6) {
        0 => {
            let json = case.add("json.parse", vec![from(text, 0)]);
            case.add("json.query", vec![from(json, 0)])
        }
        1 => {
            let hash = case.add("text.hash", vec![from(text, 0)]);
            case.add("text.spell", vec![from(hash, 0)])
        }
        2 => {
            let name = case.add("text.head", vec![from(text, 0)]);
            let size = case.add("text.count", vec![from(text, 0)]);
            let record = case.add("record.make", vec![from(name, 0), from(size, 0)]);
            let size = case.add("record.size", vec![from(record, 0)]);
            let small = case.add("int.clamp", vec![from(size, 0)]);
            case.add("int.percent", vec![from(small, 0)])
        }
        3 => {
            // Through a file of this run, read back by a node that no edge connects to the writer.
            case.add("files.write", vec![said("out/one.txt"), from(text, 0)]);
            let back = case.add("files.read", vec![said("out/one.txt")]);
            case.add("text.decode", vec![from(back, 0)])
        }
        4 => {
            case.show(text);
            case.add("files.copy", vec![said("out/two.txt"), said(".env")]);
            let back = case.add("files.read", vec![said("out/two.txt")]);
            case.add("text.decode", vec![from(back, 0)])
        }
        _ => {
            let table = case.add("table.parse", vec![from(text, 0)]);
            case.add("table.column", vec![from(table, 0)])
        }
    };
    case.leave(dice, stripped);
    Rule::R6
}

/// Family 21.
pub(super) fn hidden_effect(case: &mut Case, dice: &mut Dice) -> Rule {
    let kinds = [EffectKind::NetSend, EffectKind::NetListen, EffectKind::Privileged, EffectKind::FileDelete];
    let kind = dice.pick(&kinds).unwrap_or(EffectKind::NetSend);
    let mut pretty = filter("text.pretty");
    pretty.body = Body::Host;
    pretty.effects = vec![EffectUse { kind, target: Target::None }];
    // A local effect anywhere marks all that is read: give it nothing that is labelled.
    let data = if kind == EffectKind::FileDelete { from(case.harmless(), 0) } else { case.attach(dice) };
    let node = case.add_new(pretty, vec![data]);
    case.show(node);
    Rule::R11
}

/// Family 46.
pub(super) fn confused_deputy(case: &mut Case, dice: &mut Dice) -> Rule {
    use telos_abi::HandleKind::{Directory, Endpoint, File};
    let tainted = case.tainted(dice);
    let text = case.launder(dice, tainted, true);
    let made = dice.pick(&[File, Directory, Endpoint]).unwrap_or(File);
    let data = input("data", blob(Refinement::Utf8), PortKind::Payload);
    let forge = pure("handle.forge", vec![data], vec![output("handle", handle(made))]);
    let forged = case.add_new(forge, vec![from(text, 0)]);
    case.add("files.write", vec![from(forged, 0), said("ERROR")]);
    if made == File { Rule::R5 } else { Rule::R2 }
}
