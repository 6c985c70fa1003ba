// Which suites run where. One row is one start of VS Code (8 to 13 s), so suites that can share a window do.
import type { Session } from './session.ts';

export type Run = Pick<Session, 'name' | 'suites' | 'theme' | 'trust'> & {
  /** A folder in test/fixtures/workspaces, or `sample` for the bundled one; the run gets a copy. */
  readonly workspace: string;
  /** Whether that copy is a git repository. */
  readonly git?: boolean;
  /** Folder of the extension under test, from this checkout's root. */
  readonly extension: string;
  /** The extension is packed and installed as a user would, instead of run from its folder. */
  readonly packed?: boolean;
  /** Folders of further extensions, packed and installed. */
  readonly alongside?: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly viewport?: Session['viewport'];
};

const smoke = {
  suites: ['smoke'],
  theme: 'dark',
  trust: 'trusted',
  workspace: 'smoke',
  extension: 'test/e2e/extensions/probe',
} as const;

const product = { theme: 'dark', trust: 'trusted', workspace: 'sample', extension: '.' } as const;

export const runs: readonly Run[] = [
  { ...product, name: 'product dark', suites: ['findings', 'fix'], git: true },
  { ...product, name: 'product light, packed', suites: ['findings', 'fix'], theme: 'light', packed: true },
  { ...product, name: 'product restricted', suites: ['untrusted'], trust: 'restricted' },
  { ...product, name: 'idle', suites: ['idle'], workspace: 'unrelated' },
  { ...product, name: 'recovery', suites: ['recovery'], workspace: 'unrelated', packed: true },
  { ...smoke, name: 'smoke dark', git: true },
  { ...smoke, name: 'smoke light, packed', theme: 'light', packed: true },
  { ...smoke, name: 'smoke restricted', suites: ['restricted'], trust: 'restricted' },
];
