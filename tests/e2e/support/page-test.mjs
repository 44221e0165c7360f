import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { closeBrowser } from './browser.mjs';
import { closeServers, openPage } from './page.mjs';

after(async () => {
  await closeBrowser();
  closeServers();
});

/** A test with a page of its own that also fails for every breach: `pageTest('name', async ({ page }) => …, options)`, see `openPage`. */
export function pageTest(name, body, options = {}) {
  test(name, { timeout: 120_000 }, async () => {
    const opened = await openPage(options);
    try {
      await body(opened);
    } catch (error) {
      // What the watch saw is often the reason.
      if (opened.breaches.length > 0) error.message += `\nseen meanwhile:\n  ${opened.breaches.join('\n  ')}`;
      throw error;
    } finally {
      await opened.context.close();
    }
    assert.deepEqual(opened.breaches, [], 'the page stayed clean');
    assert.deepEqual(opened.missingErrors(), [], 'every expected console error appeared');
  });
}
