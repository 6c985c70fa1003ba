import type { DiagnoseOptions } from '../../../server/diagnose/diagnose.ts';
import type { Sources } from '../../../server/diagnose/place.ts';
import type { PlacedFinding } from '../../../server/diagnose/placeInText.ts';
import type { RunFacts } from '../../../server/diagnose/runFacts.ts';
import type { SourceFile } from '../../../server/model/anchor.ts';
import type { Failure } from '../../../server/model/failure.ts';
import type { Finding } from '../../../server/model/finding.ts';
import { lineCharacterAt, lineStarts } from '../../../server/model/lineIndex.ts';
import type { PromptLink, ToolLink, WordingState } from '../../../server/model/link.ts';
import { readSource } from '../../../server/source/readSource.ts';

export function source(file: string, text: string): SourceFile {
  const read = readSource(file, text);
  if (read === null) throw new Error(`${file} is no source file`);
  return read;
}

export function sources(files: Readonly<Record<string, string>>): Sources {
  return new Map(Object.entries(files).map(([file, text]) => [file, source(file, text)]));
}

export function failure(given: Partial<Failure> & Pick<Failure, 'kind'>): Failure {
  return {
    message: 2,
    decision: 1,
    toolCallId: 'c1',
    toolCallIndex: 0,
    tool: null,
    parameter: null,
    evidence: 'evidence',
    blame: 'unknown',
    certainty: 'certain',
    signature: 'something <n>',
    ...given,
  };
}

export function facts(runId: string, given: Partial<RunFacts> = {}): RunFacts {
  return {
    runId,
    startedAt: null,
    passed: null,
    prompts: [],
    tools: [],
    calls: new Map(),
    failures: [],
    ...given,
  };
}

export function promptLink(file: string, state: WordingState = 'current'): PromptLink {
  return {
    file,
    confidence: 1,
    coverage: 1,
    method: 'exact',
    state,
    commit: null,
    wordingHash: state,
    lines: [],
    renderedStart: 0,
    renderedEnd: 0,
    holes: [],
    reason: 'same text',
  };
}

export function toolLink(name: string, file: string | null, state: WordingState = 'current'): ToolLink {
  return {
    name,
    file,
    anchorId: file === null ? null : `tool:${name}`,
    state,
    confidence: 1,
    reason: 'same definition',
  };
}

export const options: DiagnoseOptions = {
  warnFromRuns: 10,
  maxPerFile: 20,
  isHidden: () => false,
  fixesFor: () => [],
};

/** A finding as one line of text: where it points, and what it says. */
export function shown(finding: Finding, all: Sources): string {
  const text = all.get(finding.file)?.text ?? '';
  const { line } = lineCharacterAt(lineStarts(text), finding.range.start);
  const token = text.slice(finding.range.start, finding.range.end);
  return `${finding.file}:${line + 1} [${token}] ${finding.severity} ${finding.evidenceLevel}: ${finding.title}`;
}

/** A placed finding: the token it points at, and whether it is older than the edit. */
export function placed(one: PlacedFinding, now: SourceFile): string {
  const token = now.text.slice(one.range.start, one.range.end);
  return `${token === '' ? 'top of file' : token}${one.isStale ? ' (before your edit)' : ''}`;
}
