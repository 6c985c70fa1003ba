/** Things that trace text must never bring into a prompt or a tool definition. */
const injections: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: 'link', pattern: /\b(?:https?|ftp|file|data|javascript):[^\s"'<>)\]]+|\bwww\.[^\s"'<>)\]]+/gi },
  {
    what: 'link',
    pattern:
      /(?<![@\w.-])[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|io|dev|ai|app|co|sh|ru|cn)\b(?:\/[^\s"'<>)]*)?/gi,
  },
  { what: 'command', pattern: /\b(?:curl|wget|sudo|chmod|powershell|iex|eval|nc|ssh|scp)\s+[-\w./~$"'(]+/gi },
  {
    what: 'command',
    pattern: /\b(?:npm|npx|pip3?|apt(?:-get)?|brew)\s+(?:install|i|exec|run)\b[^\n"]{0,60}/gi,
  },
  { what: 'command', pattern: /\brm\s+-\w+|\$\([^)]*\)|<script\b|\bDROP\s+TABLE\b/gi },
  {
    what: 'instruction',
    pattern:
      /\b(?:ignore|disregard|forget|override)\s+(?:all\s+|any\s+|the\s+|your\s+|every\s+)*(?:previous|prior|above|earlier|other|system)\b[^\n"]{0,60}/gi,
  },
  {
    what: 'instruction',
    pattern: /\b(?:run|execute)\s+(?:the\s+following|this\s+(?:command|script|code))\b/gi,
  },
  { what: 'instruction', pattern: /\byou\s+are\s+now\b|\bsystem\s+prompt\b|<\|?im_(?:start|end)\|?>/gi },
];

export interface TraceInjection {
  readonly what: string;
  readonly text: string;
}

/** Links, shell commands and orders to the reader that the text contains, in catalogue order. */
export function traceInjections(text: string): readonly TraceInjection[] {
  return injections.flatMap(({ what, pattern }) =>
    [...text.matchAll(pattern)].map((match) => ({ what, text: match[0] })),
  );
}
