//! The checker's own tables and types: what effects mean, what is a subtype of what, and what a constant may be.

use telos_abi::{EffectKind, HandleKind, Refinement, Type, Usage, Value};

/// What may go wrong with an effect, in the words of the research: who may see it, and who may have chosen it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Nature {
    /// Its data goes where labels are not kept.
    pub(super) leaves: bool,
    /// That it happens, and on what, can be seen by others.
    pub(super) seen: bool,
    /// What it carries is obeyed.
    pub(super) obeyed: bool,
    /// File names may choose its target: it stays in granted directories.
    pub(super) names: bool,
    /// The person's own terminal.
    pub(super) person: bool,
    /// It changes files.
    pub(super) writes: bool,
    /// It brings in what its target holds.
    pub(super) reads: bool,
    /// It acts on paths.
    pub(super) file: bool,
    /// The origin that it taints with.
    pub(super) taint: u64,
}

const NOTHING: Nature = Nature {
    leaves: false,
    seen: false,
    obeyed: false,
    names: false,
    person: false,
    writes: false,
    reads: false,
    file: false,
    taint: 0,
};

pub(super) const fn nature(kind: EffectKind) -> Nature {
    const INSIDE: Nature = Nature { names: true, file: true, ..NOTHING };
    const WRITE: Nature = Nature { seen: true, writes: true, ..INSIDE };
    const AWAY: Nature = Nature { leaves: true, seen: true, ..NOTHING };
    const NET: Nature = Nature { reads: true, taint: 1 << 2, ..AWAY };
    match kind {
        EffectKind::FileRead => Nature { reads: true, taint: 1, ..INSIDE },
        EffectKind::FileList => Nature { reads: true, taint: 1 << 1, ..INSIDE },
        EffectKind::Clock | EffectKind::Random => Nature { file: false, ..INSIDE },
        EffectKind::CellRead => Nature { reads: true, file: false, ..INSIDE },
        EffectKind::CellWrite => Nature { file: false, ..WRITE },
        EffectKind::FileMove => Nature { reads: true, ..WRITE },
        EffectKind::FileCreate
        | EffectKind::FileOverwrite
        | EffectKind::FileDelete
        | EffectKind::DirCreate
        | EffectKind::LinkCreate
        | EffectKind::FileMeta => WRITE,
        EffectKind::NetConnect | EffectKind::NetGet | EffectKind::NetSend => NET,
        EffectKind::NetListen => Nature { reads: false, ..NET },
        EffectKind::Exec => Nature { reads: true, taint: 1 << 6, ..AWAY },
        EffectKind::Privileged => Nature { taint: 1 << 6, ..AWAY },
        EffectKind::Signal => AWAY,
        EffectKind::ModelQuarantine => Nature { taint: 1 << 4, ..AWAY },
        EffectKind::ModelIntent => Nature { obeyed: true, taint: 1 << 3, ..AWAY },
        EffectKind::Show => Nature { person: true, ..NOTHING },
    }
}

/// Everything that `known` says of bytes, by walking up the declared order.
pub(super) fn says(known: Refinement, wanted: Refinement) -> bool {
    let mut now = known;
    loop {
        if now == wanted {
            return true;
        }
        now = match now {
            Refinement::Bytes => return false,
            Refinement::Utf8 | Refinement::Path | Refinement::Image | Refinement::Bundle => Refinement::Bytes,
            Refinement::Column | Refinement::Hex | Refinement::Url => Refinement::Line,
            Refinement::Line
            | Refinement::Json
            | Refinement::Table
            | Refinement::Svg
            | Refinement::HtmlSafe
            | Refinement::Regex
            | Refinement::JsonQuery
            | Refinement::Html
            | Refinement::Markdown
            | Refinement::Xml
            | Refinement::Yaml
            | Refinement::Toml => Refinement::Utf8,
        };
    }
}

/// Whether all of `gives` may go where `takes` is asked for: every obligation of a worklist is met.
pub(super) fn goes(gives: &Type, takes: &Type) -> bool {
    let mut owed = vec![(gives, takes)];
    while let Some(pair) = owed.pop() {
        let met = match pair {
            (Type::Bool, Type::Bool) | (Type::Float, Type::Float) => true,
            (Type::Int { min: a, max: b }, Type::Int { min: c, max: d }) => c <= a && a <= b && b <= d,
            (Type::Text { refinement: a, max: n }, Type::Text { refinement: b, max: m }) => {
                n <= m && (*b == Refinement::Utf8 || says(*a, *b))
            }
            (Type::Blob { refinement: a, max: n }, Type::Blob { refinement: b, max: m }) => n <= m && says(*a, *b),
            (Type::List { item: a, max: n }, Type::List { item: b, max: m }) => {
                owed.push((a, b));
                n <= m
            }
            (Type::Stream { item: a, rate: r, max: n }, Type::Stream { item: b, rate: s, max: m }) => {
                owed.push((a, b));
                r == s && n <= m
            }
            (Type::Record(a), Type::Record(b)) => b.iter().all(|(name, want)| {
                a.get(name).is_some_and(|have| {
                    owed.push((&have.ty, &want.ty));
                    want.optional || !have.optional
                })
            }),
            (Type::Variant(a), Type::Variant(b)) => a.iter().all(|(name, case)| {
                b.get(name).is_some_and(|taken| {
                    owed.push((case, taken));
                    true
                })
            }),
            (Type::Handle { kind: a, usage: x }, Type::Handle { kind: b, usage: y }) => a == b && x == y,
            _ => false,
        };
        if !met {
            return false;
        }
    }
    true
}

/// Every type in a type.
pub(super) fn parts(ty: &Type) -> Vec<&Type> {
    let mut all = vec![ty];
    let mut next = 0;
    while let Some(ty) = all.get(next).copied() {
        next += 1;
        match ty {
            Type::List { item, .. } | Type::Stream { item, .. } => all.push(item),
            Type::Record(fields) => all.extend(fields.values().map(|field| &field.ty)),
            Type::Variant(cases) => all.extend(cases.values()),
            _ => {}
        }
    }
    all
}

/// Whether a constant is a value of the type, as far as it can be told without running a primitive.
pub(super) fn is_of(value: &Value, ty: &Type) -> bool {
    let mut owed = vec![(value, ty)];
    while let Some(pair) = owed.pop() {
        let met = match pair {
            (Value::Bool(_), Type::Bool) => true,
            (Value::Float(number), Type::Float) => !number.is_nan(),
            (Value::Int(number), Type::Int { min, max }) => (*min..=*max).contains(number),
            (Value::Text(text), Type::Text { refinement, max } | Type::Blob { refinement, max }) => {
                text.len() as u64 <= *max && holds(text.as_bytes(), *refinement)
            }
            (Value::Bytes(bytes), Type::Blob { refinement, max }) => {
                bytes.0.len() as u64 <= *max && holds(&bytes.0, *refinement)
            }
            (Value::List(items), Type::List { item, max }) => {
                owed.extend(items.iter().map(|value| (value, &**item)));
                items.len() as u64 <= u64::from(*max)
            }
            (Value::Record(values), Type::Record(fields)) => {
                owed.extend(values.iter().filter_map(|(name, value)| Some((value, &fields.get(name)?.ty))));
                values.keys().all(|name| fields.contains_key(name))
                    && fields.iter().all(|(name, field)| field.optional || values.contains_key(name))
            }
            (Value::Variant(name, inner), Type::Variant(cases)) => {
                owed.extend(cases.get(name).map(|case| (&**inner, case)));
                cases.contains_key(name)
            }
            (Value::Text(text), Type::Handle { kind, .. }) => match kind {
                HandleKind::File | HandleKind::Directory => holds(text.as_bytes(), Refinement::Path),
                HandleKind::Endpoint => super::places::host(text).is_some(),
            },
            _ => false,
        };
        if !met {
            return false;
        }
    }
    true
}

fn holds(bytes: &[u8], refinement: Refinement) -> bool {
    let text = core::str::from_utf8(bytes);
    let is = |test: fn(&str) -> bool| text.is_ok_and(test);
    match refinement {
        Refinement::Bytes => true,
        Refinement::Utf8 => text.is_ok(),
        Refinement::Line => is(|text| text.lines().count() <= 1 && !text.ends_with('\n')),
        Refinement::Column => is(|text| !text.is_empty() && !text.contains('\n')),
        Refinement::Path => !bytes.is_empty() && !bytes.contains(&0) && bytes.len() < 4_096,
        Refinement::Regex | Refinement::JsonQuery => is(|text| !text.is_empty()),
        Refinement::Hex => is(|text| text.chars().all(|digit| digit.is_ascii_hexdigit() && !digit.is_uppercase())),
        Refinement::HtmlSafe => is(|text| !text.chars().any(|letter| "<>&\"'".contains(letter))),
        Refinement::Url => is(|text| text.contains("://") && super::places::host(text).is_some()),
        Refinement::Json
        | Refinement::Table
        | Refinement::Svg
        | Refinement::Html
        | Refinement::Markdown
        | Refinement::Xml
        | Refinement::Yaml
        | Refinement::Toml
        | Refinement::Image
        | Refinement::Bundle => false,
    }
}

/// Whether a type counts its uses, flows at a rate or has no values: other rules than R2–R13 speak of the first two.
pub(super) fn is_empty(ty: &Type) -> bool {
    parts(ty).into_iter().any(|part| match part {
        Type::Int { min, max } => min > max,
        Type::Variant(cases) => cases.is_empty(),
        _ => false,
    })
}

/// Whether values of the type can hold a handle.
pub(super) fn has_handle(ty: &Type) -> bool {
    parts(ty).into_iter().any(|part| matches!(part, Type::Handle { .. }))
}

/// The taint that an authority port of this type may take.
pub(super) fn choosable(ty: &Type) -> u64 {
    const NAMES: u64 = 1 << 1 | 1 << 7;
    let (item, listed) = match ty {
        Type::List { item, .. } => (&**item, true),
        other => (other, false),
    };
    match item {
        Type::Handle { usage: Usage::Linear | Usage::Affine | Usage::Many, .. } => NAMES,
        Type::Text { refinement: Refinement::Path, .. } if !listed => NAMES,
        Type::Text { refinement: Refinement::Column, .. } => 1 << 7,
        _ => 0,
    }
}
