import type { JsonObject } from '../../../server/model/json.ts';
import type { Message } from '../../../server/model/run.ts';
import type { Random } from '../../../server/ports/random.ts';
import type { World } from './world.ts';

/** How a conversation ended, as the sample's own judge sees it. */
export interface Judged {
  readonly passed: boolean;
  /** 1 passed, 0.5 right but wasteful, 0 wrong. */
  readonly score: number;
}

export interface PlayedEnd {
  readonly messages: readonly Message[];
  /** Text of the last assistant message. */
  readonly finalText: string;
  readonly finishReason: string | null;
  readonly world: World;
}

/** One conversation to be: what the client says, on which account, and what would be right. */
export interface Scenario {
  readonly turns: readonly string[];
  readonly world: World;
  readonly judge: (end: PlayedEnd) => Judged;
}

export interface ScenarioSeed {
  readonly random: Random;
  /** A number of its own for the run's account. */
  readonly seed: number;
  readonly today: string;
}

/** A kind of conversation of which the sample holds several. */
export interface ScenarioKind {
  /** What it is there for; names of faults are those of the README. */
  readonly name: string;
  readonly runs: number;
  readonly agent: 'advisor' | 'desk';
  readonly format: 'chat' | 'otlp';
  readonly make: (seed: ScenarioSeed) => Scenario;
}

export function passIf(condition: boolean): Judged {
  return { passed: condition, score: condition ? 1 : 0 };
}

export function emptyWorld(today: string, parts: Partial<World> = {}): World {
  return { today, trades: [], holdings: [], done: [], pollsUntilFilled: 1, quotes: 0, ...parts };
}

/** True when the one thing done holds exactly the expected members, besides the account. */
export function didExactly(done: readonly JsonObject[], expected: JsonObject): boolean {
  const only = done[0];
  return (
    done.length === 1 &&
    only !== undefined &&
    Object.entries(expected).every(([key, value]) => only[key] === value)
  );
}
