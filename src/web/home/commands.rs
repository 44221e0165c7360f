//! The commands that produce a good dump. Several dumps go into several files, because a file keeps the time at which it was taken.

use leptos::prelude::*;

use crate::web::parts::{copy_button, live, word};

const TITLE: &str = "Get a good dump";
const WHERE: &str = "Where the server runs";
const PORTS: &str =
    "vLLM listens on 8000. SGLang listens on 30000 and needs --enable-metrics. TGI listens on 3000, in its container on 80.";

/// One way to reach a server.
struct Way {
    name: &'static str,
    commands: &'static [Command],
}

/// One command with its purpose.
struct Command {
    what: &'static str,
    line: &'static str,
}

const ONE: &str = "One dump: what is";
const SIX: &str = "Six, ten seconds apart: what is happening now";

const WAYS: &[Way] = &[
    Way {
        name: "curl",
        commands: &[
            Command { what: ONE, line: "curl -s http://HOST:8000/metrics > dump.prom" },
            Command { what: SIX, line: "for i in 1 2 3 4 5 6; do curl -s http://HOST:8000/metrics > dump-$i.prom; sleep 10; done" },
        ],
    },
    Way {
        name: "kubectl",
        commands: &[
            Command { what: ONE, line: "kubectl get --raw /api/v1/namespaces/NAMESPACE/pods/POD:8000/proxy/metrics > dump.prom" },
            Command {
                what: SIX,
                line: "for i in 1 2 3 4 5 6; do kubectl get --raw /api/v1/namespaces/NAMESPACE/pods/POD:8000/proxy/metrics > dump-$i.prom; sleep 10; done",
            },
        ],
    },
    Way {
        name: "docker",
        commands: &[
            Command { what: ONE, line: "docker exec CONTAINER curl -s localhost:8000/metrics > dump.prom" },
            Command {
                what: SIX,
                line: "for i in 1 2 3 4 5 6; do docker exec CONTAINER curl -s localhost:8000/metrics > dump-$i.prom; sleep 10; done",
            },
        ],
    },
    Way {
        name: "Prometheus",
        commands: &[Command {
            what: "What Prometheus scraped last, of one instance",
            line: "curl -sG http://PROMETHEUS:9090/federate --data-urlencode 'match[]={instance=\"HOST:8000\"}' > dump.prom",
        }],
    },
];

pub fn commands() -> AnyView {
    let way = RwSignal::new(0_usize);
    let tab = |(index, known): (usize, &'static Way)| {
        view! {
            <button type="button" aria-pressed=word(move || if way.get() == index { "true" } else { "false" }) on:click=move |_| way.set(index)>
                {known.name}
            </button>
        }
        .into_any()
    };
    let tabs = WAYS.iter().enumerate().map(tab).collect::<Vec<AnyView>>();
    let shown = move || WAYS.get(way.get()).map(|way| way.commands.iter().map(command).collect::<Vec<AnyView>>());
    view! {
        <section class="card commands" aria-labelledby="commands-title">
            <h2 id="commands-title">{TITLE}</h2>
            <div class="switch" role="group" aria-label=WHERE>{tabs}</div>
            <div>{live(shown)}</div>
            <p class="quiet">{PORTS}</p>
        </section>
    }
    .into_any()
}

fn command(command: &'static Command) -> AnyView {
    view! {
        <div class="command">
            <p>{command.what}</p>
            <pre><code>{command.line}</code></pre>
            {copy_button(command.line.to_owned(), command.what.to_owned())}
        </div>
    }
    .into_any()
}
