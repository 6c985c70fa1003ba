import type { ModelRequest } from '../model/modelRequest.ts';

/** Input tokens that the scripted model takes at most; small, so that an overflow makes no huge trace. */
export const CONTEXT_WINDOW = 6144;

/** The usual rule of thumb for English. */
export const CHARACTERS_PER_TOKEN = 4;

export function countTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

/** Estimated input tokens of a request: its texts, its calls and its tool definitions. */
export function requestTokens({ messages, tools }: Pick<ModelRequest, 'messages' | 'tools'>): number {
  let tokens = tools.length === 0 ? 0 : countTokens(JSON.stringify(tools));
  for (const message of messages) {
    tokens += countTokens(message.text) + 3;
    for (const call of message.toolCalls) tokens += countTokens(call.name) + countTokens(call.argumentsText);
  }
  return tokens;
}
