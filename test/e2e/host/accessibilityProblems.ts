import axe from 'axe-core';
import type { Frame } from 'playwright-core';

const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** What axe-core finds in a document, or in the part under `selector`: one line a breach and element. */
export async function accessibilityProblems(frame: Frame, selector?: string): Promise<string[]> {
  const colour = frame.parentFrame() ? await colourBehind(frame) : undefined;
  if (colour) await setBackground(frame, colour);
  await frame.evaluate(axe.source);
  const options = JSON.stringify({ runOnly: standards });
  const results = await frame.evaluate<axe.AxeResults>(
    `axe.run(${JSON.stringify(selector) ?? 'document'}, ${options})`,
  );
  if (colour) await setBackground(frame, '');
  return results.violations.flatMap(({ id, impact, help, nodes }) =>
    nodes.map(({ target }) => `${impact}: ${help} (${id}) at ${target.join(' ')}`),
  );
}

/**
 * The colour that shines through a web view. Web views are transparent, which axe takes for white, so that all
 * text of a dark theme would fail. VS Code lays them over the part they belong to, not into it.
 */
async function colourBehind(frame: Frame): Promise<string | undefined> {
  const box = await (await frame.frameElement()).boundingBox();
  if (!box) return undefined;
  return frame.page().evaluate(
    ([x, y]) => {
      const colours = document
        .elementsFromPoint(x, y)
        .map((element) => getComputedStyle(element).backgroundColor);
      return colours.find((colour) => /^rgb\(/.test(colour));
    },
    [box.x + box.width / 2, box.y + box.height / 2] as const,
  );
}

async function setBackground(frame: Frame, colour: string): Promise<void> {
  await frame.evaluate((background) => {
    document.documentElement.style.backgroundColor = background;
  }, colour);
}
