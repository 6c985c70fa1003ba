import { describe, expect, it } from 'vitest';
import type { Failure } from '../../../server/model/failure.ts';
import type { Json } from '../../../server/model/json.ts';
import type { ModelAnswer } from '../../../server/model/modelRequest.ts';
import type { Message } from '../../../server/model/run.ts';
import { type GradingFacts, gradeAnswer } from '../../../server/validate/grade.ts';
import { actionDifference } from '../../../server/validate/sameAction.ts';
import { sameArguments } from '../../../server/validate/sameArguments.ts';
import { badDate, call, getQuote, message, quoteFacts, quoteRun } from './quoteAgent.ts';

const answered = (given: Message, finishReason: 'stop' | 'length' = 'stop'): ModelAnswer => ({
  ok: true,
  message: given,
  finishReason,
  inputTokens: 1,
  outputTokens: 1,
});
const quote = (asOf: string): Message =>
  message('assistant', '', [call('get_quote', { symbol: 'amber amber amber', as_of: asOf })]);
const says = (text: string): Message => message('assistant', text);

describe('gradeAnswer, failing sample', () => {
  const sample = {
    run: quoteRun('r', 0, 'January 5'),
    decision: 2,
    failure: badDate,
    definitions: [getQuote],
  };
  const grade = (given: Message): [string, string] => {
    const { grade: result, why } = gradeAnswer(sample, answered(given), quoteFacts);
    return [result, why];
  };

  it('passes when the detector is silent and fails when it speaks', () => {
    expect(grade(quote('2026-01-05'))[0]).toBe('pass');
    expect(grade(quote('Jan 5'))).toEqual(['fail', badDate.evidence]);
  });

  it('takes no evasion for a fix', () => {
    expect(grade(says('The price was fine that day.'))).toEqual(['fail', 'makes no call where one was due']);
    expect(grade(says('How can I help you today?'))[0]).toBe('fail');
    expect(grade(says("I'm sorry, but I cannot look that up."))[0]).toBe('fail');
  });

  it('passes a question that names the parameter', () => {
    expect(grade(says('For which as_of do you want the price?'))[0]).toBe('pass');
    expect(grade(says('For which security do you want the price?'))[0]).toBe('fail');
    const needsDate = { ...sample, failure: { ...badDate, parameter: 'quoteDate' } };
    const question = answered(says('Which date do you mean, 2025 or 2026?'));
    expect(gradeAnswer(needsDate, question, quoteFacts).grade).toBe('pass');
  });

  it('is diverged when another tool is called first: the argument is not seen in this step', () => {
    const silent: GradingFacts = { ...quoteFacts, failuresOfAction: () => [] };
    const other = answered(message('assistant', '', [call('find_symbol', { name: 'amber' })]));
    expect(gradeAnswer(sample, other, silent).grade).toBe('diverged');
  });

  it('fails on another failure that the recorded action did not show', () => {
    const unknown: Failure = {
      ...badDate,
      kind: 'unknown-tool',
      tool: 'fly',
      evidence: 'fly is not offered',
    };
    const facts: GradingFacts = {
      ...quoteFacts,
      failuresOfAction: (_r, _d, given) => (given.toolCalls[0]?.name === 'fly' ? [unknown] : [badDate]),
    };
    const graded = gradeAnswer(sample, answered(message('assistant', '', [call('fly', {})])), facts);
    expect(graded).toMatchObject({ grade: 'fail', why: 'fly is not offered', showsPattern: false });
  });

  it('hands the finish reason to the detectors and ignores hints', () => {
    const reasons: (string | null)[] = [];
    const facts: GradingFacts = {
      ...quoteFacts,
      failuresOfAction: (_r, _d, _m, reason) => {
        reasons.push(reason);
        return [{ ...badDate, certainty: 'hint' }];
      },
    };
    expect(gradeAnswer(sample, answered(quote('2026-01-05'), 'length'), facts).grade).toBe('pass');
    expect(reasons).toEqual(['length']);
  });

  it('keeps a failed request apart', () => {
    const lost: ModelAnswer = { ok: false, reason: 'server-error', detail: '503' };
    expect(gradeAnswer(sample, lost, quoteFacts)).toMatchObject({ grade: 'error', why: 'server-error: 503' });
  });
});

describe('gradeAnswer, by the call', () => {
  const failure: Failure = { ...badDate, kind: 'tool-error', parameter: null };
  const sample = { run: quoteRun('r', 0, '2026-01-05'), decision: 2, failure, definitions: [getQuote] };
  const facts: GradingFacts = {
    ...quoteFacts,
    failuresOfAction: () => [],
    replayMode: () => 'by-the-call',
    knownResult: (tool, args) => {
      if (tool === 'get_quote' && args.includes('2026-01-06')) return 'ok';
      return args.includes('2026-01-07') ? 'failed' : null;
    },
  };
  const grade = (given: Message): string => gradeAnswer(sample, answered(given), facts).grade;

  it('fails the same call, passes one with a recorded success, and cannot judge any other', () => {
    expect(grade(quote('2026-01-05'))).toBe('fail');
    // The same instant in another spelling is the same call.
    expect(grade(quote('2026-01-05T00:00:00Z'))).toBe('fail');
    expect(grade(quote('2026-01-06'))).toBe('pass');
    expect(grade(quote('2026-01-07'))).toBe('diverged');
    expect(grade(quote('2026-01-08'))).toBe('diverged');
  });

  it('fails when the failing call comes back beside a good one', () => {
    const both = message('assistant', '', [
      ...quote('2026-01-06').toolCalls,
      ...quote('2026-01-05').toolCalls,
    ]);
    expect(grade(both)).toBe('fail');
  });

  it('fails an answer without a call', () => {
    expect(grade(says('It cost 7 dollars.'))).toBe('fail');
  });
});

describe('gradeAnswer, passing sample', () => {
  const sample = { run: quoteRun('r', 0, '2026-01-05'), decision: 2, failure: null, definitions: [getQuote] };
  const grade = (given: Message): [string, string] => {
    const { grade: result, why } = gradeAnswer(sample, answered(given), quoteFacts);
    return [result, why];
  };

  it('passes the recorded action and nothing else', () => {
    expect(grade(quote('2026-01-05'))[0]).toBe('pass');
    expect(grade(quote('2026-01-06'))).toEqual(['fail', 'other arguments for get_quote']);
    expect(grade(says('It was 7 dollars.'))).toEqual(['fail', 'calls no tool instead of get_quote']);
    expect(gradeAnswer(sample, answered(quote('soon')), quoteFacts)).toMatchObject({
      grade: 'fail',
      showsPattern: true,
    });
  });
});

describe('actionDifference', () => {
  const two = message('assistant', '', [call('a', { x: 1 }, '1'), call('b', { y: 2 }, '2')]);
  it('takes parallel calls as a set', () => {
    const swapped = { ...two, toolCalls: [...two.toolCalls].reverse() };
    expect(actionDifference(two, swapped, [])).toBeNull();
    expect(actionDifference(two, { ...two, toolCalls: two.toolCalls.slice(0, 1) }, [])).toBe(
      'calls a instead of a, b',
    );
    const twice = message('assistant', '', [call('a', { x: 1 }), call('a', { x: 2 })]);
    const same = message('assistant', '', [call('a', { x: 1 }), call('a', { x: 1 })]);
    expect(actionDifference(twice, same, [])).toBe('other arguments for a');
  });

  it('compares replies by presence', () => {
    expect(actionDifference(says('Done.'), says('All done, anything else?'), [])).toBeNull();
    expect(actionDifference(says('Done.'), says(' '), [])).toBe('says nothing');
    expect(actionDifference(says('Done.'), two, [])).toContain('where the recorded action calls no tool');
  });
});

describe('sameArguments', () => {
  const cases: [string, Json, Json, Json | undefined, boolean][] = [
    ['equal objects in another order', { a: 1, b: [2] }, { b: [2], a: 1 }, undefined, true],
    ['a default left out', { a: 1 }, {}, { properties: { a: { default: 1 } } }, true],
    ['a value other than the default', { a: 2 }, {}, { properties: { a: { default: 1 } } }, false],
    ['null against absent', { a: null }, {}, undefined, true],
    ['0 against absent', { a: 0 }, {}, undefined, false],
    ['number as text where the schema wants a number', 12.5, '12.50', { type: 'number' }, true],
    ['number as text elsewhere', 12, '12', { type: 'string' }, false],
    ['ids with leading zeros', '007', '7', { type: 'string' }, false],
    ['a date and its midnight', '2026-01-05', '2026-01-05T00:00:00Z', undefined, true],
    ['one instant in two zones', '2026-01-05T12:00:00+02:00', '2026-01-05T10:00:00Z', undefined, true],
    ['two dates', '2026-01-05', '2026-01-06', undefined, false],
    ['a set', ['x', 'y'], ['y', 'x'], { uniqueItems: true }, true],
    ['a list', ['x', 'y'], ['y', 'x'], {}, false],
    [
      'sentences',
      'The customer wants a refund for this order.',
      'Refund requested by the customer today',
      undefined,
      true,
    ],
    ['a sentence dropped', 'The customer wants a refund for this order.', ' ', undefined, false],
    ['names', 'Ada Lovelace', 'Grace Hopper', undefined, false],
    ['letter case', 'Economy', 'economy', undefined, false],
    ['queries', 'SELECT name FROM users WHERE id = 3', 'DELETE FROM users', undefined, false],
    ['long enums', 'one two three four five six', 'another thing', { enum: [] }, false],
    ['true against "true"', true, 'true', undefined, false],
    ['spacing', ' a  b', 'a b', undefined, true],
  ];
  it.each(cases)('%s', (_name, recorded, other, schema, expected) => {
    expect(sameArguments(recorded, other, schema)).toBe(expected);
  });
});
