const LONGEST_PATTERN = 500;
const VARIABLE = /[*+]|\{\d+,\d*\}/g;
const OPTIONAL = /\?/g;
/** An innermost group and the quantifier behind it. */
const GROUP = /\(([^()]*)\)([*+?]|\{\d+(?:,\d*)?\})?/g;

/** Said by throwing, so that no keyword above (`not`, `oneOf`) can turn it into a verdict. */
export class UndecidedPattern extends Error {}

interface Matcher {
  test(text: string): boolean;
  /** Ajv shares matchers of equal text within one instance. */
  toString(): string;
}

/**
 * The regular expression of a schema that came out of a trace. JavaScript's engine backtracks, so
 * long patterns are not run at all and others only on texts short enough to end whatever they are:
 * else the check of that call ends undecided. A pattern that is no valid `u` expression is tried
 * without the flag, as other languages write it.
 */
export function untrustedPattern(pattern: string, flags: string): Matcher {
  const expression = pattern.length > LONGEST_PATTERN ? null : parse(pattern, flags);
  const longest = longestText(pattern);
  return {
    test(text) {
      if (expression === null || text.length > longest) throw new UndecidedPattern(pattern.slice(0, 80));
      return expression.test(text);
    },
    toString: () => `/${pattern}/${flags}`,
  };
}
// Read by Ajv when it writes stand-alone code, which is never done here.
untrustedPattern.code = 'untrustedPattern';

/** Longest text on which the pattern is run: some million steps at most, by the shape of its repeats. */
function longestText(pattern: string): number {
  const bare = pattern
    .slice(0, LONGEST_PATTERN)
    .replace(/\\./g, 'c')
    .replace(/\[[^\]]*\]/g, 'c')
    .replace(/\(\?(?:[:=!]|<[=!]|<\w+>)/g, '(');
  const nesting = nestedRepeat(bare);
  // `a?a?a?…` and counted repeats of a group that may match nothing explode even on short texts.
  if (nesting === 'counted' || (bare.match(OPTIONAL)?.length ?? 0) > 12) return 0;
  if (nesting === 'open') return 12;
  const repeats = bare.match(VARIABLE)?.length ?? 0;
  return [2_000, 2_000, 400, 100, 40, 40][repeats] ?? 20;
}

/** Whether a repeated group repeats or branches inside, the shape behind exponential backtracking. */
function nestedRepeat(pattern: string): 'none' | 'open' | 'counted' {
  let rest = pattern;
  let worst: 'none' | 'open' = 'none';
  for (let depth = 0; depth < 20 && rest.includes('('); depth++) {
    let isCounted = false;
    // Innermost groups are folded one level at a time, so that repeats inside them stay visible.
    const flatter = rest.replace(GROUP, (_, inner: string, quantifier: string | undefined) => {
      const isVariable = /[*+?|]|\{\d+,\d*\}/.test(inner);
      if (isVariable && quantifier !== undefined && quantifier !== '?') {
        worst = 'open';
        const most = Number(/(\d+)\}$/.exec(quantifier)?.[1] ?? 0);
        if (most > 4) isCounted = true;
      }
      return isVariable || quantifier !== undefined ? 'r+' : 'r';
    });
    if (isCounted) return 'counted';
    if (flatter === rest) return worst;
    rest = flatter;
  }
  return rest.includes('(') ? 'counted' : worst;
}

function parse(pattern: string, flags: string): RegExp | null {
  for (const tried of [flags, '']) {
    try {
      return new RegExp(pattern, tried);
    } catch {
      // Next dialect.
    }
  }
  return null;
}
