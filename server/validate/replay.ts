import type { ModelAnswer } from '../model/modelRequest.ts';
import type { ReplayCost } from '../model/verdict.ts';
import { seededRandom } from '../ports/random.ts';
import { type Arm, answerKey } from './answerKey.ts';
import { type AnswerTask, answerDrawer, type Drawing } from './drawAnswers.ts';
import { type EvaluatedSample, evaluateSample } from './evaluateSample.ts';
import { type Grade, type GradingFacts, gradeAnswer } from './grade.ts';
import type { ReplayPlan, Sample } from './planReplay.ts';
import type { ReplaySettings } from './replaySettings.ts';
import { describeAction } from './sameAction.ts';
import { sampleSizeForMargin } from './sampleSizeForMargin.ts';

export interface ReplayResult {
  readonly failing: readonly EvaluatedSample[];
  readonly passing: readonly EvaluatedSample[];
  readonly cost: ReplayCost;
  readonly answers: number;
  /** Passing samples that the bound needs at the model's own flip rate; null = more than are allowed. */
  readonly passingNeeded: number | null;
  /** Estimated share of sample pairs that differ although nothing changed, 0 to 1. */
  readonly discordance: number;
  readonly stopped: string | null;
}

interface Drawn {
  readonly sample: Sample;
  readonly old: ModelAnswer[];
  readonly new: ModelAnswer[];
}

/**
 * Draws and grades the answers of both arms. A first pass repeats the old wording alone; how steady it is
 * decides the number of answers and of passing samples, before any answer to the new wording exists.
 * Everything left of both arms is then drawn interleaved, in a seeded order. Never asks for more than
 * `maxRequests`. Throws `CancelledError` when told to stop; what was paid for is in the cache.
 */
export async function replay(
  plan: ReplayPlan,
  facts: GradingFacts,
  settings: ReplaySettings,
  drawing: Omit<Drawing, 'concurrency' | 'maxRequests'>,
): Promise<ReplayResult> {
  const { concurrency, maxRequests } = settings;
  const drawer = answerDrawer({ ...drawing, concurrency, maxRequests });
  const task = (drawn: Drawn, arm: Arm, draw: number): AnswerTask => ({
    key: answerKey(arm === 'old' ? drawn.sample.oldText : drawn.sample.newText, {
      endpoint: drawing.client.endpoint,
      arm,
      copy: arm === 'old' ? drawn.sample.oldCopy : drawn.sample.newCopy,
      draw,
    }),
    request: drawn.sample[arm],
    receive: (answer) => {
      drawn[arm][draw] = answer;
    },
  });
  const open = (sample: Sample): Drawn => ({ sample, old: [], new: [] });

  const failing = plan.failing.map(open);
  const first = plan.passing.slice(0, plan.firstPassing).map(open);
  drawer.expect((failing.length + first.length) * 2 * settings.answers);
  const repeats = range(settings.answers);
  await drawer.draw(
    [...failing, ...first].flatMap((drawn) => repeats.map((draw) => task(drawn, 'old', draw))),
  );

  const grades = (drawn: Drawn, arm: Arm): Grade[] =>
    drawn[arm].map((answer) => gradeAnswer(decisionOf(drawn.sample), answer, facts));
  const firstGrades = [...failing, ...first].map((drawn) => grades(drawn, 'old'));
  const size = sizeRun(plan, settings, firstGrades, firstGrades.slice(failing.length));
  const passing = [...first, ...plan.passing.slice(first.length, size.passing).map(open)];
  const kept = [...failing, ...passing];
  drawer.expect(kept.length * 2 * size.answers);
  if (drawer.stopped() === null) {
    await drawer.draw(
      shuffled(kept, settings.seed).flatMap((drawn) =>
        range(size.answers).flatMap((draw) => [
          ...(drawn.old[draw] ? [] : [task(drawn, 'old', draw)]),
          task(drawn, 'new', draw),
        ]),
      ),
    );
  }

  const evaluate = (drawn: Drawn): EvaluatedSample => {
    const { run, decision } = drawn.sample.candidate;
    const recorded = run.messages[decision];
    return evaluateSample({
      runId: run.id,
      session: run.session,
      message: decision,
      block: drawn.sample.block,
      recorded: recorded ? describeAction(recorded) : '',
      old: grades(drawn, 'old'),
      new: grades(drawn, 'new'),
    });
  };
  return {
    failing: failing.map(evaluate),
    passing: passing.map(evaluate),
    cost: drawer.cost(),
    answers: size.answers,
    passingNeeded: size.passingNeeded,
    discordance: size.discordance,
    stopped: drawer.stopped(),
  };
}

interface RunSize {
  readonly answers: number;
  readonly passing: number;
  readonly passingNeeded: number | null;
  readonly discordance: number;
}

/** From the old arm alone: how many answers, and how many passing samples within the budget. */
function sizeRun(
  plan: ReplayPlan,
  settings: ReplaySettings,
  all: readonly Grade[][],
  passing: readonly Grade[][],
): RunSize {
  const readable = all.filter((grades) => grades.every((grade) => grade.grade !== 'error'));
  const agreeing = readable.filter((grades) => new Set(grades.map((grade) => grade.grade)).size === 1);
  const unsteady = readable.length > 0 && agreeing.length / readable.length < 0.8;
  const more = Math.max(5, settings.answers);
  const fits = (plan.failing.length + plan.firstPassing) * 2 * more <= settings.maxRequests;
  const answers = unsteady && fits ? more : settings.answers;

  const discordance = expectedDiscordance(passing, answers);
  const passingNeeded = sampleSizeForMargin(discordance, settings.margin, settings.maxPassing);
  const lost = passing.filter((grades) => !grades.some(isGraded)).length;
  const spare = passing.length > lost ? passing.length / (passing.length - lost) : 1;
  const target = Math.ceil((passingNeeded ?? settings.maxPassing) * spare);

  const room = Math.floor(settings.maxRequests / (2 * answers)) - plan.failing.length;
  const passingKept = Math.max(plan.firstPassing, Math.min(target, plan.passing.length, room));
  return { answers, passing: passingKept, passingNeeded, discordance };
}

/**
 * Chance that two draws of `answers` answers differ by a whole sample, matched by variance: the mean of
 * 2 p (1 - p) over samples, estimated without bias from each sample's repeats, divided by the answers.
 */
function expectedDiscordance(passing: readonly Grade[][], answers: number): number {
  let sum = 0;
  let n = 0;
  for (const grades of passing) {
    const graded = grades.filter(isGraded);
    if (graded.length < 2) continue;
    const failing = graded.filter((grade) => grade.grade === 'fail').length;
    sum += (2 * failing * (graded.length - failing)) / (graded.length * (graded.length - 1));
    n++;
  }
  return n === 0 ? 0 : sum / n / answers;
}

function isGraded(grade: Grade): boolean {
  return grade.grade === 'pass' || grade.grade === 'fail';
}

function decisionOf(sample: Sample): Parameters<typeof gradeAnswer>[0] {
  const { run, decision, failure } = sample.candidate;
  return {
    run,
    decision,
    failure: sample.block === 'failing' ? failure : null,
    definitions: sample.old.tools,
  };
}

function range(n: number): number[] {
  return [...Array(n).keys()];
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = seededRandom(seed);
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j] as T, order[i] as T];
  }
  return order;
}
