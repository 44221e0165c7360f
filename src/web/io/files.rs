//! Files that were chosen, dropped or pasted. The page hands them on; the worker reads them, in slices.

use wasm_bindgen::JsValue;
use web_sys::{DataTransfer, Element, File, FileList};

use super::super::page::Page;
use super::take;
use crate::protocol::{Arriving, Origin};

/// A larger file is surely not one server's metrics page; it is refused rather than risk the tab.
const LARGEST: f64 = 512.0 * 1024.0 * 1024.0;

/// Loads the files together, so that dumps of one server find each other.
pub fn read(page: Page, list: &FileList) {
    let files: Vec<File> = (0..list.length()).filter_map(|index| list.get(index)).collect();
    let (fit, large): (Vec<File>, Vec<File>) = files.into_iter().partition(|file| file.size() <= LARGEST);
    if let Some(file) = large.first() {
        page.tell(format!("{} is larger than 512 MB and was not read.", file.name()));
    }
    let arriving = |file: File| {
        let at = Some(file.last_modified() / 1e3);
        (Arriving { name: file.name(), at, origin: Origin::File, bytes: file.size() as u64 }, JsValue::from(file))
    };
    if !fit.is_empty() {
        take(page, fit.into_iter().map(arriving).collect());
    }
}

/// Takes the files that came with a paste or a drop; false when there are none.
pub fn take_files(page: Page, data: &DataTransfer) -> bool {
    let files = data.files().filter(|list| list.length() > 0);
    files.map(|list| read(page, &list)).is_some()
}

/// True for elements that take typed text.
pub fn is_field(element: &Element) -> bool {
    element.matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]").unwrap_or(false)
}
