import { isJsonObject, type Json } from '../model/json.ts';
import type { Run } from '../model/run.ts';
import { messagesFromChat } from './chatMessage.ts';
import { fileScopedIds } from './runId.ts';
import { callPerAssistantMessage, endsWithOpenCalls, plainCall } from './runParts.ts';
import { pairToolResults } from './toolResultPairing.ts';
import { recordProblem, type TraceFormat } from './traceFormat.ts';

/**
 * tau-bench result files: an array of `{task_id, trial, reward, info, traj}`. No times, model, usage or
 * tool definitions. `reward` decides the outcome (upstream counts 1 within 1e-6 as passed).
 */
export const tauBench: TraceFormat = {
  id: 'tau-bench',
  title: 'tau-bench results',
  recognises: isTrajectory,
  assembler({ file }) {
    const idOf = fileScopedIds(file);
    return {
      add(record) {
        const { value } = record;
        if (!isTrajectory(value) || !isJsonObject(value)) {
          const detail = 'A tau-bench record has task_id, trial, reward and traj; this one does not.';
          return [recordProblem(file, record, 'unexpected-shape', detail)];
        }
        const { messages, isInferred } = pairToolResults((value.traj as Json[]).flatMap(messagesFromChat));
        const id = idOf(`${value.task_id}/${value.trial}`);
        const reward = value.reward;
        const info = value.info;
        const error = isJsonObject(info) && typeof info.error === 'string' ? info.error : null;
        const modelCalls = callPerAssistantMessage(messages);
        if (error !== null) {
          const failed = { status: null, code: null, message: error };
          modelCalls.push({ ...plainCall(messages.length, null), finishReason: 'error', error: failed });
        }
        const run: Run = {
          id,
          session: id,
          file,
          line: record.line,
          format: 'tau-bench',
          startedAt: null,
          durationMs: null,
          model: null,
          costUsd: null,
          outcome:
            typeof reward === 'number'
              ? { passed: Math.abs(1 - reward) <= 1e-6, score: reward, source: 'reward' }
              : null,
          messages,
          modelCalls,
          toolSets: [],
          notes: [
            ...(isInferred ? ['tool results paired by order'] : []),
            ...(endsWithOpenCalls(messages) ? ['incomplete'] : []),
          ],
        };
        return [{ type: 'run', run, records: 1 }];
      },
      finish: () => [],
    };
  },
};

function isTrajectory(value: Json): boolean {
  return (
    isJsonObject(value) &&
    'task_id' in value &&
    'trial' in value &&
    'reward' in value &&
    Array.isArray(value.traj)
  );
}
