import {
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  type WorkspaceDocumentDiagnosticReport,
} from 'vscode-languageserver';
import { sha256 } from '../model/hash.ts';
import type { Snapshot } from '../workspace/snapshot.ts';
import { toDiagnostic } from './convert.ts';
import type { DocumentView } from './documentView.ts';

/** Text and generation decide everything in a report, so they are its result id. */
export function resultId(text: string, snapshot: Snapshot | null): string {
  return `${sha256(text).slice(0, 16)}.${snapshot?.generation ?? 0}`;
}

export function documentDiagnostics(
  view: DocumentView,
  previous: string | undefined,
): DocumentDiagnosticReport {
  const id = resultId(view.text, view.snapshot);
  if (previous === id) return { kind: DocumentDiagnosticReportKind.Unchanged, resultId: id };
  return {
    kind: DocumentDiagnosticReportKind.Full,
    resultId: id,
    items: view.placed.map((placed) => toDiagnostic(placed, view)),
  };
}

/** Reports for files with findings, and empty ones for files that had some in the client's last answer. */
export function workspaceDiagnostics(
  views: readonly DocumentView[],
  previous: ReadonlyMap<string, string>,
): WorkspaceDocumentDiagnosticReport[] {
  const reports = views.map((view) => ({
    ...documentDiagnostics(view, previous.get(view.uri)),
    uri: view.uri,
    version: null,
  }));
  const reported = new Set(views.map((view) => view.uri));
  for (const uri of previous.keys()) {
    if (!reported.has(uri)) {
      reports.push({ kind: DocumentDiagnosticReportKind.Full, items: [], uri, version: null });
    }
  }
  return reports as WorkspaceDocumentDiagnosticReport[];
}
