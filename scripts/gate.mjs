// gate.mjs DIST: refuse a release build that cannot start or that is not locked down.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const dist = process.argv[2];
const failures = [];

// The page and the analysis, which the page loads when it has been painted.
const modules = readdirSync(dist).filter((name) => name.endsWith('.wasm'));
for (const kind of ['servescope', 'analysis']) {
  const found = modules.filter((name) => new RegExp(`^${kind}-[0-9a-f]+_bg\\.wasm$`).test(name)).length;
  if (found !== 1) failures.push(`expected one .wasm file of the module ${kind}, found ${found}`);
}
if (modules.length !== 2) failures.push(`expected two .wasm files, found ${modules.length}`);
for (const name of modules) failures.push(...cannotStart(readFileSync(join(dist, name))).map((text) => `${name}: ${text}`));

const html = readFileSync(join(dist, 'index.html'), 'utf8');
const analysis = /data-analysis="?(analysis-[0-9a-f]{16})/.exec(html)?.[1];
if (!analysis || !modules.includes(`${analysis}_bg.wasm`)) failures.push('index.html does not name the analysis that lies beside it');
if (!/<meta http-equiv="?Content-Security-Policy"? content="default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'sha256-/.test(html)) {
  failures.push('index.html has no Content-Security-Policy');
}
if (/<[^>]+\s(style|on[a-z]+)=/i.test(html)) failures.push('index.html has an inline style or an event attribute');
if (/(src|href)="?(https?:)?\/\//i.test(html)) failures.push('index.html names another origin');

for (const text of failures) console.error(`gate: ${text}`);
if (failures.length > 0) process.exit(1);
console.log('gate: both wasm modules instantiate, their reference tables grow, the page has its policy and names no other origin');

// An old wasm-opt confuses the two tables of the module; the page then dies with "failed to grow table by 4".
// The start function of wasm-bindgen does this very call first.
function cannotStart(bytes) {
  const module = new WebAssembly.Module(bytes);
  const imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== 'function') return [`imports the ${kind} ${from}.${name}, expected functions only`];
    (imports[from] ??= {})[name] = () => undefined;
  }
  const { exports } = new WebAssembly.Instance(module, imports);
  const table = Object.entries(exports).find(([name]) => name.startsWith('__wbindgen_externrefs'))?.[1];
  if (!(table instanceof WebAssembly.Table)) return ['exports no __wbindgen_externrefs table'];
  try {
    table.grow(4);
  } catch (error) {
    return [`the table __wbindgen_externrefs does not grow: ${error.message}`];
  }
  return [];
}
