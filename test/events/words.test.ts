import { expect, test } from 'vitest';
import { wordOf } from '../../events/words.ts';

test.each([
  ['Status.READY', 'ready'],
  ['ready', 'ready'],
  ['Ready', 'ready'],
  ['a.b.Error', 'error'],
  [undefined, ''],
  [null, ''],
  [7, ''],
])('the word of %j is "%s"', (value, word) => {
  expect(wordOf(value)).toBe(word);
});
