import { dressed, pick } from './phrases.ts';
import { didExactly, emptyWorld, passIf, type ScenarioKind } from './scenario.ts';

const TOPICS = [
  'my fees',
  'a power of attorney',
  'a change of address',
  'my late statement',
  'closing a sub-account',
  'a gift to my son',
];

/** Conversations of the client desk, the second agent. All of them go well. */
export const DESK_SCENARIOS: readonly ScenarioKind[] = [
  {
    name: 'a ticket for a colleague',
    runs: 18,
    agent: 'desk',
    format: 'otlp',
    make: ({ random, today }) => {
      const topic = pick(random, TOPICS);
      const isUrgent = random() < 0.3;
      return {
        turns: [
          dressed(random, `I want to speak to a person about ${topic}.${isUrgent ? ' It is urgent.' : ''}`),
        ],
        world: emptyWorld(today),
        judge: ({ world }) =>
          passIf(didExactly(world.done, { topic, priority: isUrgent ? 'high' : 'normal' })),
      };
    },
  },
];
