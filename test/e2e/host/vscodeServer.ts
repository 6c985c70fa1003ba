// Starts and stops VS Code's own server, the Node half of VS Code in a browser.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import path from 'node:path';

export type ServerOptions = {
  /** Folder that holds `out/server-main.js`. */
  readonly program: string;
  readonly dataFolder: string;
  readonly extensionsFolder: string;
  /** The server and its children leave sockets behind; whoever owns this folder deletes it. */
  readonly temporaryFolder: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Further arguments that VS Code's server knows, such as `--disable-workspace-trust`. */
  readonly parameters?: readonly string[];
};

export type VscodeServer = {
  /** Host and port, also the name of the remote in `vscode-remote://` addresses. */
  readonly authority: string;
  /** What the server has said so far, for when a run fails. */
  log(): string;
  stop(): void;
};

/** Starts a server on a free port of this machine. */
export async function startVscodeServer(options: ServerOptions): Promise<VscodeServer> {
  const parameters = [
    ...['--host', '127.0.0.1', '--port', '0', '--without-connection-token', '--accept-server-license-terms'],
    // Without this one the page ignores which extension and tests it is given, and says nothing.
    ...['--enable-smoke-test-driver', '--telemetry-level', 'off'],
    ...(options.parameters ?? []),
  ];
  // A process group of its own: the server forks an extension host, a watcher and more.
  const server = spawnServer(options, parameters, true);
  let log = '';
  const collect = (chunk: Buffer) => {
    log += chunk;
  };
  server.stdout?.on('data', collect);
  server.stderr?.on('data', collect);
  const stop = () => killGroup(server);
  process.once('exit', stop);

  const port = await new Promise<string>((resolve, reject) => {
    server.stdout?.on('data', () => {
      const ready = /Extension host agent listening on (\d+)/.exec(log);
      if (ready?.[1]) resolve(ready[1]);
    });
    server.once('exit', (code) => reject(new Error(`VS Code's server ended with code ${code}:\n${log}`)));
    server.once('error', reject);
  });
  return { authority: `127.0.0.1:${port}`, log: () => log, stop };
}

/** Installs a packed extension where a server that is started with the same options finds it. */
export function installVsix(vsix: string, options: ServerOptions): void {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    commandLine(options, ['--install-extension', vsix]),
    {
      env: serverEnvironment(options),
      encoding: 'utf8',
    },
  );
  // The server's program ends with 0 also when it could not install.
  if (status !== 0 || !/successfully installed/.test(stdout))
    throw new Error(`${vsix} did not install:\n${stdout}${stderr}`);
}

function spawnServer(options: ServerOptions, parameters: readonly string[], detached: boolean): ChildProcess {
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  return spawn(process.execPath, commandLine(options, parameters), {
    detached,
    stdio: [...stdio],
    env: serverEnvironment(options),
  });
}

function commandLine(
  { program, dataFolder, extensionsFolder }: ServerOptions,
  parameters: readonly string[],
): string[] {
  const main = path.join(program, 'out', 'server-main.js');
  return [main, '--server-data-dir', dataFolder, '--extensions-dir', extensionsFolder, ...parameters];
}

function serverEnvironment({ temporaryFolder, environment }: ServerOptions): NodeJS.ProcessEnv {
  // A test started in VS Code's own terminal inherits variables that point at that window.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VSCODE|ELECTRON)_/.test(name));
  return { ...Object.fromEntries(inherited), TMPDIR: temporaryFolder, ...environment };
}

function killGroup(leader: ChildProcess): void {
  if (!leader.pid) return;
  try {
    process.kill(-leader.pid, 'SIGKILL');
  } catch {
    // the whole group is gone already
  }
}
