/** Words by which a line forbids, requires consent or guards somebody. */
const policyCue =
  /\b(?:must\s+not|may\s+not|should\s+not|shall\s+not|can(?:not|['’]t)|never|do\s+not|don['’]t|not\s+allowed|prohibit\w*|forbidden|refuse|deny|only\s+(?:if|when|after|with)|confirm\w*|consent|permission|authori[sz]\w*|polic(?:y|ies)|complian(?:ce|t)|confidential\w*|privacy|personal\s+data|safety|legal\w*|disclaim\w*|verify\s+(?:the\s+)?(?:identity|user|customer)|escalat\w*|transfer\s+to\s+a?\s*human)\b/i;

/** Sentences of that sort that stood in `before` and are nowhere in `after`, white space and case aside. */
export function removedPolicyLines(before: string, after: string): readonly string[] {
  const kept = normalise(unescapeBreaks(after));
  return sentences(before).filter(
    (sentence) => policyCue.test(sentence) && !kept.includes(normalise(sentence)),
  );
}

function sentences(text: string): readonly string[] {
  return unescapeBreaks(text)
    .split(/[\r\n]+|(?<=[.!?])\s+/)
    .map((sentence) => sentence.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ''))
    .filter((sentence) => sentence !== '');
}

/** Prompts inside JSON and source strings carry their line breaks escaped. */
function unescapeBreaks(text: string): string {
  return text.replaceAll('\\n', '\n').replaceAll('\\"', '"');
}

function normalise(text: string): string {
  return text.toLowerCase().replace(/\s+/g, ' ');
}
