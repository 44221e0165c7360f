//! Numbers as the exposition formats write them.

/// A sample value or `le` as the formats write them: Go floats without hex and underscores, `NaN`, `±Inf` in any case.
#[must_use]
pub fn number(text: &str) -> Option<f64> {
    match plain(text.as_bytes(), 0) {
        Some((value, end)) if end == text.len() => Some(value),
        _ => text.parse().ok(),
    }
}

/// Powers of ten that a float holds exactly.
const EXACT: [f64; 23] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];

/// Reads a decimal number that starts at `from` and whose digits and power of ten a float holds exactly, so that one multiplication or
/// division rounds correctly. `None` for everything else; the second value is the first byte after the number.
#[inline(always)]
pub(crate) fn plain(bytes: &[u8], from: usize) -> Option<(f64, usize)> {
    let mut at = from;
    let negative = matches!(bytes.get(at), Some(b'-'));
    at += usize::from(negative);
    let digits_start = at;
    let (mut mantissa, end) = digits(bytes, at, 0);
    at = end;
    let mut count = at - digits_start;
    let mut exponent = 0i32;
    if matches!(bytes.get(at), Some(b'.')) {
        let (more, end) = digits(bytes, at + 1, mantissa);
        mantissa = more;
        let fraction = end - at - 1;
        count += fraction;
        exponent = -i32::try_from(fraction).ok()?;
        at = end;
    }
    // 15 digits always fit into the 53 bits of a float's mantissa.
    if count == 0 || count > 15 {
        return None;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let sign = bytes.get(at + 1);
        let start = at + 1 + usize::from(matches!(sign, Some(b'+' | b'-')));
        let (power, end) = digits(bytes, start, 0);
        if end == start || end - start > 4 {
            return None;
        }
        let power = i32::try_from(power).ok()?;
        exponent += if matches!(sign, Some(b'-')) { -power } else { power };
        at = end;
    }
    let scale = *EXACT.get(exponent.unsigned_abs() as usize)?;
    let size = mantissa as f64;
    let size = if exponent < 0 { size / scale } else { size * scale };
    Some((if negative { -size } else { size }, at))
}

// A call for each number is a tenth of the reading where code is built for size.
#[inline(always)]
fn digits(bytes: &[u8], from: usize, start: u64) -> (u64, usize) {
    let mut value = start;
    let mut at = from;
    while let Some(digit) = bytes.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        at += 1;
    }
    (value, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_path_agrees_with_the_standard_library_to_the_last_bit() {
        let texts = [
            "0",
            "-0",
            "3.0",
            "123.0",
            "0.005",
            "1.7182e+09",
            "8.128902e+06",
            "3.5915956224e+010",
            "1e22",
            "123456789012345",
            "0.00000000001",
            "9223372036854775808",
            "0.00015000000000000001",
            "511.00000000000006",
            "1e-400",
            "1e400",
            "5e-324",
            ".5",
            "5.",
            "08",
            "1e5",
            "1E-5",
        ];
        for text in texts {
            let expected: f64 = text.parse().unwrap();
            assert_eq!(number(text).map(f64::to_bits), Some(expected.to_bits()), "{text}");
        }
    }

    #[test]
    fn go_spellings_of_infinity_and_nan_are_read_and_other_bases_are_not() {
        assert_eq!(number("+Inf"), Some(f64::INFINITY));
        assert_eq!(number("-inf"), Some(f64::NEG_INFINITY));
        assert_eq!(number("Infinity"), Some(f64::INFINITY));
        assert!(number("NaN").is_some_and(f64::is_nan));
        for bad in ["", " 1", "1 ", "0x1p-3", "1_2", "true", "1e", "e5", ".", "-", "--1", "1.1.1", "0b1", "1z"] {
            assert_eq!(number(bad), None, "{bad:?}");
        }
    }
}
