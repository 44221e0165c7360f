// Every way in, and what happens to texts that are none.
import assert from 'node:assert/strict';
import { SMALL_VLLM } from '../support/corpus.mjs';
import { HTML, SAMPLES, chips, complete, large, report, sample, verdict } from './support/dumps.mjs';
import { PASTE_PERMISSIONS, drop, open, paste } from './support/input.mjs';
import { pageTest } from './support/page-test.mjs';

const pasting = { permissions: PASTE_PERMISSIONS };
const home = (page) => page.getByRole('heading', { name: 'Why is my LLM server slow?' });

pageTest('a paste anywhere gives a report, and never enters a field', async ({ page }) => {
  await paste(page, sample('vllm-slot-bound-1'));
  assert.match(await verdict(page), /slots/);
  assert.deepEqual(await chips(page), ['pasted']);
  assert.equal(await page.locator('textarea').count(), 0);
}, pasting);

pageTest('the paste button reads the clipboard', async ({ page }) => {
  await page.evaluate((text) => navigator.clipboard.writeText(text), SMALL_VLLM);
  await page.getByRole('button', { name: /Paste from clipboard/ }).click();
  await verdict(page);
}, pasting);

pageTest('a refused clipboard says what to press instead', async ({ page }) => {
  await page.getByRole('button', { name: /Paste from clipboard/ }).click();
  await page.getByRole('alert').filter({ hasText: 'Ctrl+V' }).waitFor();
});

pageTest('a word pasted into a field stays there, a dump pasted over it is loaded', async ({ page }) => {
  await report(page);
  const search = page.getByRole('searchbox');
  await search.focus();
  await paste(page, 'waiting');
  await page.waitForFunction(() => document.querySelector('#raw-search').value === 'waiting');
  await paste(page, sample('vllm-kv-bound-1'));
  await page.locator('.verdict h1', { hasText: 'KV cache' }).waitFor();
  assert.equal(await search.inputValue(), 'waiting');
}, pasting);

pageTest('two dropped files of one server become a window', async ({ page }) => {
  const files = ['vllm-slot-bound-1', 'vllm-slot-bound-2'].map((name) => ({ name: `${name}.prom`, bytes: sample(name) }));
  await drop(page, 'main', files);
  await verdict(page);
  assert.deepEqual((await chips(page)).sort(), files.map((file) => file.name));
  await page.locator('.verdict', { hasText: 'between two dumps' }).waitFor();
});

pageTest('the time of a file is offered, and used once it is confirmed', async ({ page }) => {
  const started = 1_795_156_788_000;
  await drop(page, 'main', [{ name: 'old.prom', bytes: sample('vllm-slot-bound-1'), lastModified: started + 99 * 86_400_000 }]);
  await complete(page);
  assert.ok(!(await page.locator('main').textContent()).includes('since start, 99 days'));
  await page.locator('#unmeasured', { hasText: 'The file says 2027-' }).waitFor();
  await page.getByRole('button', { name: /Use that time/ }).click();
  await page.locator('#signals', { hasText: 'since start, 99 days' }).waitFor();
  await page.locator('.chip', { hasText: 'set by you' }).waitFor();
});

pageTest('a window by the times of files says so', async ({ page }) => {
  const files = ['vllm-slot-bound-1', 'vllm-slot-bound-2'].map((name, index) =>
    ({ name: `${name}.prom`, bytes: sample(name), lastModified: 1_795_500_000_000 + 60_000 * index }));
  await drop(page, 'main', files);
  await page.locator('.verdict', { hasText: '60 s between two dumps by the files’ times' }).waitFor();
});

pageTest('holding files over the page shows where they may fall', async ({ page }) => {
  const transfer = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File(['up 1'], 'a.prom'));
    return data;
  });
  const cover = page.locator('.drop-cover');
  await page.dispatchEvent('body', 'dragenter', { dataTransfer: transfer });
  await cover.waitFor();
  await page.dispatchEvent('body', 'dragleave', { dataTransfer: transfer });
  await cover.waitFor({ state: 'hidden' });
});

for (const [index, name] of SAMPLES.entries()) {
  pageTest(`the sample ${name} opens with its two times`, async ({ page }) => {
    await page.locator('.sample').nth(index).click();
    await verdict(page);
    assert.deepEqual(await chips(page), [`${name}-1.prom`, `${name}-2.prom`]);
    await page.locator('.verdict', { hasText: '60 s' }).waitFor();
    await page.locator('.chip', { hasText: 'simulated' }).first().waitFor();
  });
}

pageTest('a text of another server is looked at beside the first, and can be undone', async ({ page }) => {
  await report(page, 'vllm-slot-bound-1');
  await open(page, '#open-files', [{ name: 'tgi.prom', bytes: sample('tgi-overload-1') }]);
  await page.locator('.fact', { hasText: 'TGI' }).waitFor();
  assert.deepEqual(await chips(page), ['vllm-slot-bound-1.prom', 'tgi.prom']);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.locator('.fact', { hasText: 'vLLM' }).waitFor();
  assert.deepEqual(await chips(page), ['vllm-slot-bound-1.prom']);
});

pageTest('the same text twice is loaded once', async ({ page }) => {
  await report(page);
  await open(page, '#open-files', [{ name: 'again.prom', bytes: SMALL_VLLM }]);
  await page.getByRole('alert').filter({ hasText: 'loaded already' }).waitFor();
  assert.deepEqual(await chips(page), ['small.prom']);
});

pageTest('removing the last text leads home, starting over can be undone', async ({ page }) => {
  await report(page, 'vllm-slot-bound-1', 'vllm-slot-bound-2');
  await page.getByRole('button', { name: 'Remove vllm-slot-bound-1.prom' }).click();
  await page.locator('.verdict', { hasText: 'one dump' }).waitFor();
  await page.getByText('Add a dump', { exact: true }).click();
  await page.getByRole('button', { name: 'Start over' }).click();
  await home(page).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.locator('.chip').waitFor();
  assert.deepEqual(await chips(page), ['vllm-slot-bound-2.prom']);
});

pageTest('the time of a dump can be set, and rates follow', async ({ page }) => {
  await paste(page, sample('vllm-slot-bound-1'));
  await verdict(page);
  await paste(page, sample('vllm-slot-bound-2'));
  await page.locator('.chip').nth(1).waitFor();
  for (const [index, time] of ['2026-11-20T10:29:00', '2026-11-20T10:30:00'].entries()) {
    await page.locator('.chip').nth(index).getByRole('button', { name: /when pasted/ }).click();
    await page.getByLabel('Time of the dump').fill(time);
    await page.getByLabel('Time of the dump').blur();
  }
  await page.locator('.verdict', { hasText: '60 s' }).waitFor();
}, pasting);

for (const [what, text, reason] of [
  ['a login page', HTML, /HTML|No line|not/],
  ['nonsense', 'this is not\na metrics page at all\n', /Line 1/],
  ['an empty file', '', /empty/],
  ['another server', 'node_cpu_seconds_total{cpu="0",mode="idle"} 5\nnode_load1 0.2\n', /./],
]) {
  pageTest(`${what} is answered with a reason, and nothing is lost`, async ({ page }) => {
    await report(page, 'vllm-slot-bound-1');
    const before = await verdict(page);
    await open(page, '#open-files', [{ name: 'bad.prom', bytes: text }]);
    const alert = page.locator('.notice');
    await alert.filter({ hasText: 'bad.prom' }).waitFor();
    assert.match(await alert.textContent(), reason);
    assert.equal(await verdict(page), before);
    assert.deepEqual(await chips(page), ['vllm-slot-bound-1.prom']);
  });
}

pageTest('a text without an LLM server in it says so when it is the first', async ({ page }) => {
  await open(page, '#open-files', [{ name: 'node.prom', bytes: 'node_cpu_seconds_total{cpu="0",mode="idle"} 5\nnode_load1 0.2\n' }]);
  await page.locator('.verdict', { hasText: /node_exporter|none is of vLLM/ }).waitFor();
});

pageTest('5 MB are read, and the page goes on answering', async ({ page }) => {
  await paste(page, large(5_000_000));
  await verdict(page);
  await page.locator('.chip', { hasText: '5.0 MB' }).waitFor();
  await page.getByRole('searchbox').fill('disk-50000"');
  await page.locator('.raw-row.line', { hasText: 'disk-50000"' }).waitFor();
}, pasting);

pageTest('metrics are text: markup in labels stays text', async ({ page }) => {
  const evil = SMALL_VLLM.replaceAll('demo/model-8b', '<img src=x onerror=alert(1)><b>x');
  await open(page, '#open-files', [{ name: '<i>evil</i>.prom', bytes: evil }]);
  await complete(page);
  assert.deepEqual(await chips(page), ['<i>evil</i>.prom']);
  assert.equal(await page.locator('main img, main i').count(), 0);
});
