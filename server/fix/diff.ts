import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { applyEdit, type SourceEdit } from '../model/fix.ts';

/**
 * The edit as a unified diff (three lines of context, paths `a/…` and `b/…`), which `git apply` and
 * `parsePatch` read. Empty when the edit changes nothing.
 */
export function unifiedDiff(text: string, edit: SourceEdit): string {
  const changed = applyEdit(text, edit);
  if (changed === text) return '';
  return createTwoFilesPatch(`a/${edit.file}`, `b/${edit.file}`, text, changed, undefined, undefined, {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
  });
}
