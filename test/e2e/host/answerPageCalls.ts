// The browser's side of the page protocol: requests come in on the session's socket, Playwright does them.
import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { Frame, Page } from 'playwright-core';
import type { Session } from '../session.ts';
import { accessibilityProblems } from './accessibilityProblems.ts';
import { findText } from './findText.ts';
import type { DocumentCalls, PageAnswer, PageRequest, WindowCalls } from './pageCalls.ts';

const patienceMs = 15_000;

/** Listens until the returned server is closed. `openPage` is asked once, when the first request comes. */
export function answerPageCalls(session: Session, openPage: () => Promise<Page>): Promise<Server> {
  let page: Promise<Page> | undefined;
  const server = createServer({ allowHalfOpen: true }, async (socket) => {
    socket.on('error', () => {}); // the suite may be gone before its answer
    const answer = await text(socket).then(
      async (line) => {
        page ??= openPage();
        return answerRequest(JSON.parse(line), await page, session);
      },
      (error) => ({ error: String(error) }),
    );
    socket.end(JSON.stringify(answer));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(session.pageSocket, () => resolve(server));
  });
}

async function answerRequest(request: PageRequest, page: Page, session: Session): Promise<PageAnswer> {
  try {
    const frame = request.webview ? await webviewFrame(page, request.webview) : page.mainFrame();
    if (request.call === 'evaluate') return { value: await evaluate(frame, request.parameters) };
    const calls = request.webview ? documentCalls(frame) : windowCalls(page, session);
    const call = calls[request.call as keyof DocumentCalls] as (
      ...parameters: readonly unknown[]
    ) => Promise<unknown>;
    return { value: await call(...request.parameters) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

function documentCalls(frame: Frame): DocumentCalls {
  const timeout = patienceMs;
  return {
    waitFor: async (selector, state = 'visible') => {
      await frame.waitForSelector(selector, { state, timeout });
    },
    // Text as it is shown: without what is hidden, with line breaks.
    textOf: (selector) => frame.locator(selector).first().innerText({ timeout }),
    textsOf: (selector) => frame.locator(selector).allInnerTexts(),
    click: (selector) => frame.locator(selector).first().click({ timeout }),
    hover: (selector) => frame.locator(selector).first().hover({ timeout }),
    fill: (selector, value) => frame.locator(selector).first().fill(value, { timeout }),
    press: async (...keys) => {
      for (const key of keys) await frame.page().keyboard.press(key);
    },
    accessibilityProblems: (selector) => accessibilityProblems(frame, selector),
  };
}

function windowCalls(page: Page, { theme, evidenceFolder }: Session): WindowCalls {
  return {
    ...documentCalls(page.mainFrame()),
    screenshot: async (name, selector) => {
      mkdirSync(evidenceFolder, { recursive: true });
      const file = path.join(evidenceFolder, `${theme}-${name.replaceAll(/[^\w.-]+/g, '-')}.png`);
      const picture = { path: file, animations: 'disabled', timeout: patienceMs } as const;
      await (selector ? page.locator(selector).first().screenshot(picture) : page.screenshot(picture));
      return file;
    },
    hoverText: async (wanted) => {
      const place = await page.mainFrame().waitForFunction(findText, wanted, { timeout: patienceMs });
      const { x, y } = (await place.jsonValue()) as { x: number; y: number };
      // The editor looks for a hover when the mouse moves inside a word, not when it appears there.
      await page.mouse.move(x - 2, y);
      await page.mouse.move(x, y);
    },
    moveMouse: (x, y) => page.mouse.move(x, y),
  };
}

/** Playwright runs a string as an expression, which is how a function gets through a socket. */
function evaluate(frame: Frame, [inDocument, argument]: readonly unknown[]): Promise<unknown> {
  return frame.evaluate(`(${inDocument})(${JSON.stringify(argument) ?? ''})`);
}

/** A web view's document is a frame in a frame without a telling name, so it is known by what stands in it. */
async function webviewFrame(page: Page, selector: string): Promise<Frame> {
  const end = Date.now() + patienceMs;
  while (Date.now() < end) {
    for (const frame of page.frames()) {
      if (frame === page.mainFrame()) continue;
      // A frame that is just being replaced throws.
      if (await frame.$(selector).catch(() => null)) return frame;
    }
    await page.waitForTimeout(50);
  }
  throw new Error(`no web view shows ${selector}`);
}
