// The analysis is a module of its own that the page loads once it has been painted: what happens before, and when it does not come.
import assert from 'node:assert/strict';
import { SMALL_VLLM } from '../support/corpus.mjs';
import { chips, sample, verdict } from './support/dumps.mjs';
import { PASTE_PERMISSIONS, open, paste } from './support/input.mjs';
import { metrics } from './support/page.mjs';
import { pageTest } from './support/page-test.mjs';

const WASM = '**/analysis-*_bg.wasm*';
const SCRIPT = '**/analysis-*.js*';

/** A route that holds its requests back until it is opened. */
function gate() {
  let let_through;
  const opened = new Promise((done) => { let_through = done; });
  return { open: () => let_through(), route: async (route) => { await opened; await route.continue(); } };
}

pageTest('the analysis is asked for after the first painting', async ({ page }) => {
  await page.evaluate(() => globalThis.servescope.ready());
  const { painted, asked } = await page.evaluate(() => ({
    painted: performance.getEntriesByName('first-contentful-paint')[0].startTime,
    asked: performance.getEntriesByType('resource').filter(({ name }) => name.includes('/analysis-')).map(({ startTime }) => startTime),
  }));
  assert.equal(asked.length, 2);
  for (const start of asked) assert.ok(start > painted, `asked at ${start} ms, painted at ${painted} ms`);
});

const slow = gate();
pageTest('what is given before the analysis has come waits for it, visibly', async ({ page }) => {
  await page.getByRole('heading', { name: 'Why is my LLM server slow?' }).waitFor();
  const answer = page.evaluate((text) => globalThis.servescope.analyze({ snapshots: [{ text }] }), SMALL_VLLM);
  await paste(page, sample('vllm-slot-bound-1'));
  await open(page, '#open-files', [{ name: 'second.prom', bytes: sample('vllm-slot-bound-2') }]);
  await page.getByRole('alert').filter({ hasText: 'still being loaded' }).waitFor();
  slow.open();
  await verdict(page);
  await page.locator('.chip', { hasText: 'second.prom' }).waitFor();
  assert.deepEqual(await chips(page), ['pasted', 'second.prom']);
  assert.equal(await page.getByRole('alert').filter({ hasText: 'still being loaded' }).count(), 0);
  assert.equal((await answer).schema, 'servescope.report/1', 'a script that asked early has its answer');
}, { permissions: PASTE_PERMISSIONS, routes: [[WASM, slow.route]] });

const late = gate();
pageTest('the rules come with the analysis, at the one that the address names', async ({ page }) => {
  await page.getByText('The rules are being loaded.').waitFor();
  late.open();
  await page.locator('#rule-sequence-limit').waitFor();
  await page.waitForFunction(() => Math.abs(document.querySelector('#rule-sequence-limit').getBoundingClientRect().top) < innerHeight);
}, { hash: '#rule-sequence-limit', routes: [[WASM, late.route]] });

for (const [what, pattern] of [['wasm', WASM], ['script', SCRIPT]]) {
  let failures = 1;
  pageTest(`an analysis whose ${what} does not come says so, and comes when it is asked for again`, async ({ page }) => {
    const alert = page.getByRole('alert').filter({ hasText: 'could not be loaded' });
    await alert.waitFor();
    await open(page, '#open-files', [{ name: 'kept.prom', bytes: SMALL_VLLM }]);
    await page.getByRole('button', { name: 'Load it again' }).click();
    await verdict(page);
    assert.deepEqual(await chips(page), ['kept.prom']);
    assert.equal(await alert.count(), 0);
  }, { routes: [[pattern, (route) => (failures-- > 0 ? route.abort() : route.continue())]], expectConsole: [/ERR_FAILED/] });
}

pageTest('an address can be fetched before the analysis is there', async ({ page }) => {
  await page.getByRole('button', { name: 'Fetch from a URL' }).first().click();
  await page.getByLabel('Address of the server').fill(metrics.url('metrics'));
  await page.getByRole('button', { name: 'Fetch', exact: true }).click();
  await verdict(page);
  assert.equal(await page.locator('dialog[open]').count(), 0);
}, { origins: [metrics.origin], routes: [[WASM, async (route) => { await new Promise((done) => setTimeout(done, 1500)); await route.continue(); }]] });

pageTest('an analysis that stops is named as such, once', async ({ page }) => {
  await open(page, '#open-files', [{ name: 'any.prom', bytes: SMALL_VLLM }]);
  await page.locator('.crash', { hasText: 'out of luck' }).waitFor();
  assert.equal(await page.locator('.crash').count(), 1);
}, {
  expectConsole: [/out of luck/],
  routes: [[SCRIPT, async (route) => {
    const response = await route.fetch();
    const script = (await response.text()).replace('export function accept() {', "$& throw new Error('out of luck');");
    await route.fulfill({ response, body: script });
  }]],
});
