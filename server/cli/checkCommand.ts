import type { Finding, Severity } from '../model/finding.ts';
import { type LineCharacter, lineCharacterAt, lineStarts } from '../model/lineIndex.ts';
import type { CancellationToken } from '../ports/cancellation.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import type { PassResult } from '../workspace/workspace.ts';
import { namedSources } from './namedSources.ts';
import { openForCommand } from './openForCommand.ts';
import type { CheckOptions } from './options.ts';
import type { Terminal } from './run.ts';
import { untiedFailures, untiedText } from './untiedFailures.ts';
import { UsageError } from './usageError.ts';
import { count } from './words.ts';

const RANK: Record<Severity, number> = { hint: 0, information: 1, warning: 2 };

/** `faultline check [FILE…]`: the findings an editor would show. */
export async function checkCommand(
  options: CheckOptions,
  terminal: Terminal,
  token: CancellationToken,
): Promise<number> {
  if (options.format === 'sarif') {
    throw new UsageError('SARIF output is not built yet; use --format json');
  }
  const { workspace, report, nothingRead } = await openForCommand(options, terminal, token);
  try {
    const snapshot = workspace.snapshot() as Snapshot;
    const known = new Set(snapshot.sources.keys());
    const wanted = await namedSources(options.files, workspace.root, terminal.workingFolder, known);
    const shown = snapshot.findings.filter(({ file }) => wanted.size === 0 || wanted.has(file));
    const untied = untiedFailures(workspace.lastPass() as PassResult);
    const findings = shown.map((finding) => findingRow(finding, snapshot));
    if (options.format === 'ndjson') {
      for (const finding of findings) terminal.out(`${JSON.stringify(finding)}\n`);
    } else if (options.format === 'json') {
      const { runs, failedRuns, unlinked } = snapshot;
      const hidden = Object.fromEntries(snapshot.hiddenByFile);
      const files = report.filesRead + report.filesUnchanged;
      const problems = report.problems.length;
      const answer = { files, problems, runs, failedRuns, findings, hidden, unlinked, untied };
      terminal.out(`${JSON.stringify(answer, null, 2)}\n`);
    } else {
      if (nothingRead !== null) terminal.out(`${nothingRead}\n`);
      terminal.out(asText(snapshot, findings, wanted.size === 0 ? untiedText(untied) : null));
      if (report.problems.length > 0) {
        terminal.out(
          `${count(report.problems.length, 'record or file', 'records or files')} could not be read; "faultline index" lists them\n`,
        );
      }
    }
    const failOn = options.failOn;
    const reached = failOn !== null && shown.some(({ severity }) => RANK[severity] >= RANK[failOn]);
    return reached ? 1 : 0;
  } finally {
    await workspace.close();
  }
}

type Row = ReturnType<typeof findingRow>;

function findingRow(finding: Finding, snapshot: Snapshot) {
  const starts = lineStarts(snapshot.sources.get(finding.file)?.text ?? '');
  const range: { readonly start: LineCharacter; readonly end: LineCharacter } = {
    start: lineCharacterAt(starts, finding.range.start),
    end: lineCharacterAt(starts, finding.range.end),
  };
  return {
    id: finding.id,
    kind: finding.kind,
    severity: finding.severity,
    certainty: finding.certainty,
    file: finding.file,
    range,
    anchor: { type: finding.anchor.type, name: finding.anchor.name },
    runsAffected: finding.runsAffected,
    runsExposed: finding.runsExposed,
    onCurrentText: finding.onCurrentText,
    onOlderText: finding.onOlderText,
    evidenceLevel: finding.evidenceLevel,
    title: finding.title,
    hint: finding.hint,
    exampleRuns: finding.examples.map(({ runId }) => runId),
    fixes: finding.fixes,
  };
}

/** As an editor would show them: file, line, text. */
function asText(snapshot: Snapshot, findings: readonly Row[], untied: string | null): string {
  const lines = [
    `${snapshot.failedRuns} of ${count(snapshot.runs, 'run')} failed, ${count(findings.length, 'finding')}`,
  ];
  for (const { file, range, severity, title, kind, id, fixes, onCurrentText } of findings) {
    const at = `${file}:${range.start.line + 1}:${range.start.character + 1}`;
    const note =
      onCurrentText === 0 ? '  (on older wordings only)' : fixes.length > 0 ? '  (fixes offered)' : '';
    lines.push(`${at}  ${severity}  ${title}  [${kind}]  ${id}${note}`);
  }
  for (const [file, n] of snapshot.hiddenByFile) lines.push(`${file}: ${n} hidden`);
  if (untied !== null) lines.push(untied);
  if (snapshot.unlinked.runs > 0) {
    lines.push(
      `${count(snapshot.unlinked.runs, 'run')} could not be linked to a prompt file of the workspace`,
    );
  }
  for (const { name, calls } of snapshot.unlinked.tools.slice(0, 10)) {
    lines.push(`tool ${name} (${count(calls, 'call')}) has no definition in the workspace`);
  }
  return `${lines.join('\n')}\n`;
}
