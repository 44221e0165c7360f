//! Why a fetch failed. A page is told nothing but "failed"; a second request without CORS, the permissions, and the addresses tell
//! most of the rest.

use std::time::Duration;

use js_sys::{Function, Object, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, RequestMode};

use super::fetch::ask;
use crate::entry::{Address, Reach};
use crate::web::sheet::failure::Why;

/// Finds the most likely reason for a failure that the browser keeps to itself.
pub async fn diagnose(address: &Address) -> Why {
    let window = window();
    let page_is_secure = window.location().protocol().is_ok_and(|protocol| protocol == "https:");
    if page_is_secure && !address.secure && (address.reach != Reach::Loopback || is_safari()) {
        return Why::MixedContent;
    }
    if address.reach != Reach::Loopback && !window.navigator().on_line() {
        return Why::Offline;
    }
    if answers_without_cors(address).await {
        return Why::Cors;
    }
    // Pages of this machine need no permission for it.
    let page = window.location().host().ok().and_then(|host| crate::entry::address(&host).ok());
    let asks = page.is_none_or(|page| page.reach != Reach::Loopback);
    if asks && address.reach != Reach::Public && permission_denied(address.reach).await {
        return Why::Permission;
    }
    Why::Unreachable
}

/// An opaque answer is an answer: somebody listens there.
async fn answers_without_cors(address: &Address) -> bool {
    let Ok(abort) = AbortController::new() else { return false };
    let timer = {
        let abort = abort.clone();
        set_timeout_with_handle(move || abort.abort(), Duration::from_secs(5))
    };
    let answered = ask(&address.url, RequestMode::NoCors, &abort).await.is_some();
    if let Ok(timer) = timer {
        timer.clear();
    }
    abort.abort();
    answered
}

/// Browsers that know no such permission answer with an error, which is no denial.
async fn permission_denied(reach: Reach) -> bool {
    let names = match reach {
        Reach::Loopback => ["loopback-network", "local-network-access"],
        Reach::Private | Reach::Public => ["local-network", "local-network-access"],
    };
    for name in names {
        if permission(name).await.as_deref() == Some("denied") {
            return true;
        }
    }
    false
}

async fn permission(name: &str) -> Option<String> {
    let navigator = window().navigator();
    let permissions = Reflect::get(&navigator, &"permissions".into()).ok().filter(|found| !found.is_undefined())?;
    let query: Function = Reflect::get(&permissions, &"query".into()).ok()?.dyn_into().ok()?;
    let descriptor = Object::new();
    Reflect::set(&descriptor, &"name".into(), &JsValue::from_str(name)).ok()?;
    let promise: Promise = query.call1(&permissions, &descriptor).ok()?.dyn_into().ok()?;
    let status = JsFuture::from(promise).await.ok()?;
    Reflect::get(&status, &"state".into()).ok()?.as_string()
}

fn is_safari() -> bool {
    window()
        .navigator()
        .user_agent()
        .is_ok_and(|agent| agent.contains("Safari/") && !agent.contains("Chrome/") && !agent.contains("Chromium/"))
}
