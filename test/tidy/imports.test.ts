import { expect, test } from 'vitest';
import { importsIn } from './imports.ts';
import { withoutComments } from './withoutComments.ts';

test('every form of import is seen, commented ones are not', () => {
  const text = [
    "import { a } from '../model/a.ts';",
    "import type { B } from '../model/b.ts';",
    "import { type C, type D } from './c.ts';",
    'import {',
    '  type E,',
    '  f,',
    "} from 'pkg';",
    "export { g } from './g.ts';",
    "import './effect.ts';",
    "const late = await import('./late.ts');",
    "// import { x } from './x.ts';",
    "/* import { y } from './y.ts'; */",
    'const shown = "import(\'./z.ts\')";',
    'export const from = 1;',
  ].join('\n');
  expect(
    importsIn('server/lsp/z.ts', text).map(({ to, isTypeOnly }) => `${to}${isTypeOnly ? ' (type)' : ''}`),
  ).toEqual([
    'server/model/a.ts',
    'server/model/b.ts (type)',
    'server/lsp/c.ts (type)',
    'pkg',
    'server/lsp/g.ts',
    'server/lsp/effect.ts',
    'server/lsp/late.ts',
  ]);
});

test('comments go and look-alikes stay', () => {
  const text = [
    "const a = 'http://x'; // gone",
    'const b = /[/*]/.test(a) /* gone */ ? 1 : 2;',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a template is what is tested.
    'const c = `// kept ${/* gone */ { d: "}" }} // kept`;',
  ].join('\n');
  const stripped = withoutComments(text);
  expect(stripped).not.toContain('gone');
  expect(stripped.match(/kept/g)).toHaveLength(2);
  expect(stripped).toContain('http://x');
  expect(stripped).toHaveLength(text.length);
  expect(withoutComments(text, { strings: false })).not.toMatch(/kept|http/);
});
