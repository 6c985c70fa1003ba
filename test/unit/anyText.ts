import fc from 'fast-check';

/** Short texts of what readers stumble over: quotes, controls, line ends, lone surrogates, marks of templates. */
export const anyText = fc
  .array(
    fc.constantFrom(
      'a',
      'B7',
      ' ',
      '"',
      '\\',
      '\n',
      '\r',
      '\t',
      '\0',
      '\u001f',
      'é',
      '漢',
      '😀',
      '\ud800',
      '\u2028',
      '{',
      '}',
      '[',
      '%',
      '#',
      '-',
    ),
    { maxLength: 60 },
  )
  .map((units) => units.join(''));
