import { RUN_SCHEME } from '../protocol/messages.ts';

/** Transcripts are Markdown documents; the run's id is percent-encoded as one path segment. */
export function runUri(runId: string): string {
  return `${RUN_SCHEME}:/${encodeURIComponent(runId)}.md`;
}

/** Null for a URI of another scheme or shape. */
export function runIdOf(uri: string): string | null {
  const match = new RegExp(`^${RUN_SCHEME}:/+(.+)\\.md$`).exec(uri);
  if (match?.[1] === undefined) return null;
  try {
    // An editor may encode the already encoded id once more.
    const once = decodeURIComponent(match[1]);
    return /%[0-9A-F]{2}/i.test(once) ? decodeURIComponent(once) : once;
  } catch {
    return null;
  }
}
