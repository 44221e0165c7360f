//! Which rows repeat a series of an earlier row.

use crate::metrics::Columns;

/// A row of a series that was there before, with the latest earlier row of it.
pub(super) type Repeat = (u32, u32);

/// All of them, in the order of the text.
pub(super) fn repeats(text: &str, columns: &Columns) -> Vec<Repeat> {
    let by_hash = sorted(columns.rows.iter().zip(0..).map(|(row, index)| pair(row.hash(), index)).collect());
    let mut repeats = Vec::new();
    for group in by_hash.chunk_by(|a, b| upper(*a) == upper(*b)).filter(|group| group.len() > 1) {
        for (place, entry) in group.iter().enumerate() {
            let row = *entry as u32;
            // The latest first: nearly always it is of the same series, and the hashes of different ones are hardly ever equal.
            let earlier = group.iter().take(place).rev().take(MOST_COLLISIONS).map(|entry| *entry as u32);
            repeats.extend(earlier.into_iter().find(|earlier| same(text, columns, *earlier, row)).map(|earlier| pair(row, earlier)));
        }
    }
    sorted(repeats).iter().map(|entry| (upper(*entry), *entry as u32)).collect()
}

/// More different series than this with one hash are made on purpose.
const MOST_COLLISIONS: usize = 64;

fn same(text: &str, columns: &Columns, a: u32, b: u32) -> bool {
    let row = |index: u32| columns.rows.get(index as usize);
    row(a).zip(row(b)).is_some_and(|(a, b)| columns.same_series(text, a, b))
}

fn pair(upper: u32, lower: u32) -> u64 {
    u64::from(upper) << 32 | u64::from(lower)
}

fn upper(pair: u64) -> u32 {
    (pair >> 32) as u32
}

/// By the upper halves; equal ones keep their order. Counting passes read and write in order, which a hash table of a large text does not.
fn sorted(mut entries: Vec<u64>) -> Vec<u64> {
    // Few entries are not worth many counters.
    let bits = if entries.len() < 1 << 11 { 8 } else { 11 };
    let mut other = vec![0u64; entries.len()];
    for shift in (32..u64::BITS).step_by(bits) {
        let digit = |entry: u64| (entry >> shift) as usize & ((1 << bits) - 1);
        let mut places = vec![0usize; 1 << bits];
        for entry in &entries {
            if let Some(count) = places.get_mut(digit(*entry)) {
                *count += 1;
            }
        }
        let mut start = 0;
        for place in &mut places {
            start += std::mem::replace(place, start);
        }
        for entry in &entries {
            let Some(place) = places.get_mut(digit(*entry)) else { continue };
            if let Some(slot) = other.get_mut(*place) {
                *slot = *entry;
            }
            *place += 1;
        }
        std::mem::swap(&mut entries, &mut other);
    }
    entries
}
