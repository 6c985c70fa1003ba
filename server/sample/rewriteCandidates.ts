import type { ScriptedRequest } from './scriptedModel.ts';

/** What the scripted model proposes when it is asked to rewrite a description. */
export interface RewriteCandidate {
  readonly description: string;
  readonly reason: string;
}

/** True when the request wants JSON with a `candidates` array: by its schema's name or in its words. */
export function asksForCandidates({ messages, parameters }: ScriptedRequest): boolean {
  if (/faultline_candidates|"candidates"/.test(JSON.stringify(parameters.response_format ?? null)))
    return true;
  return messages.some((message) => message.role === 'system' && /\{\s*"candidates"\s*:/.test(message.text));
}

/**
 * Up to two descriptions from what the request shows: the current text, the JSON Schema and the calls
 * that passed. The first states the form in words alone; the second adds an example, as people often
 * do, whatever that may bring about.
 */
export function rewriteCandidates({ messages }: ScriptedRequest): readonly RewriteCandidate[] {
  const text = messages.findLast((message) => message.role === 'user')?.text ?? '';
  const current = block(text, 'Current description').trim().replace(/\.?$/, '');
  const schema = block(text, 'JSON Schema');
  const passing = block(text, 'Passing calls');
  const parameter = block(text, 'Parameter whose description is wanted').trim().split('/').at(-1) ?? '';
  const example = parameter === '' ? null : exampleOf(passing, parameter);
  const form = formOf(schema, example);
  if (form === null) {
    const description = `${current}. Takes the values that the conversation gives, in the form of the schema.`;
    return [{ description, reason: 'Nothing in the passing calls shows a narrower form.' }];
  }
  const shown = example === null ? '' : `, for example ${example}`;
  return [
    {
      description: `${current}. ${form}.`,
      reason: 'States the form that the schema demands and all passing calls have.',
    },
    { description: `${current}. ${form}${shown}.`, reason: 'The same with an example from a passing call.' },
  ];
}

function formOf(schema: string, example: string | null): string | null {
  const values = /"enum"\s*:\s*\[([^\]]*)\]/.exec(schema)?.[1]?.match(/"[^"]+"/g);
  if (values) return `One of ${values.map((value) => value.slice(1, -1)).join(', ')}`;
  if (/"format"\s*:\s*"date"/.test(schema) || /^\d{4}-\d{2}-\d{2}$/.test(example ?? ''))
    return 'Written as YYYY-MM-DD';
  if (/^[A-Z]{1,5}\.[A-Z]{1,2}$/.test(example ?? ''))
    return 'Ticker in upper case with the suffix of its exchange';
  return null;
}

/** The text inside the fence under a title; titles may carry counts. */
function block(text: string, title: string): string {
  const at = text.split('\n').findIndex((line) => line.startsWith(title));
  if (at < 0) return '';
  const lines = text.split('\n').slice(at + 1);
  const fence = /^(`{3,}|~{3,})/.exec(lines[0] ?? '')?.[1];
  if (fence === undefined) return lines[0] ?? '';
  const end = lines.findIndex((line, index) => index > 0 && line.trim() === fence);
  return lines.slice(1, end < 0 ? undefined : end).join('\n');
}

/** The last value that a passing call gives the parameter, as text. */
function exampleOf(calls: string, parameter: string): string | null {
  const escaped = parameter.replace(/[^\w]/g, '\\$&');
  const matches = [...calls.matchAll(new RegExp(`"${escaped}":"([^"<>]{1,40})"`, 'g'))];
  return matches.at(-1)?.[1] ?? null;
}
