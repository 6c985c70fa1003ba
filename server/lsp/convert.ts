/** The only place that turns core values into protocol values: offsets become line and character here. */
import { type Diagnostic, DiagnosticSeverity, DiagnosticTag, type Range } from 'vscode-languageserver';
import type { PlacedFinding } from '../diagnose/placeInText.ts';
import type { TextRange } from '../model/anchor.ts';
import { assertNever } from '../model/assertNever.ts';
import type { Severity } from '../model/finding.ts';
import { lineCharacterAt } from '../model/lineIndex.ts';
import { runUri } from '../protocol/runUri.ts';
import { LINKED_EXAMPLES } from '../workspace/exampleLines.ts';
import type { DocumentView } from './documentView.ts';

export function toRange(starts: readonly number[], range: TextRange): Range {
  return { start: lineCharacterAt(starts, range.start), end: lineCharacterAt(starts, range.end) };
}

export function toDiagnostic(
  placed: PlacedFinding,
  { starts, lineOf, rulesUri }: Pick<DocumentView, 'starts' | 'lineOf' | 'rulesUri'>,
): Diagnostic {
  const { finding, isStale } = placed;
  return {
    range: toRange(starts, placed.range),
    severity: isStale ? DiagnosticSeverity.Hint : toSeverity(finding.severity),
    source: 'Faultline',
    code: finding.kind,
    ...(rulesUri === '' ? {} : { codeDescription: { href: `${rulesUri}/${finding.kind}.md` } }),
    message: isStale ? `Before your edit: ${finding.title}` : finding.title,
    ...(isStale ? { tags: [DiagnosticTag.Unnecessary] } : {}),
    relatedInformation: finding.examples.slice(0, LINKED_EXAMPLES).map((example) => {
      const at = { line: lineOf(example), character: 0 };
      return {
        location: { uri: runUri(example.runId), range: { start: at, end: at } },
        message: `message ${example.message}: ${example.evidence}`,
      };
    }),
    data: { finding: finding.id },
  };
}

function toSeverity(severity: Severity): DiagnosticSeverity {
  switch (severity) {
    case 'hint':
      return DiagnosticSeverity.Hint;
    case 'information':
      return DiagnosticSeverity.Information;
    case 'warning':
      return DiagnosticSeverity.Warning;
    default:
      return assertNever(severity);
  }
}
