import type { Failure } from '../../../server/model/failure.ts';
import type { Json } from '../../../server/model/json.ts';
import type { Message, Run, ToolCall, ToolDefinition } from '../../../server/model/run.ts';
import type { AnswerCache } from '../../../server/ports/answerCache.ts';
import type { Candidate } from '../../../server/validate/candidates.ts';
import type { GradingFacts } from '../../../server/validate/grade.ts';
import type { LookBook, LookRecord } from '../../../server/validate/looks.ts';
import type { ReplayEdit } from '../../../server/validate/replayEdit.ts';
import { defaultReplaySettings, type ReplaySettings } from '../../../server/validate/replaySettings.ts';
import type { EditToValidate } from '../../../server/validate/validateEdit.ts';

/** A small agent of our own: one tool whose date argument has to be in ISO form. */
export const getQuote: ToolDefinition = {
  name: 'get_quote',
  description: 'Price of a security on a day.',
  parameters: {
    type: 'object',
    properties: { symbol: { type: 'string' }, as_of: { type: 'string' } },
    required: ['symbol', 'as_of'],
  },
  strict: null,
};

export function message(role: Message['role'], text: string, toolCalls: readonly ToolCall[] = []): Message {
  return { role, name: null, text, toolCalls, toolCallId: null, isError: null, isTruncated: false };
}

export function call(name: string, args: Json, id: string | null = 'call_1'): ToolCall {
  return { id, name, argumentsText: JSON.stringify(args), arguments: args, argumentsValid: true };
}

const words = ['amber', 'birch', 'cedar', 'delta', 'ember', 'fjord', 'grove', 'heath', 'inlet', 'jetty'];

/** A name of letters only, so that two runs are no near-duplicates. */
export function nameOf(index: number): string {
  return `${words[index % 10]} ${words[Math.floor(index / 10) % 10]} ${words[Math.floor(index / 100) % 10]}`;
}

export function quoteRun(id: string, index: number, asOf: string): Run {
  return {
    id,
    session: id,
    file: 'traces/quotes.jsonl',
    line: index,
    format: 'openai-messages',
    startedAt: `2026-01-${String(1 + (index % 28)).padStart(2, '0')}T00:00:00Z`,
    durationMs: null,
    model: 'test-model',
    costUsd: null,
    outcome: null,
    messages: [
      message('system', 'You help with prices.'),
      message('user', `What was ${nameOf(index)} worth on January 5?`),
      message('assistant', '', [call('get_quote', { symbol: nameOf(index), as_of: asOf })]),
    ],
    modelCalls: [
      {
        inputMessages: 2,
        outputMessage: 2,
        model: 'test-model',
        parameters: { temperature: 1, seed: 7 },
        toolSet: 0,
        startedAt: null,
        durationMs: null,
        inputTokens: null,
        outputTokens: null,
        finishReason: 'tool_calls',
        finishReasonText: null,
        error: null,
      },
    ],
    toolSets: [[getQuote]],
    notes: [],
  };
}

export const badDate: Failure = {
  kind: 'invalid-arguments',
  message: 2,
  decision: 2,
  toolCallId: 'call_1',
  toolCallIndex: 0,
  tool: 'get_quote',
  parameter: 'as_of',
  evidence: 'as_of must match format "date"',
  blame: 'tool',
  certainty: 'certain',
  signature: 'must match format "date"',
};

export function candidate(run: Run, failure: Failure | null, more: Partial<Candidate> = {}): Candidate {
  return {
    run,
    decision: 2,
    failure,
    passed: failure === null,
    hasRecordedOutcome: true,
    neighbour: failure === null,
    intent: 'get_quote',
    currentWording: true,
    startedAt: run.startedAt,
    ...more,
  };
}

export function candidates(failing: number, passing: number): Candidate[] {
  return [
    ...Array.from({ length: failing }, (_, i) => candidate(quoteRun(`bad-${i}`, i, 'January 5'), badDate)),
    ...Array.from({ length: passing }, (_, i) =>
      candidate(quoteRun(`good-${i}`, 500 + i, '2026-01-05'), null),
    ),
  ];
}

/** Stands for the detectors: a date that is not in ISO form. */
export const quoteFacts: GradingFacts = {
  failuresOfAction: (_run, decision, answer) =>
    answer.toolCalls.flatMap((made, index) => {
      const args = made.arguments as { readonly as_of?: string } | null;
      const isGood = made.name === 'get_quote' && /^\d{4}-\d{2}-\d{2}$/.test(args?.as_of ?? '');
      return isGood ? [] : [{ ...badDate, message: decision, decision, toolCallIndex: index }];
    }),
  knownResult: () => null,
  replayMode: () => 'step',
  isPattern: (failure) => failure.kind === 'invalid-arguments',
};

/** An edit of the tool's description in today's wording. */
export function describeEdit(text: string): ReplayEdit {
  const same = (_message: number, rendered: string) => ({ ok: true, text: rendered }) as const;
  return {
    file: 'tools.json',
    hash: text,
    changesAnything: () => true,
    arms: () => ({
      old: { renderMessage: same, tools: (tools) => tools },
      new: {
        renderMessage: same,
        tools: (tools) =>
          tools.map((tool) => (tool.name === 'get_quote' ? { ...tool, description: text } : tool)),
      },
    }),
  };
}

export function memoryCache(): AnswerCache & { readonly size: () => number } {
  const answers = new Map();
  return {
    get: async (key) => answers.get(key) ?? null,
    put: async (key, answer) => {
      answers.set(key, answer);
    },
    size: () => answers.size,
  };
}

export function memoryLooks(): LookBook & { readonly records: LookRecord[] } {
  const records: LookRecord[] = [];
  return {
    records,
    read: async () => records,
    add: async (record) => {
      records.push(record);
    },
  };
}

/** One answer an arm keeps the tests short; what three answers change has its own tests. */
export const quickSettings: ReplaySettings = { ...defaultReplaySettings, answers: 1 };

export function editToValidate(edit: ReplayEdit, more: Partial<EditToValidate> = {}): EditToValidate {
  const list = candidates(12, 70);
  return {
    edit,
    findingId: 'finding-1',
    isGenerated: false,
    list: { candidates: list, exposed: 82, affected: 12, notShowable: 0 },
    statics: { definitions: [], calls: [], accepts: () => true, runs: list.map(({ run }) => run) },
    context: { linkedTools: () => null },
    facts: quoteFacts,
    settings: quickSettings,
    client: null,
    cache: memoryCache(),
    looks: memoryLooks(),
    price: () => null,
    notes: [],
    ...more,
  };
}
