/*
 * fix: from a finding and the fixer's half of its evidence to candidate edits. Invariant: nothing in here
 * sees a held-out sample, asks a model except through the port, or lets a generated edit out that a guard
 * blocks. Same context, same fixes.
 */
import type { Fix } from '../model/fix.ts';
import { strategies } from './catalogue.ts';
import type { FixContext } from './fixContext.ts';

/** The rule-written candidates, in catalogue order. No chance, no clock, no model. */
export function proposeFixes(context: FixContext): readonly Fix[] {
  return strategies.flatMap((strategy) => {
    if (strategy.author !== 'rule' || !strategy.applies(context.finding)) return [];
    const result = strategy.propose(context);
    return result.ok ? [result.fix] : [];
  });
}
