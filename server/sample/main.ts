/** `node server/sample/main.ts [--port N]`: the scripted model as an endpoint, until interrupted. */
import { parseArgs } from 'node:util';
import { startScriptedEndpoint } from './scriptedEndpoint.ts';
import { SCRIPTED_MODEL } from './scriptedModel.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65535) {
  process.stderr.write(`--port ${values.port}: not a port number\n`);
  process.exit(2);
}
const endpoint = await startScriptedEndpoint({ port });
process.stdout.write(`${endpoint.url}\n`);
process.stderr.write(`Scripted model ${SCRIPTED_MODEL}; no key is needed. Stop with Ctrl+C.\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    endpoint.close().then(() => process.exit(0));
  });
}
