import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SourceFile, ToolSource } from '../../../server/model/anchor.ts';
import { applyEdit } from '../../../server/model/fix.ts';
import { editToolDescription } from '../../../server/source/editToolDescription.ts';
import type { EditResult } from '../../../server/source/jsonMember.ts';
import { readSource } from '../../../server/source/readSource.ts';
import { anyText } from '../anyText.ts';

const TOOLS = `[
  // quotes
  {
    "name": "get_quote",
    "description": "Price now.",
    "input_schema": {
      "type": "object",
      "properties": {
        "as_of": {
          "type": "string"
        },
        "side": { "type": "string", "enum": ["buy", "sell"] },
        "any": {},
      },
    },
  },
]
`;

function read(text: string, file = 'tools.jsonc'): { source: SourceFile; tool: ToolSource } {
  const source = readSource(file, text);
  const tool = source?.tools[0];
  if (!source || !tool) throw new Error('no tool');
  return { source, tool };
}

function applied(source: SourceFile, result: EditResult): string {
  return result.ok ? applyEdit(source.text, result.edit) : `refused: ${result.reason}`;
}

test('a description changes in place and nothing else does', () => {
  const { source, tool } = read(TOOLS);
  expect(applied(source, editToolDescription(source, tool, null, 'Price at "as_of".\nISO date.'))).toBe(
    TOOLS.replace('"Price now."', '"Price at \\"as_of\\".\\nISO date."'),
  );
});

test('a missing description goes behind the type with the indentation of the file', () => {
  const { source, tool } = read(TOOLS);
  expect(applied(source, editToolDescription(source, tool, 'as_of', 'Day.'))).toBe(
    TOOLS.replace(
      '          "type": "string"\n',
      '          "type": "string",\n          "description": "Day."\n',
    ),
  );
  expect(applied(source, editToolDescription(source, tool, 'side', 'Side.'))).toBe(
    TOOLS.replace('"type": "string", "enum"', '"type": "string", "description": "Side.", "enum"'),
  );
  expect(applied(source, editToolDescription(source, tool, 'any', 'Any.'))).toBe(
    TOOLS.replace('"any": {}', '"any": {"description": "Any."}'),
  );
});

test('Windows line endings and tabs stay', () => {
  const text = TOOLS.replaceAll('  ', '\t').replaceAll('\n', '\r\n');
  const { source, tool } = read(text);
  const after = applied(source, editToolDescription(source, tool, 'as_of', 'Day.'));
  expect(after).toContain('\t\t\t\t\t"type": "string",\r\n\t\t\t\t\t"description": "Day."\r\n');
  expect(after.replaceAll('\r\n', '')).not.toContain('\n');
});

test('plain ASCII with escapes stays plain ASCII', () => {
  const { source, tool } = read(TOOLS.replace('now', '\\u00fcber'));
  expect(applied(source, editToolDescription(source, tool, null, '€ 😀'))).toContain(
    '"\\u20ac \\ud83d\\ude00"',
  );
});

test('an edit without effect or without a target is refused', () => {
  const { source, tool } = read(TOOLS);
  expect(editToolDescription(source, tool, null, 'Price now.').ok).toBe(false);
  expect(editToolDescription(source, tool, 'nope', 'x').ok).toBe(false);
  const moved = read(TOOLS.replace('// quotes', '// more quotes'));
  expect(editToolDescription(moved.source, tool, null, 'x').ok).toBe(false);
});

test('every description survives the way into the file and back', () => {
  fc.assert(
    fc.property(anyText, fc.constantFrom(null, 'as_of', 'side', 'any'), (text, path) => {
      const { source, tool } = read(TOOLS);
      const result = editToolDescription(source, tool, path, text);
      if (!result.ok) return;
      const after = read(applyEdit(source.text, result.edit));
      const schema = after.tool.definition.parameters as {
        properties: Record<string, { description?: string }>;
      };
      const found = path === null ? after.tool.definition.description : schema.properties[path]?.description;
      expect(found).toBe(text);
    }),
  );
});
