//! Feeds `servescope_fuzz::read`.

use servescope_fuzz::{Counting, read, within_limits};

#[global_allocator]
static MEMORY: Counting = Counting;

fn main() {
    afl::fuzz!(|bytes: &[u8]| within_limits(bytes, read));
}
