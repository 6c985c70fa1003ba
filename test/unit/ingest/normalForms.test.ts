import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalFinishReason } from '../../../server/ingest/finishReason.ts';
import { isoTimeFrom } from '../../../server/ingest/isoTime.ts';
import { parseCutJson } from '../../../server/ingest/parseJson.ts';
import { toolDefinitionFrom, toolDefinitionsFrom } from '../../../server/model/toolShapes.ts';

const schema = { type: 'object', properties: { a: { type: 'string' } } };
const normal = { name: 'f', description: 'd', parameters: schema, strict: null };

describe('tool definitions', () => {
  it('are one shape whatever the provider', () => {
    const shapes = [
      { type: 'function', function: { name: 'f', description: 'd', parameters: schema } },
      { type: 'function', name: 'f', description: 'd', parameters: schema },
      { name: 'f', description: 'd', parameters: schema },
      { name: 'f', description: 'd', input_schema: schema },
      { name: 'f', description: 'd', inputSchema: schema, annotations: {} },
      { toolSpec: { name: 'f', description: 'd', inputSchema: { json: schema } } },
      { name: 'f', description: 'd', parameters_json_schema: schema },
      { name: 'f', description: 'd', parameters: { type: 'OBJECT', properties: { a: { type: 'STRING' } } } },
      { name: 'f', description: 'd', parameters: JSON.stringify(schema) },
    ];
    for (const shape of shapes) expect(toolDefinitionFrom(shape)).toEqual(normal);
  });

  it('are found in lists and wrappers', () => {
    const own = { name: 'f', description: 'd', parameters: schema };
    expect(toolDefinitionsFrom([{ functionDeclarations: [own, own] }, { type: 'web_search' }])).toEqual([
      normal,
      normal,
    ]);
    expect(toolDefinitionsFrom({ jsonrpc: '2.0', result: { tools: [own] } })).toEqual([normal]);
    expect(toolDefinitionsFrom([JSON.stringify(own)])).toEqual([normal]);
  });

  it('are not seen in messages, schemas and people', () => {
    for (const other of [
      { role: 'user', name: 'f', content: 'd', type: 'x' },
      schema,
      { name: 'Ann' },
      'f',
      null,
      [1],
    ]) {
      expect(toolDefinitionFrom(other)).toBeNull();
    }
  });
});

describe('finish reasons', () => {
  it('follow the table', () => {
    const words: readonly (readonly [string, string])[] = [
      ['stop', 'stop'],
      ['end_turn', 'stop'],
      ['tool_call', 'tool_calls'],
      ['tool-calls', 'tool_calls'],
      ['MAX_TOKENS', 'length'],
      ['SAFETY', 'content_filter'],
      ['model_length', 'context_overflow'],
      ['error', 'error'],
      ['something new', 'unknown'],
    ];
    for (const [word, expected] of words) expect(normalFinishReason(word, false)).toBe(expected);
    expect(normalFinishReason('STOP', true)).toBe('tool_calls');
    expect(normalFinishReason('length', true)).toBe('length');
    expect(normalFinishReason(null, true)).toBeNull();
  });
});

it('reads times in any unit', () => {
  const iso = '2026-01-05T00:00:00.000Z';
  const ms = Date.parse(iso);
  const times = [
    iso,
    '2026-01-05 00:00:00',
    '2026-01-05T01:00:00+01:00',
    ms / 1e3,
    ms,
    ms * 1e3,
    `${ms}000000`,
  ];
  for (const time of times) expect(isoTimeFrom(time)).toBe(iso);
  for (const none of ['yesterday', '', null, 12, Number.NaN, undefined]) expect(isoTimeFrom(none)).toBeNull();
});

it('reads cut JSON up to the cut, whatever the cut', () => {
  expect(parseCutJson('[{"a":"one","b":[1,2,{"c":"tw')).toEqual([{ a: 'one', b: [1, 2, { c: 'tw' }] }]);
  expect(parseCutJson('[{"a":"one","b"')).toEqual([{ a: 'one' }]);
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(), (value, at) => {
      const text = JSON.stringify([value]);
      parseCutJson(text.slice(0, at % (text.length + 1)));
    }),
  );
});
