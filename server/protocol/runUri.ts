import { RUN_SCHEME } from './messages.ts';

/**
 * Transcripts are Markdown documents; the steps of a run's id are the steps of the path. An id is
 * whatever a trace says: one that begins with a slash gets a step in front, since no path of a URI
 * without a host may begin with two.
 */
export function runUri(runId: string): string {
  const steps = runId.toWellFormed().split('/').map(encodeURIComponent);
  if (steps[0] === '' || steps[0] === '~') steps.unshift('~');
  return `${RUN_SCHEME}:/${steps.join('/')}.md`;
}

/** Null for a URI of another scheme or shape. */
export function runIdOf(uri: string): string | null {
  const match = new RegExp(`^${RUN_SCHEME}:/(?:(?:~|%7E)/)?(.*)\\.md$`).exec(uri);
  if (match?.[1] === undefined) return null;
  try {
    return match[1].split('/').map(decodeURIComponent).join('/');
  } catch {
    return null;
  }
}
