//! A hash table of places in somebody's list.

/// Open addressing over places plus one; zero is free. A power of two, at most half full.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slots {
    slots: Vec<u32>,
    hashes: Vec<u64>,
}

impl Slots {
    /// The place that has this hash and passes the test.
    pub fn find(&self, hash: u64, mut is_same: impl FnMut(u32) -> bool) -> Option<u32> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = hash as usize & mask;
        loop {
            let place = self.slots.get(at)?.checked_sub(1)?;
            if self.hashes.get(place as usize) == Some(&hash) && is_same(place) {
                return Some(place);
            }
            at = (at + 1) & mask;
        }
    }

    /// Adds the next place: 0, 1, 2, …
    pub fn add(&mut self, hash: u64) {
        let place = self.hashes.len() as u32;
        self.hashes.push(hash);
        if self.hashes.len() * 2 > self.slots.len() {
            self.slots = vec![0; (self.slots.len() * 2).max(16)];
            for place in 0..=place {
                self.put(place);
            }
        } else {
            self.put(place);
        }
    }

    fn put(&mut self, place: u32) {
        let (Some(mask), Some(hash)) = (self.slots.len().checked_sub(1), self.hashes.get(place as usize)) else { return };
        let mut at = *hash as usize & mask;
        while self.slots.get(at).is_some_and(|slot| *slot != 0) {
            at = (at + 1) & mask;
        }
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = place + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_found_again_by_its_hash_and_no_other_is() {
        let mut slots = Slots::default();
        assert_eq!(slots.find(0, |_| true), None);
        let hash = |place: u32| u64::from(place / 2) * 0x1_0000_0001;
        for place in 0..1000 {
            slots.add(hash(place));
        }
        for place in 0..1000 {
            assert_eq!(slots.find(hash(place), |found| found == place), Some(place));
        }
        assert_eq!(slots.find(hash(3000), |_| true), None);
    }
}
