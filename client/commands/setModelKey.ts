import * as vscode from 'vscode';
import { endpointOrigin, type ModelKey } from '../../server/protocol/modelKey.ts';
import type { Extension } from '../extension.ts';
import { configuredEndpoint, configureModel } from './useModel.ts';

/** Keeps the key of the configured endpoint in the editor's secret storage; an empty input removes it. */
export async function setModelKey(extension: Extension): Promise<void> {
  const origin = endpointOrigin(configuredEndpoint()) ?? (await originAfterAsking());
  if (origin === null) return;
  const secret = await vscode.window.showInputBox({
    title: `Key for ${origin}`,
    prompt: `Sent to ${origin} and nowhere else. Kept in the secret storage of this editor; leave empty to remove it.`,
    password: true,
    ignoreFocusOut: true,
  });
  if (secret === undefined) return;
  const { secrets } = extension.context;
  if (secret === '') await secrets.delete(nameFor(origin));
  else await secrets.store(nameFor(origin), secret);
}

/** The key that was stored for this very endpoint. */
export async function modelKeyFor(extension: Extension, endpoint: string | null): Promise<ModelKey | null> {
  const origin = endpoint === null ? null : endpointOrigin(endpoint);
  if (origin === null) return null;
  const secret = await extension.context.secrets.get(nameFor(origin));
  return secret === undefined ? null : { origin, secret };
}

/** A key belongs to an endpoint, so that another endpoint never receives it. */
function nameFor(origin: string): string {
  return `faultline.modelKey:${origin}`;
}

async function originAfterAsking(): Promise<string | null> {
  const configure = 'Configure Endpoint…';
  const choice = await vscode.window.showInformationMessage(
    'A key is kept for one endpoint, and none is configured yet.',
    configure,
  );
  if (choice !== configure) return null;
  await configureModel();
  return endpointOrigin(configuredEndpoint());
}
