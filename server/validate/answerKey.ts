import { sha256 } from '../model/hash.ts';
import { canonicalJson, type Json } from '../model/json.ts';
import type { ModelRequest } from '../model/modelRequest.ts';

export type Arm = 'old' | 'new';

/** Equal requests have equal texts. */
export function requestText(request: ModelRequest): string {
  return canonicalJson(request as unknown as Json);
}

/**
 * Under which a drawn answer is kept. `copy` counts the samples of a block list that ask the same
 * request, `draw` the answers of one sample: with the arm they make every answer a draw of its own, also
 * where requests coincide, while a later edit on the same samples finds the old arm's answers again.
 */
export function answerKey(
  request: string,
  place: { readonly endpoint: string; readonly arm: Arm; readonly copy: number; readonly draw: number },
): string {
  return sha256(`${place.endpoint}\n${place.arm}\n${place.copy}\n${place.draw}\n${request}`);
}
