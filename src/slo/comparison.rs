//! Operators, with the classic monitor's meaning.

/// How a value is compared with the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// Equal within ±0.01, as the classic monitor defines it.
    Equal,
}

/// Half width of `==`, exclusive.
pub(super) const EQUAL_WITHIN: f64 = 0.01;

impl Comparison {
    pub const ALL: [Comparison; 5] =
        [Comparison::Less, Comparison::LessOrEqual, Comparison::Greater, Comparison::GreaterOrEqual, Comparison::Equal];

    /// Reads `<`, `<=`, `>`, `>=` or `==`.
    #[must_use]
    pub fn parse(symbol: &str) -> Option<Comparison> {
        Self::ALL.into_iter().find(|comparison| comparison.symbol() == symbol.trim())
    }

    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
            Comparison::Equal => "==",
        }
    }

    /// As people read it.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Comparison::LessOrEqual => "≤",
            Comparison::GreaterOrEqual => "≥",
            Comparison::Equal => "=",
            Comparison::Less | Comparison::Greater => self.symbol(),
        }
    }

    /// True when a value that is known exactly meets the target.
    #[must_use]
    pub fn holds(self, value: f64, target: f64) -> bool {
        match self {
            Comparison::Less => value < target,
            Comparison::LessOrEqual => value <= target,
            Comparison::Greater => value > target,
            Comparison::GreaterOrEqual => value >= target,
            Comparison::Equal => (value - target).abs() < EQUAL_WITHIN,
        }
    }

    /// True for targets that large values break.
    #[must_use]
    pub fn wants_low(self) -> bool {
        matches!(self, Comparison::Less | Comparison::LessOrEqual)
    }

    /// Whether every value of an interval meets the target (`Some(true)`), none does (`Some(false)`), or it depends (`None`).
    #[must_use]
    pub fn holds_over(self, (low, high): (f64, f64), target: f64) -> Option<bool> {
        let (at_low, at_high) = (self.holds(low, target), self.holds(high, target));
        match self {
            // Both ends may lie outside on different sides of the target.
            Comparison::Equal if !at_low && !at_high && low < target && high > target => None,
            _ if at_low == at_high => Some(at_low),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_means_within_a_hundredth() {
        assert!(Comparison::Equal.holds(0.109, 0.1));
        assert!(!Comparison::Equal.holds(0.111, 0.1));
        assert_eq!(Comparison::parse(" == "), Some(Comparison::Equal));
        assert_eq!(Comparison::parse("=<"), None);
    }

    #[test]
    fn bounds_are_strict_where_the_operator_is() {
        assert!(!Comparison::Less.holds(1.0, 1.0) && Comparison::LessOrEqual.holds(1.0, 1.0));
        assert!(!Comparison::Greater.holds(1.0, 1.0) && Comparison::GreaterOrEqual.holds(1.0, 1.0));
    }

    #[test]
    fn an_interval_decides_only_when_it_lies_on_one_side() {
        assert_eq!(Comparison::LessOrEqual.holds_over((0.2, 0.5), 0.5), Some(true));
        assert_eq!(Comparison::LessOrEqual.holds_over((0.6, f64::INFINITY), 0.5), Some(false));
        assert_eq!(Comparison::LessOrEqual.holds_over((0.2, 0.6), 0.5), None);
        assert_eq!(Comparison::Equal.holds_over((0.0, 1.0), 0.5), None);
        assert_eq!(Comparison::Equal.holds_over((0.0, 0.1), 0.5), Some(false));
        assert_eq!(Comparison::Equal.holds_over((0.499, 0.501), 0.5), Some(true));
    }
}
