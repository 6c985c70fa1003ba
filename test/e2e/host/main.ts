#!/usr/bin/env node
// Stands in for the desktop VS Code that `@vscode/test-electron` starts: takes the same arguments, runs VS Code's
// server and a browser without a window, and ends with the suite's exit code.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { installVscodeServer } from '../../setup/vscodeServer.ts';
import { currentSession, relayPrefix, userFolders } from '../session.ts';
import { answerPageCalls } from './answerPageCalls.ts';
import { startChromium } from './chromium.ts';
import { installVsix, type ServerOptions, startVscodeServer } from './vscodeServer.ts';

const session = currentSession();
const { values, positionals } = parseArgs({ strict: false, allowPositionals: true });
const folder = (name: string) => {
  const created = path.join(session.folder, name);
  mkdirSync(created, { recursive: true });
  return created;
};

// Playwright and Chromium put their profiles where this process has its temporary files.
process.env.TMPDIR = folder('tmp');
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
process.exitCode = await runSuite();
process.exit();

async function runSuite(): Promise<number> {
  const options: ServerOptions = {
    program: await installVscodeServer(),
    // The server keeps the user's settings in `data` below its folder, which is where `--user-data-dir` points.
    dataFolder: session.folder,
    extensionsFolder: String(values['extensions-dir']),
    temporaryFolder: folder('tmp'),
    environment: userFolders(session),
    // `runTests` always switches trust off; without the switch the folder is one the user has not trusted.
    parameters: session.trust === 'trusted' ? ['--disable-workspace-trust'] : [],
  };
  for (const vsix of session.installed) installVsix(vsix, options);
  const server = await startVscodeServer(options);
  const browser = await startChromium(folder('home'));
  const page = await browser.newPage({ viewport: session.viewport });
  const socket = await answerPageCalls(session, async () => page);

  const finished = new Promise<number>((resolve, reject) => {
    void page.exposeFunction('codeAutomationExit', resolve);
    void page.exposeFunction('codeAutomationLog', (_type: string, [line]: readonly unknown[]) => {
      if (typeof line === 'string' && line.startsWith(relayPrefix))
        console.log(line.slice(relayPrefix.length));
    });
    page.once('crash', () => reject(new Error('the page crashed')));
    browser.once('disconnected', () => reject(new Error('the browser ended')));
    setTimeout(() => reject(new Error(`no end after ${session.timeoutMs / 1000} s`)), session.timeoutMs);
  });
  try {
    await page.goto(pageAddress(server.authority));
    return await finished;
  } catch (error) {
    console.error(`${session.name}: ${error instanceof Error ? error.message : error}\n${server.log()}`);
    return 1;
  } finally {
    socket.close();
    server.stop();
    await browser.close();
  }
}

function pageAddress(authority: string): string {
  const remote = (name: string) => `vscode-remote://${authority}${path.resolve(String(values[name]))}`;
  const payload = [
    ['extensionDevelopmentPath', remote('extensionDevelopmentPath')],
    ['extensionTestsPath', remote('extensionTestsPath')],
    ['skipWelcome', 'true'],
  ];
  const workspace = path.resolve(positionals[0] ?? '.');
  const kind = workspace.endsWith('.code-workspace') ? 'workspace' : 'folder';
  return `http://${authority}/?${new URLSearchParams({ [kind]: workspace, payload: JSON.stringify(payload) })}`;
}
