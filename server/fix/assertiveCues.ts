/**
 * Wording that raises how often a tool is called without saying what it does (arXiv 2505.18135 measured
 * such cues at tenfold usage). Plain conditions stay allowed: "must be a date", "always in USD".
 */
const cues: readonly RegExp[] = [
  /\b(?:ALWAYS|NEVER|MUST|ONLY|IMPORTANT|CRITICAL|MANDATORY|REQUIRED|WARNING)\b/g,
  /\b(?:always|only|exclusively)\s+(?:use|call|prefer|choose|pick|invoke|select|start with)\b/gi,
  /\b(?:you|agents?|the\s+(?:model|assistant|agent))\s+(?:must|have\s+to|should)\s+(?:always\s+)?(?:use|call|prefer|choose|invoke|select)\b/gi,
  /\b(?:should|must)\s+be\s+(?:called|used|invoked|preferred|chosen)\b/gi,
  /\bwhenever\s+possible\b/gi,
  /\bprefer\s+this\s+(?:tool|function)\b/gi,
  /\b(?:the\s+)?(?:best|most\s+(?:effective|accurate|reliable|powerful|trusted)|most\s+\w+\s+and\s+\w+)\s+(?:tool|function|choice|option|way)\b/gi,
  /\b(?:instead\s+of|rather\s+than|over)\s+(?:any|all)\s+other\b/gi,
  /\b(?:actively\s+maintained|trusted\s+by|recommended\s+by|state[-\s]of[-\s]the[-\s]art)\b/gi,
];

/** Cues that stand in `after` more often than in `before`. */
export function addedCues(before: string, after: string): readonly string[] {
  const counts = new Map<string, number>();
  for (const cue of cues) {
    for (const match of before.matchAll(cue)) counts.set(match[0], (counts.get(match[0]) ?? 0) - 1);
    for (const match of after.matchAll(cue)) counts.set(match[0], (counts.get(match[0]) ?? 0) + 1);
  }
  return [...counts].filter(([, count]) => count > 0).map(([cue]) => `"${cue}"`);
}
