import * as vscode from 'vscode';
import type { WireEdit } from '../../server/protocol/messages.ts';

const SCHEME = 'faultline-proposed';

/** Read-only documents that hold a file as it would be after an edit, for the diff editor. */
class ProposedDocuments implements vscode.TextDocumentContentProvider {
  readonly #texts = new Map<string, string>();
  #registered = false;

  async add(uri: vscode.Uri, edits: readonly WireEdit[]): Promise<vscode.Uri> {
    if (!this.#registered) vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
    this.#registered = true;
    const document = await vscode.workspace.openTextDocument(uri);
    const proposed = uri.with({ scheme: SCHEME, query: String(this.#texts.size) });
    this.#texts.set(proposed.toString(), after(document, edits));
    return proposed;
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? '';
  }
}

export const proposedDocuments = new ProposedDocuments();

function after(document: vscode.TextDocument, edits: readonly WireEdit[]): string {
  const text = document.getText();
  let result = '';
  let from = 0;
  for (const { range, newText } of edits) {
    const start = document.offsetAt(new vscode.Position(range.start.line, range.start.character));
    result += text.slice(from, start) + newText;
    from = document.offsetAt(new vscode.Position(range.end.line, range.end.character));
  }
  return result + text.slice(from);
}
