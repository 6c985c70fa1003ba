import type { Run } from '../model/run.ts';

const LABEL_LENGTH = 60;

/** What a person recognises a conversation by: the user's first words. */
export function runLabel(run: Run | null): string {
  const said =
    run?.messages
      .find(({ role }) => role === 'user')
      ?.text.replace(/\s+/g, ' ')
      .trim() ?? '';
  if (said === '') return run === null ? 'run not found' : '(no user message)';
  return said.length <= LABEL_LENGTH
    ? said
    : `${said
        .slice(0, LABEL_LENGTH - 1)
        .replace(/[\uD800-\uDBFF]$/, '')
        .trimEnd()}…`;
}
