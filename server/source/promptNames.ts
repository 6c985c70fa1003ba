const PROMPT_FOLDER = /(?:^|\/)(?:prompts?|instructions|policies)\//i;
const PROMPT_NAME = /(?:prompt[^/]*|(?:^|\/)system[^/]*\.txt|(?:^|\/)(?:wiki|policy)\.md)$/i;
const DISTRACTOR_NAME =
  /(?:^|\/)(?:readme|changelog|changes|history|licen[cs]e|copying|contributing|code_of_conduct|security|notice|authors)(?:[.\-_][^/]*)?$/i;
const DOCUMENTATION_FOLDER = /(?:^|\/)docs?\//i;

/**
 * True when the path alone says that the file is a prompt. Every other text file may still be one,
 * but only a trace that carries its text proves it.
 */
export function isNamedAsPrompt(file: string): boolean {
  if (DISTRACTOR_NAME.test(file)) return false;
  if (PROMPT_FOLDER.test(file)) return true;
  return PROMPT_NAME.test(file) && !DOCUMENTATION_FOLDER.test(file);
}
