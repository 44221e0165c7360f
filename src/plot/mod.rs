//! Pure geometry of the charts: values in, fractions between 0 and 1 out. Nothing here knows SVG, colours or pixels.

mod axis;
mod bars;
mod bullet;
mod labels;
mod lines;
mod waterfall;

pub use axis::{LATE, LogAxis, Tick, roomy};
pub use bars::{Bar, Bars, Bracket, bars};
pub use bullet::{Bullet, bullet};
pub use labels::{Label, label_class, labels};
pub use lines::{SIDE, nearest, path, places, top};
pub use waterfall::{Step, waterfall};
