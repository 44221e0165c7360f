//! Values as bytes and as JSON, for size. The bytes are those of the postcard format, the JSON is that of serde_json; `tests.rs` holds both
//! against these crates.
//!
//! Each type that serde writes or reads is compiled once for each serializer and deserializer. Here one [`writer`] serves both forms, told
//! apart while it runs, and the [`reader`] cannot fail half way: it goes on with empty values and says at the end that the bytes were none.
//! What would give a half-read value back at each of its fields is most of what a reader costs otherwise.

mod bytes;
mod json;
mod never;
mod reader;
#[cfg(test)]
mod tests;
mod writer;

pub use bytes::to_bytes;
pub use json::to_json;
pub use reader::from_bytes;
