//! What follows the state. Each closure that stands in a view by itself brings a copy of the machinery that runs it, about a kilobyte; boxed
//! ones of one type share theirs.

use std::sync::Arc;

use leptos::prelude::*;

type Boxed<T> = Box<dyn FnMut() -> T + Send>;

/// Content that follows the state.
pub fn live<V: IntoAny + 'static>(content: impl Fn() -> V + Send + 'static) -> AnyView {
    drawn(Box::new(move || content().into_any()))
}

#[inline(never)]
fn drawn(content: Boxed<AnyView>) -> AnyView {
    content.into_any()
}

/// An attribute of a few words that follows the state.
pub fn word(word: impl Fn() -> &'static str + Send + 'static) -> Boxed<&'static str> {
    Box::new(word)
}

/// An attribute that is there or not.
pub fn flag(flag: impl Fn() -> bool + Send + 'static) -> Boxed<bool> {
    Box::new(flag)
}

/// An attribute or a property that follows the state.
pub fn text(text: impl Fn() -> String + Send + 'static) -> Boxed<String> {
    Box::new(text)
}

/// A list that changes: what has the key of before keeps its element. `one` draws the entry of a key, and follows the state itself.
pub fn each<K: Key>(keys: impl Fn() -> Vec<K> + Send + Sync + 'static, one: impl Fn(K) -> AnyView + Send + Sync + 'static) -> AnyView {
    let spelled = move || keys().into_iter().map(Key::spell).collect();
    let drawn = move |key: String| K::read(&key).map(&one).unwrap_or_else(|| ().into_any());
    listed(Box::new(spelled), Arc::new(drawn))
}

#[inline(never)]
fn listed(keys: Box<dyn Fn() -> Vec<String> + Send + Sync>, one: Arc<dyn Fn(String) -> AnyView + Send + Sync>) -> AnyView {
    view! { <For each=keys key=String::clone children=move |key| one(key) /> }.into_any()
}

/// What entries of a list are known by.
pub trait Key: Sized + 'static {
    fn spell(self) -> String;
    fn read(text: &str) -> Option<Self>;
}

impl Key for String {
    fn spell(self) -> String {
        self
    }

    fn read(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl Key for u32 {
    fn spell(self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Key for (u32, u32) {
    fn spell(self) -> String {
        format!("{} {}", self.0, self.1)
    }

    fn read(text: &str) -> Option<Self> {
        let (first, second) = text.split_once(' ')?;
        Some((first.parse().ok()?, second.parse().ok()?))
    }
}
