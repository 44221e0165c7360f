//! The KV cache in blocks. Blocks of live requests are used; blocks of finished ones stay as cache in free memory
//! until somebody needs the room, least recently used first.

use std::collections::{BTreeMap, HashMap};

#[derive(Debug)]
pub struct Pool {
    total: u32,
    /// Neither used nor cached.
    empty: u32,
    /// Cached blocks of no live request, oldest key first.
    lru: BTreeMap<u64, Cached>,
    cached: u32,
    prefixes: HashMap<u32, Prefix>,
    clock: u64,
    caching: bool,
    pub evicted: u64,
}

#[derive(Debug)]
struct Cached {
    blocks: u32,
    prefix: Option<u32>,
}

#[derive(Debug, Default)]
struct Prefix {
    blocks: u32,
    users: u32,
    key: u64,
}

impl Pool {
    pub fn new(total: u32, caching: bool) -> Pool {
        Pool { total, empty: total, lru: BTreeMap::new(), cached: 0, prefixes: HashMap::new(), clock: 0, caching, evicted: 0 }
    }

    pub fn total(&self) -> u32 {
        self.total
    }

    pub fn used(&self) -> u32 {
        self.total - self.empty - self.cached
    }

    /// Blocks that can be had, cached ones included.
    pub fn available(&self) -> u32 {
        self.empty + self.cached
    }

    pub fn evictable(&self) -> u32 {
        self.cached
    }

    pub fn take(&mut self, blocks: u32) -> bool {
        if blocks > self.available() {
            return false;
        }
        while self.empty < blocks {
            let Some(mut oldest) = self.lru.first_entry() else {
                return false;
            };
            let wanted = blocks - self.empty;
            let entry = oldest.get_mut();
            let freed = wanted.min(entry.blocks);
            entry.blocks -= freed;
            let (left, prefix) = (entry.blocks, entry.prefix);
            if left == 0 {
                oldest.remove();
            }
            if let Some(group) = prefix {
                if left == 0 {
                    self.prefixes.remove(&group);
                } else if let Some(p) = self.prefixes.get_mut(&group) {
                    p.blocks = left;
                }
            }
            self.cached -= freed;
            self.empty += freed;
            self.evicted += u64::from(freed);
        }
        self.empty -= blocks;
        true
    }

    /// Gives back a finished request's own blocks.
    pub fn give_back(&mut self, blocks: u32) {
        if blocks == 0 {
            return;
        }
        if self.caching {
            self.clock += 1;
            self.lru.insert(self.clock, Cached { blocks, prefix: None });
            self.cached += blocks;
        } else {
            self.empty += blocks;
        }
    }

    /// Gives back blocks whose content is of no further use.
    pub fn discard(&mut self, blocks: u32) {
        self.empty += blocks;
    }

    /// Blocks of this shared prefix that are in memory.
    pub fn cached_prefix(&self, group: u32) -> u32 {
        if self.caching { self.prefixes.get(&group).map_or(0, |p| p.blocks) } else { 0 }
    }

    /// How much [`Pool::available`] shrinks when a request starts to use this prefix.
    pub fn pin_cost(&self, group: u32) -> u32 {
        self.prefixes.get(&group).map_or(0, |p| if p.users == 0 { p.blocks } else { 0 })
    }

    /// Marks the prefix as used by one more live request; returns the blocks that it shares.
    pub fn pin(&mut self, group: u32) -> u32 {
        let Some(prefix) = self.prefixes.get_mut(&group) else {
            return 0;
        };
        if prefix.users == 0 {
            self.lru.remove(&prefix.key);
            self.cached -= prefix.blocks;
        }
        prefix.users += 1;
        prefix.blocks
    }

    /// A user of the prefix ended.
    pub fn unpin(&mut self, group: u32) {
        let Some(prefix) = self.prefixes.get_mut(&group) else {
            return;
        };
        prefix.users = prefix.users.saturating_sub(1);
        if prefix.users == 0 {
            self.clock += 1;
            prefix.key = self.clock;
            self.cached += prefix.blocks;
            self.lru.insert(self.clock, Cached { blocks: prefix.blocks, prefix: Some(group) });
        }
    }

    /// Moves freshly computed blocks from a request into its shared prefix, up to `length` blocks in all, and pins
    /// the prefix if the request had not yet. Returns how many blocks moved.
    pub fn publish(&mut self, group: u32, length: u32, own: u32, pinned: bool) -> u32 {
        if !self.caching {
            return 0;
        }
        if !pinned {
            self.prefixes.entry(group).or_insert(Prefix { blocks: 0, users: 0, key: 0 });
            self.pin(group);
        }
        let Some(prefix) = self.prefixes.get_mut(&group) else {
            return 0;
        };
        let moved = length.saturating_sub(prefix.blocks).min(own);
        prefix.blocks += moved;
        moved
    }
}
