import { assertNever } from '../model/assertNever.ts';
import type { Decision } from './decide.ts';
import type { ExpectedDrop } from './expectedDrop.ts';
import { MINIMUM_FAILING, MINIMUM_PASSING } from './replaySettings.ts';
import { sampleSizeForBenefit } from './sampleSizeForBenefit.ts';

export interface WhyContext {
  readonly isHeldOut: boolean;
  readonly margin: number;
  readonly look: number;
  readonly model: string;
  readonly drop: ExpectedDrop | null;
  /** Passing samples that the bound needs at the model's own flip rate; null = more than allowed. */
  readonly passingNeeded: number | null;
  readonly maxPassing: number;
  readonly isByTheCall: boolean;
  /** What cut the replay short: the budget or the endpoint. */
  readonly because: string | null;
  /** Why decisions could not be replayed at all. */
  readonly missing: string | null;
  /** What the first failed answer says. */
  readonly error: string | null;
}

/** One sentence that a person can act on. */
export function whySentence(decision: Decision, context: WhyContext): string {
  const { failing, passing, reason } = decision;
  const because = bracketed(context.because);
  const missing = bracketed(context.because ?? context.missing);
  switch (reason.kind) {
    case 'accepted':
      return `${benefitSentence(decision, context)}; ${safetyClause(decision, context)}.`;
    case 'breaks':
      return `The edit breaks what worked: of ${passing.n} passing samples ${passing.broken} broke and ${passing.newlyPassing} newly pass (${figure(reason.pValue)}).`;
    case 'lost-answers': {
      const block = reason.block === 'failing' ? failing : passing;
      const lost = `${block.diverged + block.errors} of ${block.n} ${reason.block} samples`;
      if (block.errors >= block.diverged) {
        return `${lost} got no usable answer${bracketed(context.because ?? context.error)}: repair the endpoint and replay again.`;
      }
      const cause = context.isByTheCall
        ? 'made a call without a recorded result, and replay never runs a tool'
        : 'took a path that this step cannot judge';
      return `${lost} ${cause}, so the answers cannot tell${because}.`;
    }
    case 'too-few-failing':
      return `Only ${reason.counted} ${context.isHeldOut ? 'held-out ' : ''}failing samples could be compared, ${MINIMUM_FAILING} are needed${missing}: ${context.because === null ? 'record more runs of this failure' : 'raise --max-requests'}.`;
    case 'too-few-passing':
      return `Only ${reason.counted} passing samples could be compared, ${MINIMUM_PASSING} are needed to bound the breakage${missing}: ${context.because === null ? 'record more passing runs that carry this text' : 'raise --max-requests'}.`;
    case 'not-reproduced':
      return `The old wording repeats the failure in ${failing.oldRepeats} of ${failing.n} samples only, so there is nothing to improve on with ${context.model}: try the recorded model or record newer failures.`;
    case 'no-benefit': {
      const seen = `${failing.fixed} of ${failing.n} failing samples fixed and ${failing.newlyFailing} newly failing`;
      if (failing.fixed <= failing.newlyFailing) return `The edit shows no benefit: ${seen}${because}.`;
      const look = context.look > 1 ? ` at look ${context.look}` : '';
      const counted = failing.n - failing.diverged - failing.errors;
      const [fixed, newly] = [failing.fixed / counted, failing.newlyFailing / counted];
      const needed = sampleSizeForBenefit(fixed, newly, reason.threshold);
      const step =
        needed === null
          ? 'the effect is too small to show on recorded samples'
          : `an edit like this needs about ${Math.max(needed, counted)} fresh failing samples`;
      return `${capital(seen)} could be chance (${figure(reason.pValue)}, below ${String(reason.threshold).replace(/^0/, '')} needed${look}): ${step}${because}.`;
    }
    case 'not-safe': {
      const step =
        context.passingNeeded === null
          ? `no edit can show it with ${context.maxPassing} passing samples at this flip rate; allow more`
          : context.passingNeeded > passing.n
            ? `about ${context.passingNeeded} passing samples would be needed`
            : 'look at the broken samples';
      return `${benefitSentence(decision, context)}, but up to ${percent(reason.bound)} of passing answers may newly fail, more than the margin of ${percent(context.margin)}: ${step}${because}.`;
    }
    default:
      return assertNever(reason);
  }
}

function benefitSentence({ failing }: Decision, context: WhyContext): string {
  const rates = `On ${failing.n} ${context.isHeldOut ? 'held-out ' : ''}recorded failures the old wording repeats it in ${percent(failing.oldRate ?? 0)} of answers, the edit in ${percent(failing.newRate ?? 0)}`;
  if (context.drop === null) return `${rates}, model ${context.model}`;
  const { low, mid, high } = context.drop;
  return `${rates}: expected drop ${percent(mid)} (${whole(low)}–${percent(high)}) at the replayed step, if traffic stays like the recorded runs, model ${context.model}`;
}

function safetyClause({ passing, breakRateUpperBound }: Decision, context: WhyContext): string {
  return `of ${passing.n} passing samples ${passing.broken} broke, extra breakage is at most ${percent(breakRateUpperBound ?? 1)} (margin ${percent(context.margin)})`;
}

function bracketed(text: string | null): string {
  return text === null ? '' : ` (${text})`;
}

function whole(rate: number): string {
  return String(Math.round(rate * 100));
}

/** Whole percent from 10 % on, one decimal below. */
export function percent(rate: number): string {
  const hundredths = rate * 100;
  return `${Math.abs(hundredths) < 9.95 ? Number(hundredths.toFixed(1)) : Math.round(hundredths)} %`;
}

function figure(p: number): string {
  return p < 0.0001 ? 'p < .0001' : `p = ${p.toPrecision(2).replace(/^0/, '')}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
