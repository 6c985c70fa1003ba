import type { TextRange } from './anchor.ts';

/** A change to one workspace file, valid only for the text whose hash is given. */
export interface SourceEdit {
  readonly file: string;
  /** SHA-256 of the text that the ranges refer to. */
  readonly baseHash: string;
  /** In order, not overlapping. */
  readonly replacements: readonly { readonly range: TextRange; readonly newText: string }[];
}

export interface Fix {
  readonly findingId: string;
  readonly strategy: string;
  readonly author: 'rule' | 'model';
  /** What the light bulb says: `State the format of as_of`. */
  readonly title: string;
  /** Why this edit: counts of the passing calls that it rests on. */
  readonly rationale: string;
  readonly edit: SourceEdit;
}

/** The whole text after an edit. Callers check `baseHash` first. */
export function applyEdit(text: string, edit: SourceEdit): string {
  let result = '';
  let from = 0;
  for (const { range, newText } of edit.replacements) {
    result += text.slice(from, range.start) + newText;
    from = range.end;
  }
  return result + text.slice(from);
}
