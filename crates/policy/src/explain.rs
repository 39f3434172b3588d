//! Every rule that was considered for one effect, in order, and the answer.

use crate::decide::Request;
use crate::evaluate::{Case, STAGES};
use crate::policy::Policy;
use crate::reason::{cause, reason, rule_sentence};
use crate::table::verdict_name;
use core::fmt;
use telos_abi::{Effect, Grant, Rule, Verdict};

/// One rule that was considered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What was looked at ("protected places").
    pub stage: &'static str,
    /// The rule that spoke, or would have.
    pub rule: Rule,
    /// Its verdict; Permit means that it has nothing against the effect.
    pub verdict: Verdict,
    /// Why.
    pub why: String,
}

/// Why an effect gets its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The effect.
    pub effect: Effect,
    /// Every stage, in order, also those after the one that settled it.
    pub steps: Vec<Step>,
    /// The answer that [`crate::decide()`] gives.
    pub verdict: Verdict,
    /// The rule that gives it.
    pub rule: Rule,
    /// What, why, and the way out.
    pub reason: String,
}

/// Explains what [`crate::decide()`] answers. Same inputs, same verdict and rule: both fold the same stages.
#[must_use]
pub fn explain(policy: &Policy, grant: &Grant, request: &Request<'_>) -> Explanation {
    let case = Case::new(policy, grant, request);
    let answer = crate::decide::fold(&case);
    let steps = STAGES.iter().map(|(stage, look)| {
        let found = look(&case);
        Step { stage, rule: found.rule, verdict: found.verdict, why: cause(&case, &found) }
    });
    let reason = match answer.verdict {
        Verdict::Permit => {
            let (kind, resource) = (case.row.name, &request.effect.resource);
            let cause = cause(&case, &answer);
            format!("{kind} {resource} is permitted: {cause}. {}", rule_sentence(answer.rule))
        }
        Verdict::Ask | Verdict::Refuse => reason(&case, &answer),
    };
    Explanation {
        effect: request.effect.clone(),
        steps: steps.collect(),
        verdict: answer.verdict,
        rule: answer.rule,
        reason,
    }
}

impl fmt::Display for Explanation {
    /// One line a stage, then the answer.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            let verdict = verdict_name(step.verdict);
            writeln!(out, "{verdict:<7} {:<4} {}: {}", step.rule.to_string(), step.stage, step.why)?;
        }
        write!(out, "{}", self.reason)
    }
}
