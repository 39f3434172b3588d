//! The validator and the decision function.

use crate::Result;
use crate::figure::{Figure, Target};
use crate::place::Place;
use crate::sample::{Samples, micros};
use std::hint::black_box;
use telos_abi::{ByteText, Effect, EffectKind, Facts, Label, Resource, Taint, Timestamp};
use telos_graph::Graph;
use telos_graph::testing::{World, from, said};
use telos_policy::{Policy, PolicyPlaces, Request, Subject, decide, default_grant};

/// How much dearer a node of the largest graph may be than one of a thousand: caches are left behind, no more.
const LINEAR_TIMES: f64 = 2.0;

pub(crate) fn figures(_: &Place) -> Result<Vec<Figure>> {
    let world = World::default();
    let [small, middle, large] = [16, 1_000, 10_000].map(|nodes| validation(&world, nodes));
    let each = |samples: Samples, nodes: f64| Samples::one(samples.median() / nodes);
    let (middle, large) = (each(middle?, 1e3), each(large?, 1e4));
    Ok(vec![
        Figure::new("validate 16 nodes", "us", small?).target(Target::AtMost(100.0)),
        Figure::new("validate 10,000 nodes, each node", "us", large)
            .target(Target::TimesAtMost(LINEAR_TIMES))
            .beside("each of 1,000", Some(&middle)),
        Figure::new("decide", "us", decision()?).target(Target::AtMost(1.0)),
    ])
}

/// A read, a chain of searches, a write.
fn chain(world: &World, nodes: usize) -> Graph {
    let mut builder = world.build();
    let read = builder.node("files.read", vec![said("a.txt")]);
    let mut last = builder.node("text.decode", vec![from(read, 0)]);
    for _ in 3..nodes {
        last = builder.node("text.search", vec![from(last, 0), said("ERROR")]);
    }
    builder.node("files.write", vec![said("out.txt"), from(last, 0)]);
    builder.graph()
}

fn validation(world: &World, nodes: usize) -> Result<Samples> {
    let graph = chain(world, nodes);
    micros(|| {
        black_box(world.validate(black_box(&graph)))?;
        Ok(())
    })
}

/// A plan that creates a file, under the built-in policy.
fn decision() -> Result<Samples> {
    let policy = Policy::new(&PolicyPlaces {
        homes: vec!["/home/ann".into()],
        own: vec!["/home/ann/.local/state/telos".into()],
    });
    let directory = ByteText::from("/home/ann/projects/report");
    let grant = default_grant(&directory, &[]);
    let effect = Effect {
        kind: EffectKind::FileCreate,
        resource: Resource::Path("/home/ann/projects/report/out/2026/summary.csv".into()),
    };
    let subject = Subject::Plan {
        authority: Label::BOTTOM,
        payload: Label::tainted(Taint::FILE_CONTENT),
        control: Label::BOTTOM,
        history: Label::tainted(Taint::FILE_CONTENT),
    };
    let request = Request { effect: &effect, subject, facts: Facts::default() };
    micros(|| {
        let _ = black_box(decide(&policy, &grant, black_box(&request), Timestamp(1)));
        Ok(())
    })
}
