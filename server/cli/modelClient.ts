import { resolve } from 'node:path';
import { cassetteClient } from '../host/cassetteClient.ts';
import { nodeFiles } from '../host/nodeFiles.ts';
import { openaiModelClient } from '../host/openaiModelClient.ts';
import type { ModelClient } from '../ports/modelClient.ts';
import type { ReplayCommandOptions } from './options.ts';
import type { Terminal } from './run.ts';

/**
 * No endpoint, no request, whatever keys the environment holds: a cassette alone answers from its
 * recording.
 */
export async function modelClient(
  options: ReplayCommandOptions,
  terminal: Terminal,
): Promise<ModelClient | null> {
  if (options.modelEndpoint === null) {
    if (options.cassette === null) return null;
    return cassetteClient(nodeFiles, resolve(terminal.workingFolder, options.cassette));
  }
  return openaiModelClient({
    baseUrl: options.modelEndpoint,
    apiKey: terminal.environment.OPENAI_API_KEY ?? null,
  });
}
