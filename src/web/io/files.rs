//! Files that were chosen, dropped or pasted.

use js_sys::Uint8Array;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FileList};

use super::super::analysis::{Content, Incoming};
use super::super::state::State;
use super::take;
use crate::view::frame::Origin;
use crate::view::words::input as words;

/// A larger file is surely not one server's metrics page; it is refused rather than risk the tab.
const LARGEST: f64 = 512.0 * 1024.0 * 1024.0;

/// Reads the files and loads them together, so that dumps of one server find each other.
pub fn read(state: State, list: FileList) {
    let files: Vec<File> = (0..list.length()).filter_map(|index| list.get(index)).collect();
    if files.is_empty() {
        return;
    }
    state.busy(true);
    spawn_local(async move {
        let mut incoming = Vec::with_capacity(files.len());
        let mut failed = None;
        for file in files {
            match bytes(&file).await {
                Ok(bytes) => incoming.push(Incoming {
                    name: file.name(),
                    at: Some(file.last_modified() / 1e3),
                    content: Content::Bytes(bytes),
                    origin: Origin::File,
                }),
                Err(sentence) => failed = Some(sentence),
            }
        }
        state.busy(false);
        if !incoming.is_empty() {
            take(state, incoming);
        } else if let Some(sentence) = failed {
            state.tell(&sentence);
            return;
        }
        if let Some(sentence) = failed {
            state.when_there(move || state.change(&mut |session| session.tell_unread(&sentence)));
        }
    });
}

async fn bytes(file: &File) -> Result<Uint8Array, String> {
    let name = file.name();
    if file.size() > LARGEST {
        return Err(words::too_large(&name));
    }
    // A folder arrives as a file that cannot be read.
    let buffer = JsFuture::from(file.array_buffer()).await.map_err(|_| words::unreadable(&name))?;
    let bytes = Uint8Array::new(&buffer);
    if bytes.length() > 1 && bytes.get_index(0) == 0x1f && bytes.get_index(1) == 0x8b {
        return Err(words::gzip(&name));
    }
    Ok(bytes)
}
