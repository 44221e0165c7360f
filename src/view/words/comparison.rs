//! Words of “before and after”.

pub const COMPARISON: &str = "Before and after";
pub const NUMBER: &str = "Number";
pub const BEFORE: &str = "Before";
pub const AFTER: &str = "After";
pub const CHANGE: &str = "Change";
pub const WHY_CALLED_SO: &str = "Why each is called so";
pub const GONE: &str = "gone";
pub const STILL: &str = "still there";
pub const NEW: &str = "new";
