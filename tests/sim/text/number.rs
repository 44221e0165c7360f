//! Numbers as the exporters print them.

/// Python's prometheus_client: `repr`, but with Go's exponent above six digits (`1.795e+09`, `3.59e+010`).
pub fn python(value: f64) -> String {
    if value.is_nan() {
        return "NaN".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf".into() } else { "-Inf".into() };
    }
    let text = repr(value);
    match text.find('.') {
        Some(dot) if value > 0.0 && dot > 6 && !text.contains('e') => {
            let digits = format!("{}.{}{}", &text[..1], &text[1..dot], &text[dot + 1..]);
            let mantissa = digits.trim_end_matches(['0', '.']);
            format!("{mantissa}e+0{}", dot - 1)
        }
        _ => text,
    }
}

/// Python's `repr` of a float: shortest digits that read back, exponent below 1e-4.
fn repr(value: f64) -> String {
    if value != 0.0 && (value.abs() < 1e-4 || value.abs() >= 1e16) {
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, digits) = match exponent.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("+", exponent),
        };
        return format!("{mantissa}e{sign}{digits:0>2}");
    }
    format!("{value:?}")
}

/// The Rust OpenMetrics encoder of vLLM's frontend: sums and bounds keep a decimal point.
pub fn rust_float(value: f64) -> String {
    if value.is_infinite() { "+Inf".into() } else { format!("{value:?}") }
}

/// TGI's exporter: shortest digits, no exponent, integers without a decimal point.
pub fn plain(value: f64) -> String {
    if value.is_infinite() { "+Inf".into() } else { format!("{value}") }
}
