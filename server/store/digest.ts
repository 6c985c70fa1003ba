import { createHash } from 'node:crypto';
import type { Json } from '../model/json.ts';
import type { Message, ToolCall } from '../model/run.ts';
import { encodeText } from './textCodec.ts';

/** Shorter texts cost less beside their message than a hash and a row of their own. */
const SHARED_LENGTH = 200;

/** SHA-256 in hex, equal to `model/hash.ts` for well-formed text and distinct for any other. */
export function textHash(text: string): string {
  return createHash('sha256').update(encodeText(text)).digest('hex');
}

export interface MessageDigest {
  /** First 128 bits of SHA-256 over the whole message, hex. */
  readonly hash: string;
  /** Hash of its text when that is stored by hash. */
  readonly text: string | null;
}

export function digestMessage(message: Message): MessageDigest {
  const isShared =
    message.text.length >= SHARED_LENGTH || message.role === 'system' || message.role === 'developer';
  const text = isShared ? textHash(message.text) : null;
  const identity = [
    message.role,
    message.name,
    text === null ? message.text : null,
    text,
    message.toolCallId,
    message.isError,
    message.isTruncated,
    message.toolCalls.map((call) => [
      call.id,
      call.name,
      call.argumentsText,
      call.argumentsValid,
      parsedArguments(call),
    ]),
  ];
  return { hash: textHash(JSON.stringify(identity)).slice(0, 32), text };
}

export function isSharedText(text: string): boolean {
  return text.length >= SHARED_LENGTH;
}

/** JSON of the arguments where parsing their text again would not give them; else null. */
export function parsedArguments(call: ToolCall): string | null {
  const json = JSON.stringify(call.arguments);
  return JSON.stringify(argumentsFromText(call.argumentsText, call.argumentsValid)) === json ? null : json;
}

export function argumentsFromText(text: string, isValid: boolean): Json | null {
  if (!isValid) return null;
  try {
    return JSON.parse(text === '' ? '{}' : text) as Json;
  } catch {
    return null;
  }
}
