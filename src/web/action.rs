//! Everything that a person can do on the page. A component names what was done; [`super::page::Page::act`] does it.

use crate::metrics::SourceLines;
use crate::protocol::{Document, Purpose};

/// The dialogs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sheet {
    Help,
    Fetch,
    Privacy,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    // Ways in.
    PasteFromClipboard,
    OpenFiles,
    OpenSample(usize),
    /// Fetches the address in the dialog.
    Fetch,
    CancelFetch,
    CancelReading,

    // The texts.
    RemoveText(u32),
    /// Opens the field for the time of a text, or closes it.
    EditTime(u32),
    EndEditTime,
    /// Unix seconds.
    SetTime(u32, Option<f64>),
    ConfirmTimes,
    Clear,
    Undo,
    Dismiss,

    // The report.
    /// Shows these lines of a text in the raw view.
    ShowLines {
        input: usize,
        lines: SourceLines,
    },
    /// Back to what led into the raw view.
    Back,
    Export(Document, Purpose),
    Print,

    /// Analyses this span of a series, in seconds of its clock; `None` is the present phase.
    Span(Option<[f64; 2]>),

    // The form.
    EditTargets,
    AddTarget,
    RemoveTarget(u32),
    DropTargets,

    // The page around it.
    Show(Sheet),
    CloseSheet,
    NextTheme,
    StartWorker,
}
