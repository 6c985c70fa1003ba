/**
 * Terms of the added words that occur in failing samples and nowhere else: an edit that names them has
 * learnt the samples by heart instead of the cause.
 */
export function failingOnlyTerms(input: {
  readonly before: string;
  readonly after: string;
  readonly failingTexts: readonly string[];
  readonly otherTexts: readonly string[];
}): readonly string[] {
  const known = new Set([input.before, ...input.otherTexts].flatMap((text) => [...terms(text, 'all parts')]));
  const failing = new Set(input.failingTexts.flatMap((text) => [...terms(text, 'word parts')]));
  return [...terms(input.after, 'word parts')].filter((term) => failing.has(term) && !known.has(term));
}

/**
 * Words of three letters and more, ids, numbers of two digits and more, and whole quoted values, in
 * lower case. A plural counts as its singular. The numbers inside a compound (the year of a date) explain
 * that number elsewhere, but do not accuse by themselves.
 */
function terms(text: string, compounds: 'all parts' | 'word parts'): ReadonlySet<string> {
  const found = new Set<string>();
  for (const match of text.matchAll(/[\p{L}\p{N}]+(?:[-_.:@+/][\p{L}\p{N}]+)*/gu)) {
    addWord(found, match[0]);
    for (const part of match[0].split(/[-_.:@+/]/)) {
      if (compounds === 'all parts' || !/^\p{N}+$/u.test(part)) addWord(found, part);
    }
  }
  for (const match of text.matchAll(/"([^"\n]{3,60})"|'([^'\n]{3,60})'|`([^`\n]{3,60})`/g)) {
    const quoted = (match[1] ?? match[2] ?? match[3] ?? '').trim().toLowerCase();
    if (/\s/.test(quoted) && /\p{L}/u.test(quoted)) found.add(quoted);
  }
  return found;
}

function addWord(found: Set<string>, word: string): void {
  const lower = word.toLowerCase();
  if (commonWords.has(lower)) return;
  if (/\p{N}/u.test(lower) ? lower.length >= 2 : lower.length >= 3) {
    found.add(/^\p{L}{4,}s$/u.test(lower) ? lower.slice(0, -1) : lower);
  }
}

/** Words that describe any value of any tool: they name no sample. */
const commonWords = new Set(
  `the and for with from that this when not are was has have had its any all one two use used uses using give given gives
  value values format formats example examples fails fail failed failing missing required optional must date dates time times
  day days month months year years number numbers integer decimal string strings text array object objects list lists item items
  json iso uuid utc code codes upper lower case letter letters digit digits name names type types form forms exact exactly
  call calls called tool tools function parameter parameters argument arguments field fields property properties id ids
  error errors invalid valid format allowed other others each every same before after between must should can cannot does
  true false null empty none set work works without into than then only also never always such where which whose while`
    .split(/\s+/)
    .filter((word) => word !== ''),
);
