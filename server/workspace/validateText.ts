import type { SourceFile } from '../model/anchor.ts';
import type { Verdict } from '../model/verdict.ts';
import type { CancellationToken } from '../ports/cancellation.ts';
import type { ReportProgress } from '../ports/progress.ts';
import type { LookBook } from '../validate/looks.ts';
import { validateEdit } from '../validate/validateEdit.ts';
import type { Spent } from './meteredClient.ts';
import type { WithPurse } from './purse.ts';
import { prepareEdit } from './replayEdit.ts';
import { type Evidence, toValidate } from './validation.ts';
import type { Proposal, ProposeRequest } from './workspace.ts';
import type { WorkspaceHost } from './workspaceHost.ts';

/** Who wrote the text: a generated one is read on held-out samples, a regression spends no look. */
export type Authorship = 'generated' | 'person' | 'regression';

/** The verdict on one new text of a source file. */
export async function validateText(
  source: SourceFile,
  newText: string,
  evidence: Evidence,
  request: WithPurse<Pick<ProposeRequest, 'client' | 'model' | 'options'>>,
  host: WorkspaceHost,
  author: Authorship,
  notes: readonly string[],
  token: CancellationToken,
  report: ReportProgress,
): Promise<Verdict> {
  const pass = evidence.runs.map(({ run, links }) => [run.id, links] as const);
  const links = new Map(pass.flatMap(([id, value]) => (value === null ? [] : [[id, value] as const])));
  const edit = prepareEdit(source, newText, links);
  const capped = { ...request.options, maxRequests: request.client?.left() ?? 0 };
  const isGenerated = author === 'generated';
  const counted = toValidate(edit, evidence, { ...request, options: capped }, host, isGenerated, notes);
  const input = author === 'regression' ? { ...counted, looks: noLooks } : counted;
  const verdict = await validateEdit(input, token, ({ requestsDone, requestsTotal, tokensIn, tokensOut }) =>
    report({ what: `replaying, ${tokensIn + tokensOut} tokens`, done: requestsDone, total: requestsTotal }),
  );
  return isScripted(verdict.model)
    ? {
        ...verdict,
        notes: ['scripted model: a rule with seeded noise, not a language model', ...verdict.notes],
      }
    : verdict;
}

const noLooks: LookBook = { read: async () => [], add: async () => {} };

/** The sample's model names itself so; its scores must never be taken for a language model's. */
function isScripted(model: string | null): boolean {
  return model?.startsWith('scripted-') ?? false;
}

/** An endpoint that never answered is a wrong request, not a verdict on the edit. */
export function noAnswerAtAll({ samples }: Verdict): Extract<Proposal, { ok: false }> | null {
  const answers = samples.flatMap(({ oldAnswers, newAnswers }) => [...oldAnswers, ...newAnswers]);
  if (answers.length === 0 || answers.some(({ grade }) => grade !== 'error')) return null;
  const detail = `The model endpoint gave no answer: ${answers[0]?.why ?? 'no reason given'}`;
  return { ok: false, reason: 'model-failed', detail };
}

/** A verdict says everything that was spent on it, the author's part too. */
export function withAuthorCost(verdict: Verdict, spent: Spent | null): Verdict {
  if (spent === null || spent.requests === 0) return verdict;
  const { cost } = verdict;
  return {
    ...verdict,
    cost: {
      ...cost,
      requests: cost.requests + spent.requests,
      tokensIn: cost.tokensIn + spent.tokensIn,
      tokensOut: cost.tokensOut + spent.tokensOut,
    },
    notes: [...verdict.notes, `${spent.requests} of the requests wrote and compared candidates`],
  };
}
