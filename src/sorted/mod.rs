//! One stable sort and one map for every list that is not long enough for speed to matter. The standard library's are quicker and are
//! compiled anew for each type, which was a tenth of the code.

mod sort;
mod table;

pub use sort::{sort, sort_by};
pub use table::Table;
