/** Run as a process of its own: imports files over and over until it is killed. Arguments: index path. */
import { openIndex } from '../../../server/store/openIndex.ts';
import { killedRuns } from './killedRuns.ts';

const opened = await openIndex({ path: process.argv[2] ?? '' });
if (!opened.ok) throw new Error(opened.detail);
for (let round = 0; ; round++) {
  for (const name of ['a.jsonl', 'b.jsonl']) {
    const file = { name, path: `/${name}`, size: 10, modifiedMs: 1, fingerprint: `round ${round}` };
    const writer = await opened.index.beginFile(file);
    for (const run of killedRuns(name, 1500 + (round % 2) * 500)) {
      await writer.addRun(run, 1);
      if (run.line % 500 === 0) process.stdout.write(`${round}:${name}:${run.line}\n`);
    }
    await writer.commit({ 'openai-messages': 1 });
  }
}
