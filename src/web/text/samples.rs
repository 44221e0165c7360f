//! The built-in samples. They come from the project's own simulator.

pub const TITLE: &str = "Or look at an example";
pub const GENERATED: &str = "Made by a simulator, not recorded from a server.";
pub const MISSING: &str = "The sample could not be loaded. Is the page still being served?";

/// A simulated server: its dumps and their times in Unix seconds.
pub struct Sample {
    pub title: &'static str,
    pub sees: &'static str,
    pub files: &'static [(&'static str, f64)],
}

/// The times are seconds of the simulation's own clock.
pub const SAMPLES: &[Sample] = &[];

pub fn dumps(count: usize) -> String {
    if count == 1 { "1 dump".to_owned() } else { format!("{count} dumps") }
}

/// `vllm-kv-bound-1.prom` → itself; a folder in front is left out.
pub fn name(file: &str) -> String {
    file.rsplit('/').next().unwrap_or(file).to_owned()
}
