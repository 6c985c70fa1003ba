import { z } from 'zod';
import type { Finding } from '../model/finding.ts';
import { applyEdit, type Fix } from '../model/fix.ts';
import type { ModelErrorReason } from '../model/modelRequest.ts';
import type { CancellationToken } from '../ports/cancellation.ts';
import type { ModelClient } from '../ports/modelClient.ts';
import { editToolDescription } from '../source/editToolDescription.ts';
import type { FixContext } from './fixContext.ts';
import { guardEvidence } from './guardEvidence.ts';
import { checkGuards, type GuardHit } from './guards.ts';
import { currentDescription } from './parameterSchema.ts';
import { parameterName } from './recordedCalls.ts';
import { maxCandidates, rewriteRequest } from './rewriteRequest.ts';

export const rewriteDescriptionId = 'rewrite-description';

export function rewriteDescriptionApplies(finding: Finding): boolean {
  return (
    (finding.kind === 'invalid-arguments' ||
      finding.kind === 'tool-error' ||
      finding.kind === 'repeated-call') &&
    finding.tool !== null &&
    (finding.anchor.type === 'tool' || finding.anchor.type === 'parameter')
  );
}

export interface RewriteContext extends FixContext {
  /** The strategy's own model, which need not be the one that the traces recorded. */
  readonly model: string;
}

export type RewriteResult =
  | {
      readonly ok: true;
      /** At most four, in the model's order; choosing among them is the caller's. */
      readonly fixes: readonly Fix[];
      readonly blocked: readonly BlockedCandidate[];
      readonly cost: RewriteCost;
    }
  | {
      readonly ok: false;
      readonly reason: ModelErrorReason | 'not-applicable' | 'bad-answer' | 'no-candidate';
      readonly detail: string;
      readonly cost: RewriteCost;
    };

export interface BlockedCandidate {
  readonly description: string;
  /** Guards that spoke; empty when the file's editor refused the text. */
  readonly hits: readonly GuardHit[];
  readonly detail: string;
}

export interface RewriteCost {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

const answerShape = z.object({
  candidates: z.array(z.object({ description: z.string().min(1).max(8000), reason: z.string().default('') })),
});

/**
 * Asks the model for new descriptions and keeps those that no guard blocks. One request; a second one,
 * without the structured-output parameter, only when the endpoint refuses the first as malformed.
 */
export async function proposeRewrites(
  context: RewriteContext,
  client: ModelClient,
  token: CancellationToken,
): Promise<RewriteResult> {
  const cost = { requests: 0, inputTokens: 0, outputTokens: 0 };
  const { tool, finding } = context;
  if (tool === null || !rewriteDescriptionApplies(finding)) {
    return { ok: false, reason: 'not-applicable', detail: 'The finding names no tool definition.', cost };
  }
  if (token.isCancellationRequested) return { ok: false, reason: 'cancelled', detail: 'cancelled', cost };
  const request = rewriteRequest(context, context.model);
  let answer = await client.answer(request, token);
  cost.requests++;
  if (!answer.ok && answer.reason === 'bad-request') {
    answer = await client.answer({ ...request, parameters: {} }, token);
    cost.requests++;
  }
  if (!answer.ok) return { ok: false, reason: answer.reason, detail: answer.detail, cost };
  cost.inputTokens += answer.inputTokens;
  cost.outputTokens += answer.outputTokens;
  const parsed = answerShape.safeParse(parseJson(answer.message.text));
  if (!parsed.success) {
    const detail = `The model's answer holds no list of candidates: ${parsed.error.issues[0]?.message ?? 'unreadable'}`;
    return { ok: false, reason: 'bad-answer', detail, cost };
  }
  const judged = judge(context, parsed.data.candidates);
  if (judged.fixes.length > 0) return { ok: true, ...judged, cost };
  const why = judged.blocked.map(({ detail }) => detail).join(' ');
  const detail =
    judged.blocked.length === 0 ? 'The model proposed nothing new.' : `No candidate may pass. ${why}`;
  return { ok: false, reason: 'no-candidate', detail, cost };
}

function judge(
  context: RewriteContext,
  candidates: readonly { readonly description: string; readonly reason: string }[],
): { readonly fixes: readonly Fix[]; readonly blocked: readonly BlockedCandidate[] } {
  const { source, tool, parameter, finding } = context;
  const fixes: Fix[] = [];
  const blocked: BlockedCandidate[] = [];
  if (tool === null) return { fixes, blocked };
  const evidence = guardEvidence(context);
  const seen = new Set([currentDescription(tool.definition, parameter).trim()]);
  for (const { description, reason } of candidates) {
    const text = description.trim();
    if (text === '' || seen.has(text) || fixes.length === maxCandidates) continue;
    seen.add(text);
    const written = editToolDescription(source, tool, parameter, text);
    if (!written.ok) {
      blocked.push({ description: text, hits: [], detail: written.reason });
      continue;
    }
    const after = applyEdit(source.text, written.edit);
    const hits = checkGuards({ before: source.text, after, ...evidence, names: null, author: 'model' });
    if (hits.length > 0) {
      blocked.push({ description: text, hits, detail: hits.map(({ detail }) => detail).join(' ') });
      continue;
    }
    fixes.push({
      findingId: finding.id,
      strategy: rewriteDescriptionId,
      author: 'model',
      title: `Rewrite the description of ${parameter === null ? tool.definition.name : parameterName(parameter)}`,
      rationale: reason.replace(/\s+/g, ' ').trim().slice(0, 300),
      edit: written.edit,
    });
  }
  return { fixes, blocked };
}

/** Models wrap JSON in a fence or a sentence now and then. Undefined when there is none. */
function parseJson(text: string): unknown {
  for (const candidate of [text, text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)]) {
    try {
      return JSON.parse(candidate);
    } catch {
      // The next reading may do.
    }
  }
  return undefined;
}
