import type { PromptSource, ToolSource } from '../model/anchor.ts';
import { readJsonTools } from './jsonTools.ts';
import { readMarkdownPrompt } from './markdownPrompt.ts';

/** One kind of file that may hold prompts or tool definitions. */
export interface SourceKind {
  readonly id: string;
  /** Which workspace-relative paths it looks at. The first kind that looks at a path reads it. */
  readonly file: RegExp;
  readonly read: (
    file: string,
    text: string,
  ) => { readonly prompts: readonly PromptSource[]; readonly tools: readonly ToolSource[] };
}

/** To add a kind: write its reader beside this file, add a row here and its pattern in `sourcePatterns.ts`. */
export const SOURCE_KINDS: readonly SourceKind[] = [
  {
    id: 'markdown',
    file: /\.(?:md|markdown|txt)$/i,
    read: (file, text) => {
      const prompt = readMarkdownPrompt(file, text);
      return { prompts: prompt === null ? [] : [prompt], tools: [] };
    },
  },
  {
    id: 'json-tools',
    file: /\.jsonc?$/i,
    read: (file, text) => ({ prompts: [], tools: readJsonTools(file, text) }),
  },
];
