import type { SourceFile } from '../../../server/model/anchor.ts';
import { readSource } from '../../../server/source/readSource.ts';

/** Parses a fixture that must parse. */
export function source(file: string, text: string): SourceFile {
  const parsed = readSource(file, text);
  if (parsed === null) throw new Error(`${file} is no source`);
  return parsed;
}

export const REFUNDS = `# Refunds

You handle refunds for a small chain of garden shops.

## Before you act

- Ask for the order number and the day on which the goods arrived.
- Look the order up before you say anything about money.
- Never promise an amount that the order lookup did not return.

## Limits

- A refund above two hundred pounds needs the written consent of a manager.
- Plants that died within ninety days are replaced, not refunded.
- Opened bags of soil and seed are neither refunded nor replaced.
`;

export const TONE = `# Tone

Write in short and friendly sentences and avoid exclamation marks.

Address customers by their family name unless they sign with a first name.

When a customer is angry, say once that you understand and then come to the point.
`;

export const TEMPLATE = `# Desk

You work for {company} and today is {{ today }}.

What we know about the customer so far:
{{profile}}

{% if premium %}
This customer pays for premium service, so offer a call back at once.
{% endif %}
Always check the stock list before you promise a delivery date to anyone.
Close every conversation with the words agreed with {manager}.
`;

export const UNRELATED = `# Contributing

Please open an issue before you send a large change. Run the formatter and the tests, write a line for
the changelog and keep commits small. We review on Mondays and Thursdays and try to answer in a week.
`;
