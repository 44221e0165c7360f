// The analysis is a module of its own that the page loads once it has been painted: what happens before, and when it does not come.
import assert from 'node:assert/strict';
import { SMALL_VLLM } from '../support/corpus.mjs';
import { chips, gone, sample, verdict } from './support/dumps.mjs';
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

pageTest('the analysis is asked for after the first painting', async ({ page, requests }) => {
  await page.evaluate(() => globalThis.servescope.ready());
  const painted = await page.evaluate(() => performance.timeOrigin + performance.getEntriesByName('first-contentful-paint')[0].startTime);
  const asked = requests.filter(({ url }) => url.includes('/analysis-'));
  assert.equal(asked.length, 2);
  for (const { url, at } of asked) assert.ok(at > painted, `${url} asked at ${at}, painted at ${painted}`);
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
  await gone(page.getByRole('alert').filter({ hasText: 'still being loaded' }));
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
    await gone(alert);
  }, { routes: [[pattern, (route) => (failures-- > 0 ? route.abort() : route.continue())]] });
}

pageTest('an address can be fetched before the analysis is there', async ({ page }) => {
  await page.getByRole('button', { name: 'Fetch from a URL' }).first().click();
  await page.getByLabel('Address of the server').fill(metrics.url('metrics'));
  await page.getByRole('button', { name: 'Fetch', exact: true }).click();
  await verdict(page);
  await gone(page.locator('dialog[open]'));
}, { origins: [metrics.origin], routes: [[WASM, async (route) => { await new Promise((done) => setTimeout(done, 1500)); await route.continue(); }]] });

let deaths = 1;
pageTest('a worker that dies is named as such, what was set is kept, and it can be started again', async ({ page }) => {
  await open(page, '#open-files', [{ name: 'first.prom', bytes: sample('vllm-slot-bound-1') }]);
  await verdict(page);
  await page.getByLabel('Rules', { exact: true }).selectOption('classic');
  await page.locator('.fact', { hasText: 'classic' }).waitFor();
  await open(page, '#open-files', [{ name: 'any.prom', bytes: SMALL_VLLM }]);
  await page.locator('.crash', { hasText: 'out of luck' }).waitFor();
  assert.equal(await page.locator('.crash').count(), 1);
  await page.getByRole('button', { name: 'Start it again' }).click();
  await page.locator('.crash').waitFor({ state: 'detached' });
  await open(page, '#open-files', [{ name: 'again.prom', bytes: sample('vllm-slot-bound-1') }]);
  await page.locator('.chip', { hasText: 'again.prom' }).waitFor();
  await page.locator('.fact', { hasText: 'classic' }).waitFor();
  assert.deepEqual(await chips(page), ['again.prom']);
}, {
  expectConsole: [/out of luck/],
  routes: [[SCRIPT, async (route) => {
    const response = await route.fetch();
    // The second text of the first worker is one too many.
    const script = (await response.text()).replace(/export function end_of_text\([^)]*\) *\{/, "$& globalThis.texts = (globalThis.texts ?? 0) + 1; if (DIES && globalThis.texts === 2) throw new Error('out of luck');");
    await route.fulfill({ response, body: `const DIES = ${deaths-- > 0};\n${script}` });
  }]],
});

pageTest('a worker that cannot start is named as such, and can be started again', async ({ page }) => {
  const alert = page.getByRole('alert').filter({ hasText: 'could not be loaded' });
  await alert.waitFor();
  await page.getByRole('button', { name: 'Load it again' }).click();
  await page.evaluate(() => globalThis.servescope.ready());
  await gone(alert);
}, {
  before: (page) => page.addInitScript(() => {
    // The first worker never says a word; the clock of the page runs a hundred times faster for the one timer that waits for it.
    const Real = globalThis.Worker;
    const later = globalThis.setTimeout;
    let silent = 1;
    globalThis.setTimeout = (task, time, ...rest) => later(task, time === 10_000 ? 100 : time, ...rest);
    globalThis.Worker = function Worker(address, options) {
      return silent-- > 0 ? { terminate() {}, postMessage() {} } : new Real(address, options);
    };
  }),
});
