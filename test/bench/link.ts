// Linking rendered prompts to the files that they came from, in a workspace of many prompt files.
import { buildLinkIndex } from '../../server/link/linkIndex.ts';
import { linkPromptText } from '../../server/link/linkPrompt.ts';
import { wordsOf } from '../../server/link/words.ts';
import { sha256 } from '../../server/model/hash.ts';
import { readSource } from '../../server/source/readSource.ts';
import { median, print, short, timed } from './measure.ts';
import { type SeededText, seededText } from './seededText.ts';

const FILES = 400;
const text = seededText(3);

interface Rendered {
  readonly text: string;
  /** Files that it was put together from. */
  readonly files: readonly string[];
}

const templates = Array.from({ length: FILES }, (_, at) => ({
  file: `prompts/part-${at}.md`,
  text: template(at, text),
}));
const sources = templates.map(({ file, text }) => readSource(file, text)).filter((source) => source !== null);
const buildMs = timed(() => buildLinkIndex(sources, () => []));
const index = buildLinkIndex(sources, () => []);
const characters = templates.reduce((sum, { text }) => sum + text.length, 0);
print('link index', `${FILES} files, ${short(characters / 1e6)} MB: ${short(buildMs)} ms`);

measure(
  'as written, word for word',
  templates.map(({ file, text }) => ({ text, files: [file] })),
);
measure(
  'holes filled',
  templates.map(({ file, text }) => ({ text: filled(text), files: [file] })),
);
measure('holes filled, a line in ten changed', templates.map(edited));
measure('three files and injected text between', templates.map(assembled));

/** The comparison is what any linking must do at least: hash the text and cut it into words. */
function measure(what: string, prompts: readonly Rendered[]): void {
  for (const { text } of prompts.slice(0, 20)) linkPromptText(text, index, null);
  for (const { text } of prompts.slice(0, 20)) leastWork(text);
  const least = prompts.map(({ text }) => timed(() => leastWork(text)));
  let found = 0;
  const times = prompts.map(({ text, files }) => {
    let links: ReturnType<typeof linkPromptText> = [];
    const elapsedMs = timed(() => {
      links = linkPromptText(text, index, null);
    });
    if (files.every((file) => links.some((link) => link.file === file))) found += 1;
    return elapsedMs;
  });
  const ratio = short(median(times) / median(least));
  print(
    what,
    `${short(median(times))} ms a prompt, slowest ${short(Math.max(...times))} ms, ` +
      `${ratio} × hashing and cutting into words; all its files found for ${found} of ${prompts.length}`,
  );
}

function leastWork(text: string): void {
  sha256(text);
  wordsOf(text);
}

/** About 60 lines with a hole in each section. Every fifth file shares a paragraph with others. */
function template(at: number, { prose }: SeededText): string {
  const sections = Array.from({ length: 6 }, (_, section) => {
    const bullets = Array.from({ length: 5 }, () => `- ${prose(14)}`).join('\n');
    return `## ${prose(3).slice(0, -1)} ${section}\n\n${prose(35)}\n\n${bullets}\n\nKnown so far: {{ value_${section} }}.\n`;
  });
  const shared = at % 5 === 0 ? `\n${seededText(at % 20).prose(30)}\n` : '';
  return `# Part ${at}\n\n${prose(25)}\n${shared}\n${sections.join('\n')}`;
}

function filled(template: string): string {
  return template.replace(/\{\{ \w+ \}\}/g, () => text.prose(3 + Math.floor(text.chance() * 40)));
}

function edited({ file, text: template }: { readonly file: string; readonly text: string }): Rendered {
  const lines = filled(template)
    .split('\n')
    .map((line) => (line !== '' && text.chance() < 0.1 ? text.prose(12) : line));
  return { text: lines.join('\n'), files: [file] };
}

function assembled(_: unknown, at: number): Rendered {
  const parts = [0, 1, 2]
    .map((step) => templates[(at + step * 131) % FILES])
    .filter((part) => part !== undefined);
  return {
    text: parts.map((part) => `${filled(part.text)}\n<context>\n${text.prose(80)}\n</context>\n`).join('\n'),
    files: parts.map(({ file }) => file),
  };
}
