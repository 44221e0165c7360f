//! A modal dialog: the browser keeps the focus inside, Escape and the backdrop close it, and the focus returns to where it was.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{EventTarget, MouseEvent};

use crate::web::state::{Sheet, State};
use crate::web::text::words;

#[component]
pub fn Dialog(state: State, sheet: Sheet, title: &'static str, children: ChildrenFn) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let open = Memo::new(move |_| state.sheet.get() == Some(sheet));
    Effect::new(move |_| {
        if let Some(dialog) = node.get() {
            if open.get() && !dialog.open() {
                let _ = dialog.show_modal();
            } else if !open.get() && dialog.open() {
                dialog.close();
            }
        }
    });
    let close = move || {
        if open.get_untracked() {
            state.sheet.set(None);
        }
    };
    // The dialog itself is hit only outside of its content: that is the backdrop.
    let backdrop = move |event: MouseEvent| {
        if let (Some(dialog), Some(target)) = (node.get_untracked(), event.target())
            && target == *dialog.unchecked_ref::<EventTarget>()
        {
            close();
        }
    };
    let id = format!("sheet-{sheet:?}").to_lowercase();
    view! {
        <dialog node_ref=node aria-labelledby=id.clone() on:close=move |_| close() on:click=backdrop>
            <div class="sheet">
                <header>
                    <h2 id=id.clone()>{title}</h2>
                    <button type="button" class="small" on:click=move |_| close()>{words::CLOSE}</button>
                </header>
                {move || open.get().then(|| children())}
            </div>
        </dialog>
    }
}
