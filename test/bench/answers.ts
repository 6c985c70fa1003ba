// What the server does between a keystroke and its annotations. All of it only reads what the last pass prepared,
// so turning the answer into JSON for the editor is the measure: work of the same order is as little as can be.
import { codeActions } from '../../server/lsp/codeAction.ts';
import { codeLenses, resolveCodeLens } from '../../server/lsp/codeLens.ts';
import { documentDiagnostics } from '../../server/lsp/diagnostics.ts';
import { documentView } from '../../server/lsp/documentView.ts';
import { hover } from '../../server/lsp/hover.ts';
import { inlayHints } from '../../server/lsp/inlayHint.ts';
import { lineCharacterAt } from '../../server/model/lineIndex.ts';
import { medianTime, print, short } from './measure.ts';
import { LINES, reportedPrompt } from './reportedPrompt.ts';

const CALLS = 200;
const uri = 'file:///workspace/prompts/long.md';
const { file, text, snapshot } = reportedPrompt();
const view = documentView(uri, file, text, snapshot);
const line = lineCharacterAt(view.starts, snapshot.findings[25]?.range.start ?? 0).line;
const whole = { start: { line: 0, character: 0 }, end: { line: LINES, character: 0 } };
const caret = { start: { line, character: 0 }, end: { line, character: 0 } };
const offers = { titleOf: (strategy: string) => `Try ${strategy}`, rejectionOf: () => null };

print('prompt', `${view.starts.length} lines, ${text.length} characters, ${view.placed.length} findings`);
const typed = `${text.slice(0, text.length / 2)}x${text.slice(text.length / 2)}`;
const viewMs = medianTime(() => documentView(uri, file, text, snapshot), CALLS);
const typedMs = medianTime(() => documentView(uri, file, typed, snapshot), CALLS);
const textMs = medianTime(() => JSON.stringify(text), CALLS);
print('view of the text, once a text', `${short(viewMs)} ms, ${short(viewMs / textMs)} × JSON of the text`);
print('the same after a keystroke', `${short(typedMs)} ms, ${short(typedMs / textMs)} × JSON of the text`);

answer('lenses with their texts', () => codeLenses(view).map((lens) => resolveCodeLens(lens, view)));
answer('hints, whole file', () => inlayHints(view, whole));
answer('hover', () => hover(view, caret.start));
answer('code actions, caret', () => codeActions(view, caret, offers));
answer('code actions, whole file', () => codeActions(view, whole, offers));
answer('diagnostics', () => documentDiagnostics(view, undefined));

function answer(what: string, give: () => object | null): void {
  const value = give();
  const items = Array.isArray(value) ? value.length : value === null ? 0 : 1;
  const giveMs = medianTime(give, CALLS);
  const jsonMs = medianTime(() => JSON.stringify(value), CALLS);
  const size = `${items} of ${short(JSON.stringify(value).length / 1e3)} kB`;
  print(what, `${short(giveMs)} ms, ${short(giveMs / jsonMs)} × its JSON (${size})`);
}
