import { createHash } from 'node:crypto';
import type { JsonObject } from '../../../server/model/json.ts';
import type { Message } from '../../../server/model/run.ts';
import { SCRIPTED_MODEL } from '../../../server/sample/scriptedModel.ts';
import type { RunFrame } from './chatLog.ts';
import { PARAMETERS, type PlayedRun } from './playRun.ts';

const AGENT_NAMES = { advisor: 'portfolio-advisor', desk: 'client-desk' } as const;

/** One line of OTLP JSON with a whole trace: OpenTelemetry's GenAI attributes as of v1.39. */
export function otlpLine(run: PlayedRun, frame: RunFrame): string {
  const traceId = hex(frame.id, 32);
  const rootId = hex(`${frame.id}|root`, 16);
  let atMs = Date.parse(frame.startedAt);
  const spans: JsonObject[] = [];
  const span = (name: string, durationMs: number, attributes: JsonObject, extra: JsonObject = {}): void => {
    spans.push({
      traceId,
      spanId: hex(`${frame.id}|${spans.length}`, 16),
      parentSpanId: rootId,
      name,
      kind: 3,
      startTimeUnixNano: nano(atMs),
      endTimeUnixNano: nano(atMs + durationMs),
      attributes: attributeList(attributes),
      status: {},
      ...extra,
    });
    atMs += durationMs + 5;
  };
  const system = run.messages[0]?.text ?? '';
  for (const { inputMessages, answer } of run.calls) {
    const output = answer.ok ? run.messages[inputMessages] : undefined;
    span(`chat ${SCRIPTED_MODEL}`, 300 + 7 * (answer.ok ? answer.outputTokens : 0), {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'scripted',
      'gen_ai.request.model': SCRIPTED_MODEL,
      'gen_ai.response.model': SCRIPTED_MODEL,
      'gen_ai.conversation.id': frame.session,
      'gen_ai.request.temperature': PARAMETERS.temperature,
      'gen_ai.request.max_tokens': PARAMETERS.max_tokens,
      'gen_ai.system_instructions': JSON.stringify([{ type: 'text', content: system }]),
      'gen_ai.input.messages': JSON.stringify(
        run.messages.slice(1, inputMessages).map((message) => toParts(message)),
      ),
      'gen_ai.tool.definitions': JSON.stringify(
        frame.tools.map(({ name, description, parameters }) => ({
          type: 'function',
          name,
          description,
          parameters,
        })),
      ),
      ...(answer.ok && output !== undefined
        ? {
            'gen_ai.output.messages': JSON.stringify([
              {
                ...toParts(output),
                finish_reason: answer.finishReason === 'tool_calls' ? 'tool_call' : answer.finishReason,
              },
            ]),
            'gen_ai.response.finish_reasons': [answer.finishReason],
            'gen_ai.usage.input_tokens': answer.inputTokens,
            'gen_ai.usage.output_tokens': answer.outputTokens,
          }
        : {}),
    });
    for (const call of output?.toolCalls ?? []) {
      const result = run.messages.find((message) => message.toolCallId === call.id)?.text ?? '';
      span(`execute_tool ${call.name}`, 40, {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': call.name,
        'gen_ai.tool.type': 'function',
        'gen_ai.tool.call.id': call.id ?? '',
        'gen_ai.tool.call.arguments': call.argumentsText,
        'gen_ai.tool.call.result': result,
      });
    }
  }
  const root: JsonObject = {
    traceId,
    spanId: rootId,
    name: `invoke_agent ${AGENT_NAMES[frame.agent]}`,
    kind: 1,
    startTimeUnixNano: nano(Date.parse(frame.startedAt)),
    endTimeUnixNano: nano(atMs),
    attributes: attributeList({
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.provider.name': 'scripted',
      'gen_ai.agent.name': AGENT_NAMES[frame.agent],
      'gen_ai.conversation.id': frame.session,
    }),
    events: [
      {
        name: 'gen_ai.evaluation.result',
        timeUnixNano: nano(atMs),
        attributes: attributeList({
          'gen_ai.evaluation.name': 'task_success',
          'gen_ai.evaluation.score.value': run.judged.score,
          'gen_ai.evaluation.score.label': run.judged.passed ? 'pass' : 'fail',
        }),
      },
    ],
    status: {},
  };
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: attributeList({ 'service.name': 'harbour-and-pine' }) },
        scopeSpans: [{ scope: { name: 'sample' }, spans: [root, ...spans] }],
      },
    ],
  });
}

function toParts(message: Message): JsonObject {
  if (message.role === 'tool') {
    return {
      role: 'tool',
      parts: [{ type: 'tool_call_response', id: message.toolCallId ?? '', response: message.text }],
    };
  }
  const text = message.text === '' ? [] : [{ type: 'text', content: message.text }];
  const calls = message.toolCalls.map((call) => ({
    type: 'tool_call',
    id: call.id ?? '',
    name: call.name,
    arguments: call.arguments,
  }));
  return { role: message.role, parts: [...text, ...calls] };
}

function attributeList(attributes: JsonObject): JsonObject[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: unknown): JsonObject {
  if (typeof value === 'number')
    return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  return { stringValue: String(value) };
}

function hex(seed: string, length: number): string {
  return createHash('sha256').update(seed).digest('hex').slice(0, length);
}

function nano(milliseconds: number): string {
  return `${Math.round(milliseconds)}000000`;
}
