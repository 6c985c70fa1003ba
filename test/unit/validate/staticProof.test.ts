import { describe, expect, it } from 'vitest';
import type { Json } from '../../../server/model/json.ts';
import type { ToolDefinition } from '../../../server/model/run.ts';
import { lookAt } from '../../../server/validate/looks.ts';
import { proveStatic } from '../../../server/validate/staticProof.ts';
import { describeEdit, getQuote, quoteRun } from './quoteAgent.ts';

const loose = getQuote;
const tight: ToolDefinition = { ...getQuote, strict: true };
/** The tight definition wants an ISO date; both want an object. */
const accepts = (definition: ToolDefinition, args: Json | null): boolean =>
  args !== null && (definition.strict !== true || /^\d{4}-/.test(String((args as { as_of?: string }).as_of)));
const made = (as_of: string, failed: boolean) => ({ tool: 'get_quote', arguments: { as_of }, failed });
const edit = describeEdit('x');

describe('proveStatic', () => {
  it('counts newly rejected calls, good and bad apart', () => {
    const calls = [
      made('2026-01-05', false),
      made('January 5', true),
      { tool: 'get_quote', arguments: null, failed: true },
      { tool: 'other', arguments: {}, failed: false },
    ];
    const { proof, harm } = proveStatic(edit, {
      definitions: [{ before: loose, after: tight }],
      calls,
      accepts,
      runs: [],
    });
    expect(proof).toEqual({ callsRevalidated: 3, goodCallsNowRejected: 0, badCallsNowRejected: 1 });
    expect(harm).toBeNull();
  });

  it('takes one good call refused, or the tool removed, for proof of harm', () => {
    const calls = [made('January 5', false)];
    const refused = proveStatic(edit, {
      definitions: [{ before: loose, after: tight }],
      calls,
      accepts,
      runs: [],
    });
    expect(refused.harm).toBe(
      'The edit would refuse 1 recorded good call, for example get_quote({"as_of":"January 5"}).',
    );
    const removed = proveStatic(edit, {
      definitions: [{ before: loose, after: null }],
      calls,
      accepts,
      runs: [],
    });
    expect(removed.proof.goodCallsNowRejected).toBe(1);
  });

  it('takes a text that no longer renders for proof of harm', () => {
    const arms = edit.arms(quoteRun('r', 1, 'x'));
    const broken = {
      ...edit,
      arms: () => ({
        old: arms.old,
        new: { ...arms.new, renderMessage: () => ({ ok: false, reason: 'no value for tone' }) as const },
      }),
    };
    const { harm } = proveStatic(broken, {
      definitions: [],
      calls: [],
      accepts,
      runs: [quoteRun('r', 1, 'x')],
    });
    expect(harm).toBe('The edited text no longer renders for 1 of 1 recorded runs: no value for tone.');
  });
});

describe('lookAt', () => {
  const reading = { finding: 'f', edit: 'a', samples: ['1', '2'], drewAnswers: true };
  const first = { finding: 'f', edit: 'a', samples: ['1', '2'], look: 1 };

  it('counts every edit read on overlapping samples, per finding', () => {
    expect(lookAt([], reading)).toEqual({ look: 1, isNew: true });
    expect(lookAt([first], { ...reading, edit: 'b' })).toEqual({ look: 2, isNew: true });
    expect(lookAt([first], { ...reading, edit: 'b', finding: 'g' }).look).toBe(1);
    expect(lookAt([first], { ...reading, edit: 'b', samples: ['3', '4'] }).look).toBe(1);
    // One more trace does not make the set a fresh one, nor does the same edit with more samples.
    expect(lookAt([first], { ...reading, samples: ['1', '2', '3'] })).toEqual({ look: 2, isNew: true });
  });

  it('does not count the same answers read again, but answers drawn anew', () => {
    expect(lookAt([first], { ...reading, samples: ['2', '1'], drewAnswers: false })).toEqual({
      look: 1,
      isNew: false,
    });
    expect(lookAt([first], reading)).toEqual({ look: 2, isNew: true });
  });
});
