import { setTimeout as pause } from 'node:timers/promises';
import { type Browser, chromium, type Page } from 'playwright-core';

/** The window of a desktop VS Code that was started with `--remote-debugging-port`. */
export async function desktopPage(port: number): Promise<Page> {
  const end = Date.now() + 60_000;
  let browser: Browser | undefined;
  while (Date.now() < end) {
    // Electron has no browser contexts to set defaults on.
    browser ??= await chromium
      .connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true })
      .catch(() => undefined);
    for (const page of browser?.contexts().flatMap((context) => context.pages()) ?? []) {
      if (await page.$('.monaco-workbench').catch(() => null)) return page;
    }
    await pause(200);
  }
  throw new Error(`no window of VS Code at port ${port}`);
}
