//! Fields that want the focus when they appear.

use leptos::html;
use leptos::prelude::*;

/// A reference for a field that takes the focus once it is in the document (`autofocus` acts only at the first load of a page).
pub fn eager_field() -> NodeRef<html::Input> {
    let node = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = node.get() {
            request_animation_frame(move || {
                let _ = field.focus();
            });
        }
    });
    node
}
