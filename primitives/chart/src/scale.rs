//! The vertical axis: round steps that cover the data.

/// Steps wanted on the axis.
const STEPS: f64 = 5.0;

/// An axis from `low` to `high` with a line every `step`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    pub(crate) low: f64,
    pub(crate) high: f64,
    step: f64,
}

impl Scale {
    /// Covers every value and zero, so that lengths of bars compare as their values do.
    pub(crate) fn covering(values: impl Iterator<Item = f64>) -> Self {
        // A tenth of the largest double leaves room for the differences below.
        let most = f64::MAX / 10.0;
        let (low, high) = values
            .fold((0.0_f64, 0.0_f64), |(low, high), value| (low.min(value.max(-most)), high.max(value.min(most))));
        if low == high {
            return Self { low: 0.0, high: 1.0, step: 0.2 };
        }
        let step = round_up((high - low) / STEPS);
        let (low, high) = ((low / step).floor() * step, (high / step).ceil() * step);
        if step.is_normal() && low.is_finite() && high > low {
            Self { low, high, step }
        } else {
            Self { low: low.min(0.0), high: high.max(f64::MIN_POSITIVE), step: high.max(f64::MIN_POSITIVE) }
        }
    }

    /// The share of the axis below `value`, from 0 to 1.
    pub(crate) fn share(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// Where lines are drawn.
    pub(crate) fn lines(&self) -> Vec<f64> {
        let most = 2.0 * STEPS + 2.0;
        let count = ((self.high - self.low) / self.step).round().min(most);
        let mut lines = Vec::new();
        let mut number = 0.0;
        while number <= count {
            lines.push(self.low + number * self.step);
            number += 1.0;
        }
        lines
    }

    /// A line's value in as few digits as tell it apart from its neighbours.
    pub(crate) fn text(&self, value: f64) -> String {
        let magnitude = self.low.abs().max(self.high.abs());
        if !(1e-6..1e12).contains(&magnitude) {
            return format!("{:.2e}", value + 0.0);
        }
        let places = (-self.step.log10().floor()).clamp(0.0, 9.0);
        // The clamp keeps it within what a width may be.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 9")]
        let places = places as usize;
        let text = format!("{:.*}", places, value);
        if text.trim_start_matches(['-', '0', '.']).is_empty() { String::from("0") } else { text }
    }
}

/// The least of 1, 2, 5 times a power of ten that is at least `step`.
fn round_up(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * power >= step * 0.999_999).unwrap_or(10.0);
    factor * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_cover_zero() {
        let scale = Scale::covering([3.0, 97.0].into_iter());
        assert_eq!(scale, Scale { low: 0.0, high: 100.0, step: 20.0 });
        let texts: Vec<String> = scale.lines().into_iter().map(|line| scale.text(line)).collect();
        assert_eq!(texts, ["0", "20", "40", "60", "80", "100"]);
        let below = Scale::covering([-0.3, 0.1].into_iter());
        assert!(below.low <= -0.3 && below.high >= 0.1);
    }

    #[test]
    fn extremes_neither_overflow_nor_loop() {
        for values in [vec![], vec![0.0], vec![f64::MAX, -f64::MAX], vec![5e-324], vec![-1e-300], vec![1e300, 1.0]] {
            let scale = Scale::covering(values.iter().copied());
            assert!(scale.lines().len() < 20, "{values:?}");
            assert!(values.iter().all(|value| (0.0..=1.0).contains(&scale.share(*value))), "{values:?} {scale:?}");
        }
    }
}
