//! The synthetic primitives: those of `telos_graph::testing` and what the attack families need beside them.

use telos_abi::{
    Body, Descriptor, EffectKind, EffectUse, Evidence, Field, Growth, HandleKind, Label, LockUse, OutputPort,
    PortIndex, PortKind, Refinement, Secrecy, State, Taint, Target, Type, Value,
};
use telos_graph::testing::{blob, handle, host, input, list, output, primitives, pure, text};

/// A whole number in a range.
#[must_use]
pub fn int(min: i64, max: i64) -> Type {
    Type::Int { min, max }
}

/// A record; the flag says whether the field is optional.
#[must_use]
pub fn record(fields: &[(&str, Type, bool)]) -> Type {
    let field = |ty: &Type, optional| Field { ty: ty.clone(), optional };
    Type::Record(fields.iter().map(|(name, ty, optional)| ((*name).to_owned(), field(ty, *optional))).collect())
}

fn variant(cases: &[(&str, Type)]) -> Type {
    Type::Variant(cases.iter().map(|(name, ty)| ((*name).to_owned(), ty.clone())).collect())
}

/// A host primitive without effects, whose outputs have a label of their own.
#[must_use]
pub fn origin(name: &str, ty: Type, source: Label) -> Descriptor {
    let mut descriptor = pure(name, vec![], vec![OutputPort { source, ..output("value", ty) }]);
    descriptor.body = Body::Host;
    descriptor
}

/// One use of a lock class.
#[must_use]
pub fn lock(class: &str, rank: u16, units: u16, capacity: u16) -> LockUse {
    LockUse { class: class.into(), rank, units, capacity }
}

/// A host primitive that holds locks and passes its data on.
#[must_use]
pub fn locked(name: &str, locks: Vec<LockUse>) -> Descriptor {
    let data = blob(Refinement::Utf8);
    let mut descriptor = pure(name, vec![input("data", data.clone(), PortKind::Payload)], vec![output("data", data)]);
    descriptor.body = Body::Host;
    descriptor.locks = locks;
    descriptor
}

/// A pure primitive from UTF-8 to UTF-8, to be spoilt by an attack.
#[must_use]
pub fn filter(name: &str) -> Descriptor {
    let data = blob(Refinement::Utf8);
    pure(name, vec![input("data", data.clone(), PortKind::Payload)], vec![output("text", data)])
}

/// A pure primitive whose output is independent of its first input; honest only with evidence of a proof.
#[must_use]
pub fn independent(name: &str, evidence: Evidence) -> Descriptor {
    let mut descriptor = filter(name);
    descriptor.outputs[0].independent_of = vec![PortIndex(0)];
    descriptor.evidence = evidence;
    descriptor
}

fn cell(name: &str, cell: &str, writes: bool) -> Descriptor {
    let data = text(Refinement::Utf8);
    let mut descriptor = match writes {
        true => {
            pure(name, vec![input("data", blob(Refinement::Utf8), PortKind::Payload)], vec![output("kept", Type::Bool)])
        }
        false => pure(name, vec![], vec![output("data", data)]),
    };
    descriptor.body = Body::Host;
    descriptor.state = State::Cell { cell: cell.into(), clearance: Secrecy::PUBLIC, writes };
    descriptor
}

/// Where data enters: labels, clocks and handles.
fn sources() -> Vec<Descriptor> {
    let mut pin = origin("user.pin", text(Refinement::Line), Label::secret(Secrecy::PERSONAL));
    pin.introduces = vec![Refinement::Line];
    let mut clock = host("clock.now", EffectKind::Clock, vec![], vec![output("now", int(0, i64::MAX))]);
    clock.effects[0].target = Target::None;
    vec![
        pin,
        origin("stdin.read", blob(Refinement::Utf8), Label::tainted(Taint::STDIN)),
        origin("session.link", handle(HandleKind::Endpoint), Label::BOTTOM),
        clock,
        cell("cell.put", "notes", true),
        cell("cell.get", "notes", false),
        cell("memo.put", "memo", true),
        cell("memo.get", "memo", false),
    ]
}

/// Pure transforms between the types that the host primitives take.
fn transforms() -> Vec<Descriptor> {
    use PortKind::{Authority, Payload};
    let utf8 = || blob(Refinement::Utf8);
    let number = || int(0, i64::MAX);
    let one = |ty: Type| vec![input("data", ty, Payload)];
    let makes = |name: &str, from: Type, to: Refinement, as_text: bool| {
        let ty = if as_text { text(to) } else { blob(to) };
        let mut made = pure(name, one(from), vec![output("made", ty)]);
        made.introduces = vec![to];
        made
    };
    let mut inflate = filter("text.inflate");
    inflate.bounds.output_bytes = Growth { fixed: 64, per_input_byte: 1000 };
    inflate.bounds.memory_bytes = Growth { fixed: 64, per_input_byte: 4 };
    let file = || handle(HandleKind::File);
    let mut column = input("column", text(Refinement::Column), Authority);
    column.default = Some(Value::Text("name".into()));
    let named = record(&[("name", text(Refinement::Utf8), false)]);
    let sized = record(&[("name", text(Refinement::Utf8), false), ("size", number(), false)]);
    let maybe = record(&[("name", text(Refinement::Utf8), true), ("size", number(), true)]);
    let cases = [("count", number()), ("note", text(Refinement::Utf8)), ("none", Type::Bool)];
    vec![
        makes("text.hash", blob(Refinement::Bytes), Refinement::Hex, true),
        makes("text.head", utf8(), Refinement::Line, true),
        makes("url.parse", text(Refinement::Line), Refinement::Url, true),
        makes("path.parse", text(Refinement::Line), Refinement::Path, true),
        makes("html.text", utf8(), Refinement::HtmlSafe, true),
        makes("table.parse", utf8(), Refinement::Table, false),
        pure("text.spell", one(text(Refinement::Utf8)), vec![output("text", utf8())]),
        pure("json.query", one(blob(Refinement::Json)), vec![output("text", utf8())]),
        pure(
            "table.column",
            vec![input("table", blob(Refinement::Table), Payload), column],
            vec![output("text", utf8())],
        ),
        pure("int.clamp", one(number()), vec![output("small", int(0, 100))]),
        pure("int.percent", one(int(0, 100)), vec![output("text", utf8())]),
        pure("int.positive", one(number()), vec![output("holds", Type::Bool)]),
        pure("bool.not", one(Type::Bool), vec![output("holds", Type::Bool)]),
        pure("list.count", one(list(file())), vec![output("count", number())]),
        pure(
            "list.choose",
            vec![input("files", list(file()), Payload), input("at", number(), Payload)],
            vec![output("file", file())],
        ),
        pure("list.concat", one(list(blob(Refinement::Bytes))), vec![output("data", blob(Refinement::Bytes))]),
        pure(
            "record.make",
            vec![input("name", text(Refinement::Utf8), Payload), input("size", number(), Payload)],
            vec![output("record", sized.clone())],
        ),
        pure("record.maybe", one(utf8()), vec![output("record", maybe)]),
        pure("record.name", one(named), vec![output("name", text(Refinement::Utf8))]),
        pure("record.size", one(sized), vec![output("size", number())]),
        pure("variant.make", one(utf8()), vec![output("value", variant(&cases[..2]))]),
        pure("variant.use", one(variant(&cases)), vec![output("text", utf8())]),
        pure("variant.count", one(variant(&cases[..1])), vec![output("count", number())]),
        independent("length.padded", Evidence::Proof),
        inflate,
    ]
}

/// Where data leaves, and what holds locks.
fn sinks() -> Vec<Descriptor> {
    use PortKind::{Authority, Payload};
    let bytes = || blob(Refinement::Bytes);
    let utf8 = || blob(Refinement::Utf8);
    let line = || text(Refinement::Line);
    let file = || handle(HandleKind::File);
    let payload = |name: &str, ty: Type| input(name, ty, Payload);
    let mut show = host("person.show", EffectKind::Show, vec![payload("data", bytes())], vec![]);
    show.effects[0].target = Target::None;
    let mut transfer = host(
        "files.move",
        EffectKind::FileMove,
        vec![input("from", file(), Authority), input("to", file(), Authority)],
        vec![output("file", file())],
    );
    transfer.effects.push(EffectUse { kind: EffectKind::FileCreate, target: Target::Input(PortIndex(1)) });
    // What is created is declared before what is read: the order of a descriptor's effects must not matter.
    let mut copy = host(
        "files.copy",
        EffectKind::FileCreate,
        vec![input("to", file(), Authority), input("from", file(), Authority)],
        vec![output("done", Type::Bool)],
    );
    copy.effects.push(EffectUse { kind: EffectKind::FileRead, target: Target::Input(PortIndex(1)) });
    let amount = input("amount", int(0, i64::MAX), Authority);
    vec![
        show,
        transfer,
        copy,
        host("files.mkdir", EffectKind::DirCreate, vec![input("at", handle(HandleKind::Directory), Authority)], vec![]),
        host(
            "net.lookup",
            EffectKind::NetConnect,
            vec![input("host", line(), Authority)],
            vec![output("address", utf8())],
        ),
        host(
            "mail.send",
            EffectKind::NetSend,
            vec![
                input("server", line(), Authority),
                input("recipient", line(), Authority),
                amount,
                payload("body", bytes()),
            ],
            vec![],
        ),
        host(
            "shell.run",
            EffectKind::Exec,
            vec![input("program", text(Refinement::Path), Authority), payload("argument", line())],
            vec![output("printed", bytes())],
        ),
        host(
            "model.classify",
            EffectKind::ModelQuarantine,
            vec![input("model", line(), Authority), payload("data", utf8())],
            vec![output("answer", utf8()), output("holds", Type::Bool)],
        ),
        locked("lock.first", vec![lock("index", 10, 1, 2)]),
        locked("lock.both", vec![lock("index", 10, 1, 2), lock("store", 20, 1, 1)]),
    ]
}

/// Every synthetic primitive.
#[must_use]
pub fn all() -> Vec<Descriptor> {
    let mut all = primitives();
    all.extend(sources());
    all.extend(transforms());
    all.extend(sinks());
    all
}
