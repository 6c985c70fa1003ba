import * as vscode from 'vscode';
import { START_SCRIPTED_MODEL } from '../../server/protocol/messages.ts';
import type { Extension } from '../extension.ts';

/** The one step to connect a model: its base URL, machine-wide, so that no folder can redirect it. */
export async function configureModel(): Promise<void> {
  const settings = vscode.workspace.getConfiguration('faultline');
  const current = settings.get<{ endpoint?: string; name?: string }>('model', {});
  const endpoint = await vscode.window.showInputBox({
    title: 'OpenAI-compatible endpoint',
    prompt: 'Base URL that ends in /v1. Leave empty to send nothing.',
    value: current.endpoint ?? '',
    ignoreFocusOut: true,
    validateInput: (text) =>
      text === '' || /^https?:\/\/.+\/v1\/?$/.test(text) ? null : 'A URL such as http://127.0.0.1:11434/v1',
  });
  if (endpoint === undefined) return;
  await settings.update('model', { ...current, endpoint }, vscode.ConfigurationTarget.Global);
}

/** Sample workspace only: starts the scripted model on this machine and uses it for this session. */
export async function useScriptedModel(extension: Extension): Promise<void> {
  const client = await extension.client();
  const { endpoint } = await client.sendRequest<{ endpoint: string }>(START_SCRIPTED_MODEL);
  void vscode.window.setStatusBarMessage(`Faultline: scripted model listens on ${endpoint}`, 5000);
}

/** Empty when none is configured. */
export function configuredEndpoint(): string {
  return (
    vscode.workspace.getConfiguration('faultline').get<{ endpoint?: string }>('model', {}).endpoint ?? ''
  );
}
