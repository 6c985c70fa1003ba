import type { SourceFile, ToolSource } from '../model/anchor.ts';
import { type EditResult, setJsonMember } from './jsonMember.ts';
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
  return setJsonMember(source, target, 'description', description, parameter === null ? 'name' : 'type');
}
