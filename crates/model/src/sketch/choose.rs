//! Which of the graphs that the translator may mean it is.

use super::Statement;
use super::alike;
use super::propose::ASKED;
use crate::turn::{Proposed, Trial, Tried};
use telos_graph::Graph;

/// Share from which on the likeliest graph is not tried before it is carried out.
const CERTAIN: f32 = 0.9;
/// Most of the likelihood that is left out of account because what it stands for is impossible here.
const IMPOSSIBLE_MAX: f32 = 0.7;
/// What is left of the share of a graph that finds nothing: mostly it was read wrongly.
const FINDS_NOTHING: f32 = 0.25;

/// A graph that the translator may mean.
pub(super) struct Candidate {
    pub(super) proposed: Proposed,
    /// Its graph without who chose the constants.
    pub(super) bare: Graph,
    /// What it has in common with others that come to the same.
    pub(super) essence: Vec<Statement>,
    /// The words that its slots take.
    pub(super) words: Vec<String>,
    /// Whether its file was found by what is said of its content.
    pub(super) evident: bool,
    /// What it comes to, where that was tried.
    pub(super) tried: Option<Tried>,
}

/// The candidates that stand a trial, with what they come to, and the share of what is impossible. Nothing is tried where one is
/// all but certain.
pub(super) fn tried(
    mut candidates: Vec<Candidate>,
    mut impossible: f32,
    trial: Option<&Trial<'_>>,
) -> (Vec<Candidate>, f32) {
    let Some(trial) = trial else { return (candidates, impossible) };
    let most = shares(&candidates).into_iter().fold(0.0, f32::max);
    if candidates.is_empty() || certainty(most, impossible) >= CERTAIN {
        return (candidates, impossible);
    }
    for candidate in &mut candidates {
        candidate.tried = trial(&candidate.proposed.graph);
    }
    candidates.retain(|candidate| {
        let failed = candidate.tried == Some(Tried::Failed);
        if failed {
            impossible += candidate.proposed.confidence;
        }
        !failed
    });
    for candidate in &mut candidates {
        if matches!(candidate.tried, Some(Tried::Given { nothing: true, .. })) {
            candidate.proposed.confidence *= FINDS_NOTHING;
        }
    }
    (candidates, impossible)
}

/// The likeliest graph of those that together are the likeliest to be meant; its confidence is theirs, given that what is
/// impossible here is not meant.
pub(super) fn likeliest(candidates: Vec<Candidate>, impossible: f32) -> Option<Box<Proposed>> {
    let shares = shares(&candidates);
    let mut best: Option<(f32, Proposed)> = None;
    // Candidates come likeliest first, so that of equals the likeliest is kept.
    for (candidate, share) in candidates.into_iter().zip(shares) {
        if best.as_ref().is_none_or(|(most, _)| share > *most + 1e-4) {
            best = Some((share, candidate.proposed));
        }
    }
    let (share, mut proposed) = best.filter(|(share, _)| *share >= ASKED)?;
    proposed.confidence = certainty(share, impossible);
    Some(Box::new(proposed))
}

/// For each candidate, the share of all that come to the same.
fn shares(candidates: &[Candidate]) -> Vec<f32> {
    let together = |one: &Candidate| {
        let (loose, anywhere) = alike::without_columns(&one.essence);
        let same = candidates.iter().filter(|other| {
            let (like, everywhere) = alike::without_columns(&other.essence);
            let gives = one.tried.is_some() && one.tried == other.tried;
            gives || other.essence == one.essence || other.bare == one.bare || (anywhere || everywhere) && loose == like
        });
        same.map(|other| other.proposed.confidence).sum::<f32>()
    };
    candidates.iter().map(together).collect()
}

/// A share of the likelihood, given that what is impossible here is not meant.
fn certainty(share: f32, impossible: f32) -> f32 {
    (share / (1.0 - impossible.min(IMPOSSIBLE_MAX))).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use telos_abi::{CapabilityId, Digest};
    use telos_graph::Node;

    /// A candidate whose graph has as many nodes as it has a number.
    fn candidate(number: usize, share: f32) -> Candidate {
        let node = Node {
            capability: CapabilityId(Digest::ZERO),
            inputs: Vec::new(),
            each: None,
            guard: None,
            after: Vec::new(),
        };
        let graph = Graph { nodes: vec![node; number], outputs: Vec::new() };
        let essence =
            vec![Statement { only: None, sources: vec![super::super::Source::Result(number)], steps: Vec::new() }];
        let proposed = Proposed { graph: graph.clone(), confidence: share, readings: Vec::new(), outputs: Vec::new() };
        Candidate { proposed, bare: graph, essence, words: Vec::new(), evident: false, tried: None }
    }

    /// The number and the certainty of the likeliest, where each number comes to what `tried` says.
    fn chosen(shares: &[f32], comes_to: &dyn Fn(usize) -> Option<Tried>) -> Option<(usize, f32)> {
        let candidates = shares.iter().enumerate().map(|(at, share)| candidate(at + 1, *share)).collect();
        let trial = |graph: &Graph| comes_to(graph.nodes.len());
        let (candidates, impossible) = tried(candidates, 0.0, Some(&trial));
        likeliest(candidates, impossible).map(|proposed| (proposed.graph.nodes.len(), proposed.confidence))
    }

    fn given(what: u8, nothing: bool) -> Option<Tried> {
        Some(Tried::Given { what: Digest([what; 32]), nothing })
    }

    fn near(one: f32, other: f32) -> bool {
        (one - other).abs() < 1e-3
    }

    #[test]
    fn what_comes_to_the_same_counts_together() {
        let (number, certainty) =
            chosen(&[0.4, 0.3, 0.25], &|number| given(if number == 1 { 1 } else { 2 }, false)).unwrap();
        assert!(number == 2 && near(certainty, 0.55), "{number} {certainty}");
        let (number, certainty) = chosen(&[0.4, 0.3, 0.25], &|_| None).unwrap();
        assert!(number == 1 && near(certainty, 0.4), "{number} {certainty}");
    }

    #[test]
    fn what_fails_here_is_not_meant() {
        let comes_to = |number: usize| if number == 1 { Some(Tried::Failed) } else { given(2, false) };
        let (number, certainty) = chosen(&[0.6, 0.3], &comes_to).unwrap();
        assert!(number == 2 && near(certainty, 0.75), "{number} {certainty}");
    }

    #[test]
    fn what_finds_nothing_is_seldom_meant() {
        let (number, _) = chosen(&[0.6, 0.3], &|number| given(1, number == 1)).unwrap();
        assert_eq!(number, 2);
        let (_, certainty) = chosen(&[0.8, 0.1], &|number| given(u8::try_from(number).unwrap(), true)).unwrap();
        assert!(near(certainty, 0.2), "{certainty}");
    }

    #[test]
    fn what_is_all_but_certain_is_not_tried() {
        let tries = std::cell::Cell::new(0);
        let comes_to = |_: usize| {
            tries.set(tries.get() + 1);
            Some(Tried::Failed)
        };
        assert_eq!(chosen(&[0.95, 0.02], &comes_to).map(|(number, _)| number), Some(1));
        assert_eq!(tries.get(), 0);
    }
}
