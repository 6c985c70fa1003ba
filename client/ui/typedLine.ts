import * as vscode from 'vscode';
import type { InlayHintsMiddleware } from 'vscode-languageclient';

/** Hides the hint on the line that a person is typing on, until the cursor leaves it. */
export function hintsOffTheTypedLine(): vscode.Disposable & {
  readonly provideInlayHints: NonNullable<InlayHintsMiddleware['provideInlayHints']>;
} {
  let typed: { readonly uri: string; readonly line: number } | null = null;
  const edits = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges, reason }) => {
    const change = contentChanges[0];
    if (change === undefined || reason !== undefined || contentChanges.length > 1) return;
    typed = { uri: document.uri.toString(), line: change.range.start.line };
  });
  const moves = vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections }) => {
    if (typed?.uri !== textEditor.document.uri.toString()) return;
    if (!selections.some(({ active }) => active.line === typed?.line)) typed = null;
  });
  return {
    async provideInlayHints(document, viewPort, token, next) {
      const hints = await next(document, viewPort, token);
      if (typed?.uri !== document.uri.toString()) return hints;
      return hints?.filter(({ position }) => position.line !== typed?.line);
    },
    dispose() {
      edits.dispose();
      moves.dispose();
    },
  };
}
