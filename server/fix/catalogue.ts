import type { Finding } from '../model/finding.ts';
import type { FixContext } from './fixContext.ts';
import { parameterName } from './recordedCalls.ts';
import { rewriteDescriptionApplies, rewriteDescriptionId } from './rewriteDescription.ts';
import type { RuleResult } from './ruleResult.ts';
import {
  stateParameterFormat,
  stateParameterFormatApplies,
  stateParameterFormatId,
} from './stateParameterFormat.ts';

interface StrategyRow {
  readonly id: string;
  readonly title: string;
  /** What the light bulb says before any edit is made, from the finding alone. */
  readonly titleFor: (finding: Finding) => string;
  readonly applies: (finding: Finding) => boolean;
}

export interface RuleStrategy extends StrategyRow {
  readonly author: 'rule';
  readonly propose: (context: FixContext) => RuleResult;
}

/** Needs a model: see `proposeRewrites`. */
export interface ModelStrategy extends StrategyRow {
  readonly author: 'model';
}

export type Strategy = RuleStrategy | ModelStrategy;

/** All strategies, in the order in which they are offered. */
export const strategies: readonly Strategy[] = [
  {
    id: stateParameterFormatId,
    title: 'State format, allowed values and boundary, as passing calls show them',
    titleFor: (finding) =>
      finding.parameter === null || finding.anchor.type === 'tool'
        ? `State how ${finding.tool ?? finding.anchor.name} is called`
        : `State the format of ${parameterName(finding.parameter)}`,
    author: 'rule',
    applies: stateParameterFormatApplies,
    propose: stateParameterFormat,
  },
  {
    id: rewriteDescriptionId,
    title: 'Let a model rewrite the description',
    titleFor: (finding) =>
      `Rewrite the description of ${
        finding.parameter === null ? (finding.tool ?? finding.anchor.name) : parameterName(finding.parameter)
      } with a model`,
    author: 'model',
    applies: rewriteDescriptionApplies,
  },
];

/** For `Finding.fixes`: ids of the strategies that can be tried on a finding. */
export function applicableStrategies(finding: Finding): readonly string[] {
  return strategies.filter((strategy) => strategy.applies(finding)).map((strategy) => strategy.id);
}
