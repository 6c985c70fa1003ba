import { getNodeValue, type Node } from 'jsonc-parser';
import type { Anchor, ParameterSource, TextRange, ToolSource } from '../model/anchor.ts';
import type { Json } from '../model/json.ts';
import { toolDefinitionFrom } from '../model/toolShapes.ts';
import { member, parseJsonTree, type ToolNodes, toolNodes } from './jsonToolNodes.ts';

const MAX_LENGTH = 2_000_000;
const MAX_DEPTH = 8;
const MAX_ITEMS = 5_000;

/**
 * Tool definitions in JSON or JSON with comments, in every shape that `toolDefinitionFrom` knows,
 * alone, in a list, or inside wrappers. A file counts when at least one item also has a schema of
 * `type: object` or with `properties`. Recorded requests, OpenAPI documents and bare JSON Schemas
 * are no tool files.
 */
export function readJsonTools(file: string, text: string): readonly ToolSource[] {
  if (text.length > MAX_LENGTH || !MAYBE_TOOLS.test(text)) return [];
  const root = parseJsonTree(text);
  if (root === null || member(root, 'openapi') !== undefined || member(root, 'swagger') !== undefined)
    return [];
  const items = findToolItems(root);
  if (!items.some(({ nodes }) => hasObjectSchema(nodes.schema))) return [];
  const seen = new Map<string, number>();
  return items.map(({ nodes, definition }) => {
    const count = (seen.get(definition.name) ?? 0) + 1;
    seen.set(definition.name, count);
    const id = count === 1 ? definition.name : `${definition.name}~${count}`;
    return {
      file,
      definition,
      anchor: anchor(`tool:${id}`, 'tool', definition.name, nodes.name, nodes.item),
      parameters: nodes.parameters.map(
        ({ path, key, property, schema }): ParameterSource => ({
          path,
          anchor: anchor(`parameter:${id}/${path}`, 'parameter', path, key, property),
          descriptionRange: stringRange(member(schema, 'description')),
        }),
      ),
      descriptionRange: stringRange(member(nodes.body, 'description')),
    };
  });
}

const MAYBE_TOOLS =
  /"(?:parameters|input_schema|inputSchema|parametersJsonSchema|parameters_json_schema)"\s*:/;

interface ToolItem {
  readonly nodes: ToolNodes;
  readonly definition: ToolSource['definition'];
}

/** Definitions anywhere down to a bounded depth; nothing is looked for inside a definition. */
function findToolItems(root: Node): readonly ToolItem[] {
  const items: ToolItem[] = [];
  const visit = (node: Node, depth: number): void => {
    if (depth > MAX_DEPTH || items.length >= MAX_ITEMS || isRecording(node)) return;
    if (node.type === 'object') {
      const item = toolItem(node);
      if (item !== null) {
        items.push(item);
        return;
      }
    }
    for (const child of node.children ?? []) {
      const value = child.type === 'property' ? child.children?.[1] : child;
      if (value !== undefined && (value.type === 'object' || value.type === 'array')) visit(value, depth + 1);
    }
  };
  visit(root, 0);
  return items;
}

function toolItem(node: Node): ToolItem | null {
  const nodes = toolNodes(node);
  if (nodes === null) return null;
  // A wrapped definition may have no schema: that is how a tool without arguments is often written.
  if (nodes.schema === null ? nodes.body === nodes.item : !hasObjectSchema(nodes.schema)) return null;
  const definition = toolDefinitionFrom(getNodeValue(node) as Json);
  return definition === null ? null : { nodes, definition };
}

function hasObjectSchema(schema: Node | null): boolean {
  if (schema === null) return false;
  const type = member(schema, 'type')?.value;
  if (typeof type === 'string' && type.toLowerCase() === 'object') return true;
  return member(schema, 'properties')?.type === 'object';
}

/** A request or result that somebody recorded carries tools too, but nobody edits them there. */
function isRecording(node: Node): boolean {
  for (const key of ['messages', 'contents', 'traj', 'choices', 'resourceSpans', 'spans']) {
    if (member(node, key)?.type === 'array') return true;
  }
  return false;
}

function anchor(id: string, type: Anchor['type'], name: string, token: Node, whole: Node): Anchor {
  return { id, type, name, range: nodeRange(token), fullRange: nodeRange(whole) };
}

function stringRange(node: Node | undefined): TextRange | null {
  return node?.type === 'string' ? nodeRange(node) : null;
}

function nodeRange(node: Node): TextRange {
  return { start: node.offset, end: node.offset + node.length };
}
