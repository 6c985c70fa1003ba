import { requestsToday } from '../apply/spentRequests.ts';
import { type MeteredClient, meteredClient } from './meteredClient.ts';
import type { ProposeRequest } from './workspace.ts';
import type { WorkspaceHost } from './workspaceHost.ts';

export type WithPurse<Request> = Omit<Request, 'client'> & { readonly client: MeteredClient | null };

/** One purse for all that a request leads to: its own budget, and what is left of the day's. */
export async function withPurse<Request extends Pick<ProposeRequest, 'client' | 'options'>>(
  request: Request,
  host: WorkspaceHost,
): Promise<WithPurse<Request>> {
  if (request.client === null) return { ...request, client: null };
  const { maxRequests, maxRequestsPerDay } = request.options;
  const left = maxRequestsPerDay - (await requestsToday(host.files, host.stateFolder, host.clock));
  return { ...request, client: meteredClient(request.client, Math.max(0, Math.min(maxRequests, left))) };
}
