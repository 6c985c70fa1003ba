// Language server entry: a connection over the transport that the client chose, and the real host.
import { join } from 'node:path';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { URI } from 'vscode-uri';
import { fileAnswerCache } from './host/fileAnswerCache.ts';
import { createGitPlumbing } from './host/gitPlumbing.ts';
import { nodeFiles } from './host/nodeFiles.ts';
import { openaiModelClient } from './host/openaiModelClient.ts';
import { systemClock } from './host/systemClock.ts';
import { startServer } from './lsp/server.ts';
import { sha256 } from './model/hash.ts';
import { openIndex } from './store/openIndex.ts';
import { openWorkspace } from './workspace/openWorkspace.ts';

const connection = createConnection(ProposedFeatures.all);

startServer(connection, {
  openWorkspace(rootUri, options, settings, isTrusted) {
    const root = URI.parse(rootUri).fsPath.replaceAll('\\', '/').replace(/\/$/, '');
    const name = sha256(root).slice(0, 16);
    const git = createGitPlumbing(root);
    const stateFolder = join(options.stateFolder, name);
    return openWorkspace({
      root,
      files: nodeFiles,
      clock: systemClock,
      git: () => (isTrusted() ? git : null),
      openIndex: () => openIndex({ path: join(options.indexFolder, `${name}.duckdb`) }),
      openPrivateIndex: () => openIndex({ path: ':memory:' }),
      stateFolder,
      answers: () => fileAnswerCache(nodeFiles, join(stateFolder, 'answers.jsonl')),
      settings: () => ({
        traces: settings().traces,
        tracesMustExist: false,
        onlyInside: !isTrusted(),
        ...settings().findings,
      }),
    });
  },
  modelClient: ({ model }, apiKey) =>
    model.endpoint === '' ? null : openaiModelClient({ baseUrl: model.endpoint, apiKey }),
  async startScriptedModel() {
    // Loaded here alone: nobody but the sample workspace needs it.
    const { startScriptedEndpoint } = await import('./sample/scriptedEndpoint.ts');
    const { SCRIPTED_MODEL } = await import('./sample/scriptedModel.ts');
    const endpoint = await startScriptedEndpoint({});
    return { endpoint: endpoint.url, model: SCRIPTED_MODEL };
  },
});
