//! Runs many attacks and counts what became of them.

use crate::case::Case;
use crate::dice::Dice;
use crate::families::{FAMILIES, Family};
use crate::parents::parent;
use core::fmt;
use telos_abi::Rule;

/// A parent serves this many mutants before the next is grown.
const MUTANTS_PER_PARENT: usize = 16;
/// Most failures that a report keeps in full.
const KEPT_MAX: usize = 32;

/// What became of one family's mutants. A mutant of several families counts for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FamilyCount {
    /// Mutants with this family.
    pub planted: usize,
    /// Of these, with no other family.
    pub alone: usize,
    /// Refused with this family's own code, or for R12 held until a person is asked under it.
    pub refused: usize,
}

/// A mutant that went wrong, with all that is needed to make it again: [`mutant`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Seed of the parent.
    pub parent: u64,
    /// Seed of the mutant.
    pub seed: u64,
    /// Numbers of the planted families, with the codes that were expected.
    pub planted: Vec<(u8, Rule)>,
    /// What the validator said instead; `None` if the mutant would simply run.
    pub said: Option<String>,
}

/// The outcome of a run of attacks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttackReport {
    /// Parents grown.
    pub parents: usize,
    /// Nodes of all parents.
    pub parent_nodes: usize,
    /// Parents that were refused: attacks on them would prove nothing.
    pub parents_refused: usize,
    /// The first of them, by seed with the violation.
    pub refusals: Vec<(u64, String)>,
    /// Mutants judged.
    pub mutants: usize,
    /// Mutants by number of planted families, from one.
    pub by_depth: [usize; 3],
    /// By family, in the order of [`FAMILIES`].
    pub families: Vec<FamilyCount>,
    /// Mutants that would run without anybody being asked.
    pub escaped: usize,
    /// Mutants that were refused with the code of no planted family.
    pub wrong_code: usize,
    /// The first failures of either sort.
    pub failures: Vec<Failure>,
}

impl AttackReport {
    /// Whether every parent was accepted, and every mutant refused with the code of a planted family.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.parents_refused == 0 && self.escaped == 0 && self.wrong_code == 0
    }
}

impl fmt::Display for AttackReport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (family, count) in FAMILIES.iter().zip(&self.families) {
            let rules: Vec<String> = family.rules.iter().map(ToString::to_string).collect();
            let FamilyCount { planted, alone, refused } = count;
            let (number, rules, name) = (family.number, rules.join(" "), family.name);
            writeln!(out, "{number:>2}  {rules:<9} {planted:>7} {alone:>7} {refused:>7}  {name}")?;
        }
        let [one, two, three] = self.by_depth;
        let (parents, refused) = (self.parents, self.parents_refused);
        writeln!(out, "{parents} parents ({} nodes), {refused} refused", self.parent_nodes)?;
        writeln!(out, "{} mutants: {one} of one family, {two} of two, {three} of three", self.mutants)?;
        writeln!(out, "{} escaped, {} refused with another code", self.escaped, self.wrong_code)?;
        for (seed, violation) in &self.refusals {
            writeln!(out, "parent {seed}: {violation}")?;
        }
        for failure in &self.failures {
            let said = failure.said.as_deref().unwrap_or("accepted");
            writeln!(out, "parent {} mutant {} {:?}: {said}", failure.parent, failure.seed, failure.planted)?;
        }
        Ok(())
    }
}

/// Plants one to three families, chosen by the seed, in a copy of the parent. Gives the case with the families and
/// their codes.
#[must_use]
pub fn mutant(parent: &Case, seed: u64) -> (Case, Vec<(Family, Rule)>) {
    let mut dice = Dice::new(seed);
    let depth = 1 + dice.below(3);
    let mut chosen: Vec<usize> = Vec::with_capacity(depth);
    while chosen.len() < depth {
        let next = dice.below(FAMILIES.len());
        if !chosen.contains(&next) {
            chosen.push(next);
        }
    }
    let families: Vec<Family> = chosen.into_iter().map(|number| FAMILIES[number]).collect();
    plant(parent, &families, &mut dice)
}

/// Plants these families in a copy of the parent and renumbers the nodes.
#[must_use]
pub fn plant(parent: &Case, families: &[Family], dice: &mut Dice) -> (Case, Vec<(Family, Rule)>) {
    let mut case = parent.clone();
    let mut families = families.to_vec();
    // A seal is taken of something acceptable, so those who break seals go first.
    families.sort_by_key(|family| !family.rules.contains(&Rule::R20));
    let planted = families.into_iter().map(|family| (family, (family.plant)(&mut case, dice))).collect();
    case.renumber(dice);
    (case, planted)
}

/// Grows parents and judges that many mutants of them. Deterministic.
#[must_use]
pub fn run_attacks(mutants: usize, seed: u64) -> AttackReport {
    let mut report = AttackReport { families: vec![FamilyCount::default(); FAMILIES.len()], ..AttackReport::default() };
    let mut seeds = Dice::new(seed);
    while report.mutants < mutants {
        let parent_seed = seeds.word();
        let ground = parent(parent_seed);
        report.parents += 1;
        report.parent_nodes += ground.graph.nodes.len();
        if let Some((_, said)) = ground.stopped() {
            report.parents_refused += 1;
            if report.refusals.len() < KEPT_MAX {
                report.refusals.push((parent_seed, said));
            }
        }
        for _ in 0..MUTANTS_PER_PARENT.min(mutants - report.mutants) {
            let seed = seeds.word();
            let (case, planted) = mutant(&ground, seed);
            report.count(&case, (parent_seed, seed), &planted);
        }
    }
    report
}

impl AttackReport {
    fn count(&mut self, case: &Case, (parent, seed): (u64, u64), planted: &[(Family, Rule)]) {
        self.mutants += 1;
        self.by_depth[planted.len() - 1] += 1;
        let stopped = case.stopped();
        let code = stopped.as_ref().map(|(rule, _)| *rule);
        for (family, rule) in planted {
            let count = &mut self.families[usize::from(family.number) - 1];
            count.planted += 1;
            count.alone += usize::from(planted.len() == 1);
            count.refused += usize::from(code == Some(*rule));
        }
        let expected = planted.iter().any(|(_, rule)| code == Some(*rule));
        self.escaped += usize::from(code.is_none());
        self.wrong_code += usize::from(code.is_some() && !expected);
        if !expected && self.failures.len() < KEPT_MAX {
            let planted = planted.iter().map(|(family, rule)| (family.number, *rule)).collect();
            let said = stopped.map(|(_, said)| said);
            self.failures.push(Failure { parent, seed, planted, said });
        }
    }
}
