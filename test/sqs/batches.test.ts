/** Batches: what one request takes. Limits: SQS's quotas for messages. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packBatches } from '../../lib/sqs/batches.ts';

const MIB = 1_048_576;

test('a batch has at most ten entries and 1 MiB, and all entries keep their order and their position', () => {
  const sizes = fc.array(fc.oneof(fc.nat(2000), fc.nat(600_000), fc.constant(MIB)), { maxLength: 60 });
  fc.assert(
    fc.property(sizes, (items) => {
      const batches = packBatches(items, (size) => size);
      for (const batch of batches) {
        expect(batch.length).toBeLessThanOrEqual(10);
        expect(batch.reduce((sum, { item }) => sum + item, 0)).toBeLessThanOrEqual(MIB);
      }
      expect(batches.flat()).toEqual(items.map((item, index) => ({ index, item })));
    }),
    { numRuns: 100 },
  );
});

test('as few batches as the order allows', () => {
  const lengths = (items: number[]) => packBatches(items, (size) => size).map((batch) => batch.length);
  expect(lengths(Array(23).fill(1))).toEqual([10, 10, 3]);
  expect(lengths([MIB - 1, 1, 1])).toEqual([2, 1]);
  expect(packBatches(Array(11).fill('no size')).map((batch) => batch.length)).toEqual([10, 1]);
});

test('what is larger than a whole batch is in none', () => {
  expect(packBatches([1, MIB + 1, 2], (size) => size)).toEqual([
    [
      { index: 0, item: 1 },
      { index: 2, item: 2 },
    ],
  ]);
});
