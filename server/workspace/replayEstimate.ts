import { buildRequest, recordedText } from '../validate/buildRequest.ts';
import { failingHalves } from '../validate/planReplay.ts';
import { MINIMUM_PASSING } from '../validate/replaySettings.ts';
import { choosePassing } from '../validate/samples.ts';
import type { Evidence } from './validation.ts';
import type { ProposeRequest, ReplayEstimate } from './workspace.ts';

/** What a generated fix's replay would send, before there is an edit; for the question that precedes it. */
export function replayEstimate(evidence: Evidence, request: ProposeRequest): ReplayEstimate {
  const settings = { ...request.options, model: request.model };
  const context = { linkedTools: evidence.linkedTools, model: request.model };
  const { heldOut } = failingHalves(evidence.list.candidates, context, settings);
  const passing = choosePassing(evidence.list.candidates, settings.maxPassing, settings.seed, (candidate) => {
    const built = buildRequest(candidate.run, candidate.decision, recordedText, context);
    return built.ok ? null : built.reason;
  }).slice(0, MINIMUM_PASSING + 1);
  const tokens = [...heldOut, ...passing].map(({ run, decision }) => {
    const built = buildRequest(run, decision, recordedText, context);
    return built.ok ? Math.round(JSON.stringify(built.request).length / 4) : 0;
  });
  const perSample = 2 * settings.answers;
  return {
    failing: heldOut.length,
    passing: passing.length,
    requests: Math.min(settings.maxRequests, (heldOut.length + passing.length) * perSample),
    tokensIn: tokens.reduce((sum, count) => sum + count, 0) * perSample,
  };
}
