import { describe, expect, test } from 'vitest';
import { bareContext } from '../../../server/detect/context.ts';
import { contextOverflow } from '../../../server/detect/contextOverflow.ts';
import { isContextOverflow } from '../../../server/detect/contextOverflowText.ts';
import { emptyResponse } from '../../../server/detect/emptyResponse.ts';
import { contextWindow } from '../../../server/detect/modelWindows.ts';
import { truncated } from '../../../server/detect/truncated.ts';
import type { FinishReason, Message, ModelCall } from '../../../server/model/run.ts';
import { assistant, call, linking, message, modelCall, result, runOf, user } from './runBuilder.ts';

const withCall = (given: Partial<ModelCall>) => ({
  ...runOf(user('Hi'), assistant('Once upon a')),
  modelCalls: [modelCall({ inputMessages: 1, outputMessage: 1, ...given })],
});

describe('truncated', () => {
  test('a finish reason of the length kind, with what is known of the limit', () => {
    const run = withCall({
      finishReason: 'length',
      finishReasonText: 'max_tokens',
      outputTokens: 512,
      parameters: { max_tokens: 512 },
    });
    expect(truncated(run)).toMatchObject([
      {
        message: 1,
        decision: 1,
        certainty: 'certain',
        evidence: 'The answer was cut off after 512 output tokens of 512 allowed (finish reason max_tokens)',
      },
    ]);
  });

  test('an answer that was not recorded is reported at what was asked', () => {
    expect(truncated(withCall({ finishReason: 'length', outputMessage: null }))).toMatchObject([
      { message: 0, decision: null },
    ]);
  });

  test.each<FinishReason | null>(['stop', 'tool_calls', 'content_filter', 'error', 'unknown', null])(
    'healthy: %s',
    (finishReason) => {
      expect(
        truncated(withCall({ finishReason, outputTokens: 512, parameters: { max_tokens: 512 } })),
      ).toEqual([]);
    },
  );
});

describe('context-overflow', () => {
  const error = (text: string, status: number | null = 400, code: string | null = null) => ({
    status,
    code,
    message: text,
  });

  test.each([
    error('no text that anyone knows', 400, 'context_length_exceeded'),
    error("This model's maximum context length is 8192 tokens, however you requested 9000 tokens"),
    error('Your input exceeds the context window of this model.'),
    error('prompt is too long: 210000 tokens > 200000 maximum'),
    error('input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000'),
    error('The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).'),
    error('Input is too long for requested model.'),
    error('Prompt contains 40000 tokens, too large for model with 32768 maximum context length'),
    error('Please reduce the length of the messages or completion.'),
    error("This model's maximum prompt length is 131072 but the request contains 140000 tokens"),
    error('prompt token count of 70000 exceeds the limit of 64000'),
    error('the request exceeds the available context size', 500),
    error('Your request exceeded model token limit: 131072'),
  ])('refused: $message', (callError) => {
    expect(isContextOverflow(callError)).toBe(true);
  });

  test.each([
    error('Rate limit reached: 30000 tokens per min', 429, 'rate_limit_exceeded'),
    error('Request too large: tokens per min (TPM): limit 30000. Reduce the length of the messages.', 413),
    error('You exceeded your current quota', 429, 'insufficient_quota'),
    error('max_tokens is too large: 100000. This model supports at most 16384 completion tokens'),
    error('Invalid value for temperature'),
    error('Request size exceeds 32 MB', 413, 'request_too_large'),
    error('', 400),
    error('Overloaded', 529),
  ])('healthy: $message', (callError) => {
    expect(isContextOverflow(callError)).toBe(false);
  });

  test('a refusal stands at the last message that was sent, once for all tries', () => {
    const refused = modelCall({ inputMessages: 2, error: error('prompt is too long: 9 tokens > 8 maximum') });
    const run = { ...runOf(user('a'), user('b')), modelCalls: [refused, refused] };
    expect(contextOverflow(run, bareContext)).toMatchObject([
      {
        message: 1,
        decision: null,
        certainty: 'certain',
        evidence: 'The provider refused the request: "prompt is too long: 9 tokens > 8 maximum"',
      },
    ]);
  });

  test('a finish reason says so', () => {
    const run = withCall({
      finishReason: 'context_overflow',
      finishReasonText: 'model_context_window_exceeded',
    });
    expect(contextOverflow(run, bareContext)).toMatchObject([{ message: 0, certainty: 'certain' }]);
  });

  test('tokens within 2 % of a known window are a likely sign; beyond it they prove a wider one', () => {
    const at = (inputTokens: number | null, model: string | null = 'gpt-4o-2024-08-06') =>
      contextOverflow(withCall({ inputTokens, model }), linking()).map((failure) => failure.certainty);
    expect(at(125_440)).toEqual(['likely']);
    expect(at(128_000)).toEqual(['likely']);
    expect(at(125_439)).toEqual([]);
    expect(at(150_000)).toEqual([]);
    expect(at(null)).toEqual([]);
    expect(at(125_440, 'some-other-model')).toEqual([]);
    expect(at(125_440, null)).toEqual([]);
  });

  test('windows by name, with prefixes and dates; unknown is unknown', () => {
    const known = [
      'gpt-4o',
      'openai/gpt-4o-mini-2024-07-18',
      'ft:gpt-4o-mini-2024-07-18:acme::abc',
      'claude-3-5-sonnet-20241022',
      'us.anthropic.claude-3-5-sonnet-20241022-v2:0',
      'anthropic/claude-3-7-sonnet-latest',
      'claude-opus-4-5-20251101',
      'models/gemini-2.0-flash-001',
    ];
    expect(known.map((model) => contextWindow(model))).toEqual([
      128_000, 128_000, 128_000, 200_000, 200_000, 200_000, 200_000, 1_048_576,
    ]);
    expect(
      ['', 'constructor', 'gpt-4o-audio', 'llama3', 'gpt-3.5-turbo-0301'].map((model) =>
        contextWindow(model),
      ),
    ).toEqual([null, null, null, null, null]);
    expect(contextWindow('llama3', { llama3: 8_192 })).toBe(8_192);
  });
});

describe('empty-response', () => {
  const at = (...messages: readonly Message[]) =>
    emptyResponse(runOf(...messages)).map((failure) => failure.message);

  test('no text and no call', () => {
    expect(at(user('Price?'), assistant(''))).toEqual([1]);
    expect(at(user('Price?'), assistant(' \n'), user('Hello?'))).toEqual([1]);
  });

  test.each<[string, readonly Message[]]>([
    ['a short reply', [user('Ready?'), assistant('.')]],
    ['a call without text', [user('Price?'), assistant('', call('get_price'))]],
    ['the end of a tool turn', [user('Send it'), assistant('', call('send')), result('sent'), assistant('')]],
    ['one part of a turn in several messages', [user('Price?'), assistant(''), assistant('10')]],
    ['content that was cut', [user('Price?'), message({ role: 'assistant', isTruncated: true })]],
    ['an empty user message', [user(''), assistant('Yes?')]],
    ['a run without any content', [user(''), assistant('')]],
  ])('healthy: %s', (_, messages) => {
    expect(at(...messages)).toEqual([]);
  });

  test.each<FinishReason>(['length', 'content_filter', 'error', 'tool_calls'])(
    'finish reason %s explains it',
    (finishReason) => {
      const run = runOf(user('Price?'), assistant(''));
      expect(
        emptyResponse({ ...run, modelCalls: run.modelCalls.map((each) => ({ ...each, finishReason })) }),
      ).toEqual([]);
    },
  );

  test('a note that content was not captured explains it', () => {
    expect(
      emptyResponse({ ...runOf(user('Price?'), assistant('')), notes: ['content not captured'] }),
    ).toEqual([]);
  });
});
