// `npm run package`: the VSIX for this platform, with this platform's DuckDB binding and nothing else of node_modules.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION } from '../../server/version.ts';

const LIMIT_BYTES = 30e6;
const root = join(import.meta.dirname, '..', '..');
const target = `${process.platform}-${process.arch}`;
const vsix = join(root, `faultline-${target}-${VERSION}.vsix`);
const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
const { status } = spawnSync(process.execPath, [vsce, 'package', '--target', target, '--out', vsix], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);
const { size } = statSync(vsix);
console.log(
  `${vsix.slice(root.length + 1)}: ${(size / 1e6).toFixed(1)} MB of at most ${LIMIT_BYTES / 1e6} MB`,
);
if (size > LIMIT_BYTES) process.exit(1);
