//! The built-in samples. They come from the project's own simulator.

use leptos::prelude::*;

use crate::web::action::Action;
use crate::web::page::Page;

const TITLE: &str = "Or look at an example";
const GENERATED: &str = "Made by a simulator, not recorded from a server.";
pub const MISSING: &str = "The sample could not be loaded. Is the page still being served?";

/// A simulated server with its two dumps.
pub struct Sample {
    pub title: &'static str,
    pub sees: &'static str,
    pub files: [&'static str; 2],
}

/// When the dumps were taken on the simulator's clock, Unix seconds: 1740 and 1800 s after its epoch.
pub const TIMES: [f64; 2] = [1_795_166_940.0, 1_795_167_000.0];

pub const SAMPLES: [Sample; 6] = [
    Sample {
        title: "vLLM, every slot taken",
        sees: "a queue beside an empty KV cache",
        files: ["vllm-slot-bound-1.prom", "vllm-slot-bound-2.prom"],
    },
    Sample { title: "vLLM, KV cache full", sees: "requests wait for memory", files: ["vllm-kv-bound-1.prom", "vllm-kv-bound-2.prom"] },
    Sample {
        title: "SGLang, overloaded",
        sees: "more arrives than it can serve",
        files: ["sglang-overload-1.prom", "sglang-overload-2.prom"],
    },
    Sample {
        title: "TGI, turning requests away",
        sees: "429 for those who find no place",
        files: ["tgi-overload-1.prom", "tgi-overload-2.prom"],
    },
    Sample { title: "vLLM, busy and healthy", sees: "busy is not sick", files: ["vllm-healthy-1.prom", "vllm-healthy-2.prom"] },
    Sample { title: "vLLM, idle", sees: "idle is not sick either", files: ["vllm-idle-1.prom", "vllm-idle-2.prom"] },
];

const DUMPS: &str = "2 dumps";

pub fn samples(page: Page) -> AnyView {
    let item = |(index, sample): (usize, &'static Sample)| {
        view! {
            <li>
                <button class="sample" type="button" on:click=move |_| page.act(Action::OpenSample(index))>
                    <b>{sample.title}</b>
                    " "
                    <span>{sample.sees}</span>
                    " "
                    <span class="quiet">{DUMPS}</span>
                </button>
            </li>
        }
        .into_any()
    };
    view! {
        <section class="card samples" aria-labelledby="samples-title">
            <h2 id="samples-title">{TITLE}</h2>
            <p class="quiet">{GENERATED}</p>
            <ul class="plain">{SAMPLES.iter().enumerate().map(item).collect::<Vec<AnyView>>()}</ul>
        </section>
    }
    .into_any()
}
