import { parsePatch as parseUnifiedDiff, type StructuredPatch } from 'diff';

/** What a patch asks of one file. Lines keep a `\r` where the patch has one. */
export interface FilePatch {
  /** Workspace-relative with forward slashes. */
  readonly file: string;
  readonly hunks: readonly PatchHunk[];
}

export interface PatchHunk {
  /** 0-based line at which the old lines begin. */
  readonly line: number;
  /** ` `, `-`, `+` and text, or `\ No newline at end of file`. */
  readonly lines: readonly string[];
}

export type PatchFailure = {
  readonly ok: false;
  readonly reason: 'not-a-patch' | 'unsupported-change' | 'unsafe-path' | 'missing-file' | 'context-mismatch';
  /** One sentence for a person: file, hunk, expected against found. */
  readonly detail: string;
};

/** Reads a unified diff, as git, `diff -u` and Faultline write it, of one or several files. */
export function parsePatch(
  text: string,
): { readonly ok: true; readonly files: readonly FilePatch[] } | PatchFailure {
  let parsed: readonly StructuredPatch[];
  try {
    parsed = parseUnifiedDiff(text);
  } catch (error) {
    return { ok: false, reason: 'not-a-patch', detail: `Not a unified diff: ${(error as Error).message}` };
  }
  const files = new Map<string, PatchHunk[]>();
  for (const patch of parsed) {
    const blocked = unsupported(patch);
    if (blocked !== null) return { ok: false, reason: 'unsupported-change', detail: blocked };
    if (patch.hunks.length === 0) continue;
    const file = fileName(patch);
    if (file === null) {
      return {
        ok: false,
        reason: 'not-a-patch',
        detail: 'A hunk stands without "--- file" and "+++ file" lines.',
      };
    }
    if (/^(?:[/\\]|[A-Za-z]:)|(?:^|[/\\])\.\.(?:[/\\]|$)/.test(file)) {
      return { ok: false, reason: 'unsafe-path', detail: `The patch leaves the workspace: ${file}` };
    }
    const hunks = patch.hunks.map((hunk) => ({ line: Math.max(0, hunk.oldStart - 1), lines: hunk.lines }));
    files.set(file, [...(files.get(file) ?? []), ...hunks]);
  }
  if (files.size === 0) {
    return {
      ok: false,
      reason: 'not-a-patch',
      detail: 'No change found: a unified diff with "@@" hunks is expected.',
    };
  }
  return { ok: true, files: [...files].map(([file, hunks]) => ({ file, hunks })) };
}

/** A replay compares two wordings of one file, so the file must be there before and after. */
function unsupported(patch: StructuredPatch): string | null {
  const name = patch.newFileName ?? patch.oldFileName ?? 'a file';
  if (patch.isBinary) return `${name} is binary.`;
  if (patch.isRename || patch.isCopy)
    return `The patch renames or copies ${name}; only changes inside a file can be replayed.`;
  if (patch.isCreate || patch.oldFileName === '/dev/null')
    return `The patch creates ${name}; no recorded run carried it.`;
  if (patch.isDelete || patch.newFileName === '/dev/null') {
    return `The patch deletes ${patch.oldFileName ?? name}; only changes inside a file can be replayed.`;
  }
  return null;
}

function fileName(patch: StructuredPatch): string | null {
  const { oldFileName, newFileName } = patch;
  if (oldFileName === undefined || newFileName === undefined) return null;
  const prefixed = /^a\//.test(oldFileName) && /^b\//.test(newFileName);
  const name = prefixed ? newFileName.slice(2) : newFileName;
  return name.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
}
