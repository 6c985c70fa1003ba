import type { DuckDBConnection } from '@duckdb/node-api';
import { groupBy } from '../../model/groupBy.ts';
import { rows } from '../rows.ts';
import type { IndexedFile } from '../traceIndex.ts';

interface FileRow {
  readonly file: number;
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly modifiedMs: number;
  readonly fingerprint: string;
  readonly records: number;
  readonly recordsInRuns: number;
  readonly runs: number;
}

/** What is indexed, by name. */
export async function indexedFiles(connection: DuckDBConnection): Promise<readonly IndexedFile[]> {
  const files = await rows<FileRow>(
    connection,
    `SELECT f.file, name, path, size, modified_ms AS "modifiedMs", fingerprint, records,
       records_in_runs AS "recordsInRuns", coalesce(r.runs, 0)::INTEGER AS runs
     FROM files f LEFT JOIN (SELECT file, count(*) AS runs FROM runs GROUP BY file) r ON r.file = f.file
     ORDER BY name`,
  );
  const formats = await rows<{ file: number; format: string; records: number }>(
    connection,
    'SELECT file, format, records FROM file_formats ORDER BY file, format',
  );
  const byFile = groupBy(formats, ({ file }) => file);
  return files.map(({ file, ...row }) => ({
    ...row,
    formats: Object.fromEntries((byFile.get(file) ?? []).map(({ format, records }) => [format, records])),
  }));
}
