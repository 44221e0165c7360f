//! An error that does not occur: what would handle it is not compiled.

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Never {}

impl fmt::Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl std::error::Error for Never {}

impl serde::ser::Error for Never {
    fn custom<T: fmt::Display>(_: T) -> Self {
        unasked()
    }
}

impl serde::de::Error for Never {
    fn custom<T: fmt::Display>(_: T) -> Self {
        unasked()
    }
}

/// Where a type asks for what the format does not have. Types of messages and of reports do not; the tests write and read all of them.
pub fn unasked() -> ! {
    std::process::abort()
}
