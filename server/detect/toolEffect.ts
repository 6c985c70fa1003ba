/** First words of names that only look. */
const READS = new Set(
  (
    'get list search find read fetch lookup look check query describe calculate calc compute think show view count ' +
    'estimate validate verify retrieve inspect explain grep glob ls cat head tail browse scan preview compare ' +
    'summarize summarise convert translate websearch webfetch load peek analyze analyse'
  ).split(' '),
);
/** Last words of names that begin with their subject: `web_search`, `product_lookup`. */
const READ_NOUNS = new Set(
  'search lookup query fetch calculator reader retriever retrieval finder info details'.split(' '),
);
/** Anywhere in a name they mean a change: `get_or_create_user`, `find_and_replace`. */
const WRITES = new Set(
  (
    'create update delete replace remove insert write save send cancel set add edit modify put post patch drop ' +
    'mark submit execute apply move rename upload purchase buy sell pay transfer'
  ).split(' '),
);
const POLLS = new Set(
  'status wait poll sleep monitor watch progress time now date clock random refresh screenshot'.split(' '),
);

/** Whether a tool of this name changes something, as far as its name tells. In doubt it does. */
export function isWriteTool(name: string): boolean {
  const words = wordsOf(name);
  const [first = '', second = ''] = words;
  if (words.some((word) => WRITES.has(word))) return true;
  if (first === 'check' && (second === 'in' || second === 'out')) return true;
  return !READS.has(first) && !READ_NOUNS.has(words.at(-1) ?? '');
}

/** Whether the name says that asking again is the point: `get_status`, `wait_for_build`. */
export function isPollingTool(name: string): boolean {
  return wordsOf(name).some((word) => POLLS.has(word));
}

/** Lower-case words of the last part of a name: `mcp__shop__getOrder` gives `get`, `order`. */
function wordsOf(name: string): readonly string[] {
  const last =
    name
      .slice(0, 200)
      .split(/__|[./:]/)
      .findLast((part) => part !== '') ?? '';
  return last
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}
