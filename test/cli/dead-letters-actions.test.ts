/** What `npm run dead-letters` does to dead letters, and that it never leaves one hidden. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import { deadLetters, ended, events, startQueues } from '../support/dead-letters.ts';

async function folderOf({ onTestFinished }: Pick<TestContext, 'onTestFinished'>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dead-letters-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

describe.concurrent('an interrupted command', () => {
  /** Starts a slow redrive of six letters, and waits until the first is sent. */
  async function interrupted(context: TestContext, signal: NodeJS.Signals) {
    const queues = await startQueues(context);
    for (let index = 0; index < 6; index += 1) queues.die('REFUSED', 'no', ended(`s${index}`));
    const child = queues.start('redrive', '--rate', '1', '--yes');
    const exit = once(child, 'exit');
    await expect.poll(queues.kept, { interval: 50, timeout: 90_000 }).toBeLessThan(6);
    child.kill(signal);
    const [, endedBy] = await exit;
    expect(endedBy).toBe(signal);
    return queues;
  }

  test.for(['SIGINT', 'SIGTERM'] as const)(
    'leaves no letter hidden after %s, and loses none',
    async (signal, context) => {
      const { ready, hidden } = await interrupted(context, signal);
      expect(hidden()).toBe(0);
      expect([...ready(events), ...ready(deadLetters)]).toHaveLength(6);
    },
  );

  test('that was killed: the next one says how many are in flight, and for how long', async (context) => {
    const { tool, hidden } = await interrupted(context, 'SIGKILL');
    const left = hidden();
    expect(left).toBeGreaterThan(1);
    const { out } = await tool('list');
    expect(out).toMatch(
      new RegExp(`^No dead letters\\.\\n${left} dead letters are in flight: .* within 30 seconds\\.\\n$`),
    );
  });
});

test.concurrent('many are a summary by code, and the oldest hundred', async (context) => {
  const { tool, die, ready } = await startQueues(context);
  for (let index = 0; index < 230; index += 1)
    die(index < 200 ? 'REFUSED' : 'INVALID_EVENT', 'no', ended('a'));
  const lines = (await tool('list')).out.trimEnd().split('\n');
  expect(lines).toHaveLength(1 + 100 + 2);
  expect(lines.slice(-2)).toEqual([
    'The oldest 100 are shown: --limit N shows more.',
    '230 dead letters (200 REFUSED, 30 INVALID_EVENT).',
  ]);
  expect(ready(deadLetters)).toHaveLength(230);
});

describe.concurrent('redrive', () => {
  test('--limit sends the oldest, and the others stay', async (context) => {
    const { tool, die, ready } = await startQueues(context);
    const at = (time: string) => ({ FAILED_AT: { DataType: 'String', StringValue: time } });
    die('REFUSED', 'no', ended('new'), at('2026-02-01T00:00:00Z'));
    die('REFUSED', 'no', ended('old'), at('2026-01-01T00:00:00Z'));
    expect((await tool('redrive', '--limit', '1', '--yes')).out).toContain('Sent 1 back');
    expect([ready(events), ready(deadLetters)]).toMatchObject([[ended('old')], [ended('new')]]);
  });

  test('--rate sends no more than that in a second', async (context) => {
    const { start, die, ready } = await startQueues(context);
    for (let index = 0; index < 20; index += 1) die('REFUSED', 'no', ended(`s${index}`));
    const startedAt = Date.now();
    const child = start('redrive', '--rate', '10', '--yes');
    await once(child, 'exit');
    expect(ready(events)).toHaveLength(20);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(2000);
    expect(ready(deadLetters)).toEqual([]);
  });

  test('--dry-run shows them and sends nothing', async (context) => {
    const { tool, die, ready } = await startQueues(context);
    die('REFUSED', 'no', ended('a'));
    const { out, code } = await tool('redrive', '--dry-run');
    expect(out).toMatch(/original-1.*\n1 dead letter \(1 REFUSED\)\.\nNothing was sent\.\n$/s);
    expect(code).toBe(0);
    expect([ready(events), ready(deadLetters)]).toEqual([[], [ended('a')]]);
  });
});

describe.concurrent('drop', () => {
  test('says how many before it asks; without a terminal it deletes nothing', async (context) => {
    const { tool, die, ready } = await startQueues(context);
    die('REFUSED', 'no', ended('a'));
    const { code, err } = await tool('drop', '--code', 'REFUSED');
    expect(err).toContain(
      'Delete 1 dead letter (1 REFUSED) for good? No terminal to confirm on: pass --yes.',
    );
    expect(code).toBe(2);
    expect(ready(deadLetters)).toHaveLength(1);
  });

  test.for([
    ['an id', ['--id', 'original-1']],
    ['a code', ['--code', 'REFUSED']],
    ['an age', ['--older-than', '30d']],
  ] as const)('deletes those with %s, and the others are visible', async ([_, which], context) => {
    const { tool, die, ready, kept } = await startQueues(context);
    die('REFUSED', 'no', ended('a'));
    const recent = { FAILED_AT: { DataType: 'String', StringValue: new Date().toISOString() } };
    die('INVALID_EVENT', 'no', ended('b'), recent);
    expect((await tool('drop', ...which, '--yes')).out).toBe('Deleted 1 dead letter.\n');
    expect(ready(deadLetters)).toEqual([ended('b')]);
    expect(kept()).toBe(1);
    expect(ready(events)).toEqual([]);
  });

  test('of all is refused: it must be said which', async (context) => {
    const { tool, die, kept } = await startQueues(context);
    die('REFUSED', 'no', ended('a'));
    const { code, err } = await tool('drop', '--yes');
    expect(err).toContain('Say which to delete: --id, --code or --older-than.');
    expect(code).toBe(2);
    expect(kept()).toBe(1);
  });
});

describe.concurrent('an export', () => {
  test('holds everything, and what was mended in it is sent again with its attributes and its time', async (context) => {
    const { tool, die, ready, messages } = await startQueues(context);
    const file = join(await folderOf(context), 'letters.ndjson');
    const traceparent = { DataType: 'String', StringValue: '00-1' };
    die('INVALID_EVENT', 'no', { type: 'match.endet', data: { session_id: 'a' } }, { traceparent });
    await tool('export', file);
    const text = await readFile(file, 'utf8');
    expect(JSON.parse(text)).toMatchObject({
      ...{
        originalMessageId: 'original-1',
        code: 'INVALID_EVENT',
        receiveCount: 3,
        attributes: { traceparent },
      },
      sentAt: expect.stringMatching(/Z$/),
    });
    await writeFile(file, text.replace('match.endet', 'match.ended'));
    const { out } = await tool('resend', file, '--yes');
    expect(out).toBe('Sent 1 event. The dead letters stay: drop deletes them.\n');
    expect(ready(events)).toEqual([{ ...ended('a'), time: JSON.parse(text).sentAt }]);
    expect(messages(events)[0]?.messageAttributes).toEqual({ traceparent });
  });

  test('with an event that is still invalid is refused as a whole, by line', async (context) => {
    const { tool, ready } = await startQueues(context);
    const file = join(await folderOf(context), 'letters.ndjson');
    const lines = [{ body: JSON.stringify(ended('a')) }, { body: { type: 'match.endet' } }, 7];
    await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const { code, err } = await tool('resend', file, '--yes');
    expect(err).toMatch(/line 2: \/type .*\n {2}line 3 is not a dead letter/);
    expect(code).toBe(1);
    expect(ready(events)).toEqual([]);
  });
});
