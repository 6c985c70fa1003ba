import { RequestType } from 'vscode-languageserver';
import {
  ESTIMATE_FIX,
  FIX_APPLIED,
  type FixEstimate,
  type FixProposal,
  LAST_PROPOSAL,
  PROPOSE_FIX,
  type ProposeFixParams,
} from '../protocol/messages.ts';
import { endpointOrigin, type ModelKey } from '../protocol/modelKey.ts';
import { defaultReplaySettings } from '../validate/replaySettings.ts';
import type { ProposeRequest } from '../workspace/workspace.ts';
import { toFixProposal } from './fixProposal.ts';
import type { Folder } from './folder.ts';
import type { ServerState } from './server.ts';

interface FixName {
  readonly finding: string;
  readonly strategy: string;
}

/** What no setting offers. */
const { maxFailing, maxPassing, seed } = defaultReplaySettings;

/** Estimating, checking and applying a fix: what leads to model requests, and only on a person's gesture. */
export function registerFixRequests(
  state: ServerState,
  folderWithFinding: (id: string) => Folder | undefined,
): void {
  const { connection } = state;

  /** No replay in an untrusted folder, and none without an endpoint. */
  const requestFor = ({ finding, strategy }: FixName, key: ModelKey | null): ProposeRequest => ({
    findingId: finding,
    strategy,
    client: state.options.trusted ? state.host.modelClient(state.settings, secretFor(state, key)) : null,
    model: state.settings.model.name === '' ? null : state.settings.model.name,
    options: { ...state.settings.replay, maxFailing, maxPassing, seed },
  });
  const lastOf = ({ finding, strategy }: FixName) => {
    const folder = folderWithFinding(finding);
    const proposal = folder?.workspace.lastProposal(finding, strategy) ?? null;
    return folder === undefined || proposal === null ? null : { folder, proposal };
  };

  connection.onRequest(new RequestType<FixName, FixEstimate | null, void>(ESTIMATE_FIX), async (params) => {
    const request = requestFor(params, null);
    if (request.client === null) return null;
    const estimate = await folderWithFinding(params.finding)?.workspace.estimateFix(request);
    if (estimate == null) return null;
    const { maxRequests } = state.settings.replay;
    return { ...estimate, maxRequests, endpoint: request.client.endpoint };
  });
  connection.onRequest(
    new RequestType<ProposeFixParams, FixProposal, void>(PROPOSE_FIX),
    async (params, token) => {
      const folder = folderWithFinding(params.finding);
      if (folder === undefined) {
        const detail = 'The finding is gone. Refresh and try again.';
        return { ok: false, reason: 'no-such-finding', detail };
      }
      const progress = connection.window.attachWorkDoneProgress(params.workDoneToken);
      progress.begin('Checking the edit', 0, 'choosing samples', true);
      try {
        const proposal = await folder.workspace.proposeFix(
          requestFor(params, params.key),
          token,
          ({ what, done, total }) => {
            const percent = total === null || total === 0 ? 0 : Math.round((100 * done) / total);
            progress.report(percent, total === null ? what : `${what}: ${done} of ${total} requests`);
          },
        );
        return toFixProposal(proposal, folder.workspace.root, state.options.trusted);
      } finally {
        progress.done();
      }
    },
  );
  connection.onRequest(new RequestType<FixName, FixProposal | null, void>(LAST_PROPOSAL), (params) => {
    const last = lastOf(params);
    return last === null
      ? null
      : toFixProposal(last.proposal, last.folder.workspace.root, state.options.trusted);
  });
  connection.onRequest(FIX_APPLIED, async (params: FixName) => {
    const last = lastOf(params);
    if (last !== null) await last.folder.workspace.recordApplied(last.proposal);
  });
}

/** A key leaves for the endpoint that it was stored for alone; the scripted model needs none. */
function secretFor({ settings, scriptedModel }: ServerState, key: ModelKey | null): string | null {
  if (key === null || settings.model.endpoint === scriptedModel?.endpoint) return null;
  return key.origin === endpointOrigin(settings.model.endpoint) ? key.secret : null;
}
