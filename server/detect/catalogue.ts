import type { Certainty, Failure, FailureKind, ReplayMode } from '../model/failure.ts';
import type { Run } from '../model/run.ts';
import type { DetectContext } from './context.ts';
import { contextOverflow } from './contextOverflow.ts';
import { emptyResponse } from './emptyResponse.ts';
import { failedOutcome } from './failedOutcome.ts';
import { invalidArguments } from './invalidArguments.ts';
import { repeatedCall } from './repeatedCall.ts';
import { toolError } from './toolError.ts';
import { truncated } from './truncated.ts';
import { unknownTool } from './unknownTool.ts';

export type Detect = (run: Run, context: DetectContext) => readonly Failure[];

/** One kind of failure: everything that documents, settings and replay need to know of it. */
export interface DetectorRow {
  readonly kind: FailureKind;
  /** For a person, in sentence case. */
  readonly title: string;
  /** File in this folder whose opening comment is the rule page, without `.ts`. */
  readonly file: string;
  readonly detect: Detect;
  /** The strongest certainty it can reach; each failure states its own. */
  readonly certainty: Certainty;
  readonly replay: ReplayMode;
  /** Whether it can judge an action of which no tool result exists yet. */
  readonly judgesAction: boolean;
}

const rows: { readonly [Kind in FailureKind]: Omit<DetectorRow, 'kind'> } = {
  'failed-outcome': {
    title: 'Failed outcome',
    file: 'failedOutcome',
    detect: failedOutcome,
    certainty: 'certain',
    replay: 'never',
    judgesAction: false,
  },
  'unknown-tool': {
    title: 'Unknown tool',
    file: 'unknownTool',
    detect: unknownTool,
    certainty: 'certain',
    replay: 'step',
    judgesAction: true,
  },
  'invalid-arguments': {
    title: 'Invalid arguments',
    file: 'invalidArguments',
    detect: invalidArguments,
    certainty: 'certain',
    replay: 'step',
    judgesAction: true,
  },
  'tool-error': {
    title: 'Tool error',
    file: 'toolError',
    detect: toolError,
    certainty: 'certain',
    replay: 'by-the-call',
    judgesAction: false,
  },
  'repeated-call': {
    title: 'Repeated call',
    file: 'repeatedCall',
    detect: repeatedCall,
    certainty: 'likely',
    replay: 'step',
    judgesAction: true,
  },
  truncated: {
    title: 'Truncated answer',
    file: 'truncated',
    detect: truncated,
    certainty: 'certain',
    replay: 'step',
    judgesAction: true,
  },
  'context-overflow': {
    title: 'Context overflow',
    file: 'contextOverflow',
    detect: contextOverflow,
    certainty: 'certain',
    replay: 'never',
    judgesAction: false,
  },
  'empty-response': {
    title: 'Empty response',
    file: 'emptyResponse',
    detect: emptyResponse,
    certainty: 'certain',
    replay: 'step',
    judgesAction: true,
  },
};

/** All kinds, in the order in which documents list them. */
export const catalogue: readonly DetectorRow[] = Object.entries(rows).map(([kind, row]) => ({
  kind: kind as FailureKind,
  ...row,
}));

export function detectorRow(kind: FailureKind): DetectorRow {
  return { kind, ...rows[kind] };
}
