//! Middle and spread of a list of numbers, and how much neighbours resemble each other.

use crate::sorted::sort_by;

/// The median; `None` of nothing.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sort_by(&mut sorted, f64::total_cmp);
    median_of_sorted(&sorted)
}

/// The median of numbers that ascend.
pub(super) fn median_of_sorted(sorted: &[f64]) -> Option<f64> {
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = *sorted.get((sorted.len() - 1) / 2)?;
    Some((lower + upper) / 2.0)
}

/// Median distance from the median.
#[must_use]
pub fn median_deviation(values: &[f64]) -> Option<f64> {
    let middle = median(values)?;
    median(&values.iter().map(|value| (value - middle).abs()).collect::<Vec<_>>())
}

#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Mean and variance with n − 1; `None` below two values.
#[must_use]
pub fn mean_and_variance(values: &[f64]) -> Option<(f64, f64)> {
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (values.len() >= 2).then(|| (mean, squares / (values.len() as f64 - 1.0)))
}

/// Correlation of each value with the one before it, from −1 to 1; 0 where nothing varies.
#[must_use]
pub fn lag_one(values: &[f64]) -> f64 {
    let Some(mean) = mean(values) else { return 0.0 };
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let products: f64 = values.iter().zip(values.iter().skip(1)).map(|(a, b)| (a - mean) * (b - mean)).sum();
    if squares > 0.0 { (products / squares).clamp(-1.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_a_few_numbers() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!((median(&[]), mean(&[]), mean_and_variance(&[1.0])), (None, None, None));
        // Handbook V10: median .44, MAD .02.
        let replicas = [0.42, 0.45, 0.40, 0.44, 1.9];
        assert_eq!(median(&replicas), Some(0.44));
        assert!((median_deviation(&replicas).expect("five values") - 0.02).abs() < 1e-12);
    }

    #[test]
    fn neighbours_that_resemble_each_other_correlate() {
        assert_eq!(lag_one(&[5.0, 5.0, 5.0]), 0.0);
        assert!(lag_one(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]) > 0.5);
        assert!(lag_one(&[1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0]) < -0.5);
    }
}
