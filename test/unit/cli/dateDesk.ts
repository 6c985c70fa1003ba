import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { CommandLine } from './commandLine.ts';

const SYSTEM = 'You run the booking desk of a repair workshop.';
const WORDS = ['lamp', 'clock', 'radio', 'bike', 'chair', 'kettle', 'drill', 'pump', 'violin', 'camera'];
const PLACES = [
  'Oak Lane',
  'Mill Road',
  'the harbour',
  'North Gate',
  'the old school',
  'Fern Hill',
  'Dock 4',
  'the market',
];

const DESCRIPTION = 'Books a repair.';

function tools(description: string): unknown {
  return [
    {
      type: 'function',
      function: {
        name: 'book_repair',
        description,
        parameters: {
          type: 'object',
          properties: {
            item: { type: 'string' },
            day: { type: 'string', format: 'date', description: 'When.' },
          },
          required: ['item', 'day'],
        },
      },
    },
  ];
}

function conversation(position: number, isFailing: boolean): unknown {
  const item = WORDS[position % WORDS.length];
  const place = PLACES[Math.floor(position / WORDS.length) % PLACES.length];
  const day = isFailing ? 'tomorrow' : `2031-05-${String(1 + (position % 28)).padStart(2, '0')}`;
  const call = { name: 'book_repair', arguments: JSON.stringify({ item: `${item} ${position}`, day }) };
  return {
    id: `job-${position}`,
    model: 'desk-1',
    outcome: { passed: !isFailing },
    messages: [
      { role: 'system', content: SYSTEM },
      { role: 'user', content: `My ${item} ${position} from ${place} needs a repair on ${day}.` },
      { role: 'assistant', content: null, tool_calls: [{ id: 'c', type: 'function', function: call }] },
      {
        role: 'tool',
        tool_call_id: 'c',
        content: isFailing ? 'Error: day must be a date' : '{"booked": true}',
      },
      { role: 'assistant', content: isFailing ? 'That did not work.' : 'Booked.' },
    ],
    tools: tools(DESCRIPTION),
  };
}

/** A workspace `desk` whose agent sends words for dates in 40 runs of 110. */
export function dateDesk({ file }: CommandLine): void {
  file('desk/prompts/desk.md', `${SYSTEM}\n`);
  file('desk/tools.json', `${JSON.stringify(tools(DESCRIPTION), null, 2)}\n`);
  const runs = Array.from({ length: 110 }, (_, position) => conversation(position, position < 40));
  file('desk/traces/chats.jsonl', runs.map((run) => `${JSON.stringify(run)}\n`).join(''));
}

/** A unified diff of `tools.json` that the endpoint below heeds. */
export const PATCH = `--- a/tools.json
+++ b/tools.json
@@ -3,5 +3,5 @@
     "type": "function",
     "function": {
       "name": "book_repair",
-      "description": "Books a repair.",
+      "description": "Books a repair. The day is YYYY-MM-DD.",
       "parameters": {
`;

/**
 * A model on this machine: it repeats the recorded call, and sends a date where the tool's definition
 * is no longer the recorded one, if it heeds that.
 */
export async function deskModel(isHeeding: boolean): Promise<{ url: string; requests: () => number }> {
  let requests = 0;
  const server = createServer(async (request, response) => {
    requests++;
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = JSON.parse(Buffer.concat(parts).toString('utf8')) as {
      readonly messages: readonly { readonly role: string; readonly content: string }[];
      readonly tools: unknown;
    };
    const asked = body.messages.find(({ role }) => role === 'user')?.content ?? '';
    const [, item, said] = /My (.+) from .+ on (.+)\.$/.exec(asked) ?? [];
    const isMended = isHeeding && !isSame(body.tools);
    const day = said === 'tomorrow' && isMended ? '2031-05-02' : said;
    const call = { name: 'book_repair', arguments: JSON.stringify({ item, day }) };
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        id: 'x',
        object: 'chat.completion',
        choices: [
          {
            index: 0,
            finish_reason: 'tool_calls',
            message: {
              role: 'assistant',
              content: null,
              tool_calls: [{ id: 'n', type: 'function', function: call }],
            },
          },
        ],
        usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, requests: () => requests };
}

/** By content: the order of keys on the wire is not ours. */
function isSame(sent: unknown): boolean {
  const words = (value: unknown) =>
    JSON.stringify(value)
      .match(/"[^"]*"/g)
      ?.sort()
      .join() ?? '';
  return words(sent) === words(tools(DESCRIPTION));
}
