import { type Chance, errs } from '../chance.ts';
import { parseDatePhrase, writeDate, writeDateLoosely } from '../dates.ts';
import { descriptionOf, statedDateFormat, statedDateFormatForAll } from '../readings.ts';
import type { Situation } from '../situation.ts';

/**
 * A date that the user named, as the model would write it for a parameter: in the format that the
 * parameter, its tool or the prompt states; without one, prone conversations get it as a person
 * would write it.
 */
export function writeAskedDate(
  situation: Situation,
  chance: Chance,
  toolName: string,
  parameter: string,
  phrase: string,
  direction: 'past' | 'future',
  proneShare: number,
): string {
  const tool = situation.tools.get(toolName);
  const stated =
    tool === undefined
      ? null
      : (statedDateFormat(descriptionOf(tool, parameter)) ??
        statedDateFormat(tool.description ?? '') ??
        statedDateFormatForAll(situation.system));
  const iso = situation.today === null ? null : parseDatePhrase(phrase, situation.today, direction);
  if (iso === null) return phrase;
  // A date that the user wrote as 2026-01-05 is passed on as it stands.
  if (phrase.includes(iso)) return writeDate(iso, stated ?? 'iso');
  const isVague = stated === null && tool?.strict !== true;
  if (!errs(chance, `date:${toolName}/${parameter}`, isVague, proneShare))
    return writeDate(iso, stated ?? 'iso');
  return writeDateLoosely(iso, phrase, chance.leaning(`date-style:${toolName}/${parameter}`));
}
