import type { ToolSource } from '../model/anchor.ts';
import { canonicalJson } from '../model/json.ts';
import { type FixContext, splitCalls } from './fixContext.ts';

/**
 * What the guards weigh a generated edit against. The masked error template counts as known: it is the
 * tool's own text, shared by the failures and stripped of their values.
 */
export function guardEvidence(context: FixContext): {
  readonly failingTexts: readonly string[];
  readonly otherTexts: readonly string[];
} {
  const { passing, failing } = splitCalls(context);
  return {
    failingTexts: [
      ...failing.flatMap((call) => [canonicalJson(call.arguments ?? {}), call.error ?? '']),
      ...context.failures.map(({ failure }) => failure.evidence),
    ],
    otherTexts: [...passing.map((call) => canonicalJson(call.arguments ?? {})), context.finding.signature],
  };
}

/** Tool names and `tool/parameter` paths of a file, for the guard against renaming. */
export function declaredNames(tools: readonly ToolSource[]): readonly string[] {
  return tools.flatMap(({ definition, parameters }) => [
    definition.name,
    ...parameters.map(({ path }) => `${definition.name}/${path}`),
  ]);
}
