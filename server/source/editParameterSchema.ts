import type { SourceFile, ToolSource } from '../model/anchor.ts';
import type { Json } from '../model/json.ts';
import { type EditResult, setJsonMembers } from './jsonMember.ts';
import { toolTarget } from './toolTarget.ts';

/** What an edit may state about a parameter beside its description. */
export interface ParameterConstraints {
  readonly description?: string;
  readonly enum?: readonly Json[];
  readonly format?: string;
  readonly pattern?: string;
}

/** Sets keywords of one parameter's schema; those not given stay as they are. */
export function editParameterSchema(
  source: SourceFile,
  tool: ToolSource,
  parameter: string,
  constraints: ParameterConstraints,
): EditResult {
  const target = toolTarget(source, tool, parameter);
  if (target === null) return { ok: false, reason: 'the parameter is not in this text' };
  const { description, enum: values, format, pattern } = constraints;
  const members = [
    ...(description === undefined ? [] : [{ key: 'description', value: description }]),
    ...(values === undefined ? [] : [{ key: 'enum', value: values }]),
    ...(format === undefined ? [] : [{ key: 'format', value: format }]),
    ...(pattern === undefined ? [] : [{ key: 'pattern', value: pattern }]),
  ];
  // New constraints read best behind the description; a new description behind the type.
  const after = description === undefined ? ['description', 'type'] : ['type'];
  return setJsonMembers(source, target, members, after);
}
