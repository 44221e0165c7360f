// Named states of the page, for screenshots: each is brought about as a person would do it.
// `go` gets the page and the two servers; `options` are those of `openPage`.
import { HTML, SAMPLES, UNPROVEN, beforeAndAfter, complete, many, report, sample, unfold as openFolds } from './support/dumps.mjs';
import { open } from './support/input.mjs';
import { metrics } from './support/page.mjs';

// An example comes with the times of its dumps; files that are opened here would all be of now.
const window = (name) => ({
  name,
  go: async ({ page }) => {
    await page.locator('.sample').nth(SAMPLES.indexOf(name)).click();
    await complete(page);
  },
});

export const STATES = [
  { name: 'empty', go: async () => {} },
  window('vllm-slot-bound'),
  window('vllm-kv-bound'),
  window('sglang-overload'),
  window('tgi-overload'),
  window('vllm-healthy'),
  window('vllm-idle'),
  { name: 'one-dump', go: async ({ page }) => report(page, 'vllm-kv-bound-1') },
  { name: 'symptom', go: async ({ page }) => text(page, 'queue.prom', UNPROVEN) },
  { name: 'idle-missed', go: async ({ page }) => text(page, 'idle.prom', idle) },
  { name: 'stamped', go: async ({ page }) => text(page, 'stamped.prom', stamped) },
  { name: 'refused', go: async ({ page }) => text(page, 'triton.prom', '# TYPE nv_inference_count counter\nnv_inference_count{model="m"} 3\n') },
  {
    name: 'before-after',
    go: async ({ page }) => {
      await open(page, '#open-files', beforeAndAfter());
      await complete(page);
    },
  },
  {
    name: 'many-dumps',
    go: async ({ page }) => {
      await open(page, '#open-files', many(21));
      await complete(page);
    },
  },
  {
    name: 'classic',
    go: async ({ page }) => {
      await report(page, 'vllm-slot-bound-1');
      await unfold(page);
      await page.getByLabel('Rules', { exact: true }).selectOption('classic');
      await page.locator('.fact', { hasText: 'classic' }).waitFor();
      await complete(page);
    },
  },
  {
    name: 'targets',
    go: async ({ page }) => {
      await report(page, 'vllm-slot-bound-1', 'vllm-slot-bound-2');
      await unfold(page);
      await page.getByRole('button', { name: 'Edit the targets' }).click();
      await page.locator('.target-row').first().getByLabel('Value with unit').fill('45 parsecs');
      await page.locator('.field-error', { hasText: 'parsecs' }).waitFor();
    },
  },
  {
    name: 'lines',
    go: async ({ page }) => {
      await report(page, 'vllm-slot-bound-1');
      await page.locator('.finding').getByRole('button', { name: /^line/ }).first().click();
      await page.locator('.raw-row.marked').first().waitFor();
    },
  },
  {
    name: 'unfolded',
    go: async ({ page }) => {
      await report(page, 'vllm-slot-bound-1', 'vllm-slot-bound-2');
      await openFolds(page);
    },
  },
  {
    name: 'rejected',
    go: async ({ page }) => {
      await report(page, 'vllm-healthy-1');
      await open(page, '#open-files', [{ name: 'login.html', bytes: HTML }]);
      await page.locator('.notice.bad').waitFor();
    },
  },
  {
    name: 'fetch-failed',
    options: { origins: [metrics.origin], expectConsole: [/CORS policy/, /ERR_FAILED/] },
    go: async ({ page }) => {
      await page.getByRole('button', { name: 'Fetch from a URL' }).first().click();
      await page.getByLabel('Address of the server').fill(metrics.url('no-cors'));
      await page.getByRole('button', { name: 'Fetch', exact: true }).click();
      await page.locator('.failure').waitFor();
    },
  },
  {
    name: 'waiting', // for the analysis, which never comes
    options: { routes: [['**/analysis-*_bg.wasm*', () => {}]] },
    go: async ({ page }) => {
      await open(page, '#open-files', [{ name: 'early.prom', bytes: HTML }]);
      await page.getByRole('alert').filter({ hasText: 'still being loaded' }).waitFor();
    },
  },
  {
    name: 'not-loaded',
    options: { routes: [['**/analysis-*_bg.wasm*', (route) => route.abort()]], expectConsole: [/ERR_FAILED/] },
    go: async ({ page }) => page.getByRole('button', { name: 'Load it again' }).waitFor(),
  },
  { name: 'help', go: async ({ page }) => page.getByRole('button', { name: 'Help' }).click() },
  { name: 'rules', go: async ({ page }) => page.getByRole('link', { name: 'Rules' }).click().then(() => page.locator('.rule').first().waitFor()) },
];

async function text(page, name, bytes) {
  await open(page, '#open-files', [{ name, bytes }]);
  await complete(page);
}

/** An overloaded TGI after everybody has gone. */
const idle = sample('tgi-overload-2').replace(/^(tgi_queue_size|tgi_batch_current_size) \d+$/gm, '$1 0');

/** Samples that carry their own time, 2026-11-24T06:00:00Z. */
const stamped = sample('vllm-kv-bound-1').replace(/^[^#\n].*$/gm, '$& 1795500000000');

/** On a narrow screen the form is folded. */
async function unfold(page) {
  await page.locator('.settings-fold').evaluate((fold) => { fold.open = true; });
}
