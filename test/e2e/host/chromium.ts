import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { browserPaths } from '../../setup/debianPackages.ts';

/** Starts the machine's own Chromium without a window; nothing outside this machine can be reached from it. */
export function startChromium(homeFolder: string): Promise<Browser> {
  const executablePath = browserPaths.find(existsSync);
  if (!executablePath) throw new Error('Chromium is missing (Debian package chromium)');
  return chromium.launch({
    executablePath,
    env: { ...process.env, HOME: homeFolder },
    args: [
      ...[
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
      ],
      ...['--disable-component-update', '--disable-sync'],
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
  });
}
