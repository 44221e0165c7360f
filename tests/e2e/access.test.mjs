// The page for those who use a keyboard, a screen reader, a finger, or a narrow screen.
import assert from 'node:assert/strict';
import { assertAccessible } from './support/axe.mjs';
import { HTML, beforeAndAfter, complete, focusOn, focusOnId, gone, report, sample, unfold, verdict } from './support/dumps.mjs';
import { PASTE_PERMISSIONS, open, paste } from './support/input.mjs';
import { metrics } from './support/page.mjs';
import { pageTest } from './support/page-test.mjs';

const NODE_EXPORTER = 'node_load1 0.5\nnode_cpu_seconds_total{cpu="0",mode="idle"} 12.5\n';
/** The live region says so. */
const says = (page, words) => page.locator('p[role=status]', { hasText: words }).waitFor({ state: 'attached' });
const compared = async (page) => {
  await open(page, '#open-files', beforeAndAfter());
  await page.locator('#comparison').waitFor();
  await complete(page);
};

pageTest('every stop of the tab key is visible, has a name and shows the focus', async ({ page, context }) => {
  const session = await context.newCDPSession(page);
  const walk = async () => {
    const stops = [];
    for (let guard = 0; guard < 300; guard += 1) {
      await page.keyboard.press('Tab');
      const { result } = await session.send('Runtime.evaluate', { expression: 'document.activeElement' });
      const { nodes: [{ role, name }] } = await session.send('Accessibility.getPartialAXTree', { objectId: result.objectId, fetchRelatives: false });
      const seen = await page.evaluate(() => {
        const element = document.activeElement;
        const { width, height } = element.getBoundingClientRect();
        return element === document.body ? null : { size: Math.min(width, height), outline: getComputedStyle(element).outlineStyle };
      });
      if (seen === null) return stops;
      assert.ok(name?.value, `a ${role?.value} after “${stops.at(-1)}” has no name`);
      assert.ok(seen.size > 10 && seen.outline === 'solid', `“${name.value}” cannot be seen: ${JSON.stringify(seen)}`);
      stops.push(name.value);
    }
    throw new Error(`the tab key does not leave the page: ${stops.slice(-5)}`);
  };
  const empty = await walk();
  assert.deepEqual(empty.slice(0, 8), ['Skip to the content', 'servescope', 'Rules', 'Help ?', 'Theme: system', 'Paste from clipboard Ctrl V', 'Open files', 'Fetch from a URL']);
  await compared(page);
  await page.locator('.raw-row').first().waitFor();
  const stops = await walk();
  const order = ['Remove before-1.prom', 'Findings', 'Why each is called so', 'Server', 'All rules', 'Search names'].map((start) => stops.findIndex((name) => name.startsWith(start)));
  assert.deepEqual(order, [...order].sort((a, b) => a - b), `in the order of the page: ${stops.join(' | ')}`);
  assert.ok(!order.includes(-1), `${order} of ${stops.join(' | ')}`);
});

pageTest('a verdict is heard once: the focus reads its sentence, the live region the score', async ({ page }) => {
  await page.evaluate(() => globalThis.servescope.ready());
  await paste(page, sample('vllm-slot-bound-1'));
  const sentence = await verdict(page);
  await focusOnId(page, 'headline');
  await says(page, /^Health: \d+ of 100, [A-Z][\w ]+\.$/);
  await page.getByLabel('Score').selectOption('apdex');
  await page.waitForFunction((text) => document.querySelector('p[role=status]').textContent.includes(text), sentence.replaceAll('\u00a0', ' '));
}, { permissions: PASTE_PERMISSIONS });

pageTest('an example that is chosen by key leads to its verdict, with rates of now', async ({ page }) => {
  await page.getByRole('button', { name: /every slot taken/ }).focus();
  await page.keyboard.press('Enter');
  await verdict(page);
  await focusOnId(page, 'headline');
  await says(page, /^Health: \d+ of 100, [A-Z][\w ]+\.$/);
  await page.locator('.fact', { hasText: '60\u00a0s between two dumps' }).waitFor();
  await page.locator('.tile', { hasText: /tok\/s/ }).first().waitFor();
});

pageTest('that there is no report is announced too', async ({ page }) => {
  await open(page, '#open-files', [{ name: 'node.prom', bytes: NODE_EXPORTER }]);
  await page.locator('.verdict.quiet').waitFor();
  await focusOnId(page, 'headline');
  await page.getByLabel('Server', { exact: true }).selectOption('vllm');
  await page.waitForFunction(() => /no sample of vLLM/.test(document.querySelector('p[role=status]').textContent));
  await gone(page.getByText('Add a second dump'));
});

pageTest('dialogs keep the focus inside and give it back', async ({ page }) => {
  const inside = () => page.evaluate(() => document.querySelector('dialog').contains(document.activeElement) || document.activeElement === document.body);
  await page.getByRole('button', { name: 'Help' }).click();
  await page.getByRole('dialog').waitFor();
  for (let step = 0; step < 6; step += 1) {
    await page.keyboard.press('Tab');
    assert.ok(await inside());
  }
  await page.keyboard.press('Escape');
  await focusOn(page, 'Help');
  await report(page, 'vllm-healthy-1');
  await page.locator('#menu-add summary').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Fetch from a URL' }).press('Enter');
  await focusOnId(page, 'fetch-address');
  await page.keyboard.press('Escape');
  await focusOn(page, 'Add a dump');
});

pageTest('a menu closes by Escape, by a click elsewhere, by the other menu and by choosing', async ({ page }) => {
  await report(page, 'vllm-healthy-1');
  const open = (id) => page.locator(`#menu-${id}[open]`).waitFor();
  const closed = (id) => page.locator(`#menu-${id}:not([open])`).waitFor();
  const press = (id) => page.locator(`#menu-${id} summary`).click();
  await press('export');
  await open('export');
  await page.keyboard.press('Escape');
  await closed('export');
  await focusOn(page, 'Export');
  await press('export');
  await open('export');
  await page.locator('h1').click();
  await closed('export');
  await press('export');
  await open('export');
  await press('add');
  await open('add');
  await closed('export');
  await page.getByRole('button', { name: 'Start over' }).click();
  await page.getByRole('heading', { name: 'Why is my LLM server slow?' }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await verdict(page);
  await press('export');
  await page.getByRole('button', { name: 'Copy as Markdown' }).click();
  await page.getByText('Copied', { exact: true }).waitFor();
  await open('export'); // what was copied is said in the menu
}, { permissions: PASTE_PERMISSIONS });

pageTest('the empty page, the report and its folded parts have headings that go down one step at a time', async ({ page }) => {
  const levels = () => page.evaluate(() => [...document.querySelectorAll('h1,h2,h3,h4')].filter((heading) => heading.checkVisibility()).map((heading) => Number(heading.tagName[1])));
  const check = (list) => {
    assert.equal(list.filter((level) => level === 1).length, 1);
    list.forEach((level, index) => assert.ok(level <= (list[index - 1] ?? 0) + 1, list.join(' ')));
  };
  check(await levels());
  await compared(page);
  await unfold(page);
  check(await levels());
});

for (const width of [320, 380, 1440]) {
  pageTest(`before and after at ${width} px: nothing sticks out, units stay with numbers, labels of axes keep apart`, async ({ page }) => {
    await compared(page);
    await unfold(page);
    const table = page.getByRole('table', { name: 'Before and after' });
    assert.deepEqual(await table.getByRole('columnheader').allTextContents(), ['Number', 'Before', 'After', 'Change']);
    const row = table.getByRole('row', { name: /P95 time to first token/ });
    assert.equal(await row.getByRole('cell').count(), 3);
    const problems = await page.evaluate(() => {
      const found = [];
      const shown = (element) => element.checkVisibility() && element.getClientRects().length > 0;
      for (const badge of document.querySelectorAll('.comparison .badge, table .badge')) {
        const { left, right } = badge.getBoundingClientRect();
        if (left < 0 || right > innerWidth) found.push(`a verdict word from ${left} to ${right}`);
      }
      for (const element of document.querySelectorAll('.report :not(.raw *)')) {
        const own = element.scrollWidth - element.clientWidth;
        if (element.clientWidth > 0 && own > 1 && ['auto', 'scroll'].includes(getComputedStyle(element).overflowX) && !element.matches('.twin-tables')) found.push(`${element.className} scrolls by ${own} px`);
      }
      const texts = document.createTreeWalker(document.querySelector('.report'), NodeFilter.SHOW_TEXT);
      for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        if (!text.parentElement.closest('code, pre, .raw') && /\d (%|s|ms|tok\/s|req\/s)(?![\w/])/.test(text.data)) found.push(`a unit can leave its number: ${text.data}`);
      }
      for (const phase of document.querySelectorAll('.phase')) {
        if (phase.scrollWidth > phase.clientWidth) found.push(`a label of the bar is cut: ${phase.textContent}`);
      }
      for (const axis of document.querySelectorAll('.axis')) {
        const labels = [...axis.children].filter(shown).map((label) => label.getBoundingClientRect()).sort((a, b) => a.left - b.left);
        labels.forEach((label, index) => { if (index > 0 && label.left < labels[index - 1].right) found.push(`labels overlap: ${axis.textContent}`); });
        if (labels.length < 2) found.push(`an axis of one label: ${axis.textContent}`);
      }
      return found;
    });
    assert.deepEqual(problems, []);
  }, { width });
}

pageTest('a long file name is cut and pushes nothing off a narrow screen', async ({ page }) => {
  await open(page, '#open-files', [{ name: `${'prod-eu-central-1-llm-gateway-'.repeat(4)}.prom`, bytes: `${sample('vllm-slot-bound-1')}\nno sample\n` }]);
  await complete(page);
  const { scroll, inner } = await page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, inner: innerWidth }));
  assert.ok(scroll <= inner, `${scroll} px of content in ${inner} px`);
  const { right } = await page.locator('.chip .remove').evaluate((button) => button.getBoundingClientRect().toJSON());
  assert.ok(right <= inner, `the button to remove it ends at ${right}`);
}, { width: 320 });

pageTest('dialogs fit a narrow screen', async ({ page }) => {
  const sticksOut = () => page.evaluate(() => [document.querySelector('dialog'), ...document.querySelectorAll('dialog *')]
    .filter((element) => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0 && !element.matches('input, .hidden')).map((element) => element.outerHTML.slice(0, 80)));
  await page.getByRole('button', { name: 'Help' }).click();
  await page.getByRole('dialog').waitFor();
  assert.deepEqual(await sticksOut(), []);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Fetch from a URL' }).first().click();
  await page.getByLabel('Address of the server').fill(metrics.url('no-cors'));
  await page.getByRole('button', { name: 'Fetch', exact: true }).click();
  await page.locator('.failure').waitFor();
  assert.deepEqual(await sticksOut(), []);
}, { width: 320, origins: [metrics.origin], expectConsole: [/CORS policy/, /ERR_FAILED/] });

pageTest('under a finger everything that acts is 44 px high', async ({ page }) => {
  const low = () => page.evaluate(() => [...document.querySelectorAll('button, summary, select, input:not([type=checkbox]), nav a, td a, p a, li a, th a')]
    .filter((element) => element.checkVisibility() && element.getClientRects().length > 0 && !element.closest('.skip'))
    .map((element) => [element.textContent || element.ariaLabel, element.getBoundingClientRect()])
    .filter(([, { height }]) => height < 43.5).map(([name, { height }]) => `${name}: ${height}`));
  assert.deepEqual(await low(), []);
  await compared(page);
  await unfold(page);
  await page.getByRole('button', { name: 'Edit the targets' }).click();
  await page.locator('.target-row').first().waitFor();
  await complete(page);
  assert.deepEqual(await low(), []);
  const { scroll, inner } = await page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, inner: innerWidth }));
  assert.ok(scroll <= inner, `${scroll} px of content in ${inner} px`);
}, { width: 380, touch: true });

for (const colorScheme of ['light', 'dark']) {
  pageTest(`axe finds nothing on the way through the page, ${colorScheme}`, async ({ page }) => {
    await open(page, '#open-files', [{ name: 'login.html', bytes: HTML }]);
    await page.locator('.notice.bad').waitFor();
    await assertAccessible(page);
    await open(page, '#open-files', [{ name: 'node.prom', bytes: NODE_EXPORTER }]);
    await page.locator('.verdict.quiet').waitFor();
    await assertAccessible(page);
    await compared(page);
    await page.locator('#menu-add summary').click();
    await page.getByRole('button', { name: /set the time of before-1/ }).click();
    await page.getByRole('button', { name: 'Edit the targets' }).click();
    await page.getByLabel('Value with unit').first().fill('45 parsecs');
    await page.getByLabel('Rules', { exact: true }).selectOption('classic');
    await page.getByRole('group', { name: 'Classic thresholds' }).waitFor();
    await page.locator('.fact', { hasText: 'classic' }).waitFor();
    await complete(page);
    await assertAccessible(page);
    await page.getByRole('link', { name: 'Rules', exact: true }).click();
    await page.locator('.rule').first().waitFor();
    await assertAccessible(page);
  }, { colorScheme });
}

pageTest('a tile read from lines all over the text stays on a narrow screen', async ({ page }) => {
  // Two ranks, whose lines stand apart: the link in the tile is the longest that there is.
  const ranks = [1, 2, 3, 4].map((rank) => `vllm:prefix_cache_queries_total{model_name="m",engine="${rank}"} 100\n# far\nvllm:prefix_cache_hits_total{model_name="m",engine="${rank}"} 50\n# apart\n`);
  const text = `${'# a comment that puts the lines into the hundreds\n'.repeat(990)}${ranks.join('')}vllm:num_requests_running{model_name="m",engine="1"} 3\nvllm:num_requests_waiting{model_name="m",engine="1"} 0\n`;
  await open(page, '#open-files', [{ name: 'ranks.prom', bytes: text }]);
  await page.locator('.tile .lines', { hasText: 'more' }).first().waitFor();
  await complete(page);
  const outside = await page.evaluate(() => [...document.querySelectorAll('.tile')].filter((tile) => tile.scrollWidth > tile.clientWidth).map((tile) => tile.textContent));
  assert.deepEqual(outside, []);
}, { width: 380 });
