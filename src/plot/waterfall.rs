//! From 100 points down to the score.

use crate::report::Deduction;

/// One row of the waterfall.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Score before and after this row, 0–100.
    pub from: f64,
    pub to: f64,
    /// A cap allows at most `to`; it takes nothing away when the score was below it already.
    pub cap: bool,
}

/// The rows of the deductions in their order.
#[must_use]
pub fn waterfall(deductions: &[Deduction]) -> Vec<Step> {
    let mut score: f64 = 100.0;
    deductions
        .iter()
        .map(|deduction| {
            let from = score;
            let cap = deduction.kind == "cap";
            let points = if deduction.points.is_finite() { deduction.points } else { 0.0 };
            score = if cap { score.min(points) } else { score - points }.clamp(0.0, 100.0);
            Step { from, to: score, cap }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deduction(points: f64, kind: &str) -> Deduction {
        Deduction { reason: String::new(), points, kind: kind.into(), rule: None }
    }

    #[test]
    fn deductions_add_up_and_caps_cut_off() {
        // 98 % over the TTFT target takes 40 points, a confirmed critical allows 49 at most.
        let steps = waterfall(&[deduction(40.0, "latency"), deduction(49.0, "cap"), deduction(74.0, "cap")]);
        assert_eq!(steps.iter().map(|step| step.to).collect::<Vec<_>>(), [60.0, 49.0, 49.0]);
        assert_eq!(steps[2].from, steps[2].to);
    }

    #[test]
    fn the_score_never_leaves_its_range() {
        assert_eq!(waterfall(&[deduction(70.0, "finding"), deduction(70.0, "finding")])[1].to, 0.0);
        assert_eq!(waterfall(&[deduction(f64::NAN, "slo")])[0].to, 100.0);
    }
}
