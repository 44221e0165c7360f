//! The sort: of places in a list, so that it is compiled once.

use std::cmp::Ordering;

/// Sorts; equal items keep their order.
pub fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, |a, b| a.cmp(b));
}

/// Sorts by a comparison; equal items keep their order.
pub fn sort_by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    let mut order = order(items.len(), &mut |a, b| match (items.get(a), items.get(b)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    // Around each cycle once: what belongs in a place is brought there, and what stood there goes on to the place that is free then.
    for start in 0..order.len() {
        let mut place = start;
        while let Some(from) = order.get_mut(place).map(|from| std::mem::replace(from, place)).filter(|from| *from != start) {
            items.swap(place, from);
            place = from;
        }
    }
}

/// Places in the order of what is there; empty when they are in order already.
fn order(count: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    if (1..count).all(|next| compare(next - 1, next).is_le()) {
        return Vec::new();
    }
    let mut order: Vec<usize> = (0..count).collect();
    let mut merged: Vec<usize> = Vec::with_capacity(count);
    let mut width = 1;
    while width < count {
        merged.clear();
        for pair in order.chunks(2 * width) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            while let (Some((a, rest_of_left)), Some((b, rest_of_right))) = (left.split_first(), right.split_first()) {
                if compare(*a, *b).is_le() {
                    merged.push(*a);
                    left = rest_of_left;
                } else {
                    merged.push(*b);
                    right = rest_of_right;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        std::mem::swap(&mut order, &mut merged);
        width *= 2;
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sorts_as_the_standard_library_does_and_keeps_equal_items_in_order() {
        for count in 0..70_u64 {
            for seed in 0..20 {
                let mut state = seed;
                let numbers = (0..count).map(|place| {
                    state = (state + place + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
                    (state % 13, place)
                });
                let mut ours: Vec<(u64, u64)> = numbers.collect();
                let mut theirs = ours.clone();
                sort_by(&mut ours, |a, b| a.0.cmp(&b.0));
                theirs.sort_by_key(|item| item.0);
                assert_eq!(ours, theirs);
            }
        }
        let mut words = ["b", "a", "c"];
        sort(&mut words);
        assert_eq!(words, ["a", "b", "c"]);
    }

    #[test]
    fn a_long_list_whose_last_item_comes_first_costs_no_more_than_another() {
        // A step for each place between would be 80 billion.
        let mut numbers: Vec<u32> = (1..400_000).chain([0]).collect();
        sort(&mut numbers);
        assert!(numbers.is_sorted());
    }
}
