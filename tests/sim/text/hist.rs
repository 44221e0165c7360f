//! A histogram with fixed upper bounds.

use std::rc::Rc;

#[derive(Clone, Debug)]
pub struct Hist {
    pub bounds: Rc<[f64]>,
    counts: Vec<u64>,
    pub count: u64,
    pub sum: f64,
}

impl Hist {
    pub fn new(bounds: &Rc<[f64]>) -> Hist {
        Hist { bounds: bounds.clone(), counts: vec![0; bounds.len() + 1], count: 0, sum: 0.0 }
    }

    pub fn of(bounds: &[f64]) -> Hist {
        Hist::new(&Rc::from(bounds))
    }

    pub fn observe(&mut self, value: f64) {
        self.observe_many(value, 1);
    }

    pub fn observe_many(&mut self, value: f64, times: u64) {
        let index = self.bounds.partition_point(|bound| *bound < value);
        self.counts[index] += times;
        self.count += times;
        self.sum += value * times as f64;
    }

    /// The two taken together; they have the same bounds.
    pub fn plus(&self, other: &Hist) -> Hist {
        let mut both = self.clone();
        for (mine, theirs) in both.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        both.count += other.count;
        both.sum += other.sum;
        both
    }

    /// Upper bound and number of observations at or below it, ending with +Inf.
    pub fn cumulative(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        let mut seen = 0;
        self.counts.iter().enumerate().map(move |(index, count)| {
            seen += count;
            (self.bounds.get(index).copied().unwrap_or(f64::INFINITY), seen)
        })
    }
}

/// 1, 2, 5, 10, 20, 50 … up to the largest that is no more than `max`.
pub fn one_two_five(max: f64) -> Rc<[f64]> {
    let mut bounds = Vec::new();
    let mut decade = 1.0;
    'outer: loop {
        for digit in [1.0, 2.0, 5.0] {
            if digit * decade > max {
                break 'outer;
            }
            bounds.push(digit * decade);
        }
        decade *= 10.0;
    }
    bounds.into()
}
