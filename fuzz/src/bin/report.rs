//! Feeds `servescope_fuzz::report`.

use servescope_fuzz::{Counting, report, within_limits};

#[global_allocator]
static MEMORY: Counting = Counting;

fn main() {
    afl::fuzz!(|bytes: &[u8]| within_limits(bytes, report));
}
