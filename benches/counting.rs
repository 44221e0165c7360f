//! What a run holds of the heap at most, and how often it asks for more.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

pub struct Held {
    pub peak_bytes: usize,
    pub allocations: usize,
}

pub fn during<T>(run: impl FnOnce() -> T) -> (T, Held) {
    let (held, asked) = (NOW.load(Ordering::Relaxed), CALLS.load(Ordering::Relaxed));
    PEAK.store(held, Ordering::Relaxed);
    ON.store(true, Ordering::Relaxed);
    let outcome = run();
    ON.store(false, Ordering::Relaxed);
    (outcome, Held { peak_bytes: PEAK.load(Ordering::Relaxed) - held, allocations: CALLS.load(Ordering::Relaxed) - asked })
}

/// Bytes on the heap now, of those that were asked for while somebody counted.
pub fn held() -> usize {
    NOW.load(Ordering::Relaxed)
}

struct Counting;

/// Only while somebody asks: four counters for a block would be a tenth of a report's time.
static ON: AtomicBool = AtomicBool::new(false);
static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static CALLS: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn more(bytes: usize) {
    let now = NOW.fetch_add(bytes, Ordering::Relaxed) + bytes;
    PEAK.fetch_max(now, Ordering::Relaxed);
    CALLS.fetch_add(1, Ordering::Relaxed);
}

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if ON.load(Ordering::Relaxed) {
            more(layout.size());
        }
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if ON.load(Ordering::Relaxed) {
            // As if the old and the new block were there at the same time, which is what happens in WebAssembly.
            more(size);
            NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        }
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        if ON.load(Ordering::Relaxed) {
            NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        }
        unsafe { System.dealloc(pointer, layout) }
    }
}
