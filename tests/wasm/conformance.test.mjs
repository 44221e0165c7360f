// The public conformance suites of the formats, judged by the core in WebAssembly. Natively: tests/conformance.rs.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { corpus } from '../support/corpus.mjs';

const checkout = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const target = resolve(checkout, process.env.CARGO_TARGET_DIR ?? 'target');
const wasm = createRequire(import.meta.url)(join(target, 'wasm-core/wasm_core.js'));
const skip = corpus === null && 'no corpus';

const input = ({ text, base64 }) => Buffer.from(text ?? base64, text === undefined ? 'base64' : 'utf8');
const cases = (file) => JSON.parse(readFileSync(join(corpus, 'conformance/derived', file))).cases;

test('the 211 OpenMetrics verdicts', { skip }, () => {
  const folder = join(corpus, 'conformance/openmetrics-1.0/tests/testdata/parsers');
  const names = readdirSync(folder);
  assert.equal(names.length, 211);
  for (const name of names) {
    const { shouldParse } = JSON.parse(readFileSync(join(folder, name, 'test.json')));
    assert.equal(wasm.first_deviation(readFileSync(join(folder, name, 'metrics')), 'openmetrics', false) === 0, shouldParse, name);
  }
});

test('the 48 errors of expfmt in their lines, and its 18 valid texts', { skip }, () => {
  const errors = cases('expfmt_text_parse_errors.json');
  assert.equal(errors.length, 48);
  for (const { i, input: bytes, err_utf8, err_legacy } of errors) {
    const line = (message) => Number(/line (\d+)/.exec(message)?.[1] ?? 0);
    assert.equal(wasm.first_deviation(input(bytes), 'text', false), line(err_utf8), `case ${i}`);
    // An empty legacy message means that both are equal.
    assert.equal(wasm.first_deviation(input(bytes), 'text', true), line(err_legacy || err_utf8), `case ${i} with legacy names`);
  }
  const valid = cases('expfmt_text_parse_ok_inputs.json');
  assert.equal(valid.length, 18);
  for (const { i, input: bytes } of valid) assert.equal(wasm.first_deviation(input(bytes), 'text', false), 0, `case ${i}`);
});

test('the 18 and 70 texts of the scraper', { skip }, () => {
  for (const [file, format, count] of [['promparse_errors.json', 'text', 18], ['openmetricsparse_errors.json', 'openmetrics', 70]]) {
    assert.equal(cases(file).length, count);
    for (const { i, input: bytes, accept } of cases(file)) assert.equal(wasm.first_deviation(input(bytes), format, false) === 0, accept, `${file} ${i}`);
  }
});
