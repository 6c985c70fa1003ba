import type { FailureEvidence, FixContext } from '../../../server/fix/fixContext.ts';
import type { RecordedCall } from '../../../server/fix/recordedCalls.ts';
import type { Failure } from '../../../server/model/failure.ts';
import type { Finding } from '../../../server/model/finding.ts';
import type { Json } from '../../../server/model/json.ts';
import { readSource } from '../../../server/source/readSource.ts';

/** A tool file of our own: one tool with a date, a ticker and an account. */
export const quoteTools = `[
  {
    "type": "function",
    "function": {
      "name": "get_quote",
      "description": "Closing price of a share. Never use it for trading orders.",
      "parameters": {
        "type": "object",
        "properties": {
          "symbol": { "type": "string", "description": "Share to look up" },
          "as_of": { "type": "string", "description": "Day of the quote" },
          "currency": { "type": "string", "enum": ["USD", "EUR"] },
          "account": { "type": "string", "description": "Whose view." }
        },
        "required": ["symbol"]
      }
    }
  }
]
`;

export function call(index: number, args: Json | null, error: string | null = null): RecordedCall {
  return {
    runId: `run-${index}`,
    session: `session-${index}`,
    message: 2,
    tool: 'get_quote',
    arguments: args,
    ok: error === null,
    error,
    onFixerHalf: true,
  };
}

export function passingCalls(count: number): readonly RecordedCall[] {
  return Array.from({ length: count }, (_, i) =>
    call(i, {
      symbol: ['ACME', 'INIT', 'HOOL'][i % 3] ?? '',
      as_of: `2026-03-${String((i % 28) + 1).padStart(2, '0')}`,
      currency: i % 2 === 0 ? 'USD' : 'EUR',
      account: `person${i}@example.org`,
    }),
  );
}

export interface QuoteCase {
  readonly text?: string;
  readonly parameter?: string | null;
  readonly kind?: Finding['kind'];
  readonly signature?: string;
  readonly passing?: readonly RecordedCall[];
  readonly failing?: readonly RecordedCall[];
}

/** A finding on the tool above with its evidence. */
export function quoteContext(given: QuoteCase): FixContext {
  const source = readSource('tools.json', given.text ?? quoteTools);
  const tool = source?.tools[0];
  if (source === null || tool === undefined) throw new Error('The fixture holds no tool.');
  const parameter = given.parameter ?? null;
  const kind = given.kind ?? 'invalid-arguments';
  const signature = given.signature ?? 'as_of: must match format "date"';
  const failing = given.failing ?? [];
  const failures = failing.map(
    ({ runId, session, message, error }): FailureEvidence => ({
      runId,
      session,
      failure: {
        kind,
        message: kind === 'tool-error' ? message + 1 : message,
        decision: message,
        toolCallId: null,
        toolCallIndex: 0,
        tool: 'get_quote',
        parameter,
        evidence: error ?? '',
        blame: 'tool',
        certainty: 'certain',
        signature,
      } satisfies Failure,
    }),
  );
  const anchor = tool.parameters.find(({ path }) => path === parameter)?.anchor ?? tool.anchor;
  const finding: Finding = {
    id: 'f1',
    kind,
    severity: 'information',
    cause: signature,
    certainty: 'certain',
    file: source.file,
    range: anchor.range,
    fileHash: source.hash,
    anchor: { type: anchor.type, name: anchor.name, id: anchor.id },
    runsAffected: failing.length,
    occurrences: [],
    runsExposed: failing.length + (given.passing?.length ?? 0),
    onCurrentText: failing.length,
    onOlderText: 0,
    evidenceLevel: 'structural',
    title: 'title',
    hint: 'hint',
    signature,
    tool: 'get_quote',
    parameter,
    examples: [],
    firstSeen: null,
    lastSeen: null,
    fixes: [],
  };
  const calls = [...(given.passing ?? []), ...failing];
  return { finding, source, tool, parameter, calls, failures };
}
