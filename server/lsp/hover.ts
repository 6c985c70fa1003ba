import { type Hover, MarkupKind, type Position } from 'vscode-languageserver';
import type { PlacedFinding } from '../diagnose/placeInText.ts';
import type { EvidenceLevel, Finding } from '../model/finding.ts';
import { toRange } from './convert.ts';
import type { DocumentView } from './documentView.ts';
import { commandLink, inlineCode, quoted } from './markdown.ts';

const MAX_FINDINGS = 4;

/** What happened, how often and of how many, since when, on which wording, one example, how sure. */
export function hover(view: DocumentView, position: Position): Hover | null {
  const here = view.placed.filter(({ range }) => {
    const { start, end } = toRange(view.starts, range);
    return position.line >= start.line && position.line <= end.line;
  });
  if (here.length === 0) return null;
  const parts = here.slice(0, MAX_FINDINGS).map(section);
  if (here.length > MAX_FINDINGS) parts.push(`${here.length - MAX_FINDINGS} more findings on this line.`);
  return {
    contents: { kind: MarkupKind.Markdown, value: parts.join('\n\n---\n\n') },
    range: toRange(view.starts, (here[0] as PlacedFinding).range),
  };
}

function section({ finding, isStale }: PlacedFinding): string {
  const lines = [
    `**${quoted(finding.title)}** · ${finding.certainty} · \`${finding.kind}\``,
    `${wordings(finding, isStale)}${since(finding)}`,
    example(finding),
    `Evidence: ${EVIDENCE[finding.evidenceLevel]}`,
    links(finding),
  ];
  return lines.filter((line) => line !== '').join('\n\n');
}

function wordings(finding: Finding, isStale: boolean): string {
  if (isStale) return 'Counted **before your edit**; the text has changed since.';
  const all = finding.runsAffected === 1 ? 'On' : `All ${finding.runsAffected} on`;
  if (finding.onOlderText === 0) return `${all} this wording.`;
  if (finding.onCurrentText === 0) return `${all} an older wording.`;
  return `${finding.onCurrentText} on this wording, ${finding.onOlderText} on an older one.`;
}

function since(finding: Finding): string {
  if (finding.firstSeen === null) return '';
  const day = (time: string) => time.slice(0, 10);
  const last = finding.lastSeen === null ? '' : `, last ${day(finding.lastSeen)}`;
  return ` First seen ${day(finding.firstSeen)}${last}.`;
}

function example(finding: Finding): string {
  const first = finding.examples[0];
  if (first === undefined) return '';
  return `Example: ${inlineCode(first.runId)}, message ${first.message}\n\n${inlineCode(first.evidence)}`;
}

const EVIDENCE: Record<EvidenceLevel, string> = {
  structural: 'structural: the failure itself names this place.',
  'change-point': 'change point: the failure rate moved with this wording.',
  related: 'related: the runs carried this text; not proved to be the cause.',
  'caused-by': 'caused by: leaving this text out changed the decision.',
  missing: 'missing instruction: no line speaks of it.',
};

function links(finding: Finding): string {
  const first = finding.examples[0];
  return [
    ...(first === undefined
      ? []
      : [commandLink('Open example run', 'faultline.openRun', [first.runId, first.message])]),
    commandLink('Show all', 'faultline.showFinding', [finding.id]),
    commandLink('Hide this', 'faultline.hideFinding', [finding.id]),
  ].join(' · ');
}
