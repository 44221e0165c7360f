//! Signs that can be told apart without colour.

use leptos::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Triangle,
    Diamond,
    Square,
    Dot,
    Ring,
    Check,
    Cross,
    Dash,
}

impl Shape {
    fn path(self) -> &'static str {
        match self {
            Shape::Triangle => "M6 1 11.5 11 .5 11Z",
            Shape::Diamond => "M6 .5 11.5 6 6 11.5 .5 6Z",
            Shape::Square => "M1.5 1.5h9v9h-9Z",
            Shape::Dot => "M6 1.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9Z",
            Shape::Ring => "M6 .8a5.2 5.2 0 1 1 0 10.4a5.2 5.2 0 1 1 0-10.4ZM6 2.8a3.2 3.2 0 1 0 0 6.4a3.2 3.2 0 1 0 0-6.4Z",
            Shape::Check => "M.8 6.4 2.5 4.7 4.7 6.9 9.6 2 11.3 3.7 4.7 10.3Z",
            Shape::Cross => "M2.6 .9 6 4.3 9.4 .9 11.1 2.6 7.7 6 11.1 9.4 9.4 11.1 6 7.7 2.6 11.1 .9 9.4 4.3 6 .9 2.6Z",
            Shape::Dash => "M1 4.8h10v2.4H1Z",
        }
    }
}

/// The sign in the colour of the text around it. The word beside it says the same, so it is hidden from screen readers.
pub fn shape(shape: Shape) -> impl IntoView {
    view! {
        <svg class="shape" viewBox="0 0 12 12" aria-hidden="true">
            <path d=shape.path() fill-rule="evenodd" fill="currentColor" />
        </svg>
    }
}
