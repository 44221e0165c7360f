// The ways a person brings text into the page.

/** Ctrl+V with `text` on the real clipboard, wherever the focus is. The page needs PASTE_PERMISSIONS. */
export async function paste(page, text) {
  await page.evaluate((value) => navigator.clipboard.writeText(value), String(text));
  await page.keyboard.press('ControlOrMeta+V');
}

/** What a test that pastes hands to `permissions`. */
export const PASTE_PERMISSIONS = ['clipboard-read', 'clipboard-write'];

/** Drops files, `[{ name, bytes, lastModified? }]` with the time in Unix ms, on the element that `selector` names, with the drag events before. */
export async function drop(page, selector, files) {
  const transfer = await page.evaluateHandle((list) => {
    const data = new DataTransfer();
    for (const { name, base64, lastModified } of list) {
      data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name, { type: 'text/plain', lastModified: lastModified ?? Date.now() }));
    }
    return data;
  }, files.map(({ name, bytes, lastModified }) => ({ name, base64: Buffer.from(bytes).toString('base64'), lastModified })));
  for (const type of ['dragenter', 'dragover', 'drop']) await page.dispatchEvent(selector, type, { dataTransfer: transfer });
}

/** Opens files, `[{ name, bytes }]`, through the file input that `selector` names. */
export async function open(page, selector, files) {
  await page.setInputFiles(selector, files.map(({ name, bytes }) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(bytes) })));
}
