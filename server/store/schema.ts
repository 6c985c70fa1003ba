/** One step of the schema. Steps are only ever added: an index in the field has run the earlier ones. */
export interface Migration {
  readonly version: number;
  readonly statements: readonly string[];
}

/**
 * Integer keys join the tables; no index and no key constraint stands on any of them. The single
 * writer keeps keys unique, scans over small integer columns are fast, and an ART index would cost
 * more space than the rows and stop the engine from reclaiming deleted ones.
 *
 * Texts of 200 characters and more, and every system or developer text, live in `contents`, once
 * by hash; shorter ones stay beside their message, where compression does better than a hash.
 */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    statements: [
      `INSERT INTO meta VALUES ('revision', '0')`,
      `CREATE TABLE files (file INTEGER, name VARCHAR, path VARCHAR, size DOUBLE, modified_ms DOUBLE,
         fingerprint VARCHAR, records INTEGER, records_in_runs INTEGER)`,
      'CREATE TABLE file_formats (file INTEGER, format VARCHAR, records INTEGER)',
      'CREATE TABLE skipped (file INTEGER, reason VARCHAR, count INTEGER)',
      `CREATE TABLE problems (file INTEGER, position INTEGER, line INTEGER, byte DOUBLE, reason VARCHAR,
         detail VARCHAR, records INTEGER)`,
      'CREATE TABLE duplicate_runs (file INTEGER, id VARCHAR)',

      'CREATE TABLE contents (content INTEGER, hash BLOB, text VARCHAR USING COMPRESSION zstd)',
      `CREATE TABLE messages (message INTEGER, hash BLOB, role VARCHAR, name VARCHAR,
         text VARCHAR USING COMPRESSION zstd, content INTEGER, tool_call_id VARCHAR, is_error BOOLEAN,
         is_truncated BOOLEAN)`,
      `CREATE TABLE tool_calls (message INTEGER, position INTEGER, id VARCHAR, name VARCHAR,
         arguments VARCHAR USING COMPRESSION zstd, content INTEGER, is_valid BOOLEAN,
         parsed VARCHAR USING COMPRESSION zstd)`,
      `CREATE TABLE tool_definitions (definition INTEGER, hash BLOB, name VARCHAR,
         json VARCHAR USING COMPRESSION zstd)`,
      'CREATE TABLE tool_sets (tool_set INTEGER, hash BLOB)',
      'CREATE TABLE tool_set_definitions (tool_set INTEGER, position INTEGER, definition INTEGER)',

      `CREATE TABLE runs (run INTEGER, file INTEGER, line INTEGER, id VARCHAR, session VARCHAR, format VARCHAR,
         started_at VARCHAR, duration_ms DOUBLE, model VARCHAR, cost_usd DOUBLE, passed BOOLEAN, score DOUBLE,
         outcome_source VARCHAR, notes VARCHAR, records INTEGER, messages INTEGER, model_calls INTEGER,
         tool_calls INTEGER, input_tokens DOUBLE, output_tokens DOUBLE, characters DOUBLE)`,
      'CREATE TABLE run_messages (run INTEGER, position INTEGER, message INTEGER)',
      'CREATE TABLE run_tool_sets (run INTEGER, position INTEGER, tool_set INTEGER)',
      `CREATE TABLE model_calls (run INTEGER, position INTEGER, input_messages INTEGER, output_message INTEGER,
         model VARCHAR, parameters VARCHAR, tool_set INTEGER, started_at VARCHAR, duration_ms DOUBLE,
         input_tokens DOUBLE, output_tokens DOUBLE, finish_reason VARCHAR, finish_reason_text VARCHAR,
         error_status INTEGER, error_code VARCHAR, error_message VARCHAR)`,

      'CREATE TABLE analysed_runs (run INTEGER)',
      `CREATE TABLE failures (run INTEGER, position INTEGER, kind VARCHAR, message INTEGER, decision INTEGER,
         tool_call_id VARCHAR, tool_call_index INTEGER, tool VARCHAR, parameter VARCHAR, evidence VARCHAR,
         blame VARCHAR, certainty VARCHAR, signature VARCHAR)`,
      'CREATE TABLE documents (name VARCHAR, json VARCHAR USING COMPRESSION zstd)',
    ],
  },
];
