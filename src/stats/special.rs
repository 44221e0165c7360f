//! Special functions in double precision, enough for intervals of counts and shares.

/// Probability that a standard normal variable is at most `z`.
#[must_use]
pub fn normal_cdf(z: f64) -> f64 {
    if z.is_nan() {
        return f64::NAN;
    }
    let tail = if z.is_infinite() { 0.0 } else { 0.5 * gamma_q(0.5, z * z / 2.0) };
    if z >= 0.0 { 1.0 - tail } else { tail }
}

/// Probability that a Student-t variable with so many degrees of freedom is at least `t` away from zero.
#[must_use]
pub(super) fn student_two_sided(t: f64, freedom: f64) -> f64 {
    beta(freedom / 2.0, 0.5, freedom / (freedom + t * t))
}

/// The value that a Student-t variable stays below with probability `p`, from 0.5 up to 1, by halving.
#[must_use]
pub fn student_quantile(p: f64, freedom: f64) -> f64 {
    let tail = 2.0 * (1.0 - p);
    if tail >= 1.0 || freedom <= 0.0 {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, 2.0);
    while student_two_sided(high, freedom) > tail && high < 1e6 {
        high *= 2.0;
    }
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if student_two_sided(middle, freedom) > tail { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

/// The value that a standard normal variable stays below with probability `p`, between 0 and 1, by halving.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-9.0, 9.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if normal_cdf(middle) < p { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

/// Natural logarithm of the gamma function for `x > 0` (Lanczos, g = 7, nine terms).
pub(super) fn ln_gamma(x: f64) -> f64 {
    const COEFFICIENTS: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let shifted = x - 1.0;
    let mut sum = 0.999_999_999_999_809_9;
    let mut divisor = shifted;
    for coefficient in COEFFICIENTS {
        divisor += 1.0;
        sum += coefficient / divisor;
    }
    let base = shifted + 7.5;
    0.5 * (2.0 * std::f64::consts::PI).ln() + (shifted + 0.5) * base.ln() - base + sum.ln()
}

/// Regularised lower incomplete gamma function P(a, x).
pub(super) fn gamma_p(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        0.0
    } else if x < a + 1.0 {
        gamma_series(a, x)
    } else {
        1.0 - gamma_fraction(a, x)
    }
}

/// Regularised upper incomplete gamma function Q(a, x).
pub(super) fn gamma_q(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        1.0
    } else if x < a + 1.0 {
        1.0 - gamma_series(a, x)
    } else {
        gamma_fraction(a, x)
    }
}

/// Regularised incomplete beta function I_x(a, b).
pub(super) fn beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p()).exp();
    // The continued fraction converges fast on the near side of the mean only.
    if x < (a + 1.0) / (a + b + 2.0) { front * beta_fraction(a, b, x) / a } else { 1.0 - front * beta_fraction(b, a, 1.0 - x) / b }
}

/// Both expansions need about √a terms; this bound is far beyond what the callers' arguments reach.
const TERMS: u32 = 100_000;
const TINY: f64 = 1e-300;
const PRECISION: f64 = 1e-15;

fn gamma_front(a: f64, x: f64) -> f64 {
    (a * x.ln() - x - ln_gamma(a)).exp()
}

fn gamma_series(a: f64, x: f64) -> f64 {
    let mut term = 1.0 / a;
    let mut sum = term;
    let mut index = a;
    for _ in 0..TERMS {
        index += 1.0;
        term *= x / index;
        sum += term;
        if term < sum * PRECISION {
            break;
        }
    }
    sum * gamma_front(a, x)
}

fn gamma_fraction(a: f64, x: f64) -> f64 {
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut value = d;
    for index in 1..TERMS {
        let index = f64::from(index);
        let an = -index * (index - a);
        b += 2.0;
        d = 1.0 / away_from_zero(an * d + b);
        c = away_from_zero(b + an / c);
        let factor = d * c;
        value *= factor;
        if (factor - 1.0).abs() < PRECISION {
            break;
        }
    }
    value * gamma_front(a, x)
}

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for index in 1..TERMS {
        let m = f64::from(index);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        value *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        let factor = d * c;
        value *= factor;
        if (factor - 1.0).abs() < PRECISION {
            break;
        }
    }
    value
}

fn away_from_zero(value: f64) -> f64 {
    if value.abs() < TINY { TINY } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_distribution_has_its_table_values() {
        // Any table of the standard normal distribution.
        for (z, p) in [(0.0, 0.5), (1.0, 0.841_344_746_068_543), (1.959_963_984_540_054, 0.975), (-3.0, 0.001_349_898_031_630_095)] {
            assert!((normal_cdf(z) - p).abs() < 1e-14, "{z}");
        }
        assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-12 && normal_quantile(0.5).abs() < 1e-12);
        assert_eq!(normal_cdf(f64::INFINITY), 1.0);
        assert_eq!(normal_cdf(f64::NEG_INFINITY), 0.0);
    }

    #[test]
    fn the_student_distribution_has_its_table_values() {
        // Any table of Student's t: 95 % one-sided at 5 and 30 degrees of freedom, 97.5 % at 10.
        for (p, freedom, t) in [(0.95, 5.0, 2.015_05), (0.95, 30.0, 1.697_26), (0.975, 10.0, 2.228_14)] {
            assert!((student_quantile(p, freedom) - t).abs() < 1e-5, "{p} {freedom}");
        }
        assert!((student_two_sided(2.228_14, 10.0) - 0.05).abs() < 1e-6);
    }

    #[test]
    fn the_gamma_function_gives_factorials() {
        assert!((ln_gamma(1.0)).abs() < 1e-14);
        assert!((ln_gamma(11.0) - 3_628_800f64.ln()).abs() < 1e-12);
        assert!((ln_gamma(0.5) - std::f64::consts::PI.sqrt().ln()).abs() < 1e-14);
    }

    #[test]
    fn incomplete_functions_meet_their_closed_forms() {
        // P(1, x) = 1 − e^−x; I_x(1, b) = 1 − (1 − x)^b; both sides of the switch between series and fraction.
        for x in [0.1, 1.9, 2.1, 30.0] {
            assert!((gamma_p(1.0, x) - (1.0 - (-x).exp())).abs() < 1e-14);
            assert!((gamma_p(1.0, x) + gamma_q(1.0, x) - 1.0).abs() < 1e-15);
        }
        for x in [0.01, 0.3, 0.9] {
            assert!((beta(1.0, 7.0, x) - (1.0 - (1.0 - x).powi(7))).abs() < 1e-14);
        }
    }
}
