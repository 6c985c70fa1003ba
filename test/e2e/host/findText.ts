/**
 * Middle of the first place in the open editors where `wanted` stands, in pixels of the window, or null. Runs in
 * the page, so it can use nothing from outside. A line of the editor is cut into a span for each colour and
 * writes its spaces as no-break spaces.
 */
export function findText(wanted: string): { x: number; y: number } | null {
  for (const line of document.querySelectorAll('.monaco-editor .view-line')) {
    const start = (line.textContent ?? '').replaceAll('\u00a0', ' ').indexOf(wanted);
    if (start < 0) continue;
    const middle = start + Math.floor(wanted.length / 2);
    const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    let before = 0;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const length = node.textContent?.length ?? 0;
      if (middle < before + length) {
        const range = document.createRange();
        range.setStart(node, middle - before);
        range.setEnd(node, middle - before + 1);
        const box = range.getBoundingClientRect();
        if (box.width > 0) return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
      }
      before += length;
    }
  }
  return null;
}
