//! Samples of one quantity.

use crate::Result;
use std::time::{Duration, Instant};

/// At least one sample, in ascending order.
#[derive(Clone)]
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    pub(crate) fn one(value: f64) -> Self {
        Self(vec![value])
    }

    /// # Errors
    /// When there is none.
    pub(crate) fn new(mut values: Vec<f64>) -> Result<Self> {
        values.sort_by(f64::total_cmp);
        if values.is_empty() { Err("nothing was measured".into()) } else { Ok(Self(values)) }
    }

    pub(crate) fn median(&self) -> f64 {
        let middle = self.0.len() / 2;
        if self.0.len() % 2 == 1 { self.0[middle] } else { f64::midpoint(self.0[middle - 1], self.0[middle]) }
    }

    pub(crate) fn least(&self) -> f64 {
        self.0[0]
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// What is left of each sample without `baseline`'s median.
    pub(crate) fn over(&self, baseline: &Self) -> Self {
        Self(self.0.iter().map(|value| value - baseline.median()).collect())
    }
}

/// A duration in milliseconds.
pub(crate) fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// Least time of a batch that is measured: long enough for the clock not to matter, and short enough that what else the
/// machine does falls into some batches and not into the median.
const BATCH: Duration = Duration::from_millis(1);
const BATCHES: usize = 301;

/// Microseconds that `act` takes, each sample over a batch of repetitions.
///
/// # Errors
/// As `act` fails.
pub(crate) fn micros(mut act: impl FnMut() -> Result<()>) -> Result<Samples> {
    let mut repetitions = 1_u32;
    let mut batch = |repetitions: u32| -> Result<Duration> {
        let began = Instant::now();
        for _ in 0..repetitions {
            act()?;
        }
        Ok(began.elapsed())
    };
    // Warms up, and finds how many repetitions fill a batch.
    while batch(repetitions)? < BATCH {
        repetitions = repetitions.saturating_mul(2);
    }
    let samples = (0..BATCHES).map(|_| Ok(batch(repetitions)?.as_secs_f64() * 1e6 / f64::from(repetitions)));
    Samples::new(samples.collect::<Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use super::Samples;

    #[test]
    fn the_median_is_the_middle_or_between_the_two_in_the_middle() {
        let samples = Samples::new(vec![3.0, 1.0, 2.0]).expect("three");
        assert_eq!((samples.median(), samples.least()), (2.0, 1.0));
        assert_eq!(Samples::new(vec![4.0, 1.0, 2.0, 3.0]).expect("four").median(), 2.5);
        assert!(Samples::new(vec![]).is_err());
    }

    #[test]
    fn what_a_baseline_takes_is_taken_off() {
        assert_eq!(Samples::one(5.0).over(&Samples::one(2.0)).median(), 3.0);
    }
}
