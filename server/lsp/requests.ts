import { RequestType0 } from 'vscode-languageserver';
import { URI } from 'vscode-uri';
import { lineCharacterAt, lineStarts } from '../model/lineIndex.ts';
import {
  DIAGNOSE_SELF,
  FINDING_RUNS,
  FINDINGS,
  type FileFindings,
  HIDE_FINDING,
  REFRESH,
  type RunRow,
  START_SCRIPTED_MODEL,
  type Status,
  TRANSCRIPT_LINE,
  UNHIDE_ALL,
} from '../protocol/messages.ts';
import { plural } from './codeLens.ts';
import { combineStatus } from './combineStatus.ts';
import { registerFixRequests } from './fixRequests.ts';
import type { Folder } from './folder.ts';
import type { ServerState } from './server.ts';

/** Our own requests: one line each, so that this file reads as a table of contents. */
export function registerRequests(state: ServerState): void {
  const { connection, folders } = state;
  const folderWithFinding = (id: string): Folder | undefined =>
    folders.find((folder) => folder.workspace.snapshot()?.findings.some((finding) => finding.id === id));

  connection.onRequest(new RequestType0<Status, void>(REFRESH), async () => {
    const all = await Promise.all(folders.map((folder) => folder.refresh()));
    return combineStatus(all);
  });
  connection.onRequest(FINDINGS, (): FileFindings[] => folders.flatMap(findingsByFile));
  connection.onRequest(FINDING_RUNS, async ({ finding }: { finding: string }): Promise<RunRow[]> => {
    const runs = (await folderWithFinding(finding)?.workspace.runsOf(finding)) ?? [];
    return runs.map(({ runId, label, passed, startedAt, message, evidence }) => ({
      run: runId,
      label,
      passed,
      startedAt,
      message,
      evidence,
    }));
  });
  connection.onRequest(TRANSCRIPT_LINE, async ({ run, message }: { run: string; message: number }) => {
    for (const folder of folders) {
      const found = await folder.workspace.run(run);
      if (found !== null) return found.transcript.messageLines[message] ?? 0;
    }
    return null;
  });
  registerFixRequests(state, folderWithFinding);
  connection.onRequest(HIDE_FINDING, async (params: { finding: string; reason: string }) => {
    await folderWithFinding(params.finding)?.workspace.hide(params.finding, params.reason);
    await Promise.all(folders.map((folder) => folder.refresh()));
  });
  connection.onRequest(UNHIDE_ALL, async () => {
    const counts = await Promise.all(folders.map((folder) => folder.workspace.unhideAll()));
    await Promise.all(folders.map((folder) => folder.refresh()));
    return counts.reduce((sum, count) => sum + count, 0);
  });
  connection.onRequest(START_SCRIPTED_MODEL, async () => {
    if (!state.options.isSample) throw new Error('The scripted model belongs to the sample workspace only.');
    state.startingScripted ??= state.host.startScriptedModel();
    const started = await state.startingScripted;
    state.scriptedModel = { endpoint: started.endpoint, name: started.model };
    state.settings = { ...state.settings, model: state.scriptedModel };
    return started;
  });
  connection.onRequest(DIAGNOSE_SELF, () => selfReport(state));
}

function findingsByFile(folder: Folder): FileFindings[] {
  const snapshot = folder.workspace.snapshot();
  if (snapshot === null) return [];
  const files = new Map<string, FileFindings['findings'][number][]>();
  for (const file of snapshot.hiddenByFile.keys()) files.set(file, []);
  for (const finding of snapshot.findings) {
    const text = snapshot.sources.get(finding.file)?.text ?? '';
    const rows = files.get(finding.file) ?? [];
    files.set(finding.file, rows);
    rows.push({
      id: finding.id,
      kind: finding.kind,
      title: finding.title,
      cause: finding.cause,
      severity: finding.severity,
      runsAffected: finding.runsAffected,
      runsExposed: finding.runsExposed,
      line: lineCharacterAt(lineStarts(text), finding.range.start).line,
      anchor: finding.anchor.name,
    });
  }
  return [...files].map(([file, findings]) => ({
    file,
    uri: URI.file(`${folder.workspace.root}/${file}`).toString(),
    findings,
    hidden: snapshot.hiddenByFile.get(file) ?? 0,
  }));
}

/** Facts to paste into an issue; no trace text, no paths, no settings values that could be secret. */
function selfReport(state: ServerState): string {
  const lines = ['## Faultline', '', `- node ${process.version}, ${process.platform} ${process.arch}`];
  for (const folder of state.folders) {
    const snapshot = folder.workspace.snapshot();
    lines.push(
      snapshot === null
        ? '- folder: no pass finished yet'
        : `- folder: ${plural(snapshot.runs, 'run')}, ${plural(snapshot.findings.length, 'finding')}, ` +
            `${plural(snapshot.sources.size, 'source file')}, ${snapshot.unlinked.runs} runs without a linked prompt`,
    );
    lines.push(`- status: ${folder.status().state}`);
  }
  lines.push(`- trusted: ${state.options.trusted}`);
  lines.push(`- endpoint configured: ${state.settings.model.endpoint !== ''}`);
  return lines.join('\n');
}
