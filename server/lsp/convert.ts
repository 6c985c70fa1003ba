/** The only place that turns core values into protocol values: offsets become line and character here. */
import { type Diagnostic, DiagnosticSeverity, DiagnosticTag, type Range } from 'vscode-languageserver';
import type { PlacedFinding } from '../diagnose/placeInText.ts';
import type { TextRange } from '../model/anchor.ts';
import { assertNever } from '../model/assertNever.ts';
import type { Severity } from '../model/finding.ts';
import { lineCharacterAt } from '../model/lineIndex.ts';
import { LINKED_EXAMPLES } from '../workspace/exampleLines.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import { runUri } from './runUri.ts';

export function toRange(starts: readonly number[], range: TextRange): Range {
  return { start: lineCharacterAt(starts, range.start), end: lineCharacterAt(starts, range.end) };
}

export const RULES_URL = 'https://github.com/faultline-dev/faultline/blob/main/docs/rules';

export function toDiagnostic(
  placed: PlacedFinding,
  starts: readonly number[],
  lineOf: Snapshot['lineOf'],
): Diagnostic {
  const { finding, isStale } = placed;
  return {
    range: toRange(starts, placed.range),
    severity: isStale ? DiagnosticSeverity.Hint : toSeverity(finding.severity),
    source: 'Faultline',
    code: finding.kind,
    codeDescription: { href: `${RULES_URL}/${finding.kind}.md` },
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
