/** One reading of a held-out set by one edit. Kept apart from what can be rebuilt. */
export interface LookRecord {
  /** Finding id, or the file for an edit without a finding. */
  readonly finding: string;
  readonly edit: string;
  /** The failing samples that were read. */
  readonly samples: readonly string[];
  readonly look: number;
}

export interface Reading {
  readonly finding: string;
  readonly edit: string;
  readonly samples: readonly string[];
  /** False when every answer came from the cache. */
  readonly drewAnswers: boolean;
}

/**
 * The number of this look and whether it has to be recorded. Each reading counts that shares a sample
 * with this one, so that a held-out set grown by one trace is not a fresh one; a disjoint set is. Reading
 * the same edit's answers again on the same samples is no new look, as long as none is drawn anew.
 */
export function lookAt(
  records: readonly LookRecord[],
  reading: Reading,
): { readonly look: number; readonly isNew: boolean } {
  const samples = new Set(reading.samples);
  const before = records.filter(
    (record) => record.finding === reading.finding && record.samples.some((sample) => samples.has(sample)),
  );
  const same = before.find(
    (record) =>
      record.edit === reading.edit &&
      record.samples.length === samples.size &&
      record.samples.every((sample) => samples.has(sample)),
  );
  if (same && !reading.drewAnswers) return { look: same.look, isNew: false };
  return { look: before.length + 1, isNew: true };
}

/** Where the looks are kept. */
export interface LookBook {
  read(): Promise<readonly LookRecord[]>;
  add(record: LookRecord): Promise<void>;
}
