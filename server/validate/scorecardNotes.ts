import type { Decision } from './decide.ts';
import type { ReplayPlan } from './planReplay.ts';
import type { ReplayResult } from './replay.ts';
import type { ReplaySettings } from './replaySettings.ts';
import { percent } from './why.ts';
import { wilsonInterval } from './wilson.ts';

/** Facts beside the verdict that a careful reader asks for. */
export function scorecardNotes(
  plan: ReplayPlan,
  replayed: ReplayResult,
  decision: Decision,
  settings: ReplaySettings,
): readonly string[] {
  const notes: string[] = [];
  const { failing } = decision;
  const counted = replayed.failing.filter((sample) => sample.counts).length;
  if (failing.oldRate !== null && failing.newRate !== null) {
    const rate = (value: number): string => {
      const { low, high } = wilsonInterval(value * counted, counted);
      return `${percent(value)} (${percent(low)} to ${percent(high)})`;
    };
    notes.push(`failing answers: old ${rate(failing.oldRate)}, edit ${rate(failing.newRate)}; Wilson 95 %`);
  }
  const used = plan.passing.slice(0, replayed.passing.length);
  if (used.some((sample) => !sample.candidate.hasRecordedOutcome)) notes.push('no recorded outcome');
  if (replayed.answers > settings.answers) {
    notes.push(`${replayed.answers} answers an arm: the old wording often disagrees with itself`);
  }
  if (replayed.discordance > 0) {
    const needed = replayed.passingNeeded ?? `more than ${settings.maxPassing}`;
    notes.push(
      `${percent(replayed.discordance)} of passing pairs differ by chance alone: ${needed} passing samples needed`,
    );
  }
  const models = new Set([...plan.failing, ...used].map((sample) => sample.old.model));
  if (models.size > 1) notes.push(`replayed with ${[...models].sort().join(', ')}`);
  for (const [reason, count] of plan.notReplayable) notes.push(`${count} not replayable: ${reason}`);
  if (plan.cutByBudget !== null) notes.push(plan.cutByBudget);
  return notes;
}
