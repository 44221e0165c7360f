//! Where the texts of real servers and the conformance suites are.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::path::{Path, PathBuf};

/// The corpus folder: `$SERVESCOPE_CORPUS`, else `../shared` beside the checkout. Says so when there is none.
pub fn corpus() -> Option<PathBuf> {
    let path = std::env::var_os("SERVESCOPE_CORPUS").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("SKIPPED: no corpus at {}; set SERVESCOPE_CORPUS to the folder that holds dumps/ and conformance/", path.display());
    None
}

/// All files below a folder whose names end with `suffix`, sorted.
pub fn files(folder: &Path, suffix: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(suffix) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
