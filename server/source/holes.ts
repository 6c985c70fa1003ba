import type { TextRange } from '../model/anchor.ts';

/** A place of a template that is filled when the prompt is rendered. Templates are never executed. */
export interface Hole {
  readonly range: TextRange;
  /** As written, braces included. */
  readonly text: string;
  /** Block tags open and close text that may be left out or repeated; `null` for a plain value. */
  readonly block: 'open' | 'close' | 'middle' | null;
}

/** Text between two holes. */
export interface LiteralRun {
  readonly start: number;
  readonly end: number;
  /** True inside a block (`{% if … %}`, `{{#each …}}`): rendered text may lack it. */
  readonly isOptional: boolean;
}

// Every repetition is bounded, so that hostile text costs at most a constant factor.
const HOLE = new RegExp(
  [
    String.raw`\{%(?:(?!%\})[\s\S]){0,400}%\}`,
    String.raw`\{#(?:(?!#\})[\s\S]){0,400}#\}`,
    String.raw`<%(?:(?!%>)[\s\S]){0,400}%>`,
    String.raw`\{\{\{?[^{}]{0,200}\}\}\}?`,
    String.raw`\$\{[^{}\n]{1,200}\}`,
    // A brace around a name is a hole, a brace around anything else (JSON, CSS, code) is text.
    String.raw`\{[A-Za-z_][\w.]{0,80}(?:\[['"\w]{1,40}\])?(?:![rsa])?(?::[^{}\s]{0,20})?\}`,
    String.raw`%\([A-Za-z_]\w{0,80}\)[sdfr]`,
    String.raw`(?<![\w%])%[sd](?!\w)`,
  ].join('|'),
  'g',
);

/** Holes of all syntaxes that plain prompt files use, in order. */
export function findHoles(text: string): readonly Hole[] {
  if (!text.includes('{') && !text.includes('%')) return [];
  return Array.from(text.matchAll(HOLE), (match) => ({
    range: { start: match.index, end: match.index + match[0].length },
    text: match[0],
    block: blockOf(match[0]),
  }));
}

/** The text outside holes, in order; empty runs are left out. */
export function literalRuns(text: string, holes: readonly Hole[] = findHoles(text)): readonly LiteralRun[] {
  const runs: LiteralRun[] = [];
  let from = 0;
  let depth = 0;
  for (const hole of [...holes, null]) {
    const end = hole?.range.start ?? text.length;
    if (end > from) runs.push({ start: from, end, isOptional: depth > 0 });
    if (hole === null) break;
    from = hole.range.end;
    if (hole.block === 'open') depth += 1;
    if (hole.block === 'close') depth = Math.max(0, depth - 1);
  }
  return runs;
}

function blockOf(hole: string): Hole['block'] {
  if (/^\{%[-+]?\s*(?:if|for|unless|case|macro|call|filter|block|raw|with)\b/.test(hole)) return 'open';
  if (/^\{%[-+]?\s*end/.test(hole) || /^\{\{\{?~?\//.test(hole)) return 'close';
  if (/^\{%[-+]?\s*(?:else|elif|elsif|when)\b/.test(hole) || /^\{\{~?\s*else\b/.test(hole)) return 'middle';
  if (/^\{\{~?[#^]/.test(hole)) return 'open';
  return null;
}
