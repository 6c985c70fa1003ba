import type { Node } from 'jsonc-parser';
import { findNodeAtOffset } from 'jsonc-parser';
import type { SourceFile, ToolSource } from '../model/anchor.ts';
import { parseJsonTree, toolNodes } from './jsonToolNodes.ts';

/**
 * The object of the syntax tree that an edit of a tool (`parameter` null) or of one parameter
 * changes. Null when the tool does not stand in this text.
 */
export function toolTarget(source: SourceFile, tool: ToolSource, parameter: string | null): Node | null {
  const root = parseJsonTree(source.text);
  const item = root === null ? undefined : findNodeAtOffset(root, tool.anchor.fullRange.start);
  if (item === undefined || item.offset !== tool.anchor.fullRange.start) return null;
  const nodes = toolNodes(item);
  if (nodes === null || nodes.name.value !== tool.definition.name) return null;
  if (parameter === null) return nodes.body;
  return nodes.parameters.find(({ path }) => path === parameter)?.schema ?? null;
}
