import type { ModelAnswer } from '../model/modelRequest.ts';
import type { AnswerCache } from '../ports/answerCache.ts';
import type { Files } from '../ports/files.ts';

export interface FileAnswerCache extends AnswerCache {
  /** Why answers are kept in memory only; null while the file can be written. */
  problem(): string | null;
}

/** One line of the file. */
export interface RecordedAnswer {
  readonly key: string;
  /** Who answered: it is part of the key, and a recording used without an endpoint has to know it. */
  readonly endpoint: string | null;
  readonly answer: ModelAnswer;
}

/**
 * Answers in a file of JSON Lines, only ever appended to, so that an interrupted replay keeps what it
 * paid for. Read once, on first use. Failed answers are not kept: asking again may succeed. A file that
 * cannot be written does not stop a replay that is being paid for; `problem` tells.
 */
export function fileAnswerCache(files: Files, path: string, endpoint: string | null = null): FileAnswerCache {
  let loading: Promise<Map<string, ModelAnswer>> | null = null;
  let problem: string | null = null;
  const load = (): Promise<Map<string, ModelAnswer>> => {
    loading ??= readRecording(files, path).then(
      (lines) => new Map(lines.map((line) => [line.key, line.answer] as const)),
    );
    return loading;
  };
  return {
    async get(key) {
      return (await load()).get(key) ?? null;
    },
    async put(key, answer) {
      if (!answer.ok) return;
      (await load()).set(key, answer);
      const line: RecordedAnswer = { key, endpoint, answer };
      await files.appendLine(path, JSON.stringify(line)).catch((error: unknown) => {
        problem ??= `${path}: ${error instanceof Error ? error.message : String(error)}`;
      });
    },
    problem: () => problem,
  };
}

/** Every usable line. A line cut off by a crash is passed over. */
export async function readRecording(files: Files, path: string): Promise<readonly RecordedAnswer[]> {
  const text = (await files.readText(path)) ?? '';
  return text.split('\n').flatMap((line) => {
    const recorded = parseLine(line);
    return recorded ? [recorded] : [];
  });
}

function parseLine(line: string): RecordedAnswer | null {
  if (line.trim() === '') return null;
  try {
    const value = JSON.parse(line) as Partial<RecordedAnswer> | null;
    if (typeof value?.key !== 'string' || value.answer?.ok !== true) return null;
    return { key: value.key, endpoint: value.endpoint ?? null, answer: value.answer };
  } catch {
    return null;
  }
}
