import { readdirSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

/** Names of the suites in test/e2e/suites. */
export function suiteNames(): string[] {
  const ending = '.suite.ts';
  const files = readdirSync(path.join(import.meta.dirname, 'suites')).filter((file) => file.endsWith(ending));
  return files.map((file) => file.slice(0, -ending.length)).sort();
}

/** Bundles all suites into one file that the extension host can load; a suite's code runs only when it is asked for. */
export async function bundleSuites(outfile: string): Promise<void> {
  const loaders = suiteNames().map(
    (name) => `${JSON.stringify(name)}: () => import('./suites/${name}.suite.ts')`,
  );
  const entry = `
    import { runSuites } from './runSuites.ts';
    export const run = () => runSuites({ ${loaders.join(', ')} });
  `;
  await build({
    stdin: { contents: entry, resolveDir: import.meta.dirname, sourcefile: 'entry.ts', loader: 'ts' },
    bundle: true,
    outfile,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: true,
    external: ['vscode', 'mocha'],
    // Functions for `page.evaluate` travel as text; a helper call for their names would not be there in the page.
    keepNames: false,
    logLevel: 'warning',
  });
}
