/**
 * From an edit to a verdict: what the recorded history proves, then a replay of recorded decisions with
 * the old and the new wording. Invariants: no model client, no request; no user's tool ever runs, a call
 * without a recorded result ends its sample as `diverged`; only a replay can give `accept`; the same
 * answers and seed give the same verdict.
 */
import type { StaticProof, Verdict } from '../model/verdict.ts';
import type { AnswerCache } from '../ports/answerCache.ts';
import type { CancellationToken } from '../ports/cancellation.ts';
import type { ModelClient } from '../ports/modelClient.ts';
import { seededRandom } from '../ports/random.ts';
import { emptyFailingBlock, emptyPassingBlock } from './blocks.ts';
import type { RequestContext } from './buildRequest.ts';
import type { CandidateList } from './candidates.ts';
import { decide } from './decide.ts';
import type { ReplayProgress } from './drawAnswers.ts';
import type { EvaluatedSample } from './evaluateSample.ts';
import { type ExpectedDrop, expectedDrop } from './expectedDrop.ts';
import type { GradingFacts } from './grade.ts';
import { type LookBook, lookAt } from './looks.ts';
import { planReplay, type ReplayPlan } from './planReplay.ts';
import { type ReplayResult, replay } from './replay.ts';
import type { ReplayEdit } from './replayEdit.ts';
import type { ReplaySettings } from './replaySettings.ts';
import { scorecardNotes } from './scorecardNotes.ts';
import { proveStatic, type StaticFacts } from './staticProof.ts';
import { whySentence } from './why.ts';

export interface EditToValidate {
  readonly edit: ReplayEdit;
  /** Null for a patch without a finding. */
  readonly findingId: string | null;
  /** Written by the house from the fixer's half: only the held-out half is read. */
  readonly isGenerated: boolean;
  readonly list: CandidateList;
  readonly statics: StaticFacts;
  readonly context: Pick<RequestContext, 'linkedTools'>;
  readonly facts: GradingFacts;
  readonly settings: ReplaySettings;
  /** Null = no endpoint configured: nothing is asked. */
  readonly client: ModelClient | null;
  readonly cache: AnswerCache;
  readonly looks: LookBook;
  /** US dollars; null when the model's price is not known. */
  readonly price: (model: string, tokensIn: number, tokensOut: number) => number | null;
  /** Shown on the scorecard as they are: `scripted model`, guard warnings. */
  readonly notes: readonly string[];
}

/** Throws `CancelledError` when told to stop; everything else is a verdict. */
export async function validateEdit(
  input: EditToValidate,
  token: CancellationToken,
  onProgress: (progress: ReplayProgress) => void,
): Promise<Verdict> {
  const { edit, settings, client } = input;
  const statics = proveStatic(edit, input.statics);
  const proved = withoutReplay(input, statics.proof);
  if (statics.harm !== null) return { ...proved, result: 'reject', why: statics.harm };
  if (client === null) return { ...proved, why: connectSentence(statics.proof) };

  const context = { ...input.context, model: settings.model };
  const plan = planReplay(edit, input.list.candidates, context, settings, input.isGenerated);
  const unused = { ...proved, result: 'inconclusive', method: 'replayed', ...modelsOf(plan) } as const;
  if (plan.failing.length + plan.passing.length === 0)
    return { ...unused, why: nothingToReplay(input, plan) };
  if (plan.isIdentical) {
    return {
      ...unused,
      why: 'The edit changes no recorded request, so there was nothing to ask: 0 requests.',
    };
  }
  const { cache, price } = input;
  const replayed = await replay(plan, input.facts, settings, { client, cache, price, onProgress, token });
  return verdictOf(input, plan, replayed, statics.proof);
}

async function verdictOf(
  input: EditToValidate,
  plan: ReplayPlan,
  replayed: ReplayResult,
  proof: StaticProof,
): Promise<Verdict> {
  const { settings } = input;
  const look = await countLook(input, replayed);
  const decision = decide(replayed.failing, replayed.passing, { margin: settings.margin, look });
  const drop = dropOf(input, plan, replayed);
  const models = modelsOf(plan);
  const why = whySentence(decision, {
    isHeldOut: input.isGenerated,
    margin: settings.margin,
    look,
    model: models.model ?? 'unknown',
    drop,
    passingNeeded: replayed.passingNeeded,
    maxPassing: settings.maxPassing,
    isByTheCall: plan.failing.some(
      ({ candidate }) =>
        candidate.failure && input.facts.replayMode(candidate.failure.kind) === 'by-the-call',
    ),
    because: replayed.stopped ?? plan.cutByBudget,
    missing: mostCommonReason(plan),
    error: firstError(replayed),
  });
  return {
    result: decision.result,
    method: 'replayed',
    failing: decision.failing,
    passing: decision.passing,
    pValue: decision.pValue,
    look,
    margin: settings.margin,
    breakRateUpperBound: decision.breakRateUpperBound,
    expectedDrop: drop,
    ...models,
    static: proof,
    cost: replayed.cost,
    notes: [...input.notes, ...scorecardNotes(plan, replayed, decision, settings)],
    why,
    samples: [...replayed.failing, ...replayed.passing].map((sample) => sample.result),
  };
}

/** Counted before the numbers are read; a replay that read no failing pair spends no look. */
async function countLook(input: EditToValidate, replayed: ReplayResult): Promise<number> {
  const read = replayed.failing.filter((sample) => sample.counts);
  const reading = {
    finding: input.findingId ?? input.edit.file,
    edit: input.edit.hash,
    samples: replayed.failing.map(({ result }) => `${result.runId}#${result.message}`),
    drewAnswers: replayed.cost.requests > 0,
  };
  const { look, isNew } = lookAt(await input.looks.read(), reading);
  const { finding, edit, samples } = reading;
  if (isNew && read.length > 0) await input.looks.add({ finding, edit, samples, look });
  return look;
}

function dropOf(input: EditToValidate, plan: ReplayPlan, replayed: ReplayResult): ExpectedDrop | null {
  const { affected, exposed } = input.list;
  if (affected === 0 || exposed === 0) return null;
  const shares = (sample: EvaluatedSample) =>
    sample.result.block === 'failing'
      ? { old: sample.oldShare, new: sample.newShare }
      : { old: sample.oldPatternShare, new: sample.newPatternShare };
  const pairs = [...replayed.failing, ...replayed.passing]
    .filter((sample) => sample.counts)
    .map((sample) => ({ session: sample.session, block: sample.result.block, ...shares(sample) }));
  const traffic = { failing: affected / exposed, covered: Math.min(1, plan.replayableFailing / affected) };
  return expectedDrop(pairs, traffic, seededRandom(input.settings.seed));
}

function withoutReplay(input: EditToValidate, proof: StaticProof): Verdict {
  return {
    result: 'not-validated',
    method: 'proved-static',
    failing: emptyFailingBlock,
    passing: emptyPassingBlock,
    pValue: null,
    look: 0,
    margin: input.settings.margin,
    breakRateUpperBound: null,
    expectedDrop: null,
    model: null,
    recordedModel: null,
    static: proof,
    cost: { requests: 0, fromCache: 0, tokensIn: 0, tokensOut: 0, usd: null },
    notes: input.notes,
    why: '',
    samples: [],
  };
}

function connectSentence(proof: StaticProof): string {
  const calls =
    proof.callsRevalidated === 0
      ? 'The text still renders for every recorded run'
      : `Of ${proof.callsRevalidated} recorded calls no good one is newly refused and ${proof.badCallsNowRejected} bad ones are`;
  return `${calls}, but whether the model acts better was not tried: configure a model endpoint (setting faultline.model or --model-endpoint) to replay it.`;
}

function nothingToReplay(input: EditToValidate, plan: ReplayPlan): string {
  const reason = mostCommonReason(plan);
  if (reason !== null) return `No recorded decision can be replayed (${reason}): 0 requests.`;
  const kinds =
    input.list.notShowable > 0
      ? 'failures of this kind cannot be shown again by replaying one step'
      : 'no recorded run carried the edited text';
  return `Nothing to replay: ${kinds}; 0 requests.`;
}

function firstError(replayed: ReplayResult): string | null {
  const answers = [...replayed.failing, ...replayed.passing].flatMap(({ result }) => [
    ...result.oldAnswers,
    ...result.newAnswers,
  ]);
  return answers.find((answer) => answer.grade === 'error')?.why ?? null;
}

function mostCommonReason(plan: ReplayPlan): string | null {
  const [first] = [...plan.notReplayable].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return first ? `${first[1]} not replayable: ${first[0]}` : null;
}

/** The most frequent models; a replay may span runs of several. */
function modelsOf(plan: ReplayPlan): {
  readonly model: string | null;
  readonly recordedModel: string | null;
} {
  const samples = [...plan.failing, ...plan.passing];
  return {
    model: mostFrequent(samples.map((sample) => sample.old.model)),
    recordedModel: mostFrequent(samples.map(({ candidate }) => recordedModel(candidate))),
  };
}

function recordedModel({
  run,
  decision,
}: {
  run: ReplayPlan['failing'][number]['candidate']['run'];
  decision: number;
}): string | null {
  return run.modelCalls.find((call) => call.outputMessage === decision)?.model ?? run.model;
}

function mostFrequent(values: readonly (string | null)[]): string | null {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0] ?? null;
}
