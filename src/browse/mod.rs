//! The raw text as rows: by line or by family, searched, and cut to what is visible. Pure, so that 100,000 series cost what they
//! must and no more, and so that it can be tested without a browser.

mod families;
mod lines;
mod search;
mod spans;
mod window;

pub use families::{FamilyEntry, Gist, Row, families, rows};
pub use lines::Lines;
pub use search::Needle;
pub use spans::{Part, Span, spans};
pub use window::visible;
