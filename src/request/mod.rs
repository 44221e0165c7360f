//! The request as JSON, and the error object that answers a wrong one.

use serde::{Deserialize, Serialize};

/// Why a request cannot be answered: a stable id, a sentence, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestError {
    pub id: String,
    pub sentence: String,
    pub hint: String,
}
