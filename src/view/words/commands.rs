//! The commands that produce a good dump. Several dumps go into several files, because a file keeps the time at which it was taken.

pub const TITLE: &str = "Get a good dump";
pub const WHERE: &str = "Where the server runs";
pub const PORTS: &str =
    "vLLM listens on 8000. SGLang listens on 30000 and needs --enable-metrics. TGI listens on 3000, in its container on 80.";

/// One way to reach a server.
pub struct Way {
    pub name: &'static str,
    pub commands: &'static [Command],
}

/// One command with its purpose.
pub struct Command {
    pub what: &'static str,
    pub line: &'static str,
}

const ONE: &str = "One dump: what is";
const SIX: &str = "Six, ten seconds apart: what is happening now";

pub const WAYS: &[Way] = &[
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
