// The report as a person reads it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { corpus, read } from '../support/corpus.mjs';
import { assertAccessible } from './support/axe.mjs';
import { beforeAndAfter, complete, focusOnId, gone, large, many, report, sample, unfold, verdict } from './support/dumps.mjs';
import { PASTE_PERMISSIONS, open } from './support/input.mjs';
import { pageTest } from './support/page-test.mjs';

for (const [name, server] of [['vllm-kv-bound', 'vLLM'], ['sglang-overload', 'SGLang'], ['tgi-overload', 'TGI']]) {
  pageTest(`${name}: verdict, causes, service levels, anatomy, signals, raw`, async ({ page }) => {
    await report(page, `${name}-1`, `${name}-2`);
    await page.locator('.fact', { hasText: server }).waitFor();
    for (const part of ['What is wrong', 'Service levels', 'Where the time of a request goes', 'Signals', 'Raw metrics']) {
      await page.getByRole('heading', { name: part, exact: true }).waitFor();
    }
    assert.ok(await page.locator('.finding').count() >= 1, 'an overloaded server has a finding');
    assert.ok(await page.locator('.service').count() >= 3);
  });
}

pageTest('healthy and idle servers have no critical finding', async ({ page }) => {
  for (const name of ['vllm-healthy', 'vllm-idle']) {
    await report(page, `${name}-1`, `${name}-2`);
    assert.equal(await page.locator('.finding.critical').count(), 0);
    await startOver(page);
  }
});

pageTest('two dumps before a change and two after it are set side by side', async ({ page }) => {
  await open(page, '#open-files', beforeAndAfter());
  await complete(page);
  const card = page.locator('#comparison');
  await card.getByRole('heading', { name: 'Before and after' }).waitFor();
  assert.match(await card.locator('.what').textContent(), /is better.*“Sequence limit reached” is gone/);
  await card.locator('tbody tr', { hasText: 'P95 time to first token' }).locator('.badge.good').waitFor();
  await assertAccessible(page);
});

if (corpus !== null) {
  pageTest('a real loaded vLLM: the slots are taken while the KV cache has room', async ({ page }) => {
    await open(page, '#open-files', [{ name: 'loaded.prom', bytes: read('dumps/vllm/er0080-vllm-0.25.1-loaded.prom') }]);
    assert.match(await verdict(page), /one of 64 slots while the KV cache is 11\.2\u00a0% full/);
    await page.locator('.finding', { hasText: '195' }).first().waitFor();
    // The cause is only possible, so that the score beside it is no plain green.
    assert.match(await page.locator('.verdict.low .score').textContent(), /89.*Look closer/);
  });
}

/** Back to the empty page, so that what comes next is read for itself. */
async function startOver(page) {
  await page.getByText('Add a dump', { exact: true }).click();
  await page.getByRole('button', { name: 'Start over' }).click();
  await gone(page.locator('.chip'));
}

/** Shows the raw view as text, and waits for its lines: the rows come from the worker. */
async function asText(page) {
  await page.getByRole('button', { name: 'As text' }).click();
  await page.locator('.raw-tools [role=status]', { hasText: /\d lines/ }).waitFor();
  return page.locator('.raw-list');
}

pageTest('evidence opens its very line, and there is a way back', async ({ page }) => {
  await report(page, 'vllm-slot-bound-1');
  const row = page.locator('.finding tr', { hasText: 'requests waiting' }).first();
  const link = row.getByRole('button', { name: /^line \d+$/ });
  const line = Number(/\d+/.exec(await link.textContent())[0]);
  await link.click();
  const marked = page.locator('.raw-row.marked');
  await marked.waitFor();
  assert.equal(await marked.locator('.no').textContent(), String(line));
  assert.equal(await marked.locator('.code').textContent(), sample('vllm-slot-bound-1').split('\n')[line - 1]);
  await page.waitForFunction(() => document.activeElement.classList.contains('raw-list')); // the focus went along
  const origin = await link.elementHandle();
  await page.getByRole('button', { name: 'Back to where you were' }).click();
  await page.waitForFunction((element) => element === document.activeElement, origin); // and came back
  await gone(page.locator('.raw-row.marked'));
});

pageTest('what is open, focused and selected stays when the report is made again', async ({ page }) => {
  await report(page, 'vllm-slot-bound-1', 'vllm-slot-bound-2');
  await page.locator('.finding .proof summary').first().click();
  await page.locator('details.rules summary').click();
  const marked = await page.locator('.finding .what').first().evaluate((sentence) => {
    getSelection().selectAllChildren(sentence);
    return getSelection().toString();
  });
  const finding = page.locator('.finding').first();
  const kept = await finding.elementHandle();
  await page.getByLabel('Score').focus();
  const score = await page.locator('.verdict .points').textContent();
  await page.getByLabel('Score').selectOption('apdex');
  await page.locator('.verdict .points').getByText(score, { exact: true }).waitFor({ state: 'detached' });
  await page.getByLabel('Targets for').focus();
  await page.getByLabel('Targets for').selectOption({ index: 2 });
  await page.locator('.services', { hasNotText: 'assumed' }).waitFor();
  await complete(page);
  assert.ok(await finding.evaluate((element, before) => element === before, kept), 'the card is the same element');
  assert.equal(await finding.locator('.proof').evaluate((fold) => fold.open), true);
  assert.equal(await page.locator('details.rules').evaluate((fold) => fold.open), true);
  assert.equal(await page.evaluate(() => getSelection().toString()), marked);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'preset');
});

pageTest('the search field is there with the verdict, and its key leads to it', async ({ page }) => {
  await page.evaluate(() => globalThis.servescope.ready());
  await page.evaluate(() => new MutationObserver((_, observer) => {
    if (!document.querySelector('.verdict h1')) return;
    observer.disconnect();
    requestAnimationFrame(() => { globalThis.early = document.querySelector('#raw-search') !== null; });
  }).observe(document.body, { childList: true, subtree: true }));
  await report(page, 'vllm-slot-bound-1');
  await page.waitForFunction(() => globalThis.early !== undefined);
  assert.equal(await page.evaluate(() => globalThis.early), true);
  await page.keyboard.press('/');
  await focusOnId(page, 'raw-search');
  await page.locator('.raw-row').first().waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'raw-search');
});

pageTest('scrolling the raw view keeps the rows that stay in view', async ({ page }) => {
  await report(page, 'vllm-slot-bound-1');
  await asText(page);
  const row = page.locator('#raw-row-20');
  const kept = await row.elementHandle();
  await page.locator('.raw-list').evaluate((list) => { list.scrollTop = 240; });
  await page.locator('#raw-row-38').waitFor();
  assert.ok(await row.evaluate((element, before) => element === before, kept));
  assert.equal(await row.locator('.no').textContent(), '21');
  const shown = await page.locator('.raw-row .no').allTextContents();
  assert.deepEqual(shown, [...shown].sort((a, b) => a - b), 'in their order');
});

pageTest('the raw view searches names, labels and help, and opens families by key', async ({ page }) => {
  await report(page, 'vllm-slot-bound-1');
  await page.keyboard.press('/');
  await page.keyboard.type('waiting reason');
  const families = page.locator('.raw-row.family');
  await families.filter({ hasText: 'vllm:num_requests_waiting_by_reason' }).waitFor();
  await gone(families.filter({ hasText: 'kv_cache_usage' }));
  await page.locator('.raw-list').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('.raw-row.line', { hasText: 'reason="capacity"' }).waitFor();
});

pageTest('searching the raw view, its order and its lines draw nothing of the report again', async ({ page }) => {
  await report(page, 'vllm-slot-bound-1', 'vllm-slot-bound-2');
  await page.locator('.raw-row').first().waitFor();
  await page.evaluate(() => {
    globalThis.drawn = 0;
    const observer = new MutationObserver((changes) => { globalThis.drawn += changes.length; });
    for (const part of document.querySelectorAll('.report-top, .report-main, .report-side, .report-rest')) observer.observe(part, { subtree: true, childList: true, characterData: true, attributes: true });
    globalThis.observed = document.querySelectorAll('.report-top, .report-main, .report-side, .report-rest').length;
  });
  assert.equal(await page.evaluate(() => globalThis.observed), 4);
  await page.keyboard.press('/');
  await page.keyboard.type('waiting');
  await gone(page.locator('.raw-row.family', { hasText: 'kv_cache_usage' }));
  await asText(page);
  await page.getByLabel('Which dump').selectOption('0');
  await page.locator('.finding').getByRole('button', { name: /^line/ }).first().click();
  await page.locator('.raw-row.marked').first().waitFor();
  await page.getByRole('button', { name: 'Back to where you were' }).click();
  await page.locator('.raw-row.marked').first().waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => globalThis.drawn), 0);
  await page.getByLabel('Score').selectOption('apdex');
  await page.waitForFunction(() => globalThis.drawn > 0);
});

pageTest('100,000 series: only what is seen is in the document', async ({ page }) => {
  await open(page, '#open-files', [{ name: 'large.prom', bytes: large(9_000_000) }]);
  await verdict(page);
  const list = await asText(page);
  assert.ok(Number(await list.getAttribute('aria-rowcount')) > 100_000);
  await list.evaluate((element) => { element.scrollTop = element.scrollHeight; });
  await page.locator('.raw-row .no', { hasText: await list.getAttribute('aria-rowcount') }).waitFor();
  assert.ok(await page.locator('.raw-row').count() < 100);
});

pageTest('the report leaves as Markdown and as the same JSON that scripts get', async ({ page }) => {
  await report(page, 'vllm-slot-bound-1');
  const save = async (label) => {
    await page.locator('.menu', { hasText: 'Export' }).evaluate((menu) => { menu.open = true; });
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: label }).click()]);
    return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
  };
  const markdown = await save('Save Markdown');
  assert.match(markdown.name, /^servescope-.*\.md$/);
  assert.ok(markdown.text.startsWith(`# ${await verdict(page)}`.slice(0, 20)));
  const json = JSON.parse((await save('Save JSON')).text);
  assert.equal(json.schema, 'servescope.report/1');
  const asked = await page.evaluate(async (text) => globalThis.servescope.analyze({ snapshots: [{ text, name: 'vllm-slot-bound-1.prom' }] }), sample('vllm-slot-bound-1'));
  assert.deepEqual(asked.bottlenecks.map(({ id }) => id), json.bottlenecks.map(({ id }) => id));
});

pageTest('a wrong request of a script is answered with an error object', async ({ page }) => {
  await page.evaluate(() => globalThis.servescope.ready());
  const answers = await page.evaluate(() => Promise.all([
    globalThis.servescope.analyze({ snapshots: [] }),
    globalThis.servescope.analyze({ snapshots: [{ text: 'up 1' }], instance_type: 'triton' }),
    globalThis.servescope.analyze('not json'),
    globalThis.servescope.analyze(undefined),
  ]));
  for (const { error } of answers) assert.ok(error.id && error.sentence, JSON.stringify(error));
});

pageTest('every rule is explained, and the card leads there and back', async ({ page }) => {
  await report(page, 'vllm-slot-bound-1');
  const finding = page.locator('.finding').first();
  const rule = await finding.getAttribute('id');
  await finding.locator('details.proof summary').click();
  await finding.locator(`a[href="#rule-${rule}"]`).click();
  await page.locator(`#rule-${rule}`).getByText('What would prove it wrong').waitFor();
  assert.ok(await page.locator('.rule').count() > 40);
  await page.goBack();
  await verdict(page);
});

pageTest('keys: help opens and closes, and can be switched off', async ({ page }) => {
  await report(page);
  await page.locator('h1').focus();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Help' }).waitFor();
  await page.getByLabel('Single keys act').uncheck();
  await page.keyboard.press('Escape');
  await gone(page.locator('dialog[open]'));
  await page.locator('h1').focus();
  await page.keyboard.press('?');
  assert.equal(await page.locator('dialog[open]').count(), 0);
});

pageTest('the skip link is the first stop and leads to the content', async ({ page }) => {
  await page.keyboard.press('Tab');
  await page.waitForFunction(() => document.activeElement.className === 'skip');
  await page.keyboard.press('Enter');
  await focusOnId(page, 'main');
});

pageTest('a verdict is announced', async ({ page }) => {
  await report(page, 'vllm-slot-bound-1');
  await page.locator('p[role=status]', { hasText: /of 100/ }).waitFor({ state: 'attached' });
});

pageTest('the tab tells the verdict and the server, and is called as before when there is none', async ({ page }) => {
  const own = await page.title();
  await report(page, 'vllm-slot-bound-1');
  assert.match(await page.title(), /^[A-Z][a-z ]+ \d+ · vLLM .*: .*slots/);
  await startOver(page);
  await page.waitForFunction((title) => document.title === title, own);
});

pageTest('many dumps are one line that opens', async ({ page }) => {
  await open(page, '#open-files', many(21));
  const line = page.locator('.many summary');
  await line.filter({ hasText: /^21 dumps, \d/ }).waitFor();
  await complete(page);
  assert.equal(await page.locator('.chip').count(), 0);
  await line.focus();
  await page.keyboard.press('Enter');
  await page.locator('.chip').nth(20).waitFor();
  await page.getByRole('button', { name: 'Remove dump-3.prom' }).click();
  await line.filter({ hasText: '20 dumps' }).waitFor();
  await gone(page.locator('.chip', { hasText: 'dump-3.prom' }));
  await assertAccessible(page);
});

pageTest('the theme is remembered, and nothing else', async ({ page }) => {
  await report(page);
  await page.getByRole('button', { name: /Theme/ }).click();
  await page.locator('html[data-theme=light]').waitFor();
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), ['servescope.theme']);
});

for (const [colorScheme, width] of [['light', 1280], ['dark', 1280], ['light', 320]]) {
  pageTest(`a report is accessible and fits, ${colorScheme}, ${width} px`, async ({ page }) => {
    await report(page, 'sglang-overload-1', 'sglang-overload-2');
    await page.locator('.raw-row').first().waitFor();
    await unfold(page);
    await assertAccessible(page);
    const { scroll, inner } = await page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, inner: innerWidth }));
    assert.ok(scroll <= inner, `${scroll} px of content in ${inner} px`);
  }, { colorScheme, width });
}

for (const sheet of ['Help', 'Fetch from a URL', 'How to check that']) {
  pageTest(`the dialog “${sheet}” is accessible`, async ({ page }) => {
    await page.getByRole('button', { name: sheet }).first().click();
    await page.getByRole('dialog').waitFor();
    await assertAccessible(page);
  });
}

pageTest('paper shows the folded parts and no buttons', async ({ page }) => {
  await report(page, 'vllm-slot-bound-1');
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('.menu').first().isVisible(), false);
  assert.equal(await page.locator('.raw').isVisible(), false);
  assert.equal(await page.locator('.finding .proof dl').first().isVisible(), true);
  assert.equal(await page.locator('.finding .proof dl').first().evaluate((list) => getComputedStyle(list).display), 'grid');
});

pageTest('in forced colours the pressed button and the line that was led to are still told apart', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await report(page, 'vllm-slot-bound-1');
  await page.locator('.finding').getByRole('button', { name: /^line/ }).first().click();
  const style = (selector, name) => page.locator(selector).first().evaluate((element, property) => getComputedStyle(element)[property], name);
  assert.notEqual(await style('.raw-row.marked', 'backgroundColor'), await style('.raw-row:not(.marked)', 'backgroundColor'));
  assert.deepEqual([await style('.switch [aria-pressed=true]', 'outlineStyle'), await style('.switch [aria-pressed=false]', 'outlineStyle')], ['solid', 'none']);
});

pageTest('copying says that it copied', async ({ page }) => {
  await page.locator('.command').first().getByRole('button', { name: /Copy/ }).click();
  await page.getByText('Copied', { exact: true }).waitFor();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^curl -s http:\/\/HOST:8000\/metrics/);
}, { permissions: PASTE_PERMISSIONS });
