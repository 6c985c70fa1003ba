import { sha256 } from '../model/hash.ts';
import type { Run } from '../model/run.ts';

/**
 * Equal for decisions taken on the same conversation but for ids, numbers, dates, case and spacing. The
 * system prompt is left out: it is the same for everybody.
 */
export function nearDuplicateKey(run: Run, decision: number): string {
  const lines: string[] = [];
  for (const message of run.messages.slice(0, decision)) {
    if (message.role === 'system' || message.role === 'developer') continue;
    const calls = message.toolCalls.map((call) => `${call.name} ${call.argumentsText}`).join(' ');
    lines.push(`${message.role} ${mask(`${message.text} ${calls}`)}`);
  }
  return sha256(lines.join('\n'));
}

function mask(text: string): string {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}_-]+/u)
    .filter((word) => word !== '')
    .map((word) => (/\p{N}/u.test(word) ? '#' : word))
    .join(' ');
}
