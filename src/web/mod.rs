//! The page. The only module that names leptos or web-sys.
