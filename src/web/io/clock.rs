//! The page's clock and the local calendar.

use js_sys::Date;
use wasm_bindgen::JsValue;

/// Unix seconds now.
pub fn now() -> f64 {
    Date::now() / 1e3
}

/// `14:03:20`, local.
pub fn time_of_day(unix_seconds: f64) -> String {
    let date = Date::new(&JsValue::from_f64(unix_seconds * 1e3));
    format!("{:02}:{:02}:{:02}", date.get_hours(), date.get_minutes(), date.get_seconds())
}

/// `2026-11-24T14:03:20`, local: what a `datetime-local` field holds.
pub fn field(unix_seconds: f64) -> String {
    let date = Date::new(&JsValue::from_f64(unix_seconds * 1e3));
    format!("{:04}-{:02}-{:02}T{}", date.get_full_year(), date.get_month() + 1, date.get_date(), time_of_day(unix_seconds))
}

/// Unix seconds of what a `datetime-local` field holds; `None` when it is empty or incomplete.
pub fn of_field(text: &str) -> Option<f64> {
    let millis = Date::parse(text);
    millis.is_finite().then_some(millis / 1e3)
}
