//! Service levels: targets, verdicts, presets.
