import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/**
 * The text of THIRD-PARTY-NOTICES.txt: one entry for each npm package of which something is shipped.
 *
 * @param bundles what esbuild reports of each bundle; only files that left bytes in it count
 * @param besides folders of packages that are shipped as they are, such as `node_modules/@duckdb/node-api`
 */
export function thirdPartyNotices(
  root: string,
  bundles: readonly Metafile[],
  besides: readonly string[],
): string {
  const bundled = bundles
    .flatMap(({ outputs }) => Object.values(outputs))
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([file]) => packageFolder(file))
    .filter((folder) => folder !== null);
  const entries = [...new Set([...bundled, ...besides])].map((folder) => notice(join(root, folder)));
  const sorted = [...new Set(entries)].sort();
  return `${['Faultline contains the following packages.', ...sorted].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** `node_modules/a/node_modules/@b/c/lib/d.js` -> `node_modules/a/node_modules/@b/c`. */
function packageFolder(file: string): string | null {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? null;
}

function notice(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license?: string;
  };
  const texts = readdirSync(folder)
    .filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim());
  const title = `${name} ${version} (${license ?? 'licence: see below'})`;
  return [title, ...(texts.length > 0 ? texts : ['The package carries no licence text.'])].join('\n\n');
}

/** Every package of a scope that is installed here; the platform's binding is one of several. */
export function packagesOfScope(root: string, scope: string): readonly string[] {
  const folder = `node_modules/${scope}`;
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
}
