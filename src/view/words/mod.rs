//! Every word of the page that does not come from the report. Plain, short, exact.

pub mod commands;
pub mod comparison;
pub mod fetch;
pub mod report;
pub mod samples;

use crate::metrics::Unit;

/// Words that many places share.
pub mod shared {
    pub const CRITICAL: &str = "Critical";
    pub const HIGH: &str = "High";
    pub const MEDIUM: &str = "Medium";
    pub const LOW: &str = "Low";
    pub const INFO: &str = "Note";
    pub const MET: &str = "met";
    pub const MISSED: &str = "missed";
    pub const CANNOT_TELL: &str = "cannot tell";
    pub const NO_DATA: &str = "no data";
    pub const FIRED: &str = "fired";
    pub const CLEAR: &str = "clear";
    pub const OK: &str = "ok";
    pub const WARNING: &str = "warning";
    pub const POSSIBLE: &str = "possible";
    pub const PROBABLE: &str = "probable";
    pub const CONFIRMED: &str = "confirmed";
    pub const COPY: &str = "Copy";
    pub const COPIED: &str = "Copied";
    pub const NOT_COPIED: &str = "Not copied";
    pub const CLOSE: &str = "Close";
    pub const PASTE: &str = "Paste from clipboard";
    pub const OPEN: &str = "Open files";
    pub const FETCH: &str = "Fetch from a URL";
}

pub mod app {
    use crate::report::Report;
    use crate::slo::Verdict;

    pub const SKIP: &str = "Skip to the content";
    pub const OPEN: &str = "Open files";
    pub const DROP_HERE: &str = "Drop it anywhere";
    pub const READING: &str = "Reading…";
    pub const PARTS: &str = "Parts of the report";
    pub const NOTHING_LOST: &str =
        "Nothing was lost: the texts and the settings are still here. Change a setting, remove a text or add another.";

    /// The parts that are there, with what is in them.
    pub fn jumps(report: &Report) -> Vec<(&'static str, String)> {
        let missed = report.slo_statuses.iter().filter(|status| status.verdict == Verdict::Fail).count();
        let mut parts = Vec::new();
        if report.comparison.is_some() {
            parts.push(("comparison", super::comparison::COMPARISON.to_owned()));
        }
        parts.push(("wrong", counted("Findings", report.bottlenecks.len(), "")));
        parts.push(("services", counted("Service levels", missed, " missed")));
        if !report.anatomy.phases.is_empty() || !report.anatomy.distributions.is_empty() {
            parts.push(("anatomy", "Latency".to_owned()));
        }
        if !report.signals.is_empty() {
            parts.push(("signals", "Signals".to_owned()));
        }
        if !report.not_measurable.is_empty() || !report.notes.is_empty() {
            parts.push(("unmeasured", counted("Not judged", report.not_measurable.len(), "")));
        }
        let problems = report.problems.len() + usize::try_from(report.problems_omitted).unwrap_or(usize::MAX);
        if problems > 0 {
            parts.push(("problems", counted("Problems in the text", problems, "")));
        }
        parts.push(("settings", "Settings".to_owned()));
        parts.push(("raw", "Raw metrics".to_owned()));
        parts
    }

    fn counted(label: &str, count: usize, unit: &str) -> String {
        format!("{label} {count}{unit}")
    }
}

pub mod header {
    pub const TAGLINE: &str = "runs in this tab, nothing is uploaded";
    pub const NAVIGATION: &str = "Page";
    pub const RULES: &str = "Rules";
    pub const HELP: &str = "Help";
    pub const THEME: &str = "Theme";
    pub const THEME_HINT: &str = "Light, dark, or as the system";
    pub const ADD: &str = "Add a dump";
    pub const START_OVER: &str = "Start over";
}

pub mod export {
    pub const EXPORT: &str = "Export";
    pub const COPY_MARKDOWN: &str = "Copy as Markdown";
    pub const SAVE_MARKDOWN: &str = "Save Markdown";
    pub const SAVE_JSON: &str = "Save JSON";
    pub const PRINT: &str = "Print";
}

pub mod home {
    pub const PROMISE: &str = "Why is my LLM server slow?";
    pub const LEAD: &str = "Give it the `/metrics` text of vLLM, SGLang or TGI. It finds the bottleneck and its cause, checks your service levels, and \
                            says which flag to turn and how you will see that it helped.";
    pub const DROP: &str = "Paste anywhere, drop files, or choose";
    pub const HOW_MANY: &str = "One dump tells what is. Two of the same server tell what is happening now.";
    pub const NOTHING_UPLOADED: &str = "Runs in this tab; nothing is uploaded.";
    pub const CHECK_IT: &str = "How to check that";
    pub const BACKENDS: &str = "Reads vLLM 0.3 to 0.33, SGLang 0.3 to 0.5.23 and TGI 1 to 3.3.";
    pub const HONEST: &str = "Says “cannot tell, because X is missing” rather than “OK”.";
}

pub mod input {
    pub const PASTED: &str = "pasted";
    pub const NO_SAMPLES: &str = "No line of the text is a metric sample.";

    pub fn already(name: &str) -> String {
        format!("{name} is loaded already: the text is the same to the last byte.")
    }

    pub fn other_server(name: &str) -> String {
        format!("{name} is of another server than the first file and was left out. Open it by itself.")
    }

    pub fn clipboard_refused(mac: bool) -> String {
        let key = if mac { "⌘V" } else { "Ctrl+V" };
        format!("The browser gave no text from the clipboard. Press {key} anywhere on the page instead, which needs no permission.")
    }

    pub fn too_large(name: &str) -> String {
        format!("{name} is larger than 512 MB and was not read.")
    }

    pub fn unreadable(name: &str) -> String {
        format!("{name} could not be read. A folder cannot be opened: choose the files in it.")
    }

    pub fn gzip(name: &str) -> String {
        format!("{name} is compressed. Unpack it first, for example with gunzip.")
    }
}

pub mod notice {
    pub const LOADING: &str = "The analysis is still being loaded. What you gave is here and waits for it.";
    pub const NOT_LOADED: &str =
        "The analysis could not be loaded. Is the page still being served? What you gave is kept, and nothing was sent anywhere.";
    pub const LOAD_AGAIN: &str = "Load it again";
    pub const RULES_COMING: &str = "The rules are being loaded.";
    pub const CLEARED: &str = "Everything was taken away.";
    pub const UNDO: &str = "Undo";
    pub const DISMISS: &str = "Dismiss";
    pub const EARLIER: &str = "The earlier dump";
    pub const KEPT: &str = "Nothing that was loaded before was lost.";
    pub const EXCERPT: &str = "The first lines of the text";

    pub fn another_server(name: &str) -> String {
        format!("{name} is of another server. The report is of that one now; the dumps before are kept.")
    }

    pub fn replaced(name: &str) -> String {
        format!("{name} is of another server than the dumps before, so it took their place.")
    }

    pub fn rejected(name: &str) -> String {
        format!("{name} was not loaded.")
    }

    pub fn line(line: u32) -> String {
        format!("Line {line}")
    }
}

pub mod chips {
    pub const LOADED: &str = "Loaded dumps";
    pub const ADD_SECOND: &str = "Add a second dump of the same server: then rates and causes speak of now, not of the time since start.";
    pub const PASTE_TIMES: &str = "The times are those of pasting. If the dumps were taken at other times, set them: rates depend on it.";
    pub const FILE_TIMES: &str =
        "The times are those of the files, which copying changes. If the dumps were taken at other times, set them: rates depend on it.";
    pub const CONFIRM_PASTE: &str = "Taken just before it was pasted? Use that time";
    pub const CONFIRM_FILE: &str = "Taken when the file was written? Use that time";
    pub const CONFIRM_TIMES: &str = "Taken at the times shown? Use them";
    pub const TIME_SET: &str = "set by you";
    pub const NO_TIMES: &str = "Set the time of each dump to get rates per second.";
    pub const NO_TIME: &str = "no time";
    pub const TIME: &str = "Time of the dump";
    pub const TIME_OF_PASTE: &str = "when pasted";
    pub const TIME_OF_FILE: &str = "file time";
    pub const TIME_OF_ANSWER: &str = "fetched";
    pub const TIME_OF_SAMPLES: &str = "time in the samples";
    pub const TIME_OF_DATE: &str = "date of the answer";
    pub const SIMULATED: &str = "simulated";

    pub fn problems(count: u32) -> String {
        if count == 1 { "1 problem".to_owned() } else { format!("{count} problems") }
    }

    pub fn size(bytes: usize) -> String {
        super::size(bytes)
    }

    pub fn remove(name: &str) -> String {
        format!("Remove {name}")
    }

    /// After the time on its button, for those who do not see what it belongs to.
    pub fn set_time(name: &str) -> String {
        format!(", set the time of {name}")
    }
}

pub mod form {
    pub const SETTINGS: &str = "Settings";
    pub const BACKEND: &str = "Server";
    pub const AUTO: &str = "detect it";
    pub const PRESET: &str = "Targets for";
    pub const ASSUME: &str = "assume them from the workload";
    pub const PROFILE: &str = "Rules";
    pub const SCORE: &str = "Score";
    pub const INSTANCE: &str = "Instance or model";
    pub const BUSIEST: &str = "the busiest in the text";
    pub const EDIT_TARGETS: &str = "Edit the targets";
    pub const TARGETS: &str = "Targets";
    pub const ADD_TARGET: &str = "Add a target";
    pub const BACK_TO_PRESET: &str = "Back to the preset";
    pub const METRIC: &str = "Metric";
    pub const METRIC_EXAMPLE: &str = "ttft.p95";
    pub const OPERATOR: &str = "Comparison";
    pub const VALUE: &str = "Value with unit";
    pub const VALUE_EXAMPLE: &str = "250 ms";
    pub const REMOVE: &str = "Remove this target";
    pub const THRESHOLDS: &str = "Classic thresholds";
    pub const PROFILES: [(&str, &str); 2] = [("", "causes, with evidence"), ("classic", "classic thresholds")];
    pub const SCORES: [(&str, &str); 3] = [("", "by user impact"), ("classic", "classic"), ("apdex", "Apdex")];
    pub const OPERATORS: [(&str, &str); 5] = [("<=", "≤"), ("<", "<"), (">=", "≥"), (">", ">"), ("==", "=")];

    pub fn detected(name: &str) -> String {
        format!("detected: {name}")
    }

    pub fn assumed(name: &str) -> String {
        format!("assumed: {name}")
    }
}

pub mod raw {
    pub const NOT_KEPT: &str = "The text is no longer kept, to save memory. Add it again to see its lines.";
    use super::{Unit, count_of};

    pub const RAW: &str = "Raw metrics";
    pub const SEARCH: &str = "Search names, labels, help";
    pub const ORDER: &str = "Order of the raw metrics";
    pub const BY_FAMILY: &str = "By family";
    pub const AS_TEXT: &str = "As text";
    pub const WHICH: &str = "Which dump";
    pub const BACK: &str = "Back to where you were";
    pub const NOTHING: &str = "Nothing matches.";

    pub fn count(lines: usize, families: usize, rows: usize, as_text: bool, searched: bool) -> String {
        match (as_text, searched) {
            (true, true) => format!("{} of {}", Unit::Count.show(rows as f64), count_of(lines, "line", "lines")),
            (true, false) => count_of(lines, "line", "lines"),
            (false, true) => count_of(rows, "row", "rows"),
            (false, false) => count_of(families, "family", "families"),
        }
    }

    pub fn inferred(kind: &str) -> String {
        format!("{kind}?")
    }

    pub fn series(count: usize) -> String {
        count_of(count, "series", "series")
    }

    pub fn matching(matching: usize, all: usize) -> String {
        format!("{matching} of {all} match")
    }

    pub fn value(value: f64) -> String {
        if value.abs() >= 1e15 || (value != 0.0 && value.abs() < 1e-3) { format!("{value:e}") } else { Unit::Count.show(value) }
    }

    pub fn spread(count: f64, mean: &str) -> String {
        format!("n {}, mean {mean}", Unit::Count.show(count))
    }

    pub fn observations(count: f64) -> String {
        format!("n {}", Unit::Count.show(count))
    }
}

pub mod rules {
    pub const TITLE: &str = "The rules";
    pub const LEAD: &str = "Every rule ends in one of three: fired, clear, or not measurable. A rule without its inputs says so.";
    pub const CONTENTS: &str = "All rules";
    pub const BACK: &str = "Back to the report";
    pub const SEES: &str = "What it sees";
    pub const WHY: &str = "Why it matters";
    pub const WHAT_TO_DO: &str = "What to do";
    pub const FALSIFIER: &str = "What would prove it wrong";
    pub const SOURCES: &str = "Sources";
}

pub mod help {
    pub const TITLE: &str = "Help";
    pub const KEYS: &str = "Keys";
    pub const SINGLE_KEYS: &str = "Single keys act";
    pub const TABLE: [(&str, &str); 7] = [
        ("Ctrl V", "paste a dump, anywhere on the page (⌘V on a Mac)"),
        ("o", "open files"),
        ("u", "fetch from a URL"),
        ("/", "search the raw metrics"),
        ("?", "this help"),
        ("Esc", "close a dialog"),
        ("↑ ↓ ⏎", "move in the raw metrics, open a family"),
    ];
    pub const SENTENCES: [(&str, &str); 3] = [
        (
            "One dump or two",
            "One dump holds counters since the server started, and gauges of one moment. The difference of two dumps says what happened between \
             them. Every number says which of the two it is.",
        ),
        ("How sure", "A cause is confirmed from 80 %, probable from 50 %, possible from 30 %. What would raise it stands on the card."),
        (
            "From scripts",
            "`await window.servescope.analyze({snapshots: [{text}]})` in the console of this page gives the report as an object.",
        ),
    ];
}

pub mod privacy {
    pub const TITLE: &str = "Nothing is uploaded";
    pub const SENTENCES: [&str; 2] = [
        "The page is a few static files. The analysis is WebAssembly inside this tab; there is no server behind it, no account, no cookie and no \
         measurement of visitors. The only thing that it remembers is the theme, if you choose one.",
        "The page connects to one place only: the address that you type under “Fetch from a URL”.",
    ];
    pub const STEPS: [&str; 3] = [
        "Open the developer tools of the browser (F12) and look at “Network” while you paste: no request appears.",
        "Or switch the network off once the page is loaded: everything but fetching goes on working.",
        "The page's policy is in its source, in the `Content-Security-Policy` at the top: scripts, styles and images come from this origin alone.",
    ];
}

pub mod panic {
    pub const TITLE: &str = "The analysis stopped.";
    pub const ADVICE: &str =
        "This is a defect of servescope. Your data never left this page. Reload it to go on; the text below helps to find the defect.";
}

/// `1 line`, `607 lines`.
fn count_of(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", Unit::Count.show(count as f64), if count == 1 { one } else { many })
}

/// `52 KB`, `4.8 MB`. In whole numbers, because the page before the analysis carries nothing that writes others.
fn size(bytes: usize) -> String {
    let tenths = bytes.saturating_add(50_000) / 100_000;
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..999_500 => format!("{} KB", (bytes + 500) / 1_000),
        _ => format!("{}.{} MB", tenths / 10, tenths % 10),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn sizes_are_rounded() {
        for (bytes, shown) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_499, "1 KB"),
            (52_600, "53 KB"),
            (999_499, "999 KB"),
            (999_500, "1.0 MB"),
            (5_000_120, "5.0 MB"),
            (usize::MAX, "18446744073709.5 MB"),
        ] {
            assert_eq!(super::size(bytes), shown);
        }
    }
}
