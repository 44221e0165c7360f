// Starts the worker that holds the analysis, takes messages to and from it, and keeps `window.servescope`.
//
// The worker begins as a blob, because a blob has the policy of the page that made it: a worker that is loaded by its address would be
// free of the page's Content-Security-Policy. All that the blob does is to import the analysis, whose name stands on the page.

let worker;
let attempts = 0;
let answers = new Map(); // of `analyze`, by number
let requests = 0;
let there = promised();

/** A worker that has not begun to run by then never will. How long its files take is the network's business. */
const PATIENCE = 10_000;
/** Bytes that are read of a file at a time. */
const SLICE = 4 * 1024 * 1024;

/**
 * Starts the worker, in the place of one that was there before. `heard(bytes, text)` gets each message with the document beside it,
 * `lost(reason, ran)` the end of it; `ran` says whether it ever was there.
 */
export function start(heard, lost) {
  stop();
  let ran = false;
  const name = document.getElementById('app').dataset.analysis;
  // A browser remembers that a module could not be loaded; another address asks anew.
  const again = attempts++ === 0 ? '' : `?${attempts}`;
  const at = (file) => JSON.stringify(new URL(file, document.baseURI).href);
  const sample = navigator.connection?.saveData ? 'undefined' : at('samples/vllm-slot-bound-1.prom');
  const script = `(${work})(${at(`${name}.js${again}`)}, ${at(`${name}_bg.wasm${again}`)}, ${sample}, ${SLICE})`;
  const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const end = (reason) => {
    if (worker !== mine) return;
    stop();
    for (const { failed } of answers.values()) failed(new Error(reason));
    answers = new Map();
    lost(reason, ran);
  };
  let mine;
  try {
    mine = new Worker(address, { type: 'module' });
  } catch (error) {
    setTimeout(() => lost(String(error), false)); // a policy that forbids it
    return;
  }
  worker = mine;
  const timer = setTimeout(() => end(`The worker did not start within ${PATIENCE / 1000} s.`), PATIENCE);
  mine.onerror = (event) => {
    clearTimeout(timer);
    end(event.message || 'The worker could not be started.');
  };
  mine.onmessage = ({ data: { bytes, text, began, failed, stopped } }) => {
    clearTimeout(timer);
    if (began) return URL.revokeObjectURL(address);
    if (failed ?? stopped) return end(failed ?? stopped);
    if (!ran) there.done();
    ran = true;
    heard(bytes, text && new TextDecoder().decode(text));
  };
}

/** Ends the worker. */
export function stop() {
  worker?.terminate();
  if (worker) there = promised(there);
  worker = undefined;
}

/** Sends a command; `payload`, files, texts or buffers, goes with it. Buffers are handed over, not copied. */
export function send(bytes, payload) {
  worker.postMessage({ bytes, payload }, [bytes.buffer, ...(payload ?? []).filter((part) => part instanceof ArrayBuffer)]);
}

/** Gives scripts their way in. `ask(id)` is the command that goes with a request. */
export function expose(version, ask) {
  globalThis.servescope = {
    version,
    /** A request, as an object or its JSON, answered with a promise of a report or of `{error}`. */
    analyze: async (request) => {
      await there.promise;
      // `undefined` has no JSON; the answer to it is an error object like that to any other wrong request.
      const text = typeof request === 'string' ? request : JSON.stringify(request) ?? '';
      const id = ++requests;
      const answer = new Promise((done, failed) => answers.set(id, { done, failed }));
      send(ask(id), [text]);
      return JSON.parse(await answer);
    },
    /** A promise that the analysis is there. */
    ready: () => there.promise,
  };
}

/** What the worker answers to the request of a script. */
export function answered(id, text) {
  answers.get(id)?.done(text);
  answers.delete(id);
}

/** A promise that somebody else keeps. Who waited for an earlier one waits for this. */
function promised(earlier) {
  let done;
  const promise = new Promise((kept) => { done = kept; });
  if (earlier) promise.then(earlier.done);
  return { promise, done };
}

// This is the text of the worker. It names nothing from outside.
function work(script, wasm, sample, slice) {
  const reason = (error) => String(error?.message ?? error);
  const turn = () => new Promise((done) => setTimeout(done));
  const stopped = (event, error) => {
    event.preventDefault(); // the page says it
    postMessage({ stopped: reason(error) });
  };
  addEventListener('error', (event) => stopped(event, event.message));
  addEventListener('unhandledrejection', (event) => stopped(event, event.reason));
  postMessage({ began: true });
  import(script).then(async (module) => {
    await module.default({ module_or_path: wasm });
    return module;
  }).then(serve, (error) => postMessage({ failed: reason(error) }));

  function serve(module) {
    let line = Promise.resolve(); // texts are read one after the other; what comes alone does not wait for them
    onmessage = ({ data: { bytes, payload } }) => {
      if (payload) line = line.then(() => read(module, bytes, payload));
      else module.command(bytes);
    };
    module.connect((bytes, text) => postMessage({ bytes, text }, text ? [bytes.buffer, text.buffer] : [bytes.buffer]));
    if (sample) warmUp(module).catch(() => {}); // without it the first report comes a little later, no more
  }

  async function read(module, bytes, payload) {
    module.command(bytes);
    for (const given of payload) {
      const text = typeof given === 'string' ? new TextEncoder().encode(given).buffer : given;
      const size = text.size ?? text.byteLength;
      let isRead = true;
      for (let at = 0; at === 0 || at < size; at += slice) {
        let piece;
        try {
          piece = text instanceof Blob ? await text.slice(at, at + slice).arrayBuffer() : text.slice(at, at + slice);
        } catch {
          isRead = false; // a folder, or a file that went away
          break;
        }
        if (!module.receive(new Uint8Array(piece))) break;
        if (at + slice < size) await turn(); // for a word to stop
      }
      module.end_of_text(isRead);
    }
  }

  // A browser compiles a function of the analysis when it is first called. Here they are called on a sample while nobody waits.
  async function warmUp(module) {
    const text = await (await fetch(sample)).arrayBuffer();
    await turn();
    module.warm_up(new Uint8Array(text));
  }
}
