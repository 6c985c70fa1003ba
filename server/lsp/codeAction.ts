import { type CodeAction, CodeActionKind, type Range } from 'vscode-languageserver';
import { sha256 } from '../model/hash.ts';
import { toDiagnostic, toRange } from './convert.ts';
import type { DocumentView } from './documentView.ts';

/** What listing needs to know of strategies and earlier verdicts; prepared, never computed here. */
export interface FixOffers {
  /** Light-bulb title of a strategy for a finding; null when it does not apply. */
  titleOf(strategy: string, findingId: string): string | null;
  /** A rejection of this very fix on this very text, in one line. */
  rejectionOf(findingId: string, strategy: string, textHash: string): string | null;
}

export interface CodeActionData {
  readonly uri: string;
  readonly findingId: string;
  readonly strategy: string;
  readonly textHash: string;
}

/**
 * Quick fixes for the findings on these lines. Listing reads prepared values only; resolve gives
 * each action its command. A fix whose replay got worse stays, as an action that explains.
 */
export function codeActions(view: DocumentView, range: Range, offers: FixOffers): CodeAction[] {
  const textHash = sha256(view.text);
  const actions: CodeAction[] = [];
  for (const placed of view.placed) {
    const where = toRange(view.starts, placed.range);
    if (where.end.line < range.start.line || where.start.line > range.end.line) continue;
    const { finding, isStale } = placed;
    const diagnostics = [toDiagnostic(placed, view)];
    for (const strategy of isStale ? [] : finding.fixes) {
      const title = offers.titleOf(strategy, finding.id);
      if (title === null) continue;
      // Two findings of one place offer the same strategy: what they are about tells them apart.
      const isTold = actions.some((other) => other.title === title);
      const rejection = offers.rejectionOf(finding.id, strategy, textHash);
      const data: CodeActionData = { uri: view.uri, findingId: finding.id, strategy, textHash };
      actions.push({
        title:
          rejection === null
            ? `${title}${isTold ? ` (${finding.hint})` : ''}`
            : `Rejected: ${rejection}. Show why`,
        kind: CodeActionKind.QuickFix,
        diagnostics,
        data: { ...data, explain: rejection !== null },
      });
    }
    const example = finding.examples[0];
    if (example !== undefined) {
      actions.push({
        title: `Open example run of “${finding.hint}”`,
        kind: CodeActionKind.QuickFix,
        diagnostics,
        command: {
          title: 'Open run',
          command: 'faultline.openRun',
          arguments: [example.runId, example.message],
        },
      });
    }
    actions.push({
      title: `Hide “${finding.hint}”`,
      kind: CodeActionKind.QuickFix,
      diagnostics,
      command: { title: 'Hide finding', command: 'faultline.hideFinding', arguments: [finding.id] },
    });
  }
  return actions;
}

/** Rebuilds from `data` alone; a text that changed since listing gives no command. */
export function resolveCodeAction(action: CodeAction, currentTextHash: string | null): CodeAction {
  const data = action.data as (CodeActionData & { explain: boolean }) | undefined;
  if (data === undefined || data.textHash !== currentTextHash) return action;
  return {
    ...action,
    command: data.explain
      ? { title: action.title, command: 'faultline.showVerdict', arguments: [data.findingId, data.strategy] }
      : {
          title: action.title,
          command: 'faultline.proposeFix',
          arguments: [data.findingId, data.strategy, data.uri],
        },
  };
}
