import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evidenceLine, oneLine } from '../../../server/detect/evidenceText.ts';
import { maskTemplate } from '../../../server/detect/maskTemplate.ts';
import { editDistance, nearestName } from '../../../server/detect/nearestName.ts';

test.each([
  ['flight HAT030 not available on date 2024-05-13', 'flight <id> not available on date <date>'],
  ['total price is 1,203.50, but paid -833', 'total price is <n>, but paid <n>'],
  ["No such file or directory: '/srv/data/a.csv'", 'No such file or directory: <text>'],
  ['cannot open /srv/data/a.csv at 10:30', 'cannot open <path> at <time>'],
  ['GET https://example.org/a?b=1 failed with 404', 'GET <url> failed with <n>'],
  ['no user ana@example.org', 'no user <email>'],
  ["doesn't know the user's plan", "doesn't know the user's plan"],
  ['value must be and/or', 'value must be and/or'],
  ['payment method gift_card_8190333 not found', 'payment method <id> not found'],
])('%s', (text, template) => {
  expect(maskTemplate(text)).toBe(template);
});

test('a template is one line of at most 120 characters, and masking it again changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
      const template = maskTemplate(text);
      expect(template.length).toBeLessThanOrEqual(120);
      expect(template).not.toMatch(/[\r\n]/);
    }),
  );
});

test('evidence is one visible line of at most 200 characters, whole characters only', () => {
  expect(evidenceLine('a\u202Eb\u0007\n\tc')).toBe('a b c');
  expect(oneLine('abc😀', 4)).toBe('abc…');
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
      const line = evidenceLine(text);
      expect(line.length).toBeLessThanOrEqual(200);
      expect(line.isWellFormed()).toBe(true);
    }),
  );
});

test('the nearest name, or none', () => {
  expect(nearestName('cancel_booking', ['book_flight', 'cancel_reservation', 'cancel_booking_v2'])).toBe(
    'cancel_booking_v2',
  );
  expect(nearestName('weather', ['cancel_order'])).toBeNull();
  expect(nearestName('a', [])).toBeNull();
  expect(editDistance('kitten', 'sitting')).toBe(3);
});
