/** Text from outside on a terminal: nothing in it acts, and everything in it can be seen. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable } from '../../cli/printable.ts';
import { table } from '../../cli/table.ts';

test.each([
  ['an escape sequence', '\u001b[2J', '\\u001b[2J'],
  ['a line break', 'a\r\nb', 'a\\u000d\\u000ab'],
  ['DEL and C1', '\u007f\u009b', '\\u007f\\u009b'],
  ['an override and an isolate (UAX #9)', '\u202e\u2066\u061c', '\\u202e\\u2066\\u061c'],
  ['a line separator', '\u2028', '\\u2028'],
  ['a tag character beyond the first plane', '\u{e0041}', '\\udb40\\udc41'],
  ['a lone surrogate', '\ud800', '\\ud800'],
])('%s is shown as an escape', (_, text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('letters, signs and emoji stay as they are', () => {
  expect(printable('Grüße, 東京 – "Map A" \\ 🎮')).toBe('Grüße, 東京 – "Map A" \\ 🎮');
});

test('JSON keeps its value and prints nothing that acts', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const json = JSON.stringify(value);
      const text = printable(json);
      expect(text).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
      expect(JSON.parse(text)).toEqual(JSON.parse(json));
    }),
  );
});

test('columns are aligned by what is shown, and an unknown value is a dash', () => {
  expect(
    table([
      ['A', 'B'],
      ['\u001b', 1],
      [undefined, null],
    ]),
  ).toEqual(['A       B', '\\u001b  1', '-       -']);
});
