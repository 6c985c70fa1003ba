import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ToolSource } from '../../../server/model/anchor.ts';
import { readSource } from '../../../server/source/readSource.ts';

const SCHEMA = { type: 'object', properties: { id: { type: 'string' } } };

function tools(value: unknown, file = 'tools.json'): readonly ToolSource[] {
  return readSource(file, typeof value === 'string' ? value : JSON.stringify(value, null, 2))?.tools ?? [];
}

function names(value: unknown): readonly string[] {
  return tools(value).map(({ definition }) => definition.name);
}

test.each<[string, unknown]>([
  ['OpenAI chat', [{ type: 'function', function: { name: 'a', parameters: SCHEMA } }]],
  ['OpenAI Responses', { tools: [{ type: 'function', name: 'a', parameters: SCHEMA }] }],
  ['OpenAI functions', { functions: [{ name: 'a', description: 'd', parameters: SCHEMA }] }],
  ['Anthropic', [{ name: 'a', description: 'd', input_schema: SCHEMA }]],
  ['MCP', { jsonrpc: '2.0', id: 1, result: { tools: [{ name: 'a', inputSchema: SCHEMA }] } }],
  ['Gemini', { functionDeclarations: [{ name: 'a', parameters: { type: 'OBJECT', properties: {} } }] }],
  ['Bedrock', { toolConfig: { tools: [{ toolSpec: { name: 'a', inputSchema: { json: SCHEMA } } }] } }],
  [
    'one tool with metadata around',
    { source: 'a.py', line: 3, definition: { name: 'a', parameters: SCHEMA } },
  ],
])('%s shape', (_, value) => {
  expect(names(value)).toEqual(['a']);
});

test.each<[string, unknown]>([
  ['a bare JSON Schema', { title: 'Person', ...SCHEMA }],
  ['an OpenAPI document', { openapi: '3.1.0', tools: [{ name: 'a', parameters: SCHEMA }] }],
  ['a recorded request', { model: 'm', messages: [], tools: [{ name: 'a', input_schema: SCHEMA }] }],
  ['a manifest', { name: 'pkg', version: '1.0.0', parameters: ['x'], scripts: { build: 'tsc' } }],
  ['a name with parameters that are no schema', [{ name: 'a', parameters: { x: 1 } }]],
  ['functions without any schema', [{ type: 'function', function: { name: 'a', description: 'd' } }]],
])('%s is no tool file', (_, value) => {
  expect(tools(value)).toEqual([]);
});

test('a tool without arguments counts beside one with a schema', () => {
  const list = [
    { type: 'function', function: { name: 'now' } },
    { type: 'function', function: { name: 'a', parameters: SCHEMA } },
  ];
  expect(names(list)).toEqual(['now', 'a']);
});

const COMMENTED = `// tools of the desk
[
  {
    "name": "get_quote", /* the \\"name\\" */
    "description": "Price of a \\"ticker\\"\\u2014now",
    "input_schema": {
      "type": "object",
      "properties": {
        "ticker": { "type": "string", "description": "Symbol" },
        "legs": {
          "type": "array",
          "items": { "anyOf": [ { "type": "object", "properties": { "as/of": { "type": "string" } } }, { "$ref": "#/$defs/Leg" } ] },
        },
      },
      "$defs": { "Leg": { "type": "object", "properties": { "qty": { "type": "number", "description": "How many" }, "leg": { "$ref": "#/$defs/Leg" } } } }
    },
  },
]
`;

test('ranges hold the named tokens, comments and escapes or not', () => {
  const [tool] = tools(COMMENTED, 'tools.jsonc');
  const at = (range: { start: number; end: number } | null | undefined) =>
    range ? COMMENTED.slice(range.start, range.end) : null;
  expect(at(tool?.anchor.range)).toBe('"get_quote"');
  expect(tool?.anchor.id).toBe('tool:get_quote');
  expect(at(tool?.anchor.fullRange)?.startsWith('{\n    "name"')).toBe(true);
  expect(JSON.parse(at(tool?.descriptionRange) ?? '')).toBe(tool?.definition.description);
  const parameters = new Map(tool?.parameters.map((parameter) => [parameter.path, parameter]));
  expect([...parameters.keys()].slice(0, 5)).toEqual([
    'ticker',
    'legs',
    'legs/*/as~1of',
    'legs/*/qty',
    'legs/*/leg',
  ]);
  expect(at(parameters.get('ticker')?.descriptionRange)).toBe('"Symbol"');
  expect(at(parameters.get('legs/*/as~1of')?.anchor.range)).toBe('"as/of"');
  expect(at(parameters.get('legs/*/qty')?.descriptionRange)).toBe('"How many"');
  expect(parameters.get('legs')?.descriptionRange).toBeNull();
});

test('two definitions of one name have two anchors', () => {
  const list = [
    { name: 'a', input_schema: SCHEMA },
    { name: 'a', input_schema: SCHEMA },
  ];
  expect(tools(list).map(({ anchor }) => anchor.id)).toEqual(['tool:a', 'tool:a~2']);
  expect(tools(list)[1]?.parameters[0]?.anchor.id).toBe('parameter:a~2/id');
});

test('broken and endlessly nested JSON gives nothing', () => {
  expect(tools('[{"name": "a", "parameters": {"type": "object"')).toEqual([]);
  expect(tools(`{"parameters": ${'['.repeat(200_000)}`)).toEqual([]);
  fc.assert(fc.property(fc.json(), (json) => void tools(json)));
});
