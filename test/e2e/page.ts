// The suite's hand on the window it runs in: looks, points, clicks, takes pictures.
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { DocumentCalls, Evaluate, PageAnswer, PageRequest, WindowCalls } from './host/pageCalls.ts';
import { currentSession } from './session.ts';

type WebviewPage = DocumentCalls & { evaluate: Evaluate };

type WindowPage = WindowCalls & {
  evaluate: Evaluate;
  /** The web view whose document holds `selector`; looked for anew at each call, because web views reload. */
  inWebview(selector: string): WebviewPage;
};

export const page = documentPage(
  (selector) => documentPage(undefined, selector) as WebviewPage,
) as WindowPage;

/** Any method that is asked for becomes a message; the types say which ones the other side answers. */
function documentPage(inWebview?: (selector: string) => WebviewPage, webview?: string): object {
  return new Proxy(
    {},
    {
      get(_target, call) {
        // `await page` must not take this for a promise.
        if (call === 'then') return undefined;
        if (call === 'inWebview') return inWebview;
        return (...parameters: unknown[]) =>
          ask({
            ...(webview && { webview }),
            call: call as PageRequest['call'],
            parameters: parameters.map(asData),
          });
      },
    },
  );
}

function asData(parameter: unknown): unknown {
  return typeof parameter === 'function' ? String(parameter) : parameter;
}

async function ask(request: PageRequest): Promise<unknown> {
  const socket = connect(currentSession().pageSocket);
  socket.end(`${JSON.stringify(request)}\n`);
  const answer: PageAnswer = JSON.parse(await text(socket));
  if ('error' in answer) throw new Error(`page.${request.call}: ${answer.error}`);
  return answer.value;
}
