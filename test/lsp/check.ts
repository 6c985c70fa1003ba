// The only test code that asks the server for annotations. Each check takes a file with the expected
// marks under its lines; the file's text is the same string without them.
import { expect } from 'vitest';
import type {
  CodeAction,
  CodeLens,
  Diagnostic,
  DocumentDiagnosticReport,
  Hover,
  InlayHint,
  Range,
  WorkspaceDiagnosticReport,
} from 'vscode-languageserver-protocol';
import { annotate, dedent, type Mark, withoutMarks } from './annotate.ts';
import type { Session } from './session.ts';

const SEVERITY = ['', 'error', 'warning', 'information', 'hint'];

/** `^^^^ warning tool-error: 5 of 9 runs …`, with `(faded)` for text that is older than the edit. */
export async function checkDiagnostics(session: Session, file: string, marked: string): Promise<void> {
  const text = await showing(session, file, marked);
  const report = await pullDiagnostics(session, file);
  if (report.kind !== 'full') throw new Error('expected a full report');
  expect(annotate(text, report.items.map(diagnosticMark))).toBe(dedent(marked));
}

/** `^ text` under the end of a line. */
export async function checkHints(session: Session, file: string, marked: string): Promise<void> {
  const text = await showing(session, file, marked);
  const marks = (await hints(session, file, text)).map(({ position, label }) => ({
    range: { start: position, end: position },
    says: String(label),
  }));
  expect(annotate(text, marks)).toBe(dedent(marked));
}

/** `^^^^ text` under the anchor that a lens stands above. */
export async function checkLenses(session: Session, file: string, marked: string): Promise<void> {
  const text = await showing(session, file, marked);
  const marks = await lensMarks(session, file);
  expect(annotate(text, marks)).toBe(dedent(marked));
}

/** Markdown of the hover at the first place where `at` stands in the file; null for none. */
export async function hoverText(session: Session, file: string, at: string): Promise<string | null> {
  const { start } = await rangeOf(session, file, at);
  const hover = await session.client.sendRequest<Hover | null>('textDocument/hover', {
    textDocument: { uri: session.uri(file) },
    position: start,
  });
  if (hover === null) return null;
  if (typeof hover.contents !== 'object' || !('kind' in hover.contents)) throw new Error('expected Markdown');
  expect(hover.contents.kind).toBe('markdown');
  return hover.contents.value;
}

export async function checkHover(
  session: Session,
  file: string,
  at: string,
  expected: string,
): Promise<void> {
  expect(await hoverText(session, file, at)).toBe(dedent(expected));
}

/** Actions on the line where `at` stands, as the light bulb lists them. */
export async function actions(
  session: Session,
  file: string,
  at: string,
  only?: readonly string[],
): Promise<readonly CodeAction[]> {
  return session.client.sendRequest('textDocument/codeAction', {
    textDocument: { uri: session.uri(file) },
    range: await rangeOf(session, file, at),
    context: { diagnostics: [], ...(only === undefined ? {} : { only }) },
  });
}

/** Titles in order; no listed action may carry an edit. */
export async function checkActions(
  session: Session,
  file: string,
  at: string,
  titles: readonly string[],
): Promise<readonly CodeAction[]> {
  const listed = await actions(session, file, at);
  expect(listed.map(({ title }) => title)).toEqual(titles);
  for (const action of listed) {
    expect(action.edit).toBeUndefined();
    expect(action.disabled).toBeUndefined();
    expect(action.diagnostics).toHaveLength(1);
  }
  return listed;
}

export function resolveAction(session: Session, action: CodeAction): Promise<CodeAction> {
  return session.client.sendRequest('codeAction/resolve', action);
}

export function pullDiagnostics(
  session: Session,
  file: string,
  previousResultId?: string,
): Promise<DocumentDiagnosticReport> {
  return session.client.sendRequest('textDocument/diagnostic', {
    textDocument: { uri: session.uri(file) },
    ...(previousResultId === undefined ? {} : { previousResultId }),
  });
}

export function pullWorkspaceDiagnostics(
  session: Session,
  previousResultIds: readonly { readonly uri: string; readonly value: string }[],
): Promise<WorkspaceDiagnosticReport> {
  return session.client.sendRequest('workspace/diagnostic', { previousResultIds });
}

export async function hints(session: Session, file: string, text: string): Promise<readonly InlayHint[]> {
  return session.client.sendRequest('textDocument/inlayHint', {
    textDocument: { uri: session.uri(file) },
    range: { start: { line: 0, character: 0 }, end: { line: text.split('\n').length, character: 0 } },
  });
}

export async function lenses(session: Session, file: string): Promise<readonly CodeLens[]> {
  return session.client.sendRequest('textDocument/codeLens', { textDocument: { uri: session.uri(file) } });
}

export async function lensMarks(session: Session, file: string): Promise<readonly Mark[]> {
  const unresolved = await lenses(session, file);
  // Places come first and without words, so that words can change without code that jumps.
  for (const lens of unresolved) expect(lens.command).toBeUndefined();
  const resolved = await Promise.all(
    unresolved.map((lens) => session.client.sendRequest<CodeLens>('codeLens/resolve', lens)),
  );
  return resolved.map(({ range, command }) => ({ range, says: command?.title ?? '' }));
}

/** Content of a virtual document; null when the server knows no such document. */
export async function contentOf(session: Session, uri: string): Promise<string | null> {
  const found = await session.client.sendRequest<{ text: string } | null>('workspace/textDocumentContent', {
    uri,
  });
  return found?.text ?? null;
}

/** Opens the file, or edits it when it is open with other text; gives the text without marks. */
async function showing(session: Session, file: string, marked: string): Promise<string> {
  const saved = await session.read(file);
  const ending = saved.endsWith('\n') ? '\n' : '';
  const text = `${withoutMarks(dedent(marked))}${ending}`;
  const shown = shownTexts.get(session) ?? new Map<string, string>();
  shownTexts.set(session, shown);
  if (!shown.has(file)) await session.open(file, text);
  else if (shown.get(file) !== text) await session.edit(file, text);
  shown.set(file, text);
  return text;
}

const shownTexts = new WeakMap<Session, Map<string, string>>();

async function rangeOf(session: Session, file: string, at: string): Promise<Range> {
  const text = shownTexts.get(session)?.get(file) ?? (await session.read(file));
  const lines = text.split('\n');
  const line = lines.findIndex((one) => one.includes(at));
  if (line === -1) throw new Error(`“${at}” is not in ${file}`);
  const character = lines[line]?.indexOf(at) ?? 0;
  return { start: { line, character }, end: { line, character: character + at.length } };
}

function diagnosticMark({ range, severity, code, message, source, tags }: Diagnostic): Mark {
  expect(source).toBe('Faultline');
  const faded = tags?.includes(1) ? ' (faded)' : '';
  return { range, says: `${SEVERITY[severity ?? 0]} ${code}${faded}: ${message}` };
}
