/** Lambda's rules: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html */
import { describe, expect, test } from 'vitest';
import { failedIds } from '../../local/batch-response.ts';

const IDS = new Set(['m-1', 'm-2', 'm-3']);

describe("a function's answer to a batch", () => {
  test('names the messages that failed', () => {
    const answer = { batchItemFailures: [{ itemIdentifier: 'm-3' }, { itemIdentifier: 'm-1' }] };
    expect(failedIds(answer, IDS)).toEqual(new Set(['m-1', 'm-3']));
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['an empty object', {}],
    ['a null list', { batchItemFailures: null }],
    ['an empty list', { batchItemFailures: [] }],
  ])('of %s means that none failed', (_name, answer) => {
    expect(failedIds(answer, IDS)).toEqual(new Set());
  });

  test.each([
    ['an empty identifier', { batchItemFailures: [{ itemIdentifier: '' }] }],
    ['a null identifier', { batchItemFailures: [{ itemIdentifier: null }] }],
    ['a bad key name', { batchItemFailures: [{ messageId: 'm-1' }] }],
    [
      'an identifier of no message',
      { batchItemFailures: [{ itemIdentifier: 'm-1' }, { itemIdentifier: 'm-9' }] },
    ],
    ['a list that is none', { batchItemFailures: 'm-1' }],
    ['words', 'done'],
  ])('with %s makes the whole batch fail', (_name, answer) => {
    expect(() => failedIds(answer, IDS)).toThrow(/function/);
  });
});
