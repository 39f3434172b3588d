//! T9: validator and checker agree.

use crate::case::Case;
use crate::checker::{Opinion, check};
use std::collections::BTreeSet;
use telos_abi::Rule;

/// How the two verdicts on one case relate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// Both accept.
    Accepted,
    /// Both object, and the checker knows the rule that the validator names: refuses by, or, for R12, asks under.
    Refused(Rule),
    /// The validator refuses by a rule that is not among R2–R13, so the checker need not agree.
    Outside(Rule),
    /// They differ. What each said.
    Differ {
        /// The validator.
        validator: Option<String>,
        /// The checker.
        checker: Opinion,
    },
}

impl Agreement {
    /// One word for counting: "accepted", the rule, "outside" and the rule, or "differ".
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Accepted => "accepted".into(),
            Self::Refused(rule) => rule.to_string(),
            Self::Outside(rule) => format!("outside {rule}"),
            Self::Differ { .. } => "differ".into(),
        }
    }
}

/// Asks both about the graph of a case.
#[must_use]
pub fn compare(case: &Case) -> Agreement {
    let context = case.world.context();
    let verdict = telos_graph::validate(case.graph.clone(), &context);
    let opinion = check(&case.graph, &context);
    let broken = opinion.broken();
    match &verdict {
        Ok(plan) if plan.asks().is_none() && opinion == Opinion::Holds => Agreement::Accepted,
        Ok(plan) if plan.asks().is_some() && broken == BTreeSet::from([Rule::R12]) => Agreement::Refused(Rule::R12),
        Err(violation) if broken.contains(&violation.rule) => Agreement::Refused(violation.rule),
        Err(violation) if opinion == Opinion::Silent || !(Rule::R2..=Rule::R13).contains(&violation.rule) => {
            Agreement::Outside(violation.rule)
        }
        _ => Agreement::Differ { validator: verdict.err().map(|violation| violation.to_string()), checker: opinion },
    }
}
