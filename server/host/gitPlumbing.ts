import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import type { FileRevision, Git } from '../ports/git.ts';

/** Bounds for one file: revisions looked at, bytes of one revision, bytes in all, time. */
const MAX_REVISIONS = 200;
const MAX_BLOB_BYTES = 2_000_000;
const MAX_OUTPUT_BYTES = 32_000_000;
const TIMEOUT_MS = 20_000;

/**
 * Git history through plumbing alone. A repository's own configuration can name programs (file
 * monitor, hooks, filters, diff drivers, pagers, transports, credential helpers): only `rev-list` and
 * `cat-file --batch` run here, which know none of diff drivers, filters and aliases, and what is left
 * is switched off. Nothing is fetched, no lock is taken, nothing is written. Only for trusted folders.
 *
 * @param workspace absolute path; may be a folder deep inside the repository
 * @param gitPath the git program, looked up in PATH when it is a bare name
 */
export function createGitPlumbing(workspace: string, gitPath = 'git'): Git {
  return {
    async history(file: string): Promise<readonly FileRevision[]> {
      if (/[\0\r\n]/.test(file) || file.startsWith('/') || file.split('/').includes('..')) return [];
      const list = await runGit(gitPath, workspace, [
        'rev-list',
        '--timestamp',
        `--max-count=${MAX_REVISIONS}`,
        'HEAD',
        '--',
        file,
      ]);
      const commits = parseCommits(list.toString('utf8'));
      if (commits.length === 0) return [];
      const input = commits.map(({ commit }) => `${commit}:./${file}\n`).join('');
      const blobs = parseBatch(await runGit(gitPath, workspace, ['cat-file', '--batch'], input));
      return commits.flatMap(({ commit, committedAt }, at) => {
        const text = blobs[at];
        return text === undefined || text === null ? [] : [{ commit, committedAt, text }];
      });
    },
  };
}

const SAFE_OPTIONS: readonly string[] = [
  '--no-pager',
  '--literal-pathspecs',
  '--no-replace-objects',
  ...[
    'core.fsmonitor=false',
    'core.hooksPath=/dev/null',
    'core.sshCommand=false',
    'core.askPass=',
    'credential.helper=',
    'protocol.allow=never',
    'safe.bareRepository=explicit',
    'gc.auto=0',
    'maintenance.auto=false',
  ].flatMap((setting) => ['-c', setting]),
];

/** The user's environment without what would point git elsewhere, plus what keeps it quiet. */
function safeEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.toUpperCase().startsWith('GIT_'));
  return {
    ...Object.fromEntries(kept),
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_TERMINAL_PROMPT: '0',
    // Older versions know no GIT_NO_LAZY_FETCH: an empty list of transports stops them as well.
    GIT_ALLOW_PROTOCOL: 'none',
    // Windows would otherwise start a `git.exe` that lies in the folder.
    NoDefaultCurrentDirectoryInExePath: '1',
    LC_ALL: 'C',
  };
}

/** Standard output as far as it came; empty when git is missing, refuses or takes too long. Never rejects. */
function runGit(gitPath: string, workspace: string, args: readonly string[], input = ''): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const child = spawn(gitPath, ['-C', workspace, ...SAFE_OPTIONS, ...args], {
      // Not the workspace: a program of that name in it must not be found first.
      cwd: dirname(process.execPath),
      env: safeEnvironment(),
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
    const finish = () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks));
    };
    child.on('error', finish);
    child.on('close', finish);
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_OUTPUT_BYTES) child.kill('SIGKILL');
      else chunks.push(chunk);
    });
    // Git may end before it has read everything.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** Lines `<seconds> <commit>`, newest first. */
function parseCommits(output: string): readonly { readonly commit: string; readonly committedAt: string }[] {
  return output.split('\n').flatMap((line) => {
    const [, seconds, commit] = /^(\d{1,12}) ([0-9a-f]{40,64})$/.exec(line) ?? [];
    if (seconds === undefined || commit === undefined) return [];
    return [{ commit, committedAt: new Date(Number(seconds) * 1000).toISOString() }];
  });
}

/** Answers of `cat-file --batch` in order; null for a missing, binary or very large blob. */
function parseBatch(output: Buffer): readonly (string | null)[] {
  const texts: (string | null)[] = [];
  for (let at = 0; at < output.length; ) {
    const lineEnd = output.indexOf(10, at);
    if (lineEnd < 0) break;
    const header = output.toString('utf8', at, lineEnd);
    at = lineEnd + 1;
    const [, type, length] = /^[0-9a-f]{40,64} (\w+) (\d+)$/.exec(header) ?? [];
    if (length === undefined) {
      texts.push(null);
      continue;
    }
    const end = at + Number(length);
    if (end > output.length) break;
    const isText = type === 'blob' && end - at <= MAX_BLOB_BYTES && !output.subarray(at, end).includes(0);
    texts.push(isText ? output.toString('utf8', at, end).replace(/^\ufeff/, '') : null);
    at = end + 1;
  }
  return texts;
}
