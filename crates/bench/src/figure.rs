//! A measured figure beside its target and its baseline.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the figures are this program's outcome")]

use crate::sample::Samples;
use serde_json::json;
use std::error::Error;

/// How figures are printed.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    Text,
    Json,
}

/// What a figure must reach.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    AtMost(f64),
    AtLeast(f64),
    /// At most this many times the baseline.
    TimesAtMost(f64),
}

/// What the figure is compared with: measured in the same run, or the reason why not.
enum Baseline {
    Measured { name: String, value: f64 },
    Missing { name: String },
}

/// One figure.
pub(crate) struct Figure {
    name: String,
    unit: &'static str,
    samples: Samples,
    target: Option<Target>,
    baseline: Option<Baseline>,
}

impl Figure {
    pub(crate) fn new(name: impl Into<String>, unit: &'static str, samples: Samples) -> Self {
        Self { name: name.into(), unit, samples, target: None, baseline: None }
    }

    pub(crate) fn target(mut self, target: Target) -> Self {
        self.target = Some(target);
        self
    }

    /// Sets beside the figure what `name` took, or that it is not there to be measured.
    pub(crate) fn beside(mut self, name: impl Into<String>, samples: Option<&Samples>) -> Self {
        let name = name.into();
        self.baseline = Some(match samples {
            Some(samples) => Baseline::Measured { name, value: samples.median() },
            None => Baseline::Missing { name },
        });
        self
    }

    fn baseline_value(&self) -> Option<f64> {
        match self.baseline {
            Some(Baseline::Measured { value, .. }) => Some(value),
            _ => None,
        }
    }

    fn ratio(&self) -> Option<f64> {
        self.baseline_value().filter(|value| *value > 0.0).map(|value| self.samples.median() / value)
    }

    /// Whether the target is reached; `None` for information and where the baseline could not be measured.
    fn met(&self) -> Option<bool> {
        let value = self.samples.median();
        match self.target? {
            Target::AtMost(most) => Some(value <= most),
            Target::AtLeast(least) => Some(value >= least),
            Target::TimesAtMost(times) => self.ratio().map(|ratio| ratio <= times),
        }
    }

    fn target_text(&self) -> Option<String> {
        Some(match self.target? {
            Target::AtMost(most) => format!("<= {most} {}", self.unit),
            Target::AtLeast(least) => format!(">= {least} {}", self.unit),
            Target::TimesAtMost(times) => format!("<= {times} x baseline"),
        })
    }

    fn baseline_text(&self) -> Option<String> {
        Some(match self.baseline.as_ref()? {
            Baseline::Measured { name, .. } => name.clone(),
            Baseline::Missing { name } => format!("{name} (not usable here)"),
        })
    }

    pub(crate) fn print(&self, form: Form) {
        match form {
            Form::Json => println!("{}", self.json()),
            Form::Text => println!("{}", self.text()),
        }
    }

    fn json(&self) -> serde_json::Value {
        json!({
            "name": self.name,
            "value": rounded(self.samples.median()),
            "least": rounded(self.samples.least()),
            "runs": self.samples.len(),
            "unit": self.unit,
            "target": self.target_text(),
            "met": self.met(),
            "baseline": self.baseline_text(),
            "baseline_value": self.baseline_value().map(rounded),
            "ratio": self.ratio().map(rounded),
        })
    }

    fn text(&self) -> String {
        let verdict = match self.met() {
            Some(true) => "met",
            Some(false) => "MISSED",
            None => "-",
        };
        let mut line =
            format!("{verdict:6}  {:52} {:>12} {}", self.name, rounded(self.samples.median()).to_string(), self.unit);
        if let Some(target) = self.target_text() {
            line.push_str(&format!("  (target {target})"));
        }
        if let Some(baseline) = self.baseline_text() {
            line.push_str(&format!("  beside {baseline}"));
        }
        if let (Some(value), Some(ratio)) = (self.baseline_value(), self.ratio()) {
            line.push_str(&format!(": {}, ratio {}", rounded(value), rounded(ratio)));
        }
        line
    }
}

/// To three digits behind the point.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// Tells why there are no figures.
pub(crate) fn complain(error: &dyn Error) {
    eprintln!("telos-bench: {error}");
}

#[cfg(test)]
mod tests {
    use super::{Figure, Target};
    use crate::sample::Samples;

    fn figure(value: f64) -> Figure {
        Figure::new("f", "ms", Samples::one(value))
    }

    #[test]
    fn a_target_is_met_or_missed() {
        assert_eq!(figure(2.0).target(Target::AtMost(2.0)).met(), Some(true));
        assert_eq!(figure(2.1).target(Target::AtMost(2.0)).met(), Some(false));
        assert_eq!(figure(2.1).target(Target::AtLeast(3.0)).met(), Some(false));
        assert_eq!(figure(2.0).met(), None);
    }

    #[test]
    fn without_its_baseline_a_ratio_is_neither_met_nor_missed() {
        let figure = figure(2.0).target(Target::TimesAtMost(4.0)).beside("rg", None);
        assert_eq!(figure.met(), None);
        assert_eq!(figure.json()["baseline"], "rg (not usable here)");
    }

    #[test]
    fn a_ratio_is_taken_to_the_baseline_of_the_run() {
        let figure = figure(6.0).target(Target::TimesAtMost(4.0)).beside("wc", Some(&Samples::one(2.0)));
        assert_eq!((figure.met(), figure.ratio()), (Some(true), Some(3.0)));
        let json = figure.json();
        assert_eq!((json["baseline_value"].as_f64(), json["target"].as_str()), (Some(2.0), Some("<= 4 x baseline")));
    }
}
