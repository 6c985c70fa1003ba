import * as vscode from 'vscode';
import {
  ESTIMATE_FIX,
  type FixEstimate,
  type FixProposal,
  LAST_PROPOSAL,
  PROPOSE_FIX,
  type ProposeFixParams,
} from '../../server/protocol/messages.ts';
import type { Extension } from '../extension.ts';
import { showScorecard } from '../ui/scorecardPanel.ts';
import { isSampleFolder } from './openSample.ts';
import { modelKeyFor } from './setModelKey.ts';
import { configureModel, useScriptedModel } from './useModel.ts';

/** Generates and checks an edit with visible progress and a cancel button, then shows the scorecard. */
export async function proposeFix(
  extension: Extension,
  finding: string,
  strategy: string,
  uri?: string,
): Promise<void> {
  if (!(await isSaved(uri))) return;
  const consented = await consent(extension, finding, strategy);
  if (consented === null) return;
  const client = await extension.client();
  const params: ProposeFixParams = {
    finding,
    strategy,
    key: await modelKeyFor(extension, consented.endpoint),
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
      // Loaded here: at the top it would pull the client library into every activation.
      const { WorkDoneProgress } = await import('vscode-languageclient');
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

/** A fix is checked on the text on disk: an unsaved file is saved first, or the fix waits. */
async function isSaved(uri: string | undefined): Promise<boolean> {
  const document = vscode.workspace.textDocuments.find((candidate) => candidate.uri.toString() === uri);
  if (document === undefined || !document.isDirty) return true;
  const name = vscode.workspace.asRelativePath(document.uri);
  const answer = await vscode.window.showInformationMessage(
    `A fix is checked on the saved text, and ${name} has unsaved changes.`,
    'Save',
  );
  return answer === 'Save' && (await document.save());
}

interface Consent {
  /** Where requests may go; null for a static proof, which sends none. */
  readonly endpoint: string | null;
}

/**
 * The question before anything is sent: what, how much and where to. Without an endpoint there is
 * only the static proof: said plainly, with the one step that changes it. Null = the person left.
 */
async function consent(extension: Extension, finding: string, strategy: string): Promise<Consent | null> {
  if (!vscode.workspace.isTrusted) return { endpoint: null };
  const client = await extension.client();
  const estimate = await client.sendRequest<FixEstimate | null>(ESTIMATE_FIX, { finding, strategy });
  if (estimate === null) return offerModel(extension, finding, strategy);
  const question =
    `Replay ${estimate.failing} failing and ${estimate.passing} passing runs with both wordings? ` +
    `About ${estimate.requests} requests and ${thousands(estimate.tokensIn)} input tokens ` +
    `to ${estimate.endpoint}, at most ${estimate.maxRequests} requests. The price is not known.`;
  const answer = await vscode.window.showInformationMessage(question, 'Replay');
  return answer === 'Replay' ? { endpoint: estimate.endpoint } : null;
}

async function offerModel(extension: Extension, finding: string, strategy: string): Promise<Consent | null> {
  const connect = isSampleFolder(extension.context) ? 'Use the Scripted Model' : 'Configure Endpoint…';
  const choice = await vscode.window.showInformationMessage(
    'No model endpoint is configured: the edit can be proved statically, but not replayed. No request will be sent.',
    connect,
    'Static Proof Only',
  );
  if (choice === undefined) return null;
  if (choice === 'Static Proof Only') return { endpoint: null };
  if (choice === 'Configure Endpoint…') await configureModel();
  else await useScriptedModel(extension);
  return consent(extension, finding, strategy);
}

function thousands(tokens: number): string {
  return tokens < 10_000 ? String(tokens) : `${Math.round(tokens / 1000)} k`;
}
