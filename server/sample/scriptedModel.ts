/**
 * The sample's model: a rule over the request, with seeded noise. The same rules wrote the bundled
 * traces and answer when an edit is replayed, so whatever a person types gets an honest answer.
 * It reads the system text, the tool definitions and the conversation and nothing else: no list of
 * known edits, no file, no clock. The same request and draw always give the same answer; further
 * draws of one request differ.
 */

import { sha256 } from '../model/hash.ts';
import { canonicalJson, type Json, type JsonObject } from '../model/json.ts';
import type { ModelRequest } from '../model/modelRequest.ts';
import { type Action, reply } from './action.ts';
import { chanceOf } from './chance.ts';
import { INTENTS } from './intents/catalogue.ts';
import { readSituation } from './situation.ts';
import { CHARACTERS_PER_TOKEN, CONTEXT_WINDOW, countTokens, requestTokens } from './tokens.ts';

export const SCRIPTED_MODEL = 'scripted-advisor-1';

export type ScriptedRequest = Pick<ModelRequest, 'messages' | 'tools' | 'parameters'>;

export type ScriptedAnswer =
  | {
      readonly ok: true;
      readonly text: string;
      readonly toolCalls: readonly {
        readonly id: string;
        readonly name: string;
        readonly arguments: JsonObject;
      }[];
      readonly finishReason: 'stop' | 'tool_calls' | 'length';
      readonly inputTokens: number;
      readonly outputTokens: number;
    }
  | {
      readonly ok: false;
      readonly code: 'context_length_exceeded';
      readonly message: string;
      readonly inputTokens: number;
    };

/** The next action of the agent; `draw` counts the answers taken for this very request, from 0. */
export function scriptedAnswer(request: ScriptedRequest, draw: number): ScriptedAnswer {
  const inputTokens = requestTokens(request);
  if (inputTokens > CONTEXT_WINDOW) {
    const message = `This model's maximum context length is ${CONTEXT_WINDOW} tokens. However, your messages resulted in ${inputTokens} tokens. Please reduce the length of the messages.`;
    return { ok: false, code: 'context_length_exceeded', message, inputTokens };
  }
  const situation = readSituation(request);
  const requestHash = requestKey(request);
  const chance = chanceOf(situation.conversation, requestHash, draw);
  const intent = INTENTS.find((candidate) => candidate.matches(situation));
  const action = intent?.next(situation, chance) ?? reply('How can I help you with your account today?');
  return toAnswer(action, `${requestHash}|${draw}`, inputTokens, situation.maxTokens);
}

function toAnswer(
  action: Action,
  seed: string,
  inputTokens: number,
  maxTokens: number | null,
): ScriptedAnswer {
  if (action.type === 'call') {
    const id = `call_${sha256(seed).slice(0, 10)}`;
    const outputTokens = countTokens(action.name) + countTokens(JSON.stringify(action.arguments)) + 4;
    const toolCalls = [{ id, name: action.name, arguments: action.arguments }];
    return { ok: true, text: '', toolCalls, finishReason: 'tool_calls', inputTokens, outputTokens };
  }
  const limit = maxTokens === null ? Number.POSITIVE_INFINITY : maxTokens * CHARACTERS_PER_TOKEN;
  const text = action.text.slice(0, limit);
  const finishReason = text.length < action.text.length ? 'length' : 'stop';
  return { ok: true, text, toolCalls: [], finishReason, inputTokens, outputTokens: countTokens(text) };
}

/** Names a request: equal for equal messages and tools, whatever the order of keys. */
export function requestKey({ messages, tools }: ScriptedRequest): string {
  return sha256(`${canonicalJson(messages as unknown as Json)}${toolsText(tools)}`);
}

/** One list of tools goes with hundreds of requests. */
const toolsTexts = new WeakMap<ScriptedRequest['tools'], string>();

function toolsText(tools: ScriptedRequest['tools']): string {
  const known = toolsTexts.get(tools);
  if (known !== undefined) return known;
  const text = canonicalJson(tools as unknown as Json);
  toolsTexts.set(tools, text);
  return text;
}
