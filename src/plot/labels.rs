//! Labels that find room: on an axis, and inside a bar.

use super::{LATE, Tick, roomy};
use crate::metrics::Unit;

/// Characters that an axis is wide on the narrowest screen, 320 px, and in a card of 22rem or more, as the style sheet has it.
const AXIS: [f64; 2] = [34.0, 46.0];
/// Characters of a label that a whole bar has room for on the narrowest screen, and in a card of 40rem or more.
const BAR: [f64; 2] = [34.0, 80.0];
/// What a label keeps free at its ends, in characters.
const MARGIN: f64 = 3.0;

/// A label of an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// 0–1.
    pub at: f64,
    pub text: String,
    /// `spare` where only a wide card has room for it, `late` where it ends at its place.
    pub class: &'static str,
}

/// The labels of an axis that find room in a wide card, from left to right.
#[must_use]
pub fn labels(ticks: &[Tick], unit: Unit) -> Vec<Label> {
    let texts: Vec<String> = ticks.iter().map(|tick| unit.show(tick.value)).collect();
    let places: Vec<(f64, usize)> = ticks.iter().zip(&texts).map(|(tick, text)| (tick.at, text.chars().count())).collect();
    let [narrow, wide] = AXIS;
    let always = roomy(&places, narrow, Vec::new());
    let mostly = roomy(&places, wide, always.clone());
    let label = |((tick, text), (always, mostly)): ((&Tick, String), (bool, bool))| {
        let class = match (always, tick.at > LATE) {
            (true, false) => "",
            (true, true) => "late",
            (false, false) => "spare",
            (false, true) => "spare late",
        };
        mostly.then_some(Label { at: tick.at, text, class })
    };
    ticks.iter().zip(texts).zip(always.into_iter().zip(mostly)).filter_map(label).collect()
}

/// The class of a label inside a part of a bar: `spare` where only a wide card has room for it, nothing where none has.
#[must_use]
pub fn label_class(label: &str, share: f64) -> Option<&'static str> {
    let fits = |room: f64| label.chars().count() as f64 + MARGIN <= share * room;
    match BAR.map(fits) {
        [true, _] => Some(""),
        [false, true] => Some("spare"),
        [false, false] => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_inside_a_bar_is_left_out_where_it_would_not_fit() {
        // Ten characters and their margin are 13: 39 % of 34, 17 % of 80.
        assert_eq!(label_class("queue 10 s", 0.4), Some(""));
        assert_eq!(label_class("queue 10 s", 0.2), Some("spare"));
        assert_eq!(label_class("queue 10 s", 0.1), None);
    }

    #[test]
    fn labels_that_only_a_wide_card_has_room_for_are_marked() {
        let ticks: Vec<Tick> = [0.0, 0.25, 0.45, 1.0].iter().map(|at| Tick { value: 0.25 + at, at: *at }).collect();
        let drawn = labels(&ticks, Unit::Seconds);
        let classes: Vec<(&str, &str)> = drawn.iter().map(|label| (label.text.as_str(), label.class)).collect();
        assert_eq!(classes, [("250 ms", ""), ("500 ms", ""), ("700 ms", "spare"), ("1.25 s", "late")]);
    }
}
