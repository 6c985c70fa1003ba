import type { DuckDBConnection } from '@duckdb/node-api';
import type { JsonObject } from '../../model/json.ts';
import type { FinishReason, ModelCall } from '../../model/run.ts';
import { rowsByKeys } from './rowsByKeys.ts';

interface ModelCallRow {
  readonly key: number;
  readonly inputMessages: number;
  readonly outputMessage: number | null;
  readonly model: string | null;
  readonly parameters: string | null;
  readonly toolSet: number | null;
  readonly startedAt: string | null;
  readonly durationMs: number | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly finishReason: FinishReason | null;
  readonly finishReasonText: string | null;
  readonly errorStatus: number | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
}

/** Model calls by run key, in recorded order. */
export async function modelCallsOf(
  connection: DuckDBConnection,
  runs: readonly number[],
): Promise<ReadonlyMap<number, readonly ModelCall[]>> {
  const found = await rowsByKeys<ModelCallRow>(
    connection,
    `SELECT run AS key, input_messages AS "inputMessages", output_message AS "outputMessage", model, parameters,
       tool_set AS "toolSet", started_at AS "startedAt", duration_ms AS "durationMs",
       input_tokens AS "inputTokens", output_tokens AS "outputTokens", finish_reason AS "finishReason",
       finish_reason_text AS "finishReasonText", error_status AS "errorStatus", error_code AS "errorCode",
       error_message AS "errorMessage"
     FROM model_calls`,
    'run',
    runs,
    ['position'],
  );
  const byRun = new Map<number, ModelCall[]>();
  for (const { key: run, ...row } of found) {
    const list = byRun.get(run);
    if (list === undefined) byRun.set(run, [toModelCall(row)]);
    else list.push(toModelCall(row));
  }
  return byRun;
}

function toModelCall(row: Omit<ModelCallRow, 'key'>): ModelCall {
  const { errorStatus, errorCode, errorMessage, parameters, ...call } = row;
  return {
    ...call,
    parameters: parameters === null ? {} : (JSON.parse(parameters) as JsonObject),
    error: errorMessage === null ? null : { status: errorStatus, code: errorCode, message: errorMessage },
  };
}
