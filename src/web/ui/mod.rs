//! Small parts that the cards share.

mod badge;
mod copy;
mod dialog;
mod focus;
mod lines;
mod rich;
mod section;
mod shape;

pub use badge::{badge, of_band, of_opinion, of_rule, of_severity, of_verdict};
pub use copy::CopyButton;
pub use dialog::Dialog;
pub use focus::eager_field;
pub use lines::lines;
pub use rich::{capital, rich};
pub use section::{section, slice};
pub use shape::{Shape, shape};
