import type { SourceFile, ToolSource } from '../model/anchor.ts';
import { type EditResult, setJsonMembers } from './jsonMember.ts';
import { toolTarget } from './toolTarget.ts';

/**
 * Gives a tool, or one of its parameters, another description.
 *
 * @param parameter path as in `ParameterSource.path`; null for the tool itself
 */
export function editToolDescription(
  source: SourceFile,
  tool: ToolSource,
  parameter: string | null,
  description: string,
): EditResult {
  const target = toolTarget(source, tool, parameter);
  if (target === null) return { ok: false, reason: 'the definition is not in this text' };
  const after = parameter === null ? ['name'] : ['type'];
  return setJsonMembers(source, target, [{ key: 'description', value: description }], after);
}
