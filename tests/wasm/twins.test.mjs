// The core gives the same bytes in WebAssembly as natively: for every dump, every recorded run, and every wrong request.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { corpus, dumps, keptRuns, read, runs, SMALL_VLLM } from '../support/corpus.mjs';

const checkout = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const target = resolve(checkout, process.env.CARGO_TARGET_DIR ?? 'target');
const wasm = createRequire(import.meta.url)(join(target, 'wasm-core/wasm_core.js'));

function native(args, input) {
  const { stdout, stderr, error, signal } = spawnSync(join(target, 'release/examples/analyze'), args, { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.ifError(error);
  assert.equal(signal, null, stderr);
  return stdout;
}

function assertTwins(request) {
  const text = typeof request === 'string' ? request : JSON.stringify(request);
  const answer = wasm.analyze(text);
  assert.equal(`${answer}\n`, native(['--request', '-'], text));
  return JSON.parse(answer);
}

test('the wasm is built from this version', () => {
  assert.equal(wasm.version(), /^version = "(.*)"$/m.exec(readFileSync(join(checkout, 'Cargo.toml'), 'utf8'))[1]);
});

test('a small text gives the same report', () => {
  assertTwins({ snapshots: [{ text: SMALL_VLLM, name: 'small.prom' }] });
  assertTwins({ snapshots: [{ text: SMALL_VLLM }], profile: 'classic' });
});

test('a wrong request gives the same error object', () => {
  const wrong = ['', '{', '[]', '{"snapshots": []}', '{"snapshots": [{"text": ""}]}', '{"snapshots": [{"text": "<!DOCTYPE html>"}]}',
    '{"snapshots": [{"url": "http://localhost/metrics"}]}', '{"unknown": 1}'];
  for (const request of [...wrong, JSON.stringify({ instance_type: 'triton', snapshots: [{ text: SMALL_VLLM }] })]) assertTwins(request);
});

test('every kept recording gives the same report, moment by moment and from its first and its last', () => {
  const snapshot = (path) => ({ text: readFileSync(path, 'utf8'), name: path });
  for (const run of keptRuns()) {
    for (const path of run) assertTwins({ snapshots: [snapshot(path)] });
    assertTwins({ snapshots: [run[0], run.at(-1)].map(snapshot) });
  }
});

const skip = corpus === null && 'no corpus';

test('every dump gives the same report', { skip }, () => {
  for (const path of dumps()) {
    for (const profile of ['default', 'classic']) assertTwins({ profile, snapshots: [{ text: read(path).toString(), name: path }] });
  }
});

test('every recorded run gives the same report from its first and its last snapshot', { skip }, () => {
  for (const run of runs()) {
    assertTwins({ snapshots: [run[0], run.at(-1)].map((path) => ({ text: read(path).toString(), name: path })) });
  }
});
