//! Files that are no text.

/// What a text without samples was before it was decoded: a sentence about it.
pub(in crate::exposition) fn binary(text: &str) -> Option<String> {
    const BEGINNINGS: [(&str, &str); 7] = [
        ("\u{1f}\u{fffd}", "This is a gzip file, not text. Unpack it with gunzip, or fetch the page with curl --compressed."),
        ("PK\u{3}\u{4}", "This is a zip archive, not text. Unpack it and give the file inside."),
        ("(\u{fffd}/\u{fffd}", "This is a Zstandard file, not text. Unpack it with unzstd."),
        ("\u{fffd}PNG", "This is a PNG picture, not text. Copy the text itself."),
        ("%PDF-", "This is a PDF document, not text. Copy the text out of it."),
        ("\u{7f}ELF", "This is a program, not text."),
        ("\u{fffd}\u{fffd}\u{fffd}\u{fffd}\0", "This is a JPEG picture, not text. Copy the text itself."),
    ];
    if let Some((_, sentence)) = BEGINNINGS.iter().find(|(beginning, _)| text.starts_with(beginning)) {
        return Some((*sentence).to_owned());
    }
    let beginning = text.chars().take(4096);
    let (all, odd) = beginning.fold((0u32, 0u32), |(all, odd), char| (all + 1, odd + u32::from(is_odd(char))));
    (odd * 10 > all).then(|| {
        "This file is not text: it may be compressed, or metrics in the binary format of Prometheus. Fetch the page with curl, which asks for text."
            .to_owned()
    })
}

fn is_odd(char: char) -> bool {
    char == char::REPLACEMENT_CHARACTER || (char.is_control() && !matches!(char, '\n' | '\r' | '\t' | '\u{1b}'))
}
