//! The health score and the classic score.
