import type { CallError } from '../model/run.ts';

const CODES = new Set([
  'context_length_exceeded',
  'model_context_window_exceeded',
  'context_window_exceeded',
]);

/**
 * Message texts of providers, matched without case anywhere in the error. Collected from the
 * providers' own error responses: OpenAI, Azure and OpenRouter; Anthropic; Gemini; Bedrock; Mistral;
 * Groq; xAI; GitHub Copilot; llama.cpp, LM Studio and vLLM; Kimi; MiniMax.
 */
const TEXTS: readonly RegExp[] = [
  /maximum context length (?:is|of) [\d,]+/i,
  /exceeds the (?:model's )?context window/i,
  /exceeds (?:the )?context window of this model/i,
  /prompt is too long: [\d,]+ tokens/i,
  /input length and [`'"]?max_tokens[`'"]? exceed context limit/i,
  /input token count.{0,30}exceeds the maximum number of tokens/i,
  /input is too long for requested model/i,
  /too large for model with [\d,]+ maximum context length/i,
  /reduce the length of the messages/i,
  /maximum prompt length is [\d,]+/i,
  /prompt token count of [\d,]+ exceeds the limit/i,
  /exceeds the available context size/i,
  /greater than the context length/i,
  /exceeded model token limit/i,
  /context window exceeds limit/i,
  /context[_ ]length[_ ]exceeded/i,
];

/** Rate limits and quotas speak of tokens too; a too large `max_tokens` is a mistake in the request. */
const OTHER_TROUBLE: readonly RegExp[] = [
  /rate[_ ]limit/i,
  /too many requests/i,
  /tokens per (?:min|day)/i,
  /insufficient_quota|exceeded your current quota/i,
  /max_(?:completion_|output_)?tokens is too large/i,
];

/** Whether a failed request failed because its input did not fit the model's window. */
export function isContextOverflow(error: CallError): boolean {
  if (error.code !== null && CODES.has(error.code)) return true;
  const text = error.message.slice(0, 4000);
  if (
    error.status === 429 ||
    OTHER_TROUBLE.some((pattern) => pattern.test(text) || pattern.test(error.code ?? ''))
  ) {
    return false;
  }
  return TEXTS.some((pattern) => pattern.test(text));
}
