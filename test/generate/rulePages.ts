// Writes docs/rules/<kind>.md from the opening comment of each detector: `node test/generate/rulePages.ts`.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { catalogue, type DetectorRow } from '../../server/detect/catalogue.ts';
import type { Certainty, ReplayMode } from '../../server/model/failure.ts';

export const root = path.resolve(import.meta.dirname, '../..');

const headings: Readonly<Record<string, string>> = {
  Example: 'Example',
  'Wrong when': 'When it is wrong',
  'To fix': 'How to fix it',
};
const certainties: Readonly<Record<Certainty, string>> = {
  certain: 'certain: true by construction',
  likely: 'likely: at least 90 % precise with its guards',
  hint: 'hint: needs company before it is shown',
};
const replays: Readonly<Record<ReplayMode, string>> = {
  step: 'at the recorded step',
  'by-the-call': 'judged by the call, since no tool runs',
  never: 'never',
};

/** Text of every page by its path from the project's root. */
export function rulePages(): ReadonlyMap<string, string> {
  const pages = catalogue.map((row): [string, string] => [`docs/rules/${row.kind}.md`, page(row)]);
  return new Map([...pages, ['docs/rules/README.md', contents()]]);
}

function page(row: DetectorRow): string {
  const source = `server/detect/${row.file}.ts`;
  const comment = openingComment(readFileSync(path.join(root, source), 'utf8'), source);
  const paragraphs = comment.map((paragraph) => {
    const labelled = /^(Example|Wrong when|To fix): (.*)$/s.exec(paragraph);
    if (labelled === null) return paragraph;
    const [, label = '', text = ''] = labelled;
    return `## ${headings[label]}\n\n${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  });
  const facts = `\`${row.kind}\` · ${certainties[row.certainty]} · replay: ${replays[row.replay]}`;
  const origin = `*Written from the opening comment of \`${source}\`; edit it there.*`;
  return `${[`# ${row.title}`, facts, ...paragraphs, origin].join('\n\n')}\n`;
}

function contents(): string {
  const rows = catalogue.map(
    (row) => `| [${row.kind}](${row.kind}.md) | ${row.title} | ${row.certainty} | ${replays[row.replay]} |`,
  );
  return `# What Faultline detects\n\n| kind | title | certainty, at best | replay |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

/** Paragraphs of the doc comment that opens a file, each on one line. */
function openingComment(text: string, source: string): readonly string[] {
  const comment = /^\/\*\*\n([\s\S]*?)\n \*\//.exec(text)?.[1];
  if (comment === undefined) throw new Error(`${source} does not open with a doc comment`);
  const body = comment.replace(/^ \* ?/gm, '');
  return body.split(/\n\n+/).map((paragraph) => paragraph.replaceAll('\n', ' '));
}

if (process.argv[1] === import.meta.filename) {
  for (const [file, text] of rulePages()) writeFileSync(path.join(root, file), text);
}
