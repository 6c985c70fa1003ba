import type { Certainty } from '../model/failure.ts';
import type { Finding } from '../model/finding.ts';

const WEIGHT: Record<Finding['certainty'], number> = { certain: 1, likely: 0.9, hint: 0.3 };

/** Runs affected × certainty, most first; ties by place, so that the order never depends on chance. */
export function rankFindings(
  findings: readonly Finding[],
  maxPerFile: number,
  isHidden: (findingId: string) => boolean,
): { readonly shown: readonly Finding[]; readonly hiddenByFile: ReadonlyMap<string, number> } {
  const sorted = [...findings].sort(
    (a, b) =>
      b.runsAffected * weight(b.certainty) - a.runsAffected * weight(a.certainty) ||
      compare(a.file, b.file) ||
      a.range.start - b.range.start ||
      compare(a.id, b.id),
  );
  const perFile = new Map<string, number>();
  const hiddenByFile = new Map<string, number>();
  const shown = sorted.filter((finding) => {
    const count = perFile.get(finding.file) ?? 0;
    if (!isHidden(finding.id) && count < maxPerFile) {
      perFile.set(finding.file, count + 1);
      return true;
    }
    hiddenByFile.set(finding.file, (hiddenByFile.get(finding.file) ?? 0) + 1);
    return false;
  });
  return { shown, hiddenByFile };
}

function weight(certainty: Certainty): number {
  return WEIGHT[certainty];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
