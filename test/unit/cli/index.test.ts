import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openIndex } from '../../../server/store/openIndex.ts';
import { commandLine } from './commandLine.ts';

const rights = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('index', () => {
  test('reports what it holds, and what is unchanged the second time', async () => {
    const { faultline } = commandLine();
    const first = await faultline('index', '--index', 'own.duckdb', '--format', 'json');
    expect(first.code).toBe(0);
    expect(JSON.parse(first.out)).toMatchObject({
      files: 1,
      filesUnchanged: 0,
      records: 12,
      recordsInRuns: 12,
      runs: 12,
      formats: { 'openai-messages': 12 },
      skipped: [],
      problems: [],
    });
    const again = await faultline('index', '--index', 'own.duckdb', '--format', 'ndjson');
    expect(JSON.parse(again.out)).toMatchObject({ filesUnchanged: 1, runs: 12 });
    const text = await faultline('index', '--index', 'own.duckdb');
    expect(text.out).toContain('12 runs: ');
  });

  test('lists problems and skipped records with file and line', async () => {
    const { faultline, file, workspace } = commandLine();
    file('clinic/traces/story.md', '# A story\nOnce upon a time.\n');
    const chat = readFileSync(join(workspace, 'traces/chats.jsonl'), 'utf8');
    file('clinic/traces/twice.jsonl', [chat.split('\n')[0], chat.split('\n')[0], '{"half":', ''].join('\n'));
    const { out } = await faultline('index', '--quiet');
    expect(out).toContain(
      'traces/story.md: unknown-format: No JSON record was found: it begins like plain text.\n',
    );
    expect(out).toContain('skipped in traces/twice.jsonl: 1 × duplicate\n');
    expect(out).toContain('problem: traces/twice.jsonl:3: invalid-json');
  });
});

describe('--traces', () => {
  test('takes files, folders and globs, and the setting where none is given', async () => {
    const { faultline, file } = commandLine();
    file('elsewhere/a.jsonl', `${JSON.stringify({ id: 'a', messages: [{ role: 'user', content: 'x' }] })}\n`);
    const runs = async (...words: string[]) =>
      JSON.parse((await faultline('index', '--format', 'json', ...words)).out).runs;
    expect(await runs('--traces', 'elsewhere/a.jsonl')).toBe(1);
    expect(await runs('--traces', 'elsewhere', '--traces', 'clinic/traces/*.jsonl')).toBe(13);
    file('clinic/.vscode/settings.json', '{ "faultline.traces": ["nothing/**"] }');
    expect(await runs()).toBe(0);
  });

  test.each(['nowhere.jsonl', 'clinic/*.nope', 'empty'])(
    '%s matches nothing: exit code 2',
    async (traces) => {
      const { faultline, folder } = commandLine();
      mkdirSync(join(folder, 'empty'));
      for (const command of ['index', 'runs', 'check']) {
        const { code, err } = await faultline(command, '--traces', traces);
        expect(code).toBe(2);
        expect(err).toMatch(/^faultline: no trace file matches .*\n$/);
      }
    },
  );

  test('nothing at the usual places says where it looked', async () => {
    const { faultline, folder } = commandLine();
    mkdirSync(join(folder, 'empty'));
    const where =
      'no trace files found; looked for traces/**, .faultline/traces/** in the workspace; use --traces\n';
    for (const words of [['index'], ['check'], ['runs', '--format', 'text']]) {
      const { code, out } = await faultline(...words, '--workspace', 'empty');
      expect(code).toBe(0);
      expect(out.startsWith(where)).toBe(true);
    }
    const { out } = await faultline('check', '--format', 'json', '--workspace', 'empty');
    expect(JSON.parse(out)).toMatchObject({ files: 0, problems: 0, runs: 0, findings: [] });
    expect(await faultline('runs', '--workspace', 'empty')).toMatchObject({ code: 0, out: '' });
  });
});

describe('--index', () => {
  test('what is no index is refused and left as it is', async () => {
    const { faultline, file, folder } = commandLine();
    const notes = [
      file('notes.txt', 'my notes'),
      file('notes.db', 'my notes'),
      file('notes.duckdb', 'my notes'),
    ];
    for (const path of notes) {
      const { code, err } = await faultline('index', '--index', path);
      expect({ code, err }).toEqual({
        code: 2,
        err: `faultline: cannot use --index: ${path} is not an index; name an index or a new file\n`,
      });
      expect(readFileSync(path, 'utf8')).toBe('my notes');
    }
    mkdirSync(join(folder, 'box'));
    expect((await faultline('index', '--index', 'box')).err).toContain('box is a folder');
    expect(await faultline('index', '--index', 'notes.txt/x.duckdb')).toMatchObject({ code: 2, out: '' });
    expect(readdirSync(folder).filter((name) => name.includes('set-aside'))).toEqual([]);
  });

  test('the usual one that cannot be written is kept in memory, with a word', async () => {
    const { plain, file } = commandLine();
    const cache = file('cache', 'a file where the folder should be');
    const { code, err, out } = await plain(['index', '--workspace', 'clinic'], { XDG_CACHE_HOME: cache });
    expect(code).toBe(0);
    expect(err).toContain('kept in memory');
    expect(out).toContain('12 runs');
  });

  test('a handle of this process is shared, so both see one index', async () => {
    const { faultline, folder } = commandLine();
    const path = join(folder, 'shared.duckdb');
    const held = await openIndex({ path });
    expect((await faultline('index', '--index', path)).code).toBe(0);
    expect(held.ok && (await held.index.totals()).runs).toBe(12);
    if (held.ok) await held.index.close();
  });

  test('index, folders and owner record are for their owner alone', async () => {
    const { plain, folder } = commandLine();
    await plain(['index', '--workspace', 'clinic']);
    const cache = join(folder, 'cache/faultline');
    const [name] = readdirSync(cache);
    expect(name).toMatch(/^[0-9a-f]{16}\.duckdb$/);
    if (process.platform === 'win32') return;
    expect([rights(join(folder, 'cache')), rights(cache), rights(join(cache, name ?? ''))]).toEqual([
      '700',
      '700',
      '600',
    ]);
    // Rights that a person gave since are theirs.
    chmodSync(join(cache, name ?? ''), 0o640);
    const held = await openIndex({ path: join(cache, name ?? '') });
    expect(rights(join(cache, `${name}.owner`))).toBe('600');
    if (held.ok) await held.index.close();
    expect(rights(join(cache, name ?? ''))).toBe('640');
  });

  test('an interrupted command exits with 130 and leaves no owner behind', async () => {
    const { plain, folder } = commandLine(true);
    writeFileSync(join(folder, 'clinic/traces/more.jsonl'), '{"messages":[{"role":"user","content":"x"}]}\n');
    const path = join(folder, 'i.duckdb');
    expect(await plain(['check', '--workspace', 'clinic', '--index', path])).toMatchObject({
      code: 130,
      out: '',
    });
    expect(existsSync(`${path}.owner`)).toBe(false);
  });
});
