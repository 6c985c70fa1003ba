// The two VS Codes a run can happen in. Both go through `@vscode/test-electron`, with the same arguments.
import { createServer } from 'node:net';
import path from 'node:path';
import { runTests, runVSCodeCommand } from '@vscode/test-electron';
import { answerPageCalls } from './host/answerPageCalls.ts';
import { desktopPage } from './host/desktopPage.ts';
import { type Session, sessionEnvironment, userFolders } from './session.ts';

export type Launch = {
  readonly workspace: string;
  /** Folder of the extension under development. */
  readonly extension: string;
  /** Bundle that exports `run`. */
  readonly tests: string;
};

/** VS Code's server with a browser that has no window (host/main.ts). Returns what went wrong, if anything. */
export function runInServer(session: Session, launch: Launch): Promise<string | undefined> {
  // The host's first line asks the PATH for node; it must be the one that runs TypeScript.
  const environment = { PATH: path.dirname(process.execPath) + path.delimiter + (process.env.PATH ?? '') };
  const vscodeExecutablePath = path.join(import.meta.dirname, 'host', 'main.ts');
  return problemOf(runTests({ vscodeExecutablePath, ...testOptions(session, launch, environment) }));
}

/** Desktop VS Code, downloaded by `@vscode/test-electron`. Returns what went wrong, if anything. */
export async function runInDesktop(session: Session, launch: Launch): Promise<string | undefined> {
  const profile = profileArguments(session);
  for (const vsix of session.installed) await runVSCodeCommand(['--install-extension', vsix, ...profile]);
  const port = await freePort();
  const socket = await answerPageCalls(session, () => desktopPage(port));
  try {
    return await problemOf(
      runTests(testOptions(session, launch, userFolders(session), `--remote-debugging-port=${port}`)),
    );
  } finally {
    socket.close();
  }
}

function testOptions(
  session: Session,
  launch: Launch,
  environment: object,
  ...parameters: readonly string[]
) {
  return {
    extensionDevelopmentPath: launch.extension,
    extensionTestsPath: launch.tests,
    extensionTestsEnv: { ...environment, ...sessionEnvironment(session) },
    launchArgs: [launch.workspace, ...profileArguments(session), ...parameters],
  };
}

function profileArguments({ folder }: Session): string[] {
  return [
    `--user-data-dir=${path.join(folder, 'data')}`,
    `--extensions-dir=${path.join(folder, 'extensions')}`,
  ];
}

async function problemOf(running: Promise<number>): Promise<string | undefined> {
  try {
    await running;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
