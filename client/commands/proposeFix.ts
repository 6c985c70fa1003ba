import * as vscode from 'vscode';
import { WorkDoneProgress } from 'vscode-languageclient';
import {
  type FixProposal,
  LAST_PROPOSAL,
  PROPOSE_FIX,
  type ProposeFixParams,
} from '../../server/protocol/messages.ts';
import type { Extension } from '../extension.ts';
import { showScorecard } from '../ui/scorecardPanel.ts';
import { isSampleFolder } from './openSample.ts';
import { KEY_NAME } from './setModelKey.ts';
import { configureModel, useScriptedModel } from './useModel.ts';

/** Generates and checks an edit with visible progress and a cancel button, then shows the scorecard. */
export async function proposeFix(extension: Extension, finding: string, strategy: string): Promise<void> {
  await offerModel(extension);
  const client = await extension.client();
  const params: ProposeFixParams = {
    finding,
    strategy,
    apiKey: (await extension.context.secrets.get(KEY_NAME)) ?? null,
    workDoneToken: `faultline-${Date.now()}`,
  };
  const proposal = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: 'Faultline: checking the edit',
      cancellable: true,
    },
    async (progress, token): Promise<FixProposal | null> => {
      let reached = 0;
      const listening = client.onProgress(WorkDoneProgress.type, params.workDoneToken, (step) => {
        if (step.kind === 'end') return;
        const percentage = step.percentage ?? reached;
        progress.report({
          ...(step.message === undefined ? {} : { message: step.message }),
          increment: percentage - reached,
        });
        reached = percentage;
      });
      try {
        return await client.sendRequest<FixProposal>(PROPOSE_FIX, params, token);
      } catch (error) {
        if (token.isCancellationRequested) return null;
        throw error;
      } finally {
        listening.dispose();
      }
    },
  );
  if (proposal === null) return;
  await present(extension, proposal);
}

/** "Rejected … Show why": the numbers of the last check, and no edit. */
export async function showVerdict(extension: Extension, finding: string, strategy: string): Promise<void> {
  const client = await extension.client();
  const proposal = await client.sendRequest<FixProposal | null>(LAST_PROPOSAL, { finding, strategy });
  if (proposal !== null) await present(extension, proposal);
}

async function present(extension: Extension, proposal: FixProposal): Promise<void> {
  if (proposal.ok) await showScorecard(extension, proposal);
  else void vscode.window.showWarningMessage(`Faultline: ${proposal.detail}`);
}

/** Without an endpoint there is only the static proof: say so once, with the one step that changes it. */
async function offerModel(extension: Extension): Promise<void> {
  if (!vscode.workspace.isTrusted) return;
  const { endpoint } = vscode.workspace.getConfiguration('faultline').get('model', { endpoint: '' });
  if (endpoint !== '' || extension.hasScriptedModel) return;
  const connect = isSampleFolder(extension.context) ? 'Use the scripted model' : 'Configure endpoint…';
  const choice = await vscode.window.showInformationMessage(
    'No model endpoint is configured: the edit can be proved statically, but not replayed. No request will be sent.',
    connect,
    'Static proof only',
  );
  if (choice === 'Configure endpoint…') await configureModel();
  if (choice === 'Use the scripted model') {
    await useScriptedModel(extension);
    extension.hasScriptedModel = true;
  }
}
