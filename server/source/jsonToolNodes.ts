import { findNodeAtLocation, type Node, type ParseError, parseTree } from 'jsonc-parser';

/** The places of one tool definition in a JSON syntax tree. */
export interface ToolNodes {
  /** The whole item, wrapper included. */
  readonly item: Node;
  /** The object that holds name, description and schema. */
  readonly body: Node;
  readonly name: Node;
  readonly schema: Node | null;
  readonly parameters: readonly ParameterNodes[];
}

export interface ParameterNodes {
  /** Property names from the root, joined by `/`, `*` for array items; `~` and `/` escaped as in a JSON pointer. */
  readonly path: string;
  readonly property: Node;
  readonly key: Node;
  /** The property's own schema object. */
  readonly schema: Node;
}

/** JSON with comments and trailing commas. Null for text that is not JSON, even after that. */
export function parseJsonTree(text: string): Node | null {
  // The parser recurses: text nested many thousand levels deep would exhaust the stack.
  if (nestingDepth(text) > MAX_NESTING) return null;
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false });
  return root === undefined || errors.length > 0 ? null : root;
}

const MAX_NESTING = 500;

/** Deepest nesting of brackets. Those inside strings count too, which is harmless for a bound. */
function nestingDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x5b || unit === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (unit === 0x5d || unit === 0x7d) depth -= 1;
  }
  return deepest;
}

/** Locates the parts of a definition. Null when the node is no definition. */
export function toolNodes(item: Node): ToolNodes | null {
  const body = member(item, 'function') ?? member(item, 'toolSpec') ?? item;
  const name = member(body, 'name');
  if (body.type !== 'object' || name?.type !== 'string') return null;
  let schema: Node | null = null;
  for (const key of [
    'parameters',
    'input_schema',
    'inputSchema',
    'parametersJsonSchema',
    'parameters_json_schema',
  ]) {
    const found = member(body, key);
    if (found?.type !== 'object') continue;
    const json = member(found, 'json');
    const isWrapped = json?.type === 'object' && !member(found, 'type') && !member(found, 'properties');
    schema = isWrapped ? json : found;
    break;
  }
  return { item, body, name, schema, parameters: schema === null ? [] : parameterNodes(schema) };
}

/** The value of an object's property; undefined when the node is no object or lacks it. */
export function member(node: Node | undefined, key: string): Node | undefined {
  return property(node, key)?.children?.[1];
}

/** The property node (key and value) of an object. */
export function property(node: Node | undefined, key: string): Node | undefined {
  if (node?.type !== 'object') return undefined;
  return node.children?.find((child) => child.children?.[0]?.value === key);
}

const MAX_DEPTH = 12;
const MAX_PARAMETERS = 2_000;

function parameterNodes(root: Node): readonly ParameterNodes[] {
  const found = new Map<string, ParameterNodes>();
  const visit = (schema: Node | undefined, path: string, depth: number): void => {
    if (schema?.type !== 'object' || depth > MAX_DEPTH || found.size >= MAX_PARAMETERS) return;
    for (const child of member(schema, 'properties')?.children ?? []) {
      const key = child.children?.[0];
      const value = child.children?.[1];
      if (key === undefined || value?.type !== 'object') continue;
      const escaped = String(key.value).replaceAll('~', '~0').replaceAll('/', '~1');
      const childPath = path === '' ? escaped : `${path}/${escaped}`;
      // Branches of `anyOf` may name one property twice; the first stands for both.
      if (!found.has(childPath))
        found.set(childPath, { path: childPath, property: child, key, schema: value });
      visit(value, childPath, depth + 1);
    }
    const items = member(schema, 'items');
    for (const item of items?.type === 'array' ? (items.children ?? []) : [items]) {
      visit(item, path === '' ? '*' : `${path}/*`, depth + 1);
    }
    for (const key of ['anyOf', 'oneOf', 'allOf']) {
      for (const branch of member(schema, key)?.children ?? []) visit(branch, path, depth + 1);
    }
    visit(referenced(root, member(schema, '$ref')), path, depth + 1);
  };
  visit(root, '', 0);
  return [...found.values()];
}

/** Follows `#/$defs/Name`, relative to the schema's own root. */
function referenced(root: Node, reference: Node | undefined): Node | undefined {
  if (reference?.type !== 'string' || !String(reference.value).startsWith('#/')) return undefined;
  const path = String(reference.value)
    .slice(2)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return findNodeAtLocation(root, path);
}
