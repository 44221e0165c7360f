//! Files that were chosen, dropped or pasted.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FileList};

use super::super::state::{Notice, Origin, State};
use super::super::text;
use super::accept::{Incoming, accept};

/// A larger file is surely not one server's metrics page; it is refused rather than risk the tab.
const LARGEST: f64 = 512.0 * 1024.0 * 1024.0;

/// Reads the files and loads them together, so that dumps of one server find each other.
pub fn read(state: State, list: FileList) {
    let files: Vec<File> = (0..list.length()).filter_map(|index| list.get(index)).collect();
    if files.is_empty() {
        return;
    }
    state.busy.update(|busy| *busy += 1);
    spawn_local(async move {
        let mut incoming = Vec::with_capacity(files.len());
        let mut failed = None;
        for file in files {
            match bytes(&file).await {
                Ok(bytes) => {
                    incoming.push(Incoming { name: file.name(), at: Some(file.last_modified() / 1e3), bytes, origin: Origin::File })
                }
                Err(sentence) => failed = Some(sentence),
            }
        }
        state.busy.update(|busy| *busy = busy.saturating_sub(1));
        let nothing_else = incoming.is_empty();
        if !nothing_else {
            accept(state, incoming);
        }
        if let Some(sentence) = failed
            && (nothing_else || state.notice.with_untracked(Option::is_none))
        {
            state.notice.set(Some(Notice::LeftOut { sentence }));
        }
    });
}

async fn bytes(file: &File) -> Result<Vec<u8>, String> {
    let name = file.name();
    if file.size() > LARGEST {
        return Err(text::input::too_large(&name));
    }
    // A folder arrives as a file that cannot be read.
    let buffer = JsFuture::from(file.array_buffer()).await.map_err(|_| text::input::unreadable(&name))?;
    let bytes = js_sys::Uint8Array::new(&buffer).to_vec();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return Err(text::input::gzip(&name));
    }
    Ok(bytes)
}
