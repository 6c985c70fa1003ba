/** Read-only git plumbing for one workspace. Exists only for trusted folders. */
export interface Git {
  /** Commits that touched the file and are reachable from HEAD, newest first, with the text each left behind. */
  history(file: string): Promise<readonly FileRevision[]>;
}

export interface FileRevision {
  readonly commit: string;
  /** ISO 8601. */
  readonly committedAt: string;
  readonly text: string;
}
