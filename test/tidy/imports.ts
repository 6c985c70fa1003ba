import { posix } from 'node:path';
import { at, textOf } from './projectFiles.ts';
import { withoutComments } from './withoutComments.ts';

export interface Import {
  readonly from: string;
  /** Project-relative path of one of our files, or the package name as written. */
  readonly to: string;
  readonly isOurs: boolean;
  /** True for `import type` and for lists of nothing but `type` names: gone at run time. */
  readonly isTypeOnly: boolean;
  /** File, line and text, for the failure message. */
  readonly where: string;
}

/** Every static, re-exporting, side-effect and dynamic import of a file, types included. */
export function importsOf(file: string): readonly Import[] {
  return importsIn(file, textOf(file));
}

export function importsIn(file: string, text: string): readonly Import[] {
  const code = withoutComments(text);
  const bare = withoutComments(text, { strings: false });
  // The word stands in code, not inside a string that shows an import.
  const matches = [...code.matchAll(IMPORT)].filter(
    (match) => bare[(match.index ?? 0) + match[0].search(/\b(?:im|ex)port\b/)] !== ' ',
  );
  return matches.map((match): Import => {
    const specifier = match.groups?.from ?? match.groups?.bare ?? match.groups?.dynamic ?? '';
    const isOurs = specifier.startsWith('.');
    const offset = (match.index ?? 0) + match[0].lastIndexOf(specifier);
    return {
      from: file,
      to: isOurs ? posix.normalize(posix.join(posix.dirname(file), specifier)) : specifier,
      isOurs,
      isTypeOnly: isTypeOnly(match.groups?.names ?? ''),
      where: at(file, text, offset),
    };
  });
}

const IMPORT =
  /(?:^|[;\n}])\s*(?:import|export)\b(?<names>[^'"`;=()]*?)\bfrom\s*['"](?<from>[^'"]+)['"]|(?:^|[;\n])\s*import\s*['"](?<bare>[^'"]+)['"]|\bimport\s*\(\s*['"](?<dynamic>[^'"]+)['"]/g;

function isTypeOnly(names: string): boolean {
  if (/^\s*type\s+[{*\w]/.test(names)) return true;
  const list = /^\s*\{([^}]*)\}\s*$/.exec(names)?.[1];
  if (list === undefined) return false;
  const members = list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return members.length > 0 && members.every((name) => name.startsWith('type '));
}
