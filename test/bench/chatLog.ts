// A workspace with a prompt, tool definitions and chat logs of runs that carried them.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type SeededText, seededText } from './seededText.ts';

const FILES = 10;
const TOOLS = 12;

/** Writes about `bytes` of JSON Lines below `traces/`; returns the files and what they hold. */
export function writeChatLogs(
  folder: string,
  bytes: number,
): { readonly files: readonly string[]; readonly bytes: number; readonly runs: number } {
  const text = seededText(2);
  const prompt = promptText(text);
  const tools = Array.from({ length: TOOLS }, (_, at) => toolOf(at, text));
  for (const name of ['prompts', 'tools', 'traces']) mkdirSync(path.join(folder, name), { recursive: true });
  writeFileSync(path.join(folder, 'prompts', 'agent.md'), prompt);
  writeFileSync(path.join(folder, 'tools', 'tools.json'), JSON.stringify(tools, null, 2));
  let total = 0;
  let runs = 0;
  const files = Array.from({ length: FILES }, (_, at) => path.join(folder, 'traces', `day-${at}.jsonl`));
  for (const file of files) {
    let lines = '';
    while (lines.length < bytes / FILES) {
      lines += `${JSON.stringify(runOf(runs, prompt, tools, text))}\n`;
      runs += 1;
    }
    appendFileSync(file, lines);
    // ASCII alone, so characters are bytes.
    total += lines.length;
  }
  return { files, bytes: total, runs };
}

function promptText(text: SeededText): string {
  const sections = Array.from(
    { length: 12 },
    (_, at) => `## Part ${at}\n\n${text.prose(40)}\n\n- ${text.prose(14)}\n- ${text.prose(14)}\n`,
  );
  return `# Agent\n\n${text.prose(30)}\n\n${sections.join('\n')}`;
}

function toolOf(at: number, text: SeededText) {
  const parameters = {
    type: 'object',
    properties: {
      id: { type: 'string', description: text.prose(8) },
      day: { type: 'string', format: 'date', description: text.prose(6) },
      amount: { type: 'number', description: text.prose(6) },
    },
    required: ['id', 'day'],
  };
  return {
    type: 'function',
    function: { name: `tool_${at}`, description: text.prose(18), parameters },
  };
}

/** Two to nine turns; one call in twenty fails and one in a hundred breaks its schema. */
function runOf(run: number, prompt: string, tools: readonly unknown[], text: SeededText) {
  const messages: object[] = [{ role: 'system', content: prompt }];
  const turns = 2 + Math.floor(text.chance() * 8);
  for (let turn = 0; turn < turns; turn++) {
    messages.push({ role: 'user', content: text.prose(30) });
    const id = `call_${run}_${turn}`;
    const day = text.chance() < 0.01 ? 'tomorrow' : '2026-02-03';
    const parameters = { id: `order-${Math.floor(text.chance() * 1e6)}`, day, amount: turn };
    const call = {
      name: `tool_${Math.floor(text.chance() * TOOLS)}`,
      arguments: JSON.stringify(parameters),
    };
    messages.push({
      role: 'assistant',
      content: null,
      tool_calls: [{ id, type: 'function', function: call }],
    });
    const content =
      text.chance() < 0.05
        ? `Error: ${parameters.id} was not found`
        : JSON.stringify({ id: parameters.id, status: 'open', note: text.prose(60) });
    messages.push({ role: 'tool', tool_call_id: id, content });
    messages.push({ role: 'assistant', content: text.prose(50) });
  }
  const minute = new Date(Date.UTC(2026, 0, 1) + run * 60_000).toISOString();
  return {
    id: `run-${run}`,
    created_at: minute,
    model: 'bench-model',
    messages,
    tools,
    reward: run % 4 ? 1 : 0,
  };
}
