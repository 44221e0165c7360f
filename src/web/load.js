// Loads the analysis, a module of its own beside the page, and keeps `window.servescope`.
// The build gives both files of the analysis one name, which stands on the element of the page.

let loading;
let attempts = 0;

/** The analysis, started. After a failure the next call tries again. */
export function load() {
  loading ??= start().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function start() {
  const name = document.getElementById('app').dataset.analysis;
  // A browser remembers that a module could not be loaded; another address asks anew.
  const again = attempts++ === 0 ? '' : `?${attempts}`;
  const at = (ending) => new URL(name + ending + again, document.baseURI);
  const [module, response] = await Promise.all([import(at('.js')), fetch(at('_bg.wasm'))]);
  if (!response.ok) throw new Error(`${response.status} for ${response.url}`);
  await module.default({ module_or_path: response });
  // From now on without a promise. `undefined` has no JSON; the answer to it is an error object like that to any other wrong request.
  api.analyze = (request) => JSON.parse(module.analyze(typeof request === 'string' ? request : JSON.stringify(request) ?? ''));
  return module;
}

const api = {
  /** A request, as an object or its JSON, answered with a report or `{error}`: a promise of it until the analysis is there. */
  analyze: (request) => load().then(() => api.analyze(request)),
};

export function expose(version) {
  globalThis.servescope = Object.assign(api, { version });
}
