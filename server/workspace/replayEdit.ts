import { renderEditedText } from '../link/render.ts';
import type { SourceFile } from '../model/anchor.ts';
import { sha256 } from '../model/hash.ts';
import { canonicalJson, type Json } from '../model/json.ts';
import type { RunLinks } from '../model/link.ts';
import type { Run, ToolDefinition } from '../model/run.ts';
import { readSource } from '../source/readSource.ts';
import type { ArmText, ReplayEdit } from '../validate/replayEdit.ts';
import type { EditedDefinition } from '../validate/staticProof.ts';

/** An edit of one source file in the terms that validation asks for. */
export interface PreparedEdit extends ReplayEdit {
  /** Tools whose definition the edit changes or removes. */
  readonly definitions: readonly EditedDefinition[];
}

/**
 * Both arms of every run. The old arm of a prompt is the text that the run carried; the new one is
 * that same text with the edited pieces in their place, so that the arms differ by the edit alone
 * even when the run carried an older wording. Tools that the edit changes come from the file, old
 * and new; all others stay as recorded.
 */
export function prepareEdit(
  source: SourceFile,
  newText: string,
  links: ReadonlyMap<string, RunLinks>,
): PreparedEdit {
  const after = readSource(source.file, newText);
  const definitions = changedDefinitions(source, after);
  const changed = new Map(definitions.map((definition) => [definition.before.name, definition]));
  const changesPrompt = source.prompts.some(
    (prompt, index) => prompt.text !== (after?.prompts[index]?.text ?? ''),
  );
  const linkedTo = (run: Run) => links.get(run.id)?.prompts.filter((link) => link.file === source.file) ?? [];
  const linkedTool = (run: Run, name: string) =>
    links.get(run.id)?.tools.some((link) => link.name === name && link.file === source.file) ?? false;

  return {
    file: source.file,
    hash: sha256(`${source.file}\n${source.hash}\n${newText}`),
    definitions,
    changesAnything(run) {
      if (changesPrompt && linkedTo(run).length > 0) return true;
      return [...changed.keys()].some((name) => linkedTool(run, name));
    },
    arms(run) {
      const prompts = linkedTo(run);
      const swap = (pick: (definition: EditedDefinition) => ToolDefinition | null) => {
        return (offered: readonly ToolDefinition[]): readonly ToolDefinition[] =>
          offered.flatMap((tool) => {
            const edited = changed.get(tool.name);
            if (edited === undefined || !linkedTool(run, tool.name)) return [tool];
            const definition = pick(edited);
            return definition === null ? [] : [{ ...definition, strict: definition.strict ?? tool.strict }];
          });
      };
      const recorded: ArmText = {
        renderMessage: (_message, text) => ({ ok: true, text }),
        tools: swap(({ before }) => before),
      };
      const edited: ArmText = {
        renderMessage(message, text) {
          const link = prompts.find((candidate) => candidate.message === message);
          if (link === undefined || !changesPrompt) return { ok: true, text };
          return renderEditedText(text, link, source.text, newText);
        },
        tools: swap((definition) => definition.after),
      };
      return { old: recorded, new: edited };
    },
  };
}

function changedDefinitions(before: SourceFile, after: SourceFile | null): readonly EditedDefinition[] {
  const now = new Map((after?.tools ?? []).map(({ definition }) => [definition.name, definition]));
  return before.tools.flatMap(({ definition }): EditedDefinition[] => {
    const edited = now.get(definition.name) ?? null;
    const same =
      edited !== null &&
      canonicalJson(definition as unknown as Json) === canonicalJson(edited as unknown as Json);
    return same ? [] : [{ before: definition, after: edited }];
  });
}
