#!/usr/bin/env bash
# serde_json: one float in eight comes back from JSON as another number, some of them smaller.
#
# With:  serde_json 1.0.145 (Rust), as it is without its feature float_roundtrip.
# Guess: from_str(to_string(x)) == x for every finite f64, as in Python and in JavaScript.
# Seen:  of times and sums as metrics have them (16 and 17 digits) 12% come back with another last digit, in both directions. The text is right:
#        Rust's own parse of it gives x.
# So:    a counter at rest that is saved as JSON and compared with itself "fell": a restart by the usual rule, and the whole
#        sum is added again. Switch float_roundtrip on, or keep such numbers as text, as Prometheus does in its API.
set -euo pipefail
t=$(mktemp -d)
trap 'rm -rf "$t"' EXIT
mkdir "$t/src"
cat > "$t/src/main.rs" <<'RUST'
fn main() {
    let mut random = 1u64;
    let (mut equal, mut up, mut down, mut std) = (0, 0, 0, 0);
    for n in 0..100_000 {
        random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let unit = (random >> 11) as f64 / (1u64 << 53) as f64;
        let x = if n % 2 == 0 { 1.79e9 + unit * 1e6 } else { unit * 1e3 }; // a start time, a sum of seconds
        let text = serde_json::to_string(&x).unwrap();
        let back: f64 = serde_json::from_str(&text).unwrap();
        if n == 1 {
            println!("{text}");
        }
        std += usize::from(text.parse() == Ok(x));
        *(if back == x { &mut equal } else if back > x { &mut up } else { &mut down }) += 1;
    }
    println!("of 100000: equal {equal}, larger {up}, smaller {down}; by Rust's own parse equal {std}");
}
RUST
for features in '' '"float_roundtrip"'; do
  cat > "$t/Cargo.toml" <<TOML
[package]
name = "json"
version = "0.0.0"
edition = "2021"
[dependencies]
serde_json = { version = "=1.0.145", features = [$features] }
TOML
  echo "features [$features]"
  CARGO_TARGET_DIR="$t/target" nice cargo run --quiet --manifest-path "$t/Cargo.toml"
done > "$t/seen"
diff - "$t/seen" <<'SEEN' || { echo "no longer as described: floats through JSON"; exit 1; }
features []
509.40744288372065
of 100000: equal 88569, larger 5677, smaller 5754; by Rust's own parse equal 100000
features ["float_roundtrip"]
509.40744288372065
of 100000: equal 100000, larger 0, smaller 0; by Rust's own parse equal 100000
SEEN
cat "$t/seen"
