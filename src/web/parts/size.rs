//! How much text there is.

/// `52 KB`, `4.8 MB`. In whole numbers, because the page carries nothing else that writes others.
pub fn size(bytes: u64) -> String {
    let tenths = bytes.saturating_add(50_000) / 100_000;
    match bytes {
        0..1_000 => format!("{bytes}\u{a0}B"),
        1_000..999_500 => format!("{}\u{a0}KB", (bytes + 500) / 1_000),
        999_500..99_950_000 => format!("{}.{}\u{a0}MB", tenths / 10, tenths % 10),
        _ => format!("{}\u{a0}MB", (bytes.saturating_add(500_000)) / 1_000_000),
    }
}
