/**
 * Context windows of models, in tokens, input and output together where the provider counts so.
 *
 * As of 2026-01. Source: the providers' own model pages (OpenAI "Models", Anthropic "Models
 * overview", Google "Gemini models", Cohere "Models"). A model stands here only when one window holds for all
 * who call it: models with a wider window on request are left out, and a model that is not here is unknown.
 */
const WINDOWS: Readonly<Record<string, number>> = {
  'gpt-3.5-turbo': 16_385,
  'gpt-3.5-turbo-0125': 16_385,
  'gpt-3.5-turbo-1106': 16_385,
  'gpt-3.5-turbo-16k': 16_385,
  'gpt-4': 8_192,
  'gpt-4-0613': 8_192,
  'gpt-4-32k': 32_768,
  'gpt-4-1106-preview': 128_000,
  'gpt-4-0125-preview': 128_000,
  'gpt-4-turbo': 128_000,
  'gpt-4-turbo-preview': 128_000,
  'gpt-4o': 128_000,
  'gpt-4o-mini': 128_000,
  'chatgpt-4o': 128_000,
  'gpt-4.1': 1_047_576,
  'gpt-4.1-mini': 1_047_576,
  'gpt-4.1-nano': 1_047_576,
  'gpt-5': 400_000,
  'gpt-5-mini': 400_000,
  'gpt-5-nano': 400_000,
  o1: 200_000,
  'o1-preview': 128_000,
  'o1-mini': 128_000,
  o3: 200_000,
  'o3-mini': 200_000,
  'o4-mini': 200_000,
  'claude-2.0': 100_000,
  'claude-2.1': 200_000,
  'claude-3-opus': 200_000,
  'claude-3-sonnet': 200_000,
  'claude-3-haiku': 200_000,
  'claude-3-5-sonnet': 200_000,
  'claude-3-5-haiku': 200_000,
  'claude-3-7-sonnet': 200_000,
  'claude-opus-4': 200_000,
  'claude-opus-4-0': 200_000,
  'claude-opus-4-1': 200_000,
  'claude-opus-4-5': 200_000,
  'claude-haiku-4-5': 200_000,
  'gemini-1.5-flash': 1_048_576,
  'gemini-1.5-pro': 2_097_152,
  'gemini-2.0-flash': 1_048_576,
  'gemini-2.5-flash': 1_048_576,
  'gemini-2.5-pro': 1_048_576,
  'command-r': 128_000,
  'command-r-plus': 128_000,
};

/** Parts that routers and clouds put before the model's own name. */
const PREFIX = /^(?:[\w.-]+\/)+|^(?:(?:us|eu|apac|global)\.)?(?:anthropic|cohere)\.|^ft:/;
/** A release: `-2024-08-06`, `-20241022`, `@20241022`, `-20241022-v2:0`, `-latest`, `-001`; or a fine-tune's owner. */
const SUFFIX = /(?:[-@]\d{4}-?\d{2}-?\d{2})?(?:-v\d+(?::\d+)?)?(?:-latest|-00\d)?(?::[\w:.-]*)?$/;

/**
 * The model's window in tokens, whatever prefix or release date its name carries; null when unknown.
 * `extra` holds a person's own rows, which win, by the exact name or the bare one.
 */
export function contextWindow(model: string, extra: Readonly<Record<string, number>> = {}): number | null {
  const name = model.slice(0, 200).trim().toLowerCase();
  const unprefixed = name.replace(PREFIX, '');
  for (const candidate of [model, name, unprefixed, unprefixed.replace(SUFFIX, '')]) {
    const window = row(extra, candidate) ?? row(WINDOWS, candidate);
    if (window !== null) return window;
  }
  return null;
}

/** Own rows only: a model may call itself `constructor`. */
function row(table: Readonly<Record<string, number>>, name: string): number | null {
  return Object.hasOwn(table, name) ? (table[name] ?? null) : null;
}
